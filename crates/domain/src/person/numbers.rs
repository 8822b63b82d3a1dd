//! Numbers that name a person, each in its one spelling. `Debug` hides them; `Display` is for the person's own page.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// A text that is no number of its kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum InvalidNumber {
    /// Not an identity card's.
    #[error("not an identity card number: expected 12 digits")]
    NationalId,
    /// Not a passport's.
    #[error("not a passport number: expected 5 to 12 letters and digits")]
    Passport,
    /// Not a telephone's.
    #[error("not a phone number: expected for example 0912345678 or +84912345678")]
    Phone,
}

macro_rules! number {
    ($(#[$doc:meta])* $name:ident, $read:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Its one spelling.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidNumber;

            fn from_str(text: &str) -> Result<Self, InvalidNumber> {
                $read(text).map(Self).ok_or(InvalidNumber::$name)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidNumber;

            fn try_from(text: String) -> Result<Self, InvalidNumber> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(number: $name) -> String {
                number.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }
    };
}

number! {
    /// Number of a citizen's identity card (CCCD): 12 digits.
    NationalId, national_id
}
number! {
    /// Number of a passport, in capital letters.
    Passport, passport
}
number! {
    /// A telephone number with its country, `+84912345678`.
    Phone, phone
}

impl Phone {
    /// Whether text messages reach it here: a mobile number of Vietnam.
    pub fn is_mobile_of_vietnam(&self) -> bool {
        let rest = self.0.strip_prefix("+84").unwrap_or_default();
        rest.len() == 9 && rest.starts_with(['3', '5', '7', '8', '9'])
    }

    /// All but its last three digits hidden: `••• ••• 678`, with spaces at which no line breaks.
    pub fn masked(&self) -> String {
        let last: String = self.0.chars().skip(self.0.len().saturating_sub(3)).collect();
        format!("•••\u{a0}•••\u{a0}{last}")
    }
}

/// Without what people put between digits: spaces, dots, dashes, brackets.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !".-()".contains(*c)).collect()
}

fn national_id(text: &str) -> Option<String> {
    let digits = bare(text);
    (digits.len() == 12 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

fn passport(text: &str) -> Option<String> {
    let number = bare(text).to_ascii_uppercase();
    let right = (5..=12).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_alphanumeric())
        && number.bytes().any(|b| b.is_ascii_digit());
    right.then_some(number)
}

/// With a country's `+` or `00` any number of 8 to 15 digits; else one of Vietnam: ten digits (mobile) or eleven (fixed
/// line) with the leading 0, or `84` in its place.
fn phone(text: &str) -> Option<String> {
    let number = bare(text);
    let (abroad, digits) = match number.strip_prefix('+').or_else(|| number.strip_prefix("00")) {
        Some(digits) => (true, digits),
        None => (false, number.as_str()),
    };
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let of_vietnam = match digits.strip_prefix("84") {
        Some(rest) if abroad || (9..=10).contains(&rest.len()) => Some(rest),
        _ if abroad => None,
        _ => Some(digits.strip_prefix('0')?),
    };
    match of_vietnam {
        Some(rest) => {
            // `+84 (0) 912…` is written too.
            let rest = rest.strip_prefix('0').unwrap_or(rest);
            let right = (9..=10).contains(&rest.len()) && !rest.starts_with('0');
            right.then(|| format!("+84{rest}"))
        }
        None => ((8..=15).contains(&digits.len()) && !digits.starts_with('0')).then(|| format!("+{digits}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_have_one_spelling() {
        for text in [
            "0912345678",
            " 0912.345.678 ",
            "(091) 234-5678",
            "84912345678",
            "+84912345678",
            "0084912345678",
            "+84 (0) 912 345 678",
        ] {
            assert_eq!(text.parse::<Phone>().unwrap().as_str(), "+84912345678", "{text}");
        }
        assert_eq!("02083855245".parse::<Phone>().unwrap().as_str(), "+842083855245", "a fixed line");
        assert_eq!("+66 81 234 5678".parse::<Phone>().unwrap().as_str(), "+66812345678");
        for wrong in
            ["", "0", "912345678", "091234567", "09123456789x", "+0912345678", "00000000000", "+84", "một"]
        {
            assert_eq!(wrong.parse::<Phone>(), Err(InvalidNumber::Phone), "{wrong}");
        }
    }

    #[test]
    fn text_messages_reach_mobile_numbers_of_vietnam() {
        let mobile = |text: &str| text.parse::<Phone>().unwrap().is_mobile_of_vietnam();
        assert!(["0912345678", "0321234567", "84701234567"].into_iter().all(mobile));
        assert!(!["02083855245", "+66812345678", "0212345678"].into_iter().any(mobile));
        assert_eq!("0912345678".parse::<Phone>().unwrap().masked(), "•••\u{a0}•••\u{a0}678");
    }

    #[test]
    fn cards_and_passports_have_one_spelling() {
        assert_eq!("019 185 001 234".parse::<NationalId>().unwrap().as_str(), "019185001234");
        for wrong in ["", "01918500123", "0191850012345", "01918500123a", "٠١٩١٨٥٠٠١٢٣٤"] {
            assert_eq!(wrong.parse::<NationalId>(), Err(InvalidNumber::NationalId), "{wrong}");
        }
        assert_eq!("b 1234567".parse::<Passport>().unwrap().as_str(), "B1234567");
        for wrong in ["", "B123", "PASSPORT", "B1234567890123", "B12345Đ"] {
            assert_eq!(wrong.parse::<Passport>(), Err(InvalidNumber::Passport), "{wrong}");
        }
    }

    #[test]
    fn numbers_survive_json() {
        let phone: Phone = "0912345678".parse().unwrap();
        let json = serde_json::to_string(&phone).unwrap();
        assert_eq!(serde_json::from_str::<Phone>(&json).unwrap(), phone);
        assert!(serde_json::from_str::<NationalId>("\"12\"").is_err());
    }
}
