//! Forward and backward pass over distance: where the other was at each look, given all looks.

use super::filter::{runs, stays};
use super::state::{CIRCUMSTANCES, Distances, Emission, circumstance_weights};
use crate::encounter::{Encounter, Look};

/// The posterior over distance at one look.
#[derive(Clone, PartialEq, Debug)]
pub struct DistanceAt {
    /// The look's time, seconds.
    pub time_s: i64,
    /// The time it stands for, minutes.
    pub minutes: f64,
    /// Probability of each distance class; they sum to 1.
    pub probability: Vec<f64>,
}

/// The forward-backward algorithm (Rabiner 1989) over each encounter of the looks.
pub(super) fn smooth(
    emission: &Emission,
    distances: &Distances,
    moves_per_min: f64,
    encounter: &Encounter,
) -> Vec<DistanceAt> {
    let run = |run| smooth_run(emission, distances, moves_per_min, encounter.tx_power_dbm(), run);
    runs(encounter.looks()).into_iter().flat_map(run).collect()
}

fn smooth_run(
    emission: &Emission,
    distances: &Distances,
    moves_per_min: f64,
    tx_power_dbm: i8,
    run: &[Look],
) -> Vec<DistanceAt> {
    let d = distances.len();
    let mut likelihoods = vec![vec![0.0; CIRCUMSTANCES * d]; run.len()];
    let mut forward: Vec<Vec<f64>> = Vec::with_capacity(run.len());
    for (at, look) in run.iter().enumerate() {
        emission.likelihoods(look, tx_power_dbm, &mut likelihoods[at]);
        let mut state = match forward.last() {
            None => {
                circumstance_weights().iter().flat_map(|w| std::iter::repeat_n(w / d as f64, d)).collect()
            }
            Some(before) => mix(before, d, stays(moves_per_min, &run[at - 1], look)),
        };
        state.iter_mut().zip(&likelihoods[at]).for_each(|(mass, l)| *mass *= l);
        normalise(&mut state);
        forward.push(state);
    }
    let mut backward = vec![1.0; CIRCUMSTANCES * d];
    let mut posterior = Vec::with_capacity(run.len());
    for (at, look) in run.iter().enumerate().rev() {
        let mut joint: Vec<f64> = forward[at].iter().zip(&backward).map(|(f, b)| f * b).collect();
        normalise(&mut joint);
        let mut probability = vec![0.0; d];
        joint.iter().enumerate().for_each(|(state, p)| probability[state % d] += p);
        posterior.push(DistanceAt { time_s: look.time_s, minutes: look.minutes, probability });
        if let Some(before) = at.checked_sub(1) {
            let seen: Vec<f64> = backward.iter().zip(&likelihoods[at]).map(|(b, l)| b * l).collect();
            // The move is symmetric: distances are drawn with equal probability.
            backward = mix(&seen, d, stays(moves_per_min, &run[before], look));
            normalise(&mut backward);
        }
    }
    posterior.reverse();
    posterior
}

fn mix(states: &[f64], d: usize, stays: f64) -> Vec<f64> {
    let mixed = |states: &[f64]| {
        let drawn = (1.0 - stays) * states.iter().sum::<f64>() / d as f64;
        states.iter().map(move |mass| stays * mass + drawn).collect::<Vec<_>>()
    };
    states.chunks(d).flat_map(mixed).collect()
}

fn normalise(states: &mut [f64]) {
    let total: f64 = states.iter().sum();
    states.iter_mut().for_each(|mass| *mass /= total);
}
