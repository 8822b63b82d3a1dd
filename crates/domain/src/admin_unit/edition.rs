//! One list of units, in force for a time.

use crate::Timestamp;
use crate::area::{Area, CommuneCode, ProvinceCode, Territory};
use crate::fold::fold;
use std::collections::HashMap;
use std::sync::LazyLock;

/// 1 July 2025, midnight in Vietnam: from then on there are two levels.
pub const IN_FORCE_SINCE: Timestamp = Timestamp(1_751_302_800);

static OF_2021: LazyLock<Edition> =
    LazyLock::new(|| Edition::read(include_str!("../../data/units/units-2021.csv")));
static OF_2025: LazyLock<Edition> =
    LazyLock::new(|| Edition::read(include_str!("../../data/units/units-2025.csv")));

/// How high a unit stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// A province or a city of that rank; its code has two digits.
    Province,
    /// A district or what stands in its place; three digits. None since 2025.
    District,
    /// A commune, ward, township or special zone; five digits.
    Commune,
}

/// A unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AdminUnit {
    /// Its level.
    pub level: Level,
    /// Its code. Codes of different levels differ in length; the same code may name another unit in another edition.
    pub code: &'static str,
    /// `Phan Đình Phùng`.
    pub name: &'static str,
    /// `Phường Phan Đình Phùng`.
    pub full_name: &'static str,
    /// `Phan Dinh Phung Ward`.
    pub full_name_en: &'static str,
    /// Code of the unit above it; of a province none.
    pub parent: Option<&'static str>,
}

/// The units of one time.
#[derive(Debug)]
pub struct Edition {
    units: Vec<AdminUnit>,
    by_code: HashMap<&'static str, usize>,
    /// Name and full name as people search for them, in the order of `units`.
    folded: Vec<[String; 2]>,
}

impl Edition {
    /// The list of November 2021, which holds for every time before 1 July 2025: what changed between is not in it.
    pub fn of_2021() -> &'static Edition {
        &OF_2021
    }

    /// The list in force.
    pub fn in_force() -> &'static Edition {
        &OF_2025
    }

    /// The list that holds at a time.
    pub fn at(time: Timestamp) -> &'static Edition {
        if time < IN_FORCE_SINCE { &OF_2021 } else { &OF_2025 }
    }

    fn read(csv: &'static str) -> Edition {
        let units: Vec<_> = csv.lines().skip(1).map(|line| read_line(line).expect("our own file")).collect();
        let by_code = units.iter().enumerate().map(|(at, unit)| (unit.code, at)).collect();
        let folded = units.iter().map(|unit| [fold(unit.name), fold(unit.full_name)]).collect();
        Edition { units, by_code, folded }
    }

    /// Every unit.
    pub fn units(&self) -> &[AdminUnit] {
        &self.units
    }

    /// The unit of a code, of whatever level.
    pub fn get(&self, code: &str) -> Option<&AdminUnit> {
        self.by_code.get(code).map(|at| &self.units[*at])
    }

    /// Units of a level, in the order of the list.
    pub fn of_level(&self, level: Level) -> impl Iterator<Item = &AdminUnit> {
        self.units.iter().filter(move |unit| unit.level == level)
    }

    /// The units right under one.
    pub fn children(&self, code: &str) -> impl Iterator<Item = &AdminUnit> {
        self.units.iter().filter(move |unit| unit.parent == Some(code))
    }

    /// The unit and all above it, from the lowest: commune, district if there is one, province.
    pub fn path(&self, code: &str) -> Vec<&AdminUnit> {
        let above = |unit: &&AdminUnit| unit.parent.and_then(|parent| self.get(parent));
        std::iter::successors(self.get(code), above).collect()
    }

    /// The province that a commune or district lies in.
    pub fn province_of(&self, code: &str) -> Option<ProvinceCode> {
        self.path(code).last().filter(|unit| unit.level == Level::Province)?.code.parse().ok()
    }

    /// A commune and its province as an area.
    pub fn area(&self, commune: CommuneCode) -> Option<Area> {
        let province = self.province_of(commune.as_str())?;
        Some(Area { province, commune: Some(commune) })
    }

    /// Whether a territory names units of this list, and a commune of its province.
    pub fn has(&self, territory: Territory) -> bool {
        match territory {
            Territory::Nowhere | Territory::Nation => true,
            Territory::Province(province) => self.get(province.as_str()).is_some(),
            Territory::Commune(province, commune) => self.province_of(commune.as_str()) == Some(province),
        }
    }

    /// Units whose name or full name contains what was typed, with or without marks: the same name first, then names that
    /// begin so, then the rest; among these higher levels first. At most `limit`. Nothing typed finds nothing.
    pub fn search(&self, typed: &str, limit: usize) -> Vec<&AdminUnit> {
        let wanted = fold(typed);
        if wanted.is_empty() {
            return Vec::new();
        }
        let rank = |names: &[String; 2]| {
            names
                .iter()
                .filter_map(|name| match name.find(&wanted) {
                    Some(_) if *name == wanted => Some(0),
                    Some(0) => Some(1),
                    Some(_) => Some(2),
                    None => None,
                })
                .min()
        };
        let mut found: Vec<_> = self
            .units
            .iter()
            .zip(&self.folded)
            .filter_map(|(unit, names)| Some(((rank(names)?, unit.level), unit)))
            .collect();
        found.sort_by_key(|(key, unit)| (*key, unit.code));
        found.into_iter().map(|(_, unit)| unit).take(limit).collect()
    }
}

fn read_line(line: &'static str) -> Option<AdminUnit> {
    let mut fields = line.split(',');
    let level = match fields.next()? {
        "province" => Level::Province,
        "district" => Level::District,
        "commune" => Level::Commune,
        _ => return None,
    };
    let mut field = || fields.next();
    let (code, name, full_name, full_name_en) = (field()?, field()?, field()?, field()?);
    let parent = field().filter(|parent| !parent.is_empty());
    Some(AdminUnit { level, code, name, full_name, full_name_en, parent })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(edition: &Edition) -> [usize; 3] {
        [Level::Province, Level::District, Level::Commune].map(|level| edition.of_level(level).count())
    }

    #[test]
    fn the_lists_are_whole() {
        assert_eq!(counts(Edition::of_2021()), [63, 705, 10_599]);
        assert_eq!(counts(Edition::in_force()), [34, 0, 3_321]);
        for edition in [Edition::of_2021(), Edition::in_force()] {
            assert_eq!(edition.by_code.len(), edition.units.len(), "no code twice");
            for unit in edition.units() {
                let digits = match unit.level {
                    Level::Province => 2,
                    Level::District => 3,
                    Level::Commune => 5,
                };
                assert!(
                    unit.code.len() == digits && unit.code.bytes().all(|b| b.is_ascii_digit()),
                    "{unit:?}"
                );
                assert_eq!(unit.parent.is_none(), unit.level == Level::Province, "{unit:?}");
                assert!(edition.province_of(unit.code).is_some(), "{unit:?}");
            }
        }
    }

    #[test]
    fn a_code_is_looked_up_as_of_a_day() {
        let thai_nguyen = |edition: &Edition| edition.children("19").count();
        assert_eq!(thai_nguyen(Edition::in_force()), 92, "with the former Bắc Kạn");
        let before = Edition::at(IN_FORCE_SINCE + -1);
        assert_eq!(before.get("06").unwrap().name, "Bắc Kạn");
        assert!(Edition::at(IN_FORCE_SINCE).get("06").is_none());
        let names: Vec<_> = before.path("05443").iter().map(|unit| unit.name).collect();
        assert_eq!(names, ["Trưng Vương", "Thái Nguyên", "Thái Nguyên"], "codes are used again");
        let names: Vec<_> = Edition::in_force().path("05443").iter().map(|unit| unit.full_name).collect();
        assert_eq!(names, ["Phường Phan Đình Phùng", "Tỉnh Thái Nguyên"]);
    }

    #[test]
    fn names_are_found_without_marks_the_best_first() {
        let found = |edition: &Edition, typed| -> Vec<_> {
            edition.search(typed, 4).iter().map(|unit| unit.full_name).collect()
        };
        assert_eq!(found(Edition::in_force(), "phuong phan dinh phung"), ["Phường Phan Đình Phùng"]);
        assert_eq!(found(Edition::in_force(), "Thái Nguyên")[0], "Tỉnh Thái Nguyên");
        assert_eq!(found(Edition::of_2021(), "dong hy")[0], "Huyện Đồng Hỷ");
        assert!(found(Edition::in_force(), "  ").is_empty() && found(Edition::in_force(), "xyz").is_empty());
        assert_eq!(found(Edition::of_2021(), "a").len(), 4);
    }

    #[test]
    fn a_territory_must_name_what_is_there() {
        let has = |text: &str| Edition::in_force().has(text.parse().unwrap());
        assert!(has("nation") && has("19") && has("19/05443"));
        assert!(!has("06") && !has("01/05443") && !has("19/99999"));
        let commune = "05443".parse().unwrap();
        let area = Edition::in_force().area(commune).unwrap();
        assert_eq!((area.province.as_str(), area.commune), ("19", Some(commune)));
    }
}
