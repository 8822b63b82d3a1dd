//! Many diagnosis keys against many sightings. Simple and correct: this is what a faster matcher must agree with.
//!
//! A key matches a sighting when one of the key's identifiers *within its rolling period* was heard within the
//! tolerance of the interval that identifier belongs to. Both count: an identifier of a later interval than the key
//! claims was never the diagnosed person's, and one heard hours off is a replay.

mod original;

pub use original::match_published_day;

use bluezone_protocol::diagnosis::DiagnosisKey;
use bluezone_protocol::gaen::MAX_ROLLING_PERIOD;
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::{INTERVAL_S, IntervalNumber, Timestamp};
use std::collections::HashMap;

/// How far a sighting's time may lie outside its identifier's interval, in seconds: two hours, as in Exposure
/// Notification. Both phones' clocks may be wrong.
pub const TOLERANCE_S: i64 = 7200;

/// Sightings by identifier. A sighting is named by its position in the sequence it was built from.
pub struct SightingIndex {
    gaen: HashMap<[u8; 16], Vec<(usize, Timestamp)>>,
    original: Vec<(usize, bluezone_protocol::bluezone2020::BluezoneId, Timestamp)>,
}

/// A key whose owner was heard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyMatch {
    /// The published key.
    pub key: DiagnosisKey,
    /// The sightings, by their position in the index, ascending.
    pub hits: Vec<usize>,
}

impl SightingIndex {
    /// From identifiers and when they were heard.
    pub fn new(sightings: impl IntoIterator<Item = (Identifier, Timestamp)>) -> Self {
        let mut index = Self { gaen: HashMap::new(), original: Vec::new() };
        for (position, (identifier, time)) in sightings.into_iter().enumerate() {
            match identifier {
                Identifier::Gaen { rpi, .. } => {
                    index.gaen.entry(*rpi.as_bytes()).or_default().push((position, time));
                }
                Identifier::Bluezone2020(id) => index.original.push((position, id, time)),
            }
        }
        index
    }

    /// The sightings of one key, ascending; empty when its owner was not heard.
    pub fn hits(&self, key: &DiagnosisKey, tolerance_s: i64) -> Vec<usize> {
        if self.gaen.is_empty() {
            return Vec::new();
        }
        let period = key.rolling_period.min(MAX_ROLLING_PERIOD);
        let mut hits = Vec::new();
        for (interval, rpi) in key.key.identifier_key().identifiers(key.rolling_start, period) {
            let Some(heard) = self.gaen.get(rpi.as_bytes()) else { continue };
            hits.extend(
                heard.iter().filter(|(_, time)| within(*time, interval, tolerance_s)).map(|(at, _)| at),
            );
        }
        hits.sort_unstable();
        hits
    }
}

/// Whether `time` lies in the interval, or at most `tolerance_s` before or after it.
pub fn within(time: Timestamp, interval: IntervalNumber, tolerance_s: i64) -> bool {
    let start = interval.start();
    time >= start - tolerance_s && time < start + INTERVAL_S + tolerance_s
}

/// The keys whose owners were heard, in the order of `keys`. Memory: the matches only, however many keys.
pub fn match_keys(
    keys: impl IntoIterator<Item = DiagnosisKey>,
    index: &SightingIndex,
    tolerance_s: i64,
) -> Vec<KeyMatch> {
    keys.into_iter()
        .filter_map(|key| {
            let hits = index.hits(&key, tolerance_s);
            (!hits.is_empty()).then_some(KeyMatch { key, hits })
        })
        .collect()
}
