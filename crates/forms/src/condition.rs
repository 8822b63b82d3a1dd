//! When an item applies: FHIR's `enableWhen`.

use crate::limit::Limit;
use crate::model::{Item, Questionnaire};
use crate::setting::Setting;
use crate::value::{Answers, Value};
use chrono::NaiveDate;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// When an item applies. No conditions: always.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Enable {
    /// One condition is enough; else all are needed.
    pub any: bool,
    /// The conditions.
    pub conditions: Vec<Condition>,
}

/// A condition on the answers to one question.
#[derive(Clone, PartialEq, Debug)]
pub struct Condition {
    /// The question, which stands before the item that depends on it.
    pub question: String,
    /// How its answers are compared.
    pub test: Test,
}

/// How answers are compared.
#[derive(Clone, PartialEq, Debug)]
pub enum Test {
    /// Whether there is an answer.
    Exists(bool),
    /// Whether an answer stands so to a value.
    Is(Operator, Operand),
}

/// How a value stands to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operator {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
}

impl Operator {
    const ALL: [Operator; 6] = [
        Operator::Equal,
        Operator::NotEqual,
        Operator::Greater,
        Operator::GreaterOrEqual,
        Operator::Less,
        Operator::LessOrEqual,
    ];

    /// FHIR's sign.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Operator::Equal => "=",
            Operator::NotEqual => "!=",
            Operator::Greater => ">",
            Operator::GreaterOrEqual => ">=",
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
        }
    }

    /// The operator of FHIR's sign.
    pub(crate) fn of(sign: &str) -> Option<Operator> {
        Operator::ALL.into_iter().find(|operator| operator.sign() == sign)
    }

    fn holds(self, order: Ordering) -> bool {
        match self {
            Operator::Equal => order.is_eq(),
            Operator::NotEqual => order.is_ne(),
            Operator::Greater => order.is_gt(),
            Operator::GreaterOrEqual => order.is_ge(),
            Operator::Less => order.is_lt(),
            Operator::LessOrEqual => order.is_le(),
        }
    }
}

/// What an answer is compared with.
#[derive(Clone, PartialEq, Debug)]
pub enum Operand {
    /// Yes or no.
    Boolean(bool),
    /// A number or a day, which may move with the day of filling in.
    Limit(Limit),
    /// A day.
    Date(NaiveDate),
    /// Words.
    Text(String),
    /// A code.
    Code(String),
}

impl Operand {
    /// How an answer stands to it; none if they cannot be compared.
    fn compare(&self, value: &Value, setting: &Setting) -> Option<Ordering> {
        match (value, self) {
            (Value::Boolean(a), Operand::Boolean(b)) => Some(a.cmp(b)),
            (Value::Integer(a), Operand::Limit(b)) => (*a as f64).partial_cmp(&b.number(setting)?),
            (Value::Decimal(a), Operand::Limit(b)) => a.partial_cmp(&b.number(setting)?),
            (Value::Date(a), Operand::Limit(b)) => Some(a.cmp(&b.date(setting)?)),
            (Value::Date(a), Operand::Date(b)) => Some(a.cmp(b)),
            (Value::Text(a), Operand::Text(b)) | (Value::Code(a), Operand::Code(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

impl Condition {
    fn holds(&self, answers: &[Value], setting: &Setting) -> bool {
        match &self.test {
            Test::Exists(wanted) => answers.is_empty() != *wanted,
            Test::Is(operator, operand) => answers
                .iter()
                .any(|value| operand.compare(value, setting).is_some_and(|order| operator.holds(order))),
        }
    }
}

impl Enable {
    /// Whether it holds for these answers.
    pub fn holds(&self, answers: &Answers, setting: &Setting) -> bool {
        self.holds_with(|question| answers.get(question), setting)
    }

    fn holds_with<'a>(&self, answers: impl Fn(&str) -> &'a [Value], setting: &Setting) -> bool {
        let mut found = self.conditions.iter().map(|one| one.holds(answers(&one.question), setting));
        match (self.conditions.is_empty(), self.any) {
            (true, _) => true,
            (false, true) => found.any(|holds| holds),
            (false, false) => found.all(|holds| holds),
        }
    }
}

/// The items that apply, by name. An answer to a question that does not apply counts for nothing.
pub fn enabled<'a>(form: &'a Questionnaire, answers: &Answers, setting: &Setting) -> BTreeSet<&'a str> {
    fn walk<'a>(items: &'a [Item], answers: &Answers, setting: &Setting, found: &mut BTreeSet<&'a str>) {
        for item in items {
            // Conditions look back only, so that one pass is enough.
            let counted = |question: &str| if found.contains(question) { answers.get(question) } else { &[] };
            if item.enable.holds_with(counted, setting) {
                found.insert(&item.link_id);
                walk(&item.items, answers, setting, found);
            }
        }
    }
    let mut found = BTreeSet::new();
    walk(&form.items, answers, setting, &mut found);
    found
}
