use crate::support::*;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::code::CodeKind;
use bluezone_domain::id::TokenId;
use bluezone_protocol::api::TestType;
use bluezone_protocol::diagnosis::ReportType;
use bluezone_store::testing::TestDatabase;
use bluezone_store::{Bound, Publish, PublishRefusal, Published, Redeem, Redeemed, Retention};

contract![
    a_token_is_bound_to_one_set_of_keys,
    of_eight_sets_at_once_one_is_bound,
    a_token_that_has_published_is_answered_until_it_is_purged,
];

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
    let Bound::New { finding } = bound else { panic!("{bound:?}") };
    assert_eq!(finding.test_type(), TestType::Confirmed);
    let last = NOW + TOKEN_LIFE - 1;
    assert_eq!(world.store.bind_certificate(token, mac, last).await.unwrap(), Bound::Repeated { finding });
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

async fn a_token_that_has_published_is_answered_until_it_is_purged(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys = world.keys(2, ReportType::ConfirmedTest);
    let case = world.case(CaseStatus::Confirmed).await;
    let code = world.code(case, CodeKind::Link, NOW).await;
    let redeem = world.redeem(code, CodeKind::Link, NOW);
    world.store.redeem_code(&redeem).await.unwrap();
    let publish = world.publication(CaseStatus::Confirmed, &keys, NOW).await;
    let publish = Publish { token: redeem.token_id, ..publish };
    let bind = |at| world.store.bind_certificate(publish.token, publish.tekmac, at);
    assert!(matches!(bind(NOW).await.unwrap(), Bound::New { .. }));
    world.store.publish(&publish).await.unwrap();

    let late = NOW + TOKEN_LIFE + HOUR;
    let again = Redeem { now: late, ..redeem };
    assert!(matches!(world.store.redeem_code(&again).await.unwrap(), Redeemed::Repeated { .. }));
    assert!(matches!(bind(late).await.unwrap(), Bound::Repeated { .. }));
    let other = world.store.bind_certificate(publish.token, [9; 32], late).await.unwrap();
    assert_eq!(other, Bound::Refused);
    let repeat = Publish { now: late, ..publish.clone() };
    assert!(matches!(world.store.publish(&repeat).await.unwrap(), Published::Repeated { inserted: 2, .. }));

    let purged = late + TOKEN_LIFE;
    world.store.purge(purged, &Retention::default()).await.unwrap();
    assert_eq!(bind(purged).await.unwrap(), Bound::Refused);
    let refused = Published::Refused(PublishRefusal::Certificate);
    assert_eq!(world.store.publish(&repeat).await.unwrap(), refused);
}
