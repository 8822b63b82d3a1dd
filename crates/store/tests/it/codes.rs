use crate::support::*;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::code::CodeKind;
use bluezone_domain::id::{CaseId, CodeId};
use bluezone_store::testing::TestDatabase;
use bluezone_store::{CodeState, NewCode, Redeemed, StoreError};

contract![
    a_code_is_live_then_used_or_expired,
    the_same_code_is_not_issued_twice,
    a_case_has_three_live_codes_at_most,
    a_cancelled_code_is_over,
];

async fn a_code_is_live_then_used_or_expired(database: TestDatabase) {
    let mut world = World::new(database).await;
    let case = world.case(CaseStatus::Confirmed).await;
    let used = world.code(case, CodeKind::Short, NOW).await;
    world.code(case, CodeKind::Short, NOW + 1).await;
    world.code(case, CodeKind::Link, NOW + 2).await;
    let redeem = world.redeem(used, CodeKind::Short, NOW + 5);
    assert_eq!(world.store.live_short_codes(NOW + 5).await.unwrap(), 2);
    world.store.redeem_code(&redeem).await.unwrap();
    assert_eq!(world.store.live_short_codes(NOW + 5).await.unwrap(), 1, "links do not count, nor used ones");
    let states = async |at| -> Vec<_> {
        let codes = world.store.codes_of_case(case, at).await.unwrap();
        codes.into_iter().map(|code| (code.kind, code.state)).collect()
    };
    use CodeKind::*;
    use CodeState::*;
    assert_eq!(states(NOW + 5).await, [(Link, Live), (Short, Live), (Short, Used(NOW + 5))]);
    assert_eq!(states(NOW + 900).await[1], (Short, Live));
    assert_eq!(world.store.live_short_codes(NOW + 900).await.unwrap(), 1);
    assert_eq!(states(NOW + 901).await[1], (Short, Expired));
    assert_eq!(world.store.live_short_codes(NOW + 901).await.unwrap(), 0);
    assert_eq!(states(NOW + 2 + 24 * HOUR).await[0], (Link, Expired));
}

async fn the_same_code_is_not_issued_twice(database: TestDatabase) {
    let mut world = World::new(database).await;
    let case = world.case(CaseStatus::Confirmed).await;
    let first = world.new_code(case, CodeKind::Short, NOW);
    let codes: Vec<NewCode> =
        (0..TASKS).map(|_| NewCode { id: CodeId::generate(&mut world.rng), ..first.clone() }).collect();
    let results = race(&world.database, |i, store| {
        let code = codes[i].clone();
        async move { store.issue_code(&code).await }
    })
    .await;
    assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1);
    assert!(results.iter().all(|r| matches!(r, Ok(()) | Err(StoreError::Conflict(_)))), "{results:?}");
    let stray =
        NewCode { case: CaseId::generate(&mut world.rng), ..world.new_code(case, CodeKind::Short, NOW) };
    assert!(matches!(world.store.issue_code(&stray).await, Err(StoreError::NotFound(_))));
}

async fn a_case_has_three_live_codes_at_most(database: TestDatabase) {
    let mut world = World::new(database).await;
    let case = world.case(CaseStatus::Confirmed).await;
    let codes: Vec<NewCode> = (0..TASKS).map(|_| world.new_code(case, CodeKind::Short, NOW)).collect();
    let results = race(&world.database, |i, store| {
        let code = codes[i].clone();
        async move { store.issue_code(&code).await }
    })
    .await;
    assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 3, "{results:?}");
    assert!(results.iter().all(|r| matches!(r, Ok(()) | Err(StoreError::NotAllowed(_)))), "{results:?}");
    let issued = results.iter().position(|r| r.is_ok()).unwrap();
    let again = world.store.issue_code(&codes[issued]).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "the same form: {again:?}");
    // Another case, and this one when a code is used or over.
    let other = world.case(CaseStatus::Confirmed).await;
    world.code(other, CodeKind::Short, NOW).await;
    let redeem = world.redeem(codes[issued].code_hash, CodeKind::Short, NOW);
    world.store.redeem_code(&redeem).await.unwrap();
    world.code(case, CodeKind::Link, NOW).await;
    for _ in 0..2 {
        world.code(case, CodeKind::Link, NOW + 900).await;
    }
}

async fn a_cancelled_code_is_over(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (case, other) = (world.case(CaseStatus::Confirmed).await, world.case(CaseStatus::Confirmed).await);
    let code = world.code(case, CodeKind::Link, NOW).await;
    let id = world.store.codes_of_case(case, NOW).await.unwrap()[0].id;
    assert!(!world.store.cancel_code(other, id, NOW + 1).await.unwrap(), "of another case");
    assert!(world.store.cancel_code(case, id, NOW + 1).await.unwrap());
    assert!(!world.store.cancel_code(case, id, NOW + 1).await.unwrap());
    assert_eq!(world.store.codes_of_case(case, NOW + 1).await.unwrap()[0].state, CodeState::Expired);
    let redeem = world.redeem(code, CodeKind::Link, NOW + 1);
    assert_eq!(world.store.redeem_code(&redeem).await.unwrap(), Redeemed::Refused);
    let used = world.code(case, CodeKind::Short, NOW).await;
    let redeem = world.redeem(used, CodeKind::Short, NOW);
    world.store.redeem_code(&redeem).await.unwrap();
    let codes = world.store.codes_of_case(case, NOW).await.unwrap();
    let used = codes.iter().find(|code| code.kind == CodeKind::Short).unwrap();
    assert!(!world.store.cancel_code(case, used.id, NOW).await.unwrap(), "used");
}
