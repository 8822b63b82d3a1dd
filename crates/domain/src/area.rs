//! Where something is, and which part of the country an officer answers for.
//!
//! Codes are those of the official list of administrative units in force (two digits for a province, five for a commune,
//! decision 19/2025/QĐ-TTg).

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// A text that is no code of its kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("not the code of a {level}: expected {digits} digits")]
pub struct InvalidCode {
    level: &'static str,
    digits: usize,
}

macro_rules! code {
    ($(#[$doc:meta])* $name:ident, $digits:literal, $level:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name([u8; $digits]);

        impl $name {
            /// Its digits.
            pub fn as_str(&self) -> &str {
                std::str::from_utf8(&self.0).expect("only digits get in")
            }
        }

        impl FromStr for $name {
            type Err = InvalidCode;

            fn from_str(text: &str) -> Result<Self, InvalidCode> {
                let wrong = InvalidCode { level: $level, digits: $digits };
                let digits: [u8; $digits] = text.as_bytes().try_into().map_err(|_| wrong)?;
                if digits.iter().all(u8::is_ascii_digit) { Ok(Self(digits)) } else { Err(wrong) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidCode;

            fn try_from(text: String) -> Result<Self, InvalidCode> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> String {
                code.as_str().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    };
}

code! {
    /// A province or a city of that rank, `19`.
    ProvinceCode, 2, "province"
}
code! {
    /// A commune, ward or special zone, `05710`.
    CommuneCode, 5, "commune"
}

/// Where a person lives, a case belongs or a unit stands. A record keeps both codes, so that who may see it is decided by
/// comparing and not by looking up.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Area {
    /// The province.
    pub province: ProvinceCode,
    /// The commune, where it is known.
    pub commune: Option<CommuneCode>,
}

/// The part of the country that a unit answers for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Territory {
    /// None of it: a unit whose territory nobody has set yet. It has what was assigned to it.
    Nowhere,
    /// All of it.
    Nation,
    /// One province.
    Province(ProvinceCode),
    /// One commune, of this province.
    Commune(ProvinceCode, CommuneCode),
}

impl Territory {
    /// The area of a record that is known to lie in it and no better: none for the whole nation, and for nowhere.
    pub fn area(self) -> Option<Area> {
        match self {
            Territory::Nowhere | Territory::Nation => None,
            Territory::Province(province) => Some(Area { province, commune: None }),
            Territory::Commune(province, commune) => Some(Area { province, commune: Some(commune) }),
        }
    }

    /// Whether all of an area lies in it. An area whose commune is not known lies in no commune: only the province, which
    /// can find the commune out, sees it.
    pub fn covers(self, area: Area) -> bool {
        match self {
            Territory::Nowhere => false,
            Territory::Nation => true,
            Territory::Province(province) => area.province == province,
            Territory::Commune(province, commune) => {
                area.province == province && area.commune == Some(commune)
            }
        }
    }

    /// Whether all of another territory lies in it. What lies nowhere is the whole nation's to place.
    pub fn contains(self, other: Territory) -> bool {
        match other {
            Territory::Nowhere | Territory::Nation => self == Territory::Nation,
            Territory::Province(province) => self.covers(Area { province, commune: None }),
            Territory::Commune(province, commune) => self.covers(Area { province, commune: Some(commune) }),
        }
    }
}

/// A text that names no territory.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error(
    "not a territory: expected nation, the code of a province (19), or of a province and a commune (19/05710)"
)]
pub struct InvalidTerritory;

impl fmt::Display for Territory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Territory::Nowhere => f.write_str("nowhere"),
            Territory::Nation => f.write_str("nation"),
            Territory::Province(province) => write!(f, "{province}"),
            Territory::Commune(province, commune) => write!(f, "{province}/{commune}"),
        }
    }
}

impl TryFrom<String> for Territory {
    type Error = InvalidTerritory;

    fn try_from(text: String) -> Result<Self, InvalidTerritory> {
        text.parse()
    }
}

impl From<Territory> for String {
    fn from(territory: Territory) -> String {
        territory.to_string()
    }
}

impl FromStr for Territory {
    type Err = InvalidTerritory;

    fn from_str(text: &str) -> Result<Self, InvalidTerritory> {
        match (text, text.split_once('/')) {
            ("nowhere", _) => Ok(Territory::Nowhere),
            ("nation", _) => Ok(Territory::Nation),
            (province, None) => province.parse().map(Territory::Province).map_err(|_| InvalidTerritory),
            (_, Some((province, commune))) => match (province.parse(), commune.parse()) {
                (Ok(province), Ok(commune)) => Ok(Territory::Commune(province, commune)),
                _ => Err(InvalidTerritory),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(province: &str, commune: Option<&str>) -> Area {
        Area { province: province.parse().unwrap(), commune: commune.map(|code| code.parse().unwrap()) }
    }

    #[test]
    fn codes_are_digits_of_one_length() {
        assert_eq!("19".parse::<ProvinceCode>().unwrap().to_string(), "19");
        for wrong in ["", "1", "019", "1a", "١٩"] {
            assert!(wrong.parse::<ProvinceCode>().is_err(), "{wrong}");
        }
        assert!("0571".parse::<CommuneCode>().is_err() && "05710".parse::<CommuneCode>().is_ok());
    }

    #[test]
    fn a_territory_covers_what_lies_in_it_and_nothing_else() {
        let (thai_nguyen, commune) = ("19".parse().unwrap(), "05710".parse().unwrap());
        let here = area("19", Some("05710"));
        let elsewhere = [area("19", Some("05711")), area("19", None), area("01", Some("05710"))];
        assert!(Territory::Commune(thai_nguyen, commune).covers(here));
        for other in elsewhere {
            assert!(!Territory::Commune(thai_nguyen, commune).covers(other), "{other:?}");
        }
        assert!(Territory::Province(thai_nguyen).covers(area("19", None)));
        assert!(!Territory::Province(thai_nguyen).covers(area("01", None)));
        assert!(Territory::Nation.covers(area("01", None)));
        assert!(Territory::Province(thai_nguyen).contains(Territory::Commune(thai_nguyen, commune)));
        assert!(!Territory::Commune(thai_nguyen, commune).contains(Territory::Province(thai_nguyen)));
        assert!(!Territory::Province(thai_nguyen).contains(Territory::Nation));
    }

    #[test]
    fn a_unit_without_a_territory_sees_nothing_by_it_and_is_the_nations_to_place() {
        assert!(!Territory::Nowhere.covers(area("19", Some("05710"))));
        let province = Territory::Province("19".parse().unwrap());
        for territory in [Territory::Nowhere, province] {
            assert!(!territory.contains(Territory::Nowhere));
            assert!(!Territory::Nowhere.contains(territory));
        }
        assert!(Territory::Nation.contains(Territory::Nowhere));
    }

    #[test]
    fn a_territory_has_one_spelling() {
        for text in ["nowhere", "nation", "19", "19/05710"] {
            assert_eq!(text.parse::<Territory>().unwrap().to_string(), text);
        }
        for wrong in ["", "Nation", "1", "19/", "19/0571", "/05710", "19/05710/1"] {
            assert_eq!(wrong.parse::<Territory>(), Err(InvalidTerritory), "{wrong}");
        }
    }
}
