//! What became of the communes of before 1 July 2025.

use super::{Edition, Level};
use crate::area::CommuneCode;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

static SUCCESSORS: LazyLock<BTreeMap<CommuneCode, Successors>> =
    LazyLock::new(|| read(include_str!("../../data/units/successors-2025.csv")));

/// Ba Chẽ in Quảng Ninh has one code in the list of successors and another in the list of units in force, whose codes hold.
const BA_CHE: (&str, &str) = ("06970", "06978");

/// The communes of today in which an old commune lies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Successors {
    /// Where most of it went: what to offer first. A commune that was divided may mean another one: let a person choose.
    pub default: CommuneCode,
    /// All of them, `default` among them, by code.
    pub all: Vec<CommuneCode>,
}

impl Successors {
    /// Whether it was divided: only a person who knows the place can say which part is meant.
    pub fn is_divided(&self) -> bool {
        self.all.len() > 1
    }
}

/// The successors of a commune of before 2025. `None` where the list does not say: ask, do not guess.
pub fn successors(old: CommuneCode) -> Option<&'static Successors> {
    SUCCESSORS.get(&old)
}

/// Where the communes of a former district are today.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DistrictSuccessors {
    /// Communes of today in which communes of the district lie, by code. They may hold more than was the district.
    pub communes: Vec<CommuneCode>,
    /// Its communes of which the list does not say: ask.
    pub unknown: Vec<CommuneCode>,
}

/// Where a former district is today, by its code of 2021. `None` if there was no such district. A district without communes
/// (an island) has no successors here either.
pub fn district_successors(district: &str) -> Option<DistrictSuccessors> {
    let edition = Edition::of_2021();
    edition.get(district).filter(|unit| unit.level == Level::District)?;
    let (mut communes, mut unknown) = (BTreeSet::new(), Vec::new());
    for old in edition.children(district).filter_map(|unit| unit.code.parse().ok()) {
        match successors(old) {
            Some(successors) => communes.extend(&successors.all),
            None => unknown.push(old),
        }
    }
    Some(DistrictSuccessors { communes: communes.into_iter().collect(), unknown })
}

fn read(csv: &str) -> BTreeMap<CommuneCode, Successors> {
    let mut of: BTreeMap<CommuneCode, Successors> = BTreeMap::new();
    for line in csv.lines().skip(1) {
        let (old, new, is_default) = read_line(line).expect("our own file");
        let successors = of.entry(old).or_insert_with(|| Successors { default: new, all: Vec::new() });
        successors.all.push(new);
        if is_default {
            successors.default = new;
        }
    }
    of.values_mut().for_each(|successors| successors.all.sort());
    of
}

fn read_line(line: &str) -> Option<(CommuneCode, CommuneCode, bool)> {
    let mut fields = line.split(',');
    let (old, new) = (fields.next()?, fields.next()?);
    let new = if new == BA_CHE.0 { BA_CHE.1 } else { new };
    Some((old.parse().ok()?, new.parse().ok()?, fields.next()? == "1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> CommuneCode {
        text.parse().unwrap()
    }

    #[test]
    fn the_list_leads_from_old_communes_to_those_in_force() {
        assert_eq!(SUCCESSORS.len(), 10_035);
        for (old, successors) in &*SUCCESSORS {
            assert!(successors.all.contains(&successors.default), "{old}");
            for new in &successors.all {
                assert!(Edition::in_force().get(new.as_str()).is_some(), "{old} → {new}");
            }
        }
        assert_eq!(SUCCESSORS.values().filter(|successors| successors.is_divided()).count(), 471);
    }

    #[test]
    fn where_the_list_does_not_say_there_is_no_answer() {
        let communes = Edition::of_2021().of_level(Level::Commune);
        let silent = communes.filter(|unit| successors(code(unit.code)).is_none()).count();
        assert_eq!(silent, 568);
        assert_eq!(successors(code("99999")), None);
    }

    #[test]
    fn a_divided_commune_has_a_main_part() {
        let divided = successors(code("11344")).unwrap();
        assert_eq!((divided.default, &divided.all[..]), (code("11383"), &[code("11359"), code("11383")][..]));
        assert!(divided.is_divided());
    }

    #[test]
    fn an_old_district_is_found_by_name_and_leads_to_communes_of_today() {
        let district = Edition::of_2021().search("Huyện Đồng Hỷ", 1)[0];
        let today = district_successors(district.code).unwrap();
        let names: Vec<_> =
            today.communes.iter().map(|code| Edition::in_force().get(code.as_str()).unwrap().name).collect();
        assert!(names.contains(&"Đồng Hỷ"), "{names:?}");
        assert!(
            today.communes.iter().all(|code| Edition::in_force()
                .province_of(code.as_str())
                .unwrap()
                .as_str()
                == "19")
        );
        assert_eq!(district_successors("19"), None, "a province");
        assert_eq!(district_successors("05443"), None, "a commune");
        let island = district_successors("318").unwrap();
        assert!(island.communes.is_empty() && island.unknown.is_empty(), "Bạch Long Vĩ had no communes");
    }
}
