//! Numbers that a form's words and rules name, which change with the day; and the administrator's switches.

use crate::model::Questionnaire;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// From a day to a day, both included; an open end has none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Period {
    /// The first day.
    pub start: Option<NaiveDate>,
    /// The last day.
    pub end: Option<NaiveDate>,
}

impl Period {
    /// Whether the day lies in it.
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.start.is_none_or(|start| start <= day) && self.end.is_none_or(|end| day <= end)
    }
}

/// The value of a parameter over a time: looking back 14 days until 28 May 2021, 21 since.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parameter {
    /// `look-back`.
    pub name: String,
    /// Its value.
    pub value: i64,
    /// When it is so.
    pub period: Period,
}

/// A switch of an administrator: over this time a form is open or closed, for a disease or whatever the disease.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// The form's name; empty: all of them.
    #[serde(default)]
    pub form: String,
    /// The disease, by the name of its profile; none: any.
    #[serde(default)]
    pub disease: Option<String>,
    /// When it holds.
    pub period: Period,
    /// Whether the form may be filled in.
    pub open: bool,
    /// Parameters that are otherwise than the file says.
    #[serde(default)]
    pub parameters: BTreeMap<String, i64>,
}

/// All switches, the later before the earlier in force. A form without one is open in its own time.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Schedule(pub Vec<Switch>);

impl Schedule {
    fn in_force<'a>(
        &'a self,
        form: &'a Questionnaire,
        disease: &'a str,
        day: NaiveDate,
    ) -> impl Iterator<Item = &'a Switch> {
        self.0.iter().filter(move |switch| {
            (switch.form.is_empty() || switch.form == form.name)
                && switch.disease.as_deref().is_none_or(|only| only == disease)
                && switch.period.contains(day)
        })
    }

    /// The disease that a form asks about on a day: of those that a switch opens it for by name, the one switched on last; else
    /// the usual one.
    pub fn disease<'a>(&'a self, form: &Questionnaire, usual: &'a str, day: NaiveDate) -> &'a str {
        let touches = |switch: &&Switch| {
            (switch.form.is_empty() || switch.form == form.name) && switch.period.contains(day)
        };
        let mut seen = Vec::new();
        for switch in self.0.iter().rev().filter(touches) {
            let Some(disease) = switch.disease.as_deref() else { continue };
            if !seen.contains(&disease) && switch.open && self.is_open(form, disease, day) {
                return disease;
            }
            seen.push(disease);
        }
        usual
    }

    /// Whether a form may be filled in.
    pub fn is_open(&self, form: &Questionnaire, disease: &str, day: NaiveDate) -> bool {
        let for_it = form.diseases.is_empty() || form.diseases.iter().any(|name| name == disease);
        let switched = self.in_force(form, disease, day).last().is_none_or(|switch| switch.open);
        for_it && form.effective.contains(day) && switched
    }

    /// A form's parameters on a day: what the file says, the last that is in force, and over it the switches. Only names that
    /// the file has.
    pub fn parameters(&self, form: &Questionnaire, disease: &str, day: NaiveDate) -> BTreeMap<String, i64> {
        let mut values = BTreeMap::new();
        for parameter in &form.parameters {
            // Before its first period a parameter has the value of that one: no place stays unfilled.
            if parameter.period.contains(day) || !values.contains_key(&parameter.name) {
                values.insert(parameter.name.clone(), parameter.value);
            }
        }
        for switch in self.in_force(form, disease, day) {
            for (name, value) in &switch.parameters {
                if let Some(known) = values.get_mut(name) {
                    *known = *value;
                }
            }
        }
        values
    }
}
