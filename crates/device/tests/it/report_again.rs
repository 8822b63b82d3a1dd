//! A report after a report: more certain, withdrawn, or of the days since.

use crate::reporting::*;
use crate::server::Server;
use crate::support::{DAY, MIDNIGHT, NOW, restarted};
use bluezone_device::{
    DayKind, DeviceError, Document, Follows, ReportError, ReportFailure, ReportStep, Storage,
};
use bluezone_protocol::api::{MAX_KEYS_PER_PUBLISH, TestType, error_code, validate_publish};
use std::collections::BTreeSet;

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
    assert!(matches!(asked, ReportStep::Confirm { follows: Follows::NewFinding, .. }), "{asked:?}");
    assert_eq!(
        consent_to_all(&mut phone, later, &mut rng).len(),
        7,
        "today twice: what was published, and what came after"
    );
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
        assert_eq!(end, failed(ReportFailure::NothingToWithdraw));
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
    let preview = phone.report_preview(None, later).unwrap();
    let kinds: Vec<_> = preview.iter().map(|day| ((day.day - MIDNIGHT) / DAY, day.kind)).collect();
    let (before, new) = (DayKind::Before, DayKind::New);
    assert_eq!(kinds, [(-3, before), (-2, before), (-1, before), (0, before), (0, new), (1, new)]);
    let only_old = phone.report_consent(&days(&preview[..3]), None, later, &mut rng);
    assert_eq!(error(only_old), Some(ReportError::NothingToShare));
    phone.report_consent(&days(&preview[5..]), None, later, &mut rng).unwrap();
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

#[test]
fn the_onset_of_the_first_report_is_that_of_the_next() {
    let (mut phone, mut rng) = carried_phone();
    let onset = MIDNIGHT - 2 * DAY;
    let mut report = |test_type, onset| {
        let mut server = Server::new(test_type);
        phone.report_start(CODE, &mut rng, NOW).unwrap();
        run(&mut phone, &mut server, NOW, &mut rng);
        let preview = phone.report_preview(onset, NOW).unwrap();
        phone.report_consent(&days(&preview), onset, NOW, &mut rng).unwrap();
        run(&mut phone, &mut server, NOW, &mut rng);
        server.the_publication().symptom_onset_interval
    };
    assert_eq!(report(TestType::Likely, Some(onset)), Some(onset.interval()));
    assert_eq!(report(TestType::Confirmed, None), Some(onset.interval()));
}

#[test]
fn a_confirmed_report_is_withdrawn_as_long_as_its_keys_count() {
    let (mut phone, mut rng) = carried_phone();
    let first = reported(&mut phone, TestType::Likely, NOW, &mut rng);
    reported(&mut phone, TestType::Confirmed, NOW, &mut rng);
    let mut late = restarted(&phone);
    let withdrawn = reported(&mut phone, TestType::Negative, NOW, &mut rng);
    assert_eq!(keys(&withdrawn), keys(&first));

    let later = NOW + 15 * DAY;
    late.report_start(CODE, &mut rng, later).unwrap();
    let end = run(&mut late, &mut Server::new(TestType::Negative), later, &mut rng);
    assert_eq!(end, failed(ReportFailure::NothingToWithdraw), "all are too old by now");
}

#[test]
fn a_long_chain_of_reports_publishes_each_key_as_new_once() {
    let (mut phone, mut rng) = carried_phone();
    let mut seen = BTreeSet::new();
    let mut now = NOW;
    for report in 0..40 {
        phone.rotation(now, &mut rng).unwrap();
        let new = phone.report_preview(None, now).unwrap();
        let server = reported(&mut phone, TestType::Confirmed, now, &mut rng);
        let sent: BTreeSet<_> = keys(&server).into_iter().collect();
        assert!(sent.len() <= MAX_KEYS_PER_PUBLISH);
        // By what the phone knows without a code, each report has one new key; the first has four.
        let new = new.iter().filter(|day| day.kind == DayKind::New).count();
        assert_eq!(new, if report == 0 { 4 } else { 1 }, "report {report}");
        assert_eq!(sent.difference(&seen).count(), new, "report {report}");
        seen.extend(sent);
        now = now + 8 * 3600;
    }
    assert!(seen.len() > MAX_KEYS_PER_PUBLISH);

    // More than one request holds, but the phone knows that all of them can be withdrawn.
    phone.report_start(CODE, &mut rng, now).unwrap();
    run(&mut phone, &mut Server::new(TestType::Negative), now, &mut rng);
    let shown: f64 = phone.report_preview(None, now).unwrap().iter().map(|day| day.covers_hours).sum();
    let current = seen.iter().filter(|(start, period, _)| (*start + *period).start() > now - 14 * DAY);
    let published: u32 = current.map(|(_, period, _)| period).sum();
    assert!((shown - f64::from(published) / 6.0).abs() < 0.01, "{shown} of {published}");
}

/// The phone's owner agreed and the keys left, but no answer came within the token's life.
fn unanswered() -> (crate::support::Phone, rand::rngs::StdRng, Server) {
    let (mut phone, mut rng) = carried_phone();
    let mut server = Server::new(TestType::Likely);
    phone.report_start(CODE, &mut rng, NOW).unwrap();
    run(&mut phone, &mut server, NOW, &mut rng);
    consent_to_all(&mut phone, NOW, &mut rng);
    while server.published.is_empty() {
        let step = phone.report_next(NOW, &mut rng).unwrap();
        let answer = server.answer(&step).unwrap();
        if server.published.is_empty() {
            phone.report_answer(answer, NOW).unwrap();
        }
    }
    phone.report_answer(refusal(error_code::TOKEN_EXPIRED, 400), NOW + DAY).unwrap();
    (phone, rng, server)
}

#[test]
fn a_report_whose_answer_was_lost_does_not_stand_in_the_way_of_the_next() {
    let (mut phone, mut rng, lost) = unanswered();
    let later = NOW + DAY;
    let maybe = ReportStep::Failed { failure: ReportFailure::TokenExpired, maybe_published: true };
    assert_eq!(phone.report_next(later, &mut rng).unwrap(), maybe);

    phone.rotation(later, &mut rng).unwrap();
    let mut phone = restarted(&phone);
    let mut server = Server::new(TestType::Confirmed);
    phone.report_start(CODE, &mut rng, later).unwrap();
    run(&mut phone, &mut server, later, &mut rng);
    assert_eq!(consent_to_all(&mut phone, later, &mut rng).len(), 5, "perhaps nothing was published");
    let step = phone.report_next(later, &mut rng).unwrap();
    phone.report_answer(server.answer(&step).unwrap(), later).unwrap();
    phone.report_answer(refusal(error_code::MISSING_REVISION_TOKEN, 400), later).unwrap();
    let ReportStep::Failed { failure, maybe_published: true } = phone.report_next(later, &mut rng).unwrap()
    else {
        panic!("the server knew some of the keys")
    };
    assert_eq!(failure, ReportFailure::AlreadyPublished);

    let mut phone = restarted(&phone);
    let next = reported(&mut phone, TestType::Confirmed, later, &mut rng);
    assert_eq!((keys(&next).len(), next.the_publication().revision_token.as_str()), (1, ""));
    assert!(keys(&next).iter().all(|key| !keys(&lost).contains(key)));
}

#[test]
fn a_report_whose_keys_never_arrived_is_made_again() {
    let (mut phone, mut rng, lost) = unanswered();
    let next = reported(&mut phone, TestType::Likely, NOW + DAY, &mut rng);
    assert_eq!(keys(&next), keys(&lost));
}

#[test]
fn a_key_of_a_day_that_had_not_come_is_not_sent_beside_that_of_the_day() {
    let (mut phone, mut rng) = carried_phone();
    let ahead = NOW + 3 * DAY;
    phone.rotation(ahead, &mut rng).unwrap();
    reported(&mut phone, TestType::Likely, ahead, &mut rng);
    phone.rotation(ahead + 3600, &mut rng).unwrap();
    let before = keys(&reported(&mut phone, TestType::Likely, ahead + 3600, &mut rng));
    assert_eq!(before[4].0, (MIDNIGHT + 3 * DAY).interval());
    assert_eq!(before.len(), 6, "of the day that had not come: until the first report, and since");
    // The clock is set right; after a day of it the key of the day to come is forgotten, and drawn anew when it comes.
    for hour in 0..=3 * 24 + 3 {
        let now = NOW + 600 + hour * 3600;
        match phone.rotation(now, &mut rng) {
            Ok(_) | Err(DeviceError::ClockBehind) => {}
            Err(error) => panic!("{error}"),
        }
        phone.tidy(now).unwrap();
    }
    let now = ahead + 4 * 3600;
    for test_type in [TestType::Likely, TestType::Confirmed, TestType::Negative] {
        let mut server = Server::new(test_type);
        phone.report_start(CODE, &mut rng, now).unwrap();
        assert!(matches!(run(&mut phone, &mut server, now, &mut rng), ReportStep::Confirm { .. }));
        consent_to_all(&mut phone, now, &mut rng);
        run(&mut phone, &mut server, now, &mut rng);
        validate_publish(server.the_publication(), now).unwrap();
        let sent = keys(&server);
        assert_eq!(sent[..4], before[..4], "what was of its day is brought up to date");
        assert!(before[4..].iter().all(|gone| !sent.contains(gone)));
    }
}
