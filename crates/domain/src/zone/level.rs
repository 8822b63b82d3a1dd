//! The levels of a zone: data, because each outbreak has had its own.
//!
//! `data/zone-levels.json` holds the four levels of resolution 128/NQ-CP (11 October 2021), judged from the commune up:
//! 1 low (green), 2 medium (yellow), 3 high (orange), 4 very high risk (red).

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;
use thiserror::Error;

/// How grave things are in a zone: the number of a level of [`levels`]. Higher is graver.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(transparent)]
pub struct Level(u8);

/// Levels and where they come from.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Levels {
    /// The decision that made them.
    pub source: String,
    /// From the mildest to the gravest.
    pub levels: Vec<LevelWords>,
}

/// A level in words.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct LevelWords {
    number: u8,
    /// What it is called.
    pub name: Words,
    /// What it means.
    pub risk: Words,
}

/// Words in both languages.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Words {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

impl LevelWords {
    /// The level.
    pub fn level(&self) -> Level {
        Level(self.number)
    }
}

/// The levels in use.
pub fn levels() -> &'static Levels {
    static LEVELS: LazyLock<Levels> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../../data/zone-levels.json")).expect("a test reads the levels")
    });
    &LEVELS
}

/// A number that is no level's.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("not a level of zones: expected one of those in zone-levels.json")]
pub struct InvalidLevel;

impl Level {
    /// The level of a number.
    pub fn new(number: u8) -> Result<Level, InvalidLevel> {
        let known = levels().levels.iter().any(|level| level.number == number);
        if known { Ok(Level(number)) } else { Err(InvalidLevel) }
    }

    /// Its number.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// What it is called and what it means.
    pub fn words(self) -> &'static LevelWords {
        levels().levels.iter().find(|level| level.number == self.0).expect("only known levels are made")
    }
}

impl FromStr for Level {
    type Err = InvalidLevel;

    fn from_str(text: &str) -> Result<Self, InvalidLevel> {
        Level::new(text.parse().map_err(|_| InvalidLevel)?)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_levels_are_those_of_the_resolution_in_order() {
        let numbers: Vec<_> = levels().levels.iter().map(|words| words.level().number()).collect();
        assert_eq!(numbers, [1, 2, 3, 4], "from the mildest to the gravest");
        assert!(levels().source.contains("128/NQ-CP"));
        assert_eq!(Level::new(3).unwrap().words().risk.vi, "nguy cơ cao");
        assert!(Level::new(4).unwrap() > Level::new(1).unwrap());
        for wrong in ["", "0", "5", "-1", "x", "260"] {
            assert_eq!(wrong.parse::<Level>(), Err(InvalidLevel), "{wrong:?}");
        }
    }
}
