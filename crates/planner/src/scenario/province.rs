//! The provinces of 2025 with their people.

use crate::parameters::AGE_BANDS;

/// `parameters/provinces.csv`: people of the census of 2019 (General Statistics Office), summed over the provinces that
/// became one in 2025; ages by the office's projection for 2025 (made from 2014, so its shares are used, not its numbers).
const TABLE: &str = include_str!("../../parameters/provinces.csv");

/// A province.
#[derive(Clone, Debug, PartialEq)]
pub struct Province {
    /// Two digits.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The provinces of 2021 that it consists of.
    pub former: String,
    /// Its people.
    pub people: u32,
    /// People by age.
    pub ages: [f64; AGE_BANDS],
}

impl Province {
    /// The province with this code (`19`, also `9` for `09`).
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        Self::all().find(|province| province.code == code || province.code.trim_start_matches('0') == code)
    }

    /// All, by code.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.lines().skip(1).filter_map(|line| {
            let mut fields = line.split(',');
            let mut text = || fields.next().map(str::to_owned);
            let (code, name, former, people) = (text()?, text()?, text()?, text()?.parse().ok()?);
            let mut ages = [0.0; AGE_BANDS];
            for age in &mut ages {
                *age = fields.next()?.parse().ok()?;
            }
            Some(Self { code, name, former, people, ages })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_provinces_are_those_of_2025_with_the_people_of_the_census() {
        assert_eq!(Province::all().count(), 34);
        assert_eq!(Province::all().map(|province| province.people).sum::<u32>(), 96_208_984);
        for province in Province::all() {
            let sum: f64 = province.ages.iter().sum();
            assert!((sum - f64::from(province.people)).abs() < 10.0, "{}", province.name);
        }
        assert_eq!(Province::find("19").map(|province| province.name), Some("Thái Nguyên".to_owned()));
        assert_eq!(Province::find("1").map(|province| province.code), Some("01".to_owned()));
        assert_eq!(Province::find("99"), None);
    }
}
