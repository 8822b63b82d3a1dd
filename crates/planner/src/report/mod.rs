//! A plan's results as one self-contained page in both languages, for a meeting: what it says, what it rests on and what
//! it cannot say come first.

mod assumptions;
mod chart;
mod doing;
mod measure_words;
mod replayed;
mod sections;
mod words;

pub use words::{people, percent};

use bluezone_pages::Lang;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::plan::{Plan, Summary};
use crate::replay::Replay;
use crate::scenario::Scenario;

/// The page.
#[must_use]
pub fn page(plan: &Plan, summary: &Summary) -> String {
    drawn(plan, summary, None)
}

/// The page, with what real phones did with a piece of a run.
#[must_use]
pub fn page_with_replay(plan: &Plan, summary: &Summary, replay: &Replay) -> String {
    drawn(plan, summary, Some(replay))
}

fn drawn(plan: &Plan, summary: &Summary, replay: Option<&Replay>) -> String {
    let title = |lang| heading(lang, plan);
    html! {
        (DOCTYPE)
        html lang="vi" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title(Lang::Vi)) }
                style { (PreEscaped(include_str!("style.css"))) }
            }
            body {
                main.page {
                    @for lang in Lang::ALL {
                        input.choice type="radio" name="lang" id=(lang.code()) checked[lang == Lang::Vi];
                    }
                    fieldset.languages aria-label=(words::LANGUAGE.get(Lang::Vi)) {
                        @for lang in Lang::ALL { label for=(lang.code()) { (lang.name()) } }
                    }
                    @for lang in Lang::ALL { article lang=(lang.code()) { (body(lang, plan, summary, replay)) } }
                }
            }
        }
    }
    .into_string()
}

/// A heading of the first page: below that of its scenario, which has one where there are several.
fn minor(several: bool, words: &str) -> Markup {
    html! { @if several { h3 { (words) } } @else { h2.minor { (words) } } }
}

/// The name of a scenario; the usual one has none.
fn name(lang: Lang, scenario: &Scenario) -> &str {
    if scenario.name.is_empty() { words::USUAL.get(lang) } else { &scenario.name }
}

fn heading(lang: Lang, plan: &Plan) -> String {
    let mut places: Vec<&str> =
        plan.scenarios.iter().map(|scenario| scenario.province.name.as_str()).collect();
    places.dedup();
    words::TITLE.fill(lang, &[("place", &places.join(", "))])
}

fn body(lang: Lang, plan: &Plan, summary: &Summary, replay: Option<&Replay>) -> Markup {
    let several = plan.scenarios.len() > 1;
    html! {
        div.first {
            h1 { (heading(lang, plan)) }
            @for (number, scenario) in plan.scenarios.iter().enumerate() {
                @if several { h2 { (name(lang, scenario)) } }
                (sections::first_page(lang, plan, summary, number, scenario))
            }
            @if let Some(replay) = replay { (replayed::verdict(lang, replay)) }
            (minor(several, words::CANNOT.get(lang)))
            (sections::limits(lang, plan))
        }
        @if several { (sections::comparison(lang, plan, summary)) }
        @for (number, scenario) in plan.scenarios.iter().enumerate() {
            @if several { h2 { (name(lang, scenario)) } }
            (sections::results(lang, plan, summary, number, scenario))
        }
        @if let Some(replay) = replay { (replayed::section(lang, replay)) }
        h2 { (words::ABOUT.get(lang)) }
        p { (words::ABOUT_TEXT.get(lang)) }
    }
}
