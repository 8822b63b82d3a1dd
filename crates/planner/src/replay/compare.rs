//! What phones did beside what the model assumes of them.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::Positive;
use super::estimate::{Tried, chances, mean, share};
use crate::parameters::{InfectiousDays, Measures};
use crate::plan::Band;

/// People near for each contact outside the household: one pair in six is a contact (docs/proximity.md), which is how
/// `false_warnings` counts.
pub const OTHERS_NEAR: u32 = 5;

/// Fewer people than these say too little to tell, or to plan with.
pub(super) const ENOUGH: usize = 20;

/// What the model assumes of two phones and of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assumed {
    /// Share of the contacts that are recorded well enough to warn.
    pub detection: f64,
    /// People warned in error for each contact outside the household.
    pub false_warnings: f64,
    /// Days from the result to the warning.
    pub delay: u16,
    /// Days of contacts before the warning that are remembered.
    pub look_back: u16,
    /// Of them, those that are warned.
    pub infectious_days: InfectiousDays,
}

impl Assumed {
    pub(crate) fn by(measures: &Measures) -> Self {
        Self {
            detection: measures.detection,
            false_warnings: measures.false_warnings,
            delay: measures.warning_delay,
            look_back: measures.look_back,
            infectious_days: measures.infectious_days,
        }
    }

    /// The days of the contacts of a case that are warned.
    #[must_use]
    pub fn reaches(&self, case: &Positive) -> RangeInclusive<u16> {
        let warning = case.day + self.delay;
        let published = self.infectious_days.published(case.day, case.symptoms);
        let first = (warning + 1).saturating_sub(self.look_back).max(1);
        first.max(*published.start())..=warning.min(*published.end())
    }
}

/// What happened to somebody who was no case.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seen {
    /// Contacts with cases that published, of those that the model warns.
    pub contacts: u32,
    /// Of them, before the report, and on days on which the product counts the case as infectious.
    pub published: u32,
    /// Contacts with such cases on days on which the model warns nobody; the product may.
    pub earlier: u32,
    /// Times near such a case without a contact.
    pub near: u32,
    /// Was warned.
    pub warned: bool,
    /// Days from the report of the only case that they met to the warning.
    pub delay: Option<f64>,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Share of those who met a case that are warned.
    Warned,
    /// The same of those who did so on a day whose keys are published.
    WarnedOfPublished,
    /// Chance that one contact warns.
    Detection,
    /// People warned in error for each contact outside the household.
    FalseWarnings,
    /// Share of those who were near no case that are warned.
    NearNobody,
    /// Days from the result to the warning.
    Delay,
}

impl Measure {
    /// Its name in tables.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Warned => "warned",
            Self::WarnedOfPublished => "warned-of-published",
            Self::Detection => "detection",
            Self::FalseWarnings => "false-warnings",
            Self::NearNobody => "near-nobody",
            Self::Delay => "delay",
        }
    }
}

/// One line of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Of what.
    pub measure: Measure,
    /// What the model assumes.
    pub assumed: f64,
    /// What the phones did.
    pub replayed: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// People it rests on.
    pub of: usize,
}

impl Row {
    fn new(measure: Measure, assumed: f64, band: Option<Band>, of: usize) -> Option<Self> {
        let Band { mean, low, high } = band?;
        Some(Self { measure, assumed, replayed: mean, low, high, of })
    }

    /// Whether it rests on enough people to tell.
    #[must_use]
    pub fn tells(&self) -> bool {
        self.of >= ENOUGH
    }

    /// Whether they differ by more than chance explains.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.assumed < self.low - 1e-9 || self.assumed > self.high + 1e-9
    }
}

/// A replay with real phones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replay {
    /// Phones that were asked for.
    pub asked: usize,
    /// Days that were asked for.
    pub days_asked: u16,
    /// Phones there were.
    pub phones: usize,
    /// Seed of the run, of the air and of the phones.
    pub seed: u64,
    /// Share of the population with the app in the run.
    pub adoption: f64,
    /// First day in the run.
    pub first: u16,
    /// Days.
    pub days: u16,
    /// Contacts that were laid out.
    pub contacts: usize,
    /// Contacts for which the day had no time.
    pub left_out: usize,
    /// Positive results.
    pub positives: usize,
    /// Of them, published.
    pub published: usize,
    /// What is assumed.
    pub assumed: Assumed,
    /// The comparison.
    pub rows: Vec<Row>,
}

#[cfg(test)]
impl Replay {
    /// Of two hundred phones, with these rows.
    pub(crate) fn sample(rows: Vec<Row>) -> Self {
        Self {
            asked: 200,
            days_asked: 14,
            phones: 200,
            seed: 1,
            adoption: 0.6,
            first: 20,
            days: 14,
            contacts: 900,
            left_out: 0,
            positives: 12,
            published: 7,
            assumed: Assumed::by(&crate::parameters::Measures::default()),
            rows,
        }
    }
}

/// The lines of the comparison, of those that anybody says something about.
pub fn rows(assumed: &Assumed, people: &[Seen]) -> Vec<Row> {
    let others = f64::from(OTHERS_NEAR);
    let flagged = (assumed.false_warnings / others).min(1.0);
    let chance = |person: &Seen| {
        let missed =
            (1.0 - assumed.detection).powf(person.contacts.into()) * (1.0 - flagged).powf(person.near.into());
        1.0 - missed
    };
    let of = |measure, which: &dyn Fn(&Seen) -> bool| {
        let them: Vec<&Seen> = people.iter().filter(|person| which(person)).collect();
        let warned = them.iter().filter(|person| person.warned).count();
        let expected = them.iter().map(|person| chance(person)).sum::<f64>() / them.len().max(1) as f64;
        Row::new(measure, expected, share(warned, them.len()), them.len())
    };
    // On a day whose keys are not published nobody can be warned, however well the contact was recorded.
    let tried = |person: &Seen| Tried { tries: [person.published, person.near], warned: person.warned };
    // Whoever met a case on other days too may have been warned for those.
    let known = people.iter().filter(|person| person.earlier == 0);
    let tried: Vec<Tried> = known.map(tried).filter(|tried| tried.tries != [0, 0]).collect();
    let [detection, flags] = chances(&tried);
    let times =
        |band: Band| Band { mean: band.mean * others, low: band.low * others, high: band.high * others };
    let had = |kind: usize| tried.iter().filter(|tried| tried.tries[kind] > 0).count();
    let delays: Vec<f64> = people.iter().filter_map(|person| person.delay).collect();
    [
        of(Measure::Warned, &|person| person.contacts > 0),
        of(Measure::WarnedOfPublished, &|person| person.published > 0),
        Row::new(Measure::Detection, assumed.detection, detection, had(0)),
        Row::new(Measure::FalseWarnings, assumed.false_warnings, flags.map(times), had(1)),
        of(Measure::NearNobody, &|person| [person.contacts, person.earlier, person.near] == [0; 3]),
        Row::new(Measure::Delay, assumed.delay.into(), mean(&delays), delays.len()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_outside_the_interval_differs() {
        let infectious_days =
            InfectiousDays { only: true, before_onset: 2, after_onset: 14, unknown_onset: 4, latency: 2 };
        let assumed =
            Assumed { detection: 0.832, false_warnings: 1.155, delay: 1, look_back: 14, infectious_days };
        let met = |warned| Seen {
            contacts: 1,
            published: 1,
            warned,
            delay: warned.then_some(0.4),
            ..Seen::default()
        };
        let mut people: Vec<Seen> = (0..100).map(|n| met(n % 2 == 0)).collect();
        people.extend([Seen::default(); 20]);
        // Says nothing of one contact, and was not near nobody.
        people.push(Seen { earlier: 1, warned: true, ..Seen::default() });
        let rows = rows(&assumed, &people);
        let row = |measure| rows.iter().find(|row| row.measure == measure).copied();
        let warned = row(Measure::Warned).expect("people met");
        assert_eq!((warned.replayed, warned.of, warned.differs()), (0.5, 100, true));
        assert!((warned.assumed - 0.832).abs() < 1e-9);
        let detection = row(Measure::Detection).expect("people met");
        assert!((detection.replayed - 0.5).abs() < 1e-6 && detection.differs(), "{detection:?}");
        let nobody = row(Measure::NearNobody).expect("people met nobody");
        assert_eq!((nobody.assumed, nobody.replayed, nobody.differs()), (0.0, 0.0, false));
        assert!(row(Measure::Delay).is_some_and(|row| (row.replayed - 0.4).abs() < 1e-9 && row.differs()));
        assert_eq!(row(Measure::FalseWarnings), None, "nobody was near");
        let case = |day, symptoms| Positive { person: 0, day, symptoms, publishes: true };
        assert_eq!(assumed.reaches(&case(20, Some(18))), 16..=20);
        assert_eq!(assumed.reaches(&case(20, None)), 14..=20, "symptoms four days ago");
        assert_eq!(assumed.reaches(&case(30, Some(10))), 18..=24, "remembered, and still infectious");
        let last_days = InfectiousDays { only: false, ..infectious_days };
        let openabm = Assumed { look_back: 7, infectious_days: last_days, ..assumed };
        assert_eq!(openabm.reaches(&case(20, Some(18))), 15..=21);
        assert_eq!(openabm.reaches(&case(2, None)), 1..=3);
    }
}
