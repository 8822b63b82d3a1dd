//! A *mốc dịch tễ*: a place, vehicle or flight that a case was at, and when. Whoever else was there may be a contact.

use crate::Timestamp;
use crate::area::Area;
use crate::id::{CaseId, EpiPointId, OfficerId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where it was.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Setting {
    /// A place that stands still.
    Place {
        /// What it is called.
        name: String,
        /// Street and number.
        address: String,
        /// Whom to ask there, and how to reach them.
        contact: String,
    },
    /// A flight.
    Flight {
        /// Its number, `VN 207`.
        number: String,
        /// The case's seat.
        seat: String,
    },
    /// A bus, train, ship, taxi or car.
    Vehicle {
        /// Its plate, line or name.
        name: String,
        /// The case's seat or carriage.
        seat: String,
    },
}

impl Setting {
    /// Its kind in the database and in forms: `place`, `flight` or `vehicle`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Setting::Place { .. } => "place",
            Setting::Flight { .. } => "flight",
            Setting::Vehicle { .. } => "vehicle",
        }
    }
}

/// What is sealed of an epi point: it says where somebody was.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpiDetails {
    /// Where.
    pub setting: Setting,
    /// Who said so (the case, a relative, an employer).
    pub informant: String,
    /// What else is known.
    pub note: String,
}

impl fmt::Debug for EpiDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EpiDetails").field("kind", &self.setting.kind()).finish_non_exhaustive()
    }
}

/// A place, vehicle or flight that a case was at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EpiPoint {
    /// Names it.
    pub id: EpiPointId,
    /// Whose it is.
    pub case: CaseId,
    /// When the case came.
    pub from: Timestamp,
    /// When it left.
    pub to: Timestamp,
    /// Where it lies; of a vehicle or flight, where it was boarded.
    pub area: Area,
    /// Where, who said so, what else.
    pub details: EpiDetails,
    /// Who wrote it down.
    pub created_by: OfficerId,
    /// When it was written down.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Why a time span is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadSpan {
    /// It ends before it begins.
    #[error("the end lies before the beginning")]
    Backwards,
    /// It lies in the future.
    #[error("the beginning has not come yet")]
    Future,
}

/// Checks when a case was somewhere: not backwards, not begun in the future.
pub fn check_span(from: Timestamp, to: Timestamp, now: Timestamp) -> Result<(), BadSpan> {
    if to < from {
        return Err(BadSpan::Backwards);
    }
    if from > now { Err(BadSpan::Future) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_go_forwards_and_have_begun() {
        let at = Timestamp;
        assert_eq!(check_span(at(5), at(5), at(5)), Ok(()));
        assert_eq!(check_span(at(5), at(9), at(6)), Ok(()), "still there");
        assert_eq!(check_span(at(5), at(4), at(9)), Err(BadSpan::Backwards));
        assert_eq!(check_span(at(6), at(7), at(5)), Err(BadSpan::Future));
    }

    #[test]
    fn debug_tells_only_the_kind() {
        let setting = Setting::Flight { number: "canary".into(), seat: "canary".into() };
        let details = EpiDetails { setting, informant: "canary".into(), note: "canary".into() };
        let shown = format!("{details:?}");
        assert!(shown.contains("flight") && !shown.contains("canary"), "{shown}");
    }
}
