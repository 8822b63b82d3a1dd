//! What officers do with a declaration: who takes it, whether it was called, what came of it.

use crate::Timestamp;
use crate::area::Area;
use crate::contact::{LegalBasis, named};
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

impl Outcome {
    /// Whether it says that somebody called, or tried to.
    pub const fn is_call(self) -> bool {
        matches!(self, Outcome::Well | Outcome::Watch | Outcome::Unreached)
    }
}

/// What somebody wrote down that came of a declaration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Conclusion {
    /// What.
    pub outcome: Outcome,
    /// The case that it became.
    pub case: Option<CaseId>,
    /// On which basis they were called, if they were.
    pub call_basis: Option<LegalBasis>,
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
    /// On which basis whoever declared was called, if they were; not known of calls from before it was asked for.
    pub call_basis: Option<LegalBasis>,
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
    /// A call without its basis.
    #[error("a call needs its basis")]
    Call,
}

impl Conclusion {
    /// Checks that a case is named exactly where the declaration became one, and a basis where somebody was called: what became a
    /// case or was set aside may have taken a call, or not.
    pub fn check(&self) -> Result<(), BadOutcome> {
        if (self.outcome == Outcome::Case) != self.case.is_some() {
            Err(BadOutcome::Case)
        } else if self.outcome.is_call() && self.call_basis.is_none() {
            Err(BadOutcome::Call)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_became_a_case_names_one() {
        let case = CaseId::from_bytes([1; 16]);
        for outcome in Outcome::ALL.iter().copied() {
            let is_case = outcome == Outcome::Case;
            let call_basis = outcome.is_call().then_some(LegalBasis::Duty);
            let concluded = |case| Conclusion { outcome, case, call_basis };
            assert_eq!(concluded(Some(case)).check().is_ok(), is_case);
            assert_eq!(concluded(None).check().is_ok(), !is_case);
            assert_eq!(outcome.as_str().parse(), Ok(outcome));
        }
    }

    #[test]
    fn a_call_has_its_basis() {
        for outcome in [Outcome::Well, Outcome::Watch, Outcome::Unreached, Outcome::Set] {
            let concluded = |call_basis| Conclusion { outcome, case: None, call_basis };
            assert_eq!(concluded(Some(LegalBasis::Consent)).check(), Ok(()));
            assert_eq!(concluded(None).check().is_ok(), !outcome.is_call());
        }
        let case = Some(CaseId::from_bytes([1; 16]));
        for call_basis in [None, Some(LegalBasis::Duty)] {
            assert_eq!(Conclusion { outcome: Outcome::Case, case, call_basis }.check(), Ok(()));
        }
    }
}
