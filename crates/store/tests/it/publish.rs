use crate::support::*;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::id::TokenId;
use bluezone_protocol::diagnosis::ReportType;
use bluezone_store::testing::TestDatabase;
use bluezone_store::{Publish, PublishRefusal, Published};

contract![
    keys_are_stored_once_and_a_retry_gets_the_first_answer,
    a_certificate_is_for_its_token_and_keys_only,
    a_key_stands_in_a_request_once,
    eight_times_the_same_publication_is_stored_once,
    two_phones_with_the_same_keys_cannot_both_publish_them,
    a_request_cut_off_anywhere_stores_all_or_nothing,
];

async fn keys_are_stored_once_and_a_retry_gets_the_first_answer(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys = world.keys(14, ReportType::ConfirmedTest);
    let publish = world.publication(CaseStatus::Confirmed, &keys, NOW).await;
    let stored = world.store.publish(&publish).await.unwrap();
    assert_eq!(stored, Published::Stored { inserted: 14, revised: 0 });
    let retry = Publish { response: vec![0], now: NOW + HOUR, ..publish.clone() };
    let expected = Published::Repeated { inserted: 14, revised: 0, response: publish.response };
    assert_eq!(world.store.publish(&retry).await.unwrap(), expected);
    assert_eq!(world.export(NOW + HOUR).await, (sorted(keys), vec![]));
}

async fn a_certificate_is_for_its_token_and_keys_only(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys = world.keys(2, ReportType::ConfirmedTest);
    let good = world.publication(CaseStatus::Confirmed, &keys, NOW).await;
    let other = world.publication(CaseStatus::Confirmed, &keys, NOW).await;
    for wrong in [
        Publish { token: other.token, ..good.clone() },
        Publish { tekmac: other.tekmac, ..good.clone() },
        Publish { token: TokenId::generate(&mut world.rng), ..good.clone() },
        Publish { now: NOW + TOKEN_LIFE, ..good.clone() },
    ] {
        let refused = world.store.publish(&wrong).await.unwrap();
        assert_eq!(refused, Published::Refused(PublishRefusal::Certificate));
    }
    assert_eq!(world.store.publish(&good).await.unwrap(), Published::Stored { inserted: 2, revised: 0 });
}

async fn a_key_stands_in_a_request_once(database: TestDatabase) {
    let mut world = World::new(database).await;
    let mut keys = world.keys(3, ReportType::ConfirmedTest);
    let mut again = keys[1].clone();
    again.rolling_start = keys[2].rolling_start;
    keys.push(again);
    let mut publish = world.publication(CaseStatus::Confirmed, &keys, NOW).await;
    let refused = world.store.publish(&publish).await.unwrap();
    assert_eq!(refused, Published::Refused(PublishRefusal::DuplicateKey));
    // What was refused has consumed nothing.
    publish.keys.pop();
    assert_eq!(world.store.publish(&publish).await.unwrap(), Published::Stored { inserted: 3, revised: 0 });
}

async fn eight_times_the_same_publication_is_stored_once(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys = world.keys(14, ReportType::ConfirmedTest);
    let publish = world.publication(CaseStatus::Confirmed, &keys, NOW).await;
    let results = race(&world.database, |i, store| {
        let publish = Publish { response: vec![i as u8], ..publish.clone() };
        async move { store.publish(&publish).await.unwrap() }
    })
    .await;
    assert_eq!(count(&results, &Published::Stored { inserted: 14, revised: 0 }), 1);
    let winner = results.iter().position(|r| matches!(r, Published::Stored { .. })).unwrap();
    let repeated = Published::Repeated { inserted: 14, revised: 0, response: vec![winner as u8] };
    assert_eq!(count(&results, &repeated), TASKS - 1, "{results:?}");
}

async fn two_phones_with_the_same_keys_cannot_both_publish_them(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys = world.keys(14, ReportType::ConfirmedTest);
    let mut publications = Vec::new();
    for i in 0..TASKS {
        let mut keys = keys.clone();
        // Each in an order of its own.
        keys.rotate_left(i);
        publications.push(world.publication(CaseStatus::Confirmed, &keys, NOW).await);
    }
    let results = race(&world.database, |i, store| {
        let publish = publications[i].clone();
        async move { store.publish(&publish).await.unwrap() }
    })
    .await;
    assert_eq!(count(&results, &Published::Stored { inserted: 14, revised: 0 }), 1, "{results:?}");
    let refused = Published::Refused(PublishRefusal::MissingRevisionToken);
    assert_eq!(count(&results, &refused), TASKS - 1, "{results:?}");
}

async fn a_request_cut_off_anywhere_stores_all_or_nothing(database: TestDatabase) {
    let mut world = World::new(database).await;
    let mut expected = Vec::new();
    for polls in 1.. {
        let keys = world.keys(3, ReportType::ConfirmedTest);
        let publish = world.publication(CaseStatus::Confirmed, &keys, NOW).await;
        let answered = cut_off(world.store.publish(&publish), polls).await.is_some();
        // All keys new: nothing of the first attempt is there; or all of it is.
        match world.store.publish(&publish).await.unwrap() {
            Published::Stored { inserted: 3, revised: 0 } => assert!(!answered),
            Published::Repeated { inserted: 3, revised: 0, .. } => {}
            other => panic!("{other:?} after {polls} polls"),
        }
        expected.extend(keys);
        if answered {
            break;
        }
    }
    assert_eq!(world.export(NOW + HOUR).await, (sorted(expected), vec![]));
}
