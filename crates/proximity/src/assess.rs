//! Windows to daily summaries and an overall level.

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
    /// By the sum of the day.
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

/// Applies the profile's rule to windows; `today` is any time of the current day.
///
/// Windows older than the profile's `retention_days`, and windows dated after today, count nothing.
pub fn assess(profile: &DiseaseProfile, windows: &[ExposureWindow], today: Timestamp) -> Assessment {
    let today = today.day_start();
    let oldest = today - i64::from(profile.retention_days) * DAY_S;
    let mut days: BTreeMap<Timestamp, Vec<&ExposureWindow>> = BTreeMap::new();
    for window in windows.iter().filter(|w| w.day >= oldest && w.day <= today) {
        days.entry(window.day).or_default().push(window);
    }
    let days: Vec<_> =
        days.into_iter().filter_map(|(day, windows)| summary(profile, day, &windows)).collect();
    Assessment { level: days.iter().map(|d| d.level).max().unwrap_or_default(), days }
}

fn summary(profile: &DiseaseProfile, day: Timestamp, windows: &[&ExposureWindow]) -> Option<DailySummary> {
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
    Some(DailySummary {
        day,
        level: profile.rule.day_level(weighted_minutes),
        weighted_minutes,
        max_window_weighted_minutes: scored.iter().map(|(_, s)| s.weighted_minutes).fold(0.0, f64::max),
        minutes_heard: round(scored.iter().flat_map(|(w, _)| &w.scans).map(minutes).sum()),
        windows: scored.len(),
        encounters_low: encounters(RiskLevel::Low),
        encounters_high: encounters(RiskLevel::High),
    })
}
