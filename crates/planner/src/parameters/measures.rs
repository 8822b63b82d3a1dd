use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{AGE_BANDS, Catalogue, NETWORKS};

/// A kind of quarantine.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quarantine {
    /// Longest duration, days.
    pub days: u16,
    /// Probability a day of giving up.
    pub dropout: f64,
    /// Share of people who begin it. One disposition a person decides all such questions, as in OpenABM.
    pub compliance: f64,
}

/// Contact tracing by people.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manual {
    /// Interviews with cases a day for 100,000 people; 0: nobody is interviewed.
    pub interviews: f64,
    /// Contacts told a day for 100,000 people.
    pub told: f64,
    /// Days from result to interview.
    pub delay: u16,
    /// Share of contacts at home, in occupation, at random whom the case can name.
    pub named: [f64; 3],
    /// Only cases who are found in hospital are interviewed.
    pub in_hospital: bool,
    /// Cases who have the app are left to it.
    pub without_app: bool,
}

/// On which days a case counts as infectious: whom it met on others is not warned. Without a known onset of symptoms they are
/// counted from one that is assumed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InfectiousDays {
    /// Only contacts of these days are warned, and by phones none after the report, as the product does. Otherwise all that
    /// are looked back, as OpenABM-Covid19 does. The other rules in which the two differ go with it.
    pub only: bool,
    /// How many days before the onset the first is.
    pub before_onset: u16,
    /// How many days after it the last is.
    pub after_onset: u16,
    /// An unknown onset is taken to be so many days before the report of a phone; people take the sample for it.
    pub unknown_onset: u16,
    /// Days from an exposure to the first on which a contact counts as infectious (for F2).
    pub latency: u16,
}

impl InfectiousDays {
    /// The days around an onset.
    pub(crate) fn around(&self, onset: u16) -> RangeInclusive<u16> {
        onset.saturating_sub(self.before_onset)..=onset.saturating_add(self.after_onset)
    }

    /// The days of which a phone publishes keys when it reports a case on `report`.
    pub(crate) fn published(&self, report: u16, onset: Option<u16>) -> RangeInclusive<u16> {
        if !self.only {
            return 0..=u16::MAX;
        }
        let days = self.around(onset.unwrap_or(report.saturating_sub(self.unknown_onset)));
        *days.start()..=report.min(*days.end())
    }
}

/// Warnings by place: who checked in where a case was at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Venues {
    /// Share of random contacts that take place where both have checked in.
    pub check_in: f64,
    /// Days from the result to the warning.
    pub delay: u16,
    /// Others in the place who are warned with each such contact although they met nobody.
    pub bystanders: f64,
}

/// Zones that close when they have many cases.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zones {
    /// People of a zone; 0: there are none. Their households are neighbours; whom they meet lives anywhere.
    pub people: u32,
    /// Cases in seven days for 1,000 people that close a zone.
    pub cases: f64,
    /// Days a zone stays closed after it was last above that.
    pub days: u16,
    /// Share of contacts outside the household that still take place.
    pub contacts_left: f64,
}

/// A part of the population with an adoption of its own: a commune, a district, all rural communes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// What it is called.
    pub name: String,
    /// Its share of the population.
    pub share: f64,
    /// Share of its people that has installed the app. A plan's adoption raises or lowers all units in proportion, so that
    /// the whole population has that.
    pub adoption: f64,
}

/// What is done about an outbreak. The default does nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measures {
    /// Share of the population that has installed the app.
    pub adoption: f64,
    /// How likely each age is to have it, relative to the others.
    pub adoption_by_age: [f64; AGE_BANDS],
    /// Units with an adoption of their own, which make up the whole population; none: it is the same everywhere.
    pub units: Vec<Unit>,
    /// Share of households that decide together whether to install.
    pub installed_together: f64,
    /// Share of installed apps whose phone is on, compatible and allowed to scan.
    pub working: f64,
    /// First day on which the app works.
    pub app_from: u16,
    /// Share of contacts between two such phones that are recorded well enough to warn.
    pub detection: f64,
    /// People near, but no contacts, whose phone would flag them, for each contact outside the household.
    pub false_warnings: f64,
    /// Share of cases whom the one-time code reaches and who type it.
    pub code: f64,
    /// Share of these who publish their keys.
    pub consent: f64,
    /// Days from the result to the warning: code, publication, the phones' next look.
    pub warning_delay: u16,
    /// Days of contacts, up to that of the warning, that are remembered.
    pub look_back: u16,
    /// Of them, those whose contacts are warned.
    pub infectious_days: InfectiousDays,
    /// 1: contacts of the case (F1) are warned; 2: also theirs (F2); and so on up to 4.
    pub depth: u16,
    /// On symptoms at home.
    pub on_symptoms: Quarantine,
    /// On a positive result.
    pub on_positive: Quarantine,
    /// When warned of a case, by whatever means.
    pub when_warned: Quarantine,
    /// When warned of somebody with symptoms.
    pub when_warned_of_symptoms: Quarantine,
    /// Symptoms alone already warn (an app that trusts a declaration), of those who would publish as a case and as late.
    pub warn_on_symptoms: bool,
    /// A case whose symptoms have warned already publishes once more when the result comes.
    pub warn_again: bool,
    /// The household of somebody who stays at home with symptoms does so too.
    pub household_of_symptoms: bool,
    /// The household of a case stays at home too.
    pub household_of_case: bool,
    /// The household of somebody warned of a case stays at home too.
    pub household_of_warned: bool,
    /// The household of somebody warned of symptoms too.
    pub household_of_warned_of_symptoms: bool,
    /// Share of people with symptoms who take a test.
    pub test_on_symptoms: f64,
    /// Share of people warned of a case who take a test.
    pub test_when_warned: f64,
    /// Share of people warned of symptoms who take a test.
    pub test_when_warned_of_symptoms: f64,
    /// Share of people who take a test because they are at home on account of a case without a warning of their own, where the
    /// warned take any: its household, that of somebody warned, and whoever was warned of its symptoms before the result.
    pub test_in_isolation: f64,
    /// Days from asking for a test to taking it.
    pub test_order: u16,
    /// Days from taking a test to its result.
    pub test_result: u16,
    /// Probability that a test of an infected person is positive while a test can find it.
    pub test_sensitivity: f64,
    /// Probability that a test of somebody not infected is negative.
    pub test_specificity: f64,
    /// A negative result ends the quarantine that somebody's own symptoms began, and that of whoever was warned of these; and it
    /// voids all claims on them but those of their own household and, where [`InfectiousDays::only`], those for an exposure within
    /// [`super::Disease::test_from`] days before the sample, which it was too early to show.
    pub negative_counts: bool,
    /// It also releases somebody who was only warned, once no claim is left.
    pub release_on_negative: bool,
    /// Share of people with symptoms who say so in a health declaration, and whom the health station then tests.
    pub declare: f64,
    /// Days from the declaration to that test.
    pub declare_delay: u16,
    /// Tracing by people.
    pub manual: Manual,
    /// Warnings by place.
    pub venues: Venues,
    /// Zones.
    pub zones: Zones,
    /// Share of contacts in occupation, at random that take place at all: schools closed, gatherings forbidden.
    pub contacts_left: [f64; 2],
    /// Of those left in occupation, the share in primary school, in secondary school, at work, among the retired and among the
    /// elderly.
    pub occupation_left: [f64; NETWORKS],
    /// Infectiousness of a contact outside the household, relative to one without masks.
    pub masks: f64,
    /// Infectiousness of a contact at home, relative to usual: more while people are at home more.
    pub at_home: f64,
}

impl Default for Measures {
    fn default() -> Self {
        Catalogue::built_in().parse("measures", "none")
    }
}

impl Measures {
    /// The measures of the validation runs: four of five with symptoms stay at home and take a test, and contacts of
    /// positive cases are warned by an app of which `adoption` is the share at every age.
    #[must_use]
    pub fn validation(adoption: f64) -> Self {
        let nothing = Self::default();
        Self {
            adoption,
            on_symptoms: Quarantine { compliance: 0.8, ..nothing.on_symptoms },
            test_on_symptoms: 0.8,
            ..nothing
        }
    }

    /// The share of each unit and age that carries a working app, where there are `people` of each unit and age: as likely
    /// as [`Self::units`] and [`Self::adoption_by_age`] say, nobody more than once. Without units all are one.
    pub(crate) fn carriers(&self, people: &[[f64; AGE_BANDS]]) -> Vec<[f64; AGE_BANDS]> {
        let wanted = self.adoption * people.as_flattened().iter().sum::<f64>();
        let likely = |unit: usize| self.units.get(unit).map_or(1.0, |unit| unit.adoption);
        // People, weight, share of each unit and age.
        let mut cells: Vec<(f64, f64, f64)> = Vec::new();
        for (unit, ages) in people.iter().enumerate() {
            let weight = |age: usize| likely(unit) * self.adoption_by_age[age];
            cells.extend(ages.iter().enumerate().map(|(age, &people)| (people, weight(age), 0.0)));
        }
        // Where everybody has it, what is wanted beyond that goes to the others.
        loop {
            let full = |share: f64| share >= 1.0;
            let (mut left, mut weights) = (wanted, 0.0);
            for &(people, weight, share) in &cells {
                left -= if full(share) { people } else { 0.0 };
                weights += if full(share) { 0.0 } else { people * weight };
            }
            let factor = if weights > 0.0 { left / weights } else { 0.0 };
            let mut filled = false;
            for (_, weight, share) in cells.iter_mut().filter(|cell| !full(cell.2)) {
                *share = (factor * *weight).min(1.0);
                filled |= full(*share);
            }
            if !filled {
                break;
            }
        }
        let (ages, _) = cells.as_chunks::<AGE_BANDS>();
        ages.iter().map(|ages| ages.map(|(_, _, share)| share * self.working)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adoption_is_that_of_the_population_and_no_age_has_more_than_everybody() {
        let people = [10.0, 9.0, 8.0, 8.0, 7.0, 6.0, 5.0, 3.0, 1.0];
        let product: Measures = Catalogue::built_in().parse("measures", "product");
        for adoption in [0.0, 0.2, 0.5, 0.8, 1.0] {
            let measures = Measures { adoption, working: 1.0, ..product.clone() };
            let share = measures.carriers(&[people])[0];
            let reached: f64 = people.iter().zip(share).map(|(n, share)| n * share).sum();
            assert!((reached / 57.0 - adoption).abs() < 1e-9, "{adoption}: {share:?}");
            assert!(share.iter().all(|share| (0.0..=1.0).contains(share)));
        }
        assert_eq!(Measures::validation(0.6).carriers(&[people]), [[0.6; AGE_BANDS]]);
    }

    #[test]
    fn units_keep_their_proportion_until_one_is_full() {
        let unit = |adoption: f64| Unit { name: String::new(), share: 0.5, adoption };
        let shares = |adoption: f64| {
            let units = vec![unit(0.6), unit(0.2)];
            let shares =
                Measures { units, ..Measures::validation(adoption) }.carriers(&[[1.0; AGE_BANDS]; 2]);
            [shares[0][3], shares[1][3]].map(|share| (share * 1000.0).round())
        };
        assert_eq!(shares(0.4), [600.0, 200.0]);
        assert_eq!(shares(0.2), [300.0, 100.0]);
        assert_eq!(shares(0.8), [1000.0, 600.0], "nobody has it twice");
    }
}
