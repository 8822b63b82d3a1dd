use crate::support::*;
use bluezone_domain::case::{CaseFacts, CaseStatus};
use bluezone_domain::code::CodeKind;
use bluezone_domain::publication::Stream;
use bluezone_protocol::diagnosis::ReportType;
use bluezone_protocol::time::DAY_S;
use bluezone_store::testing::TestDatabase;
use bluezone_store::{Membership, Purged, Redeemed, Retention, StatusChange};

contract![
    what_has_had_its_time_is_deleted_and_the_rest_stays,
    an_open_batch_keeps_its_keys,
    a_case_stays_while_it_changes_or_has_a_code,
    notes_of_files_end_but_the_last_stay,
];

async fn what_has_had_its_time_is_deleted_and_the_rest_stays(database: TestDatabase) {
    let mut world = World::new(database).await;
    let retention = Retention::default();
    let keys = world.keys(14, ReportType::ConfirmedTest);
    world.publish(CaseStatus::Confirmed, &keys, NOW).await;
    world.export(NOW + HOUR).await;
    let case = world.case(CaseStatus::Confirmed).await;
    let wrong = world.hash();
    let guess = world.redeem(wrong, CodeKind::Short, NOW);
    world.code(case, CodeKind::Short, NOW).await;
    assert_eq!(world.store.redeem_code(&guess).await.unwrap(), Redeemed::Refused);
    let token = world.hash();
    world.store.create_session(&session(token, world.officer, NOW, NOW + HOUR)).await.unwrap();

    let purge = async |at| world.store.purge(NOW + at, &retention).await.unwrap();
    assert_eq!(purge(0).await, Purged::default());
    assert_eq!(purge(HOUR).await, Purged { sessions: 1, ..Purged::default() });
    assert_eq!(purge(DAY_S).await, Purged::default(), "guesses still count");
    // The token of the publication lived a day, and is kept a day more. The keys are 2 to 15 days old; they go with 16.
    let purged = purge(2 * DAY_S + 600).await;
    assert_eq!(purged, Purged { guesses: 2, tokens: 1, keys: 2, ..Purged::default() });
    let late = purge(14 * DAY_S + CodeKind::Short.lifetime_s() + 1).await;
    assert_eq!(late, Purged { codes: 1, keys: 12, ..Purged::default() }, "the link lives a day longer");
    let all = purge(30 * DAY_S).await;
    assert_eq!(all, Purged { codes: 1, ..Purged::default() });
    assert_eq!(world.store.codes_of_case(case, NOW).await.unwrap(), []);
    assert!(world.store.case(case).await.unwrap().is_some());
    assert_eq!(purge(90 * DAY_S).await, Purged::default());
    // Both: that of the publication, and this one.
    assert_eq!(purge(90 * DAY_S + 1).await, Purged { cases: 2, ..Purged::default() });
    assert!(world.store.case(case).await.unwrap().is_none());
    assert_eq!(world.store.case_changes(case).await.unwrap(), []);
    assert_eq!(world.store.published(Stream::Cases).await.unwrap().len(), 1, "files have their own end");
}

async fn an_open_batch_keeps_its_keys(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys = world.keys(3, ReportType::ConfirmedTest);
    world.publish(CaseStatus::Confirmed, &keys, NOW).await;
    let batch = world.store.open_batch(Stream::Cases, NOW + HOUR, HOUR).await.unwrap().unwrap();
    let purge = async || world.store.purge(NOW + 60 * DAY_S, &Retention::default()).await.unwrap().keys;
    assert_eq!(purge().await, 0);
    assert_eq!(members(&world.store, &batch).await.0, sorted(keys));
    world.store.finish_batch(Stream::Cases, batch.id, "1.zip", [1; 32]).await.unwrap();
    assert_eq!(purge().await, 3);
    assert_eq!(world.store.batch_keys(Stream::Cases, batch.id, Membership::New, None, 10).await.unwrap(), []);
}

async fn a_case_stays_while_it_changes_or_has_a_code(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (changed, with_code, idle) = (
        world.case(CaseStatus::Suspected).await,
        world.case(CaseStatus::Confirmed).await,
        world.case(CaseStatus::Confirmed).await,
    );
    let facts = CaseFacts { status: CaseStatus::Confirmed, symptom_onset: None, test_date: None };
    let (expected, by) = (CaseStatus::Suspected, world.officer);
    let change = StatusChange { case: changed, expected, facts, by, at: NOW + 5 * DAY_S };
    world.store.change_case_status(&change).await.unwrap();
    world.code(with_code, CodeKind::Link, NOW + 80 * DAY_S).await;
    let purge = async |day| world.store.purge(NOW + day * DAY_S, &Retention::default()).await.unwrap().cases;
    let there = async |id| world.store.case(id).await.unwrap().is_some();
    assert_eq!(purge(91).await, 1);
    assert!(there(changed).await && there(with_code).await && !there(idle).await);
    assert_eq!(purge(96).await, 2);
}

async fn notes_of_files_end_but_the_last_stay(database: TestDatabase) {
    let world = World::new(database).await;
    for hour in 1..=203 {
        world.export(NOW + hour * HOUR).await;
    }
    for file in world.store.retire_files(Stream::Cases, NOW + 203 * HOUR).await.unwrap() {
        world.store.forget_file(Stream::Cases, file.id).await.unwrap();
    }
    let purge =
        async |day| world.store.purge(NOW + day * DAY_S, &Retention::default()).await.unwrap().exports;
    assert_eq!(purge(20).await, 0);
    assert_eq!(
        purge(60).await,
        2,
        "201 stay: what padding depends on, and the number that is not used again"
    );
}
