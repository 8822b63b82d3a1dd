//! What differs from disease to disease: names, how soon a case must be reported, how far back contacts are traced, what a close
//! contact is ([`crate::contact::rule`]), how long contacts are followed up.
//!
//! A disease is a file of `data/`, not code: forms can ask about it, cases of it can be registered, outbreaks of it can be planned
//! for. What its file does not say does not hold for it: nothing is late, nothing says how far back contacts are traced, an officer
//! chooses how near each was. The rules have days from which they hold, because the ministry changes them in the middle of an
//! outbreak and an officer must be able to say which one was in force.

use crate::Timestamp;
use crate::case::CaseFacts;
use crate::contact::rule::Rule;
use bluezone_protocol::time::DAY_S;
use chrono::NaiveDate;
use serde::Deserialize;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

/// Vietnam's clock is seven hours ahead of UTC, all year.
const VIETNAM_S: i64 = 7 * 3600;
/// 1970-01-01 was a Thursday: the first Monday came four days later.
const FIRST_MONDAY: i64 = 4 * DAY_S;

/// How soon a case must be reported to the level above.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportClass {
    /// 24 hours after it was registered.
    #[serde(rename = "within_24_hours")]
    Within24Hours,
    /// 48 hours after it was registered.
    #[serde(rename = "within_48_hours")]
    Within48Hours,
    /// With the week: by the midnight that ends the Sunday, in Vietnam.
    Weekly,
}

impl ReportClass {
    /// Until when a case that was registered then must be reported.
    pub fn due(self, registered: Timestamp) -> Timestamp {
        match self {
            ReportClass::Within24Hours => registered + DAY_S,
            ReportClass::Within48Hours => registered + 2 * DAY_S,
            ReportClass::Weekly => {
                let into_week = (registered.0 + VIETNAM_S - FIRST_MONDAY).rem_euclid(7 * DAY_S);
                registered + (7 * DAY_S - into_week)
            }
        }
    }

    /// How many whole minutes a report is late: `None` while there is time, 0 in the first minute after it was due. A
    /// report that was made is as late as it was when it was made.
    pub fn minutes_late(
        self,
        registered: Timestamp,
        reported: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<i64> {
        let late_s = reported.unwrap_or(now) - self.due(registered);
        (late_s > 0).then_some(late_s / 60)
    }
}

/// A name in both languages.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Name {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

/// How far back contacts are traced, from a day on.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TraceWindow {
    /// The first day, in Vietnam, on which this rule holds; it holds until the next one begins.
    pub from: NaiveDate,
    /// Days before the first symptoms.
    pub days_before: u8,
    /// Days after them; where it is left out, until the case is isolated.
    #[serde(default)]
    pub days_after: Option<u8>,
    /// Whether the day of the positive sample stands for that of the first symptoms of those who had none.
    #[serde(default)]
    pub by_sample: bool,
    /// Who says so.
    pub source: String,
}

/// A disease.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disease {
    /// Names it in records, and the profile of the phones that have one.
    pub id: String,
    /// What people call it.
    pub name: Name,
    /// Its code in ICD-10.
    #[serde(default)]
    pub icd10: Option<String>,
    /// Whether phones have a profile of it. Published keys name no disease, so that those of any other would be weighed by it: cases
    /// of a disease without one get no codes for phones.
    #[serde(default)]
    pub phones: bool,
    /// How soon its cases must be reported.
    #[serde(default)]
    pub report: Option<ReportClass>,
    /// The rules of tracing, by the day they begin.
    #[serde(default)]
    pub trace_windows: Vec<TraceWindow>,
    /// Days after the last exposure that contacts are followed up: the longest incubation.
    #[serde(default)]
    pub follow_days: Option<u32>,
    /// What a close contact is. Where no rule can be given, an officer chooses.
    #[serde(default)]
    pub contact: Option<Rule>,
}

impl Disease {
    /// The rule in force at a moment, in Vietnam; none before the first.
    pub fn trace_window(&self, at: Timestamp) -> Option<&TraceWindow> {
        let day = chrono::DateTime::from_timestamp(at.0.saturating_add(VIETNAM_S), 0)?.date_naive();
        self.trace_windows.iter().rev().find(|window| window.from <= day)
    }

    /// The time in which a case can infect, up to `now`, by the rule in force at `at`: from midnight UTC of the first day from which
    /// its contacts are traced. None if the day that it is counted from is not known.
    pub fn infectious(
        &self,
        facts: &CaseFacts,
        at: Timestamp,
        now: Timestamp,
    ) -> Option<RangeInclusive<Timestamp>> {
        let window = self.trace_window(at)?;
        let day = facts.symptom_onset.or(facts.test_date.filter(|_| window.by_sample))?;
        let last = window.days_after.map(|days| day + (i64::from(days) + 1) * DAY_S - 1);
        Some(day - i64::from(window.days_before) * DAY_S..=last.map_or(now, |last| last.min(now)))
    }
}

static ALL: LazyLock<Vec<Disease>> = LazyLock::new(|| {
    let files = [
        include_str!("../data/covid-19.json"),
        include_str!("../data/influenza.json"),
        include_str!("../data/measles.json"),
    ];
    files.map(|text| serde_json::from_str(text).expect("the tests read every profile")).into()
});

/// The disease that is asked about and registered where nobody says another.
pub const USUAL: &str = "covid-19";

/// Every disease: the usual one first.
pub fn all() -> &'static [Disease] {
    &ALL
}

/// A disease by its id.
pub fn find(id: &str) -> Option<&'static Disease> {
    ALL.iter().find(|disease| disease.id == id)
}

/// What a close contact of a disease is, see [`Disease::contact`].
pub fn contact_rule(id: &str) -> Option<&'static Rule> {
    find(id)?.contact.as_ref()
}

/// Days after the last exposure that contacts are followed up, see [`Disease::follow_days`]: those of the usual disease where
/// its file does not say.
pub fn follow_days(id: &str) -> u32 {
    find(id).and_then(|disease| disease.follow_days).unwrap_or(14)
}

/// Whether phones have a profile of a disease, see [`Disease::phones`].
pub fn is_on_phones(id: &str) -> bool {
    find(id).is_some_and(|disease| disease.phones)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::CaseStatus;

    const HOUR: i64 = 3600;
    /// 2026-11-23 00:00 in Vietnam, a Monday.
    const MONDAY: Timestamp = Timestamp(1_795_366_800);

    #[test]
    fn every_profile_is_read_and_its_rules_are_in_order() {
        for disease in all() {
            assert_eq!(find(&disease.id), Some(disease));
            assert!(disease.trace_windows.windows(2).all(|pair| pair[0].from < pair[1].from));
            assert!(!disease.phones || !disease.trace_windows.is_empty(), "what phones warn of is traced");
        }
        let phones: Vec<_> = all().iter().filter(|disease| disease.phones).map(|of| of.id.as_str()).collect();
        assert_eq!(phones, [USUAL]);
        assert!(find("covid-19").is_some() && find("flu").is_none());
    }

    #[test]
    fn reports_are_late_to_the_minute() {
        let registered = MONDAY + 10 * HOUR + 7;
        for (class, hours) in [(ReportClass::Within24Hours, 24), (ReportClass::Within48Hours, 48)] {
            let due = registered + hours * HOUR;
            assert_eq!(class.due(registered), due);
            let late = |at| class.minutes_late(registered, None, at);
            assert_eq!((late(due), late(due + 1), late(due + 59)), (None, Some(0), Some(0)));
            assert_eq!((late(due + 60), late(due + HOUR)), (Some(1), Some(60)));
            assert_eq!(class.minutes_late(registered, Some(due), due + HOUR), None, "in time");
            assert_eq!(class.minutes_late(registered, Some(due + 61), due + HOUR), Some(1));
        }
    }

    #[test]
    fn a_week_ends_on_sunday_midnight_in_vietnam() {
        let next = MONDAY + 7 * DAY_S;
        for into in [0, 1, 10 * HOUR, 6 * DAY_S, 7 * DAY_S - 1] {
            assert_eq!(ReportClass::Weekly.due(MONDAY + into), next, "{into}");
        }
        assert_eq!(ReportClass::Weekly.due(next), next + 7 * DAY_S);
    }

    #[test]
    fn one_case_has_the_window_of_the_day_it_is_traced_on() {
        let covid = find("covid-19").unwrap();
        let at = |text: &str| Timestamp(text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp());
        let onset = at("2021-12-01T00:00:00Z");
        let facts = CaseFacts { status: CaseStatus::Confirmed, symptom_onset: Some(onset), test_date: None };
        let from = |facts: &CaseFacts, on: &str| Some(*covid.infectious(facts, at(on), onset)?.start());
        let days = |on: &str| from(&facts, on).map(|from| (onset - from) / DAY_S);
        assert_eq!(days("2020-12-02T16:59:59Z"), None, "before the first rule");
        assert_eq!(days("2020-12-02T17:00:00Z"), Some(3), "already the third in Vietnam");
        assert_eq!(days("2021-11-30T16:59:59Z"), Some(3));
        assert_eq!(days("2021-11-30T17:00:00Z"), Some(2));
        let sampled = CaseFacts { symptom_onset: None, test_date: Some(onset + DAY_S), ..facts };
        assert_eq!(from(&sampled, "2022-01-01T00:00:00Z"), Some(onset - DAY_S));
        let nothing = CaseFacts { symptom_onset: None, test_date: None, ..facts };
        assert_eq!(from(&nothing, "2022-01-01T00:00:00Z"), None);
    }

    /// Measles ends by itself and counts from symptoms alone: its test says nothing of when the rash came.
    #[test]
    fn each_disease_infects_in_its_own_time() {
        let onset = Timestamp(20_000 * DAY_S);
        let (at, now) = (onset + 3 * DAY_S, onset + 30 * DAY_S);
        let test_date = Some(onset);
        let facts = CaseFacts { status: CaseStatus::Confirmed, symptom_onset: Some(onset), test_date };
        let days = |id: &str, now| {
            let time = find(id).unwrap().infectious(&facts, at, now).unwrap();
            ((onset - *time.start()) / DAY_S, (*time.end() - onset) / DAY_S)
        };
        assert_eq!((days("covid-19", now), days("influenza", now)), ((2, 30), (1, 30)));
        assert_eq!((days("measles", now), days("measles", at)), ((4, 8), (4, 3)), "never beyond now");
        let untold = CaseFacts { symptom_onset: None, ..facts };
        let known = |id: &str| find(id).unwrap().infectious(&untold, at, now).is_some();
        assert_eq!(["covid-19", "influenza", "measles"].map(known), [true, false, false]);
        assert_eq!(["covid-19", "influenza", "measles", "dengue"].map(follow_days), [14, 10, 21, 14]);
        assert_eq!(contact_rule("dengue"), None);
    }
}
