//! One zone: how it stands, where it lies, everything that was decided, by whom.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::routes;
use crate::console::shell::{Shell, View};
use crate::console::words::instant;
use crate::console::zones::{area, find, list};
use crate::state::AppState;
use crate::zones::{self, places, words};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use bluezone_domain::id::OfficerId;
use bluezone_domain::zone::Zone;
use bluezone_pages::parts::{Tone, Weight, alert, back, card, facts, link_button};
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, text};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

text! {
    TITLE, "Vùng: {name}", "Zone: {name}";
    DONE, "Đã lưu quyết định", "The decision is saved";
    DONE_WHY, "Trang công khai đã đổi theo.", "The public page has changed with it.";
    CHANGE, "Đổi hoặc gia hạn", "Change or prolong";
    LIFT, "Gỡ bỏ trước hạn", "Lift before its end";
    EXTENT, "Phạm vi", "Extent";
    STATE, "Tình trạng", "State";
    PUBLIC, "Trang công khai", "Public page";
    SEE, "Xem", "See";
    HISTORY, "Các quyết định", "Decisions";
    WRITTEN, "Ghi lúc", "Written down";
    BY, "Người ghi", "By"
}

/// What the address may say has just happened.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: Option<String>,
}

/// What a zone's pages are called.
pub fn title(lang: Lang, zone: &Zone) -> String {
    TITLE.fill(lang, &[("name", &places::name_of(lang, zone.commune.as_str()))])
}

/// `GET /console/zones/{zone}`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let (lang, now) = (view.lang, state.now());
    let zone = find(&state, &signed, &id).await?;
    let mut names = BTreeMap::new();
    for change in &zone.changes {
        if let Entry::Vacant(name) = names.entry(change.by) {
            let officer = state.store.officer(change.by).await?;
            name.insert(officer.map(|officer| officer.username).unwrap_or_default());
        }
    }
    let over = zone.end().is_none_or(|end| end <= now);
    let level = zone.level_at(now).or_else(|| zone.changes.first().and_then(|first| first.step.level()));
    let public = zones::commune_path(zone.province, zone.commune);
    let body = html! {
        (back(routes::ZONES, list::TITLE.get(lang)))
        @if asked.done.is_some() { (alert(Tone::Good, DONE.get(lang), html! { p { (DONE_WHY.get(lang)) } })) }
        div.map-and-table {
            (area::map(lang, zone.province, zone.commune, level.map(|level| (&zone.extent, level)), false))
            div.stack {
                section.card {
                    (facts([
                        (STATE.get(lang), list::state_badge(lang, &zone, now)),
                        (words::AREA.get(lang), html! { (words::commune(lang, &zone)) }),
                        (EXTENT.get(lang), html! { (words::extent(lang, &zone.extent)) }),
                        (PUBLIC.get(lang), html! { a href=(public) { (SEE.get(lang)) } }),
                    ]))
                    @if !over {
                        div.actions {
                            (link_button(Weight::Primary, &routes::change_zone(zone.id), CHANGE.get(lang)))
                            (link_button(Weight::Danger, &routes::lift_zone(zone.id), LIFT.get(lang)))
                        }
                    }
                }
                (card(HISTORY.get(lang), history(lang, &zone, &names)))
            }
        }
    };
    let (view, title) = (view.at(&routes::zone(zone.id)), title(lang, &zone));
    Ok(Shell { view: &view, signed: Some(&signed), title: &title, lead: None, wide: true, body }.render())
}

/// Newest first.
fn history(lang: Lang, zone: &Zone, names: &BTreeMap<OfficerId, String>) -> Markup {
    let columns = [
        Column::words(words::DECISION.get(lang)),
        Column::words(words::LEVEL.get(lang)),
        Column::words(words::IN_FORCE.get(lang)),
        Column::words(WRITTEN.get(lang)),
        Column::words(BY.get(lang)),
    ];
    let rows = zone.changes.iter().rev().map(|change| {
        vec![
            html! { div { (change.decision) span.below { (change.reason) } } },
            words::step(lang, change.step),
            words::span(lang, change.step),
            instant(lang, change.at),
            html! { (names.get(&change.by).map(String::as_str).unwrap_or_default()) },
        ]
    });
    table(HISTORY.get(lang), &columns, rows)
}
