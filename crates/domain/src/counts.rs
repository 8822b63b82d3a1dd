//! How many people declare and how many carry the app, by commune and province, told without telling of anybody.
//!
//! No number under ten is shown, nor one that could be worked out: where the total of a province is known, the hidden ones are
//! at least two and together at least ten.

use crate::area::ProvinceCode;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The least number of people that is shown.
pub const LEAST: u64 = 10;

static PEOPLE: LazyLock<HashMap<&'static str, u64>> = LazyLock::new(|| {
    let csv = include_str!("../data/units/population-2019.csv");
    let line = |line: &'static str| {
        let (code, people) = line.split_once(',')?;
        Some((code, people.parse().ok()?))
    };
    csv.lines().skip(1).filter_map(line).collect()
});

/// How many people live in a province: the census of 2019, its provinces added up to those of 2025.
pub fn people_of(province: ProvinceCode) -> Option<u64> {
    PEOPLE.get(province.as_str()).copied()
}

/// Which of these numbers can be shown when their sum may be known too: the others are none.
pub fn shown(numbers: &[u64]) -> Vec<Option<u64>> {
    let mut by_size: Vec<usize> = (0..numbers.len()).collect();
    by_size.sort_by_key(|at| (numbers.get(*at).copied(), *at));
    let mut shown: Vec<Option<u64>> = numbers.iter().copied().map(Some).collect();
    let (mut hidden, mut sum) = (0, 0);
    for at in by_size {
        let number = numbers.get(at).copied().unwrap_or(0);
        let enough = hidden == 0 || (hidden >= 2 && sum >= LEAST);
        if number >= LEAST && enough {
            break;
        }
        if let Some(cell) = shown.get_mut(at) {
            *cell = None;
        }
        (hidden, sum) = (hidden + 1, sum + number);
    }
    shown
}

/// A number that stands alone, if it can be shown.
pub fn alone(number: u64) -> Option<u64> {
    (number >= LEAST).then_some(number)
}

/// How many of a thousand.
pub fn per_thousand(number: u64, people: u64) -> Option<f64> {
    (people > 0).then(|| number as f64 * 1000.0 / people as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin_unit::{Edition, Level};

    #[test]
    fn no_number_under_ten_is_shown_nor_can_be_worked_out() {
        assert_eq!(shown(&[12, 40, 11]), [Some(12), Some(40), Some(11)]);
        // One hidden number would be the total less the others: the next smallest goes too.
        assert_eq!(shown(&[12, 40, 3]), [None, Some(40), None]);
        // Two that are both zero would be known to be zero.
        assert_eq!(shown(&[0, 0, 40, 25]), [None, None, Some(40), None]);
        assert_eq!(shown(&[9, 9, 40]), [None, None, Some(40)]);
        assert_eq!(shown(&[5]), [None]);
        assert_eq!(shown(&[]), []);
    }

    #[test]
    fn any_numbers_hide_enough() {
        for seed in 0_u64..500 {
            let numbers: Vec<u64> = (0..seed % 9).map(|n| (seed * 7919 + n * n * 104_729) % 37).collect();
            let shown = shown(&numbers);
            let hidden: Vec<u64> = numbers
                .iter()
                .zip(&shown)
                .filter(|(_, shown)| shown.is_none())
                .map(|(number, _)| *number)
                .collect();
            assert!(shown.iter().flatten().all(|number| *number >= LEAST));
            let enough = hidden.is_empty() || (hidden.len() >= 2 && hidden.iter().sum::<u64>() >= LEAST);
            assert!(enough || hidden.len() == numbers.len(), "{numbers:?}");
        }
    }

    #[test]
    fn every_province_has_its_people_and_all_of_them_are_the_census() {
        let provinces = Edition::in_force().of_level(Level::Province);
        let people: Vec<u64> = provinces.map(|unit| people_of(unit.code.parse().unwrap()).unwrap()).collect();
        assert_eq!((people.len(), people.iter().sum::<u64>()), (34, 96_208_984));
        assert_eq!(per_thousand(30, 1500), Some(20.0));
        assert_eq!(per_thousand(30, 0), None);
    }
}
