//! A suspected or confirmed case, as far as issuing codes needs it. No name is kept.

use crate::Timestamp;
use crate::id::{CaseId, OfficerId};
use bluezone_protocol::diagnosis::ReportType;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// What is known about the diagnosis.
///
/// ```text
/// suspected ──> confirmed ──> negative
///     └──────────────────────────^
/// ```
///
/// Negative is the end: keys that were revoked cannot come back (phones follow nothing after a withdrawal), so a later
/// positive test is a new case with a new code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseStatus {
    /// Judged likely by symptoms or exposure; no test yet.
    Suspected,
    /// A laboratory test was positive.
    Confirmed,
    /// It was not this disease.
    Negative,
}

impl CaseStatus {
    /// Every status.
    pub const ALL: [CaseStatus; 3] = [CaseStatus::Suspected, CaseStatus::Confirmed, CaseStatus::Negative];

    /// Its name in the database and in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            CaseStatus::Suspected => "suspected",
            CaseStatus::Confirmed => "confirmed",
            CaseStatus::Negative => "negative",
        }
    }

    /// Whether a case of this status may become one of that status. Staying as it is counts as no change, and is refused.
    pub const fn may_become(self, to: CaseStatus) -> bool {
        matches!(
            (self, to),
            (CaseStatus::Suspected, CaseStatus::Confirmed | CaseStatus::Negative)
                | (CaseStatus::Confirmed, CaseStatus::Negative)
        )
    }

    /// What the keys of such a case are published as.
    pub const fn report_type(self) -> ReportType {
        match self {
            CaseStatus::Suspected => ReportType::ConfirmedClinical,
            CaseStatus::Confirmed => ReportType::ConfirmedTest,
            CaseStatus::Negative => ReportType::Revoked,
        }
    }
}

/// A text that names no status.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("not a case status: expected suspected, confirmed or negative")]
pub struct InvalidCaseStatus;

impl FromStr for CaseStatus {
    type Err = InvalidCaseStatus;

    fn from_str(text: &str) -> Result<Self, InvalidCaseStatus> {
        CaseStatus::ALL.into_iter().find(|status| status.as_str() == text).ok_or(InvalidCaseStatus)
    }
}

/// What a phone that redeems a code learns about its case. `Debug` hides the dates: they are a person's.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CaseFacts {
    /// The diagnosis.
    pub status: CaseStatus,
    /// Day the symptoms began (midnight UTC of that date), if there were any.
    pub symptom_onset: Option<Timestamp>,
    /// Day of the sample (midnight UTC of that date), if one was taken.
    pub test_date: Option<Timestamp>,
}

impl fmt::Debug for CaseFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CaseFacts").field("status", &self.status).finish_non_exhaustive()
    }
}

/// A case. `Debug` hides what the officer wrote.
#[derive(Clone, PartialEq, Eq)]
pub struct Case {
    /// Names the case in other records and in addresses of pages.
    pub id: CaseId,
    /// The officer's own reference, free text.
    pub reference: String,
    /// Which disease profile.
    pub disease: String,
    /// The diagnosis and its dates.
    pub facts: CaseFacts,
    /// The unit that registered it.
    pub unit: String,
    /// Who registered it.
    pub created_by: OfficerId,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case")
            .field("id", &self.id)
            .field("disease", &self.disease)
            .field("facts", &self.facts)
            .finish_non_exhaustive()
    }
}

/// A reference as it is compared: small and capital letters alike, those of Vietnamese too.
pub fn folded(reference: &str) -> String {
    reference.to_lowercase()
}

/// One line of a case's history.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CaseChange {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: OfficerId,
    /// The status before; `None` where the case was registered.
    pub from: Option<CaseStatus>,
    /// The status after; equal to `from` where only dates changed.
    pub to: CaseStatus,
}

#[cfg(test)]
mod tests {
    use super::*;
    use CaseStatus::*;

    #[test]
    fn transitions_are_the_documented_ones() {
        let allowed: Vec<_> = CaseStatus::ALL
            .into_iter()
            .flat_map(|from| CaseStatus::ALL.map(|to| (from, to)))
            .filter(|(from, to)| from.may_become(*to))
            .collect();
        assert_eq!(allowed, [(Suspected, Confirmed), (Suspected, Negative), (Confirmed, Negative)]);
    }

    #[test]
    fn names_are_read_back() {
        for status in CaseStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        assert_eq!("Confirmed".parse::<CaseStatus>(), Err(InvalidCaseStatus));
    }

    /// A change of the case that the rules allow must be a change that published keys can follow; and the second change
    /// of a case can only be the one that keys can make twice, a withdrawal.
    #[test]
    fn keys_can_follow_every_allowed_change() {
        for from in CaseStatus::ALL {
            for to in CaseStatus::ALL.into_iter().filter(|to| from.may_become(*to)) {
                let change = crate::publication::transition(from.report_type(), to.report_type());
                assert_eq!(change, Ok(crate::publication::Transition::Change));
                for last in CaseStatus::ALL.into_iter().filter(|last| to.may_become(*last)) {
                    assert_eq!(last.report_type(), ReportType::Revoked);
                }
            }
        }
    }
}
