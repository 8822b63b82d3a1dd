//! Many diagnosis keys against many sightings, at the speed of the AES unit.
//!
//! A key matches a sighting when one of the key's identifiers *within its rolling period* was heard within the
//! tolerance of the interval that identifier belongs to. Both count: an identifier of a later interval than the key
//! claims was never the diagnosed person's, and one heard hours off is a replay.
//!
//! [`SightingIndex`] is built once from what a phone heard. A [`Matcher`] takes keys: only the intervals in which
//! anybody was heard are derived, many keys and many blocks at a time; a filter that fits the cache drops nearly all of
//! them, an exact table decides on the rest. [`match_stream`] does so for keys as they are read, on all cores, and
//! [`resolve`] honours what revised keys say of earlier ones.

mod cpu;
mod filter;
mod hkdf;
mod index;
mod matcher;
mod original;
mod plan;
mod revision;
mod stream;
mod table;

pub use index::SightingIndex;
pub use matcher::{Hit, Matcher, Work};
pub use original::{DayHit, match_published_days};
pub use revision::{Published, resolve};
pub use stream::{Matches, StreamError, match_stream};

use bluezone_protocol::time::{INTERVAL_S, IntervalNumber, Timestamp};
use std::ops::Range;

/// How far a sighting's time may lie outside its identifier's interval, in seconds: two hours, as in Exposure
/// Notification. Both phones' clocks may be wrong.
pub const TOLERANCE_S: i64 = 7200;

/// Whether `time` lies in the interval, or at most `tolerance_s` before or after it.
pub fn within(time: Timestamp, interval: IntervalNumber, tolerance_s: i64) -> bool {
    fitting_times(interval, tolerance_s).contains(&time)
}

fn fitting_times(interval: IntervalNumber, tolerance_s: i64) -> Range<Timestamp> {
    interval.start() - tolerance_s..interval.start() + INTERVAL_S + tolerance_s
}

/// The parts, for the benches and the tests that compare the paths with each other.
#[doc(hidden)]
pub mod parts {
    pub use crate::cpu::{Aes, LANES, Sha};
    pub use crate::filter::Filter;
    pub use crate::hkdf::{BATCH, Deriver};
}
