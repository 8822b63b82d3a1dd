//! A look of an officer at where a case was, or at how many were there too: with its basis and reason, kept beside the case.
//!
//! A case with an account reads the same under its own data ([`crate::data_look`]); a guest of a controller's list has none, and
//! a count is of nobody in particular. Both are answered for all the same.

use crate::Timestamp;
use crate::contact::{LegalBasis, named};
use crate::id::{CaseId, OfficerId};
use std::fmt;

named! {
    /// What was looked at.
    Kind, "a kind of look at a case" {
        /// Where the case checked in.
        Visits = "visits",
        /// How many were at a place when the case was.
        Reach = "reach",
    }
}

/// A look.
#[derive(Clone, PartialEq, Eq)]
pub struct CaseLook {
    /// Of which case.
    pub case: CaseId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub officer: OfficerId,
    /// Code of the officer's unit at that time.
    pub unit: String,
    /// At what.
    pub kind: Kind,
    /// On which basis.
    pub basis: LegalBasis,
    /// Why.
    pub reason: String,
}

impl fmt::Debug for CaseLook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CaseLook")
            .field("kind", &self.kind)
            .field("basis", &self.basis)
            .finish_non_exhaustive()
    }
}
