//! Intervals that respect that pairs of one test are not independent: whole tests are drawn.

use super::metrics::{Measures, Verdict};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde::Serialize;
use std::collections::BTreeMap;

/// How many times.
const DRAWS: usize = 1_000;

/// The middle 95 % of the draws.
#[derive(Copy, Clone, PartialEq, Debug, Serialize)]
pub struct Interval {
    /// 2.5 %.
    pub low: f64,
    /// 97.5 %.
    pub high: f64,
}

/// Intervals of a rule.
#[derive(Copy, Clone, PartialEq, Debug, Serialize)]
pub struct Intervals {
    /// Of nDCF.
    pub ndcf: Interval,
    /// Of the area under the curve.
    pub auc: Interval,
    /// Of nDCF less the reference rule's, on the same draws: below 0 throughout is better.
    pub ndcf_difference: Interval,
}

/// Draws the tests (the clusters) with replacement. `clusters[i]` is the test of pair `i`, in both lists of verdicts.
pub fn intervals(clusters: &[&str], rule: &[Verdict], reference: &[Verdict], seed: u64) -> Intervals {
    let mut members: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, cluster) in clusters.iter().enumerate() {
        members.entry(cluster).or_default().push(at);
    }
    let members: Vec<_> = members.into_values().collect();
    let mut rng = StdRng::seed_from_u64(seed);
    let (mut ndcf, mut auc, mut difference) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..DRAWS {
        let drawn: Vec<usize> = (0..members.len())
            .flat_map(|_| members[rng.random_range(0..members.len())].iter().copied())
            .collect();
        let measures = Measures::of(drawn.iter().map(|&at| &rule[at]));
        let against = Measures::of(drawn.iter().map(|&at| &reference[at]));
        ndcf.push(measures.ndcf);
        auc.push(measures.auc);
        difference.push(measures.ndcf - against.ndcf);
    }
    Intervals { ndcf: middle(ndcf), auc: middle(auc), ndcf_difference: middle(difference) }
}

fn middle(mut values: Vec<f64>) -> Interval {
    values.retain(|value| value.is_finite()); // A draw without contacts has no rates.
    values.sort_by(f64::total_cmp);
    let at = |share: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
        let index = (share * values.len() as f64) as usize;
        values.get(index.min(values.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
    };
    Interval { low: at(0.025), high: at(0.975) }
}
