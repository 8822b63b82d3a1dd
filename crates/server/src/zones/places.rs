//! Finds a place by any name that people use: today's, or that of before 1 July 2025, with or without marks.

use bluezone_domain::admin_unit::{AdminUnit, Edition, Level, district_successors, successors};
use bluezone_domain::area::{Area, CommuneCode, ProvinceCode};
use bluezone_domain::fold::fold;
use bluezone_pages::Lang;
use std::collections::BTreeSet;

/// Most places of each kind that a search shows.
const MOST: usize = 30;

/// What a search found.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Found {
    /// Provinces and communes of today.
    pub today: Vec<&'static AdminUnit>,
    /// Units of before.
    pub former: Vec<Former>,
}

/// A unit of before 1 July 2025.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Former {
    /// The unit and those above it, from the lowest.
    pub path: Vec<&'static AdminUnit>,
    /// Where it is today.
    pub now: Now,
}

/// Where a former unit is today.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Now {
    /// In one commune.
    Commune(CommuneCode),
    /// Divided, or more than a commune: in one of these, only who asks can tell which.
    OneOf(Vec<CommuneCode>),
    /// A province that was joined to others: in these provinces.
    Provinces(Vec<ProvinceCode>),
    /// The lists do not say.
    Unknown,
}

/// Why what was typed names no place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unnamed {
    /// There is no such place.
    Nowhere,
    /// There are several.
    Several,
}

/// The commune, or province, of today that is meant by what was typed.
pub fn area(typed: &str) -> Result<Area, Unnamed> {
    let found = find(typed).today;
    let folded = fold(typed.split(',').next().unwrap_or_default());
    let same = |unit: &&&AdminUnit| {
        [unit.name, unit.full_name, unit.full_name_en].iter().any(|name| fold(name) == folded)
    };
    // A whole name stands before names that contain it.
    let whole: Vec<_> = found.iter().filter(same).copied().collect();
    let unit = match (whole.as_slice(), found.as_slice()) {
        ([unit], _) | ([], [unit]) => *unit,
        ([], []) => return Err(Unnamed::Nowhere),
        _ => return Err(Unnamed::Several),
    };
    match unit.level {
        Level::Province => {
            let province = unit.code.parse().map_err(|_| Unnamed::Nowhere)?;
            Ok(Area { province, commune: None })
        }
        Level::Commune | Level::District => {
            let code = unit.code.parse().map_err(|_| Unnamed::Nowhere)?;
            Edition::in_force().area(code).ok_or(Unnamed::Nowhere)
        }
    }
}

/// The places that are meant by what was typed: a name, and after commas the district or province that it lies in.
pub fn find(typed: &str) -> Found {
    let mut parts = typed.split(',').map(str::trim).filter(|part| !part.is_empty());
    let Some(name) = parts.next() else { return Found::default() };
    let above: Vec<String> = parts.map(fold).collect();
    let named = |edition: &'static Edition| {
        let within = |unit: &&AdminUnit| {
            let path = edition.path(unit.code);
            above.iter().all(|part| path.iter().skip(1).any(|unit| fold(unit.full_name).contains(part)))
        };
        edition.search(name, usize::MAX).into_iter().filter(within)
    };
    Found {
        today: named(Edition::in_force()).take(MOST).collect(),
        former: named(Edition::of_2021()).filter(|unit| is_gone(unit)).take(MOST).map(former).collect(),
    }
}

/// A province that still is what it was is found among those of today.
fn is_gone(unit: &AdminUnit) -> bool {
    unit.level != Level::Province
        || Edition::in_force().get(unit.code).is_none_or(|now| now.name != unit.name)
}

fn former(unit: &AdminUnit) -> Former {
    let now = match unit.level {
        Level::Commune => {
            let of = unit.code.parse().ok().and_then(successors);
            of.map_or(Now::Unknown, |of| one_of(of.all.clone()))
        }
        Level::District => district_successors(unit.code).map_or(Now::Unknown, |of| one_of(of.communes)),
        Level::Province => {
            let old = Edition::of_2021();
            let communes = old.children(unit.code).flat_map(|district| old.children(district.code));
            let today = communes.filter_map(|commune| successors(commune.code.parse().ok()?));
            let provinces: BTreeSet<ProvinceCode> =
                today.filter_map(|of| Edition::in_force().province_of(of.default.as_str())).collect();
            if provinces.is_empty() { Now::Unknown } else { Now::Provinces(provinces.into_iter().collect()) }
        }
    };
    Former { path: Edition::of_2021().path(unit.code), now }
}

fn one_of(communes: Vec<CommuneCode>) -> Now {
    match communes[..] {
        [] => Now::Unknown,
        [only] => Now::Commune(only),
        _ => Now::OneOf(communes),
    }
}

/// The communes of before that lie in a commune of today, wholly or in part.
pub fn predecessors(commune: CommuneCode) -> Vec<Vec<&'static AdminUnit>> {
    let old = Edition::of_2021();
    let went_here = |unit: &&AdminUnit| {
        let of = unit.code.parse().ok().and_then(successors);
        of.is_some_and(|of| of.all.contains(&commune))
    };
    old.of_level(Level::Commune).filter(went_here).map(|unit| old.path(unit.code)).collect()
}

/// A unit's name.
pub fn name(lang: Lang, unit: &AdminUnit) -> &'static str {
    match lang {
        Lang::Vi => unit.full_name,
        Lang::En => unit.full_name_en,
    }
}

/// The name of a unit of today; its code if there is none of that code.
pub fn name_of(lang: Lang, code: &str) -> String {
    Edition::in_force().get(code).map_or_else(|| code.to_owned(), |unit| name(lang, unit).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn former_of(typed: &str) -> Vec<(String, Now)> {
        let shown = |former: Former| {
            let path: Vec<_> = former.path.iter().map(|unit| unit.full_name).collect();
            (path.join(", "), former.now)
        };
        find(typed).former.into_iter().map(shown).collect()
    }

    fn code(text: &str) -> CommuneCode {
        text.parse().unwrap()
    }

    #[test]
    fn places_of_today_are_found_without_marks() {
        let names: Vec<_> = find("phan dinh phung").today.iter().map(|unit| unit.full_name).collect();
        assert_eq!(names, ["Phường Phan Đình Phùng"]);
        let names: Vec<_> = find("Vĩnh Thông, tỉnh Thái Nguyên").today.iter().map(|u| u.full_name).collect();
        assert_eq!(names, ["Xã Vĩnh Thông"]);
        assert_eq!(find("vinh thong, ha noi").today, Vec::<&AdminUnit>::new());
        assert_eq!(find(" , ,"), Found::default());
        assert_eq!(find("xyzzy"), Found::default());
        assert!(find("a").today.len() <= MOST);
    }

    #[test]
    fn an_old_address_leads_to_the_commune_of_today() {
        let found = former_of("trung vuong, tp thai nguyen");
        assert_eq!(found, [], "tp is short for thành phố, and no part of the name");
        let found = former_of("Trưng Vương, thành phố Thái Nguyên");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, "Phường Trưng Vương, Thành phố Thái Nguyên, Tỉnh Thái Nguyên");
        assert_eq!(found[0].1, Now::Commune(code("05443")));
        let before = predecessors(code("05443"));
        assert!(before.iter().any(|path| path[0].name == "Trưng Vương"), "{before:?}");
    }

    #[test]
    fn a_divided_commune_is_asked_about_and_not_guessed() {
        let old = Edition::of_2021().get("00556").unwrap();
        assert_eq!(former(old).now, Now::OneOf(vec![code("00541"), code("00562")]));
        // Merged before 2025: the lists do not say.
        let silent = Edition::of_2021().of_level(Level::Commune).find(|u| successors(code(u.code)).is_none());
        assert_eq!(former(silent.unwrap()).now, Now::Unknown);
        assert_eq!(former(Edition::of_2021().get("318").unwrap()).now, Now::Unknown, "an island district");
    }

    #[test]
    fn old_districts_and_provinces_lead_on() {
        let found = former_of("huyen dong hy");
        let [(_, Now::OneOf(communes))] = &found[..] else { panic!("{found:?}") };
        assert!(communes.len() > 3);
        let found = former_of("Tỉnh Bắc Kạn");
        assert_eq!(found[0].1, Now::Provinces(vec!["19".parse().unwrap()]));
        assert!(former_of("Tỉnh Thái Nguyên").is_empty(), "it is one of today's");
    }
}
