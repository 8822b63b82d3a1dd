//! A form on a page. It needs no script: every question is shown, and one that applies only sometimes says when.

use crate::applies::{for_script, when};
use crate::condition::Enable;
use crate::fields::Entries;
use crate::model::{Choice, Item, Kind, Options, Questionnaire};
use crate::problem::Problem;
use crate::setting::Setting;
use crate::value::{Answers, Value};
use bluezone_pages::form::{Field, tick, to_mend};
use bluezone_pages::{Lang, Text, text};
use maud::{Markup, html};
use std::collections::BTreeMap;

text! {
    YES, "Có", "Yes";
    NO, "Không", "No";
    CHOOSE, "– Chọn –", "– Choose –";
    SEVERAL, "Có thể chọn nhiều ô.", "You may tick several.";
    FIRST_CHOOSE, "Chọn câu {n} trước, rồi bấm “{button}”.", "Choose question {n} first, then press “{button}”.";
    SHOW_LIST, "Hiện danh sách", "Show the list";
    FILES, "Nhiều nhất {n} tệp, mỗi tệp tối đa {size} MB.", "At most {n} files of at most {size} MB each.";
    OPTIONAL, "không bắt buộc", "optional"
}

/// Name and value of the button that draws the form again with the lists that depend on what was chosen; the server checks
/// nothing then.
pub const REDRAW: (&str, &str) = ("step", "redraw");

/// Characters of a question in the list of what to mend.
const NAMED: usize = 60;

/// A form with what was entered and what is wrong with it.
pub struct Drawing<'a> {
    /// The form.
    pub form: &'a Questionnaire,
    /// The reader's language.
    pub lang: Lang,
    /// The day and what follows from it.
    pub setting: Setting<'a>,
    /// What the fields hold.
    pub entries: &'a Entries,
    /// What is wrong, if it was sent already.
    pub problems: &'a [Problem],
}

impl Drawing<'_> {
    /// The questions, to stand in a form element of the page; `multipart/form-data` if [`Drawing::has_files`].
    pub fn render(&self) -> Markup {
        let numbers = numbers(self.form);
        let words: Vec<(&str, String)> = self
            .problems
            .iter()
            .map(|problem| (problem.link_id.as_str(), problem.words(self.form, self.lang, &self.setting)))
            .collect();
        let summary = self.to_mend();
        let problems = borrowed(&words);
        let pen =
            Pen { drawing: self, numbers, answers: choices(self.form, self.entries), problems: &problems };
        html! {
            (to_mend(self.lang, &borrowed(&summary)))
            @for item in &self.form.items { (pen.item(item)) }
        }
    }

    /// What is wrong, each with the name of its question and in words that begin with the question.
    pub fn to_mend(&self) -> Vec<(&str, String)> {
        let numbers = numbers(self.form);
        let words = |problem: &Problem| problem.words(self.form, self.lang, &self.setting);
        let line =
            |problem: &Problem| format!("{}{}", self.named(&problem.link_id, &numbers), words(problem));
        self.problems.iter().map(|problem| (problem.link_id.as_str(), line(problem))).collect()
    }

    /// The question's number and first words, before what is wrong with its answer.
    fn named(&self, name: &str, numbers: &BTreeMap<&str, usize>) -> String {
        let Some((item, number)) = self.form.item(name).zip(numbers.get(name)) else { return String::new() };
        let question = item.question(self.lang, &self.setting);
        let short: String = question.chars().take(NAMED).collect();
        let more = if short.len() < question.len() { "…" } else { "" };
        format!("{number}. {short}{more}: ")
    }

    /// Whether the form takes files.
    pub fn has_files(&self) -> bool {
        self.form.flat().iter().any(|item| matches!(item.kind, Kind::Attachment { .. }))
    }
}

fn borrowed<'a>(pairs: &'a [(&str, String)]) -> Vec<(&'a str, &'a str)> {
    pairs.iter().map(|(name, words)| (*name, words.as_str())).collect()
}

/// Yes or no.
pub(crate) fn yes_no(yes: bool) -> Text {
    if yes { YES } else { NO }
}

/// The number of each question, by name.
pub(crate) fn numbers(form: &Questionnaire) -> BTreeMap<&str, usize> {
    form.questions().into_iter().zip(1..).map(|(item, number)| (item.link_id.as_str(), number)).collect()
}

/// The choices among the entries: lists depend on them.
fn choices(form: &Questionnaire, entries: &Entries) -> Answers {
    let mut answers = Answers::default();
    for item in form.questions().into_iter().filter(|item| matches!(item.kind, Kind::Choice { .. })) {
        answers.set(&item.link_id, entries.get(&item.link_id).iter().cloned().map(Value::Code));
    }
    answers
}

struct Pen<'a> {
    drawing: &'a Drawing<'a>,
    numbers: BTreeMap<&'a str, usize>,
    answers: Answers,
    problems: &'a [(&'a str, &'a str)],
}

impl Pen<'_> {
    fn lang(&self) -> Lang {
        self.drawing.lang
    }

    fn item(&self, item: &Item) -> Markup {
        let (lang, setting) = (self.lang(), &self.drawing.setting);
        let inside = match &item.kind {
            Kind::Group => html! {
                section.card.stack {
                    @if item.text.is_some() { h2 { (item.question(lang, setting)) } }
                    @for item in &item.items { (self.item(item)) }
                }
            },
            Kind::Display => html! { p { (item.question(lang, setting)) } },
            _ => self.question(item),
        };
        let Some(words) = self.when(&item.enable) else { return inside };
        html! {
            div.stack data-when=(for_script(&item.enable, setting)) data-any[item.enable.any] {
                p.hint.when-words { (words) }
                (inside)
            }
        }
    }

    /// When an item applies, as a sentence; none if always.
    fn when(&self, enable: &Enable) -> Option<String> {
        when(enable, self.drawing.form, &self.numbers, self.lang(), &self.drawing.setting)
    }

    fn question(&self, item: &Item) -> Markup {
        let (lang, setting) = (self.lang(), &self.drawing.setting);
        let name = item.link_id.as_str();
        let number = self.numbers.get(name).copied().unwrap_or_default();
        let label = format!("{number}. {}", item.question(lang, setting));
        let entries = self.drawing.entries.get(name);
        let value = entries.first().map_or("", String::as_str);
        let error = self.problems.iter().find(|(link_id, _)| *link_id == name).map(|(_, words)| *words);
        let required = item.required;
        let mut hints = Vec::new();
        hints.extend(item.help.as_ref().map(|help| help.fill(lang, setting.parameters)));
        hints.extend(item.format(lang, setting));
        let field = match &item.kind {
            Kind::Group | Kind::Display => return html! {},
            Kind::Boolean { tick: true } => return tick(name, label, value == "yes", error),
            Kind::Boolean { tick: false } => {
                let options = vec![("yes", YES.get(lang)), ("no", NO.get(lang))];
                Field::radio(lang, name, &label, options)
            }
            Kind::Integer { .. } => Field::input(lang, "text", name, &label).digits(12),
            Kind::Decimal { .. } => Field::input(lang, "text", name, &label).decimal(),
            Kind::Date { .. } => Field::input(lang, "date", name, &label),
            Kind::Text { long: true, .. } => Field::area(lang, name, &label, 4),
            Kind::Text { most, .. } => {
                let (kind, token) = browser_knows(name).unwrap_or(("text", None));
                let field =
                    Field::input(lang, kind, name, &label).longest(u32::try_from(*most).unwrap_or(u32::MAX));
                match token {
                    Some(token) => field.complete(token),
                    None => field,
                }
            }
            Kind::Attachment { types, most_bytes } => {
                let (n, size) = (item.most.to_string(), (most_bytes / 1_000_000).to_string());
                hints.push(FILES.fill(lang, &[("n", &n), ("size", &size)]));
                return self.frame(item, &label, &hints, error, html! {
                    input type="file" id=(name) name=(name) accept=(types.join(",")) multiple[item.most > 1]
                        aria-describedby=[(!hints.is_empty()).then(|| format!("{name}-hint"))];
                });
            }
            Kind::Choice { options, drop_down } => {
                let choices = options.choices(&self.answers, setting);
                if item.most > 1 {
                    hints.push(SEVERAL.get(lang).to_owned());
                    return self.boxes(item, &label, &hints, error, &choices);
                }
                let words =
                    |choice: &Choice| (choice.code.clone(), choice.words.fill(lang, setting.parameters));
                let shown: Vec<(String, String)> = choices.iter().map(words).collect();
                let mut shown: Vec<(&str, &str)> =
                    shown.iter().map(|(code, words)| (code.as_str(), words.as_str())).collect();
                if let (Options::Set { of: Some(other), .. }, true) = (options, shown.is_empty()) {
                    let n = self.numbers.get(other.as_str()).copied().unwrap_or_default().to_string();
                    hints.push(FIRST_CHOOSE.fill(lang, &[("n", &n), ("button", SHOW_LIST.get(lang))]));
                }
                let depends = match options {
                    Options::Set { url, of: Some(other) } => {
                        Some((url.rsplit('/').next().unwrap_or_default(), other))
                    }
                    _ => None,
                };
                let long = *drop_down || matches!(options, Options::Set { .. });
                let hint = hints.join(" ");
                let field = if long {
                    shown.insert(0, ("", CHOOSE.get(lang)));
                    Field::select(lang, name, &label, shown)
                } else {
                    Field::radio(lang, name, &label, shown)
                };
                let field = dress(field, &hint, required, error).value(value);
                let Some((set, other)) = depends else { return html! { (field) } };
                return html! {
                    div.stack data-part-of=(other) data-set=(set) {
                        (field)
                        button.button type="submit" name=(REDRAW.0) value=(REDRAW.1) formnovalidate {
                            (SHOW_LIST.get(lang))
                        }
                    }
                };
            }
        };
        let hint = hints.join(" ");
        html! { (dress(field, &hint, required, error).value(value)) }
    }

    /// Several choices, each a box.
    fn boxes(
        &self,
        item: &Item,
        label: &str,
        hints: &[String],
        error: Option<&str>,
        choices: &[Choice],
    ) -> Markup {
        let name = item.link_id.as_str();
        let ticked = self.drawing.entries.get(name);
        self.frame(
            item,
            label,
            hints,
            error,
            html! {
                @for choice in choices {
                    label.choice {
                        input type="checkbox" name=(name) value=(choice.code)
                            checked[ticked.contains(&choice.code)] data-exclusive[choice.exclusive];
                        span { (choice.words.fill(self.lang(), self.drawing.setting.parameters)) }
                    }
                }
            },
        )
    }

    /// A field that the pages' own do not know.
    fn frame(
        &self,
        item: &Item,
        label: &str,
        hints: &[String],
        error: Option<&str>,
        inside: Markup,
    ) -> Markup {
        let name = item.link_id.as_str();
        let boxes = matches!(item.kind, Kind::Choice { .. });
        let optional = !item.required;
        let notes = html! {
            @if !hints.is_empty() { p.hint id={ (name) "-hint" } { (hints.join(" ")) } }
            @if let Some(error) = error {
                p.field-error id={ (name) "-error" } { (bluezone_pages::icon::Icon::Warning.svg()) (error) }
            }
        };
        let described = format!(
            "{}{}",
            if hints.is_empty() { String::new() } else { format!("{name}-hint ") },
            error.map_or(String::new(), |_| format!("{name}-error")),
        );
        let head = html! { (label) @if optional { span.optional { " (" (OPTIONAL.get(self.lang())) ")" } } };
        html! {
            @if boxes {
                fieldset.field.choices.wrong[error.is_some()] id=(name) aria-describedby=(described.trim()) {
                    legend { (head) }
                    (notes)
                    (inside)
                }
            } @else {
                div.field.wrong[error.is_some()] { label for=(name) { (head) } (notes) (inside) }
            }
        }
    }
}

/// The input's type, and what the browser may fill in, for what it may know: by the names that the forms share.
fn browser_knows(name: &str) -> Option<(&'static str, Option<&'static str>)> {
    Some(match name {
        "fullName" => ("text", Some("name")),
        "phone" => ("tel", Some("tel")),
        "proxyPhone" | "guardianPhone" | "observerPhone" | "reporterPhone" => ("tel", None),
        "email" => ("email", Some("email")),
        "address" | "contactAddress" => ("text", Some("street-address")),
        _ => return None,
    })
}

fn dress<'a>(field: Field<'a>, hint: &'a str, required: bool, error: Option<&'a str>) -> Field<'a> {
    let field = if required { field } else { field.optional() };
    let field = if hint.is_empty() { field } else { field.hint(hint) };
    field.error(error)
}
