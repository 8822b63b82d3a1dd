//! A report after a report: more certain, withdrawn, or of the days since.

use crate::reporting::*;
use crate::server::Server;
use crate::support::{DAY, MIDNIGHT, NOW, restarted};
use bluezone_device::{Document, ReportError, ReportFailure, ReportStep, Storage};
use bluezone_protocol::api::{TestType, validate_publish};

#[test]
fn likely_becomes_confirmed_with_the_revision_token_and_the_days_since() {
    let (mut phone, mut rng) = carried_phone();
    let first = reported(&mut phone, TestType::Likely, NOW, &mut rng);
    let later = NOW + 2 * DAY;
    for hour in 0..=48 {
        phone.rotation(NOW + hour * 3600, &mut rng).unwrap();
    }
    let mut phone = restarted(&phone);
    let mut server = Server::new(TestType::Confirmed);
    phone.report_start(CODE, &mut rng, later).unwrap();
    let asked = run(&mut phone, &mut server, later, &mut rng);
    assert!(matches!(asked, ReportStep::Confirm { revises: true, .. }), "{asked:?}");
    assert_eq!(consent_to_all(&mut phone, later, &mut rng).len(), 6);
    run(&mut phone, &mut server, later, &mut rng);
    let (sent, before) = (keys(&server), keys(&first));
    assert_eq!(sent[..4], before, "what was published is sent as it was");
    let since: Vec<_> =
        sent[4..].iter().map(|(start, period, _)| (start.start() - MIDNIGHT, *period)).collect();
    assert_eq!(since, [(10 * 3600 + 600, 83), (DAY, 144), (2 * DAY, 61)]);
    validate_publish(server.the_publication(), later).unwrap();
    assert_eq!(server.the_publication().revision_token, "revision");
    assert_ne!(server.the_publication().hmac_key, first.the_publication().hmac_key);
}

#[test]
fn a_negative_test_withdraws_what_was_published_as_likely_and_nothing_else() {
    let (mut phone, mut rng) = carried_phone();
    let first = reported(&mut phone, TestType::Likely, NOW, &mut rng);
    phone.rotation(NOW + DAY, &mut rng).unwrap();
    let server = reported(&mut phone, TestType::Negative, NOW + DAY, &mut rng);
    assert_eq!(keys(&server), keys(&first), "those and no others");
    assert_eq!(server.the_publication().revision_token, "revision");

    for published in [None, Some(TestType::Negative)] {
        let (mut phone, mut rng) = carried_phone();
        if let Some(again) = published {
            reported(&mut phone, TestType::Confirmed, NOW, &mut rng);
            reported(&mut phone, again, NOW, &mut rng);
        }
        phone.report_start(CODE, &mut rng, NOW).unwrap();
        let end = run(&mut phone, &mut Server::new(TestType::Negative), NOW, &mut rng);
        assert_eq!(end, ReportStep::Failed(ReportFailure::NothingToWithdraw));
    }
}

#[test]
fn a_second_report_of_the_same_kind_adds_the_days_since() {
    let (mut phone, mut rng) = carried_phone();
    let first = reported(&mut phone, TestType::Confirmed, NOW, &mut rng);
    for hour in 0..30 {
        phone.rotation(NOW + hour * 3600, &mut rng).unwrap();
    }
    let later = NOW + 30 * 3600;
    phone.report_start(CODE, &mut rng, later).unwrap();
    let mut server = Server::new(TestType::Confirmed);
    run(&mut phone, &mut server, later, &mut rng);
    let preview = phone.report_preview(later).unwrap();
    let before: Vec<_> = preview.iter().map(|day| day.published_before).collect();
    assert_eq!(before, [true, true, true, false, false]);
    let only_old = phone.report_consent(&days(&preview[..3]), None, later, &mut rng);
    assert_eq!(error(only_old), Some(ReportError::NothingToShare));
    phone.report_consent(&days(&preview[4..]), None, later, &mut rng).unwrap();
    run(&mut phone, &mut server, later, &mut rng);
    let sent = keys(&server);
    assert_eq!(sent[..4], keys(&first), "as they were");
    assert_eq!(
        sent[4..].iter().map(|key| (key.0.start(), key.1)).collect::<Vec<_>>(),
        [(MIDNIGHT + DAY, 97)]
    );
    assert_eq!(server.the_publication().revision_token, "revision");
}

#[test]
fn a_new_illness_after_a_withdrawn_report_shares_only_what_was_never_published() {
    let (mut phone, mut rng) = carried_phone();
    let first = reported(&mut phone, TestType::Likely, NOW, &mut rng);
    reported(&mut phone, TestType::Negative, NOW, &mut rng);
    for hour in 0..30 {
        phone.rotation(NOW + hour * 3600, &mut rng).unwrap();
    }
    let second = reported(&mut phone, TestType::Likely, NOW + 30 * 3600, &mut rng);
    assert_eq!(second.the_publication().revision_token, "");
    assert_eq!(keys(&second).len(), 2);
    let third = reported(&mut phone, TestType::Confirmed, NOW + 30 * 3600, &mut rng);
    assert_eq!(keys(&third), keys(&second), "the withdrawn ones are never published again");
    assert!(keys(&third).iter().all(|key| !keys(&first).contains(key)));
}

#[test]
fn copies_of_published_keys_are_kept_no_longer_than_keys() {
    let (mut phone, mut rng) = carried_phone();
    reported(&mut phone, TestType::Likely, NOW, &mut rng);
    for (days, kept) in [(13, true), (15, false)] {
        for hour in 0..=days * 24 {
            phone.tidy(NOW + hour * 3600).unwrap();
        }
        assert_eq!(phone.storage().document(Document::Receipt).unwrap().is_some(), kept, "{days} days");
    }
}
