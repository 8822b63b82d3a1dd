//! Estimates with their intervals, reproducible.

use std::collections::BTreeMap;

use crate::plan::Band;
use crate::random::{Philox, below};

/// Draws of a bootstrap.
const DRAWS: u32 = 1_000;
/// Rounds of expectation and maximisation: after these nothing changes that would be seen.
const ROUNDS: usize = 200;
/// Chances that are looked at for an interval.
const STEPS: u32 = 500;
/// 97.5 % quantile of the standard normal distribution.
const Z: f64 = 1.96;

/// A share of so many, with the interval of Wilson (J. Am. Stat. Assoc. 1927, 22: 209).
pub fn share(hits: usize, of: usize) -> Option<Band> {
    if of == 0 {
        return None;
    }
    let (n, mean) = (of as f64, hits as f64 / of as f64);
    let middle = (mean + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z / (1.0 + Z * Z / n) * (mean * (1.0 - mean) / n + Z * Z / (4.0 * n * n)).sqrt();
    Some(Band { mean, low: (middle - half).max(0.0), high: (middle + half).min(1.0) })
}

/// A mean, with the interval of drawing the values anew.
pub fn mean(values: &[f64]) -> Option<Band> {
    let of = |values: &mut dyn Iterator<Item = f64>, n: usize| values.sum::<f64>() / n as f64;
    if values.is_empty() {
        return None;
    }
    let drawn = redrawn(values).map(|drawn| of(&mut drawn.iter().copied(), drawn.len()));
    Some(around(of(&mut values.iter().copied(), values.len()), drawn))
}

/// Somebody with `tries` of two kinds, each of which warns with an unknown chance of its kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tried {
    /// How many tries of each kind.
    pub tries: [u32; 2],
    /// Whether any warned.
    pub warned: bool,
}

/// The most likely chance of each kind, and those that are not much less likely: whose likelihood, at the best chance of the other
/// kind, is within the 95 % of the likelihood ratio (Wilks 1938). `None` for a kind that nobody had. Drawing the people anew would know
/// no doubt where all of them were warned.
pub fn chances(people: &[Tried]) -> [Option<Band>; 2] {
    let mut counted = Counted::new();
    for person in people {
        *counted.entry((person.tries, person.warned)).or_default() += 1.0;
    }
    let best = most_likely(&counted, [None; 2]);
    let most = likelihood(&counted, best);
    [0, 1].map(|kind| {
        let likely = |step: &u32| {
            let mut fixed = [None; 2];
            fixed[kind] = Some(f64::from(*step) / f64::from(STEPS));
            most - likelihood(&counted, most_likely(&counted, fixed)) <= Z * Z / 2.0
        };
        let at = |step: Option<u32>| step.map_or(best[kind], |step| f64::from(step) / f64::from(STEPS));
        let (low, high) = (at((0..=STEPS).find(likely)), at((0..=STEPS).rev().find(likely)));
        let tried = people.iter().any(|person| person.tries[kind] > 0);
        tried.then_some(Band { mean: best[kind], low: low.min(best[kind]), high: high.max(best[kind]) })
    })
}

/// People by what they tried and whether they were warned.
type Counted = BTreeMap<([u32; 2], bool), f64>;

/// The chance that no try warned.
fn missed(tries: [u32; 2], chances: [f64; 2]) -> f64 {
    let of = |kind: usize| (1.0 - chances[kind]).powf(f64::from(tries[kind]));
    of(0) * of(1)
}

fn likelihood(people: &Counted, chances: [f64; 2]) -> f64 {
    let of = |(&(tries, warned), count): (&([u32; 2], bool), &f64)| {
        let missed = missed(tries, chances);
        count * if warned { 1.0 - missed } else { missed }.ln()
    };
    people.iter().map(of).sum()
}

/// By expectation and maximisation (Dempster, Laird, Rubin 1977): how many of the tries of those who were warned will have
/// warned, at the chances believed so far, makes the next ones. One that is given stays.
fn most_likely(people: &Counted, fixed: [Option<f64>; 2]) -> [f64; 2] {
    let mut chances = fixed.map(|chance| chance.unwrap_or(0.5));
    for _ in 0..ROUNDS {
        let (mut hits, mut all) = ([0.0; 2], [0.0; 2]);
        for (&(tries, warned), count) in people {
            let missed = missed(tries, chances);
            for kind in [0, 1] {
                let tried = count * f64::from(tries[kind]);
                all[kind] += tried;
                if warned && missed < 1.0 {
                    hits[kind] += tried * chances[kind] / (1.0 - missed);
                }
            }
        }
        for kind in [0, 1] {
            if fixed[kind].is_none() && all[kind] > 0.0 {
                chances[kind] = (hits[kind] / all[kind]).min(1.0);
            }
        }
    }
    chances
}

fn around(mean: f64, drawn: impl Iterator<Item = f64>) -> Band {
    Band { mean, ..Band::of(drawn) }
}

/// As many of the same, drawn with replacement.
fn redrawn<T: Copy>(all: &[T]) -> impl Iterator<Item = Vec<T>> {
    let philox = Philox::new(1);
    (0..DRAWS).map(move |draw| {
        let one = |n: u32| all[below(philox.block([n, draw, 0, 0])[0], all.len() as u32) as usize];
        (0..all.len() as u32).map(one).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilsons_interval_is_that_of_the_tables() {
        let Band { mean, low, high } = share(81, 263).expect("some");
        assert!((mean - 0.308).abs() < 1e-3 && (low - 0.255).abs() < 1e-3 && (high - 0.366).abs() < 1e-3);
        assert_eq!(share(0, 0), None);
        assert_eq!(share(0, 10).map(|band| band.low), Some(0.0));
    }

    #[test]
    fn chances_are_found_behind_several_tries() {
        // Warned by a chance of .8 a try of the one kind and .2 of the other.
        let philox = Philox::new(7);
        let people: Vec<Tried> = (0..4_000)
            .map(|n| {
                let [a, b, c, _] = philox.block([n, 0, 0, 1]);
                let tries = [a % 3, b % 4];
                let missed = 0.2f64.powi(tries[0] as i32) * 0.8f64.powi(tries[1] as i32);
                Tried { tries, warned: f64::from(c) / f64::from(u32::MAX) > missed }
            })
            .collect();
        let [first, second] = chances(&people).map(|band| band.expect("both were tried"));
        assert!(first.low < 0.8 && 0.8 < first.high && first.high - first.low < 0.08, "{first:?}");
        assert!(second.low < 0.2 && 0.2 < second.high && second.high - second.low < 0.06, "{second:?}");
        // Ten of ten: one in eight might be missed.
        let all = [Tried { tries: [1, 0], warned: true }; 10];
        let [sure, _] = chances(&all).map(|band| band.unwrap_or_default());
        assert!(sure.mean > 0.99 && (0.82..0.83).contains(&sure.low) && sure.high == 1.0, "{sure:?}");
        let alone = [Tried { tries: [2, 0], warned: true }];
        assert_eq!(chances(&alone)[1], None);
    }
}
