//! Who should have been warned, and who was.

use super::street::Street;
use super::tracing::Traced;
use bluezone_air::{Scenario, Truth};
use bluezone_protocol::time::{DAY_S, Timestamp};
use bluezone_proximity::{DiseaseProfile, ExposureWindow, Infectiousness, RiskLevel};
use serde::Serialize;

/// Seconds within 2 m on one day that make a close contact.
pub const CLOSE_S: f64 = 900.0;

/// And these a long one: what a warning must not miss.
pub const LONG_S: f64 = 1_800.0;

/// Without a known onset the server takes it to be four days before the report.
const UNKNOWN_ONSET_S: f64 = 4.0 * 86_400.0;

/// Vietnam is seven hours ahead of UTC.
const OFFSET_S: i64 = 7 * 3_600;

/// Everything a run ended with. Serialised, it is the answer of `--json`.
#[derive(Serialize)]
pub struct Outcome {
    /// The scenario's seed.
    pub seed: u64,
    /// `clear` or `measured`.
    pub model: String,
    /// Simulated hours until the end.
    pub hours: f64,
    /// The diagnosed phones.
    pub cases: Vec<String>,
    /// The counts below the table.
    pub summary: Summary,
    /// What came of what they told.
    #[serde(skip_serializing_if = "Traced::is_empty")]
    pub tracing: Traced,
    /// Every phone, in the scenario's order.
    pub phones: Vec<PhoneOutcome>,
}

/// One phone: what was true and what it came to think.
#[derive(Serialize)]
pub struct PhoneOutcome {
    /// Its id.
    pub id: String,
    /// Diagnosed itself: neither counted as warned nor as missed.
    pub diagnosed: bool,
    /// Ground truth: everyone it was within 2 m of, over the whole scenario.
    pub encounters: Vec<Encounter>,
    /// Seconds within 2 m of a case before that case's report, all days.
    pub seconds_near_case: f64,
    /// The same on the day with the most, of those days on which the disease profile takes the case for infectious.
    pub seconds_near_case_on_worst_day: f64,
    /// The nearest a case ever came, metres; none if never within 10 m before its report.
    pub nearest_case_m: Option<f64>,
    /// An attacker repeated a case's signals beside it: if it is warned, that is what it was made to believe.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub relayed: bool,
    /// At least 15 minutes on one day: should be warned.
    pub expected: bool,
    /// Was warned.
    pub warned: bool,
    /// `none`, `low` or `high`, by the phone's own assessment.
    pub risk: RiskLevel,
    /// How likely a contact was on the day with the highest probability, by the phone's own estimate.
    pub contact_probability: f64,
    /// Minutes weighted by attenuation, of the day with the most: what programs without an estimator go by. Decides
    /// nothing here.
    pub weighted_minutes: f64,
    /// The exposure windows behind it.
    pub windows: Vec<ExposureWindow>,
}

/// Time near another phone.
#[derive(Serialize)]
pub struct Encounter {
    /// The other's id.
    pub id: String,
    /// Seconds within 2 m of each other with both radios on.
    pub seconds_within_2m: f64,
}

/// The counts.
#[derive(Serialize, Default, Clone, PartialEq, Eq, Debug)]
pub struct Summary {
    /// Phones with at least 15 minutes within 2 m of a case on one day.
    pub near_15: usize,
    /// Of these warned.
    pub near_15_warned: usize,
    /// Phones with at least 30 minutes.
    pub near_30: usize,
    /// Of these warned.
    pub near_30_warned: usize,
    /// Should be warned and was not.
    pub missed: usize,
    /// Warned, came within 10 m, but not 15 minutes within 2 m.
    pub warned_others: usize,
    /// Warned and never within 10 m, besides those that an attacker deceived.
    pub false_warnings: usize,
    /// Phones beside which an attacker repeated a case's signals.
    pub relayed: usize,
    /// Of these warned.
    pub relayed_warned: usize,
    /// Phones that never came within 10 m.
    pub never_within_10m: usize,
}

/// A case, as far as truth is concerned.
struct Case {
    index: usize,
    report_s: f64,
    /// The day of the onset, as its midnight UTC.
    onset_day: Timestamp,
}

impl Outcome {
    /// Compares the phones with the truth.
    pub fn of(scenario: &Scenario, street: &mut Street, profile: &DiseaseProfile) -> anyhow::Result<Self> {
        let truth = Truth::of(scenario, scenario.end_s());
        let cases: Vec<Case> = scenario
            .diagnosed
            .iter()
            .filter_map(|case| {
                let onset = case.onset_s.unwrap_or(case.at_s - UNKNOWN_ONSET_S).round() as i64;
                // The calendar day in Vietnam, which is what an officer writes down.
                let onset_day = (scenario.start + onset + OFFSET_S).day_start();
                Some(Case { index: scenario.phone_index(&case.id)?, report_s: case.at_s, onset_day })
            })
            .collect();
        let mut phones = Vec::with_capacity(scenario.phones.len());
        let now_s = street.now_s();
        for (index, phone) in scenario.phones.iter().enumerate() {
            let near = Near::of(index, &cases, &truth, scenario.start, profile);
            let device = &street.phone(index).device;
            let exposure = device.exposure(street_time(scenario, index, now_s))?;
            let days = &exposure.assessment.days;
            phones.push(PhoneOutcome {
                id: phone.id.clone(),
                diagnosed: cases.iter().any(|case| case.index == index),
                encounters: encounters(scenario, &truth, index),
                seconds_near_case: tenths(near.total_s),
                seconds_near_case_on_worst_day: tenths(near.worst_day_s),
                nearest_case_m: near.nearest_m.map(|m| (m * 100.0).round() / 100.0),
                relayed: scenario.relays.iter().any(|relay| relay.to == phone.id),
                expected: near.worst_day_s >= CLOSE_S,
                warned: exposure.is_warning(),
                risk: exposure.assessment.level,
                contact_probability: days
                    .iter()
                    .filter_map(|day| Some(day.contact?.probability))
                    .fold(0.0, f64::max),
                weighted_minutes: days.iter().map(|day| day.weighted_minutes).fold(0.0, f64::max),
                windows: exposure.windows,
            });
        }
        Ok(Self {
            seed: scenario.seed,
            model: format!("{:?}", scenario.area.model).to_lowercase(),
            hours: now_s as f64 / 3_600.0,
            cases: scenario.diagnosed.iter().map(|case| case.id.clone()).collect(),
            summary: Summary::of(&phones),
            tracing: Traced::default(),
            phones,
        })
    }
}

impl Outcome {
    /// The phone to look at: the first that reported, else the most exposed.
    pub fn shown(&self) -> usize {
        let reported = self.tracing.contacts.first().map(|contact| contact.id.as_str());
        let place = self.phones.iter().position(|phone| Some(phone.id.as_str()) == reported);
        place.unwrap_or_else(|| self.most_exposed())
    }

    /// The phone with the most probable contact, warned ones first; of those not diagnosed, if there are any.
    fn most_exposed(&self) -> usize {
        let rank = |phone: &PhoneOutcome| (!phone.diagnosed, phone.warned, phone.contact_probability);
        let order = |a: &PhoneOutcome, b: &PhoneOutcome| {
            let ((a0, a1, a2), (b0, b1, b2)) = (rank(a), rank(b));
            (a0, a1).cmp(&(b0, b1)).then(a2.total_cmp(&b2))
        };
        (0..self.phones.len()).max_by(|&a, &b| order(&self.phones[a], &self.phones[b])).unwrap_or(0)
    }
}

fn street_time(scenario: &Scenario, index: usize, now_s: i64) -> Timestamp {
    scenario.start + now_s + scenario.phones[index].clock_skew_s.round() as i64
}

fn encounters(scenario: &Scenario, truth: &Truth, index: usize) -> Vec<Encounter> {
    truth
        .others(index)
        .into_iter()
        .map(|(other, pair)| Encounter {
            id: scenario.phones[other].id.clone(),
            seconds_within_2m: tenths(pair.near_seconds(0.0, f64::INFINITY)),
        })
        .filter(|encounter| encounter.seconds_within_2m > 0.0)
        .collect()
}

/// Rounded down, so that what is printed as 900 is no less.
fn tenths(seconds: f64) -> f64 {
    (seconds * 10.0 + 1e-6).floor() / 10.0
}

impl Summary {
    fn of(phones: &[PhoneOutcome]) -> Self {
        let count = |which: &dyn Fn(&PhoneOutcome) -> bool| {
            phones.iter().filter(|phone| !phone.diagnosed && which(phone)).count()
        };
        let long = |phone: &PhoneOutcome| phone.seconds_near_case_on_worst_day >= LONG_S;
        Self {
            near_15: count(&|p| p.expected),
            near_15_warned: count(&|p| p.expected && p.warned),
            near_30: count(&long),
            near_30_warned: count(&|p| long(p) && p.warned),
            missed: count(&|p| p.expected && !p.warned),
            warned_others: count(&|p| p.warned && !p.expected && p.nearest_case_m.is_some()),
            false_warnings: count(&|p| p.warned && p.nearest_case_m.is_none() && !p.relayed),
            relayed: count(&|p| p.relayed),
            relayed_warned: count(&|p| p.relayed && p.warned),
            never_within_10m: count(&|p| p.nearest_case_m.is_none() && !p.relayed),
        }
    }
}

/// How near a phone's owner came to the cases before their reports.
#[derive(Default)]
struct Near {
    total_s: f64,
    worst_day_s: f64,
    nearest_m: Option<f64>,
}

impl Near {
    fn of(phone: usize, cases: &[Case], truth: &Truth, start: Timestamp, profile: &DiseaseProfile) -> Self {
        let mut near = Self::default();
        let mut days: std::collections::BTreeMap<Timestamp, f64> = std::collections::BTreeMap::new();
        for case in cases.iter().filter(|case| case.index != phone) {
            let Some(pair) = truth.pair(phone, case.index) else { continue };
            if pair.first_within_far_s <= case.report_s {
                let nearest = near.nearest_m.unwrap_or(f64::INFINITY);
                near.nearest_m = Some(nearest.min(pair.min_distance_m));
            }
            near.total_s += pair.near_seconds(0.0, case.report_s);
            let last = (start + case.report_s as i64).day_start();
            let mut day = start.day_start();
            while day <= last {
                if infectious(case, day, profile) {
                    let (from, to) = ((day - start) as f64, (day + DAY_S - start) as f64);
                    let seconds = pair.near_seconds(from.max(0.0), to.min(case.report_s));
                    *days.entry(day).or_default() += seconds;
                }
                day = day + DAY_S;
            }
        }
        near.worst_day_s = days.values().copied().fold(0.0, f64::max);
        near
    }
}

/// Whether contacts with a case on a UTC day count at all.
fn infectious(case: &Case, day: Timestamp, profile: &DiseaseProfile) -> bool {
    let days = i32::try_from((day - case.onset_day) / DAY_S).unwrap_or(i32::MAX);
    profile.infectiousness(Some(days)) != Infectiousness::None
}
