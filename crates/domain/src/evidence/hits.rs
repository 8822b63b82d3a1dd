//! Which sightings in one history are of the other.

use super::clock::{MAX_OFFSET_S, SLACK_S};
use bluezone_protocol::gaen::RollingProximityIdentifier;
use bluezone_protocol::history::{Heard, History};
use bluezone_protocol::time::{INTERVAL_S, IntervalNumber};
use bluezone_proximity::MAX_SECONDS_SINCE_LAST_SCAN;
use std::collections::HashMap;

/// Most keys of a history that are looked at: three weeks with many more than a phone makes.
const MAX_KEYS: usize = 256;

/// Most sightings of the other that are looked at in each direction, the oldest: three weeks side by side, every two minutes.
pub const MAX_HITS: usize = 15_000;

/// Whose phone recorded it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Direction {
    /// The case's phone heard the contact's.
    ByCase,
    /// The contact's phone heard the case's.
    ByContact,
}

impl Direction {
    /// Both.
    pub const BOTH: [Direction; 2] = [Direction::ByCase, Direction::ByContact];
}

/// One phone heard an identifier of the other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Whose phone recorded it.
    pub direction: Direction,
    /// When, by the clock of the phone that heard.
    pub heard_s: i64,
    /// First second of the identifier's ten minutes, by the clock of the phone that was heard.
    pub interval_s: i64,
    /// Mean received strength.
    pub mean_dbm: Option<i8>,
    /// Since the scan before, seconds.
    pub seconds_since_last_scan: u32,
}

impl Hit {
    /// About when it was by the case's clock, without knowing the contact's: exact where the case heard, within five minutes
    /// where the case was heard.
    pub fn by_case_clock(&self) -> i64 {
        match self.direction {
            Direction::ByCase => self.heard_s,
            Direction::ByContact => self.interval_s + INTERVAL_S / 2,
        }
    }

    /// When it was by the case's clock, the contact's clock being ahead by so many seconds.
    pub fn common(&self, offset_s: i64) -> i64 {
        match self.direction {
            Direction::ByCase => self.heard_s,
            Direction::ByContact => self.heard_s - offset_s,
        }
    }

    /// The least and the greatest difference of the contact's clock to the case's by which the identifier was on the air when
    /// it was heard.
    pub fn offsets(&self) -> (i64, i64) {
        let after_start = self.heard_s - self.interval_s;
        match self.direction {
            Direction::ByContact => (after_start - INTERVAL_S - SLACK_S, after_start + SLACK_S),
            Direction::ByCase => (-after_start - SLACK_S, INTERVAL_S - after_start + SLACK_S),
        }
    }

    /// Whether it was on the air by this difference.
    pub fn fits(&self, offset_s: i64) -> bool {
        let (least, greatest) = self.offsets();
        (least..=greatest).contains(&offset_s)
    }

    /// Whether it was on the air by any difference that phones accept.
    pub fn fits_some_clock(&self) -> bool {
        let (least, greatest) = self.offsets();
        least <= MAX_OFFSET_S && greatest >= -MAX_OFFSET_S
    }

    /// The listening time that it stands for, minutes.
    pub fn minutes(&self) -> f64 {
        f64::from(self.seconds_since_last_scan.min(MAX_SECONDS_SINCE_LAST_SCAN)) / 60.0
    }
}

/// What each heard of the other.
pub fn find(case: &[History], contact: &[History]) -> Vec<Hit> {
    let mut hits = heard_of(contact, case, Direction::ByContact);
    hits.extend(heard_of(case, contact, Direction::ByCase));
    hits
}

fn heard_of(hearer: &[History], other: &[History], direction: Direction) -> Vec<Hit> {
    let identifiers = identifiers(other);
    let mut hits: Vec<Hit> = sightings(hearer)
        .filter_map(|heard| {
            let interval = identifiers.get(&heard.identifier)?;
            Some(Hit {
                direction,
                heard_s: heard.at.0,
                interval_s: interval.start().0,
                mean_dbm: heard.mean_dbm,
                seconds_since_last_scan: heard.seconds_since_last_scan,
            })
        })
        .collect();
    // A sighting that was sent in two parts is one.
    hits.sort_by_key(|hit| (hit.heard_s, hit.interval_s));
    hits.dedup_by_key(|hit| (hit.heard_s, hit.interval_s));
    hits.truncate(MAX_HITS);
    hits
}

/// All that a history heard, of anybody.
pub fn sightings(history: &[History]) -> impl Iterator<Item = &Heard> {
    history.iter().flat_map(|part| &part.days).flat_map(|day| &day.heard)
}

fn identifiers(history: &[History]) -> HashMap<RollingProximityIdentifier, IntervalNumber> {
    let keys = history.iter().flat_map(|part| &part.days).flat_map(|day| &day.keys);
    keys.take(MAX_KEYS)
        .flat_map(|key| key.key.identifiers(key.rolling_start, key.rolling_period))
        .map(|(interval, identifier)| (identifier, interval))
        .collect()
}
