//! What the codes that people carry say of a person.

use chrono::{Datelike, NaiveDate};
use unicode_normalization::UnicodeNormalization;

/// When somebody was born, as far as a code says it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Birth {
    /// The day.
    Day(NaiveDate),
    /// The year only.
    Year(i32),
}

impl Birth {
    /// The year.
    pub fn year(self) -> i32 {
        match self {
            Birth::Day(day) => day.year(),
            Birth::Year(year) => year,
        }
    }
}

impl std::fmt::Debug for Birth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Birth(..)")
    }
}

/// Sex, as the codes have it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gender {
    /// Male.
    Male,
    /// Female.
    Female,
}

pub(crate) const YEARS: std::ops::RangeInclusive<i32> = 1850..=2200;

/// A day of these digits: year, month, day.
pub(crate) fn day(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    let number = |text: &str, digits: usize| {
        (text.len() == digits && text.bytes().all(|b| b.is_ascii_digit()))
            .then(|| text.parse::<u32>().ok())?
    };
    let year = i32::try_from(number(year, 4)?).ok().filter(|year| YEARS.contains(year))?;
    NaiveDate::from_ymd_opt(year, number(month, 2)?, number(day, 2)?)
}

/// `dd/mm/yyyy`, or the year alone.
pub(crate) fn birth_with_slashes(text: &str) -> Option<Birth> {
    let mut parts = text.split('/');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(d), Some(m), Some(y), None) => day(y, m, d).map(Birth::Day),
        (Some(y), None, None, None) => day(y, "01", "01").map(|day| Birth::Year(day.year())),
        _ => None,
    }
}

/// A name or an address: composed letters, one space between words, no control characters; none if nothing is left or it is
/// longer than `most` characters.
pub(crate) fn words(text: &str, most: usize) -> Option<String> {
    let text: String = text.nfc().filter(|c| !c.is_control()).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty() && text.chars().count() <= most).then_some(text)
}
