//! A contact as it is kept, and its history.

use super::{Class, Closeness, LegalBasis, Origin, Relation, Source, Status, named};
use crate::Timestamp;
use crate::area::Area;
use crate::id::{CaseId, ContactBatchId, ContactId, OfficerId, PersonId};
use crate::policy::Record;
use std::fmt;

/// A contact. It holds nothing that tells who the person is; `Debug` shows what it is called and no dates.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// Names the contact in other records and in addresses of pages.
    pub id: ContactId,
    /// Who.
    pub person: PersonId,
    /// The case at the top of the chain that the contact was found in.
    pub case: CaseId,
    /// Counts the contacts of that case, from 1.
    pub number: u32,
    /// Whom the person was near: that case, or another of its contacts.
    pub origin: Origin,
    /// How the authority learnt of it.
    pub source: Source,
    /// What the person is to the origin.
    pub relation: Relation,
    /// Why the authority may keep it.
    pub legal_basis: LegalBasis,
    /// How near it was.
    pub closeness: Closeness,
    /// Whether an officer concluded the closeness; otherwise the rule proposed it.
    pub concluded: bool,
    /// Version of the rule at the last proposal.
    pub rule_version: u32,
    /// What the person is called.
    pub class: Class,
    /// The case that the person became.
    pub became: Option<CaseId>,
    /// How far the work is.
    pub status: Status,
    /// When they were last together.
    pub last_exposure: Timestamp,
    /// When the person was last asked how they are.
    pub asked_at: Option<Timestamp>,
    /// When they are to be asked next; `None` where nobody follows them up.
    pub due_at: Option<Timestamp>,
    /// Where the person lives.
    pub area: Area,
    /// The unit that it was handed to.
    pub assigned: Option<String>,
    /// Grows with each change.
    pub version: u32,
    /// Who registered it.
    pub created_by: OfficerId,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact")
            .field("id", &self.id)
            .field("class", &self.class)
            .field("source", &self.source)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl Contact {
    /// What [`crate::policy::allows`] asks about it.
    pub fn record(&self) -> Record<'_> {
        Record { area: self.area, assigned: self.assigned.as_deref() }
    }

    /// The short name on lists and in graphs: the ring and the number within the case, `F1-3`.
    pub fn code(&self) -> String {
        let ring = match self.class {
            Class::F11 | Class::F12 => "F1",
            Class::F21 => "F2",
            Class::Unclear => "F?",
            Class::NotContact => "–",
        };
        format!("{ring}-{}", self.number)
    }
}

named! {
    /// What a line of a contact's history tells.
    What, "a kind of change" {
        /// It was registered.
        Registered = "registered",
        /// An evaluation sheet was filled in; after it: the rule's proposal.
        Sheet = "sheet",
        /// An officer concluded how near it was.
        Concluded = "concluded",
        /// The person became a case.
        BecameCase = "became-case",
        /// The class followed a change of somebody above in the chain.
        Class = "class",
        /// It was handed to a unit.
        Assigned = "assigned",
        /// The work went on.
        Status = "status",
        /// An earlier change was taken back.
        Undone = "undone",
    }
}

/// One line of a contact's history. `Debug` hides the reason.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactChange {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: OfficerId,
    /// What kind of change.
    pub what: What,
    /// The value before, by its name; empty where there was none.
    pub from: String,
    /// The value after.
    pub to: String,
    /// Why, in the officer's words.
    pub reason: Option<String>,
    /// The change of many that it belongs to, if it can be taken back.
    pub batch: Option<ContactBatchId>,
}

impl fmt::Debug for ContactChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactChange").field("what", &self.what).finish_non_exhaustive()
    }
}
