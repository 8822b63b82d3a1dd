//! A case: how certain the diagnosis is, its dates, where it belongs. Who it is stands in [`crate::person`].

use crate::Timestamp;
use crate::area::Area;
use crate::id::{CaseId, OfficerId, PersonId};
use crate::policy::Record;
use bluezone_protocol::diagnosis::ReportType;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// What is known about the diagnosis.
///
/// ```text
/// suspected ──> probable ──> confirmed
///     │ └────────────────────────^ │
///     └───────┬───────┴────────────┘
///             ├──> negative     a test says that it was not this disease
///             └──> discarded    it is no case for another reason: other diagnosis, registered by mistake
/// ```
///
/// Negative and discarded are the end: keys that were revoked cannot come back (phones follow nothing after a
/// withdrawal), so a later positive test is a new case with a new code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseStatus {
    /// Symptoms or exposure fit; no test yet.
    Suspected,
    /// Suspected, and tied to a case or a place of infection; no laboratory test.
    Probable,
    /// A laboratory test was positive.
    Confirmed,
    /// A laboratory test says that it was not this disease.
    Negative,
    /// It is no case, without a test that says so.
    Discarded,
}

impl CaseStatus {
    /// Every status.
    pub const ALL: [CaseStatus; 5] = [
        CaseStatus::Suspected,
        CaseStatus::Probable,
        CaseStatus::Confirmed,
        CaseStatus::Negative,
        CaseStatus::Discarded,
    ];

    /// Its name in the database and in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            CaseStatus::Suspected => "suspected",
            CaseStatus::Probable => "probable",
            CaseStatus::Confirmed => "confirmed",
            CaseStatus::Negative => "negative",
            CaseStatus::Discarded => "discarded",
        }
    }

    /// Whether it was found to be no case: the end of the diagram.
    pub const fn is_ruled_out(self) -> bool {
        matches!(self, CaseStatus::Negative | CaseStatus::Discarded)
    }

    /// Whether a case of this status may become one of that status. Staying as it is counts as no change, and is refused.
    pub const fn may_become(self, to: CaseStatus) -> bool {
        use CaseStatus::{Confirmed, Probable, Suspected};
        match self {
            Suspected => !matches!(to, Suspected),
            Probable => matches!(to, Confirmed) || to.is_ruled_out(),
            Confirmed => to.is_ruled_out(),
            CaseStatus::Negative | CaseStatus::Discarded => false,
        }
    }

    /// What the keys of such a case are published as.
    pub const fn report_type(self) -> ReportType {
        match self {
            CaseStatus::Suspected | CaseStatus::Probable => ReportType::ConfirmedClinical,
            CaseStatus::Confirmed => ReportType::ConfirmedTest,
            CaseStatus::Negative | CaseStatus::Discarded => ReportType::Revoked,
        }
    }
}

/// A text that names no status.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("not a case status: expected suspected, probable, confirmed, negative or discarded")]
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
    /// Day the laboratory gave its result (midnight UTC of that date), if it did.
    pub result_date: Option<Timestamp>,
    /// When it was reported to the level above, if it was: what [`crate::disease::ReportClass`] sets the time for.
    pub reported_at: Option<Timestamp>,
    /// Who it is. Cases from before the registry have none.
    pub person: Option<PersonId>,
    /// Where it belongs.
    pub area: Area,
    /// Code of the unit that it was handed to, besides those whose territory it lies in.
    pub assigned: Option<String>,
    /// The unit that registered it.
    pub unit: String,
    /// Counts changes, from 1: nobody changes a state that they did not see.
    pub version: u32,
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

impl Case {
    /// What [`crate::policy::allows`] asks about it.
    pub fn record(&self) -> Record<'_> {
        Record { area: self.area, assigned: self.assigned.as_deref() }
    }
}

/// The place of a case that has none: cases from before the registry. No territory but the nation covers it.
pub fn no_place() -> Area {
    Area { province: "00".parse().expect("two digits"), commune: None }
}

/// A reference as it is compared: small and capital letters alike, those of Vietnamese too.
pub fn folded(reference: &str) -> String {
    reference.to_lowercase()
}

/// A field of a case whose changes its history names one by one. The status has columns of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseField {
    /// The officer's reference.
    Reference,
    /// First day of symptoms.
    SymptomOnset,
    /// Day of the sample.
    TestDate,
    /// Day of the result.
    ResultDate,
    /// When it was reported.
    ReportedAt,
    /// Who it is.
    Person,
    /// Where it belongs.
    Area,
    /// The unit it was handed to.
    Assigned,
}

/// What a field was and what it became, as text: epoch seconds, identifiers, codes. `Debug` hides both.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field.
    pub field: CaseField,
    /// Before; `None` where it was empty.
    pub from: Option<String>,
    /// After.
    pub to: Option<String>,
}

impl fmt::Debug for FieldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldChange").field("field", &self.field).finish_non_exhaustive()
    }
}

impl Case {
    /// The fields besides the status that differ in `to`.
    pub fn changes(&self, to: &Case) -> Vec<FieldChange> {
        let day = |day: Option<Timestamp>| day.map(|day| day.0.to_string());
        let area = |area: Area| match area.commune {
            Some(commune) => format!("{}/{commune}", area.province),
            None => area.province.to_string(),
        };
        let texts = |case: &Case| {
            [
                (CaseField::Reference, Some(case.reference.clone())),
                (CaseField::SymptomOnset, day(case.facts.symptom_onset)),
                (CaseField::TestDate, day(case.facts.test_date)),
                (CaseField::ResultDate, day(case.result_date)),
                (CaseField::ReportedAt, day(case.reported_at)),
                (CaseField::Person, case.person.map(|person| person.to_string())),
                (CaseField::Area, Some(area(case.area))),
                (CaseField::Assigned, case.assigned.clone()),
            ]
        };
        texts(self)
            .into_iter()
            .zip(texts(to))
            .filter(|((_, from), (_, to))| from != to)
            .map(|((field, from), (_, to))| FieldChange { field, from, to })
            .collect()
    }
}

/// One line of a case's history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CaseChange {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: OfficerId,
    /// The status before; `None` where the case was registered.
    pub from: Option<CaseStatus>,
    /// The status after; equal to `from` where only other fields changed.
    pub to: CaseStatus,
    /// The other fields that changed.
    pub fields: Vec<FieldChange>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publication::{Transition, transition};
    use CaseStatus::*;

    #[test]
    fn transitions_are_the_documented_ones() {
        let allowed: Vec<_> = CaseStatus::ALL
            .into_iter()
            .flat_map(|from| CaseStatus::ALL.map(|to| (from, to)))
            .filter(|(from, to)| from.may_become(*to))
            .collect();
        assert_eq!(
            allowed,
            [
                (Suspected, Probable),
                (Suspected, Confirmed),
                (Suspected, Negative),
                (Suspected, Discarded),
                (Probable, Confirmed),
                (Probable, Negative),
                (Probable, Discarded),
                (Confirmed, Negative),
                (Confirmed, Discarded),
            ]
        );
    }

    #[test]
    fn names_are_read_back() {
        for status in CaseStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        assert_eq!("Confirmed".parse::<CaseStatus>(), Err(InvalidCaseStatus));
    }

    /// Along every way through the diagram, what the keys are published as changes at most once before they are withdrawn:
    /// phones follow one change, and a withdrawal after it.
    #[test]
    fn keys_can_follow_every_allowed_change() {
        fn walk(status: CaseStatus, changes: usize) {
            for to in CaseStatus::ALL.into_iter().filter(|to| status.may_become(*to)) {
                let step = transition(status.report_type(), to.report_type());
                let withdrawn = to.report_type() == ReportType::Revoked;
                let changes = changes + usize::from(step == Ok(Transition::Change) && !withdrawn);
                assert!(step.is_ok() && changes <= 1, "{status:?} to {to:?}");
                assert_eq!(withdrawn, to.is_ruled_out());
                walk(to, changes);
            }
        }
        CaseStatus::ALL.into_iter().for_each(|status| walk(status, 0));
    }
}
