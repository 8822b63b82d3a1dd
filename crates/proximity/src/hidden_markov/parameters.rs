//! The numbers of the model: one versioned file, learnt by `bluezone proximity fit`.

use serde::{Deserialize, Serialize};

const BUILT_IN: &str = include_str!("../../parameters/hidden-markov.json");

/// The only layout of the file that this version reads.
pub const FORMAT: u32 = 1;

/// Everything that is learnt from data, with where it came from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// [`FORMAT`].
    pub format: u32,
    /// Where the numbers come from; for readers, not for the program.
    pub provenance: Provenance,
    /// How the strength follows from distance and circumstances.
    pub channel: Channel,
    /// From the model's log-odds to a probability, one direction heard.
    pub one_sided: Calibration,
    /// The same for the mean of both directions' log-odds.
    pub two_sided: Calibration,
}

/// What the parameters were learnt from.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The data set, its source and licence.
    pub data: String,
    /// How it was done.
    pub method: String,
    /// SHA-256 of the scan and the pair file, hex.
    pub sha256: [String; 2],
    /// Directed pairs, and those of them that were contacts.
    pub pairs: [usize; 2],
    /// Of the order in which the search tries the parameters.
    pub seed: u64,
}

/// The radio channel between two phones on two people, and how people move.
#[derive(Copy, Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// The usual transmit power of a phone, dBm.
    pub tx_mean_dbm: f64,
    /// How much of a claim's difference from it is error: 0 believes claims, 1 takes all phones for alike.
    pub tx_doubt: f64,
    /// A claim is corrected by this many dB at the most.
    pub tx_bound_db: f64,
    /// Attenuation at one metre in the open, dB.
    pub loss_1m_db: f64,
    /// More for each tenfold distance, dB.
    pub loss_decade_db: f64,
    /// Standard deviation of what a pair of phones adds for as long as both are carried alike, dB.
    pub carriage_db: f64,
    /// Scale of the scatter of looks in the open, dB (Student's t with 4 degrees of freedom).
    pub open_scatter_db: f64,
    /// What a body in between adds, dB.
    pub body_db: f64,
    /// Scale of the scatter of looks through a body, dB.
    pub body_scatter_db: f64,
    /// Share of looks that miss the other phone however near it is.
    pub silence_floor: f64,
    /// Attenuation at which half of the remaining looks miss it, dB.
    pub silence_db: f64,
    /// How gradually, dB.
    pub silence_width_db: f64,
    /// Moves to another distance, per minute.
    pub moves_per_min: f64,
}

/// Logistic regression on log-odds (Platt 1999).
#[derive(Copy, Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Factor, at least 0.
    pub slope: f64,
    /// Summand.
    pub intercept: f64,
}

/// Why a parameter file was refused.
#[derive(Debug, thiserror::Error)]
pub enum ParameterError {
    /// Not the JSON of a parameter file.
    #[error("proximity parameters are not readable: {0}")]
    Json(#[from] serde_json::Error),
    /// Readable, but impossible.
    #[error("proximity parameters: {0}")]
    Invalid(String),
}

impl Calibration {
    /// The probability.
    pub fn probability(self, log_odds: f64) -> f64 {
        logistic(self.slope * log_odds + self.intercept)
    }
}

pub(super) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

impl Parameters {
    /// Those of the built-in file.
    pub fn built_in() -> Self {
        Self::from_json(BUILT_IN).expect("the built-in parameters are checked by the tests")
    }

    /// Reads and checks a file.
    pub fn from_json(text: &str) -> Result<Self, ParameterError> {
        let parameters: Self = serde_json::from_str(text)?;
        match parameters.problem() {
            None => Ok(parameters),
            Some(problem) => Err(ParameterError::Invalid(problem)),
        }
    }

    /// The file's text.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("numbers and strings serialise") + "\n"
    }

    fn problem(&self) -> Option<String> {
        if self.format != FORMAT {
            return Some(format!("format {} is not {FORMAT}: use the program that wrote it", self.format));
        }
        let calibrations = [self.one_sided, self.two_sided];
        let usable =
            calibrations.iter().all(|c| c.slope.is_finite() && c.slope >= 0.0 && c.intercept.is_finite());
        if !usable {
            return Some("calibration slopes must be 0 or more and finite".into());
        }
        let (_, name) = self
            .channel
            .ranges()
            .into_iter()
            .find(|((value, low, high), _)| !(low..=high).contains(&value))?;
        Some(format!("{name} is outside its range"))
    }
}

impl Channel {
    /// Each number with the range that makes sense, and its name.
    fn ranges(&self) -> [((&f64, &f64, &f64), &'static str); 13] {
        [
            ((&self.tx_mean_dbm, &-60.0, &20.0), "tx_mean_dbm"),
            ((&self.tx_doubt, &0.0, &1.0), "tx_doubt"),
            ((&self.tx_bound_db, &0.0, &20.0), "tx_bound_db"),
            ((&self.loss_1m_db, &20.0, &90.0), "loss_1m_db"),
            ((&self.loss_decade_db, &0.0, &60.0), "loss_decade_db"),
            ((&self.carriage_db, &0.1, &20.0), "carriage_db"),
            ((&self.open_scatter_db, &0.5, &20.0), "open_scatter_db"),
            ((&self.body_db, &0.0, &40.0), "body_db"),
            ((&self.body_scatter_db, &0.5, &20.0), "body_scatter_db"),
            ((&self.silence_floor, &0.001, &0.9), "silence_floor"),
            ((&self.silence_db, &20.0, &200.0), "silence_db"),
            ((&self.silence_width_db, &0.5, &50.0), "silence_width_db"),
            ((&self.moves_per_min, &0.0, &10.0), "moves_per_min"),
        ]
    }
}
