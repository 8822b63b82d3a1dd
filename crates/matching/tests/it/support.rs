//! Keys, what their owners had on the air, and the definition of a match computed the slow way.

use bluezone_matching::{Hit, within};
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::gaen::{MAX_ROLLING_PERIOD, TemporaryExposureKey};
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::{IntervalNumber, Timestamp};
use serde_json::Value;

pub const DAY: IntervalNumber = IntervalNumber(2_642_976);

/// A file of `vectors/`.
pub fn vectors(name: &str) -> Value {
    let path = format!("{}/../../vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap()
}

pub fn key(byte: u8, rolling_start: IntervalNumber, rolling_period: u32) -> DiagnosisKey {
    DiagnosisKey {
        key: TemporaryExposureKey::from_bytes([byte; 16]),
        rolling_start,
        rolling_period,
        transmission_risk: 0,
        report_type: ReportType::ConfirmedTest,
        days_since_onset: None,
    }
}

/// What the owner of `byte`'s key had on the air in an interval.
pub fn on_air(byte: u8, interval: IntervalNumber) -> Identifier {
    let rpi = TemporaryExposureKey::from_bytes([byte; 16]).identifier_key().identifier(interval);
    Identifier::Gaen { rpi, aem: [0; 4] }
}

/// Every sighting against every identifier; a time of `None` fits always.
pub fn slowly(
    keys: &[DiagnosisKey],
    sightings: &[(Identifier, Option<Timestamp>)],
    tolerance_s: i64,
) -> Vec<(usize, Vec<Hit>)> {
    let mut found = Vec::new();
    for (position, key) in keys.iter().enumerate() {
        let mut hits = Vec::new();
        let period = key.rolling_period.min(MAX_ROLLING_PERIOD);
        for (interval, own) in key.key.identifier_key().identifiers(key.rolling_start, period) {
            for (sighting, (heard, time)) in sightings.iter().enumerate() {
                let same = matches!(heard, Identifier::Gaen { rpi, .. } if *rpi == own);
                if same && time.is_none_or(|time| within(time, interval, tolerance_s)) {
                    hits.push(Hit { sighting, interval });
                }
            }
        }
        hits.sort();
        if !hits.is_empty() {
            found.push((position, hits));
        }
    }
    found
}
