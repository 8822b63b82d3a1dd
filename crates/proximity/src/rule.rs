//! A risk rule as configuration: which scans count, how much, and from how many minutes on they matter.
//!
//! The shape follows the Exposure Notification model, wide enough to state the rule of the German Corona-Warn-App
//! exactly (its 29 published cases are in the tests).

use crate::window::{ExposureWindow, Infectiousness, RiskLevel, ScanInstance};
use bluezone_protocol::diagnosis::ReportType;
use serde::{Deserialize, Serialize};

/// A span of numbers, both ends included unless said otherwise.
#[derive(Copy, Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// Lower end.
    pub min: f64,
    /// Upper end.
    pub max: f64,
    /// The lower end itself is outside.
    #[serde(default)]
    pub min_exclusive: bool,
    /// The upper end itself is outside.
    #[serde(default)]
    pub max_exclusive: bool,
}

impl Range {
    /// Whether `x` lies within.
    pub fn contains(&self, x: f64) -> bool {
        let above = if self.min_exclusive { x > self.min } else { x >= self.min };
        let below = if self.max_exclusive { x < self.max } else { x <= self.max };
        above && below
    }
}

/// Which attenuation of a scan the rule looks at.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttenuationChoice {
    /// The mean of the scan's packets.
    Typical,
    /// The strongest packet.
    Minimum,
}

/// The weight of the time spent at an attenuation.
#[derive(Copy, Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttenuationWeight {
    /// dB; the first range that contains the scan's attenuation counts, none: weight 0.
    pub attenuation_db: Range,
    /// Factor on the scan's duration.
    pub weight: f64,
}

/// Windows with this much time (minutes, unweighted) at these attenuations are dropped.
#[derive(Copy, Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowFilter {
    /// dB.
    pub attenuation_db: Range,
    /// Dropped when the minutes at those attenuations lie in here.
    pub drop_if_minutes: Range,
}

/// A level for a span of weighted minutes.
#[derive(Copy, Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelAt {
    /// The first range that contains the sum counts, none: no level.
    pub weighted_minutes: Range,
    /// The level.
    pub level: RiskLevel,
}

/// Factor by what the report says. A kind that is left out counts nothing; revoked reports never count.
#[derive(Copy, Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReportTypeWeights {
    /// The file does not say.
    pub unknown: f64,
    /// A laboratory or rapid test.
    pub confirmed_test: f64,
    /// A clinician's diagnosis without a test ("likely").
    pub confirmed_clinical: f64,
    /// The person's own word.
    pub self_report: f64,
    /// A contact of a case.
    pub recursive: f64,
}

/// Factor by infectiousness. `none` is always 0.
#[derive(Copy, Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InfectiousnessWeights {
    /// For [`Infectiousness::Standard`].
    pub standard: f64,
    /// For [`Infectiousness::High`].
    pub high: f64,
}

/// Summand by what the report says. A kind that is left out drops the window; revoked reports are always dropped.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReportTypeOffsets {
    /// The file does not say.
    pub unknown: Option<u8>,
    /// A laboratory or rapid test.
    pub confirmed_test: Option<u8>,
    /// A clinician's diagnosis without a test.
    pub confirmed_clinical: Option<u8>,
    /// The person's own word.
    pub self_report: Option<u8>,
    /// A contact of a case.
    pub recursive: Option<u8>,
}

/// Summand by infectiousness. `none` always drops the window.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InfectiousnessOffsets {
    /// For [`Infectiousness::Standard`].
    pub standard: u8,
    /// For [`Infectiousness::High`].
    pub high: u8,
}

/// The factor of a transmission risk level.
#[derive(Copy, Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelFactor {
    /// Sum of the two offsets.
    pub level: u8,
    /// Factor on the window's minutes.
    pub factor: f64,
}

/// How report type and infectiousness become one factor.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Transmission {
    /// Exposure Notification's way: two factors, multiplied.
    Product {
        /// First factor.
        report_type: ReportTypeWeights,
        /// Second factor.
        infectiousness: InfectiousnessWeights,
    },
    /// Corona-Warn-App's way: two summands make a transmission risk level, a table gives its factor.
    Levels {
        /// First summand.
        report_type: ReportTypeOffsets,
        /// Second summand.
        infectiousness: InfectiousnessOffsets,
        /// Windows with a level in one of these are dropped.
        #[serde(default)]
        drop_levels: Vec<Range>,
        /// A level that is not listed has factor 0.
        factors: Vec<LevelFactor>,
    },
}

/// The rule.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskRule {
    /// Which attenuation counts.
    pub attenuation: AttenuationChoice,
    /// Duration factor by attenuation.
    pub attenuation_weights: Vec<AttenuationWeight>,
    /// Windows to drop before anything is counted.
    #[serde(default)]
    pub drop_windows: Vec<WindowFilter>,
    /// Factor by report type and infectiousness.
    pub transmission: Transmission,
    /// Level of one window, for counting encounters.
    pub window_levels: Vec<LevelAt>,
    /// Level of a day, by the sum over its windows.
    pub day_levels: Vec<LevelAt>,
}

/// What the rule says of one window.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct WindowScore {
    /// Minutes × attenuation weight × transmission factor, rounded (see [`RiskRule::score`]).
    pub weighted_minutes: f64,
    /// By `window_levels`.
    pub level: RiskLevel,
    /// Same day, class and calibration: counted as one encounter at the least. The rule's transmission level for
    /// [`Transmission::Levels`], else a number for (report type, infectiousness).
    pub class: u8,
}

impl RiskRule {
    /// Scores a window; `None` when the rule drops it.
    ///
    /// Sums are rounded to a millionth of a minute before they are compared, so that 0.6 + 4.8 + 3.6 is 9 and not a
    /// hair below it.
    pub fn score(&self, window: &ExposureWindow) -> Option<WindowScore> {
        let (class, factor) = self.transmission.factor(window.report_type, window.infectiousness)?;
        if self.drop_windows.iter().any(|f| f.drops(self, window)) {
            return None;
        }
        let minutes: f64 = window
            .scans
            .iter()
            .map(|scan| self.attenuation_weight(self.attenuation_of(scan)) * minutes(scan))
            .sum();
        let weighted_minutes = round(minutes * factor);
        Some(WindowScore { weighted_minutes, level: level(&self.window_levels, weighted_minutes), class })
    }

    /// What a contact with such a report counts, 0 to 1; `None`: not at all.
    pub(crate) fn contact_weight(&self, report: ReportType, infectiousness: Infectiousness) -> Option<f64> {
        self.transmission.factor(report, infectiousness).map(|(_, factor)| factor.min(1.0))
    }

    /// The level of a day whose windows sum up to this.
    pub fn day_level(&self, weighted_minutes: f64) -> RiskLevel {
        level(&self.day_levels, round(weighted_minutes))
    }

    /// The scan's attenuation (dB) that this rule looks at.
    pub fn attenuation_of(&self, scan: &ScanInstance) -> u8 {
        match self.attenuation {
            AttenuationChoice::Typical => scan.typical_attenuation_db,
            AttenuationChoice::Minimum => scan.min_attenuation_db,
        }
    }

    /// The factor for time spent at an attenuation (dB).
    pub fn attenuation_weight(&self, attenuation_db: u8) -> f64 {
        self.attenuation_weights
            .iter()
            .find(|w| w.attenuation_db.contains(f64::from(attenuation_db)))
            .map_or(0.0, |w| w.weight)
    }
}

impl WindowFilter {
    fn drops(&self, rule: &RiskRule, window: &ExposureWindow) -> bool {
        let inside = window
            .scans
            .iter()
            .filter(|scan| self.attenuation_db.contains(f64::from(rule.attenuation_of(scan))))
            .map(minutes)
            .sum();
        self.drop_if_minutes.contains(round(inside))
    }
}

impl Transmission {
    /// (class, factor), or `None` when such windows are dropped.
    fn factor(&self, report: ReportType, infectiousness: Infectiousness) -> Option<(u8, f64)> {
        match self {
            Transmission::Product { report_type, infectiousness: weights } => {
                let (number, first) = match report {
                    ReportType::Unknown => (0, report_type.unknown),
                    ReportType::ConfirmedTest => (1, report_type.confirmed_test),
                    ReportType::ConfirmedClinical => (2, report_type.confirmed_clinical),
                    ReportType::SelfReport => (3, report_type.self_report),
                    ReportType::Recursive => (4, report_type.recursive),
                    ReportType::Revoked => return None,
                };
                let (half, second) = match infectiousness {
                    Infectiousness::None => return None,
                    Infectiousness::Standard => (0, weights.standard),
                    Infectiousness::High => (1, weights.high),
                };
                Some((number * 2 + half, first * second))
            }
            Transmission::Levels { report_type, infectiousness: offsets, drop_levels, factors } => {
                let first = match report {
                    ReportType::Unknown => report_type.unknown,
                    ReportType::ConfirmedTest => report_type.confirmed_test,
                    ReportType::ConfirmedClinical => report_type.confirmed_clinical,
                    ReportType::SelfReport => report_type.self_report,
                    ReportType::Recursive => report_type.recursive,
                    ReportType::Revoked => None,
                }?;
                let second = match infectiousness {
                    Infectiousness::None => return None,
                    Infectiousness::Standard => offsets.standard,
                    Infectiousness::High => offsets.high,
                };
                let level = first.saturating_add(second);
                if drop_levels.iter().any(|range| range.contains(f64::from(level))) {
                    return None;
                }
                let factor = factors.iter().find(|f| f.level == level).map_or(0.0, |f| f.factor);
                Some((level, factor))
            }
        }
    }
}

/// A scan's time in minutes; negative times count nothing.
pub(crate) fn minutes(scan: &ScanInstance) -> f64 {
    f64::from(scan.seconds_since_last_scan.max(0)) / 60.0
}

pub(crate) fn round(minutes: f64) -> f64 {
    (minutes * 1e6).round() / 1e6
}

fn level(levels: &[LevelAt], weighted_minutes: f64) -> RiskLevel {
    levels.iter().find(|l| l.weighted_minutes.contains(weighted_minutes)).map_or(RiskLevel::None, |l| l.level)
}
