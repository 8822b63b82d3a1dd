//! Somebody who was near a contact (F1): told so, never warned, and only for as long as it is true.

use crate::support::{NOW, Phone, diagnosis_keys, export, meet, phone, restarted, trusting_phone};
use bluezone_device::Publisher;
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::time::Timestamp;

const EVENING: Timestamp = Timestamp(NOW.0 + 8 * 3600);

fn as_type(keys: &[DiagnosisKey], report_type: ReportType) -> Vec<DiagnosisKey> {
    keys.iter().map(|key| DiagnosisKey { report_type, days_since_onset: Some(1), ..key.clone() }).collect()
}

/// A phone that met a contact long enough, and the contact's keys.
fn met() -> (Phone, Vec<DiagnosisKey>) {
    let (mut owner, mut contact) = (trusting_phone(), phone());
    meet(&mut owner, &mut contact, NOW, 20, 50);
    (owner, as_type(&diagnosis_keys(&contact, ReportType::ConfirmedTest), ReportType::Recursive))
}

fn check(
    owner: &mut Phone,
    publisher: Publisher,
    name: &str,
    new: &[DiagnosisKey],
    revised: &[DiagnosisKey],
) {
    owner.check_export_of(publisher, name, export(EVENING, new, revised, 1), EVENING).unwrap();
}

/// Whether the owner is warned of a case, and told of a contact.
fn told(owner: &Phone) -> (bool, bool) {
    let exposure = restarted(owner).exposure(EVENING).unwrap();
    (exposure.is_warning(), exposure.is_near_contact())
}

#[test]
fn it_is_told_and_is_no_warning_and_ends_when_revoked() {
    let (mut owner, keys) = met();
    check(&mut owner, Publisher::Contact, "f1.zip", &keys, &[]);
    assert_eq!(told(&owner), (false, true));
    let exposure = owner.exposure(EVENING).unwrap();
    assert!(exposure.windows.is_empty() && exposure.assessment.days.is_empty(), "nothing of it is mixed in");
    check(&mut owner, Publisher::Contact, "f1-2.zip", &[], &as_type(&keys, ReportType::Revoked));
    assert_eq!(told(&owner), (false, false));
}

#[test]
fn it_turns_into_a_warning_whichever_file_comes_first() {
    let (_, keys) = met();
    let confirmed = as_type(&keys, ReportType::ConfirmedTest);
    let revoked = as_type(&keys, ReportType::Revoked);
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let (mut owner, _) = met();
        for file in order {
            match file {
                0 => check(&mut owner, Publisher::Contact, "f1.zip", &keys, &[]),
                1 => check(&mut owner, Publisher::Contact, "f1-2.zip", &[], &revoked),
                _ => check(&mut owner, Publisher::Case, "f0.zip", &confirmed, &[]),
            }
        }
        assert_eq!(told(&owner), (true, false), "{order:?}");
    }
}

#[test]
fn a_file_of_the_other_kind_turns_nothing() {
    let (mut owner, keys) = met();
    check(&mut owner, Publisher::Case, "1.zip", &keys, &[]);
    check(&mut owner, Publisher::Contact, "2.zip", &as_type(&keys, ReportType::ConfirmedTest), &[]);
    assert_eq!(told(&owner), (false, false), "each belongs into the other file");
    check(&mut owner, Publisher::Contact, "3.zip", &keys, &[]);
    check(&mut owner, Publisher::Case, "4.zip", &[], &as_type(&keys, ReportType::Revoked));
    assert_eq!(told(&owner), (false, true), "only its own export takes it back");
}
