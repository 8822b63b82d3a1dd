use crate::support::*;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::publication::RevisableKey;
use bluezone_domain::publication::Stream;
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::time::IntervalNumber;
use bluezone_store::testing::TestDatabase;
use bluezone_store::{BatchId, Membership, Publish, Published, StoreError};

contract![
    a_batch_opens_when_a_period_has_passed,
    a_key_waits_for_its_embargo_and_is_exported_once,
    pages_are_sorted_and_complete,
    revised_keys_come_by_rungs_and_the_rest_later,
    eight_exporters_open_one_batch,
    no_key_is_lost_between_publishers_and_exporters,
    a_file_is_published_once_and_does_not_change,
    files_leave_the_index_before_they_are_forgotten,
];

async fn a_batch_opens_when_a_period_has_passed(database: TestDatabase) {
    let world = World::new(database).await;
    let open = async |at| world.store.open_batch(Stream::Cases, NOW + at, HOUR).await.unwrap();
    let first = open(HOUR + 5).await.unwrap();
    assert_eq!((first.id, first.start, first.end), (BatchId(1), NOW, NOW + HOUR));
    assert_eq!(open(5 * HOUR).await, Some(first), "an open batch is finished before the next begins");
    world.store.finish_batch(Stream::Cases, first.id, "a", [0; 32]).await.unwrap();
    assert_eq!(open(2 * HOUR - 1).await, None);
    assert_eq!(open(0).await, None, "a clock that went back");
    // Nobody exported for a while: one batch for all of it.
    let second = open(5 * HOUR + 100).await.unwrap();
    assert_eq!((second.id, second.start, second.end), (BatchId(2), NOW + HOUR, NOW + 5 * HOUR));
}

async fn a_key_waits_for_its_embargo_and_is_exported_once(database: TestDatabase) {
    let mut world = World::new(database).await;
    // Today's key, cut short at 02:00; its owner publishes at once. Released at 04:00.
    let today =
        DiagnosisKey { rolling_period: 12, ..key(NOW.interval(), ReportType::ConfirmedTest, &mut world.rng) };
    let old = world.keys(1, ReportType::ConfirmedTest).remove(0);
    world.publish(CaseStatus::Confirmed, &[today.clone(), old.clone()], NOW + 2 * HOUR).await;
    assert_eq!(world.export(NOW + 2 * HOUR).await.0, [old]);
    assert_eq!(world.export(NOW + 3 * HOUR).await.0, []);
    assert_eq!(world.export(NOW + 4 * HOUR).await.0, [today]);
    assert_eq!(world.export(NOW + 5 * HOUR).await.0, []);
}

async fn pages_are_sorted_and_complete(database: TestDatabase) {
    let mut world = World::new(database).await;
    let mut expected = Vec::new();
    for _ in 0..3 {
        let keys = world.keys(30, ReportType::ConfirmedTest);
        world.publish(CaseStatus::Confirmed, &keys, NOW).await;
        expected.extend(keys);
    }
    // The ends of the key space.
    for bytes in [[0; 16], [0xff; 16], [0x80; 16]] {
        let mut key = world.keys(1, ReportType::ConfirmedTest).remove(0);
        key.key = bluezone_protocol::gaen::TemporaryExposureKey::from_bytes(bytes);
        key.days_since_onset = Some(-14);
        world.publish(CaseStatus::Confirmed, &[key.clone()], NOW).await;
        expected.push(key);
    }
    let batch = world.store.open_batch(Stream::Cases, NOW + HOUR, HOUR).await.unwrap().unwrap();
    let expected = sorted(expected);
    assert_eq!(members(&world.store, &batch).await.0, expected);
    let one = world.store.batch_keys(Stream::Cases, batch.id, Membership::New, None, 1000).await.unwrap();
    assert_eq!(one, expected);
}

/// Never more of one change than a rung; what is above waits, the youngest change first, and none is lost.
async fn revised_keys_come_by_rungs_and_the_rest_later(database: TestDatabase) {
    let mut world = World::new(database).await;
    let day = IntervalNumber(NOW.interval().0 - 3 * 144);
    let mut keys = Vec::new();
    for _ in 0..7 {
        let one = key(day, ReportType::ConfirmedClinical, &mut world.rng);
        world.publish(CaseStatus::Suspected, std::slice::from_ref(&one), NOW).await;
        keys.push(one);
    }
    world.export(NOW + HOUR).await;
    for (key, second) in keys.iter().zip(0..) {
        let confirmed = DiagnosisKey { report_type: ReportType::ConfirmedTest, ..key.clone() };
        let at = NOW + HOUR + second;
        let publish = world.publication(CaseStatus::Confirmed, &[confirmed], at).await;
        let publish = Publish { revision: Some(vec![RevisableKey::from(key)]), ..publish };
        assert_eq!(
            world.store.publish(&publish).await.unwrap(),
            Published::Stored { inserted: 0, revised: 1 }
        );
    }
    let confirmed = |keys: &[DiagnosisKey]| {
        let one = |key: &DiagnosisKey| DiagnosisKey { report_type: ReportType::ConfirmedTest, ..key.clone() };
        sorted(keys.iter().map(one).collect())
    };
    let batch = world.store.open_batch(Stream::Cases, NOW + 2 * HOUR, HOUR).await.unwrap().unwrap();
    assert_eq!(members(&world.store, &batch).await, (vec![], confirmed(&keys[..5])));
    let before =
        world.store.batch_keys(Stream::Cases, batch.id, Membership::Before, None, 100).await.unwrap();
    assert_eq!(before, sorted(keys[..5].to_vec()));
    world.store.finish_batch(Stream::Cases, batch.id, "2.zip", [2; 32]).await.unwrap();
    assert_eq!(world.export(NOW + 3 * HOUR).await, (vec![], confirmed(&keys[5..])));
    let ids: Vec<i64> = world
        .store
        .batches_since(Stream::Cases, BatchId(2))
        .await
        .unwrap()
        .iter()
        .map(|batch| batch.id.0)
        .collect();
    assert_eq!(ids, [2, 3]);
}

async fn eight_exporters_open_one_batch(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys = world.keys(10, ReportType::ConfirmedTest);
    world.publish(CaseStatus::Confirmed, &keys, NOW).await;
    let batches = race(&world.database, |_, store| async move {
        let batch = store.open_batch(Stream::Cases, NOW + HOUR, HOUR).await.unwrap().unwrap();
        assert_eq!(members(&store, &batch).await.0.len(), 10);
        batch
    })
    .await;
    assert!(batches.iter().all(|batch| *batch == batches[0]), "{batches:?}");
}

async fn no_key_is_lost_between_publishers_and_exporters(database: TestDatabase) {
    let mut world = World::new(database).await;
    let mut publications = Vec::new();
    for _ in 0..TASKS {
        let mut own = Vec::new();
        for _ in 0..4 {
            let keys = world.keys(3, ReportType::ConfirmedTest);
            own.push(world.publication(CaseStatus::Confirmed, &keys, NOW).await);
        }
        publications.push(own);
    }
    let exported = race(&world.database, |i, store| {
        let publications = publications[i].clone();
        async move {
            for publish in publications {
                let stored = store.publish(&publish).await.unwrap();
                assert_eq!(stored, Published::Stored { inserted: 3, revised: 0 });
            }
            // Then this one exports, while others still publish.
            let at = NOW + HOUR * (1 + i as i64);
            if let Some(batch) = store.open_batch(Stream::Cases, at, HOUR).await.unwrap() {
                store.finish_batch(Stream::Cases, batch.id, "same.zip", [7; 32]).await.unwrap();
            }
        }
    });
    exported.await;
    world.export(NOW + 50 * HOUR).await;
    let mut found = Vec::new();
    for file in world.store.published(Stream::Cases).await.unwrap() {
        found.extend(
            world.store.batch_keys(Stream::Cases, file.id, Membership::New, None, 1000).await.unwrap(),
        );
    }
    let sent = publications.concat().into_iter().flat_map(|publish| publish.keys).map(|stored| stored.key);
    assert_eq!(sorted(found), sorted(sent.collect()));
}

async fn a_file_is_published_once_and_does_not_change(database: TestDatabase) {
    let world = World::new(database).await;
    let batch = world.store.open_batch(Stream::Cases, NOW + HOUR, HOUR).await.unwrap().unwrap();
    assert_eq!(world.store.published(Stream::Cases).await.unwrap(), [], "not before it is finished");
    // Two exporters finish the same file.
    world.store.finish_batch(Stream::Cases, batch.id, "1.zip", [1; 32]).await.unwrap();
    world.store.finish_batch(Stream::Cases, batch.id, "1.zip", [1; 32]).await.unwrap();
    for (name, sha256) in [("1.zip", [2; 32]), ("2.zip", [1; 32])] {
        let changed = world.store.finish_batch(Stream::Cases, batch.id, name, sha256).await;
        assert!(matches!(changed, Err(StoreError::Conflict(_))), "{changed:?}");
    }
    let missing = world.store.finish_batch(Stream::Cases, BatchId(77), "1.zip", [1; 32]).await;
    assert!(matches!(missing, Err(StoreError::Conflict(_))), "{missing:?}");
    world.export(NOW + 2 * HOUR).await;
    let files = world.store.published(Stream::Cases).await.unwrap();
    let shown: Vec<_> =
        files.iter().map(|f| (f.id.0, f.start - NOW, f.end - NOW, f.object_name.as_str())).collect();
    assert_eq!(shown, [(1, 0, HOUR, "1.zip"), (2, HOUR, 2 * HOUR, "2.zip")]);
    assert_eq!(files[0].sha256, [1; 32]);
}

async fn files_leave_the_index_before_they_are_forgotten(database: TestDatabase) {
    let world = World::new(database).await;
    for i in 1..=4 {
        world.export(NOW + i * HOUR).await;
    }
    let ids =
        |files: Vec<bluezone_store::PublishedFile>| files.into_iter().map(|f| f.id.0).collect::<Vec<_>>();
    let retired = world.store.retire_files(Stream::Cases, NOW + 3 * HOUR).await.unwrap();
    assert_eq!(ids(retired), [1, 2]);
    assert_eq!(ids(world.store.published(Stream::Cases).await.unwrap()), [3, 4]);
    world.store.forget_file(Stream::Cases, BatchId(1)).await.unwrap();
    world.store.forget_file(Stream::Cases, BatchId(3)).await.unwrap();
    assert_eq!(
        ids(world.store.published(Stream::Cases).await.unwrap()),
        [3, 4],
        "a file in the index is not forgotten"
    );
    let retired = world.store.retire_files(Stream::Cases, NOW + 3 * HOUR).await.unwrap();
    assert_eq!(ids(retired), [2], "after a crash the rest is still known");
    world.store.retire_files(Stream::Cases, NOW + 100 * HOUR).await.unwrap();
    let batch = world.store.open_batch(Stream::Cases, NOW + 5 * HOUR, HOUR).await.unwrap().unwrap();
    assert_eq!((batch.id, batch.start), (BatchId(5), NOW + 4 * HOUR), "numbers are not used again");
}
