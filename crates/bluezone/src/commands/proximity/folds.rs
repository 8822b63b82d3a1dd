//! Learning on some pairs, judging the others.

use super::data::Pair;
use super::fit::{DEFINITION, Learner, PRIOR};
use super::metrics::{Verdict, best_threshold};
use super::rules::{Decision, Rule, Scorer, Sides, own_scores};
use super::search::calibrate;
use anyhow::ensure;
use bluezone_proximity::{HiddenMarkov, Parameters};
use std::collections::BTreeSet;

/// What is left out of the learning and judged.
#[derive(Copy, Clone, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum LeaveOut {
    /// A scene at a time: its places and people are new.
    Scen,
    /// A test at a time.
    Test,
    /// A pair of carriages at a time, whichever of the two receives (columns rx_sit and tx_sit).
    Sit,
    /// The phone models of a pair: nothing that either model sent or received is learnt from (rx_model and tx_model).
    Model,
}

impl LeaveOut {
    /// What a pair is judged by: pairs of one group are judged by what was learnt from the same others.
    fn group(self, pair: &Pair) -> [&str; 2] {
        match self {
            LeaveOut::Scen => [&pair.scene, ""],
            LeaveOut::Test => [&pair.test, ""],
            LeaveOut::Sit => sorted(&pair.carriage),
            LeaveOut::Model => sorted(&pair.models),
        }
    }

    /// Whether a pair may be learnt from where `group` is judged.
    fn teaches(self, pair: &Pair, group: [&str; 2]) -> bool {
        match self {
            LeaveOut::Model => pair.models.iter().all(|model| !group.contains(&model.as_str())),
            _ => self.group(pair) != group,
        }
    }
}

fn sorted(both: &[String; 2]) -> [&str; 2] {
    let [one, other] = both.each_ref().map(String::as_str);
    [one.min(other), one.max(other)]
}

/// How the folds are made.
pub struct Plan {
    /// `None`: nothing is learnt but what has no published value; the model is the built-in one.
    pub leave_out: Option<LeaveOut>,
    /// From this probability on the model calls a contact.
    pub threshold: f64,
    /// Of the model's search.
    pub seed: u64,
    /// The model that is judged when nothing is left out.
    pub parameters: Parameters,
}

/// Verdicts of each rule on each pair, in the order of `rules` and of `pairs`. `progress` is told of each fold.
pub fn judge(
    plan: &Plan,
    rules: &[Rule],
    pairs: &[Pair],
    progress: impl Fn([&str; 2]),
) -> anyhow::Result<Vec<Vec<Verdict>>> {
    let baselines: Vec<Option<Vec<f64>>> = rules
        .iter()
        .map(|rule| match &rule.scorer {
            Scorer::Baseline(estimator) => Some(own_scores(estimator.as_ref(), pairs)),
            Scorer::Model => None,
        })
        .collect();
    let with_model = baselines.iter().any(Option::is_none);
    let blank = Verdict { score: 0.0, probability: 0.0, warned: false, contact: false };
    let mut verdicts = vec![vec![blank; pairs.len()]; rules.len()];
    let mut learner = Learner::new(pairs);
    for (judged, train) in folds(plan.leave_out, pairs)? {
        let parameters = match plan.leave_out {
            Some(what) if with_model => {
                progress(what.group(&pairs[judged[0]]));
                learner.learn(&train, plan.seed)
            }
            _ => plan.parameters.clone(),
        };
        let model = HiddenMarkov::new(parameters, DEFINITION);
        let model_scores = if with_model { own_scores(&model, pairs) } else { Vec::new() };
        let fold = Fold { pairs, train: &train, judged: &judged, threshold: plan.threshold };
        for ((rule, own), out) in rules.iter().zip(&baselines).zip(&mut verdicts) {
            let new = match own {
                Some(own) => fold.baseline(rule, own),
                None => fold.model(rule, model.parameters(), &model_scores),
            };
            judged.iter().zip(new).for_each(|(&at, verdict)| out[at] = verdict);
        }
    }
    Ok(verdicts)
}

/// Judged and training pairs of each fold. Nothing left out: all are both.
fn folds(leave_out: Option<LeaveOut>, pairs: &[Pair]) -> anyhow::Result<Vec<(Vec<usize>, Vec<usize>)>> {
    let all = 0..pairs.len();
    let Some(leave_out) = leave_out else { return Ok(vec![(all.clone().collect(), all.collect())]) };
    let groups: BTreeSet<[&str; 2]> = pairs.iter().map(|pair| leave_out.group(pair)).collect();
    let fold = |group| {
        let judged = all.clone().filter(|&at| leave_out.group(&pairs[at]) == group).collect();
        let train: Vec<usize> = all.clone().filter(|&at| leave_out.teaches(&pairs[at], group)).collect();
        let contacts = train.iter().filter(|&&at| pairs[at].contact).count();
        ensure!(
            contacts > 0 && contacts < train.len(),
            "without {:?} there is nothing to learn from ({contacts} contacts of {} pairs): is its column there?",
            group.join(" ").trim(),
            train.len()
        );
        Ok((judged, train))
    };
    groups.into_iter().map(fold).collect()
}

/// One learning and judging.
struct Fold<'a> {
    pairs: &'a [Pair],
    train: &'a [usize],
    judged: &'a [usize],
    threshold: f64,
}

impl Fold<'_> {
    fn model(&self, rule: &Rule, parameters: &Parameters, own: &[f64]) -> Vec<Verdict> {
        let verdict = |&at: &usize| {
            let both = rule.sides == Sides::Two && self.pairs[at].other.is_some();
            let calibration = if both { parameters.two_sided } else { parameters.one_sided };
            let score = rule.sides.score(self.pairs, own, at);
            let probability = calibration.probability(score);
            Verdict {
                score,
                probability,
                warned: probability >= self.threshold,
                contact: self.pairs[at].contact,
            }
        };
        self.judged.iter().map(verdict).collect()
    }

    fn baseline(&self, rule: &Rule, own: &[f64]) -> Vec<Verdict> {
        let scores = |places: &[usize]| -> Vec<f64> {
            places.iter().map(|&at| rule.sides.score(self.pairs, own, at)).collect()
        };
        let train = scores(self.train);
        let contacts: Vec<bool> = self.train.iter().map(|&at| self.pairs[at].contact).collect();
        let (calibration, _) = calibrate(&train, &contacts, PRIOR);
        let from = match rule.decision {
            Decision::From(from) => from,
            Decision::Learnt | Decision::Probability => {
                best_threshold(&train.into_iter().zip(contacts).collect::<Vec<_>>())
            }
        };
        let verdict = |(&at, score): (&usize, f64)| Verdict {
            score,
            probability: calibration.probability(score),
            warned: score >= from,
            contact: self.pairs[at].contact,
        };
        self.judged.iter().zip(scores(self.judged)).map(verdict).collect()
    }
}
