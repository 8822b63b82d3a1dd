//! The QR code of the identity card with a chip (CCCD): number, number of the card before it, name, birth (ddmmyyyy), sex,
//! permanent address, day of issue (ddmmyyyy), between bars.

use crate::person::{Birth, Gender, day, words};
use chrono::NaiveDate;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// What a card says. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentityCard {
    /// 12 digits.
    pub number: String,
    /// The 9 or 12 digits of the card before it, if there was one.
    pub old_number: Option<String>,
    /// Name.
    pub name: String,
    /// Birth.
    pub birth: Birth,
    /// Sex.
    pub gender: Option<Gender>,
    /// Permanent address.
    pub address: Option<String>,
    /// Day of issue.
    pub issued: Option<NaiveDate>,
}

impl fmt::Debug for IdentityCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdentityCard(..)")
    }
}

/// A text that no identity card has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("not the code of an identity card with a chip")]
pub struct NotAnIdentityCard;

impl FromStr for IdentityCard {
    type Err = NotAnIdentityCard;

    fn from_str(text: &str) -> Result<IdentityCard, NotAnIdentityCard> {
        read(text).ok_or(NotAnIdentityCard)
    }
}

fn read(text: &str) -> Option<IdentityCard> {
    // Cards since 2024 have more fields behind these.
    let fields: Vec<&str> = text.splitn(16, '|').map(str::trim).collect();
    let [number, old_number, name, birth, gender, address, issued, ..] = fields[..] else { return None };
    let digits = |text: &str, lengths: &[usize]| {
        lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    if !digits(number, &[12]) || !(old_number.is_empty() || digits(old_number, &[9, 12])) {
        return None;
    }
    Some(IdentityCard {
        number: number.to_owned(),
        old_number: (!old_number.is_empty()).then(|| old_number.to_owned()),
        name: words(name, 100)?,
        birth: match birth.len() {
            4 => crate::person::birth_with_slashes(birth)?,
            _ => Birth::Day(compact(birth)?),
        },
        gender: match words(gender, 10)?.to_lowercase().as_str() {
            "nam" => Some(Gender::Male),
            "nữ" => Some(Gender::Female),
            _ => None,
        },
        address: words(address, 300),
        issued: compact(issued),
    })
}

/// `ddmmyyyy`.
fn compact(text: &str) -> Option<NaiveDate> {
    (text.len() == 8 && text.is_ascii()).then(|| day(&text[4..], &text[2..4], &text[..2]))?
}
