//! The estimator: a hidden Markov model over distance, with carriage and bodies in between as nuisance.
//!
//! Hidden: the distance (half octaves, 0.5 to 16 m), a constant offset of the pair (carriage, phones) and how often a
//! body stands in between. Seen: each look's mean attenuation, or silence although others were heard. `docs/proximity.md`
//! has the equations, what was tried, and how well it does.

mod filter;
mod parameters;
mod state;
#[cfg(test)]
mod tests;

pub use parameters::{Calibration, Channel, FORMAT, ParameterError, Parameters, Provenance};

use crate::encounter::Encounter;
use crate::estimator::Estimator;
use serde::{Deserialize, Serialize};
use state::{Distances, Emission};

/// A scan stands for the time before it; the time after the last one, half a period on average, is not seen. The target
/// is less by it.
const UNSEEN_END_MIN: f64 = 2.0;

/// Probabilities are kept this far from 0 and 1 before log-odds are taken.
const SMALLEST: f64 = 1e-5;

/// What counts as a contact.
#[derive(Copy, Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactDefinition {
    /// Within this distance, metres (0.7 to 11) …
    pub within_m: f64,
    /// … for so many minutes in all on one day (3 to 1,440).
    pub minutes: f64,
}

/// What the model makes of an encounter.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct Estimate {
    /// Of a contact by the definition, 0 to 1.
    pub probability: f64,
    /// Minutes within the definition's distance: posterior mean.
    pub minutes: f64,
    /// And their standard deviation.
    pub minutes_sd: f64,
    /// How long the time near lasted, if there was any: the mean over minutes near instead of over possibilities
    /// (second moment by first). What a person is told.
    pub minutes_if_near: f64,
}

/// The model for one definition of a contact.
pub struct HiddenMarkov {
    parameters: Parameters,
    definition: ContactDefinition,
    distances: Distances,
    emission: Emission,
}

impl HiddenMarkov {
    /// Prepares the tables.
    pub fn new(parameters: Parameters, definition: ContactDefinition) -> Self {
        let distances = Distances::within(definition.within_m);
        let emission = Emission::new(&parameters.channel, &distances);
        Self { parameters, definition, distances, emission }
    }

    /// The parameters in use.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Heard in one direction. Work: about 5 µs a look.
    pub fn estimate(&self, encounter: &Encounter) -> Estimate {
        let filtered = self.filter(encounter);
        let probability = match encounter.looks().is_empty() {
            true => 0.0,
            false => self.parameters.one_sided.probability(log_odds(filtered.reached)),
        };
        let (minutes, minutes_sd) = (filtered.mean_min, filtered.sd_min);
        let minutes_if_near = if minutes > 0.0 { minutes + minutes_sd * minutes_sd / minutes } else { 0.0 };
        Estimate { probability, minutes, minutes_sd, minutes_if_near }
    }

    fn filter(&self, encounter: &Encounter) -> filter::Filtered {
        let target_min = self.definition.minutes - UNSEEN_END_MIN;
        let moves = self.parameters.channel.moves_per_min;
        filter::filter(&self.emission, &self.distances, moves, target_min, encounter)
    }
}

impl Estimator for HiddenMarkov {
    /// Log-odds, before calibration, of the highest probability that the phone would have given at any moment: what a
    /// part of an encounter has shown is not taken back by the rest.
    ///
    /// More time at the end never lowers it. Time before or in between can, and so can a stronger look among weaker ones: they
    /// change what the model makes of the other looks.
    fn score(&self, encounter: &Encounter) -> f64 {
        log_odds(self.filter(encounter).reached)
    }
}

fn log_odds(probability: f64) -> f64 {
    let p = probability.clamp(SMALLEST, 1.0 - SMALLEST);
    (p / (1.0 - p)).ln()
}
