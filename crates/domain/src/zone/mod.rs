//! Zones (khoanh vùng): a commune, or a part of one, to which a level of an outbreak applies for a time, by a decision.
//!
//! A zone's past is never written over. It is a list of changes, and each counts from the instant it names: *at an instant,
//! the newest change that has begun by then decides*. So a level that is raised on the 10th leaves the 5th as it was, a
//! lifted zone was in force before, and what somebody looked up can be looked up again. When each change was written
//! down, and by whom, stands in it ([`Change::at`]). A zone ends by itself: no change is without an end.

mod level;
mod standing;
mod terms;

pub use level::{InvalidLevel, Level, LevelWords, Levels, Words, levels};
pub use standing::{Standing, standing};
pub use terms::{LONGEST_S, PartProblem, Terms, TermsProblem, lift, one_line, part};

use crate::Timestamp;
use crate::area::{Area, CommuneCode, ProvinceCode};
use crate::id::{OfficerId, ZoneId};
use crate::map::Outline;
use std::ops::Range;

/// A zone and everything that was decided about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Zone {
    /// Names it in other records and in addresses of pages.
    pub id: ZoneId,
    /// The province.
    pub province: ProvinceCode,
    /// The commune.
    pub commune: CommuneCode,
    /// How much of the commune; another part is another zone.
    pub extent: Extent,
    /// What was decided, oldest first; never empty.
    pub changes: Vec<Change>,
}

/// How much of a commune a zone covers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Extent {
    /// All of it.
    Whole,
    /// A part.
    Part {
        /// Its hamlets, quarters or streets, in words: whoever cannot see the map must know too.
        places: String,
        /// Where it lies on the map, if that was drawn.
        outline: Option<Outline>,
    },
}

/// One decision about a zone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// When it was written down.
    pub at: Timestamp,
    /// Who wrote it down.
    pub by: OfficerId,
    /// What was decided.
    pub step: Step,
    /// Number of the decision, as the paper names it.
    pub decision: String,
    /// Why; published with the zone.
    pub reason: String,
}

/// What a decision does to a zone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// The level applies from an instant until just before another.
    InForce {
        /// The level.
        level: Level,
        /// From then on.
        from: Timestamp,
        /// Not any more from then on.
        until: Timestamp,
    },
    /// The zone is lifted before its end.
    Lifted {
        /// From then on.
        from: Timestamp,
    },
}

impl Step {
    /// From when it counts.
    pub fn from(self) -> Timestamp {
        match self {
            Step::InForce { from, .. } | Step::Lifted { from } => from,
        }
    }

    /// The level that it sets.
    pub fn level(self) -> Option<Level> {
        match self {
            Step::InForce { level, .. } => Some(level),
            Step::Lifted { .. } => None,
        }
    }

    /// The level, if it is in force at an instant.
    fn at(self, at: Timestamp) -> Option<Level> {
        match self {
            Step::InForce { level, from, until } if from <= at && at < until => Some(level),
            Step::InForce { .. } | Step::Lifted { .. } => None,
        }
    }
}

impl Zone {
    /// Where it lies.
    pub fn area(&self) -> Area {
        Area { province: self.province, commune: Some(self.commune) }
    }

    /// The change that decides at an instant: the newest that has begun.
    pub fn deciding(&self, at: Timestamp) -> Option<&Change> {
        self.changes.iter().rev().find(|change| change.step.from() <= at)
    }

    /// The level in force at an instant.
    pub fn level_at(&self, at: Timestamp) -> Option<Level> {
        self.deciding(at)?.step.at(at)
    }

    /// The highest level in force at some instant of a span of time, and the change that set it; for a day, or (a span of
    /// one second) for an instant.
    pub fn during(&self, span: &Range<Timestamp>) -> Option<(Level, &Change)> {
        // A level changes only where some change begins or ends.
        let begins = self.changes.iter().map(|change| change.step.from());
        let instants = begins.filter(|at| span.contains(at)).chain([span.start]);
        let found = instants.filter_map(|at| Some((self.level_at(at)?, self.deciding(at)?)));
        found.max_by_key(|(level, change)| (*level, change.step.from()))
    }

    /// When it is over, as things stand: the end of the newest change, or an earlier one if it was lifted.
    pub fn end(&self) -> Option<Timestamp> {
        self.changes.last().map(|change| match change.step {
            Step::InForce { until, .. } => until,
            Step::Lifted { from } => from,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn zone(commune: &str, extent: Extent, steps: &[Step]) -> Zone {
        let change = |step: &Step| Change {
            at: step.from(),
            by: OfficerId::from_bytes([1; 16]),
            step: *step,
            decision: "1/QĐ-UBND".into(),
            reason: "chùm ca bệnh".into(),
        };
        Zone {
            id: ZoneId::from_bytes([2; 16]),
            province: "19".parse().unwrap(),
            commune: commune.parse().unwrap(),
            extent,
            changes: steps.iter().map(change).collect(),
        }
    }

    pub(super) fn force(level: u8, from: i64, until: i64) -> Step {
        Step::InForce { level: Level::new(level).unwrap(), from: Timestamp(from), until: Timestamp(until) }
    }

    fn levels(zone: &Zone, at: impl IntoIterator<Item = i64>) -> Vec<u8> {
        at.into_iter().map(|at| zone.level_at(Timestamp(at)).map_or(0, Level::number)).collect()
    }

    #[test]
    fn a_zone_begins_changes_and_ends_by_itself() {
        let zone = zone("05443", Extent::Whole, &[force(3, 10, 30), force(4, 20, 50)]);
        assert_eq!(levels(&zone, [9, 10, 19, 20, 49, 50]), [0, 3, 3, 4, 4, 0]);
        assert_eq!(zone.end(), Some(Timestamp(50)));
    }

    #[test]
    fn lifting_leaves_the_past_as_it_was() {
        let zone = zone("05443", Extent::Whole, &[force(3, 10, 30), Step::Lifted { from: Timestamp(20) }]);
        assert_eq!(levels(&zone, [10, 19, 20, 29]), [3, 3, 0, 0]);
        assert_eq!(zone.end(), Some(Timestamp(20)));
    }

    #[test]
    fn the_newest_change_that_has_begun_decides() {
        // A change that was planned for 40 is replaced by one that begins earlier.
        let zone = zone("05443", Extent::Whole, &[force(2, 10, 60), force(4, 40, 80), force(1, 30, 70)]);
        assert_eq!(levels(&zone, [10, 29, 30, 40, 69, 70]), [2, 2, 1, 1, 1, 0]);
        // Shorter than what it replaces: nothing comes back after its end.
        let zone = super::tests::zone("05443", Extent::Whole, &[force(2, 10, 60), force(3, 20, 30)]);
        assert_eq!(levels(&zone, [19, 20, 30, 59]), [2, 3, 0, 0]);
    }

    #[test]
    fn a_day_shows_its_highest_level() {
        let zone = zone("05443", Extent::Whole, &[force(4, 10, 12), force(2, 12, 40)]);
        let during = |from, until| {
            let found = zone.during(&(Timestamp(from)..Timestamp(until)));
            found.map(|(level, change)| (level.number(), change.step.from().0))
        };
        assert_eq!(during(0, 10), None);
        assert_eq!(during(0, 11), Some((4, 10)));
        assert_eq!(during(11, 35), Some((4, 10)), "it still held when the day began");
        assert_eq!(during(12, 36), Some((2, 12)));
        assert_eq!(during(39, 99), Some((2, 12)));
        assert_eq!(during(40, 99), None);
    }
}
