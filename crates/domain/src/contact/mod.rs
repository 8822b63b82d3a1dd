//! Contacts: who was near a case or near another contact, how near, and what follows from it.
//!
//! A contact is one person's exposure to one *origin*: a case (F0) or another contact. How near it was is its
//! [`Closeness`]: a rule proposes it from the evaluation sheet ([`rule`]), an officer concludes it and may differ, with a
//! reason. What the person is called, F1.1, F1.2, F2.1, F? or no contact ([`Class`]), follows from the closeness and from
//! what the origin is, so that a person becomes F1 by itself when their origin becomes a case ([`cascade`]).
//!
//! F0, F1 and F2 are those of decision 3638/QĐ-BYT (30 July 2021): F1 was within 2 m of a case or in one closed space with
//! it while it could infect; F2 was within 2 m of an F1. The finer names F1.1, F1.2, F2.1 and F? are used by Ho Chi Minh
//! City's centre for disease control, whose criteria are not published: the definitions here are ours, made from the
//! ministry's.

pub mod cascade;
mod record;
pub mod rule;
mod sheet;

pub use record::{Contact, ContactChange, What};
pub use sheet::{Distance, Evaluation, Masks, Sheet, Space};

use crate::Timestamp;
use crate::id::{CaseId, ContactId};
use bluezone_protocol::time::DAY_S;
use serde::{Deserialize, Serialize};

/// An enum whose values have names in the database and in forms.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident, $what:literal { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)*
        }

        impl $name {
            /// Every value.
            pub const ALL: &[$name] = &[$($name::$variant),*];

            /// Its name in the database and in forms.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::contact::UnknownName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text).ok_or($crate::contact::UnknownName($what))
            }
        }
    };
}
pub(crate) use named;

/// A text that names none of the values.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not the name of {0}")]
pub struct UnknownName(pub(crate) &'static str);

named! {
    /// What a contact is called.
    Class, "a class of contacts" {
        /// Touched a case, or was within 2 m of it so that it could infect.
        F11 = "F1.1",
        /// Was in one closed space with a case, not nearer or both masked.
        F12 = "F1.2",
        /// Was so near to an F1 as an F1.1 is to a case.
        F21 = "F2.1",
        /// Not known yet: the answers so far allow more than one class.
        Unclear = "F?",
        /// Not followed: too far, too short, not in the infectious time, or the origin turned out to be none.
        NotContact = "none",
    }
}

named! {
    /// How near it was, whatever the origin is.
    Closeness, "a closeness" {
        /// Touch, or within 2 m so that it could infect.
        Direct = "direct",
        /// One closed space.
        SameSpace = "same-space",
        /// Not known yet.
        Unclear = "unclear",
        /// Too far, too short, or at the wrong time.
        Apart = "apart",
    }
}

named! {
    /// How the authority learnt of the contact.
    Source, "a source of contacts" {
        /// Each of the two phones recorded the other.
        BleTwoSided = "ble-two-sided",
        /// One phone recorded the other.
        BleOneSided = "ble-one-sided",
        /// Both checked in at one place.
        Place = "place",
        /// Both were on one vehicle.
        Vehicle = "vehicle",
        /// They live together.
        Household = "household",
        /// The case named them.
        Interview = "interview",
        /// They named themselves, or an F1 named them through its one-time link.
        SelfListed = "self-listed",
    }
}

named! {
    /// What the person is to the origin.
    Relation, "a relation" {
        /// Parents and grandparents.
        Parent = "parent",
        /// Spouse or partner.
        Spouse = "spouse",
        /// Children and grandchildren.
        Child = "child",
        /// Brothers and sisters.
        Sibling = "sibling",
        /// Other relatives.
        Relative = "relative",
        /// Friends and neighbours.
        Friend = "friend",
        /// Colleagues.
        Colleague = "colleague",
        /// Teachers and pupils of one class.
        School = "school",
        /// Cared for the origin, or was cared for.
        Care = "care",
        /// Crew and travellers of one vehicle.
        Traveller = "traveller",
        /// No more than at one place.
        Stranger = "stranger",
        /// Not asked yet.
        Unknown = "unknown",
    }
}

named! {
    /// Why the authority may keep the contact (law on personal data 91/2025/QH15).
    LegalBasis, "a legal basis" {
        /// The person agreed (article 9).
        Consent = "consent",
        /// To protect somebody's life or health at once (article 19).
        Emergency = "art19-emergency",
        /// A duty of the authority under the law on disease prevention 114/2025/QH15 (article 19).
        Duty = "art19-duty",
    }
}

named! {
    /// How far the work with a contact is.
    Status, "a status of contacts" {
        /// Nobody has reached the person yet.
        Waiting = "waiting",
        /// Reached, told and followed up.
        Following = "following",
        /// Followed up to the end of the time.
        Done = "done",
        /// Cannot be found.
        Lost = "lost",
    }
}

/// Whom the person was near.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Origin {
    /// A case.
    Case(CaseId),
    /// Another contact.
    Contact(ContactId),
}

/// What the origin of a contact is to those who were near it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OriginIs {
    /// A case that stands: suspected or confirmed.
    Case,
    /// A contact of this class, who is no case.
    Contact(Class),
    /// A case that turned out negative, or a record that leads to no case.
    Nothing,
}

impl Class {
    /// The class of a contact, from what its origin is and how near it was.
    ///
    /// | origin | direct | same space | unclear | apart |
    /// |---|---|---|---|---|
    /// | F0 | F1.1 | F1.2 | F? | none |
    /// | F1.1, F1.2 | F2.1 | none | F? | none |
    /// | F? | F? | none | F? | none |
    /// | F2.1, none | none | none | none | none |
    pub const fn of(origin: OriginIs, closeness: Closeness) -> Class {
        use Closeness::*;
        match (origin, closeness) {
            (_, Apart)
            | (OriginIs::Nothing | OriginIs::Contact(Class::F21 | Class::NotContact), _)
            | (OriginIs::Contact(_), SameSpace) => Class::NotContact,
            (OriginIs::Case, Direct) => Class::F11,
            (OriginIs::Case, SameSpace) => Class::F12,
            (OriginIs::Contact(Class::F11 | Class::F12), Direct) => Class::F21,
            (OriginIs::Contact(Class::Unclear), Direct) | (_, Unclear) => Class::Unclear,
        }
    }

    /// Whether such a person is followed up.
    pub const fn is_followed(self) -> bool {
        !matches!(self, Class::NotContact)
    }

    /// Which ring around the case: 1 or 2; 0 where there is none yet or none.
    pub const fn ring(self) -> u8 {
        match self {
            Class::F11 | Class::F12 => 1,
            Class::F21 => 2,
            Class::Unclear | Class::NotContact => 0,
        }
    }
}

/// When a followed contact is due to be asked next: a day after the last time, at once when never asked; `None` after
/// `days` days since the last exposure.
pub fn next_due(last_exposure: Timestamp, last_asked: Option<Timestamp>, days: u32) -> Option<Timestamp> {
    let end = last_exposure.day_start() + i64::from(days) * DAY_S;
    let due = last_asked.map_or(last_exposure, |at| at + DAY_S);
    (due.day_start() <= end).then_some(due)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table in the documentation, word for word.
    #[test]
    fn the_class_follows_from_origin_and_closeness() {
        use Class::*;
        let table = [
            (OriginIs::Case, [F11, F12, Unclear, NotContact]),
            (OriginIs::Contact(F11), [F21, NotContact, Unclear, NotContact]),
            (OriginIs::Contact(F12), [F21, NotContact, Unclear, NotContact]),
            (OriginIs::Contact(Unclear), [Unclear, NotContact, Unclear, NotContact]),
            (OriginIs::Contact(F21), [NotContact; 4]),
            (OriginIs::Contact(NotContact), [NotContact; 4]),
            (OriginIs::Nothing, [NotContact; 4]),
        ];
        for (origin, classes) in table {
            for (closeness, class) in Closeness::ALL.iter().zip(classes) {
                assert_eq!(Class::of(origin, *closeness), class, "{origin:?} {closeness:?}");
            }
        }
    }

    #[test]
    fn names_are_read_back() {
        for class in Class::ALL {
            assert_eq!(class.as_str().parse(), Ok(*class));
        }
        assert_eq!("F1".parse::<Class>(), Err(UnknownName("a class of contacts")));
        for source in Source::ALL {
            assert_eq!(source.as_str().parse(), Ok(*source));
        }
    }

    #[test]
    fn follow_up_is_daily_and_ends() {
        let exposed = Timestamp(20_000 * DAY_S + 3600);
        assert_eq!(next_due(exposed, None, 14), Some(exposed), "never asked: due since the exposure");
        assert_eq!(next_due(exposed, Some(exposed + 5), 14), Some(exposed + 5 + DAY_S));
        assert!(next_due(exposed, Some(exposed + 13 * DAY_S), 14).is_some(), "the last day counts");
        assert_eq!(next_due(exposed, Some(exposed + 14 * DAY_S), 14), None);
    }
}
