//! A person in the registry: a case, a contact, somebody under isolation. Everything that tells who they are is in
//! [`Identity`], which the store keeps sealed.

mod likeness;
mod numbers;

pub use crate::fold::{fold as folded_name, tidy};
pub use likeness::{Likeness, NameLikeness, POSSIBLE, PROBABLE, Reason, is_same, likeness, name_likeness};
pub use numbers::{InvalidNumber, NationalId, Passport, Phone};

use crate::Timestamp;
use crate::area::Area;
use crate::id::{OfficerId, PersonId};
use crate::policy::Record;
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// When somebody was born, as far as it is known.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Birth {
    /// The year only, as many older papers have it.
    Year(u16),
    /// The day.
    Day(NaiveDate),
}

impl Birth {
    /// The year.
    pub fn year(self) -> u16 {
        match self {
            Birth::Year(year) => year,
            Birth::Day(day) => u16::try_from(day.year()).unwrap_or_default(),
        }
    }
}

/// A text that is no year or day of birth.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("not a birth: expected a year or a day, for example 1985 or 23/11/1985")]
pub struct InvalidBirth;

impl FromStr for Birth {
    type Err = InvalidBirth;

    /// `1985`, `23/11/1985` or `1985-11-23`, from 1900 on.
    fn from_str(text: &str) -> Result<Self, InvalidBirth> {
        let text = text.trim();
        let birth = if text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit()) {
            Birth::Year(text.parse().map_err(|_| InvalidBirth)?)
        } else {
            let form = if text.contains('/') { "%d/%m/%Y" } else { "%Y-%m-%d" };
            Birth::Day(NaiveDate::parse_from_str(text, form).map_err(|_| InvalidBirth)?)
        };
        if (1900..=2200).contains(&birth.year()) { Ok(birth) } else { Err(InvalidBirth) }
    }
}

impl fmt::Display for Birth {
    /// As [`FromStr`] reads it: `1985` or `23/11/1985`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Birth::Year(year) => write!(f, "{year}"),
            Birth::Day(day) => write!(f, "{}", day.format("%d/%m/%Y")),
        }
    }
}

/// Gender, as the forms of the ministry have it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gender {
    /// Nam, code 1.
    Male,
    /// Nữ, code 2.
    Female,
    /// Khác or not known, code 3.
    Other,
}

impl Gender {
    /// Every gender, in the order of their codes.
    pub const ALL: [Gender; 3] = [Gender::Male, Gender::Female, Gender::Other];

    /// Its name in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Gender::Male => "male",
            Gender::Female => "female",
            Gender::Other => "other",
        }
    }
}

/// Everything that tells who somebody is. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Identity {
    /// The name, as it is written on papers.
    pub name: String,
    /// When they were born.
    pub birth: Option<Birth>,
    /// Gender.
    pub gender: Option<Gender>,
    /// Number of the citizen's identity card (CCCD).
    pub national_id: Option<NationalId>,
    /// Number of a passport.
    pub passport: Option<Passport>,
    /// Telephone.
    pub phone: Option<Phone>,
    /// House, street, hamlet: what comes before the commune.
    pub address: String,
    /// What they do, and where.
    pub occupation: String,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(redacted)")
    }
}

/// A person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    /// Names the person in other records and in addresses of pages.
    pub id: PersonId,
    /// Who they are.
    pub identity: Identity,
    /// Where they live.
    pub area: Area,
    /// Code of the unit that looks after them now: the one that a case of theirs, or they as a contact, were handed to last.
    pub assigned: Option<String>,
    /// Another record of the same person, which speaks for this one.
    pub merged_into: Option<PersonId>,
    /// Counts changes of who they are and where they live, from 1: nobody changes a state that they did not see.
    pub version: u32,
    /// Who registered them.
    pub created_by: OfficerId,
    /// When they were registered.
    pub created_at: Timestamp,
    /// When the record last changed.
    pub updated_at: Timestamp,
}

impl Person {
    /// What [`crate::policy::allows`] asks about them.
    pub fn record(&self) -> Record<'_> {
        Record { area: self.area, assigned: self.assigned.as_deref() }
    }
}

/// What several records of one person say together: each field of the first record that has it. Nothing is copied from one
/// record to another, so that a merge can be taken back.
pub fn together<'a>(records: impl IntoIterator<Item = &'a Identity>) -> Identity {
    let text = |to: &mut String, from: &String| {
        if to.is_empty() {
            to.clone_from(from);
        }
    };
    records.into_iter().fold(Identity::default(), |mut all, next| {
        text(&mut all.name, &next.name);
        text(&mut all.address, &next.address);
        text(&mut all.occupation, &next.occupation);
        all.birth = all.birth.or(next.birth);
        all.gender = all.gender.or(next.gender);
        all.national_id = all.national_id.or_else(|| next.national_id.clone());
        all.passport = all.passport.or_else(|| next.passport.clone());
        all.phone = all.phone.or_else(|| next.phone.clone());
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn births_are_read_and_written() {
        for text in ["1985", "23/11/1985"] {
            assert_eq!(text.parse::<Birth>().unwrap().to_string(), text);
        }
        assert_eq!("1985-11-23".parse::<Birth>().unwrap().to_string(), "23/11/1985");
        for wrong in ["", "85", "1899", "31/02/1985", "11/23/1985", "0000-00-00", "١٩٨٥"] {
            assert_eq!(wrong.parse::<Birth>(), Err(InvalidBirth), "{wrong}");
        }
    }

    #[test]
    fn debug_shows_nothing_of_who_it_is() {
        let identity = Identity {
            name: "canary".into(),
            address: "canary".into(),
            occupation: "canary".into(),
            national_id: Some("012345678901".parse().unwrap()),
            ..Identity::default()
        };
        let shown = format!("{identity:?} {:?}", identity.national_id);
        assert!(!shown.contains("canary") && !shown.contains("2345"), "{shown}");
    }

    #[test]
    fn records_together_say_what_the_first_of_them_says() {
        let first = Identity { name: "Lan".into(), ..Identity::default() };
        let second = Identity { name: "Lân".into(), birth: Some(Birth::Year(1985)), ..Identity::default() };
        let all = together([&first, &second]);
        assert_eq!((all.name.as_str(), all.birth), ("Lan", Some(Birth::Year(1985))));
    }
}
