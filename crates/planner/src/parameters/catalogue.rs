//! The sets of parameters in `parameters/parameters.toml`.

use std::sync::LazyLock;

use serde::de::DeserializeOwned;
use toml::{Table, Value};

static BUILT_IN: LazyLock<Catalogue> = LazyLock::new(|| {
    let text = include_str!("../../parameters/parameters.toml");
    Catalogue(text.parse().expect("the built-in parameters are TOML (tests read them all)"))
});

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
}
