//! The risk score of the NHS COVID-19 app: an unscented Kalman smoother over distance, second by second.
//!
//! Source of method and constants: ukhsa-collaboration/riskscore-kt-public (MIT), `exampleConfiguration`. The vectors in
//! `vectors/nhs-score` are theirs.

use super::gamma::median;
use crate::encounter::Encounter;
use crate::estimator::Estimator;

/// Logarithm of attenuation = `SLOPE` × ln(metres) + `INTERCEPT`, with this variance.
const SLOPE: f64 = 0.127_054_753_108_205_1;
const INTERCEPT: f64 = 4.230_933_365_785_694_5;
const OBSERVATION_VARIANCE: f64 = 0.494_761_436_102_777_3;
/// (0.1 m)² a second.
const TRANSITION_VARIANCE: f64 = 0.01;
/// Before the first observation.
const START: State = State { mean: 2.0, variance: 10.0 };
/// Nearer than this counts as this, metres.
const MINIMUM_M: f64 = 1.0;
/// Dimensions of the augmented state (state, transition noise, observation noise): the sigma points lie √3 standard
/// deviations away and weigh 1/6 each (α = 1, β = κ = 0, so that the middle one weighs nothing).
const DIMENSIONS: f64 = 3.0;
/// An encounter is cut after a day, seconds.
const LONGEST_S: f64 = 86_400.0;

#[derive(Copy, Clone, Debug)]
struct State {
    mean: f64,
    variance: f64,
}

/// The score as a baseline: the smallest attenuation of each scan, as that app used it.
#[derive(Copy, Clone, Debug)]
pub struct NhsScore;

impl Estimator for NhsScore {
    fn score(&self, encounter: &Encounter) -> f64 {
        let scans: Vec<_> =
            encounter.heard().map(|(minutes, strength)| (minutes * 60.0, strength.min_db)).collect();
        nhs_score(&scans)
    }
}

/// Risk score of one exposure window: its scans as (seconds since the scan before, attenuation in dB).
///
/// Sum over seconds of (1 m / distance)², at most 1, in minutes. 0 for no scans.
pub fn nhs_score(scans: &[(f64, f64)]) -> f64 {
    let filtered = filter(&observations(scans));
    let seconds = smooth(filtered).into_iter().map(|state| {
        let shape = state.mean * state.mean / state.variance;
        let distance = median(shape) * state.variance / state.mean;
        let score = (MINIMUM_M / distance).powi(2);
        if score.is_nan() { 0.0 } else { score.clamp(0.0, 1.0) }
    });
    seconds.sum::<f64>() / 60.0
}

/// Logarithms of attenuation, one place a second, from the first scan on.
fn observations(scans: &[(f64, f64)]) -> Vec<Option<f64>> {
    let mut all = Vec::new();
    let mut at = 0.0_f64;
    for (index, &(seconds, db)) in scans.iter().enumerate() {
        if index > 0 {
            at += seconds.max(0.0);
        }
        if at.is_nan() || at >= LONGEST_S {
            break;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to a day")]
        let place = at as usize;
        if all.len() <= place {
            all.resize(place + 1, None);
        }
        let value = db.ln();
        all[place] = value.is_finite().then_some(value);
    }
    all
}

/// State and transition noise of the sigma points that differ; all weigh 1/6 but the first, which stands for the two that
/// carry observation noise and weighs 2/6.
fn sigma_points(state: State) -> [(f64, f64, f64); 5] {
    let s = (DIMENSIONS * state.variance.max(0.0)).sqrt();
    let t = (DIMENSIONS * TRANSITION_VARIANCE).sqrt();
    let mean = state.mean;
    [
        (mean, 0.0, 2.0 / 6.0),
        (mean + s, 0.0, 1.0 / 6.0),
        (mean - s, 0.0, 1.0 / 6.0),
        (mean, t, 1.0 / 6.0),
        (mean, -t, 1.0 / 6.0),
    ]
}

/// Weighted mean and variance.
fn moments(points: &[(f64, f64)]) -> State {
    let mean = points.iter().map(|(x, w)| x * w).sum();
    State { mean, variance: points.iter().map(|(x, w)| w * (x - mean) * (x - mean)).sum() }
}

fn covariance(a: &[(f64, f64)], a_mean: f64, b: &[(f64, f64)], b_mean: f64) -> f64 {
    a.iter().zip(b).map(|((x, w), (y, _))| w * (x - a_mean) * (y - b_mean)).sum()
}

fn predicted_points(state: State, moves: bool) -> [(f64, f64); 5] {
    sigma_points(state).map(|(x, noise, weight)| (if moves { (x + noise).abs() } else { x }, weight))
}

fn filter(observations: &[Option<f64>]) -> Vec<State> {
    let mut state = START;
    let mut all = Vec::with_capacity(observations.len());
    for (index, observation) in observations.iter().enumerate() {
        let points = predicted_points(state, index > 0);
        state = moments(&points);
        if let Some(value) = observation {
            let seen = points.map(|(x, weight)| (SLOPE * x.abs().max(1e-9).ln() + INTERCEPT, weight));
            let expected = moments(&seen);
            let cross = covariance(&points, state.mean, &seen, expected.mean);
            let gain = cross / (expected.variance + OBSERVATION_VARIANCE);
            state.mean += gain * (value - expected.mean);
            state.variance -= gain * cross;
        }
        all.push(state);
    }
    all
}

/// Rauch-Tung-Striebel pass with the same sigma points.
fn smooth(mut states: Vec<State>) -> Vec<State> {
    for index in (0..states.len().saturating_sub(1)).rev() {
        let (state, next) = (states[index], states[index + 1]);
        let points = predicted_points(state, true);
        let predicted = moments(&points);
        let before = sigma_points(state).map(|(x, _, weight)| (x, weight));
        let gain = covariance(&points, predicted.mean, &before, state.mean) / predicted.variance;
        states[index].mean += gain * (next.mean - predicted.mean);
        states[index].variance += gain * gain * (next.variance - predicted.variance);
    }
    states
}
