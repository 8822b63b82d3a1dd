//! What must hold between the items of a form.

use super::FormError;
use crate::condition::{Condition, Operand, Test};
use crate::limit::Limit;
use crate::model::{Item, Kind, Options, Questionnaire};
use crate::value::Value;
use crate::words::Words;
use std::collections::BTreeMap;

/// Items, at most: what a person can be asked.
const MAX_ITEMS: usize = 300;

fn fail<T>(path: impl Into<String>, what: impl Into<String>) -> Result<T, FormError> {
    Err(FormError::Unfit { path: path.into(), what: what.into() })
}

pub(super) fn check(form: &Questionnaire) -> Result<(), FormError> {
    let items = form.flat();
    if items.len() > MAX_ITEMS {
        return fail("item", format!("a form has at most {MAX_ITEMS} items"));
    }
    let mut before: BTreeMap<&str, &Item> = BTreeMap::new();
    for item in items {
        let at = format!("the item {}", item.link_id);
        for condition in &item.enable.conditions {
            comparable(&at, condition, before.get(condition.question.as_str()).copied())?;
        }
        ordered(&at, item)?;
        choices(&at, item, &before)?;
        if before.insert(&item.link_id, item).is_some() {
            return fail(at, "stands twice");
        }
        for words in item.text.iter().chain(&item.help).chain(&format_of(item)) {
            parameters_of(form, &at, words)?;
        }
        for limit in limits(item) {
            known_parameter(form, &at, limit.parameter())?;
        }
    }
    for rule in &form.advice {
        for condition in &rule.when.conditions {
            comparable("an advice", condition, before.get(condition.question.as_str()).copied())?;
        }
        parameters_of(form, "an advice", &rule.reason)?;
    }
    for words in [&form.title].into_iter().chain(&form.description) {
        parameters_of(form, "the form", words)?;
    }
    Ok(())
}

fn parameters_of(form: &Questionnaire, at: &str, words: &Words) -> Result<(), FormError> {
    let [places, _] = words.places();
    places.into_iter().try_for_each(|name| known_parameter(form, at, Some(name)))
}

fn known_parameter(form: &Questionnaire, at: &str, name: Option<&str>) -> Result<(), FormError> {
    match name {
        Some(name) if !form.parameters.iter().any(|known| known.name == name) => {
            fail(at, format!("{name} is no parameter of the form"))
        }
        _ => Ok(()),
    }
}

fn format_of(item: &Item) -> Option<Words> {
    match &item.kind {
        Kind::Text { pattern, .. } => pattern.as_ref().map(|pattern| pattern.format.clone()),
        _ => None,
    }
}

/// Every limit of an item, in its range and its conditions.
fn limits(item: &Item) -> Vec<&Limit> {
    let mut found = Vec::new();
    if let Kind::Integer { range } | Kind::Decimal { range, .. } | Kind::Date { range } = &item.kind {
        found.extend(range.min.iter().chain(&range.max));
    }
    for condition in &item.enable.conditions {
        if let Test::Is(_, Operand::Limit(limit)) = &condition.test {
            found.push(limit);
        }
    }
    found
}

/// Limits of the right kind: numbers for numbers, days for days.
fn ordered(at: &str, item: &Item) -> Result<(), FormError> {
    let (range, days) = match &item.kind {
        Kind::Integer { range } | Kind::Decimal { range, .. } => (range, false),
        Kind::Date { range } => (range, true),
        _ => return Ok(()),
    };
    let right = |limit: &Limit| is_day(limit) == days;
    if range.min.iter().chain(&range.max).all(right) {
        Ok(())
    } else {
        fail(at, "has a limit of another type")
    }
}

fn is_day(limit: &Limit) -> bool {
    matches!(limit, Limit::Date(_) | Limit::Today(_))
}

/// A condition compares an earlier question with a value of its type.
fn comparable(at: &str, condition: &Condition, question: Option<&Item>) -> Result<(), FormError> {
    let Some(question) = question else {
        return fail(at, format!("depends on {}, which no item before it is called", condition.question));
    };
    let Test::Is(_, operand) = &condition.test else {
        return if question.is_question() { Ok(()) } else { fail(at, "depends on an item without answers") };
    };
    let fits = match (&question.kind, operand) {
        (Kind::Boolean { .. }, Operand::Boolean(_))
        | (Kind::Date { .. }, Operand::Date(_))
        | (Kind::Text { .. }, Operand::Text(_)) => true,
        (Kind::Integer { .. } | Kind::Decimal { .. }, Operand::Limit(limit)) => !is_day(limit),
        (Kind::Date { .. }, Operand::Limit(limit)) => is_day(limit),
        (Kind::Choice { options, .. }, Operand::Code(code)) => match options {
            Options::Listed(choices) => choices.iter().any(|choice| choice.code == *code),
            Options::Set { .. } => true,
        },
        _ => false,
    };
    if fits { Ok(()) } else { fail(at, format!("compares {} with what it cannot be", condition.question)) }
}

/// The part of a value set is chosen by an earlier choice; what is initially chosen can be chosen.
fn choices(at: &str, item: &Item, before: &BTreeMap<&str, &Item>) -> Result<(), FormError> {
    let Kind::Choice { options, .. } = &item.kind else { return Ok(()) };
    match options {
        Options::Set { of: Some(other), .. } => {
            let one = before
                .get(other.as_str())
                .is_some_and(|item| matches!(item.kind, Kind::Choice { .. }) && item.most == 1);
            if one { Ok(()) } else { fail(at, format!("needs the choice {other} before it")) }
        }
        Options::Set { of: None, .. } => Ok(()),
        Options::Listed(choices) => {
            let known = |value: &Value| matches!(value, Value::Code(code) if choices.iter().any(|one| one.code == *code));
            let all = item.initial.iter().all(known) && item.initial.len() <= item.most;
            if all { Ok(()) } else { fail(at, "has an initial choice that is none of its options") }
        }
    }
}
