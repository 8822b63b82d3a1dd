//! Small numerical tools: a pattern search, logistic regression, work on all cores.

use bluezone_proximity::Calibration;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;

/// Applies a function to every item on all cores; the order stays.
pub fn in_parallel<T: Sync, R: Send>(items: &[T], apply: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let size = items.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let apply = &apply;
        let parts: Vec<_> = items
            .chunks(size)
            .map(|part| scope.spawn(move || part.iter().map(apply).collect::<Vec<_>>()))
            .collect();
        parts.into_iter().flat_map(|part| part.join().expect("the function does not panic")).collect()
    })
}

/// Compass search (Hooke and Jeeves 1961): tries a step up and down in each coordinate, in an order drawn from `seed`,
/// halves the steps when none helps, and stops after `halvings`. The cost is called one point at a time; infinite means
/// impossible.
pub fn compass(
    start: &[f64],
    steps: &[f64],
    halvings: u32,
    seed: u64,
    mut cost: impl FnMut(&[f64]) -> f64,
) -> Vec<f64> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut order: Vec<usize> = (0..start.len()).collect();
    let mut best = start.to_vec();
    let mut least = cost(&best);
    let mut scale = 1.0;
    for _ in 0..=halvings {
        loop {
            order.shuffle(&mut rng);
            let before = least;
            for &at in &order {
                for direction in [1.0, -1.0] {
                    let mut tried = best.clone();
                    tried[at] += direction * scale * steps[at];
                    let tried_cost = cost(&tried);
                    if tried_cost < least {
                        (best, least) = (tried, tried_cost);
                        break;
                    }
                }
            }
            // A round that gains next to nothing is not worth another.
            if before - least < 0.2 * scale {
                break;
            }
        }
        scale /= 2.0;
    }
    best
}

/// Logistic regression on one score, by Newton's method, with a weak pull towards slope 0 that keeps separable data
/// finite. Returns the calibration and the mean logarithmic loss.
///
/// Contacts and others are weighted so that contacts are `prior` of all: how many of the pairs are contacts is a matter of
/// how a recording was made and does not carry over to another.
pub fn calibrate(scores: &[f64], contacts: &[bool], prior: f64) -> (Calibration, f64) {
    const PULL: f64 = 1e-3;
    let n = scores.len() as f64;
    let share = contacts.iter().filter(|contact| **contact).count() as f64 / n;
    let weight_of = |contact: bool| if contact { prior / share } else { (1.0 - prior) / (1.0 - share) };
    let mean = scores.iter().sum::<f64>() / n;
    let sd = (scores.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / n).sqrt().max(1e-9);
    let (mut a, mut b) = (0.0, 0.0);
    for _ in 0..30 {
        let (mut ga, mut gb, mut haa, mut hab, mut hbb) = (PULL * n * a, 0.0, PULL * n, 0.0, 1e-9);
        for (score, contact) in scores.iter().zip(contacts) {
            let x = (score - mean) / sd;
            let p = 1.0 / (1.0 + (-(a * x + b)).exp());
            let error = weight_of(*contact) * (p - f64::from(u8::from(*contact)));
            let weight = weight_of(*contact) * p * (1.0 - p);
            ga += error * x;
            gb += error;
            haa += weight * x * x;
            hab += weight * x;
            hbb += weight;
        }
        let det = haa * hbb - hab * hab;
        let (da, db) = ((hbb * ga - hab * gb) / det, (haa * gb - hab * ga) / det);
        // A Newton step that overshoots is shortened.
        let shorten = (2.0 / da.abs().max(db.abs())).min(1.0);
        a -= shorten * da;
        b -= shorten * db;
    }
    let calibration = Calibration { slope: (a / sd).max(0.0), intercept: b - a.max(0.0) * mean / sd };
    let loss = |(score, contact): (&f64, &bool)| {
        let p = calibration.probability(*score).clamp(1e-9, 1.0 - 1e-9);
        -weight_of(*contact) * (if *contact { p } else { 1.0 - p }).ln()
    };
    (calibration, scores.iter().zip(contacts).map(loss).sum::<f64>() / n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compass_finds_the_bottom_of_a_bowl() {
        let cost = |x: &[f64]| (x[0] - 3.0).powi(2) * 40.0 + (x[1] + 1.0).powi(2) * 40.0;
        let found = compass(&[0.0, 0.0], &[1.0, 1.0], 6, 1, cost);
        assert!((found[0] - 3.0).abs() < 0.05 && (found[1] + 1.0).abs() < 0.05, "{found:?}");
    }

    /// Log-odds by construction: 20, 50 and 80 % at -ln 4, 0, ln 4 is slope 1, intercept 0. Half of all are contacts; a
    /// prior of 1/5 takes ln 4 off the intercept and nothing off the slope.
    #[test]
    fn calibration_finds_the_line_of_the_log_odds() {
        let mut scores = Vec::new();
        let mut contacts = Vec::new();
        for (score, hits) in [(-(4.0_f64.ln()), 200), (0.0, 500), (4.0_f64.ln(), 800)] {
            for n in 0..1_000 {
                scores.push(score);
                contacts.push(n < hits);
            }
        }
        for (prior, intercept) in [(0.5, 0.0), (0.2, -(4.0_f64.ln()))] {
            let (found, _) = calibrate(&scores, &contacts, prior);
            assert!((found.slope - 1.0).abs() < 0.02, "{prior}: {found:?}");
            assert!((found.intercept - intercept).abs() < 0.02, "{prior}: {found:?}");
        }
    }
}
