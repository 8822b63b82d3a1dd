//! Forward pass: distance, circumstances and the minutes within the limit so far, as one joint posterior.
//!
//! The forward algorithm of hidden Markov models (Rabiner 1989), with two additions: the minutes spent near are counted
//! along (up to the limit of the definition, in bins of one minute), and first and second moments of the uncounted
//! minutes are carried for each state (the expectation semiring of Eisner 2002), which gives their exact posterior mean
//! and variance.

use super::state::{CIRCUMSTANCES, Distances, Emission, circumstance_weights};
use crate::encounter::{Encounter, Look};

/// Unheard for longer than this (seconds), the next sighting opens a new encounter: distance and circumstances are drawn
/// anew, the minutes so far stay.
const NEW_ENCOUNTER_S: i64 = 1_800;

/// What a forward pass ends with.
#[derive(Copy, Clone, PartialEq, Debug)]
pub(super) struct Filtered {
    /// The highest probability that the target was reached, at any look.
    pub(super) reached: f64,
    /// Posterior mean of the minutes near.
    pub(super) mean_min: f64,
    /// And their standard deviation.
    pub(super) sd_min: f64,
}

/// Looks in runs, each of which is one encounter: silence of more than [`NEW_ENCOUNTER_S`] lies between and is dropped.
fn runs(looks: &[Look]) -> Vec<&[Look]> {
    let mut runs = Vec::new();
    let mut start = 0;
    let mut last_heard: Option<usize> = None;
    for (at, look) in looks.iter().enumerate().filter(|(_, look)| look.heard.is_some()) {
        if let Some(last) = last_heard
            && look.time_s.saturating_sub(looks[last].time_s) > NEW_ENCOUNTER_S
        {
            runs.push(&looks[start..=last]);
            start = at;
        }
        last_heard = Some(at);
    }
    if let Some(last) = last_heard {
        runs.push(&looks[start..=last]);
    }
    runs
}

/// Probability of not having moved between two looks.
fn stays(moves_per_min: f64, before: &Look, now: &Look) -> f64 {
    (-moves_per_min * now.time_s.saturating_sub(before.time_s).max(0) as f64 / 60.0).exp()
}

/// Mass over states × minutes, and moments over states.
struct Joint {
    /// Distances.
    d: usize,
    /// Minute bins; the last means "reached".
    bins: usize,
    /// Index: (circumstance × d + distance) × bins + bin.
    mass: Vec<f64>,
    /// Per state: total mass, mass × minutes, mass × minutes².
    moments: Vec<[f64; 3]>,
    /// Scratch: a sum over states, by minute bin.
    minutes: Vec<f64>,
}

impl Joint {
    fn new(distances: &Distances, target_min: f64) -> Self {
        let d = distances.len();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a day at most")]
        let bins = target_min.clamp(1.0, 1_440.0).ceil() as usize + 1;
        let mut mass = vec![0.0; CIRCUMSTANCES * d * bins];
        mass[0] = 1.0;
        let mut moments = vec![[0.0; 3]; CIRCUMSTANCES * d];
        moments[0] = [1.0, 0.0, 0.0];
        Self { d, bins, mass, moments, minutes: vec![0.0; bins] }
    }

    /// Everything but the minutes is drawn anew.
    fn restart(&mut self) {
        self.minutes.fill(0.0);
        self.mass.chunks(self.bins).for_each(|state| add(&mut self.minutes, state));
        let mut total = [0.0; 3];
        for state in &self.moments {
            add(&mut total, state);
        }
        let share = 1.0 / self.d as f64;
        for (state, weight) in circumstance_weights().into_iter().enumerate() {
            for at in state * self.d..(state + 1) * self.d {
                let own = &mut self.mass[at * self.bins..(at + 1) * self.bins];
                own.iter_mut().zip(&self.minutes).for_each(|(mass, m)| *mass = m * weight * share);
                self.moments[at] = total.map(|m| m * weight * share);
            }
        }
    }

    /// With probability 1 - `stays` the distance is drawn anew; then multiplies by the likelihood of what was heard and
    /// makes it sum to 1 again.
    fn advance(&mut self, stays: f64, likelihoods: &[f64]) {
        let drawn = (1.0 - stays) / self.d as f64;
        for states in self.moments.chunks_mut(self.d) {
            let mut total = [0.0; 3];
            states.iter().for_each(|state| add(&mut total, state));
            for state in states {
                state.iter_mut().zip(total).for_each(|(m, all)| *m = stays * *m + drawn * all);
            }
        }
        let total: f64 = self.moments.iter().zip(likelihoods).map(|(m, l)| m[0] * l).sum();
        for (state, l) in self.moments.iter_mut().zip(likelihoods) {
            state.iter_mut().for_each(|m| *m *= l / total);
        }
        let circumstances = self.mass.chunks_mut(self.d * self.bins).zip(likelihoods.chunks(self.d));
        for (states, likelihoods) in circumstances {
            self.minutes.fill(0.0);
            states.chunks(self.bins).for_each(|state| add(&mut self.minutes, state));
            for (state, l) in states.chunks_mut(self.bins).zip(likelihoods) {
                let (kept, new) = (stays * l / total, drawn * l / total);
                state.iter_mut().zip(&self.minutes).for_each(|(mass, m)| *mass = kept * *mass + new * m);
            }
        }
    }

    /// The look's minutes count for the near states. A part of a minute is split between the two bins around it.
    fn count(&mut self, near: usize, minutes: f64) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "minutes of one look")]
        let whole = minutes.floor().max(0.0) as usize;
        let part = minutes - minutes.floor();
        let last = self.bins - 1;
        for at in (0..CIRCUMSTANCES * self.d).filter(|at| at % self.d < near) {
            let mass = &mut self.mass[at * self.bins..(at + 1) * self.bins];
            // From the top, so that what is read was not written yet.
            let mut reached = mass[last];
            for bin in (0..last).rev() {
                let moved = std::mem::take(&mut mass[bin]);
                for (to, share) in [(bin + whole + 1, part), (bin + whole, 1.0 - part)] {
                    if to >= last { reached += share * moved } else { mass[to] += share * moved }
                }
            }
            mass[last] = reached;
            let [m0, m1, m2] = self.moments[at];
            self.moments[at] = [m0, m1 + minutes * m0, m2 + 2.0 * minutes * m1 + minutes * minutes * m0];
        }
    }

    fn reached(&self) -> f64 {
        self.mass.chunks(self.bins).map(|state| state[self.bins - 1]).sum()
    }
}

fn add<'a>(sum: &mut [f64], values: impl IntoIterator<Item = &'a f64>) {
    sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
}

/// Runs over an encounter. `target_min`: minutes near that make a contact.
pub(super) fn filter(
    emission: &Emission,
    distances: &Distances,
    moves_per_min: f64,
    target_min: f64,
    encounter: &Encounter,
) -> Filtered {
    let mut joint = Joint::new(distances, target_min);
    let mut likelihoods = vec![0.0; CIRCUMSTANCES * distances.len()];
    let mut reached = 0.0_f64;
    for run in runs(encounter.looks()) {
        joint.restart();
        for (at, look) in run.iter().enumerate() {
            let stays = at.checked_sub(1).map_or(1.0, |before| stays(moves_per_min, &run[before], look));
            emission.likelihoods(look, encounter.tx_power_dbm(), &mut likelihoods);
            joint.advance(stays, &likelihoods);
            joint.count(distances.near, look.minutes);
            if look.heard.is_some() {
                reached = reached.max(joint.reached());
            }
        }
    }
    let mut total = [0.0; 3];
    joint.moments.iter().for_each(|state| add(&mut total, state));
    let mean_min = total[1] / total[0];
    Filtered { reached, mean_min, sd_min: (total[2] / total[0] - mean_min * mean_min).max(0.0).sqrt() }
}
