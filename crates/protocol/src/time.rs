//! Times of the protocol: UTC epoch seconds, and the 10-minute intervals that identifiers live in.

use serde::{Deserialize, Serialize};
use std::ops::{Add, Sub};
use std::sync::atomic::{AtomicI64, Ordering};

/// Seconds in a UTC day.
pub const DAY_S: i64 = 86_400;

/// Seconds in one interval (`ENIntervalNumber`).
pub const INTERVAL_S: i64 = 600;

/// Intervals in a day; also the longest rolling period of a key.
pub const INTERVALS_PER_DAY: u32 = 144;

/// A moment: UTC epoch seconds. Arithmetic saturates, so that no clock can make it wrap.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The interval this moment lies in; clamped to what 32 bits hold (the years 1970 to 83,000).
    pub fn interval(self) -> IntervalNumber {
        let number = self.0.div_euclid(INTERVAL_S);
        IntervalNumber(u32::try_from(number.max(0)).unwrap_or(u32::MAX))
    }

    /// Midnight UTC at or before this moment.
    pub fn day_start(self) -> Timestamp {
        Timestamp(self.0.saturating_sub(self.0.rem_euclid(DAY_S)))
    }
}

impl Add<i64> for Timestamp {
    type Output = Timestamp;
    fn add(self, seconds: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(seconds))
    }
}

impl Sub<i64> for Timestamp {
    type Output = Timestamp;
    fn sub(self, seconds: i64) -> Timestamp {
        Timestamp(self.0.saturating_sub(seconds))
    }
}

/// Seconds from `other` to `self`.
impl Sub<Timestamp> for Timestamp {
    type Output = i64;
    fn sub(self, other: Timestamp) -> i64 {
        self.0.saturating_sub(other.0)
    }
}

/// A 10-minute interval since 1970-01-01 UTC (`ENIntervalNumber`). Arithmetic saturates.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IntervalNumber(pub u32);

impl IntervalNumber {
    /// The first second of the interval.
    pub fn start(self) -> Timestamp {
        Timestamp(i64::from(self.0) * INTERVAL_S)
    }

    /// The first interval of this one's UTC day: where a daily key's rolling period starts.
    pub fn day_start(self) -> IntervalNumber {
        IntervalNumber(self.0 - self.0 % INTERVALS_PER_DAY)
    }
}

impl Add<u32> for IntervalNumber {
    type Output = IntervalNumber;
    fn add(self, intervals: u32) -> IntervalNumber {
        IntervalNumber(self.0.saturating_add(intervals))
    }
}

impl Sub<u32> for IntervalNumber {
    type Output = IntervalNumber;
    fn sub(self, intervals: u32) -> IntervalNumber {
        IntervalNumber(self.0.saturating_sub(intervals))
    }
}

/// Intervals from `other` to `self`.
impl Sub<IntervalNumber> for IntervalNumber {
    type Output = i64;
    fn sub(self, other: IntervalNumber) -> i64 {
        i64::from(self.0) - i64::from(other.0)
    }
}

/// Tells the time. The binary reads the machine's clock; tests and simulations move their own.
pub trait Clock: Send + Sync {
    /// The moment it is.
    fn now(&self) -> Timestamp;

    /// By how many seconds a machine's own clock is ahead of what [`Clock::now`] tells, or behind it, after it was set. None
    /// for a clock that is not a machine's.
    fn step(&self) -> Option<i64> {
        None
    }
}

/// A clock that only moves when told to.
#[derive(Debug, Default)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that stands at `now`.
    pub fn new(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.0))
    }

    /// Puts the clock at `now`, forwards or back.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.0, Ordering::SeqCst);
    }

    /// Moves the clock by `seconds` and returns the new time.
    pub fn advance(&self, seconds: i64) -> Timestamp {
        Timestamp(self.0.fetch_add(seconds, Ordering::SeqCst).wrapping_add(seconds))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}
