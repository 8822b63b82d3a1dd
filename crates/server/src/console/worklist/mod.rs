//! What waits to be done, where officers start: what is due, overdue first, of all that they reach, of their unit, or of what
//! they registered themselves.

mod sections;

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::routes;
use crate::console::shell::{Shell, View};
use crate::state::AppState;
use axum::extract::{Query, State};
use axum::response::Response;
use bluezone_domain::case::Case;
use bluezone_domain::officer::Role;
use bluezone_domain::policy::{Action, Reach, may, reach};
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, badge, empty};
use bluezone_pages::{Lang, Text, text};
use bluezone_store::{Within, Work, Worker};
use maud::{Markup, html};
use sections::Desk;
use serde::Deserialize;

text! {
    TITLE, "Việc cần làm", "To do";
    WHOSE, "Việc của ai", "Whose work";
    ALL, "Cả địa bàn", "All that I reach";
    UNIT, "Giao cho đơn vị", "Handed to my unit";
    MINE, "Tôi ghi nhận", "Registered by me";
    COUNTS, "Số việc", "Counts";
    OVERDUE, "{n} quá hạn", "{n} overdue";
    SHOWN, "{n} việc đầu tiên trong {all}.", "The first {n} of {all}.";
    SEE_ALL, "Tất cả {all} →", "All {all} →";
    NOTHING, "Không còn việc gì", "Nothing is left to do";
    NOTHING_WHY, "Ca cần báo cáo, người tiếp xúc cần hỏi và những gì chờ bạn quyết định sẽ hiện ở đây.",
        "Cases to report, contacts to ask and what waits for your decision will stand here."
}

/// Whether officers of a role have work here. Laboratories start at their cases, auditors at the audit.
pub fn is_for(role: Role) -> bool {
    [Action::ChangeCase, Action::SeeContacts, Action::ManageOfficers]
        .into_iter()
        .any(|action| may(role, action))
}

/// What the address asks for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    whose: String,
}

/// One kind of work.
struct Section {
    /// Its name in the address.
    id: &'static str,
    title: Text,
    rows: Markup,
    shown: usize,
    all: usize,
    overdue: usize,
    /// The list that holds all of it, where there is one.
    list: Option<&'static str>,
}

/// `GET /console/worklist`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let whose = match asked.whose.as_str() {
        whose @ ("unit" | "mine") => whose,
        _ => "",
    };
    let desk =
        Desk { state: &state, signed: &signed, lang, now: state.now(), worker: worker(&signed, whose) };
    let sections = desk.sections().await?;
    let title = TITLE.get(lang);
    let body = html! {
        @if signed.may(Action::SeeCases) { (filters(&signed, lang, whose)) }
        @if sections.is_empty() { (empty(Icon::Check, NOTHING.get(lang), html! { p { (NOTHING_WHY.get(lang)) } })) }
        @else { (counts(lang, &sections)) }
        @for section in &sections { (drawn(lang, section)) }
    };
    Ok(Shell { view: &view, signed: Some(&signed), title, lead: None, wide: true, body }.render())
}

fn worker(signed: &Signed, whose: &str) -> Worker {
    let all = Within::from(signed.scope());
    match whose {
        "unit" => Worker { within: Within { territory: None, ..all }, only: None },
        "mine" => Worker { within: all, only: Some(signed.officer.id) },
        _ => Worker { within: all, only: None },
    }
}

fn filters(signed: &Signed, lang: Lang, chosen: &str) -> Markup {
    // Who reaches only what was handed to their unit has no territory to choose.
    let whole = (reach(signed.officer.role) == Reach::Territory).then_some(("", ALL));
    let choices = whole.into_iter().chain([("unit", UNIT), ("mine", MINE)]);
    let is_chosen = |of: &str| of == chosen || (whole.is_none() && chosen.is_empty() && of == "unit");
    html! {
        nav.filters aria-label=(WHOSE.get(lang)) {
            @for (of, label) in choices {
                @let to = if of.is_empty() { routes::WORKLIST.to_owned() } else { format!("{}?whose={of}", routes::WORKLIST) };
                a href=(to) aria-current=[is_chosen(of).then_some("true")] { (label.get(lang)) }
            }
        }
    }
}

/// `50+` where counting ended.
fn counted(n: usize, more: bool) -> String {
    if more { format!("{n}+") } else { n.to_string() }
}

fn all(section: &Section) -> String {
    counted(section.all, section.all == Work::<Case>::MOST)
}

fn counts(lang: Lang, sections: &[Section]) -> Markup {
    html! {
        nav.counts aria-label=(COUNTS.get(lang)) {
            @for section in sections {
                a href={ "#" (section.id) } {
                    strong { (all(section)) }
                    span { (section.title.get(lang)) }
                    @if section.overdue > 0 { (overdue(lang, section)) }
                }
            }
        }
    }
}

fn overdue(lang: Lang, section: &Section) -> Markup {
    let more = section.overdue == section.shown && section.shown < section.all;
    badge(Tone::Bad, &OVERDUE.fill(lang, &[("n", &counted(section.overdue, more))]))
}

fn drawn(lang: Lang, section: &Section) -> Markup {
    let all = all(section);
    html! {
        section.stack id=(section.id) {
            h2 { (section.title.get(lang)) }
            (section.rows)
            @if section.shown < section.all || section.list.is_some() {
                p.row {
                    @if section.shown < section.all {
                        span.soft { (SHOWN.fill(lang, &[("n", &section.shown.to_string()), ("all", &all)])) }
                    }
                    @if let Some(list) = section.list { a href=(list) { (SEE_ALL.fill(lang, &[("all", &all)])) } }
                }
            }
        }
    }
}
