//! What one change does to all who hang on it: an F1 who becomes a case makes their contacts F1, and the contacts of those
//! F2; a case that turns out negative lets its whole tree go.
//!
//! Classes follow from closeness and origin ([`Class::of`]), so every change is the same: change one thing, derive all classes
//! again, list what differs. The list is what an officer sees before saying yes, and what is kept to take it back.

use super::{Class, Closeness, Origin, OriginIs};
use crate::id::{CaseId, ContactId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thiserror::Error;

/// What a chain knows of a contact.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Link {
    /// Whom the person was near. It never changes.
    pub origin: Origin,
    /// How near: the officer's conclusion, or the rule's proposal where there is none.
    pub closeness: Closeness,
    /// The case that the person became.
    pub became: Option<CaseId>,
    /// What the person is called.
    pub class: Class,
}

/// The contacts that hang together, and whether the cases among them stand.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Chain {
    /// Whether each case stands: suspected or confirmed, not negative.
    pub cases: BTreeMap<CaseId, bool>,
    /// The contacts.
    pub contacts: BTreeMap<ContactId, Link>,
}

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Event {
    /// A contact became a case.
    BecameCase(ContactId, CaseId),
    /// An officer concluded how near a contact was.
    Concluded(ContactId, Closeness),
    /// A case turned out negative, or stands after all.
    CaseStands(CaseId, bool),
}

/// Why a class changes: for the words beside it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Why {
    /// The officer's own conclusion about this contact.
    Concluded,
    /// Whom the person was near is a case now.
    OriginIsCase,
    /// Whom the person was near is called otherwise now, with the new class.
    OriginIs(Class),
    /// Whom the person was near is no case any more, and no contact of one.
    OriginIsNothing,
}

/// One class that changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ClassChange {
    /// Whose.
    pub contact: ContactId,
    /// What they are called.
    pub from: Class,
    /// What they will be called.
    pub to: Class,
    /// Why.
    pub why: Why,
}

/// What takes an applied event back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Undo {
    event: Event,
    back: Back,
    changes: Vec<ClassChange>,
}

/// What the event changed itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
enum Back {
    Became(Option<CaseId>, Option<bool>),
    Closeness(Closeness),
    Stands(bool),
}

/// Why an event cannot be applied or taken back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum CascadeError {
    /// The contact or the case is not in the chain.
    #[error("the contact or the case is not in this chain: load the whole chain first")]
    Unknown,
    /// Somebody changed one of the contacts meanwhile.
    #[error("a contact has changed since: take the later changes back first")]
    Changed,
}

impl Undo {
    /// What happened.
    pub fn event(&self) -> Event {
        self.event
    }

    /// The classes that changed.
    pub fn changes(&self) -> &[ClassChange] {
        &self.changes
    }
}

impl Chain {
    /// What an event would change, by contact, in the order of the ring around the case and then of the identifiers.
    pub fn preview(&self, event: Event) -> Result<Vec<ClassChange>, CascadeError> {
        self.clone().apply(event).map(|undo| undo.changes)
    }

    /// Applies an event.
    pub fn apply(&mut self, event: Event) -> Result<Undo, CascadeError> {
        let back = self.change(event)?;
        let changes = self.differences(event);
        for change in &changes {
            if let Some(link) = self.contacts.get_mut(&change.contact) {
                link.class = change.to;
            }
        }
        Ok(Undo { event, back, changes })
    }

    /// Takes an applied event back. Refused, and nothing changed, if what it made is not there any more.
    pub fn undo(&mut self, undo: &Undo) -> Result<(), CascadeError> {
        let as_left = |change: &ClassChange| {
            self.contacts.get(&change.contact).is_some_and(|link| link.class == change.to)
        };
        if !undo.changes.iter().all(as_left) {
            return Err(CascadeError::Changed);
        }
        match (undo.event, undo.back) {
            (Event::BecameCase(contact, case), Back::Became(before, stood)) => {
                let link = self.contacts.get_mut(&contact).ok_or(CascadeError::Unknown)?;
                if link.became != Some(case) {
                    return Err(CascadeError::Changed);
                }
                link.became = before;
                match stood {
                    Some(stood) => self.cases.insert(case, stood),
                    None => self.cases.remove(&case),
                };
            }
            (Event::Concluded(contact, to), Back::Closeness(before)) => {
                let link = self.contacts.get_mut(&contact).ok_or(CascadeError::Unknown)?;
                if link.closeness != to {
                    return Err(CascadeError::Changed);
                }
                link.closeness = before;
            }
            (Event::CaseStands(case, to), Back::Stands(before)) => {
                if self.cases.get(&case) != Some(&to) {
                    return Err(CascadeError::Changed);
                }
                self.cases.insert(case, before);
            }
            // `apply` makes no other pair.
            _ => return Err(CascadeError::Changed),
        }
        for change in &undo.changes {
            if let Some(link) = self.contacts.get_mut(&change.contact) {
                link.class = change.from;
            }
        }
        Ok(())
    }

    /// The class of each contact by the rules, whatever stands in [`Link::class`].
    pub fn derived(&self) -> BTreeMap<ContactId, Class> {
        let mut known = BTreeMap::new();
        for id in self.contacts.keys() {
            self.derive(*id, &mut known);
        }
        known
    }

    /// How many steps a contact is from the nearest case that stands above it: 1 for a contact of a case. `None`: none stands.
    pub fn generation(&self, id: ContactId) -> Option<u32> {
        let mut at = id;
        // A path longer than all contacts goes in a circle.
        for steps in 1..=u32::try_from(self.contacts.len()).unwrap_or(u32::MAX) {
            match self.contacts.get(&at)?.origin {
                Origin::Case(case) => return self.stands(case).then_some(steps),
                Origin::Contact(above) => {
                    let became = self.contacts.get(&above)?.became;
                    if became.is_some_and(|case| self.stands(case)) {
                        return Some(steps);
                    }
                    at = above;
                }
            }
        }
        None
    }

    fn stands(&self, case: CaseId) -> bool {
        self.cases.get(&case).copied().unwrap_or(false)
    }

    fn change(&mut self, event: Event) -> Result<Back, CascadeError> {
        Ok(match event {
            Event::BecameCase(contact, case) => {
                let link = self.contacts.get_mut(&contact).ok_or(CascadeError::Unknown)?;
                Back::Became(link.became.replace(case), self.cases.insert(case, true))
            }
            Event::Concluded(contact, closeness) => {
                let link = self.contacts.get_mut(&contact).ok_or(CascadeError::Unknown)?;
                Back::Closeness(std::mem::replace(&mut link.closeness, closeness))
            }
            Event::CaseStands(case, stands) => {
                let before = self.cases.get_mut(&case).ok_or(CascadeError::Unknown)?;
                Back::Stands(std::mem::replace(before, stands))
            }
        })
    }

    fn differences(&self, event: Event) -> Vec<ClassChange> {
        let derived = self.derived();
        let concluded = match event {
            Event::Concluded(contact, _) => Some(contact),
            _ => None,
        };
        let differs = |(id, to): (&ContactId, &Class)| {
            let link = self.contacts.get(id).filter(|link| link.class != *to)?;
            let why = match self.origin_is(link.origin, &derived) {
                _ if concluded == Some(*id) => Why::Concluded,
                OriginIs::Case => Why::OriginIsCase,
                OriginIs::Contact(class) => Why::OriginIs(class),
                OriginIs::Nothing => Why::OriginIsNothing,
            };
            Some(ClassChange { contact: *id, from: link.class, to: *to, why })
        };
        let mut changes: Vec<_> = derived.iter().filter_map(differs).collect();
        changes.sort_by_key(|change| (self.generation(change.contact), change.contact));
        changes
    }

    /// From the case down, without recursion: a chain may be long.
    fn derive(&self, id: ContactId, known: &mut BTreeMap<ContactId, Class>) {
        let mut path = Vec::new();
        let mut at = Some(id);
        while let Some(id) = at.filter(|id| !known.contains_key(id)) {
            let Some(link) = self.contacts.get(&id) else { break };
            // In a circle no contact leads to a case: until its own turn comes, each counts as none.
            known.insert(id, Class::NotContact);
            path.push(id);
            at = match link.origin {
                Origin::Case(_) => None,
                Origin::Contact(above) => Some(above),
            };
        }
        for id in path.into_iter().rev() {
            if let Some(link) = self.contacts.get(&id) {
                let class = Class::of(self.origin_is(link.origin, known), link.closeness);
                known.insert(id, class);
            }
        }
    }

    fn origin_is(&self, origin: Origin, classes: &BTreeMap<ContactId, Class>) -> OriginIs {
        match origin {
            Origin::Case(case) if self.stands(case) => OriginIs::Case,
            Origin::Case(_) => OriginIs::Nothing,
            Origin::Contact(contact) => match self.contacts.get(&contact) {
                None => OriginIs::Nothing,
                Some(link) if link.became.is_some_and(|case| self.stands(case)) => OriginIs::Case,
                Some(_) => classes.get(&contact).map_or(OriginIs::Nothing, |class| OriginIs::Contact(*class)),
            },
        }
    }
}
