use crate::support::*;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::code::CodeKind;
use bluezone_domain::id::TokenId;
use bluezone_store::testing::TestDatabase;
use bluezone_store::{Bound, Redeemed};

contract![a_token_is_bound_to_one_set_of_keys, of_eight_sets_at_once_one_is_bound];

async fn token(world: &mut World) -> TokenId {
    let case = world.case(CaseStatus::Confirmed).await;
    let code = world.code(case, CodeKind::Short, NOW).await;
    let redeem = world.redeem(code, CodeKind::Short, NOW);
    assert!(matches!(world.store.redeem_code(&redeem).await.unwrap(), Redeemed::New { .. }));
    redeem.token_id
}

async fn a_token_is_bound_to_one_set_of_keys(database: TestDatabase) {
    let mut world = World::new(database).await;
    let token = token(&mut world).await;
    let (mac, other) = (world.hash(), world.hash());
    let bound = world.store.bind_certificate(token, mac, NOW).await.unwrap();
    let Bound::New { facts } = bound else { panic!("{bound:?}") };
    assert_eq!(facts.status, CaseStatus::Confirmed);
    let last = NOW + TOKEN_LIFE - 1;
    assert_eq!(world.store.bind_certificate(token, mac, last).await.unwrap(), Bound::Repeated { facts });
    assert_eq!(world.store.bind_certificate(token, mac, last + 1).await.unwrap(), Bound::Refused);
    assert_eq!(world.store.bind_certificate(token, other, NOW).await.unwrap(), Bound::Refused);
    let unknown = TokenId::generate(&mut world.rng);
    assert_eq!(world.store.bind_certificate(unknown, mac, NOW).await.unwrap(), Bound::Refused);
}

async fn of_eight_sets_at_once_one_is_bound(database: TestDatabase) {
    let mut world = World::new(database).await;
    let token = token(&mut world).await;
    // Two tasks bring each set: the phone's own retry is in the race too.
    let macs: Vec<_> = (0..TASKS / 2).map(|_| world.hash()).collect();
    let results = race(&world.database, |i, store| {
        let mac = macs[i / 2];
        async move { store.bind_certificate(token, mac, NOW).await.unwrap() }
    })
    .await;
    let kinds: Vec<_> =
        results.chunks(2).map(|pair| pair.iter().filter(|b| **b != Bound::Refused).count()).collect();
    assert_eq!((count(&kinds, &2), count(&kinds, &0)), (1, TASKS / 2 - 1), "{results:?}");
    assert_eq!(results.iter().filter(|b| matches!(b, Bound::New { .. })).count(), 1);
    assert_eq!(results.iter().filter(|b| matches!(b, Bound::Repeated { .. })).count(), 1);
}
