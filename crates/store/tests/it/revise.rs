use crate::support::*;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::publication::RevisableKey;
use bluezone_domain::publication::Stream;
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_store::testing::TestDatabase;
use bluezone_store::{Publish, PublishRefusal, Published};

contract![
    a_published_key_needs_its_revision_token,
    a_key_in_an_export_is_revised_once_and_exported_again,
    a_key_that_was_revised_can_be_withdrawn,
    a_change_that_no_export_told_can_change_again,
    a_key_whose_change_is_being_exported_waits,
    a_key_in_no_export_yet_is_amended,
    a_change_of_report_leaves_the_days_since_onset,
    a_key_revoked_before_its_export_is_never_published,
    a_report_only_changes_by_the_rules,
    new_keys_may_come_along,
    revoking_what_was_never_published_stores_nothing,
    an_open_batch_does_not_change,
    revisions_at_once_happen_once,
    padding_is_refused_like_the_keys_of_others,
    what_is_only_to_be_revised_is_never_new,
    a_revision_keeps_the_class_of_infectiousness,
];

fn vouch(keys: &[DiagnosisKey]) -> Option<Vec<RevisableKey>> {
    Some(keys.iter().map(RevisableKey::from).collect())
}

fn as_report(keys: &[DiagnosisKey], report_type: ReportType) -> Vec<DiagnosisKey> {
    // A revision brings its own risk, which must arrive in the export.
    let revised = |key: &DiagnosisKey| DiagnosisKey { report_type, transmission_risk: 2, ..key.clone() };
    keys.iter().map(revised).collect()
}

/// A publication of these keys with a revision token for them.
async fn revision(world: &mut World, keys: &[DiagnosisKey], to: ReportType, at: i64) -> Publish {
    let status = if to == ReportType::Revoked { CaseStatus::Negative } else { CaseStatus::Confirmed };
    let publish = world.publication(status, &as_report(keys, to), NOW + at).await;
    Publish { revision: vouch(keys), ..publish }
}

async fn a_published_key_needs_its_revision_token(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys = world.keys(3, ReportType::ConfirmedClinical);
    world.publish(CaseStatus::Suspected, &keys, NOW).await;
    let good = revision(&mut world, &keys, ReportType::ConfirmedTest, 0).await;

    let missing = Publish { revision: None, ..good.clone() };
    let refused = Published::Refused(PublishRefusal::MissingRevisionToken);
    assert_eq!(world.store.publish(&missing).await.unwrap(), refused);

    let refused = Published::Refused(PublishRefusal::InvalidRevisionToken);
    let others = world.keys(3, ReportType::ConfirmedClinical);
    let mut shorter = keys.clone();
    shorter[0].rolling_period = 143;
    let mut moved = keys.clone();
    moved[2].rolling_start.0 += 1;
    for vouched in [&others, &keys[..2].to_vec(), &shorter, &moved, &vec![]] {
        let wrong = Publish { revision: vouch(vouched), ..good.clone() };
        assert_eq!(world.store.publish(&wrong).await.unwrap(), refused);
    }
    // A token for the right key does not help to publish it with another span.
    let mut stretched = good.clone();
    stretched.keys[1].key.rolling_period = 100;
    assert_eq!(world.store.publish(&stretched).await.unwrap(), refused);

    assert_eq!(world.store.publish(&good).await.unwrap(), Published::Stored { inserted: 0, revised: 3 });
}

async fn a_key_in_an_export_is_revised_once_and_exported_again(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys = world.keys(14, ReportType::ConfirmedClinical);
    world.publish(CaseStatus::Suspected, &keys, NOW).await;
    assert_eq!(world.export(NOW + HOUR).await, (sorted(keys.clone()), vec![]));

    let confirm = revision(&mut world, &keys, ReportType::ConfirmedTest, 2 * HOUR).await;
    assert_eq!(world.store.publish(&confirm).await.unwrap(), Published::Stored { inserted: 0, revised: 14 });
    let confirmed = sorted(as_report(&keys, ReportType::ConfirmedTest));
    assert_eq!(world.export(NOW + 3 * HOUR).await, (vec![], confirmed));

    // The same report again changes nothing and is no error.
    let again = revision(&mut world, &keys, ReportType::ConfirmedTest, 4 * HOUR).await;
    assert_eq!(world.store.publish(&again).await.unwrap(), Published::Stored { inserted: 0, revised: 0 });
    assert_eq!(world.export(NOW + 5 * HOUR).await, (vec![], vec![]));

    // Another one is one too many, and stores nothing of the others.
    let keys = world.keys(2, ReportType::SelfReport);
    world.publish(CaseStatus::Confirmed, &keys, NOW + 6 * HOUR).await;
    world.export(NOW + 7 * HOUR).await;
    let likely = revision(&mut world, &keys[..1], ReportType::ConfirmedClinical, 8 * HOUR).await;
    assert_eq!(world.store.publish(&likely).await.unwrap(), Published::Stored { inserted: 0, revised: 1 });
    world.export(NOW + 9 * HOUR).await;
    let confirm = revision(&mut world, &keys, ReportType::ConfirmedTest, 10 * HOUR).await;
    let refused = Published::Refused(PublishRefusal::KeyAlreadyRevised);
    assert_eq!(world.store.publish(&confirm).await.unwrap(), refused);
    assert_eq!(world.export(NOW + 11 * HOUR).await, (vec![], vec![]));
}

async fn a_key_that_was_revised_can_be_withdrawn(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys = world.keys(3, ReportType::ConfirmedClinical);
    world.publish(CaseStatus::Suspected, &keys, NOW).await;
    world.export(NOW + HOUR).await;
    let confirm = revision(&mut world, &keys, ReportType::ConfirmedTest, 2 * HOUR).await;
    world.store.publish(&confirm).await.unwrap();
    world.export(NOW + 3 * HOUR).await;
    let revoke = revision(&mut world, &keys, ReportType::Revoked, 4 * HOUR).await;
    assert_eq!(world.store.publish(&revoke).await.unwrap(), Published::Stored { inserted: 0, revised: 3 });
    let revoked = sorted(as_report(&keys, ReportType::Revoked));
    assert_eq!(world.export(NOW + 5 * HOUR).await, (vec![], revoked));
    let back = revision(&mut world, &keys, ReportType::ConfirmedTest, 6 * HOUR).await;
    let refused = Published::Refused(PublishRefusal::InvalidTransition);
    assert_eq!(world.store.publish(&back).await.unwrap(), refused);
}

async fn a_change_that_no_export_told_can_change_again(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys = world.keys(3, ReportType::SelfReport);
    world.publish(CaseStatus::Confirmed, &keys, NOW).await;
    world.export(NOW + HOUR).await;
    for to in [ReportType::ConfirmedClinical, ReportType::ConfirmedTest, ReportType::Revoked] {
        let change = revision(&mut world, &keys, to, 2 * HOUR).await;
        assert_eq!(
            world.store.publish(&change).await.unwrap(),
            Published::Stored { inserted: 0, revised: 3 }
        );
    }
    let revoked = sorted(as_report(&keys, ReportType::Revoked));
    assert_eq!(world.export(NOW + 3 * HOUR).await, (vec![], revoked));
}

async fn a_key_whose_change_is_being_exported_waits(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys = world.keys(3, ReportType::ConfirmedClinical);
    world.publish(CaseStatus::Suspected, &keys, NOW).await;
    world.export(NOW + HOUR).await;
    let confirm = revision(&mut world, &keys, ReportType::ConfirmedTest, HOUR).await;
    world.store.publish(&confirm).await.unwrap();
    let batch = world.store.open_batch(Stream::Cases, NOW + 2 * HOUR, HOUR).await.unwrap().unwrap();
    let before = members(&world.store, &batch).await;
    let revoke = revision(&mut world, &keys, ReportType::Revoked, 2 * HOUR).await;
    let wait = Published::Refused(PublishRefusal::BeingExported);
    assert_eq!(world.store.publish(&revoke).await.unwrap(), wait);
    assert_eq!(members(&world.store, &batch).await, before, "an open batch does not change");
    world.store.finish_batch(Stream::Cases, batch.id, "2.zip", [1; 32]).await.unwrap();
    assert_eq!(world.store.publish(&revoke).await.unwrap(), Published::Stored { inserted: 0, revised: 3 });
    let revoked = sorted(as_report(&keys, ReportType::Revoked));
    assert_eq!(world.export(NOW + 3 * HOUR).await, (vec![], revoked));
}

async fn a_change_of_report_leaves_the_days_since_onset(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys = world.keys(4, ReportType::ConfirmedClinical);
    let (told, waiting) = keys.split_at(2);
    world.publish(CaseStatus::Suspected, told, NOW).await;
    world.export(NOW + HOUR).await;
    world.publish(CaseStatus::Suspected, waiting, NOW + HOUR).await;
    let mut confirm = revision(&mut world, &keys, ReportType::ConfirmedTest, HOUR).await;
    for stored in &mut confirm.keys {
        stored.key.days_since_onset = Some(11);
    }
    assert_eq!(world.store.publish(&confirm).await.unwrap(), Published::Stored { inserted: 0, revised: 4 });
    let confirmed = |keys: &[DiagnosisKey]| {
        let days_since_onset = keys[0].days_since_onset;
        let keys = as_report(keys, ReportType::ConfirmedTest);
        sorted(keys.into_iter().map(|key| DiagnosisKey { days_since_onset, ..key }).collect())
    };
    assert_eq!(world.export(NOW + 2 * HOUR).await, (confirmed(waiting), confirmed(told)));
}

async fn a_key_in_no_export_yet_is_amended(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys = world.keys(5, ReportType::ConfirmedClinical);
    world.publish(CaseStatus::Suspected, &keys, NOW).await;
    let confirm = revision(&mut world, &keys, ReportType::ConfirmedTest, 60).await;
    assert_eq!(world.store.publish(&confirm).await.unwrap(), Published::Stored { inserted: 0, revised: 5 });
    let confirmed = sorted(as_report(&keys, ReportType::ConfirmedTest));
    assert_eq!(world.export(NOW + HOUR).await, (confirmed, vec![]));
    let revoke = revision(&mut world, &keys, ReportType::Revoked, 2 * HOUR).await;
    assert_eq!(world.store.publish(&revoke).await.unwrap(), Published::Stored { inserted: 0, revised: 5 });
    let revoked = sorted(as_report(&keys, ReportType::Revoked));
    assert_eq!(world.export(NOW + 3 * HOUR).await, (vec![], revoked), "no phone saw the first report");
}

async fn a_key_revoked_before_its_export_is_never_published(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys = world.keys(5, ReportType::ConfirmedTest);
    world.publish(CaseStatus::Confirmed, &keys, NOW).await;
    let revoke = revision(&mut world, &keys[..4], ReportType::Revoked, 60).await;
    assert_eq!(world.store.publish(&revoke).await.unwrap(), Published::Stored { inserted: 0, revised: 4 });
    assert_eq!(world.export(NOW + HOUR).await, (keys[4..].to_vec(), vec![]));
    assert_eq!(world.export(NOW + 2 * HOUR).await, (vec![], vec![]));
}

async fn a_report_only_changes_by_the_rules(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys = world.keys(2, ReportType::ConfirmedTest);
    world.publish(CaseStatus::Confirmed, &keys, NOW).await;
    let back = revision(&mut world, &keys, ReportType::ConfirmedClinical, 0).await;
    let refused = Published::Refused(PublishRefusal::InvalidTransition);
    assert_eq!(world.store.publish(&back).await.unwrap(), refused);
    assert_eq!(world.export(NOW + HOUR).await, (sorted(keys), vec![]), "nothing changed");
}

async fn new_keys_may_come_along(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys = world.keys(4, ReportType::ConfirmedClinical);
    world.publish(CaseStatus::Suspected, &keys[..3], NOW).await;
    world.export(NOW + HOUR).await;
    let mut publish = revision(&mut world, &keys, ReportType::ConfirmedTest, 2 * HOUR).await;
    publish.revision = vouch(&keys[..3]);
    assert_eq!(world.store.publish(&publish).await.unwrap(), Published::Stored { inserted: 1, revised: 3 });
    let confirmed = as_report(&keys, ReportType::ConfirmedTest);
    let expected = (confirmed[3..].to_vec(), sorted(confirmed[..3].to_vec()));
    assert_eq!(world.export(NOW + 3 * HOUR).await, expected);
}

async fn revoking_what_was_never_published_stores_nothing(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys = world.keys(4, ReportType::Revoked);
    let publish = world.publication(CaseStatus::Negative, &keys, NOW).await;
    assert_eq!(world.store.publish(&publish).await.unwrap(), Published::Stored { inserted: 0, revised: 0 });
    assert_eq!(world.export(NOW + HOUR).await, (vec![], vec![]));
}

async fn an_open_batch_does_not_change(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys = world.keys(9, ReportType::ConfirmedClinical);
    world.publish(CaseStatus::Suspected, &keys, NOW).await;
    let batch = world.store.open_batch(Stream::Cases, NOW + HOUR, HOUR).await.unwrap().unwrap();
    let before = members(&world.store, &batch).await;
    // Meanwhile: a revision of its keys, and more keys of the same time.
    let confirm = revision(&mut world, &keys, ReportType::ConfirmedTest, 1).await;
    world.store.publish(&confirm).await.unwrap();
    let more = world.keys(3, ReportType::ConfirmedTest);
    world.publish(CaseStatus::Confirmed, &more, NOW + 1).await;
    assert_eq!(members(&world.store, &batch).await, before);
    assert_eq!(before, (sorted(keys.clone()), vec![]));
    world.store.finish_batch(Stream::Cases, batch.id, "1.zip", [1; 32]).await.unwrap();
    let next = world.export(NOW + 2 * HOUR).await;
    assert_eq!(next, (sorted(more), sorted(as_report(&keys, ReportType::ConfirmedTest))));
}

async fn revisions_at_once_happen_once(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys = world.keys(5, ReportType::ConfirmedClinical);
    world.publish(CaseStatus::Suspected, &keys, NOW).await;
    world.export(NOW + HOUR).await;
    let mut publications = Vec::new();
    for i in 0..TASKS {
        let to = if i % 2 == 0 { ReportType::ConfirmedTest } else { ReportType::Revoked };
        publications.push(revision(&mut world, &keys, to, 2 * HOUR).await);
    }
    let results = race(&world.database, |i, store| {
        let publish = publications[i].clone();
        async move { store.publish(&publish).await.unwrap() }
    })
    .await;
    // Confirmed perhaps, then withdrawn; whoever confirms after that is refused.
    let changed = count(&results, &Published::Stored { inserted: 0, revised: 5 });
    assert!((1..=2).contains(&changed), "{results:?}");
    let refused = Published::Refused(PublishRefusal::InvalidTransition);
    for (i, result) in results.iter().enumerate() {
        assert!(i % 2 == 0 || *result != refused, "{results:?}");
    }
    let revoked = sorted(as_report(&keys, ReportType::Revoked));
    assert_eq!(world.export(NOW + 3 * HOUR).await, (vec![], revoked));
}

/// Otherwise whoever has a code could ask which of the published keys are padding.
async fn padding_is_refused_like_the_keys_of_others(database: TestDatabase) {
    let mut world = World::new(database).await;
    let others = world.keys(2, ReportType::ConfirmedTest);
    world.publish(CaseStatus::Confirmed, &others[..1], NOW).await;
    let own = world.keys(1, ReportType::ConfirmedTest);
    for (key, padding) in [(&others[0], vec![]), (&others[1], vec![others[1].key.clone()])] {
        for report_type in [ReportType::ConfirmedTest, ReportType::Revoked] {
            let key = DiagnosisKey { report_type, ..key.clone() };
            let publish = world.publication(CaseStatus::Confirmed, &[key, own[0].clone()], NOW).await;
            let publish = Publish { padding: padding.clone(), ..publish };
            let refused = Published::Refused(PublishRefusal::MissingRevisionToken);
            assert_eq!(world.store.publish(&publish).await.unwrap(), refused);
            let with_token = Publish { revision: vouch(&own), ..publish };
            let refused = Published::Refused(PublishRefusal::InvalidRevisionToken);
            assert_eq!(world.store.publish(&with_token).await.unwrap(), refused);
        }
    }
}

async fn what_is_only_to_be_revised_is_never_new(database: TestDatabase) {
    let mut world = World::new(database).await;
    let mut keys = world.keys(2, ReportType::ConfirmedTest);
    keys[1].days_since_onset = None;
    let publish = world.publication(CaseStatus::Confirmed, &keys, NOW).await;
    let publish = Publish { revision: vouch(&keys), ..publish };
    assert_eq!(world.store.publish(&publish).await.unwrap(), Published::Stored { inserted: 1, revised: 0 });
    assert_eq!(world.export(NOW + HOUR).await, (keys[..1].to_vec(), vec![]));
}

async fn a_revision_keeps_the_class_of_infectiousness(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys = world.keys(2, ReportType::ConfirmedClinical);
    world.publish(CaseStatus::Suspected, &keys, NOW).await;
    world.export(NOW + HOUR).await;
    let mut revise = revision(&mut world, &keys, ReportType::Revoked, 2 * HOUR).await;
    revise.keys[0].key.days_since_onset = Some(10);
    revise.keys[1].key.days_since_onset = None;
    assert_eq!(world.store.publish(&revise).await.unwrap(), Published::Stored { inserted: 0, revised: 2 });
    let expected = sorted(as_report(&keys, ReportType::Revoked));
    assert_eq!(world.export(NOW + 3 * HOUR).await, (vec![], expected));
}
