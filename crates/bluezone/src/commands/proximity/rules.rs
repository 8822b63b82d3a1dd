//! The rules that are compared, by name.

use super::data::Pair;
use super::search::in_parallel;
use bluezone_proximity::baseline::{AnySighting, Buckets, NhsScore};
use bluezone_proximity::{AttenuationChoice, Estimator};

/// The rule that every other one is compared with.
pub const REFERENCE: &str = "up-to-60-12.7";

/// The model, one direction.
pub const MODEL: &str = "hidden-markov";

/// The model, both directions.
pub const MODEL_TWO_SIDED: &str = "hidden-markov-two-sided";

/// Which scores of a pair a rule looks at.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Sides {
    /// What the receiver heard.
    One,
    /// The mean of what each heard of the other, where both logged; otherwise one.
    Two,
}

/// From score to decision.
#[derive(Copy, Clone, PartialEq, Debug)]
pub enum Decision {
    /// A contact from this score on, as it was in the field.
    From(f64),
    /// A contact from the score on that has the least nDCF on the training pairs.
    Learnt,
    /// The model's calibrated probability against the threshold that the costs of the two errors give.
    Probability,
}

/// Whose scores.
pub enum Scorer {
    /// A fielded rule.
    Baseline(Box<dyn Estimator>),
    /// The model, with the parameters of the fold.
    Model,
}

/// A rule.
pub struct Rule {
    /// As `--rule` takes it.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Its scores.
    pub scorer: Scorer,
    /// One or both directions.
    pub sides: Sides,
    /// How it decides.
    pub decision: Decision,
}

/// All rules, in the order of the report.
pub fn all() -> Vec<Rule> {
    use AttenuationChoice::{Minimum, Typical};
    let rule = |name, about, estimator: Box<dyn Estimator>, decision| Rule {
        name,
        about,
        scorer: Scorer::Baseline(estimator),
        sides: Sides::One,
        decision,
    };
    let cwa_minimum = Buckets { attenuation: Minimum, ..Buckets::cwa() };
    let up_to = |db, attenuation| Box::new(Buckets::up_to(db, attenuation));
    vec![
        rule("any-sighting", "original Bluezone: heard at all", Box::new(AnySighting), Decision::From(1e-9)),
        rule(
            "swiss",
            "SwissCovid: 50 dB whole, 55 dB half, 15 min",
            Box::new(Buckets::swiss()),
            Decision::From(15.0),
        ),
        rule(
            "cwa",
            "Corona-Warn-App: 55 dB whole, 63 dB half, 15 min",
            Box::new(Buckets::cwa()),
            Decision::From(15.0),
        ),
        rule("cwa-minimum", "the same by the strongest packet", Box::new(cwa_minimum), Decision::From(15.0)),
        rule("up-to-63", "63 dB, 15 min", up_to(63.0, Typical), Decision::From(15.0)),
        rule("italian", "Immuni: 73 dB, 15 min", Box::new(Buckets::italian()), Decision::From(15.0)),
        rule("up-to-60", "60 dB, 15 min", up_to(60.0, Typical), Decision::From(15.0)),
        rule(REFERENCE, "60 dB, 12.7 min", up_to(60.0, Typical), Decision::From(12.7)),
        Rule {
            sides: Sides::Two,
            ..rule(
                "up-to-60-two-sided",
                "the same, both directions",
                up_to(60.0, Typical),
                Decision::From(12.7),
            )
        },
        rule(
            "up-to-55-minimum",
            "55 dB by the strongest packet, 15 min",
            up_to(55.0, Minimum),
            Decision::From(15.0),
        ),
        rule("up-to-55-learnt", "55 dB, minutes learnt", up_to(55.0, Typical), Decision::Learnt),
        rule(
            "up-to-55-minimum-learnt",
            "55 dB by the strongest packet, minutes learnt",
            up_to(55.0, Minimum),
            Decision::Learnt,
        ),
        rule("nhs", "NHS Kalman smoother, score learnt", Box::new(NhsScore), Decision::Learnt),
        Rule {
            name: MODEL,
            about: "this project's model",
            scorer: Scorer::Model,
            sides: Sides::One,
            decision: Decision::Probability,
        },
        Rule {
            name: MODEL_TWO_SIDED,
            about: "the same, both directions",
            scorer: Scorer::Model,
            sides: Sides::Two,
            decision: Decision::Probability,
        },
    ]
}

impl Sides {
    /// The score of a pair, from the scores of what each receiver heard (in the order of `pairs`).
    pub fn score(self, pairs: &[Pair], own: &[f64], at: usize) -> f64 {
        match (self, pairs[at].other) {
            (Sides::Two, Some(other)) => f64::midpoint(own[at], own[other]),
            _ => own[at],
        }
    }
}

/// The score of what each receiver heard.
pub fn own_scores(estimator: &dyn Estimator, pairs: &[Pair]) -> Vec<f64> {
    in_parallel(pairs, |pair| estimator.score(&pair.own))
}
