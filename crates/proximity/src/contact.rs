//! From the sightings of a matched key to how likely a contact each day was.

use crate::encounter::{Encounter, Heard, Listening};
use crate::estimator::ErrorCosts;
use crate::hidden_markov::{ContactDefinition, Estimate, HiddenMarkov, Parameters};
use crate::window::{Infectiousness, MatchedKey, Sample};
use bluezone_protocol::diagnosis::ReportType;
use bluezone_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a disease profile says of contacts: the definition, and when to warn of one that is uncertain.
#[derive(Copy, Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactRule {
    /// What counts.
    pub definition: ContactDefinition,
    /// What the two errors cost; their ratio gives the probability from which on the owner is warned.
    pub costs: ErrorCosts,
    /// Low risk from this probability on.
    pub low_from: f64,
}

impl ContactRule {
    /// What is wrong with it, if anything.
    pub(crate) fn problem(&self) -> Option<String> {
        let ContactDefinition { within_m, minutes } = self.definition;
        if !(0.7..=11.0).contains(&within_m) || !(3.0..=1_440.0).contains(&minutes) {
            return Some("contact: within_m must be 0.7 to 11, minutes 3 to 1440".into());
        }
        let positive = |cost: f64| cost.is_finite() && cost > 0.0;
        if !positive(self.costs.missed) || !positive(self.costs.false_warning) {
            return Some("contact: costs must be greater than 0".into());
        }
        let possible = (0.0..=self.costs.threshold()).contains(&self.low_from);
        (!possible).then(|| "contact: low_from must be 0 to the threshold that the costs give".into())
    }

    /// The model for the definition, with the built-in parameters.
    pub fn model(&self) -> HiddenMarkov {
        HiddenMarkov::new(Parameters::built_in(), self.definition)
    }
}

/// One day near one person who reported.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct Contact {
    /// Start of the UTC day.
    pub day: Timestamp,
    /// What the person's report says.
    pub report_type: ReportType,
    /// How infectious the person was on that day.
    pub infectiousness: Infectiousness,
    /// What the model makes of it.
    pub estimate: Estimate,
}

/// Estimates each UTC day of a matched key from its samples (any order) and the times this phone listened.
///
/// `tx_power_dbm`: what the key's owner claims to transmit with.
pub fn contacts(
    model: &HiddenMarkov,
    key: MatchedKey,
    listening: &[Listening],
    samples: &[Sample],
    tx_power_dbm: i8,
) -> Vec<Contact> {
    let mut days: BTreeMap<Timestamp, Vec<Heard>> = BTreeMap::new();
    for sample in samples {
        days.entry(sample.time.day_start()).or_default().push(Heard {
            time_s: sample.time.0,
            mean_db: f64::from(sample.typical_attenuation_db),
            min_db: f64::from(sample.min_attenuation_db),
            packets: 1,
        });
    }
    let contact = |(day, heard): (Timestamp, Vec<Heard>)| Contact {
        day,
        report_type: key.report_type,
        infectiousness: key.infectiousness,
        estimate: model.estimate(&Encounter::new(listening, &heard, tx_power_dbm)),
    };
    days.into_iter().map(contact).collect()
}
