//! Reporting a diagnosis, with a server of the same manners as the real one, and a phone that is killed all the time.

use crate::reporting::*;
use crate::server::Server;
use crate::support::{DAY, MIDNIGHT, NOW, Phone, meet, phone, restarted, rng};
use bluezone_device::{
    DayKind, Device, DeviceConfig, DeviceError, Document, Follows, MemoryStorage, ReportAnswer, ReportError,
    ReportFailure, ReportStep, Scheme, Storage, Taken,
};
use bluezone_protocol::api::{PublishResponse, TestType, error_code, validate_publish};
use rand::rngs::StdRng;

#[test]
fn shares_exactly_what_was_shown() {
    let (mut phone, mut rng) = carried_phone();
    let mut server = Server { symptom_date: "2021-12-19", ..Server::new(TestType::Confirmed) };
    assert_eq!(phone.report_next(NOW, &mut rng).unwrap(), ReportStep::Idle);
    phone.report_start(CODE, &mut rng, NOW).unwrap();
    let ReportStep::Confirm { test_type, symptom_date, follows, .. } =
        run(&mut phone, &mut server, NOW, &mut rng)
    else {
        panic!("the owner is asked first")
    };
    assert_eq!(
        (test_type, symptom_date.as_str(), follows),
        (TestType::Confirmed, "2021-12-19", Follows::Nothing)
    );
    assert!(server.published.is_empty() && server.bound.is_empty(), "nothing leaves before the yes");

    let preview = phone.report_preview(None, NOW).unwrap();
    let hours: Vec<_> = preview.iter().map(|day| ((day.day - MIDNIGHT) / DAY, day.covers_hours)).collect();
    assert_eq!(hours, [(-3, 24.0), (-2, 24.0), (-1, 24.0), (0, 10.0 + 1.0 / 6.0)]);
    let onset = MIDNIGHT - 2 * DAY;
    phone.report_consent(&days(&preview), Some(onset), NOW, &mut rng).unwrap();
    let done = run(&mut phone, &mut server, NOW, &mut rng);
    assert_eq!(done, ReportStep::Done { test_type, at: NOW, days: days(&preview), warnings: vec![] });

    let request = server.the_publication();
    assert_eq!(validate_publish(request, NOW).unwrap(), request.keys);
    let periods: Vec<_> = request.keys.iter().map(|key| key.rolling_period).collect();
    assert_eq!(periods, [144, 144, 144, 61]);
    assert_eq!(request.symptom_onset_interval, Some(onset.interval()));
    assert_eq!(request.revision_token, "");
}

#[test]
fn a_phone_killed_after_every_step_publishes_once_and_the_same() {
    let (mut phone, mut rng) = carried_phone();
    let mut server = Server::new(TestType::Confirmed);
    phone.report_start(CODE, &mut rng, NOW).unwrap();
    // Each answer is lost once: the phone dies after the server answered and before it stored anything.
    loop {
        let step = restarted(&phone).report_next(NOW, &mut rng).unwrap();
        if matches!(step, ReportStep::Confirm { .. }) {
            let preview = phone.report_preview(None, NOW).unwrap();
            let mut lost = restarted(&phone);
            lost.report_consent(&days(&preview[..2]), None, NOW, &mut rng).unwrap();
            consent_to_all(&mut phone, NOW, &mut rng);
            continue;
        }
        let Some(_lost) = server.answer(&step) else { break };
        phone = restarted(&phone);
        let again = phone.report_next(NOW, &mut rng).unwrap();
        let answer = server.answer(&again).unwrap();
        phone.report_answer(answer, NOW).unwrap();
        phone = restarted(&phone);
    }
    assert!(matches!(phone.report_next(NOW, &mut rng).unwrap(), ReportStep::Done { .. }));
    assert_eq!(server.the_publication().keys.len(), 4);
    assert_eq!(server.requests, 7, "three steps, twice each, and the look at the end");
}

#[test]
fn todays_key_ends_and_another_begins() {
    let (mut phone, mut rng) = carried_phone();
    let before = phone.rotation(NOW, &mut rng).unwrap();
    reported(&mut phone, TestType::Confirmed, NOW, &mut rng);
    assert_eq!(restarted(&phone).rotation(NOW + 599, &mut rng).unwrap().identifier, before.identifier);
    let end = NOW.interval() + 1;
    phone.rotation(end.start(), &mut rng).unwrap();
    let keys = phone.storage().own_keys().unwrap();
    let [.., published, fresh] = keys.as_slice() else { panic!("two keys today") };
    assert_eq!((published.end(), fresh.rolling_start, fresh.rolling_period), (end, end, 144 - 61));
    assert!(published.shared && !fresh.shared && published.key != fresh.key);
    assert_eq!(fresh.end().start(), MIDNIGHT + DAY);
}

#[test]
fn days_can_be_left_out() {
    let (mut phone, mut rng) = carried_phone();
    let mut server = Server::new(TestType::Confirmed);
    phone.report_start(CODE, &mut rng, NOW).unwrap();
    run(&mut phone, &mut server, NOW, &mut rng);
    let preview = days(&phone.report_preview(None, NOW).unwrap());
    for nothing in [vec![], vec![MIDNIGHT - 40 * DAY], vec![MIDNIGHT + 1]] {
        let refused = phone.report_consent(&nothing, None, NOW, &mut rng);
        assert_eq!(error(refused), Some(ReportError::NothingToShare));
    }
    phone.report_consent(&[preview[0], preview[2]], None, NOW, &mut rng).unwrap();
    run(&mut phone, &mut server, NOW, &mut rng);
    let starts: Vec<_> = server.the_publication().keys.iter().map(|key| key.rolling_start.start()).collect();
    assert_eq!(starts, [preview[0], preview[2]]);
    let keys = phone.storage().own_keys().unwrap();
    assert_eq!(keys.iter().map(|key| key.shared).collect::<Vec<_>>(), [true, false, true, false]);
    assert_eq!(keys[3].rolling_period, 144, "today was left out: its key goes on");
}

#[test]
fn codes_are_read_as_people_write_them() {
    let start = |code: &str| phone().report_start(code, &mut rng(1), NOW);
    for code in ["12345678", " 1234-5678 ", "1234 5678", "abcDEF0123456789_-", &"x".repeat(256)] {
        assert_eq!(error(start(code)), None, "{code}");
    }
    for code in
        ["", "1234567", "123456789", "12345678a", "abc", "abcDEF0123456789/../x", "-", &"x".repeat(257)]
    {
        assert_eq!(error(start(code)), Some(ReportError::CodeFormat), "{code}");
    }
}

#[test]
fn the_same_code_goes_on_and_another_starts_anew() {
    let (mut phone, mut rng) = carried_phone();
    let nonce = |phone: &mut Phone, rng: &mut StdRng| match phone.report_next(NOW, rng).unwrap() {
        ReportStep::Verify(request) => (request.code, request.nonce),
        other => panic!("{other:?}"),
    };
    phone.report_start(CODE, &mut rng, NOW).unwrap();
    let first = nonce(&mut phone, &mut rng);
    phone.report_start("12345678", &mut rng, NOW).unwrap();
    assert_eq!(nonce(&mut phone, &mut rng), first);
    phone.report_start("87654321", &mut rng, NOW).unwrap();
    assert_ne!(nonce(&mut phone, &mut rng), first);
}

#[test]
fn keys_on_their_way_are_not_abandoned_for_another_code() {
    let (mut phone, mut rng) = carried_phone();
    let mut server = Server::new(TestType::Confirmed);
    phone.report_start(CODE, &mut rng, NOW).unwrap();
    run(&mut phone, &mut server, NOW, &mut rng);
    consent_to_all(&mut phone, NOW, &mut rng);
    let again = phone.report_start("87654321", &mut rng, NOW);
    assert_eq!(error(again), Some(ReportError::InProgress));
    let twice = phone.report_consent(&[MIDNIGHT], None, NOW, &mut rng);
    assert_eq!(error(twice), Some(ReportError::WrongStep));
    assert!(matches!(run(&mut phone, &mut server, NOW, &mut rng), ReportStep::Done { .. }));
    phone.report_cancel().unwrap();
    assert_eq!(phone.report_next(NOW, &mut rng).unwrap(), ReportStep::Idle);
}

#[test]
fn a_refused_code_ends_the_report_and_a_busy_server_does_not() {
    let (mut phone, mut rng) = carried_phone();
    phone.report_start(CODE, &mut rng, NOW).unwrap();
    for busy in [
        refusal("", 0),
        refusal("", 502),
        refusal(error_code::SHORT_CODES_PAUSED, 429),
        refusal("internal_error", 500),
    ] {
        assert_eq!(phone.report_answer(busy, NOW).unwrap(), Taken::Later);
        assert!(matches!(phone.report_next(NOW, &mut rng).unwrap(), ReportStep::Verify(_)));
    }
    assert_eq!(phone.report_answer(refusal(error_code::CODE_INVALID, 400), NOW).unwrap(), Taken::On);
    assert_eq!(phone.report_next(NOW, &mut rng).unwrap(), failed(ReportFailure::CodeRefused));
    phone.report_start("87654321", &mut rng, NOW).unwrap();
    assert!(matches!(phone.report_next(NOW, &mut rng).unwrap(), ReportStep::Verify(_)));
}

#[test]
fn a_stale_certificate_is_fetched_again_for_the_same_keys() {
    let (mut phone, mut rng) = carried_phone();
    let mut server = Server::new(TestType::Confirmed);
    phone.report_start(CODE, &mut rng, NOW).unwrap();
    run(&mut phone, &mut server, NOW, &mut rng);
    consent_to_all(&mut phone, NOW, &mut rng);
    let mut certify = |phone: &mut Phone, now, rng: &mut StdRng| {
        let step = phone.report_next(now, rng).unwrap();
        assert!(matches!(step, ReportStep::Certificate(_)), "{step:?}");
        phone.report_answer(server.answer(&step).unwrap(), now).unwrap();
    };
    certify(&mut phone, NOW, &mut rng);
    assert!(matches!(phone.report_next(NOW + 599, &mut rng).unwrap(), ReportStep::Publish(_)));
    certify(&mut phone, NOW + 3600, &mut rng);
    // Refused by the server: three more tries, then it is over.
    for _ in 0..3 {
        phone.report_answer(refused_certificate(), NOW + 3600).unwrap();
        certify(&mut phone, NOW + 3600, &mut rng);
    }
    phone.report_answer(refused_certificate(), NOW + 3600).unwrap();
    let failed = phone.report_next(NOW + 3600, &mut rng).unwrap();
    assert!(
        matches!(failed, ReportStep::Failed { failure: ReportFailure::Refused { .. }, .. }),
        "{failed:?}"
    );
    assert_eq!(server.bound.len(), 1);
}

#[test]
fn an_answer_to_another_step_changes_nothing() {
    let (mut phone, mut rng) = carried_phone();
    assert_eq!(
        error(phone.report_answer(refused_certificate(), NOW).map(drop)),
        Some(ReportError::WrongStep)
    );
    phone.report_start(CODE, &mut rng, NOW).unwrap();
    assert_eq!(
        error(phone.report_answer(refused_certificate(), NOW).map(drop)),
        Some(ReportError::WrongStep)
    );
    assert!(matches!(phone.report_next(NOW, &mut rng).unwrap(), ReportStep::Verify(_)));
}

#[test]
fn keys_of_days_on_which_nobody_was_infected_are_not_shared() {
    let (mut phone, mut rng) = (phone(), rng(2));
    for day in 0..20 {
        phone.rotation(MIDNIGHT + day * DAY, &mut rng).unwrap();
    }
    let now = MIDNIGHT + 19 * DAY + 3600;
    let server = reported(&mut phone, TestType::Confirmed, now, &mut rng);
    // Nobody knows the onset: it is taken to be four days ago, and two days before it count.
    assert_eq!(server.the_publication().keys.len(), 7);
    validate_publish(server.the_publication(), now).unwrap();
}

#[test]
fn a_clock_set_back_behind_published_keys_silences_the_phone() {
    let (mut phone, mut rng) = carried_phone();
    reported(&mut phone, TestType::Confirmed, NOW, &mut rng);
    phone.tidy(NOW + 3 * 3600).unwrap();
    let mut other = crate::support::rng(3);
    let mut back = |seconds: i64| restarted(&phone).rotation(NOW - seconds, &mut other).map(|_| ());
    assert!(matches!(back(3 * 3600), Err(DeviceError::ClockBehind)));
    assert!(matches!(back(DAY), Err(DeviceError::ClockBehind)));
    let mut early = carried_phone().0;
    reported(&mut early, TestType::Confirmed, NOW, &mut rng);
    early.rotation(NOW - 1200, &mut rng).unwrap();
}

#[test]
fn the_original_scheme_does_not_report() {
    let config = DeviceConfig { scheme: Scheme::Bluezone2020, ..DeviceConfig::default() };
    let mut phone = Device::open(config, MemoryStorage::new()).unwrap();
    assert_eq!(error(phone.report_start(CODE, &mut rng(1), NOW)), Some(ReportError::Scheme));
}

#[test]
fn codes_tokens_and_keys_do_not_show_in_debug() {
    let (mut phone, mut rng) = carried_phone();
    let mut other = Device::open(DeviceConfig::default(), MemoryStorage::new()).unwrap();
    meet(&mut phone, &mut other, NOW, 10, 50);
    let mut server = Server::new(TestType::Confirmed);
    phone.report_start(CODE, &mut rng, NOW).unwrap();
    let mut shown = String::new();
    for _ in 0..2 {
        let step = phone.report_next(NOW, &mut rng).unwrap();
        shown += &format!("{step:?}");
        let Some(answer) = server.answer(&step) else { break };
        shown += &format!("{answer:?}");
        phone.report_answer(answer, NOW).unwrap();
    }
    consent_to_all(&mut phone, NOW, &mut rng);
    shown += &format!("{:?}", phone.report_next(NOW, &mut rng).unwrap());
    assert!(!shown.contains("12345678") && !shown.contains("token"), "{shown}");
}

#[test]
fn days_too_far_from_the_onset_are_shown_and_not_shared() {
    let (mut phone, mut rng) = carried_phone();
    let mut server = Server::new(TestType::Confirmed);
    phone.report_start(CODE, &mut rng, NOW).unwrap();
    run(&mut phone, &mut server, NOW, &mut rng);
    let kinds = |phone: &Phone, onset| -> Vec<DayKind> {
        phone.report_preview(onset, NOW).unwrap().iter().map(|day| day.kind).collect()
    };
    assert_eq!(kinds(&phone, None), [DayKind::New; 4]);
    assert_eq!(kinds(&phone, Some(NOW - 30 * DAY)), [DayKind::New; 4], "not believed by anybody");
    let onset = Some(NOW - 16 * DAY);
    assert_eq!(kinds(&phone, onset), [DayKind::New, DayKind::New, DayKind::TooFar, DayKind::TooFar]);
    let all = days(&phone.report_preview(onset, NOW).unwrap());
    let refused = phone.report_consent(&all[2..], onset, NOW, &mut rng);
    assert_eq!(error(refused), Some(ReportError::NothingToShare));
    phone.report_consent(&all, onset, NOW, &mut rng).unwrap();
    run(&mut phone, &mut server, NOW, &mut rng);
    let sent: Vec<_> = server.the_publication().keys.iter().map(|key| key.rolling_start.start()).collect();
    assert_eq!(sent, all[..2]);
    assert_eq!(phone.storage().own_keys().unwrap()[3].rolling_period, 144, "today's key goes on");

    // The officer's word counts more.
    let mut server = Server { symptom_date: "2021-12-05", ..Server::new(TestType::Confirmed) };
    let (mut phone, mut rng) = carried_phone();
    phone.report_start(CODE, &mut rng, NOW).unwrap();
    run(&mut phone, &mut server, NOW, &mut rng);
    let (new, far) = (DayKind::New, DayKind::TooFar);
    assert_eq!(kinds(&phone, Some(NOW)), [new, new, far, far]);
}

#[test]
fn what_the_server_left_out_is_told_and_sent_again_with_the_next_report() {
    let (mut phone, mut rng) = carried_phone();
    phone.rotation(MIDNIGHT + DAY, &mut rng).unwrap();
    let now = MIDNIGHT + DAY + 600; // By the server's clock it is still the day before.
    let mut server = Server::new(TestType::Likely);
    phone.report_start(CODE, &mut rng, now).unwrap();
    run(&mut phone, &mut server, now, &mut rng);
    let preview = consent_to_all(&mut phone, now, &mut rng);
    let step = phone.report_next(now, &mut rng).unwrap();
    phone.report_answer(server.answer(&step).unwrap(), now).unwrap();
    let partial = PublishResponse {
        revision_token: "revision".into(),
        code: error_code::PARTIAL_FAILURE.into(),
        warnings: vec!["1 keys were left out".into()],
        ..PublishResponse::default()
    };
    phone.report_answer(ReportAnswer::Publish(partial), now).unwrap();
    let ReportStep::Done { days: shared, warnings, .. } = phone.report_next(now, &mut rng).unwrap() else {
        panic!("the others are published")
    };
    assert_eq!((shared, warnings.len()), (days(&preview[..4]), 1));

    phone.report_start(CODE, &mut rng, now).unwrap();
    run(&mut phone, &mut Server::new(TestType::Confirmed), now, &mut rng);
    let kinds: Vec<_> = phone.report_preview(None, now).unwrap().iter().map(|day| day.kind).collect();
    assert_eq!(kinds[..4], [DayKind::Before; 4]);
    assert_eq!(kinds[4..], [DayKind::New]);
}

#[test]
fn an_error_in_an_answer_of_success_keeps_the_step() {
    let (mut phone, mut rng) = carried_phone();
    let mut server = Server::new(TestType::Confirmed);
    phone.report_start(CODE, &mut rng, NOW).unwrap();
    run(&mut phone, &mut server, NOW, &mut rng);
    consent_to_all(&mut phone, NOW, &mut rng);
    let step = phone.report_next(NOW, &mut rng).unwrap();
    assert_eq!(phone.report_answer(server.answer(&step).unwrap(), NOW).unwrap(), Taken::On);
    let trouble = PublishResponse { code: error_code::INTERNAL_ERROR.into(), ..PublishResponse::default() };
    assert_eq!(phone.report_answer(ReportAnswer::Publish(trouble), NOW).unwrap(), Taken::Later);
    assert!(matches!(phone.report_next(NOW, &mut rng).unwrap(), ReportStep::Publish(_)));
}

#[test]
fn what_is_over_is_forgotten() {
    let (mut phone, mut rng) = carried_phone();
    let ends = |phone: &Phone, within: i64| {
        let mut phone = restarted(phone);
        let kept = |phone: &Phone| phone.storage().document(Document::Report).unwrap().is_some();
        let hours = (0..).find(|hour| {
            phone.tidy(NOW + hour * 3600).unwrap();
            !kept(&phone) || *hour > within
        });
        hours.unwrap()
    };
    phone.report_start(CODE, &mut rng, NOW).unwrap();
    run(&mut phone, &mut Server::new(TestType::Confirmed), NOW, &mut rng);
    assert_eq!(ends(&phone, 100), 24, "the question, when the token is dead");
    phone.report_cancel().unwrap();
    reported(&mut phone, TestType::Confirmed, NOW, &mut rng);
    assert_eq!(ends(&phone, 400), 14 * 24, "the result, when its keys are");
    phone.report_cancel().unwrap();
    phone.report_start(CODE, &mut rng, NOW).unwrap();
    phone.report_answer(refusal(error_code::CODE_INVALID, 400), NOW).unwrap();
    assert_eq!(ends(&phone, 400), 14 * 24);
}
