//! Breaches of personal data: found, told to the authority for data protection within 72 hours, closed.
//!
//! Term: law on personal data 91/2025/QH15, Art. 23: 72 hours from when the breach was found, by the clock and not by days. What a
//! notice must say has an article of its own in decree 356/2025/NĐ-CP that we could not read; [`Facts`] are what such notices
//! commonly say.

use crate::Timestamp;
use crate::id::{BreachId, OfficerId};
use crate::person::Phone;
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// Seconds from finding a breach within which the authority must know.
pub const NOTIFY_S: i64 = 72 * 3600;

/// What is sealed of a breach: it may say how to repeat it.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// What happened.
    pub what: String,
    /// Which kinds of data.
    pub data: String,
    /// What may follow for those whose data it is.
    pub consequences: String,
    /// What was done, and what will be.
    pub measures: String,
    /// Whom to ask.
    pub contact: String,
}

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Facts(redacted)")
    }
}

/// A breach.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Breach {
    /// Names it.
    pub id: BreachId,
    /// When it was found: the term begins.
    pub found_at: Timestamp,
    /// When it was written into the register.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: OfficerId,
    /// Code of the unit that found it.
    pub unit: String,
    /// About how many people it concerns.
    pub about_people: u32,
    /// When the authority was told.
    pub notified_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// What is known.
    pub facts: Facts,
}

/// Why a step cannot be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum StepProblem {
    /// It is closed.
    #[error("the breach is closed")]
    Closed,
    /// The authority was told before.
    #[error("the authority was told already")]
    Notified,
    /// The authority does not know yet.
    #[error("tell the authority before closing the breach")]
    NotNotified,
    /// It was found after it was written down, or is yet to be.
    #[error("the time lies in the future, or before the breach was found")]
    Time,
}

impl Breach {
    /// By when the authority must know.
    pub fn notify_by(&self) -> Timestamp {
        self.found_at + NOTIFY_S
    }

    /// Seconds that are left until then, negative when it is late; nothing once the authority knows.
    pub fn left_s(&self, now: Timestamp) -> Option<i64> {
        self.notified_at.is_none().then(|| self.notify_by() - now)
    }

    /// The breach after the authority was told, at a time that the officer gives.
    ///
    /// # Errors
    /// [`StepProblem`].
    pub fn notified(mut self, at: Timestamp, now: Timestamp) -> Result<Breach, StepProblem> {
        match (self.closed_at, self.notified_at) {
            (Some(_), _) => Err(StepProblem::Closed),
            (_, Some(_)) => Err(StepProblem::Notified),
            _ if at < self.found_at || at > now => Err(StepProblem::Time),
            _ => {
                self.notified_at = Some(at);
                Ok(self)
            }
        }
    }

    /// The closed breach.
    ///
    /// # Errors
    /// [`StepProblem`].
    pub fn closed(mut self, now: Timestamp) -> Result<Breach, StepProblem> {
        match (self.closed_at, self.notified_at) {
            (Some(_), _) => Err(StepProblem::Closed),
            (None, None) => Err(StepProblem::NotNotified),
            _ => {
                self.closed_at = Some(now);
                Ok(self)
            }
        }
    }
}

/// Somebody whose data a breach concerns.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affected {
    /// How they are reached.
    pub phone: Phone,
    /// What they are called, if it is known.
    pub name: String,
}

impl fmt::Debug for Affected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Affected(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breach() -> Breach {
        Breach {
            id: BreachId::from_bytes([1; 16]),
            found_at: Timestamp(1_000),
            created_at: Timestamp(1_500),
            created_by: OfficerId::from_bytes([2; 16]),
            unit: "CDC-19".to_owned(),
            about_people: 3,
            notified_at: None,
            closed_at: None,
            facts: Facts { what: "canary".to_owned(), ..Facts::default() },
        }
    }

    #[test]
    fn the_clock_runs_from_when_it_was_found() {
        let breach = breach();
        assert_eq!(breach.left_s(Timestamp(1_000)), Some(NOTIFY_S));
        assert_eq!(breach.left_s(Timestamp(1_000 + NOTIFY_S + 1)), Some(-1), "late");
        assert_eq!(breach.clone().closed(Timestamp(2_000)), Err(StepProblem::NotNotified));
        for wrong in [999, 2_001] {
            assert_eq!(breach.clone().notified(Timestamp(wrong), Timestamp(2_000)), Err(StepProblem::Time));
        }
        let told = breach.notified(Timestamp(1_800), Timestamp(2_000)).unwrap();
        assert_eq!(told.left_s(Timestamp(9_000)), None);
        assert_eq!(told.clone().notified(Timestamp(1_900), Timestamp(2_000)), Err(StepProblem::Notified));
        let closed = told.closed(Timestamp(3_000)).unwrap();
        assert_eq!(closed.closed(Timestamp(3_001)), Err(StepProblem::Closed));
    }

    #[test]
    fn debug_shows_nothing_of_it() {
        let shown = format!("{:?}", breach());
        assert!(!shown.contains("canary"), "{shown}");
    }
}
