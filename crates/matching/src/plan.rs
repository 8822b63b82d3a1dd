//! Which intervals of a key need to be derived: those it was used in and in which this phone heard anybody.

use crate::cpu::LANES;
use bluezone_protocol::gaen::MAX_ROLLING_PERIOD;
use bluezone_protocol::time::{INTERVAL_S, IntervalNumber, Timestamp};
use std::ops::Range;

/// The intervals whose identifiers could match a sighting.
pub enum Heard {
    /// All: the sightings have no times.
    Always,
    /// Ascending, disjoint.
    In(Vec<Range<u64>>),
}

impl Heard {
    /// From the times of the sightings, in any order. Memory: no more than the sightings.
    pub fn at(times: impl Iterator<Item = Timestamp>, tolerance_s: i64) -> Self {
        // The interval of a moment, unclamped, so that what is outside 32 bits stays outside.
        let interval = |time: Timestamp| u64::try_from(time.0.div_euclid(INTERVAL_S) + 1).unwrap_or(0);
        let mut ranges: Vec<_> = times
            .map(|time| interval(time - tolerance_s).saturating_sub(1)..interval(time + tolerance_s))
            .collect();
        ranges.sort_unstable_by_key(|range| range.start);
        ranges.dedup_by(|next, last| {
            let joined = next.start <= last.end;
            if joined {
                last.end = last.end.max(next.end);
            }
            joined
        });
        Self::In(ranges)
    }

    /// What to derive of a key.
    fn plan(&self, start: IntervalNumber, period: u32) -> Plan {
        let start = u64::from(start.0);
        // Interval numbers have 32 bits; a key at the end of time ends early.
        let used = start..(start + u64::from(period.min(MAX_ROLLING_PERIOD))).min(1 << 32);
        let period = (used.end - used.start) as usize;
        let mut intervals: Vec<u32> = Vec::new();
        match self {
            Self::Always => intervals.extend(used.map(|interval| interval as u32)),
            Self::In(ranges) => {
                let first = ranges.partition_point(|range| range.end <= used.start);
                for range in ranges[first..].iter().take_while(|range| range.start < used.end) {
                    let both = range.start.max(used.start)..range.end.min(used.end);
                    intervals.extend(both.map(|interval| interval as u32));
                }
            }
        }
        let length = intervals.len();
        let skipped = period - length;
        intervals.resize(length.next_multiple_of(LANES), 0);
        Plan { intervals: intervals.as_chunks().0.to_vec(), length, skipped }
    }
}

/// What to derive of a key.
pub struct Plan {
    /// Ascending, and zeros up to the last chunk's end.
    pub intervals: Vec<[u32; LANES]>,
    /// How many of them count.
    pub length: usize,
    /// Intervals of the key that need not be derived.
    pub skipped: usize,
}

/// Plans by a key's start and period, of which a file has few: 14 days, and the shortened last ones.
pub struct Plans {
    made: Vec<(IntervalNumber, u32, Plan)>,
    /// Where in `made` the plan stands that was asked for last among those that share a place.
    hints: [u16; Self::HINTS],
}

impl Plans {
    const HINTS: usize = 64;
    /// Plans kept from one batch to the next: a file of odd periods must not fill the memory.
    const KEPT: usize = 512;

    pub fn new() -> Self {
        Self { made: Vec::new(), hints: [0; Self::HINTS] }
    }

    /// Forgets what numbers were given, if they have become many.
    pub fn begin_batch(&mut self) {
        if self.made.len() > Self::KEPT {
            self.made.clear();
        }
    }

    /// The number of the plan for a key, valid until the next batch; a batch has fewer than 2^15 keys.
    pub fn find(&mut self, heard: &Heard, start: IntervalNumber, period: u32) -> u16 {
        let hint =
            &mut self.hints[(start.0 / MAX_ROLLING_PERIOD).wrapping_add(period) as usize % Self::HINTS];
        let fits = |(s, p, _): &(IntervalNumber, u32, Plan)| (*s, *p) == (start, period);
        if !self.made.get(usize::from(*hint)).is_some_and(fits) {
            *hint = self.made.len() as u16;
            self.made.push((start, period, heard.plan(start, period)));
        }
        *hint
    }

    pub fn get(&self, number: u16) -> &Plan {
        &self.made[usize::from(number)].2
    }
}
