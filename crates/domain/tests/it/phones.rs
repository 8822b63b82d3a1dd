//! Two phones that meet, and somebody who carries their signals elsewhere or later.

use bluezone_domain::Timestamp;
use bluezone_domain::evidence::{Comparison, Verdict, compare};
use bluezone_protocol::gaen::TemporaryExposureKey;
use bluezone_protocol::history::{GivenConsent, Heard, History, HistoryDay, HistoryKind, IdentifierKey};
use bluezone_protocol::time::DAY_S;
use bluezone_proximity::{DiseaseProfile, HiddenMarkov};
use std::collections::BTreeMap;
use std::ops::Range;

/// Noon of some day, UTC, by the right clock.
pub const NOON: i64 = 20_000 * DAY_S + 12 * 3600;
pub const MINUTE: i64 = 60;
pub const HOUR: i64 = 3600;

/// A phone that scans every four minutes.
pub struct Phone {
    key: TemporaryExposureKey,
    /// How much its clock is ahead of the right one.
    clock_s: i64,
    /// When in its four minutes it scans.
    phase_s: i64,
    heard: Vec<Heard>,
}

impl Phone {
    pub fn new(key: u8, clock_s: i64, phase_s: i64) -> Self {
        Self { key: TemporaryExposureKey::from_bytes([key; 16]), clock_s, phase_s, heard: Vec::new() }
    }

    /// Hears the other at its own scans in a span of the right time. What it hears was sent `delay_s` before.
    pub fn hears(&mut self, other: &Phone, span: Range<i64>, delay_s: i64, dbm: i8) {
        for at in span.filter(|at| at.rem_euclid(240) == self.phase_s) {
            let sent = Timestamp(at - delay_s + other.clock_s);
            let key = other.key.identifier_key();
            let bounce = [0, 3, -2, 1, -4][(at / 240).rem_euclid(5) as usize];
            self.heard.push(Heard {
                identifier: key.identifier(sent.interval()),
                at: Timestamp(at + self.clock_s),
                mean_dbm: Some(dbm + bounce),
                packets: 3,
                seconds_since_last_scan: 240,
            });
        }
    }

    /// All that it would share of three days around noon.
    pub fn history(&self) -> [History; 1] {
        let mut days: BTreeMap<Timestamp, HistoryDay> = BTreeMap::new();
        for day in -1..=1 {
            let day = Timestamp(NOON + day * DAY_S).day_start();
            let key = self.key.identifier_key();
            let keys = vec![IdentifierKey { key, rolling_start: day.interval(), rolling_period: 144 }];
            days.insert(day, HistoryDay { day, keys, heard: Vec::new() });
        }
        for heard in &self.heard {
            days.get_mut(&heard.at.day_start()).unwrap().heard.push(*heard);
        }
        let consent = GivenConsent {
            purpose: "share-contacts".to_owned(),
            text_sha256: [0; 32],
            language: "vi".to_owned(),
            at: Timestamp(NOON),
        };
        let days = days.into_values().collect();
        let history = History {
            kind: HistoryKind::Case,
            days,
            consents: vec![consent],
            reporter: None,
            part: 0,
            parts: 1,
        };
        // As the server gets it: through its bytes.
        [History::from_bytes(&history.to_bytes()).unwrap()]
    }
}

/// Both near each other.
pub fn meet(case: &mut Phone, contact: &mut Phone, span: Range<i64>, dbm: i8) {
    case.hears(contact, span.clone(), 0, dbm);
    contact.hears(case, span, 0, dbm);
}

pub fn model() -> HiddenMarkov {
    DiseaseProfile::covid19().contact.unwrap().model()
}

pub fn compared(case: &Phone, contact: &Phone) -> Comparison {
    compare(&case.history(), &contact.history(), &model())
}

pub fn verdicts(comparison: &Comparison) -> Vec<Verdict> {
    comparison.encounters.iter().map(|encounter| encounter.verdict).collect()
}
