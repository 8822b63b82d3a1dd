//! What tests of reports share: a phone with keys, and the steps of a report against a [`Server`].

use crate::server::Server;
use crate::support::{DAY, NOW, Phone, phone, rng};
use bluezone_device::{DeviceError, KeyDay, ReportAnswer, ReportError, ReportFailure, ReportStep};
use bluezone_protocol::api::{PublishResponse, PublishedKey, TestType, error_code};
use bluezone_protocol::time::{IntervalNumber, Timestamp};
use rand::rngs::StdRng;

pub const CODE: &str = "1234 5678";

/// A phone with keys of four days up to now.
pub fn carried_phone() -> (Phone, StdRng) {
    let (mut phone, mut rng) = (phone(), rng(1));
    for day in (0..4).rev() {
        phone.rotation(NOW - day * DAY, &mut rng).unwrap();
    }
    (phone, rng)
}

/// Goes on until the owner is asked, or it is over.
pub fn run(phone: &mut Phone, server: &mut Server, now: Timestamp, rng: &mut StdRng) -> ReportStep {
    for _ in 0..20 {
        let step = phone.report_next(now, rng).unwrap();
        let Some(answer) = server.answer(&step) else { return step };
        phone.report_answer(answer, now).unwrap();
    }
    panic!("a report does not end")
}

pub fn days(preview: &[KeyDay]) -> Vec<Timestamp> {
    preview.iter().map(|day| day.day).collect()
}

pub fn consent_to_all(phone: &mut Phone, now: Timestamp, rng: &mut StdRng) -> Vec<KeyDay> {
    let preview = phone.report_preview(None, now).unwrap();
    phone.report_consent(&days(&preview), None, now, rng).unwrap();
    preview
}

/// A whole report; the server has what was published.
pub fn reported(phone: &mut Phone, test_type: TestType, now: Timestamp, rng: &mut StdRng) -> Server {
    let mut server = Server::new(test_type);
    phone.report_start(CODE, rng, now).unwrap();
    assert!(matches!(run(phone, &mut server, now, rng), ReportStep::Confirm { .. }));
    consent_to_all(phone, now, rng);
    assert!(matches!(run(phone, &mut server, now, rng), ReportStep::Done { .. }));
    server
}

pub fn error(result: Result<(), DeviceError>) -> Option<ReportError> {
    match result {
        Err(DeviceError::Report(error)) => Some(error),
        Err(other) => panic!("{other}"),
        Ok(()) => None,
    }
}

pub fn refused_certificate() -> ReportAnswer {
    let code = error_code::CERTIFICATE_INVALID.into();
    ReportAnswer::Publish(PublishResponse { code, ..PublishResponse::default() })
}

/// The keys of a publication, to compare.
pub fn keys(server: &Server) -> Vec<(IntervalNumber, u32, [u8; 16])> {
    let key = |key: &PublishedKey| (key.rolling_start, key.rolling_period, *key.key.as_bytes());
    server.the_publication().keys.iter().map(key).collect()
}

/// The step after a report that failed before any key left the phone.
pub fn failed(failure: ReportFailure) -> ReportStep {
    ReportStep::Failed { failure, maybe_published: false }
}

/// A refusal with the server's code.
pub fn refusal(code: &str, status: u16) -> ReportAnswer {
    ReportAnswer::Error { code: code.into(), status }
}
