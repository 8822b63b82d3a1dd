//! Windows to daily summaries and an overall level.

use crate::contact::{Contact, ContactRule};
use crate::profile::DiseaseProfile;
use crate::rule::{minutes, round};
use crate::window::{ExposureWindow, RiskLevel};
use bluezone_protocol::time::{DAY_S, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One UTC day with at least one window that the rule did not drop.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DailySummary {
    /// Start of the UTC day.
    pub day: Timestamp,
    /// By the most probable contact of the day if the profile has a contact rule, else by the sum of the day.
    pub level: RiskLevel,
    /// Sum over the day's windows.
    pub weighted_minutes: f64,
    /// The largest window of the day.
    pub max_window_weighted_minutes: f64,
    /// All listening time in which a matched person was heard at any distance, minutes.
    pub minutes_heard: f64,
    /// Number of windows.
    pub windows: usize,
    /// At least this many different encounters at low level: windows of one day, class and calibration count once.
    pub encounters_low: usize,
    /// At least this many different encounters at high level.
    pub encounters_high: usize,
    /// The most probable contact of the day, if the profile has a contact rule.
    #[serde(default)]
    pub contact: Option<DayContact>,
}

/// How sure the phone is of a contact.
#[derive(Copy, Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DayContact {
    /// Of a contact by the profile's definition, times what the report counts.
    pub probability: f64,
    /// Minutes near, if there were any; see [`crate::Estimate::minutes_if_near`].
    pub minutes: f64,
}

/// What the windows of the last days mean under a profile.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Assessment {
    /// The highest level of any day.
    pub level: RiskLevel,
    /// Days with windows, oldest first.
    pub days: Vec<DailySummary>,
}

impl Assessment {
    /// The most recent day of a level.
    pub fn most_recent(&self, level: RiskLevel) -> Option<Timestamp> {
        self.days.iter().rev().find(|d| d.level == level).map(|d| d.day)
    }

    /// The most recent day of the overall level; `None` when there is no risk.
    pub fn most_recent_day(&self) -> Option<Timestamp> {
        if self.level == RiskLevel::None { None } else { self.most_recent(self.level) }
    }

    /// The number of days of a level.
    pub fn days_with(&self, level: RiskLevel) -> usize {
        self.days.iter().filter(|d| d.level == level).count()
    }

    /// At least this many different encounters of a window level, over the days that have a level.
    pub fn encounters(&self, level: RiskLevel) -> usize {
        self.days
            .iter()
            .filter(|d| d.level != RiskLevel::None)
            .map(|d| match level {
                RiskLevel::None => 0,
                RiskLevel::Low => d.encounters_low,
                RiskLevel::High => d.encounters_high,
            })
            .sum()
    }
}

/// Applies the profile to windows and to the contacts of the same sightings; `today` is any time of the current day.
///
/// What is older than the profile's `retention_days`, or dated after today, counts nothing. Contacts matter only if the
/// profile has a contact rule.
pub fn assess(
    profile: &DiseaseProfile,
    windows: &[ExposureWindow],
    contacts: &[Contact],
    today: Timestamp,
) -> Assessment {
    let today = today.day_start();
    let oldest = today - i64::from(profile.retention_days) * DAY_S;
    let mut days: BTreeMap<Timestamp, Vec<&ExposureWindow>> = BTreeMap::new();
    for window in windows.iter().filter(|w| w.day >= oldest && w.day <= today) {
        days.entry(window.day).or_default().push(window);
    }
    let days: Vec<_> =
        days.into_iter().filter_map(|(day, windows)| summary(profile, day, &windows, contacts)).collect();
    Assessment { level: days.iter().map(|d| d.level).max().unwrap_or_default(), days }
}

fn summary(
    profile: &DiseaseProfile,
    day: Timestamp,
    windows: &[&ExposureWindow],
    contacts: &[Contact],
) -> Option<DailySummary> {
    let scored: Vec<_> =
        windows.iter().filter_map(|w| profile.rule.score(w).map(|score| (*w, score))).collect();
    if scored.is_empty() {
        return None;
    }
    let weighted_minutes = round(scored.iter().map(|(_, s)| s.weighted_minutes).sum());
    let encounters = |level| {
        scored
            .iter()
            .filter(|(_, s)| s.level == level)
            .map(|(w, s)| (s.class, w.calibration_confidence))
            .collect::<BTreeSet<_>>()
            .len()
    };
    let contact = profile.contact.map(|_| most_probable(profile, day, contacts));
    Some(DailySummary {
        day,
        level: match (&profile.contact, contact) {
            (Some(rule), Some(contact)) => level(rule, contact.probability),
            _ => profile.rule.day_level(weighted_minutes),
        },
        weighted_minutes,
        max_window_weighted_minutes: scored.iter().map(|(_, s)| s.weighted_minutes).fold(0.0, f64::max),
        minutes_heard: round(scored.iter().flat_map(|(w, _)| &w.scans).map(minutes).sum()),
        windows: scored.len(),
        encounters_low: encounters(RiskLevel::Low),
        encounters_high: encounters(RiskLevel::High),
        contact,
    })
}

fn most_probable(profile: &DiseaseProfile, day: Timestamp, contacts: &[Contact]) -> DayContact {
    let weighted = |contact: &Contact| {
        let weight = profile.rule.contact_weight(contact.report_type, contact.infectiousness)?;
        let estimate = contact.estimate;
        Some(DayContact { probability: estimate.probability * weight, minutes: estimate.minutes_if_near })
    };
    let of_day = contacts.iter().filter(|contact| contact.day == day).filter_map(weighted);
    let none = DayContact { probability: 0.0, minutes: 0.0 };
    of_day.max_by(|a, b| a.probability.total_cmp(&b.probability)).unwrap_or(none)
}

fn level(rule: &ContactRule, probability: f64) -> RiskLevel {
    match probability {
        p if p >= rule.costs.threshold() => RiskLevel::High,
        p if p >= rule.low_from => RiskLevel::Low,
        _ => RiskLevel::None,
    }
}
