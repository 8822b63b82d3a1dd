//! What every estimator answers, so that rules and models can be compared.

use crate::encounter::Encounter;
use serde::{Deserialize, Serialize};

/// Scores an encounter: the higher, the more likely a contact of the definition.
///
/// The unit is the estimator's own (minutes, weighted minutes, log-odds). More time at the end of an encounter never lowers
/// a score; for a rule of minutes no added time and no greater strength does, other estimators state their exceptions. A
/// score is finite.
pub trait Estimator: Send + Sync {
    /// The score.
    fn score(&self, encounter: &Encounter) -> f64;
}

/// What the two errors cost, in any unit: only their ratio matters.
#[derive(Copy, Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorCosts {
    /// A contact who is not warned.
    pub missed: f64,
    /// Somebody warned who was no contact.
    pub false_warning: f64,
}

impl ErrorCosts {
    /// The probability from which on a warning costs less than silence.
    pub fn threshold(self) -> f64 {
        self.false_warning / (self.false_warning + self.missed)
    }
}

impl Default for ErrorCosts {
    /// A missed contact weighs as much as five false warnings. Where one pair in six is a contact, as in the recordings,
    /// this weighs both error rates alike.
    fn default() -> Self {
        Self { missed: 5.0, false_warning: 1.0 }
    }
}
