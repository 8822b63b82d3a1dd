//! Published keys against what was heard.

use crate::support::{
    DAY, MIDNIGHT, NOW, Phone, diagnosis_keys, export, meet, phone, restarted, rng, trusting_phone,
};
use bluezone_device::{Checked, DeviceError, Heard, Scan, Storage};
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::export::ExportError;
use bluezone_protocol::gaen::{Metadata, TemporaryExposureKey};
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::{IntervalNumber, Timestamp};
use bluezone_proximity::RiskLevel;

/// A phone that met a case for a while this morning, and the case's keys.
fn contact(minutes: i64, attenuation_db: i8) -> (Phone, Vec<DiagnosisKey>) {
    let (mut owner, mut case) = (trusting_phone(), phone());
    meet(&mut owner, &mut case, NOW, minutes, attenuation_db);
    (owner, diagnosis_keys(&case, ReportType::ConfirmedTest))
}

const EVENING: Timestamp = Timestamp(NOW.0 + 8 * 3600);

fn check(owner: &mut Phone, name: &str, new: &[DiagnosisKey], revised: &[DiagnosisKey]) -> Checked {
    let checked = owner.check_export(name, export(EVENING, new, revised, 1), EVENING).unwrap();
    owner.check_done(EVENING).unwrap();
    checked
}

fn with_type(keys: &[DiagnosisKey], report_type: ReportType) -> Vec<DiagnosisKey> {
    keys.iter().map(|key| DiagnosisKey { report_type, ..key.clone() }).collect()
}

#[test]
fn a_close_contact_is_warned_with_what_to_do() {
    let (mut owner, keys) = contact(20, 50);
    assert_eq!(check(&mut owner, "1.zip", &keys, &[]), Checked { keys: 1, matches: 1, revised: 0 });
    let exposure = restarted(&owner).exposure(EVENING + 60).unwrap();
    assert_eq!(exposure.assessment.level, RiskLevel::High);
    let day = &exposure.assessment.days[0];
    assert_eq!((day.day, day.weighted_minutes), (MIDNIGHT, 20.0));
    let contact = day.contact.unwrap();
    assert!(contact.probability > 0.5 && (14.0..=20.0).contains(&contact.minutes), "{contact:?}");
    assert_eq!((exposure.windows.len(), exposure.windows[0].scans.len()), (1, 4));
    assert_eq!(exposure.windows[0].scans[0].typical_attenuation_db, 50);
    assert_eq!(exposure.last_check, Some(EVENING));
    assert_eq!(exposure.assessment.most_recent_day(), Some(MIDNIGHT));
    let advice = owner.config().disease.advice_for(exposure.assessment.level);
    assert!(advice.contains(&"stay-home".to_string()));
}

#[test]
fn short_or_distant_contacts_are_not_warned() {
    for (minutes, db, level) in
        [(5, 50, RiskLevel::None), (60, 75, RiskLevel::None), (0, 50, RiskLevel::None)]
    {
        let (mut owner, keys) = contact(minutes, db);
        check(&mut owner, "1.zip", &keys, &[]);
        let exposure = owner.exposure(EVENING).unwrap();
        assert_eq!(
            (exposure.assessment.level, !exposure.is_warning()),
            (level, true),
            "{minutes} min {db} dB"
        );
    }
}

#[test]
fn an_export_is_processed_once() {
    let (mut owner, keys) = contact(20, 50);
    assert_eq!(owner.exports_to_fetch("1.zip\n2.zip").unwrap(), ["1.zip", "2.zip"]);
    check(&mut owner, "1.zip", &keys, &[]);
    let mut owner = restarted(&owner);
    assert_eq!(owner.exports_to_fetch("1.zip\n2.zip\r\n\n2.zip\n").unwrap(), ["2.zip"]);
    let other = export(EVENING, &[], &[], 1);
    assert_eq!(owner.check_export("1.zip", other, EVENING).unwrap(), Checked::default());
    assert!(owner.exposure(EVENING).unwrap().is_warning());
}

#[test]
fn a_file_that_is_not_signed_by_a_pinned_key_is_refused_by_name() {
    let (mut owner, keys) = contact(20, 50);
    let error = owner.check_export("1.zip", export(EVENING, &keys, &[], 2), EVENING).unwrap_err();
    assert!(matches!(&error, DeviceError::Export { name, .. } if name == "1.zip"), "{error:?}");
    assert!(error.to_string().contains("1.zip"), "{error}");
    let garbage = std::io::Cursor::new(b"PK\x03\x04 not really".to_vec());
    assert!(owner.check_export("2.zip", garbage, EVENING).unwrap_err().to_string().contains("2.zip"));
    assert_eq!(owner.exports_to_fetch("1.zip\n2.zip").unwrap().len(), 2, "neither counts as processed");
    assert!(owner.exposure(EVENING).unwrap().windows.is_empty());
    assert_eq!(owner.check_export("1.zip", export(EVENING, &keys, &[], 1), EVENING).unwrap().matches, 1);
}

#[test]
fn a_changed_byte_anywhere_is_refused() {
    let (mut owner, keys) = contact(20, 50);
    let good = export(EVENING, &keys, &[], 1).into_inner();
    let mut accepted = Vec::new();
    for at in 0..good.len() {
        let mut changed = good.clone();
        changed[at] ^= 1;
        match owner.check_export("1.zip", std::io::Cursor::new(changed), EVENING) {
            Ok(checked) => {
                // Bytes of the container that say nothing (a file's date); the contents must be the signed ones.
                assert_eq!(checked.matches, 1, "byte {at}");
                accepted.push(at);
                owner = contact(20, 50).0;
            }
            Err(DeviceError::Export { source: ExportError::Io(error), .. }) => panic!("byte {at}: {error}"),
            Err(error) => assert!(error.to_string().contains("1.zip"), "{error}"),
        }
    }
    assert!(accepted.len() < good.len() / 3, "{accepted:?}");
}

#[test]
fn names_that_could_leave_the_folder_refuse_the_index() {
    let owner = phone();
    let long = format!("{}.zip", "a".repeat(200));
    for name in [
        "../1.zip",
        "a/1.zip",
        "/etc/1.zip",
        "a\\1.zip",
        ".zip",
        "..zip",
        "-1.zip",
        "1.zip?x",
        "C:1.zip",
        "1.ZIP",
        "1",
        "a%2f1.zip",
        "1 2.zip",
        "é.zip",
        "a..b.zip",
        &long,
    ] {
        let index = format!("good.zip\n{name}\n");
        assert!(matches!(owner.exports_to_fetch(&index), Err(DeviceError::ExportName(_))), "{name}");
        let file = export(EVENING, &[], &[], 1);
        assert!(
            matches!(phone().check_export(name, file, EVENING), Err(DeviceError::ExportName(_))),
            "{name}"
        );
    }
    let good = "1640080800-1640084400-00001.zip\nVN_2.0.zip";
    assert_eq!(owner.exports_to_fetch(good).unwrap().len(), 2);
}

#[test]
fn a_revoked_key_takes_the_warning_away() {
    let (mut owner, keys) = contact(20, 50);
    check(&mut owner, "1.zip", &with_type(&keys, ReportType::ConfirmedClinical), &[]);
    assert!(owner.exposure(EVENING).unwrap().is_warning());
    let checked = check(&mut owner, "2.zip", &[], &with_type(&keys, ReportType::Revoked));
    assert_eq!(checked, Checked { keys: 1, matches: 0, revised: 1 });
    let exposure = restarted(&owner).exposure(EVENING).unwrap();
    assert!(!exposure.is_warning() && exposure.windows.is_empty());
}

/// A large file is checked while the phone goes on.
#[test]
fn the_device_is_not_held_while_a_file_is_checked() {
    let (mut owner, keys) = contact(20, 50);
    let check = owner.begin_check("1.zip", EVENING).unwrap().unwrap();
    owner.rotation(EVENING, &mut rng(1)).unwrap();
    meet(&mut owner, &mut phone(), EVENING, 5, 50);
    let found = check.run(export(EVENING, &keys, &[], 1)).unwrap();
    assert!(!owner.exposure(EVENING).unwrap().is_warning(), "nothing is stored yet");
    assert_eq!(owner.exports_to_fetch("1.zip").unwrap(), ["1.zip"]);
    assert_eq!(owner.finish_check(found).unwrap(), Checked { keys: 1, matches: 1, revised: 0 });
    assert!(owner.exposure(EVENING).unwrap().is_warning());
    assert!(owner.begin_check("1.zip", EVENING).unwrap().is_none(), "processed");
}

#[test]
fn files_may_come_in_any_order() {
    let (mut owner, keys) = contact(20, 50);
    check(&mut owner, "2.zip", &[], &with_type(&keys, ReportType::Revoked));
    assert_eq!(check(&mut owner, "1.zip", &keys, &[]).matches, 0);
    assert!(owner.exposure(EVENING).unwrap().windows.is_empty());
    let (mut owner, keys) = contact(20, 50);
    assert_eq!(check(&mut owner, "2.zip", &[], &keys).matches, 1, "revised, though never seen before");
    check(&mut owner, "1.zip", &with_type(&keys, ReportType::ConfirmedClinical), &[]);
    assert_eq!(owner.exposure(EVENING).unwrap().windows[0].report_type, ReportType::ConfirmedTest);
}

#[test]
fn a_key_is_revised_once_and_may_be_withdrawn_then_and_its_time_never_changes() {
    let (mut owner, keys) = contact(20, 50);
    check(&mut owner, "1.zip", &with_type(&keys, ReportType::ConfirmedClinical), &[]);
    let shorter = DiagnosisKey { rolling_period: 143, report_type: ReportType::Revoked, ..keys[0].clone() };
    assert_eq!(check(&mut owner, "2.zip", &[], &[shorter]).revised, 0);
    assert_eq!(check(&mut owner, "3.zip", &[], &keys).revised, 1);
    assert_eq!(owner.exposure(EVENING).unwrap().windows[0].report_type, ReportType::ConfirmedTest);
    let likely = with_type(&keys, ReportType::ConfirmedClinical);
    assert_eq!(check(&mut owner, "4.zip", &[], &likely).revised, 0);
    assert!(owner.exposure(EVENING).unwrap().is_warning());
    assert_eq!(check(&mut owner, "5.zip", &[], &with_type(&keys, ReportType::Revoked)).revised, 1);
    assert_eq!(check(&mut owner, "6.zip", &[], &keys).revised, 0, "withdrawn is withdrawn");
    assert!(owner.exposure(EVENING).unwrap().windows.is_empty());
}

/// Heard for 20 minutes as a phone that says it transmits with this power.
fn loud(tx_power_dbm: i8, rssi_dbm: Vec<i8>) -> (Phone, Vec<DiagnosisKey>) {
    let mut owner = trusting_phone();
    let key = TemporaryExposureKey::from_bytes([7; 16]);
    for scan in 0..4 {
        let started = NOW + scan * 300;
        let rpi = key.identifier_key().identifier(started.interval());
        let metadata = Metadata { tx_power_dbm, calibration_confidence: 3 };
        let identifier = Identifier::Gaen { rpi, aem: metadata.encrypt(&key.metadata_key(), &rpi) };
        let heard = vec![Heard { identifier, rssi_dbm: rssi_dbm.clone(), tx_power_dbm: None }];
        owner.record_scan(&Scan { started, seconds_since_last_scan: 300, heard }).unwrap();
    }
    let key = DiagnosisKey {
        key,
        rolling_start: MIDNIGHT.interval(),
        rolling_period: 144,
        transmission_risk: 0,
        report_type: ReportType::ConfirmedTest,
        days_since_onset: None,
    };
    (owner, vec![key])
}

#[test]
fn a_transmit_power_nobody_has_is_dropped() {
    for (power, matches) in [(-50, 1), (20, 1), (-51, 0), (21, 0), (127, 0), (-128, 0)] {
        let (mut owner, keys) = loud(power, vec![-90]);
        assert_eq!(check(&mut owner, "1.zip", &keys, &[]).matches, matches, "{power} dBm");
        assert_eq!(owner.exposure(EVENING).unwrap().windows.len(), matches);
    }
}

#[test]
fn an_identifier_told_without_a_strength_counts_nothing() {
    let (mut owner, keys) = loud(0, vec![]);
    assert_eq!(check(&mut owner, "1.zip", &keys, &[]).matches, 0);
}

#[test]
fn the_receivers_calibration_is_applied() {
    let (mut owner, keys) = loud(0, vec![-60, -50]);
    check(&mut owner, "1.zip", &keys, &[]);
    let scan = owner.exposure(EVENING).unwrap().windows[0].scans[0];
    assert_eq!((scan.typical_attenuation_db, scan.min_attenuation_db), (55, 50));
    let config = bluezone_device::DeviceConfig { rx_offset_db: 4, ..owner.config().clone() };
    let owner = bluezone_device::Device::open(config, owner.into_storage()).unwrap();
    let scan = owner.exposure(EVENING).unwrap().windows[0].scans[0];
    assert_eq!((scan.typical_attenuation_db, scan.min_attenuation_db), (51, 46));
}

#[test]
fn clocks_may_differ_by_two_hours() {
    for (skew, matches) in [(0, 1), (7000, 1), (-7000, 1), (9000, 0), (-9000, 0)] {
        let (mut owner, mut case, mut rng) = (trusting_phone(), phone(), rng(9));
        for scan in 0..4 {
            let started = NOW + scan * 300;
            let identifier = case.rotation(started + skew, &mut rng).unwrap().identifier;
            let heard = vec![Heard { identifier, rssi_dbm: vec![-50], tx_power_dbm: None }];
            owner.record_scan(&Scan { started, seconds_since_last_scan: 300, heard }).unwrap();
        }
        let keys = diagnosis_keys(&case, ReportType::ConfirmedTest);
        assert_eq!(check(&mut owner, "1.zip", &keys, &[]).matches, matches, "{skew} s");
    }
}

#[test]
fn its_own_published_keys_do_not_warn_it() {
    let (mut owner, mut mirror) = (trusting_phone(), trusting_phone());
    let mut rng = rng(10);
    for scan in 0..6 {
        let started = NOW + scan * 300;
        let identifier = owner.rotation(started, &mut rng).unwrap().identifier;
        let heard = vec![Heard { identifier, rssi_dbm: vec![-50], tx_power_dbm: None }];
        let late = Scan { started: started + 600, seconds_since_last_scan: 300, heard };
        owner.rotation(started + 600, &mut rng).unwrap();
        owner.record_scan(&late).unwrap();
        mirror.record_scan(&late).unwrap();
    }
    let keys = diagnosis_keys(&owner, ReportType::ConfirmedTest);
    assert_eq!(check(&mut owner, "1.zip", &keys, &[]).matches, 0);
    assert_eq!(check(&mut mirror, "1.zip", &keys, &[]).matches, 1, "the same sightings of somebody else");
}

#[test]
fn a_clock_that_a_signed_file_proves_wrong_files_nothing() {
    let (mut owner, keys) = contact(20, 50);
    check(&mut owner, "1.zip", &keys, &[]);
    let identifier = Identifier::from_bytes(&[5; 20]).unwrap();
    let scan = |started| Scan {
        started,
        seconds_since_last_scan: 300,
        heard: vec![Heard { identifier, rssi_dbm: vec![-50], tx_power_dbm: None }],
    };
    let past = owner.record_scan(&scan(EVENING - 7201)).unwrap();
    assert_eq!((past.stored, past.dropped), (0, 1));
    assert_eq!(restarted(&owner).record_scan(&scan(EVENING - 7201)).unwrap().dropped, 1);
    assert_eq!(owner.record_scan(&scan(EVENING - 7200)).unwrap().stored, 1);
}

#[test]
fn the_warning_ends_after_fourteen_days() {
    let (mut owner, keys) = contact(20, 50);
    check(&mut owner, "1.zip", &keys, &[]);
    let later = EVENING + 3 * DAY;
    owner.check_done(later).unwrap();
    assert!(owner.exposure(later).unwrap().is_warning());
    let over = EVENING + 15 * DAY;
    assert!(!owner.exposure(over).unwrap().is_warning());
    owner.check_done(over).unwrap();
    assert_eq!(owner.exposure(over).unwrap().last_check, Some(over));
}

#[test]
fn matches_go_with_their_sightings() {
    let (mut owner, keys) = contact(20, 50);
    check(&mut owner, "1.zip", &keys, &[]);
    for hour in 0..=16 * 24 {
        owner.tidy(EVENING + hour * 3600).unwrap();
    }
    assert!(owner.storage().matches().unwrap().is_empty() && owner.storage().is_empty());
}

#[test]
fn keys_of_strangers_and_of_other_times_do_not_match() {
    let (mut owner, keys) = contact(20, 50);
    let stranger = DiagnosisKey { key: TemporaryExposureKey::from_bytes([1; 16]), ..keys[0].clone() };
    let before = DiagnosisKey { rolling_period: 60, ..keys[0].clone() };
    let after = DiagnosisKey {
        rolling_start: IntervalNumber(keys[0].rolling_start.0 + 70),
        rolling_period: 74,
        ..keys[0].clone()
    };
    let checked = check(&mut owner, "1.zip", &[stranger, before, after], &[]);
    assert_eq!((checked.keys, checked.matches), (3, 0));
}
