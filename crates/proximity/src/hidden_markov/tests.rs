//! The forward pass against a sum over every path that the other could have taken.

use super::state::{CIRCUMSTANCES, circumstance_weights};
use super::{ContactDefinition, HiddenMarkov, Parameters};
use crate::encounter::{Encounter, Heard, Listening};

/// Three looks that stand for 5 minutes each: heard, silent, heard.
fn encounter(first_db: f64, last_db: f64) -> Encounter {
    let listening = [0, 300, 600].map(|time_s| Listening { time_s, seconds_since_last: Some(300) });
    let heard = [(0, first_db), (600, last_db)].map(|(time_s, db)| Heard {
        time_s,
        mean_db: db,
        min_db: db,
        packets: 1,
    });
    Encounter::new(&listening, &heard, -25)
}

/// Probability of the target, mean and standard deviation of the minutes near, by the definition of the model.
fn by_enumeration(model: &HiddenMarkov, encounter: &Encounter, target_min: f64) -> [f64; 3] {
    let d = model.distances.len();
    let moved = 1.0 - (-5.0 * model.parameters.channel.moves_per_min).exp();
    let likelihoods: Vec<Vec<f64>> = encounter
        .looks()
        .iter()
        .map(|look| {
            let mut out = vec![0.0; CIRCUMSTANCES * d];
            model.emission.likelihoods(look, encounter.tx_power_dbm(), &mut out);
            out
        })
        .collect();
    let step = |from: usize, to: usize| moved / d as f64 + if from == to { 1.0 - moved } else { 0.0 };
    let (mut all, mut reached, mut sum, mut squares) = (0.0, 0.0, 0.0, 0.0);
    for (circumstance, weight) in circumstance_weights().into_iter().enumerate() {
        for path in 0..d.pow(3) {
            let path = [path % d, path / d % d, path / d / d];
            let seen: f64 = path.iter().zip(&likelihoods).map(|(at, l)| l[circumstance * d + at]).product();
            let mass = weight / d as f64 * step(path[0], path[1]) * step(path[1], path[2]) * seen;
            let minutes = 5.0 * path.iter().filter(|at| **at < model.distances.near).count() as f64;
            all += mass;
            reached += if minutes >= target_min { mass } else { 0.0 };
            sum += mass * minutes;
            squares += mass * minutes * minutes;
        }
    }
    let mean = sum / all;
    [reached / all, mean, (squares / all - mean * mean).sqrt()]
}

#[test]
fn the_forward_pass_is_the_sum_over_all_paths() {
    // More minutes than the first look stands for: only the last one can reach the target.
    for (minutes, first_db, last_db) in [(12.0, 48.0, 50.0), (14.0, 55.0, 70.0), (17.0, 62.0, 44.0)] {
        let definition = ContactDefinition { within_m: 2.0, minutes };
        let model = HiddenMarkov::new(Parameters::built_in(), definition);
        let encounter = encounter(first_db, last_db);
        let [reached, mean, sd] = by_enumeration(&model, &encounter, minutes - super::UNSEEN_END_MIN);
        let filtered = model.filter(&encounter);
        assert!((filtered.reached - reached).abs() < 1e-9, "{filtered:?}, not {reached}");
        assert!((filtered.mean_min - mean).abs() < 1e-9, "{filtered:?}, not {mean}");
        assert!((filtered.sd_min - sd).abs() < 1e-6, "{filtered:?}, not {sd}");
    }
}
