//! The rules that were in the field, to be measured against.

mod gamma;
mod nhs;

pub use nhs::{NhsScore, nhs_score};

use crate::encounter::{Encounter, Strength};
use crate::estimator::Estimator;
use crate::rule::AttenuationChoice;

/// The original Bluezone: minutes in which it was heard at all; any sighting was a contact.
#[derive(Copy, Clone, Debug)]
pub struct AnySighting;

impl Estimator for AnySighting {
    fn score(&self, encounter: &Encounter) -> f64 {
        encounter.heard().map(|(minutes, _)| minutes).sum()
    }
}

/// Minutes at or below an attenuation, each range with its weight: Exposure Notification's buckets. With one bucket it
/// is the constant threshold.
#[derive(Clone, Debug)]
pub struct Buckets {
    /// Upper end in dB (included) and weight, ascending. Above the last: 0.
    pub weights: Vec<(f64, f64)>,
    /// Which attenuation of a scan.
    pub attenuation: AttenuationChoice,
}

impl Buckets {
    /// Corona-Warn-App from August 2020: up to 55 dB whole, up to 63 dB half. High risk from 15 weighted minutes.
    pub fn cwa() -> Self {
        Self { weights: vec![(55.0, 1.0), (63.0, 0.5)], attenuation: AttenuationChoice::Typical }
    }

    /// SwissCovid: up to 50 dB whole, up to 55 dB half, 15 minutes.
    pub fn swiss() -> Self {
        Self { weights: vec![(50.0, 1.0), (55.0, 0.5)], attenuation: AttenuationChoice::Typical }
    }

    /// Immuni: up to 73 dB, 15 minutes.
    pub fn italian() -> Self {
        Self::up_to(73.0, AttenuationChoice::Typical)
    }

    /// Minutes at or below one attenuation.
    pub fn up_to(db: f64, attenuation: AttenuationChoice) -> Self {
        Self { weights: vec![(db, 1.0)], attenuation }
    }

    fn weight(&self, strength: Strength) -> f64 {
        let db = match self.attenuation {
            AttenuationChoice::Typical => strength.mean_db,
            AttenuationChoice::Minimum => strength.min_db,
        };
        self.weights.iter().find(|(end, _)| db <= *end).map_or(0.0, |(_, weight)| *weight)
    }
}

impl Estimator for Buckets {
    fn score(&self, encounter: &Encounter) -> f64 {
        encounter.heard().map(|(minutes, strength)| minutes * self.weight(strength)).sum()
    }
}
