//! Components: alerts, badges, buttons, cards, empty states, lists of facts, pages of a list, steps.

use crate::icon::Icon;
use crate::lang::Lang;
use crate::text;
use maud::{Markup, Render, html};
use std::cmp::Ordering;

text! {
    PREVIOUS, "Trang trước", "Previous";
    NEXT, "Trang sau", "Next";
    PAGES, "Các trang", "Pages";
    FIRST, "Về trang đầu", "First page";
    PAGE_OF, "Trang {n} / {all}", "Page {n} of {all}";
    STEPS, "Các bước", "Steps";
    STEP_DONE, "xong", "done";
    STEP_NOW, "đang làm", "now"
}

/// What a piece of the page says before it is read. Never by colour alone: each has its icon.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Tone {
    /// Neither good nor bad.
    Neutral,
    /// Something to know.
    Info,
    /// All is well, or done.
    Good,
    /// Look at this.
    Caution,
    /// Act on this, or it failed.
    Bad,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Tone::Neutral => "neutral",
            Tone::Info => "info",
            Tone::Good => "good",
            Tone::Caution => "caution",
            Tone::Bad => "bad",
        }
    }

    fn icon(self) -> Icon {
        match self {
            Tone::Neutral | Tone::Info => Icon::Info,
            Tone::Good => Icon::Check,
            Tone::Caution => Icon::Warning,
            Tone::Bad => Icon::Cross,
        }
    }
}

/// A message across the page. [`Tone::Bad`] interrupts a screen reader; the others wait.
pub fn alert(tone: Tone, title: &str, body: impl Render) -> Markup {
    html! {
        div class={ "alert " (tone.class()) } role=(if tone == Tone::Bad { "alert" } else { "status" }) {
            (tone.icon().svg())
            div { p.alert-title { (title) } (body) }
        }
    }
}

/// A small label for a state.
pub fn badge(tone: Tone, words: &str) -> Markup {
    html! { span class={ "badge " (tone.class()) } { (words) } }
}

/// The first thing on a page: how things stand, in one line and one sentence.
pub fn status(tone: Tone, icon: Icon, title: &str, body: impl Render) -> Markup {
    html! {
        section class={ "status " (tone.class()) } {
            div.status-icon { (icon.svg()) }
            div.status-words { h2 { (title) } (body) }
        }
    }
}

/// A titled block.
pub fn card(title: &str, body: impl Render) -> Markup {
    html! { section.card { h2 { (title) } (body) } }
}

/// How strongly a button asks to be pressed.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Weight {
    /// The one thing to do here.
    Primary,
    /// Another thing to do.
    Secondary,
    /// Destroys something.
    Danger,
}

impl Weight {
    /// Its class in the style sheet, for a button that is more than [`button`].
    pub fn class(self) -> &'static str {
        match self {
            Weight::Primary => "button primary",
            Weight::Secondary => "button",
            Weight::Danger => "button danger",
        }
    }
}

/// A button that sends its form.
pub fn button(weight: Weight, label: &str) -> Markup {
    html! { button class=(weight.class()) type="submit" { (label) } }
}

/// A link that looks like a button.
pub fn link_button(weight: Weight, href: &str, label: &str) -> Markup {
    html! { a class=(weight.class()) href=(href) { (label) } }
}

/// A link back to the page above.
pub fn back(href: &str, label: &str) -> Markup {
    html! { p.back { a href=(href) { (Icon::Back.svg()) (label) } } }
}

/// What stands where there is nothing yet.
pub fn empty(icon: Icon, title: &str, body: impl Render) -> Markup {
    html! { div.empty { (icon.svg()) p.empty-title { (title) } (body) } }
}

/// Names and values, in two columns on a wide screen.
pub fn facts<'a>(pairs: impl IntoIterator<Item = (&'a str, Markup)>) -> Markup {
    html! {
        dl.facts {
            @for (name, value) in pairs { div { dt { (name) } dd { (value) } } }
        }
    }
}

/// Big numbers side by side: the number, what it counts.
pub fn figures<'a>(pairs: impl IntoIterator<Item = (String, &'a str)>) -> Markup {
    html! {
        dl.figures {
            @for (number, label) in pairs { div { dt { (label) } dd { (number) } } }
        }
    }
}

/// Which part of a paged list is shown.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Pages {
    /// This page, from 1.
    pub page: u64,
    /// All pages, at least 1.
    pub pages: u64,
}

/// Links to the neighbouring pages of a list; nothing for a single page. `href` gives a page's address.
pub fn pagination(lang: Lang, at: Pages, href: impl Fn(u64) -> String) -> Markup {
    if at.pages <= 1 {
        return html! {};
    }
    let words = PAGE_OF.fill(lang, &[("n", &at.page.to_string()), ("all", &at.pages.to_string())]);
    html! {
        nav.pagination aria-label=(PAGES.get(lang)) {
            @if at.page > 1 {
                a.button href=(href(at.page - 1)) rel="prev" { (Icon::Back.svg()) (PREVIOUS.get(lang)) }
            }
            span { (words) }
            @if at.page < at.pages {
                a.button href=(href(at.page + 1)) rel="next" { (NEXT.get(lang)) (Icon::Forward.svg()) }
            }
        }
    }
}

/// Links of a list that is read from a cursor on: to its first page, where this is a later one; and to the next, where there is one,
/// by its address and words.
pub fn onward(lang: Lang, first: Option<String>, next: Option<(String, &str)>) -> Markup {
    if first.is_none() && next.is_none() {
        return html! {};
    }
    html! {
        nav.pagination aria-label=(PAGES.get(lang)) {
            @if let Some(href) = first { a.button href=(href) { (Icon::Back.svg()) (FIRST.get(lang)) } }
            @if let Some((href, words)) = next {
                a.button href=(href) rel="next" { (words) (Icon::Forward.svg()) }
            }
        }
    }
}

/// Where the reader stands in a sequence of steps; `now` counts from 0, and `now == steps.len()` is the end.
pub fn steps(lang: Lang, steps: &[&str], now: usize) -> Markup {
    html! {
        ol.steps aria-label=(STEPS.get(lang)) {
            @for (at, words) in steps.iter().enumerate() {
                li class=[step_class(at, now)] aria-current=[(at == now).then_some("step")] {
                    span.step-mark aria-hidden="true" {
                        @if at < now { (Icon::Check.svg()) } @else { (at + 1) }
                    }
                    span {
                        (words)
                        @if at < now { span.unseen { " (" (STEP_DONE.get(lang)) ")" } }
                        @if at == now { span.unseen { " (" (STEP_NOW.get(lang)) ")" } }
                    }
                }
            }
        }
    }
}

fn step_class(at: usize, now: usize) -> Option<&'static str> {
    match at.cmp(&now) {
        Ordering::Less => Some("done"),
        Ordering::Equal => Some("now"),
        Ordering::Greater => None,
    }
}

/// A question and its answer, folded away until wanted. Works without JavaScript.
pub fn fold(summary: &str, body: impl Render) -> Markup {
    html! { details.fold { summary { (summary) } div.fold-body { (body) } } }
}

/// A code to be read aloud or copied, in groups of four.
pub fn big_code(code: &str) -> Markup {
    let characters: Vec<char> = code.chars().collect();
    html! {
        p.big-code {
            @for group in characters.chunks(4) { span { (group.iter().collect::<String>()) } }
        }
    }
}
