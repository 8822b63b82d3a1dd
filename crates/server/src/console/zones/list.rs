//! The zones of the officer's territory.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::routes;
use crate::console::shell::{Shell, View};
use crate::state::AppState;
use crate::zones::{self, places, words};
use axum::extract::State;
use axum::response::Response;
use bluezone_domain::Timestamp;
use bluezone_domain::zone::{Extent, Zone};
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, badge, empty, link_button};
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, text};
use maud::{Markup, html};

/// How long after its end a zone stays in the list, in seconds.
const KEPT_S: i64 = 30 * 86_400;

text! {
    TITLE, "Khoanh vùng", "Zones";
    LEAD, "Các vùng trong địa bàn của đơn vị, kể cả đã hết hạn trong 30 ngày qua.",
        "The zones of your unit's territory, with those that ended in the last 30 days.";
    NEW, "Khoanh vùng mới", "New zone";
    PUBLIC, "Xem trang công khai", "See the public page";
    STATE, "Tình trạng", "State";
    NOW, "Đang áp dụng", "In force";
    PLANNED, "Sắp áp dụng", "Planned";
    OVER, "Đã hết", "Over";
    NOTHING, "Chưa có vùng nào", "No zones yet";
    NOTHING_WHY, "Vùng đầu tiên bạn khoanh sẽ hiện ở đây và trên trang công khai.",
        "The first zone that you decide appears here and on the public page."
}

/// `GET /console/zones`
pub async fn page(State(state): State<AppState>, signed: Signed, view: View) -> Result<Response, Failure> {
    let (lang, now) = (view.lang, state.now());
    let zones = state.store.zones(signed.officer.territory, now - KEPT_S).await?;
    let body = html! {
        div.actions {
            (link_button(Weight::Primary, routes::NEW_ZONE, NEW.get(lang)))
            (link_button(Weight::Secondary, zones::ZONES, PUBLIC.get(lang)))
        }
        @if zones.is_empty() {
            (empty(Icon::Map, NOTHING.get(lang), html! { p { (NOTHING_WHY.get(lang)) } }))
        } @else { (rows(lang, zones, now)) }
    };
    let (title, lead) = (TITLE.get(lang), Some(LEAD.get(lang)));
    Ok(Shell { view: &view, signed: Some(&signed), title, lead, wide: true, body }.render())
}

/// Whether a zone is in force, planned or over.
pub fn state_badge(lang: Lang, zone: &Zone, now: Timestamp) -> Markup {
    if zone.level_at(now).is_some() {
        badge(Tone::Info, NOW.get(lang))
    } else if zone.end().is_some_and(|end| end > now) {
        badge(Tone::Caution, PLANNED.get(lang))
    } else {
        badge(Tone::Neutral, OVER.get(lang))
    }
}

fn rows(lang: Lang, mut zones: Vec<Zone>, now: Timestamp) -> Markup {
    // What is in force first, the gravest first; then what ends last.
    zones.sort_by_key(|zone| std::cmp::Reverse((zone.level_at(now), zone.end())));
    let columns = [
        Column::words(words::AREA.get(lang)),
        Column::words(STATE.get(lang)),
        Column::words(words::LEVEL.get(lang)),
        Column::words(words::IN_FORCE.get(lang)),
        Column::words(words::DECISION.get(lang)),
    ];
    let rows = zones.iter().filter_map(|zone| {
        let shown = zone.deciding(now).filter(|_| zone.level_at(now).is_some()).or(zone.changes.last())?;
        Some(vec![
            html! {
                div {
                    a href=(routes::zone(zone.id)) { (places::name_of(lang, zone.commune.as_str())) }
                    @if let Extent::Part { places, .. } = &zone.extent { span.below { (places) } }
                }
            },
            state_badge(lang, zone, now),
            words::step(lang, shown.step),
            words::span(lang, shown.step),
            html! { (shown.decision) },
        ])
    });
    table(TITLE.get(lang), &columns, rows)
}
