//! How long somebody was at a place: the one rule that the server and the phones share.
//!
//! A stay that nobody ended is over when the person checks in elsewhere, when a visit of that kind of place usually is over, or
//! at midnight in Vietnam, whichever comes first. Its end is therefore known when it begins; what is learnt later only moves
//! it forward in time. No stay is open for longer than its rule, without anything having to run.

use bluezone_protocol::time::{DAY_S, Timestamp};
use std::str::FromStr;
use thiserror::Error;

/// Seconds by which two stays may miss each other and still count: who was there an hour before a case may have met it, and
/// the air in a room, if another number is not set.
pub const MARGIN_S: i64 = 3600;
/// For how many seconds another scan at the same place is the same visit: the gate scanned twice, or somebody pressed again.
/// Later, the person left without a word and came back, or is on the next trip: that is a visit of its own.
pub const SAME_VISIT_S: i64 = 300;

/// Vietnam's clock is seven hours ahead of UTC, all year.
const VIETNAM_S: i64 = 7 * 3600;

/// What ended a stay, or will.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ending {
    /// The person was scanned, or scanned, on leaving.
    Scan,
    /// The person said so.
    Button,
    /// The person checked in elsewhere.
    NextVisit,
    /// Visits of such a place are over by then.
    Dwell,
    /// Midnight in Vietnam.
    Midnight,
}

/// A text that names no ending.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("not the end of a stay: expected scan, button, next_visit, dwell or midnight")]
pub struct InvalidEnding;

impl Ending {
    /// Every ending.
    pub const ALL: [Ending; 5] =
        [Ending::Scan, Ending::Button, Ending::NextVisit, Ending::Dwell, Ending::Midnight];

    /// Its name in databases and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Ending::Scan => "scan",
            Ending::Button => "button",
            Ending::NextVisit => "next_visit",
            Ending::Dwell => "dwell",
            Ending::Midnight => "midnight",
        }
    }

    /// Whether the person said when they left; otherwise a rule did.
    pub const fn was_told(self) -> bool {
        matches!(self, Ending::Scan | Ending::Button)
    }
}

impl FromStr for Ending {
    type Err = InvalidEnding;

    fn from_str(text: &str) -> Result<Ending, InvalidEnding> {
        Ending::ALL.into_iter().find(|ending| ending.as_str() == text).ok_or(InvalidEnding)
    }
}

/// A time at a place, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stay {
    /// When it began.
    pub from: Timestamp,
    /// When it ended, or will by its rule.
    pub to: Timestamp,
    /// What ended it, or will.
    pub ending: Ending,
}

impl Stay {
    /// A stay that begins now at a place where people usually stay for `dwell_s` seconds.
    pub fn begin(from: Timestamp, dwell_s: i64) -> Stay {
        let (dwell, midnight) = (from + dwell_s.max(0), day_end(from));
        if dwell < midnight {
            Stay { from, to: dwell, ending: Ending::Dwell }
        } else {
            Stay { from, to: midnight, ending: Ending::Midnight }
        }
    }

    /// Whether it goes on at that time. A stay that begins later does not.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.from <= now && now < self.to && !self.ending.was_told()
    }

    /// The same stay, ended at a time at which it went on; none if it did not. Saying it again changes nothing.
    pub fn end(self, at: Timestamp, ending: Ending) -> Option<Stay> {
        self.is_open(at).then_some(Stay { to: at, ending, ..self })
    }

    /// The same stay, which another one followed that began then: what came late ends it, what did not leaves it. A person who
    /// said when they left is believed, even if they then were in two places at once ([`Stay::contradicts`]).
    pub fn followed_by(self, next: Timestamp) -> Stay {
        if self.from < next { self.end(next, Ending::NextVisit).unwrap_or(self) } else { self }
    }

    /// Whether a person who began a stay elsewhere at that time cannot have been here as they said.
    pub fn contradicts(&self, elsewhere: Timestamp) -> bool {
        self.ending.was_told() && self.from < elsewhere && elsewhere < self.to
    }
}

/// Whether two stays at one place were together, or within `margin_s` seconds of each other.
pub fn overlaps(a: &Stay, b: &Stay, margin_s: i64) -> bool {
    let margin_s = margin_s.max(0);
    a.from <= b.to + margin_s && b.from <= a.to + margin_s
}

/// The midnight in Vietnam after a time.
pub fn day_end(at: Timestamp) -> Timestamp {
    day_start(at) + DAY_S
}

/// The midnight in Vietnam at or before a time.
pub fn day_start(at: Timestamp) -> Timestamp {
    (at + VIETNAM_S).day_start() - VIETNAM_S
}
