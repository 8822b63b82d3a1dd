//! The register.

use super::keeps;
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{routes, words as console_words};
use crate::state::AppState;
use axum::extract::State;
use axum::response::Response;
use bluezone_domain::Timestamp;
use bluezone_domain::breach::Breach;
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, badge, empty, link_button};
use bluezone_pages::table::{Column, table};
use bluezone_pages::time::{duration, number};
use bluezone_pages::{Lang, text};
use maud::{Markup, html};
use std::collections::HashMap;

/// Breaches that are read.
const MOST: u32 = 500;

text! {
    TITLE, "Sự cố lộ dữ liệu", "Breaches of personal data";
    LEAD, "Báo cơ quan bảo vệ dữ liệu trong 72 giờ kể từ khi phát hiện (Luật 91/2025/QH15, Điều 23).",
        "The authority for data protection is told within 72 hours of finding one (Law 91/2025/QH15, Art. 23).";
    NEW, "Ghi sự cố", "Write a breach down";
    FOUND, "Phát hiện lúc", "Found";
    UNIT, "Đơn vị", "Unit";
    STATE, "Tình trạng", "State";
    PEOPLE, "Số người", "People";
    LEFT, "còn {time}", "{time} left";
    LATE, "quá hạn {time}", "{time} late";
    NOTIFIED, "Đã báo cơ quan", "The authority knows";
    CLOSED, "Đã đóng", "Closed";
    NOTHING, "Chưa ghi sự cố nào", "No breach is written down";
    NOTHING_WHY, "Khi phát hiện dữ liệu bị lộ, mất hoặc bị xem trái phép, hãy ghi ngay: 72 giờ tính từ lúc phát hiện.",
        "When data was lost, leaked or seen without right, write it down at once: the 72 hours run from when it was found."
}

/// `GET /console/breaches`
pub async fn page(State(state): State<AppState>, signed: Signed, view: View) -> Result<Response, Failure> {
    let (lang, now) = (view.lang, state.now());
    let units: HashMap<String, _> =
        state.store.list_units().await?.into_iter().map(|unit| (unit.code.clone(), unit)).collect();
    let mut breaches = state.store.breaches(MOST).await?;
    breaches.retain(|breach| keeps(&signed, &breach.unit, units.get(&breach.unit)));
    let body = html! {
        div.actions { (link_button(Weight::Primary, routes::NEW_BREACH, NEW.get(lang))) }
        @if breaches.is_empty() {
            (empty(Icon::Shield, NOTHING.get(lang), html! { p { (NOTHING_WHY.get(lang)) } }))
        } @else { (rows(lang, &breaches, now)) }
    };
    let (title, lead) = (TITLE.get(lang), Some(LEAD.get(lang)));
    Ok(Shell { view: &view, signed: Some(&signed), title, lead, wide: true, body }.render())
}

fn rows(lang: Lang, breaches: &[Breach], now: Timestamp) -> Markup {
    let columns = [
        Column::words(FOUND.get(lang)),
        Column::words(STATE.get(lang)),
        Column::numbers(PEOPLE.get(lang)),
        Column::words(UNIT.get(lang)),
    ];
    let rows = breaches.iter().map(|breach| {
        vec![
            html! { a href=(routes::breach(breach.id)) { (console_words::instant(lang, breach.found_at)) } },
            state_badge(lang, breach, now),
            html! { (number(lang, breach.about_people.into())) },
            html! { (breach.unit) },
        ]
    });
    table(TITLE.get(lang), &columns, rows)
}

/// How far a breach is, with the time that is left.
pub fn state_badge(lang: Lang, breach: &Breach, now: Timestamp) -> Markup {
    if breach.closed_at.is_some() {
        return badge(Tone::Neutral, CLOSED.get(lang));
    }
    match breach.left_s(now) {
        None => badge(Tone::Good, NOTIFIED.get(lang)),
        Some(left) if left > 0 => badge(Tone::Caution, &LEFT.fill(lang, &[("time", &duration(lang, left))])),
        Some(left) => badge(Tone::Bad, &LATE.fill(lang, &[("time", &duration(lang, -left))])),
    }
}
