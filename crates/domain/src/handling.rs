//! What officers do with a declaration: who takes it, whether it was called, what came of it.

use crate::Timestamp;
use crate::area::Area;
use crate::contact::named;
use crate::id::{CaseId, DeclarationId, OfficerId};
use crate::policy::Record;
use thiserror::Error;

/// Longest note, in characters.
pub const LONGEST_NOTE: usize = 500;

named! {
    /// What came of a declaration.
    Outcome, "an outcome" {
        /// They were called, and are well.
        Well = "well",
        /// They were called, and watch their health.
        Watch = "watch",
        /// They became a case.
        Case = "case",
        /// Nobody answers.
        Unreached = "unreached",
        /// The same person declared again, or it was no real declaration.
        Set = "set-aside",
    }
}

/// A declaration in the inbox.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Handling {
    /// The declaration.
    pub declaration: DeclarationId,
    /// The commune that was declared.
    pub area: Area,
    /// Name of the form.
    pub form: String,
    /// Its points, by the rule of [`Handling::rule`].
    pub score: u32,
    /// Version of the rule that gave them.
    pub rule: u32,
    /// When it arrived.
    pub received_at: Timestamp,
    /// Unit that it was handed to.
    pub assigned: Option<String>,
    /// Officer of that unit who takes it.
    pub officer: Option<OfficerId>,
    /// What came of it, once somebody said so.
    pub outcome: Option<Outcome>,
    /// The case that it became.
    pub case: Option<CaseId>,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Counts changes from 1: nobody changes a state that they did not see.
    pub version: u32,
}

impl Handling {
    /// What [`crate::policy::allows`] asks about it.
    pub fn record(&self) -> Record<'_> {
        Record { area: self.area, assigned: self.assigned.as_deref() }
    }
}

/// Why an outcome cannot be written down.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum BadOutcome {
    /// A case without its case, or a case of something else.
    #[error("a case is named if, and only if, the declaration became one")]
    Case,
}

/// Checks that a case is named exactly where the declaration became one.
pub fn check_outcome(outcome: Outcome, case: Option<CaseId>) -> Result<(), BadOutcome> {
    if (outcome == Outcome::Case) == case.is_some() { Ok(()) } else { Err(BadOutcome::Case) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_became_a_case_names_one() {
        let case = CaseId::from_bytes([1; 16]);
        for outcome in Outcome::ALL.iter().copied() {
            let is_case = outcome == Outcome::Case;
            assert_eq!(check_outcome(outcome, Some(case)).is_ok(), is_case);
            assert_eq!(check_outcome(outcome, None).is_ok(), !is_case);
            assert_eq!(outcome.as_str().parse(), Ok(outcome));
        }
    }
}
