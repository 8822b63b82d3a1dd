//! Provinces and communes of today, as the lists of the forms.

use bluezone_domain::admin_unit::{AdminUnit, Edition, Level};
use bluezone_forms::value_set::{BuiltIn, COMMUNES, PROVINCES};
use bluezone_forms::{Choice, ValueSets, Words};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Where the forms' lists come from.
#[derive(Clone, Copy, Debug)]
pub struct Places;

static PROVINCE_CHOICES: LazyLock<Vec<Choice>> = LazyLock::new(|| {
    let mut choices: Vec<_> = Edition::in_force().of_level(Level::Province).map(choice).collect();
    sort(&mut choices);
    choices
});

static COMMUNE_CHOICES: LazyLock<HashMap<&'static str, Vec<Choice>>> = LazyLock::new(|| {
    let mut of: HashMap<&'static str, Vec<Choice>> = HashMap::new();
    for unit in Edition::in_force().of_level(Level::Commune) {
        if let Some(province) = unit.parent {
            of.entry(province).or_default().push(choice(unit));
        }
    }
    of.values_mut().for_each(|choices| sort(choices));
    of
});

impl ValueSets for Places {
    fn choices(&self, url: &str, of: Option<&str>) -> Option<Cow<'static, [Choice]>> {
        match (url, of) {
            (PROVINCES, None) => Some(Cow::Borrowed(PROVINCE_CHOICES.as_slice())),
            (COMMUNES, Some(province)) => {
                COMMUNE_CHOICES.get(province).map(|communes| Cow::Borrowed(communes.as_slice()))
            }
            _ => BuiltIn.choices(url, of),
        }
    }
}

fn choice(unit: &AdminUnit) -> Choice {
    Choice {
        system: None,
        code: unit.code.to_owned(),
        words: Words { vi: unit.full_name.to_owned(), en: unit.full_name_en.to_owned() },
        exclusive: false,
    }
}

/// By name, without the kind of unit and the marks: as people look for it.
fn sort(choices: &mut [Choice]) {
    let edition = Edition::in_force();
    choices.sort_by_cached_key(|choice| {
        bluezone_domain::fold::fold(edition.get(&choice.code).map_or("", |unit| unit.name))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_province_has_its_communes_in_order() {
        let provinces = Places.choices(PROVINCES, None).unwrap();
        assert_eq!(provinces.len(), 34);
        let all: usize =
            provinces.iter().map(|choice| Places.choices(COMMUNES, Some(&choice.code)).unwrap().len()).sum();
        assert_eq!(all, 3321);
        let thai_nguyen = Places.choices(COMMUNES, Some("19")).unwrap();
        assert_eq!((thai_nguyen.len(), thai_nguyen[0].words.vi.contains("An Khánh")), (92, true));
        assert!(Places.choices(COMMUNES, Some("99")).is_none() && Places.choices(COMMUNES, None).is_none());
    }
}
