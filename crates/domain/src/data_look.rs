//! A look of an officer at what a citizen told: shown to that citizen, with who, when, why.
//!
//! Beside the audit ([`crate::audit`]), which tells auditors who opened which page, this tells people who opened *their* data.

use crate::Timestamp;
use crate::contact::{LegalBasis, named};
use crate::id::{CitizenId, OfficerId};
use std::fmt;

named! {
    /// What was looked at.
    Kind, "a kind of data" {
        /// A health declaration.
        Declaration = "declaration",
        /// Where somebody checked in.
        Visits = "visits",
        /// Who somebody is, how they are reached.
        Profile = "profile",
        /// What they asked about their own data.
        Request = "request",
        /// What they reported.
        Signal = "signal",
    }
}

/// A look.
#[derive(Clone, PartialEq, Eq)]
pub struct DataLook {
    /// Whose data.
    pub citizen: CitizenId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub officer: OfficerId,
    /// Code of the officer's unit at that time.
    pub unit: String,
    /// What.
    pub kind: Kind,
    /// On which basis.
    pub basis: LegalBasis,
    /// Why, in words that the person reads; may be empty where the page itself says it.
    pub reason: String,
}

impl fmt::Debug for DataLook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataLook")
            .field("kind", &self.kind)
            .field("basis", &self.basis)
            .finish_non_exhaustive()
    }
}
