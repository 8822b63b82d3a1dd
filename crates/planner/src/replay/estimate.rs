//! Estimates with their intervals, reproducible.

use crate::plan::Band;
use crate::random::{Philox, below};

/// Draws of a bootstrap.
const DRAWS: u32 = 1_000;
/// Rounds of expectation and maximisation: after these nothing changes that would be seen.
const ROUNDS: usize = 60;
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

/// The most likely chance of each kind, with the intervals of drawing the people anew; `None` for a kind that nobody had.
pub fn chances(people: &[Tried]) -> [Option<Band>; 2] {
    let best = most_likely(people);
    let drawn: Vec<[f64; 2]> = redrawn(people).map(|drawn| most_likely(&drawn)).collect();
    [0, 1].map(|kind| {
        let tried = people.iter().any(|person| person.tries[kind] > 0);
        tried.then(|| around(best[kind], drawn.iter().map(|chances| chances[kind])))
    })
}

/// By expectation and maximisation (Dempster, Laird, Rubin 1977): how many of the tries of those who were warned will have
/// warned, at the chances believed so far, makes the next ones.
fn most_likely(people: &[Tried]) -> [f64; 2] {
    let mut chances = [0.5_f64; 2];
    for _ in 0..ROUNDS {
        let (mut hits, mut tries) = ([0.0; 2], [0.0; 2]);
        for person in people {
            let [a, b] = person.tries;
            let missed = (1.0 - chances[0]).powf(f64::from(a)) * (1.0 - chances[1]).powf(f64::from(b));
            for kind in [0, 1] {
                let count = f64::from(person.tries[kind]);
                tries[kind] += count;
                if person.warned && missed < 1.0 {
                    hits[kind] += count * chances[kind] / (1.0 - missed);
                }
            }
        }
        for kind in [0, 1] {
            if tries[kind] > 0.0 {
                chances[kind] = (hits[kind] / tries[kind]).min(1.0);
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
        let alone = [Tried { tries: [2, 0], warned: true }];
        assert_eq!(chances(&alone)[1], None);
    }
}
