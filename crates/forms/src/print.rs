//! A form on paper: filled in, for the person's own file; or empty, for somebody without a phone. The page has the
//! form's title above it.

use crate::applies::when;
use crate::condition::enabled;
use crate::draw::{numbers, yes_no};
use crate::model::{Item, Kind, Options, Questionnaire};
use crate::problem::{date, number};
use crate::setting::Setting;
use crate::value::{Answers, Value};
use bluezone_pages::{Lang, parts, text};
use maud::{Markup, html};
use std::collections::BTreeMap;

text! {
    VERSION, "Mẫu {name}, phiên bản {version}", "Form {name}, version {version}";
    NOT_ANSWERED, "không trả lời", "not answered";
    FILE, "1 tệp ({type})", "1 file ({type})"
}

/// One answer in words.
pub fn answer_words(item: &Item, value: &Value, answers: &Answers, lang: Lang, setting: &Setting) -> String {
    match value {
        Value::Boolean(yes) => yes_no(*yes).get(lang).to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Decimal(value) => number(lang, *value),
        Value::Date(day) => date(*day),
        Value::Text(text) => text.clone(),
        Value::Code(code) => {
            item.words_of(code, Some(answers), lang, setting).unwrap_or_else(|| code.clone())
        }
        Value::Attachment(file) => FILE.fill(lang, &[("type", &file.content_type)]),
    }
}

/// The questions that applied and what was answered, in words: for a page or for any other paper.
pub fn answered(
    form: &Questionnaire,
    answers: &Answers,
    lang: Lang,
    setting: &Setting,
) -> Vec<(String, String)> {
    let apply = enabled(form, answers, setting);
    let questions = form.questions().into_iter().filter(|item| apply.contains(item.link_id.as_str()));
    let pairs = questions.map(|item| {
        let values = answers.get(&item.link_id);
        let words: Vec<String> =
            values.iter().map(|value| answer_words(item, value, answers, lang, setting)).collect();
        let words = if words.is_empty() { NOT_ANSWERED.get(lang).to_owned() } else { words.join("; ") };
        (item.question(lang, setting), words)
    });
    pairs.collect()
}

/// The same as a page draws it.
pub fn filled(form: &Questionnaire, answers: &Answers, lang: Lang, setting: &Setting) -> Markup {
    let pairs = answered(form, answers, lang, setting);
    html! {
        (head(form, lang))
        (parts::facts(pairs.iter().map(|(question, answer)| (question.as_str(), html! { (answer) }))))
    }
}

/// The empty form, with boxes to tick and dots to write on.
pub fn paper(form: &Questionnaire, lang: Lang, setting: &Setting) -> Markup {
    let numbers = numbers(form);
    fn draw(
        item: &Item,
        form: &Questionnaire,
        numbers: &BTreeMap<&str, usize>,
        lang: Lang,
        setting: &Setting,
    ) -> Markup {
        let when = when(&item.enable, form, numbers, lang, setting);
        let note = html! { @if let Some(when) = &when { " " span.hint { (when) } } };
        if matches!(item.kind, Kind::Group) {
            return html! {
                section.stack {
                    @if item.text.is_some() { h2 { (item.question(lang, setting)) } }
                    @if let Some(when) = &when { p.hint { (when) } }
                    @for item in &item.items { (draw(item, form, numbers, lang, setting)) }
                }
            };
        }
        let number = numbers.get(item.link_id.as_str()).map(|number| format!("{number}. "));
        let boxes: Vec<String> = match &item.kind {
            Kind::Boolean { tick: true } => vec![String::new()],
            Kind::Boolean { tick: false } => {
                [true, false].map(|yes| yes_no(yes).get(lang).to_owned()).to_vec()
            }
            Kind::Choice { options: Options::Listed(choices), .. } => {
                choices.iter().map(|choice| choice.words.fill(lang, setting.parameters)).collect()
            }
            _ => Vec::new(),
        };
        let lines = match &item.kind {
            Kind::Text { long: true, .. } => 3,
            Kind::Display | Kind::Attachment { .. } => 0,
            _ => usize::from(boxes.is_empty()),
        };
        html! {
            div.field {
                p { strong { (number.unwrap_or_default()) (item.question(lang, setting)) } (note) }
                @if !boxes.is_empty() { p { @for words in &boxes { "☐ " (words) "   " } } }
                @for _ in 0..lines { div aria-hidden="true" { br; hr; } }
            }
        }
    }
    html! {
        (head(form, lang))
        @for item in &form.items { (draw(item, form, &numbers, lang, setting)) }
    }
}

/// Which form it is: name and version.
pub fn version(form: &Questionnaire, lang: Lang) -> String {
    VERSION.fill(lang, &[("name", &form.name), ("version", &form.version)])
}

fn head(form: &Questionnaire, lang: Lang) -> Markup {
    html! {
        p.hint { (version(form, lang)) }
    }
}
