//! Whether answers fit the form.

use crate::condition::enabled;
use crate::model::{Choice, Item, Kind, Options, Questionnaire, Range};
use crate::problem::{Problem, Wrong};
use crate::setting::Setting;
use crate::value::{Answers, Value};
use bluezone_pages::Lang;
use std::borrow::Cow;

/// Everything that is wrong, in the order of the form. Empty: the answers may be stored.
pub fn validate(form: &Questionnaire, answers: &Answers, setting: &Setting) -> Vec<Problem> {
    let apply = enabled(form, answers, setting);
    let mut problems = Vec::new();
    for item in form.questions() {
        let values = answers.get(&item.link_id);
        let mut add = |wrong| problems.push(Problem::new(&item.link_id, wrong));
        if !apply.contains(item.link_id.as_str()) {
            if !values.is_empty() {
                add(Wrong::NotAsked);
            }
            continue;
        }
        if values.is_empty() {
            if item.required {
                let tick = matches!(item.kind, Kind::Boolean { tick: true });
                add(if tick { Wrong::MustTick } else { Wrong::Missing });
            }
            continue;
        }
        if values.len() > item.most {
            add(Wrong::TooMany(item.most));
        }
        let found = match &item.kind {
            Kind::Choice { options, .. } => chosen(item, options, values, answers, setting),
            _ => values.iter().find_map(|value| one(item, value, setting)),
        };
        found.into_iter().for_each(add);
    }
    let known = |link_id: &str| form.item(link_id).is_some_and(Item::is_question);
    let unknown = answers.iter().filter(|(link_id, _)| !known(link_id));
    problems.extend(unknown.map(|(link_id, _)| Problem::new(link_id, Wrong::Unknown)));
    problems
}

/// What is wrong with one answer to a question that is no choice.
fn one(item: &Item, value: &Value, setting: &Setting) -> Option<Wrong> {
    match (&item.kind, value) {
        (Kind::Boolean { tick }, Value::Boolean(yes)) => {
            (*tick && item.required && !yes).then_some(Wrong::MustTick)
        }
        (Kind::Integer { range }, Value::Integer(number)) => beyond(range, *number as f64, setting),
        (Kind::Decimal { range, places }, Value::Decimal(number)) => {
            // The shortest text that reads back as this number is what was written.
            let written = number.to_string();
            let digits = written.split_once('.').map_or(0, |(_, digits)| digits.len());
            if digits > *places { Some(Wrong::Places(*places)) } else { beyond(range, *number, setting) }
        }
        (Kind::Date { range }, Value::Date(day)) => {
            let end = |limit: &Option<crate::limit::Limit>| limit.as_ref()?.date(setting);
            let early = end(&range.min).filter(|first| day < first).map(Wrong::Early);
            early.or_else(|| end(&range.max).filter(|last| day > last).map(Wrong::Late))
        }
        (Kind::Text { least, most, pattern, .. }, Value::Text(text)) => {
            let length = text.chars().count();
            if length > *most {
                Some(Wrong::TooLong(*most))
            } else if length < *least {
                Some(Wrong::TooShort(*least))
            } else {
                let fits = pattern.as_ref().is_none_or(|pattern| pattern.regex.is_match(text));
                (!fits).then_some(Wrong::Format)
            }
        }
        (Kind::Attachment { types, most_bytes }, Value::Attachment(file)) => {
            if !types.contains(&file.content_type) {
                Some(Wrong::FileType)
            } else {
                (file.size > *most_bytes).then_some(Wrong::FileSize(*most_bytes))
            }
        }
        _ => Some(Wrong::WrongType),
    }
}

fn beyond(range: &Range, number: f64, setting: &Setting) -> Option<Wrong> {
    let end = |limit: &Option<crate::limit::Limit>| limit.as_ref()?.number(setting);
    if !number.is_finite() {
        return Some(Wrong::NotANumber);
    }
    let less = end(&range.min).filter(|least| number < *least).map(Wrong::Less);
    less.or_else(|| end(&range.max).filter(|greatest| number > *greatest).map(Wrong::Greater))
}

fn chosen(
    item: &Item,
    options: &Options,
    values: &[Value],
    answers: &Answers,
    setting: &Setting,
) -> Option<Wrong> {
    let choices = options.choices(answers, setting);
    for (at, value) in values.iter().enumerate() {
        let Value::Code(code) = value else { return Some(Wrong::WrongType) };
        let Some(choice) = choices.iter().find(|choice| choice.code == *code) else {
            return Some(Wrong::NotAnOption);
        };
        if values[..at].contains(value) {
            return Some(Wrong::Twice);
        }
        if choice.exclusive && values.len() > 1 && item.most > 1 {
            return Some(Wrong::Exclusive(code.clone()));
        }
    }
    None
}

impl Options {
    /// What can be chosen, given the other answers; nothing, where the part of a set is not chosen yet.
    pub fn choices<'a>(&'a self, answers: &Answers, setting: &Setting) -> Cow<'a, [Choice]> {
        match self {
            Options::Listed(choices) => Cow::Borrowed(choices),
            Options::Set { url, of: None } => setting.sets.choices(url, None).unwrap_or_default(),
            Options::Set { url, of: Some(other) } => {
                let part = answers.code(other).and_then(|code| setting.sets.choices(url, Some(code)));
                part.unwrap_or_default()
            }
        }
    }
}

impl Item {
    /// The words of one of its choices.
    pub(crate) fn words_of(
        &self,
        code: &str,
        answers: Option<&Answers>,
        lang: Lang,
        setting: &Setting,
    ) -> Option<String> {
        let Kind::Choice { options, .. } = &self.kind else { return None };
        let none = Answers::default();
        let choices = options.choices(answers.unwrap_or(&none), setting);
        let choice = choices.iter().find(|choice| choice.code == code)?;
        Some(choice.words.fill(lang, setting.parameters))
    }

    /// How its text must be written, in words.
    pub(crate) fn format(&self, lang: Lang, setting: &Setting) -> Option<String> {
        match &self.kind {
            Kind::Text { pattern: Some(pattern), .. } => Some(pattern.format.fill(lang, setting.parameters)),
            _ => None,
        }
    }

    /// What it asks.
    pub fn question(&self, lang: Lang, setting: &Setting) -> String {
        self.text.as_ref().map(|words| words.fill(lang, setting.parameters)).unwrap_or_default()
    }
}
