//! The QR code of the health insurance card (BHYT): number, name, birth, sex (1 male, 2 female), address, place of treatment,
//! valid from, valid to, and more between bars, closed by `$`. Name and address are UTF-8 in hexadecimal digits; what is not
//! known is `-`.

use crate::person::{Birth, Gender, birth_with_slashes, words};
use chrono::NaiveDate;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// What a card says. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct InsuranceCard {
    /// 10 digits (social insurance number, cards since 2021), or 2 letters and 13 digits.
    pub number: String,
    /// Name.
    pub name: String,
    /// Birth.
    pub birth: Birth,
    /// Sex.
    pub gender: Option<Gender>,
    /// Address.
    pub address: Option<String>,
    /// The first day on which it is valid.
    pub valid_from: Option<NaiveDate>,
    /// The last day, if it has one.
    pub valid_to: Option<NaiveDate>,
}

impl fmt::Debug for InsuranceCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InsuranceCard(..)")
    }
}

/// A text that no insurance card has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("not the code of a health insurance card")]
pub struct NotAnInsuranceCard;

impl FromStr for InsuranceCard {
    type Err = NotAnInsuranceCard;

    fn from_str(text: &str) -> Result<InsuranceCard, NotAnInsuranceCard> {
        read(text).ok_or(NotAnInsuranceCard)
    }
}

fn read(text: &str) -> Option<InsuranceCard> {
    let fields: Vec<&str> = text.splitn(24, '|').map(str::trim).collect();
    let [number, name, birth, gender, address, _, from, to, ..] = fields[..] else { return None };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let number_right = match number.split_at_checked(2) {
        Some((letters, rest)) if number.len() == 15 => {
            letters.bytes().all(|b| b.is_ascii_uppercase()) && digits(rest)
        }
        _ => number.len() == 10 && digits(number),
    };
    let date = |text: &str| match birth_with_slashes(text) {
        Some(Birth::Day(day)) => Some(day),
        _ => None,
    };
    number_right.then_some(InsuranceCard {
        number: number.to_owned(),
        name: words(&from_hex(name)?, 100)?,
        birth: birth_with_slashes(birth)?,
        gender: match gender {
            "1" => Some(Gender::Male),
            "2" => Some(Gender::Female),
            _ => None,
        },
        address: from_hex(address).and_then(|address| words(&address, 300)),
        valid_from: date(from),
        valid_to: date(to),
    })
}

fn from_hex(text: &str) -> Option<String> {
    String::from_utf8(hex::decode(text).ok()?).ok()
}
