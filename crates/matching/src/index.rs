//! What a phone heard, arranged to be looked up.

use crate::filter::Filter;
use crate::fitting_times;
use crate::plan::Heard;
use crate::table::Table;
use bluezone_protocol::bluezone2020::{BluezoneId, to_ms};
use bluezone_protocol::gaen::RollingProximityIdentifier;
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::{IntervalNumber, Timestamp};

/// Sightings by identifier. A sighting is named by its position in the sequence it was built from, from 0.
///
/// Built once and shared by all threads. Memory: about 50 bytes a sighting.
pub struct SightingIndex {
    pub(crate) gaen: Table<16>,
    pub(crate) filter: Filter,
    pub(crate) heard: Heard,
    pub(crate) original: Table<12>,
    /// When identifiers of the original scheme were heard, ascending, in milliseconds.
    original_ms: Vec<i64>,
    tolerance_s: i64,
}

impl SightingIndex {
    /// From identifiers and when they were heard, to be matched with `tolerance_s` seconds (0 or more) of difference
    /// between the two phones' clocks: see [`TOLERANCE_S`](crate::TOLERANCE_S).
    ///
    /// # Panics
    ///
    /// At more than 2^32 sightings.
    pub fn new(sightings: impl IntoIterator<Item = (Identifier, Timestamp)>, tolerance_s: i64) -> Self {
        Self::build(sightings.into_iter(), tolerance_s, false)
    }

    /// From identifiers of which nobody knows when they were heard: each matches whenever a key had it.
    ///
    /// # Panics
    ///
    /// At more than 2^32 sightings.
    pub fn without_times(identifiers: impl IntoIterator<Item = Identifier>) -> Self {
        Self::build(identifiers.into_iter().map(|identifier| (identifier, Timestamp(0))), 0, true)
    }

    fn build(
        sightings: impl Iterator<Item = (Identifier, Timestamp)>,
        tolerance_s: i64,
        always: bool,
    ) -> Self {
        let (mut gaen, mut original) = (Vec::new(), Vec::new());
        for (position, (identifier, time)) in sightings.enumerate() {
            let heard = (time, u32::try_from(position).expect("a phone hears fewer than 2^32 identifiers"));
            match identifier {
                Identifier::Gaen { rpi: RollingProximityIdentifier(rpi), .. } => gaen.push((rpi, heard)),
                Identifier::Bluezone2020(BluezoneId(id)) => original.push((id, heard)),
            }
        }
        let heard = match always {
            true => Heard::Always,
            false => Heard::at(gaen.iter().map(|(_, (time, _))| *time), tolerance_s),
        };
        let gaen = Table::new(gaen);
        let filter = Filter::new(gaen.identifiers().iter());
        let mut original_ms: Vec<_> = original.iter().map(|(_, (time, _))| to_ms(*time)).collect();
        original_ms.sort_unstable();
        Self { gaen, filter, heard, original: Table::new(original), original_ms, tolerance_s }
    }

    /// Whether times are unknown.
    pub(crate) fn is_timeless(&self) -> bool {
        matches!(self.heard, Heard::Always)
    }

    /// Whether anybody of the original scheme was heard from `start_ms` to `end_ms`, both included.
    pub(crate) fn heard_original(&self, start_ms: i64, end_ms: i64) -> bool {
        let first = self.original_ms.partition_point(|time| *time < start_ms);
        let within = self.original_ms.get(first).is_some_and(|time| *time <= end_ms);
        within || (self.is_timeless() && !self.original_ms.is_empty())
    }

    /// Those of an identifier's sightings (by time) that were heard when its interval allows.
    pub(crate) fn fitting<'a>(
        &self,
        sightings: &'a [(Timestamp, u32)],
        interval: IntervalNumber,
    ) -> &'a [(Timestamp, u32)] {
        if self.is_timeless() {
            return sightings;
        }
        let times = fitting_times(interval, self.tolerance_s);
        let first = sightings.partition_point(|(time, _)| *time < times.start);
        let count = sightings[first..].partition_point(|(time, _)| *time < times.end);
        &sightings[first..first + count]
    }
}
