//! Changes that one officer asks for and another must approve before they happen: nobody hands out power alone.

use crate::Timestamp;
use crate::area::Territory;
use crate::id::{ApprovalId, OfficerId};
use crate::policy::Action;
use crate::unit::UnitKind;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// For how many seconds somebody may approve.
pub const LASTS_S: i64 = 3 * 24 * 3600;

/// What exactly shall happen. It is kept as JSON, so that a new kind needs no new table.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// An account becomes an administrator's.
    MakeAdministrator {
        /// Whose.
        officer: OfficerId,
    },
    /// A unit becomes one of that kind and answers for that territory.
    PlaceUnit {
        /// Its code.
        unit: String,
        /// What it is.
        kind: UnitKind,
        /// What it answers for.
        territory: Territory,
    },
}

impl Change {
    /// What one must be allowed to do, to ask for it and to approve it.
    pub const fn action(&self) -> Action {
        match self {
            Change::MakeAdministrator { .. } => Action::ManageOfficers,
            Change::PlaceUnit { .. } => Action::ManageUnits,
        }
    }
}

/// A change that waits for its second person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Approval {
    /// Names it.
    pub id: ApprovalId,
    /// What shall happen.
    pub change: Change,
    /// Who asked.
    pub asked_by: OfficerId,
    /// When.
    pub asked_at: Timestamp,
    /// When it lapses.
    pub expires_at: Timestamp,
}

/// What the second person says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// It shall happen.
    Approve,
    /// It shall not. Who asked may also say so.
    Decline,
}

/// Why a decision does not count.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("{}", self.as_str())]
pub enum Undecidable {
    /// Nobody approves what they asked for.
    SameOfficer,
    /// Its time is over.
    Lapsed,
}

impl Undecidable {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Undecidable::SameOfficer => "who asked for a change cannot approve it: another officer must",
            Undecidable::Lapsed => "the request has lapsed: ask again",
        }
    }
}

impl Approval {
    /// Whether this officer may decide so, as far as it does not depend on their role and territory.
    pub fn check(&self, by: OfficerId, decision: Decision, now: Timestamp) -> Result<(), Undecidable> {
        if decision == Decision::Approve && by == self.asked_by {
            return Err(Undecidable::SameOfficer);
        }
        if self.expires_at <= now { Err(Undecidable::Lapsed) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_approves_their_own_request_and_none_waits_for_ever() {
        let [asker, other] = [1, 2].map(|byte| OfficerId::from_bytes([byte; 16]));
        let approval = Approval {
            id: ApprovalId::from_bytes([9; 16]),
            change: Change::MakeAdministrator { officer: other },
            asked_by: asker,
            asked_at: Timestamp(0),
            expires_at: Timestamp(LASTS_S),
        };
        let check = |by, decision, at| approval.check(by, decision, Timestamp(at));
        assert_eq!(check(asker, Decision::Approve, 1), Err(Undecidable::SameOfficer));
        assert_eq!(check(asker, Decision::Decline, 1), Ok(()), "taking it back");
        assert_eq!(check(other, Decision::Approve, LASTS_S - 1), Ok(()));
        assert_eq!(check(other, Decision::Approve, LASTS_S), Err(Undecidable::Lapsed));
    }
}
