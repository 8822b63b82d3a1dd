//! What is hidden: a distance, and circumstances that do not change within an encounter.

use super::parameters::{Channel, logistic};
use crate::encounter::{Look, Strength};

/// No phone claims to transmit with so much less than the mean (dB), or so much more: the recordings have claims from -32 to
/// 0 dBm around a mean of -25.
const LEAST_CLAIM_DB: f64 = 10.0;
const MOST_CLAIM_DB: f64 = 30.0;

/// Distances considered, metres.
const NEAREST_M: f64 = 0.5;
const FARTHEST_M: f64 = 16.0;

/// Constant offsets considered, in standard deviations of [`Channel::carriage_db`], with their weights: five points that
/// have the normal distribution's variance to within 5 %.
pub(super) const OFFSETS: [(f64, f64); 5] =
    [(-1.6, 0.11), (-0.8, 0.24), (0.0, 0.30), (0.8, 0.24), (1.6, 0.11)];

/// How often a body stands in between: seldom, half of the time, nearly always; equally likely beforehand.
pub(super) const BODY_SHARES: [f64; 3] = [0.1, 0.5, 0.9];

/// Combinations of the two.
pub(super) const CIRCUMSTANCES: usize = OFFSETS.len() * BODY_SHARES.len();

/// Half octaves of distance, with an edge at the contact's limit.
pub(super) struct Distances {
    /// Middle of each class, metres, ascending (geometric).
    pub(super) middle_m: Vec<f64>,
    /// The first so many are within the limit.
    pub(super) near: usize,
}

impl Distances {
    /// Classes for a limit in metres (0.7 to 11).
    pub(super) fn within(limit_m: f64) -> Self {
        let steps = |ratio: f64| (2.0 * ratio.log2() + 1e-9).floor().max(1.0) as i32;
        let (below, above) = (steps(limit_m / NEAREST_M), steps(FARTHEST_M / limit_m));
        let middle_m = (-below..above).map(|i| limit_m * ((f64::from(i) + 0.5) / 2.0).exp2()).collect();
        Self { middle_m, near: usize::try_from(below).unwrap_or(1) }
    }

    pub(super) fn len(&self) -> usize {
        self.middle_m.len()
    }
}

/// How likely each look is, given the hidden state. Index of a state: circumstance × distances + distance.
pub(super) struct Emission {
    channel: Channel,
    /// Expected attenuation in the open, per offset and distance, dB.
    open_db: Vec<f64>,
    /// Probability of silence, same index.
    silence: Vec<f64>,
    distances: usize,
}

impl Emission {
    pub(super) fn new(channel: &Channel, distances: &Distances) -> Self {
        let open_db: Vec<f64> = OFFSETS
            .iter()
            .flat_map(|(offset, _)| {
                distances.middle_m.iter().map(move |m| {
                    channel.loss_1m_db + channel.loss_decade_db * m.log10() + offset * channel.carriage_db
                })
            })
            .collect();
        let silence = open_db
            .iter()
            .map(|db| {
                let lost = logistic((db - channel.silence_db) / channel.silence_width_db);
                channel.silence_floor + (1.0 - channel.silence_floor) * lost
            })
            .collect();
        Self { channel: *channel, open_db, silence, distances: distances.len() }
    }

    /// Fills in the likelihood of a look for each state, up to a common factor.
    pub(super) fn likelihoods(&self, look: &Look, tx_power_dbm: i8, out: &mut [f64]) {
        let heard = look.heard.map(|strength| self.corrected_db(strength, tx_power_dbm));
        for (at, (&open_db, &silence)) in self.open_db.iter().zip(&self.silence).enumerate() {
            let (offset, distance) = (at / self.distances, at % self.distances);
            let (open, body) = match heard {
                None => (silence, silence),
                Some(db) => {
                    let channel = &self.channel;
                    let open = student(db - open_db, channel.open_scatter_db);
                    let body = student(db - open_db - channel.body_db, channel.body_scatter_db);
                    ((1.0 - silence) * open, (1.0 - silence) * body)
                }
            };
            for (share_at, share) in BODY_SHARES.iter().enumerate() {
                let state = (offset * BODY_SHARES.len() + share_at) * self.distances + distance;
                // So small a floor only keeps an absurd strength from being impossible everywhere.
                out[state] = ((1.0 - share) * open + share * body).max(1e-12);
            }
        }
    }

    /// Claimed transmit powers differ more than true ones: each is drawn towards the mean, by a bounded amount. Whoever claims
    /// less or more than any phone does is taken to claim the least or the most.
    fn corrected_db(&self, strength: Strength, tx_power_dbm: i8) -> f64 {
        let channel = &self.channel;
        let beyond_mean = f64::from(tx_power_dbm) - channel.tx_mean_dbm;
        let believed = beyond_mean.clamp(-LEAST_CLAIM_DB, MOST_CLAIM_DB);
        let error = channel.tx_doubt * believed;
        strength.mean_db - (beyond_mean - believed) - error.clamp(-channel.tx_bound_db, channel.tx_bound_db)
    }
}

/// Weight of each circumstance before anything is heard; they sum to 1.
pub(super) fn circumstance_weights() -> [f64; CIRCUMSTANCES] {
    let mut weights = [0.0; CIRCUMSTANCES];
    let all: f64 = OFFSETS.iter().map(|(_, weight)| weight).sum();
    for (at, weight) in weights.iter_mut().enumerate() {
        *weight = OFFSETS[at / BODY_SHARES.len()].1 / all / BODY_SHARES.len() as f64;
    }
    weights
}

/// Student's t density with four degrees of freedom, up to a constant: outliers do not rule a distance out.
fn student(x: f64, scale: f64) -> f64 {
    let u = 1.0 + x * x / (4.0 * scale * scale);
    1.0 / (scale * u * u * u.sqrt())
}
