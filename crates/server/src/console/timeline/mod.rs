//! What happened around a case, in the order of time: a list that says all of it, and a strip that shows it.

mod draw;
mod events;

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::words;
use crate::state::AppState;
use bluezone_domain::case::{Case, CaseChange};
use bluezone_domain::epi_point::EpiPoint;
use bluezone_domain::id::OfficerId;
use bluezone_pages::table::{Column, table};
use bluezone_pages::time::{date, time_tag};
use bluezone_pages::{Lang, text};
use bluezone_store::IssuedCode;
use draw::draw;
use events::Time;
use maud::{Markup, html};

text! {
    TITLE, "Dòng thời gian", "Time-line";
    CAPTION, "Những gì đã xảy ra quanh ca này, cũ nhất trước", "What happened around this case, oldest first";
    WHEN, "Lúc", "When";
    WHAT, "Việc", "What";
    WHO, "Người thực hiện", "By"
}

/// What the page of a case has read already.
pub struct Known<'a> {
    /// The case.
    pub case: &'a Case,
    /// Its codes.
    pub codes: &'a [IssuedCode],
    /// Its history.
    pub changes: &'a [CaseChange],
    /// Where it was; nothing for those who may not see it.
    pub points: &'a [EpiPoint],
}

/// The part of a case's page: strip and list. `name` says who an officer is.
pub async fn shown(
    state: &AppState,
    signed: &Signed,
    lang: Lang,
    known: Known<'_>,
    name: impl Fn(OfficerId) -> String,
) -> Result<Markup, Failure> {
    let events = events::gather(state, signed, lang, &known, name).await?;
    let columns =
        [Column::words(WHEN.get(lang)), Column::words(WHAT.get(lang)), Column::words(WHO.get(lang))];
    let rows = events.iter().map(|event| {
        let what = html! {
            @match &event.href { Some(href) => a href=(href) { (event.what) }, None => { (event.what) } }
        };
        vec![when(lang, event.time), what, html! { (event.by.as_deref().unwrap_or("–")) }]
    });
    Ok(html! {
        section.stack #timeline {
            h2 { (TITLE.get(lang)) }
            div.graph-frame tabindex="0" role="group" aria-label=(TITLE.get(lang)) { (draw(lang, &events)) }
            (table(CAPTION.get(lang), &columns, rows))
        }
    })
}

fn when(lang: Lang, time: Time) -> Markup {
    match time {
        Time::Day(day) => time_tag(day.0, &date(lang, day.0)),
        Time::At(at) => words::instant(lang, at),
        Time::Span(from, to) => html! {
            (words::instant(lang, from)) " – " (words::instant(lang, to))
        },
    }
}
