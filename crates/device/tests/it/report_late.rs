//! Answers that come too late, and reports that can no longer be sent.

use crate::reporting::*;
use crate::server::Server;
use crate::support::{DAY, NOW, Phone};
use bluezone_device::{ReportError, ReportFailure, ReportStep};
use bluezone_protocol::api::{TestType, error_code};
use rand::rngs::StdRng;

/// The owner mistypes a code, and types the right one while the first is still on its way.
#[test]
fn the_answer_to_one_code_is_not_taken_for_that_to_another() {
    let (mut phone, mut rng) = carried_phone();
    phone.report_start("1111 1111", &mut rng, NOW).unwrap();
    let first = phone.report_tag().unwrap();
    phone.report_start(CODE, &mut rng, NOW).unwrap();
    let late = phone.report_answer_to(first.as_ref(), refusal(error_code::CODE_INVALID, 400), NOW);
    assert_eq!(error(late.map(drop)), Some(ReportError::WrongStep));
    assert!(matches!(phone.report_next(NOW, &mut rng).unwrap(), ReportStep::Verify(_)));
    let second = phone.report_tag().unwrap();
    phone.report_answer_to(second.as_ref(), refusal(error_code::CODE_INVALID, 400), NOW).unwrap();
    assert_eq!(phone.report_next(NOW, &mut rng).unwrap(), failed(ReportFailure::CodeRefused));
    assert_eq!(phone.report_tag().unwrap(), None);
    assert_eq!(format!("{second:?}"), "Some(ReportTag(..))");
}

/// The server is gone for good.
#[test]
fn what_can_never_be_sent_is_not_kept() {
    let (mut phone, mut rng) = carried_phone();
    phone.report_start(CODE, &mut rng, NOW).unwrap();
    phone.tidy(NOW + DAY - 1).unwrap();
    assert!(matches!(phone.report_next(NOW, &mut rng).unwrap(), ReportStep::Verify(_)));
    phone.tidy(NOW + DAY).unwrap();
    assert_eq!(phone.report_next(NOW, &mut rng).unwrap(), ReportStep::Idle);

    phone.report_start(CODE, &mut rng, NOW + DAY).unwrap();
    let mut server = Server::new(TestType::Confirmed);
    run(&mut phone, &mut server, NOW + DAY, &mut rng);
    consent_to_all(&mut phone, NOW + DAY, &mut rng);
    let tidied = |days: i64, phone: &mut Phone, rng: &mut StdRng| {
        for day in 1..=days {
            phone.tidy(NOW + DAY + day * DAY).unwrap();
        }
        phone.report_next(NOW + DAY + days * DAY, rng).unwrap()
    };
    assert!(matches!(tidied(13, &mut phone, &mut rng), ReportStep::Certificate(_)));
    assert_eq!(tidied(16, &mut phone, &mut rng), failed(ReportFailure::TokenExpired));
}
