//! Measures of a detector.

use serde::Serialize;

/// Bins of the expected calibration error.
const BINS: usize = 10;

/// What a rule says of one pair, and what was true.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct Verdict {
    /// The higher, the more likely a contact, in the rule's own unit (minutes, log-odds).
    pub score: f64,
    /// Of a contact, calibrated on the training pairs.
    pub probability: f64,
    /// Called a contact.
    pub warned: bool,
    /// Was one.
    pub contact: bool,
}

/// The measures.
#[derive(Copy, Clone, PartialEq, Debug, Serialize)]
pub struct Measures {
    /// Pairs.
    pub pairs: usize,
    /// Contacts among them.
    pub contacts: usize,
    /// Share of the contacts that were not called.
    pub miss: f64,
    /// Share of the others that were.
    pub false_rate: f64,
    /// Miss and false rate added: NIST's normalised detection cost with weights 1. 0 is perfect, 1 is useless.
    pub ndcf: f64,
    /// Area under the ROC curve: the chance that a contact has a higher score than another pair.
    pub auc: f64,
    /// Expected calibration error: mean distance of probability and frequency in ten equal bins.
    pub ece: f64,
}

impl Measures {
    /// Measures verdicts. Rates of an empty class are NaN (null in JSON).
    pub fn of<'a>(verdicts: impl Iterator<Item = &'a Verdict> + Clone) -> Self {
        let count = |which: &dyn Fn(&Verdict) -> bool| verdicts.clone().filter(|v| which(v)).count();
        let contacts = count(&|v| v.contact);
        let others = count(&|v| !v.contact);
        let miss = count(&|v| v.contact && !v.warned) as f64 / contacts as f64;
        let false_rate = count(&|v| !v.contact && v.warned) as f64 / others as f64;
        Self {
            pairs: contacts + others,
            contacts,
            miss,
            false_rate,
            ndcf: miss + false_rate,
            auc: auc(&mut verdicts.clone().map(|v| (v.score, v.contact)).collect::<Vec<_>>()),
            ece: reliability(verdicts)
                .iter()
                .map(|bin| bin.share * (bin.probability - bin.frequency).abs())
                .sum(),
        }
    }
}

/// By ranks; ties count half.
fn auc(scored: &mut [(f64, bool)]) -> f64 {
    scored.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut wins, mut contacts) = (0.0, 0.0, 0.0);
    for tied in scored.chunk_by(|a, b| a.0 == b.0) {
        let hits = tied.iter().filter(|(_, contact)| *contact).count() as f64;
        let rest = tied.len() as f64 - hits;
        wins += hits * (below + rest / 2.0);
        below += rest;
        contacts += hits;
    }
    wins / (contacts * below)
}

/// One bin of the reliability diagram.
#[derive(Copy, Clone, PartialEq, Debug, Serialize)]
pub struct Bin {
    /// Share of all pairs.
    pub share: f64,
    /// Mean probability in it.
    pub probability: f64,
    /// Share of contacts in it.
    pub frequency: f64,
}

/// The bins that are not empty.
pub fn reliability<'a>(verdicts: impl Iterator<Item = &'a Verdict>) -> Vec<Bin> {
    let mut sums = [(0.0, 0.0, 0.0); BINS];
    let mut all = 0.0;
    for verdict in verdicts {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a probability")]
        let bin = &mut sums[((verdict.probability * BINS as f64) as usize).min(BINS - 1)];
        *bin = (bin.0 + 1.0, bin.1 + verdict.probability, bin.2 + f64::from(u8::from(verdict.contact)));
        all += 1.0;
    }
    let bin = |(n, p, c): (f64, f64, f64)| Bin { share: n / all, probability: p / n, frequency: c / n };
    sums.into_iter().filter(|(n, ..)| *n > 0.0).map(bin).collect()
}

/// Points of the ROC curve: (false rate, hit rate), from (0, 0) to (1, 1).
pub fn roc(verdicts: &[Verdict]) -> Vec<(f64, f64)> {
    let mut sorted: Vec<_> = verdicts.iter().map(|v| (v.score, v.contact)).collect();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let contacts = sorted.iter().filter(|(_, contact)| *contact).count() as f64;
    let others = sorted.len() as f64 - contacts;
    let (mut hits, mut wrong) = (0.0, 0.0);
    let mut points = vec![(0.0, 0.0)];
    for tied in sorted.chunk_by(|a, b| a.0 == b.0) {
        let new = tied.iter().filter(|(_, contact)| *contact).count() as f64;
        hits += new;
        wrong += tied.len() as f64 - new;
        points.push((wrong / others, hits / contacts));
    }
    points
}

/// The score from which on calling a contact has the least nDCF.
pub fn best_threshold(scored: &[(f64, bool)]) -> f64 {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let contacts = sorted.iter().filter(|(_, contact)| *contact).count() as f64;
    let others = sorted.len() as f64 - contacts;
    let (mut hits, mut wrong) = (0.0, 0.0);
    let mut best = (1.0, f64::INFINITY);
    for tied in sorted.chunk_by(|a, b| a.0 == b.0) {
        let new = tied.iter().filter(|(_, contact)| *contact).count() as f64;
        hits += new;
        wrong += tied.len() as f64 - new;
        let cost = 1.0 - hits / contacts + wrong / others;
        if cost < best.0 {
            best = (cost, tied[0].0);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(score: f64, probability: f64, warned: bool, contact: bool) -> Verdict {
        Verdict { score, probability, warned, contact }
    }

    #[test]
    fn measures_of_a_small_case_worked_by_hand() {
        let all = [
            verdict(9.0, 0.95, true, true),
            verdict(6.0, 0.65, true, false),
            verdict(6.0, 0.65, true, true),
            verdict(2.0, 0.25, false, true),
            verdict(0.0, 0.05, false, false),
        ];
        let m = Measures::of(all.iter());
        assert_eq!((m.pairs, m.contacts), (5, 3));
        assert!((m.miss - 1.0 / 3.0).abs() < 1e-12 && (m.false_rate - 0.5).abs() < 1e-12);
        // Of the six comparisons 4 are won, one is a tie, one is lost.
        assert!((m.auc - 4.5 / 6.0).abs() < 1e-12, "{}", m.auc);
        assert!((m.ece - (0.05 + 2.0 * 0.15 + 0.75 + 0.05) / 5.0).abs() < 1e-12, "{}", m.ece);
        assert_eq!(roc(&all).last(), Some(&(1.0, 1.0)));
        assert_eq!(
            best_threshold(&[(1.0, false), (2.0, true), (3.0, false), (4.0, true), (0.0, false)]),
            2.0
        );
    }
}
