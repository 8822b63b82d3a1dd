//! What a form's rules depend on besides the answers.

use crate::value_set::ValueSets;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// The day of filling in and what follows from it.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// The day on Vietnam's calendar. For a paper form that is entered later, the day on the paper.
    pub today: NaiveDate,
    /// The form's parameters as they are on that day ([`crate::parameters::Schedule::parameters`]).
    pub parameters: &'a BTreeMap<String, i64>,
    /// Where value sets come from.
    pub sets: &'a dyn ValueSets,
}
