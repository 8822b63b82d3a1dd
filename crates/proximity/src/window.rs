//! Exposure windows: what one phone heard of one matched key, in pieces of at most half an hour.

use bluezone_protocol::diagnosis::ReportType;
use bluezone_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A window spans less than this many seconds from its first scan; a scan at or after it opens the next window.
pub const WINDOW_S: i64 = 1800;

/// Samples this close together (seconds) belong to one scan: two identifiers of one phone heard around a rotation.
pub const SAME_SCAN_S: i64 = 25;

/// No scan stands for more time than this (seconds), the longest period of the duty cycles in use.
///
/// A phone whose scans were delayed for an hour has not shown that the other was near for that hour; the cap keeps
/// a single sighting from becoming a long contact.
pub const MAX_SECONDS_SINCE_LAST_SCAN: u32 = 300;

/// How infectious the person was on the day of the window, by days since onset.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Infectiousness {
    /// Not infectious: the window counts nothing.
    #[default]
    None,
    /// Infectious.
    Standard,
    /// At the height of it.
    High,
}

/// The outcome of a rule.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskLevel {
    /// Nothing that matters.
    #[default]
    None,
    /// Worth watching for symptoms.
    Low,
    /// A close contact: warned.
    High,
}

/// One scan in which the other phone was heard.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ScanInstance {
    /// Mean attenuation of the scan's packets, dB.
    pub typical_attenuation_db: u8,
    /// Attenuation of the strongest packet, dB.
    pub min_attenuation_db: u8,
    /// Listening time this scan stands for, seconds; at most [`MAX_SECONDS_SINCE_LAST_SCAN`] when built by
    /// [`windows`]. Negative values (clock moved back, windows of other programs) count nothing.
    pub seconds_since_last_scan: i32,
}

/// At most 30 minutes near one person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ExposureWindow {
    /// Start of the UTC day of the first scan.
    pub day: Timestamp,
    /// What the person's report says.
    pub report_type: ReportType,
    /// How infectious the person was on that day.
    pub infectiousness: Infectiousness,
    /// 0 (lowest) to 3 (high): how well the sender's transmit power is known.
    pub calibration_confidence: u8,
    /// In time order.
    pub scans: Vec<ScanInstance>,
}

/// What is known of the person behind a matched key.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct MatchedKey {
    /// What the report says.
    pub report_type: ReportType,
    /// By the disease profile and the key's days since onset.
    pub infectiousness: Infectiousness,
}

/// One scan's sighting of an identifier of the key.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Sample {
    /// When the scan started.
    pub time: Timestamp,
    /// Seconds since the scan before it.
    pub seconds_since_last_scan: u32,
    /// Mean attenuation of the packets, dB (see [`attenuation_db`]).
    pub typical_attenuation_db: u8,
    /// Smallest attenuation of the packets, dB.
    pub min_attenuation_db: u8,
    /// 0 to 3, from the sender's metadata.
    pub calibration_confidence: u8,
}

/// Attenuation in dB: what the sender says it transmits, less what was received, corrected by the receiver's offset.
///
/// `rx_offset_db` is added to the received strength (the device's calibration; 0 when unknown).
/// Below 0 (the sender claims less than was received) counts as 0.
pub fn attenuation_db(tx_power_dbm: i8, rssi_dbm: i8, rx_offset_db: i8) -> u8 {
    let db = i16::from(tx_power_dbm) - i16::from(rssi_dbm) - i16::from(rx_offset_db);
    u8::try_from(db.clamp(0, 255)).expect("clamped to 0..=255")
}

/// Groups the samples of one matched key into exposure windows.
///
/// Samples may come in any order. Samples within [`SAME_SCAN_S`] of a scan's first are that scan: the smallest and
/// the mean attenuation and the longest gap are kept. A new window starts [`WINDOW_S`] after the first scan of the
/// current one and at UTC midnight. A window's calibration confidence is the lowest of its scans.
pub fn windows(key: MatchedKey, samples: &[Sample]) -> Vec<ExposureWindow> {
    let mut windows: Vec<ExposureWindow> = Vec::new();
    let mut opened = None;
    for scan in scans(samples) {
        let day = scan.time.day_start();
        let instance = ScanInstance {
            typical_attenuation_db: scan.typical_attenuation_db,
            min_attenuation_db: scan.min_attenuation_db,
            seconds_since_last_scan: i32::try_from(
                scan.seconds_since_last_scan.min(MAX_SECONDS_SINCE_LAST_SCAN),
            )
            .expect("capped"),
        };
        match (opened, windows.last_mut()) {
            (Some(start), Some(window)) if window.day == day && scan.time - start < WINDOW_S => {
                window.calibration_confidence =
                    window.calibration_confidence.min(scan.calibration_confidence);
                window.scans.push(instance);
            }
            _ => {
                opened = Some(scan.time);
                windows.push(ExposureWindow {
                    day,
                    report_type: key.report_type,
                    infectiousness: key.infectiousness,
                    calibration_confidence: scan.calibration_confidence,
                    scans: vec![instance],
                });
            }
        }
    }
    windows
}

/// Sorts by time and merges the samples of one scan.
fn scans(samples: &[Sample]) -> Vec<Sample> {
    let mut sorted = samples.to_vec();
    sorted.sort_by_key(|s| (s.time, s.min_attenuation_db, s.typical_attenuation_db));
    let mut scans = Vec::with_capacity(sorted.len());
    let mut rest = sorted.as_slice();
    while let Some(first) = rest.first() {
        let count = rest.iter().take_while(|s| s.time - first.time <= SAME_SCAN_S).count();
        let (group, later) = rest.split_at(count);
        scans.push(merge(*first, group));
        rest = later;
    }
    scans
}

fn merge(first: Sample, group: &[Sample]) -> Sample {
    let mut merged = first;
    let sum: usize = group.iter().map(|s| usize::from(s.typical_attenuation_db)).sum();
    merged.typical_attenuation_db = u8::try_from((sum + group.len() / 2) / group.len()).unwrap_or(u8::MAX);
    for s in group {
        merged.min_attenuation_db = merged.min_attenuation_db.min(s.min_attenuation_db);
        merged.seconds_since_last_scan = merged.seconds_since_last_scan.max(s.seconds_since_last_scan);
        merged.calibration_confidence = merged.calibration_confidence.min(s.calibration_confidence);
    }
    merged
}
