//! A disease as data: nothing in the program knows COVID-19 but the file `profiles/covid-19.json`.

use crate::contact::ContactRule;
use crate::rule::{Range, RiskRule, Transmission};
use crate::window::{Infectiousness, RiskLevel};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const COVID_19: &str = include_str!("../profiles/covid-19.json");

/// Days since onset that exist in the protocol: -14..=14.
const MAX_DAYS_SINCE_ONSET: i32 = 14;

/// One text in both languages.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalText {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

/// What to do, as identifiers of texts that the pages hold in both languages, in the order to show them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advice {
    /// At [`RiskLevel::Low`].
    pub low: Vec<String>,
    /// At [`RiskLevel::High`].
    pub high: Vec<String>,
}

/// A disease.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiseaseProfile {
    /// Short name, lower-case letters, digits and hyphens.
    pub id: String,
    /// Grows with each change, so that a warning can say by which rule it was made.
    pub version: u32,
    /// For people.
    pub name: LocalText,
    /// Why the numbers are what they are; for readers, not for the program.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Days back that a contact still matters (1..=21).
    pub retention_days: u32,
    /// Day of the contact minus day of onset (-14..=14) to infectiousness; days left out are not infectious.
    pub infectiousness_by_days_since_onset: BTreeMap<i32, Infectiousness>,
    /// When the report gives no onset.
    pub infectiousness_without_onset: Infectiousness,
    /// The definition of a contact and the costs of the two errors: the model's probability decides. Without it the
    /// weighted minutes of `rule` do.
    #[serde(default)]
    pub contact: Option<ContactRule>,
    /// Which reports count, how much; weighted minutes, and what they mean where `contact` is missing.
    pub rule: RiskRule,
    /// What a warned person should do.
    pub advice: Advice,
}

/// Why a profile was refused.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Not the JSON of a profile.
    #[error("disease profile is not readable: {0}")]
    Json(#[from] serde_json::Error),
    /// Readable, but says something impossible.
    #[error("disease profile {id:?}: {problem}")]
    Invalid {
        /// The profile's `id`.
        id: String,
        /// What to mend.
        problem: String,
    },
}

impl DiseaseProfile {
    /// The built-in default.
    pub fn covid19() -> Self {
        Self::from_json(COVID_19).expect("the built-in profile is checked by the tests")
    }

    /// Reads and checks a profile.
    pub fn from_json(text: &str) -> Result<Self, ProfileError> {
        let profile: Self = serde_json::from_str(text)?;
        match profile.problem() {
            None => Ok(profile),
            Some(problem) => Err(ProfileError::Invalid { id: profile.id, problem }),
        }
    }

    /// Infectiousness on the day of a contact.
    pub fn infectiousness(&self, days_since_onset: Option<i32>) -> Infectiousness {
        match days_since_onset {
            None => self.infectiousness_without_onset,
            Some(days) => self.infectiousness_by_days_since_onset.get(&days).copied().unwrap_or_default(),
        }
    }

    /// The identifiers of what to do at a level.
    pub fn advice_for(&self, level: RiskLevel) -> &[String] {
        match level {
            RiskLevel::None => &[],
            RiskLevel::Low => &self.advice.low,
            RiskLevel::High => &self.advice.high,
        }
    }

    fn problem(&self) -> Option<String> {
        let named = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.id.is_empty() || !self.id.chars().all(named) {
            return Some("id must be lower-case letters, digits and hyphens".into());
        }
        if !(1..=21).contains(&self.retention_days) {
            return Some(format!("retention_days must be 1 to 21, not {}", self.retention_days));
        }
        let onset = self.infectiousness_by_days_since_onset.keys();
        if let Some(day) = onset.into_iter().find(|day| day.abs() > MAX_DAYS_SINCE_ONSET) {
            return Some(format!("infectiousness_by_days_since_onset: day {day} is outside -14 to 14"));
        }
        if let Some(problem) = self.contact.as_ref().and_then(ContactRule::problem) {
            return Some(problem);
        }
        let rule = &self.rule;
        if let Some(range) =
            rule.ranges().find(|r| !(r.min.is_finite() && r.max.is_finite() && r.min <= r.max))
        {
            return Some(format!("a range from {} to {} is empty", range.min, range.max));
        }
        let bad = rule.weights().find(|w| !(w.is_finite() && *w >= 0.0))?;
        Some(format!("weights must be 0 or more, not {bad}"))
    }
}

impl RiskRule {
    fn ranges(&self) -> impl Iterator<Item = &Range> {
        let drop_levels = match &self.transmission {
            Transmission::Levels { drop_levels, .. } => drop_levels.as_slice(),
            Transmission::Product { .. } => &[],
        };
        let filters = self.drop_windows.iter().flat_map(|f| [&f.attenuation_db, &f.drop_if_minutes]);
        let levels = self.window_levels.iter().chain(&self.day_levels).map(|l| &l.weighted_minutes);
        self.attenuation_weights
            .iter()
            .map(|w| &w.attenuation_db)
            .chain(filters)
            .chain(levels)
            .chain(drop_levels)
    }

    fn weights(&self) -> impl Iterator<Item = f64> {
        let factors = match &self.transmission {
            Transmission::Product { report_type: r, infectiousness: i } => vec![
                r.unknown,
                r.confirmed_test,
                r.confirmed_clinical,
                r.self_report,
                r.recursive,
                i.standard,
                i.high,
            ],
            Transmission::Levels { factors, .. } => factors.iter().map(|f| f.factor).collect(),
        };
        self.attenuation_weights.iter().map(|w| w.weight).chain(factors)
    }
}
