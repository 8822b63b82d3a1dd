//! The sets of parameters in `parameters/parameters.toml`.

use std::sync::LazyLock;

use bluezone_domain::publication::LATENCY_DAYS;
use bluezone_protocol::api::UNKNOWN_ONSET_DAYS;
use bluezone_proximity::{DiseaseProfile, Infectiousness};
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::InfectiousDays;

static BUILT_IN: LazyLock<Catalogue> = LazyLock::new(|| {
    let text = include_str!("../../parameters/parameters.toml");
    let mut sets: Table = text.parse().expect("the built-in parameters are TOML (tests read them all)");
    for (name, only) in [("none", false), ("product", true)] {
        if let Some(Value::Table(set)) = sets["measures"].get_mut(name) {
            let days = Value::try_from(of_the_product(only)).expect("numbers");
            set.insert("infectious_days".to_owned(), days);
        }
    }
    let remembered = DiseaseProfile::covid19().retention_days;
    sets["measures"]["product"]["look_back"] = Value::Integer(remembered.into());
    Catalogue(sets)
});

/// The days that phones, server and officers go by, from where these have them.
fn of_the_product(only: bool) -> InfectiousDays {
    let profile = DiseaseProfile::covid19();
    let days = || {
        let classes = profile.infectiousness_by_days_since_onset.iter();
        classes.filter(|(_, class)| **class != Infectiousness::None).map(|(day, _)| *day)
    };
    let count = |days: i64| u16::try_from(days).unwrap_or(0);
    InfectiousDays {
        only,
        before_onset: count(days().min().map_or(0, |first| -i64::from(first))),
        after_onset: count(days().max().map_or(0, i64::from)),
        unknown_onset: count(UNKNOWN_ONSET_DAYS),
        latency: count(LATENCY_DAYS),
    }
}

/// Sets by kind (`society`, `disease`, `measures`) and name.
pub struct Catalogue(Table);

impl Catalogue {
    /// The built-in one.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// Names of the sets of a kind.
    pub fn names(&self, kind: &str) -> Vec<&str> {
        self.0
            .get(kind)
            .and_then(Value::as_table)
            .map_or(Vec::new(), |sets| sets.keys().map(String::as_str).collect())
    }

    /// A set with all its fields, what it is based on filled in.
    pub fn set(&self, kind: &str, name: &str) -> Option<Table> {
        let mut set = self.0.get(kind)?.get(name)?.as_table()?.clone();
        if let Some(Value::String(base)) = set.remove("base") {
            let own = std::mem::replace(&mut set, self.set(kind, &base)?);
            set.extend(own);
        }
        Some(set)
    }

    /// A built-in set as what it is.
    ///
    /// # Panics
    ///
    /// If there is no such set: names come from the source or have been looked up.
    pub fn parse<T: DeserializeOwned>(&self, kind: &str, name: &str) -> T {
        let set = self.set(kind, name).expect("a built-in set");
        set.try_into().expect("built-in sets are complete (tests read them all)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::{Disease, Measures, Parameters, Society};

    #[test]
    fn every_set_can_be_read_and_holds_only_possible_values() {
        let catalogue = Catalogue::built_in();
        let mut parameters = Parameters::default();
        for name in catalogue.names("society") {
            parameters.society = catalogue.parse::<Society>("society", name);
            assert_eq!(parameters.check(), Ok(()), "{name}");
        }
        for name in catalogue.names("disease") {
            parameters.disease = catalogue.parse::<Disease>("disease", name);
            assert_eq!(parameters.check(), Ok(()), "{name}");
        }
        for name in catalogue.names("measures") {
            parameters.measures = catalogue.parse::<Measures>("measures", name);
            assert_eq!(parameters.check(), Ok(()), "{name}");
        }
    }

    /// Phones, server and officers go by these; a change there reaches the planner without being written down again.
    #[test]
    fn the_product_warns_of_the_days_that_phones_and_server_do() {
        let catalogue = Catalogue::built_in();
        let product = catalogue.parse::<Measures>("measures", "product");
        let days =
            InfectiousDays { only: true, before_onset: 2, after_onset: 14, unknown_onset: 4, latency: 2 };
        assert_eq!((product.infectious_days, product.look_back), (days, 14));
        let openabm = Measures::default();
        assert_eq!((openabm.infectious_days.only, openabm.look_back), (false, 7));
        let measles = catalogue.parse::<Measures>("measures", "product-measles");
        assert_eq!((measles.infectious_days.before_onset, measles.infectious_days.only), (4, true));
    }
}
