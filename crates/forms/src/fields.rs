//! What a page's form sends, as answers.

use crate::condition::enabled;
use crate::model::{Item, Kind, Questionnaire};
use crate::problem::{Problem, Wrong};
use crate::setting::Setting;
use crate::validate::validate;
use crate::value::{Answers, Attachment, Value};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// What fields hold, by name: what was typed, right or wrong. `Debug` shows names only.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Entries(BTreeMap<String, Vec<String>>);

impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Entries {
    /// What a new form holds: the initial values of its file.
    pub fn initial(form: &Questionnaire) -> Entries {
        let mut answers = Answers::default();
        for item in form.questions() {
            answers.set(&item.link_id, item.initial.clone());
        }
        Entries::of(&answers)
    }

    /// What the fields hold of these answers: to correct them, or to declare again. Files are not among them.
    pub fn of(answers: &Answers) -> Entries {
        let words = |value: &Value| match value {
            Value::Boolean(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
            Value::Integer(number) => Some(number.to_string()),
            Value::Decimal(number) => Some(number.to_string()),
            Value::Date(day) => Some(day.to_string()),
            Value::Text(text) | Value::Code(text) => Some(text.clone()),
            Value::Attachment(_) => None,
        };
        let entry =
            |(name, values): (&str, &[Value])| (name.to_owned(), values.iter().filter_map(words).collect());
        Entries(answers.iter().map(entry).collect())
    }

    /// What was typed into a field, or which of its boxes are ticked.
    pub fn get(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
}

/// A form that was sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The answers that could be read.
    pub answers: Answers,
    /// What was typed, to draw the form again.
    pub entries: Entries,
    /// What is wrong. Empty: the answers may be stored.
    pub problems: Vec<Problem>,
}

/// Reads and validates what a page's form sent. Fields that are no item of the form (the anti-forgery token, consents) are
/// left alone. `files` are by name of their item.
///
/// Words typed into a question that does not apply are a problem: they are never thrown away in silence. Choices and boxes there
/// are, because without a script a dot cannot be taken back.
pub fn read_fields<'a>(
    form: &Questionnaire,
    fields: impl IntoIterator<Item = (&'a str, &'a str)>,
    files: impl IntoIterator<Item = (&'a str, Attachment)>,
    setting: &Setting,
) -> Sent {
    let mut entries = BTreeMap::<String, Vec<String>>::new();
    for (name, value) in fields {
        // A select's first line and an empty field say nothing.
        if !value.trim().is_empty() && form.item(name).is_some_and(Item::is_question) {
            entries.entry(name.to_owned()).or_default().push(value.to_owned());
        }
    }
    let entries = Entries(entries);
    let mut unread = Vec::new();
    let mut answers = Answers::default();
    for item in form.questions() {
        let read: Result<Vec<Value>, Wrong> =
            entries.get(&item.link_id).iter().filter_map(|text| value(item, text).transpose()).collect();
        match read {
            Ok(values) => answers.set(&item.link_id, values),
            Err(wrong) => unread.push(Problem::new(&item.link_id, wrong)),
        }
    }
    let mut by_item = BTreeMap::<&str, Vec<Value>>::new();
    for (name, file) in files {
        if form.item(name).is_some_and(|item| matches!(item.kind, Kind::Attachment { .. })) {
            by_item.entry(name).or_default().push(Value::Attachment(file));
        }
    }
    for (name, files) in by_item {
        answers.set(name, files);
    }
    let apply = enabled(form, &answers, setting);
    for item in form.questions() {
        let picked = matches!(item.kind, Kind::Choice { .. } | Kind::Boolean { .. });
        if picked && !apply.contains(item.link_id.as_str()) {
            answers.set(&item.link_id, []);
        }
    }
    // What could not be read is not missing as well.
    let mut problems = validate(form, &answers, setting);
    problems.retain(|problem| !unread.iter().any(|other: &Problem| other.link_id == problem.link_id));
    problems.extend(unread);
    let place = |problem: &Problem| form.flat().iter().position(|item| item.link_id == problem.link_id);
    problems.sort_by_key(place);
    Sent { answers, entries, problems }
}

/// One entry as the item's kind of value; none if it says nothing.
fn value(item: &Item, text: &str) -> Result<Option<Value>, Wrong> {
    let trimmed = text.trim();
    Ok(Some(match &item.kind {
        Kind::Group | Kind::Display | Kind::Attachment { .. } => return Ok(None),
        Kind::Boolean { .. } => match trimmed {
            "yes" => Value::Boolean(true),
            "no" => Value::Boolean(false),
            _ => return Err(Wrong::NotAnOption),
        },
        Kind::Integer { .. } => Value::Integer(trimmed.parse().or(Err(Wrong::NotANumber))?),
        Kind::Decimal { .. } => {
            let plain =
                trimmed.len() <= 20 && trimmed.bytes().all(|b| b.is_ascii_digit() || b"+-.,".contains(&b));
            let number = plain.then(|| trimmed.replace(',', ".").parse::<f64>().ok()).flatten();
            Value::Decimal(number.filter(|number| number.is_finite()).ok_or(Wrong::NotANumber)?)
        }
        Kind::Date { .. } => Value::Date(date(trimmed).ok_or(Wrong::NotADate)?),
        Kind::Text { long, .. } => match tidy(text, *long) {
            text if text.is_empty() => return Ok(None),
            text => Value::Text(text),
        },
        Kind::Choice { .. } => Value::Code(trimmed.to_owned()),
    }))
}

/// `2026-11-25` as browsers send it, or `25/11/2026` as people write it.
fn date(text: &str) -> Option<NaiveDate> {
    let mut parts = text.splitn(3, ['/', '.']);
    let day = text.parse().ok().or_else(|| {
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    })?;
    // Four digits of a year: what FHIR can write.
    (1000..=9999).contains(&chrono::Datelike::year(&day)).then_some(day)
}

/// Text in its one spelling: composed letters, no control characters, no space at its ends; one line unless it may be `long`.
fn tidy(text: &str, long: bool) -> String {
    let kept = text.nfc().filter(|c| !c.is_control() || c.is_whitespace());
    let text: String = kept.collect();
    let line = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    if long { text.lines().map(line).collect::<Vec<_>>().join("\n").trim().to_owned() } else { line(&text) }
}
