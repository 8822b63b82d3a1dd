//! Phones, times and randomness for the tests.

use bluezone_device::{Device, DeviceConfig, Heard, MemoryStorage, OwnKey, Scan, Storage};
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::export::{ExportMeta, SignatureInfo, SigningKey, write_export};
use bluezone_protocol::time::Timestamp;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::io::Cursor;

/// Midnight UTC of a day in December 2021.
pub const MIDNIGHT: Timestamp = Timestamp(1_640_044_800);
/// Ten in the morning, UTC.
pub const NOW: Timestamp = Timestamp(1_640_080_800);
pub const DAY: i64 = 86_400;

pub type Phone = Device<MemoryStorage>;

pub fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

pub fn phone() -> Phone {
    Device::open(DeviceConfig::default(), MemoryStorage::new()).unwrap()
}

/// What a phone killed now finds when it starts again.
pub fn restarted(phone: &Phone) -> Phone {
    Device::open(phone.config().clone(), phone.storage().clone()).unwrap()
}

/// The health authority's signing key; the same for the same number.
pub fn authority(number: u64) -> SigningKey {
    SigningKey::generate(SignatureInfo::new("452", format!("v{number}")), &mut rng(1000 + number))
}

/// A phone that trusts authority 1.
pub fn trusting_phone() -> Phone {
    let trusted_export_keys = vec![authority(1).verifying_key()];
    Device::open(DeviceConfig { trusted_export_keys, ..DeviceConfig::default() }, MemoryStorage::new())
        .unwrap()
}

/// An export signed by an authority, of one hour up to `end`.
pub fn export(
    end: Timestamp,
    new: &[DiagnosisKey],
    revised: &[DiagnosisKey],
    signer: u64,
) -> Cursor<Vec<u8>> {
    let mut zip = Cursor::new(Vec::new());
    let meta = ExportMeta::new(end - 3600, end, "VN");
    write_export(&mut zip, &meta, new.iter(), revised.iter(), &[authority(signer)]).unwrap();
    zip
}

/// All own keys of a phone, as the server would publish them.
pub fn diagnosis_keys(phone: &Phone, report_type: ReportType) -> Vec<DiagnosisKey> {
    let key = |own: OwnKey| DiagnosisKey {
        key: own.key,
        rolling_start: own.rolling_start,
        rolling_period: own.rolling_period,
        transmission_risk: 0,
        report_type,
        days_since_onset: Some(0),
    };
    phone.storage().own_keys().unwrap().into_iter().map(key).collect()
}

/// `other` is near `phone` for some minutes: heard every 5 minutes with `attenuation_db`.
pub fn meet(phone: &mut Phone, other: &mut Phone, from: Timestamp, minutes: i64, attenuation_db: i8) {
    let mut rng = rng(77);
    for scan in 1..=minutes / 5 {
        let started = from + scan * 300;
        let identifier = other.rotation(started, &mut rng).unwrap().identifier;
        let rssi_dbm = vec![other.config().tx_power_dbm - attenuation_db; 3];
        let heard = vec![Heard { identifier, rssi_dbm, tx_power_dbm: None }];
        phone.record_scan(&Scan { started, seconds_since_last_scan: 300, heard }).unwrap();
    }
}
