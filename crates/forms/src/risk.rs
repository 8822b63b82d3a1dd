//! Which declarations an officer reads first: points by a rule that is data (`data/risk.json`), each with its reason, so that
//! whoever sees the number sees why. It orders work and decides nothing about a person: what they are told to do is
//! [`crate::advice`].

use crate::advice::{Level, advise, counted};
use crate::model::Questionnaire;
use crate::setting::Setting;
use crate::value::{Answers, Value};
use crate::words::Words;
use chrono::Datelike;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// How soon a declaration is to be read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Urgency {
    /// When there is time.
    Low,
    /// The same day.
    Medium,
    /// First.
    High,
}

/// One reason for points. It holds where the form's advice is of its level, where any of its items is answered so, or from an
/// age on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Points that it adds.
    pub points: u32,
    level: Option<String>,
    #[serde(default)]
    any: BTreeMap<String, Vec<String>>,
    age: Option<i64>,
    vi: String,
    en: String,
}

impl Rule {
    /// The reason in words.
    pub fn words(&self) -> Words {
        Words { vi: self.vi.clone(), en: self.en.clone() }
    }

    fn holds(&self, answers: &Answers, level: Level, setting: &Setting) -> bool {
        let answered = |(item, codes): (&String, &Vec<String>)| {
            answers.get(item).iter().any(|value| match value {
                Value::Code(code) => codes.contains(code),
                Value::Boolean(yes) => codes.iter().any(|code| (code == "yes") == *yes),
                _ => false,
            })
        };
        self.level.as_deref() == Some(level.as_str())
            || self.any.iter().any(answered)
            || self.age.is_some_and(|age| age_of(answers, setting).is_some_and(|years| years >= age))
    }
}

/// The years that somebody reaches in the year of filling in.
fn age_of(answers: &Answers, setting: &Setting) -> Option<i64> {
    match answers.get("birthYear") {
        [Value::Integer(year)] => Some(i64::from(setting.today.year()) - year),
        _ => None,
    }
}

/// The rules, and from how many points on a declaration is how urgent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Counts the changes of the file: a score names the version that it is by.
    pub version: u32,
    /// The greatest score.
    pub greatest: u32,
    /// Points of a high urgency.
    pub high: u32,
    /// Points of a medium urgency.
    pub medium: u32,
    /// Each reason.
    pub rules: Vec<Rule>,
}

impl Rules {
    /// The rules in force.
    pub fn current() -> &'static Rules {
        static RULES: LazyLock<Rules> =
            LazyLock::new(|| match serde_json::from_str(include_str!("../data/risk.json")) {
                Ok(rules) => rules,
                Err(error) => unreachable!("the tests read the rules: {error}"),
            });
        &RULES
    }

    /// How urgent a score is.
    pub fn urgency(&self, score: u32) -> Urgency {
        if score >= self.high {
            Urgency::High
        } else if score >= self.medium {
            Urgency::Medium
        } else {
            Urgency::Low
        }
    }
}

/// A score and why.
#[derive(Debug)]
pub struct Risk {
    /// Points, at most [`Rules::greatest`].
    pub score: u32,
    /// What they are for.
    pub reasons: Vec<&'static Rule>,
}

/// The score of valid answers.
pub fn risk(form: &Questionnaire, answers: &Answers, setting: &Setting) -> Risk {
    let rules = Rules::current();
    let level = advise(form, answers, setting).level;
    let answers = counted(form, answers, setting);
    let reasons: Vec<&Rule> =
        rules.rules.iter().filter(|rule| rule.holds(&answers, level, setting)).collect();
    let score = reasons.iter().map(|rule| rule.points).sum::<u32>().min(rules.greatest);
    Risk { score, reasons }
}
