//! A key that its owner chose to publish after a diagnosis.

use crate::gaen::{MAX_ROLLING_PERIOD, TemporaryExposureKey};
use crate::time::{IntervalNumber, Timestamp};
use serde::{Deserialize, Serialize};

/// Why a key was published. The numbers are those of the export file.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportType {
    /// Not said, or a value newer than this program.
    #[default]
    Unknown = 0,
    /// A laboratory test was positive.
    ConfirmedTest = 1,
    /// A clinician judged it likely.
    ConfirmedClinical = 2,
    /// The owner's own report.
    SelfReport = 3,
    /// An exposed person's own keys (level F1), never mixed with the others.
    Recursive = 4,
    /// Withdrawn: the earlier publication of this key was wrong.
    Revoked = 5,
}

impl ReportType {
    /// Its number in the export file.
    pub const fn number(self) -> i32 {
        self as i32
    }

    /// Numbers this program does not know are [`ReportType::Unknown`].
    pub const fn from_number(number: i32) -> Self {
        match number {
            1 => Self::ConfirmedTest,
            2 => Self::ConfirmedClinical,
            3 => Self::SelfReport,
            4 => Self::Recursive,
            5 => Self::Revoked,
            _ => Self::Unknown,
        }
    }
}

/// A published key with the span it was on the air and what is said about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DiagnosisKey {
    /// The key (hidden in `Debug`).
    pub key: TemporaryExposureKey,
    /// First interval it was used in.
    pub rolling_start: IntervalNumber,
    /// How many intervals it was used for: 1 to 144.
    pub rolling_period: u32,
    /// The older risk level, 0 (not said) to 8.
    pub transmission_risk: u8,
    /// Why it was published.
    pub report_type: ReportType,
    /// Days from the onset of symptoms to this key's day: -14 to 14.
    pub days_since_onset: Option<i32>,
}

impl DiagnosisKey {
    /// The first moment the key was used.
    pub fn start(&self) -> Timestamp {
        self.rolling_start.start()
    }

    /// The first moment after its rolling period.
    pub fn end(&self) -> Timestamp {
        (self.rolling_start + self.rolling_period.min(MAX_ROLLING_PERIOD)).start()
    }
}
