//! The unit's warnings of places: those that wait, and those of the last weeks.

use super::{place, reference, state_badge, window};
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{routes, words};
use crate::state::AppState;
use axum::extract::State;
use axum::response::Response;
use bluezone_domain::place_warning::{OLDEST_S, PlaceWarning};
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::empty;
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, text};
use maud::{Markup, html};

/// Warnings on the page.
const MOST: u32 = 100;

text! {
    TITLE, "Cảnh báo theo nơi", "Warnings of places";
    LEAD, "Ai đã ở cùng nơi, cùng chuyến xe với ca bệnh được báo, khi một cán bộ đề nghị và một cán bộ khác của đơn vị đồng ý.",
        "Who was at a place or in a vehicle with a case is told, when one officer proposes it and another of the unit approves.";
    NONE, "Chưa có cảnh báo nào", "No warnings yet";
    NONE_WHY, "Mở hồ sơ một ca, xem ca đã ở đâu, rồi đề nghị cảnh báo.", "Open a case, see where they were, then propose a warning.";
    WHERE, "Nơi", "Place";
    WHEN, "Thời gian", "When";
    OF_CASE, "Ca", "Case";
    STATE, "Trạng thái", "State";
    WRITTEN, "Đề nghị lúc", "Proposed"
}

/// `GET /console/place-warnings`
pub async fn page(State(state): State<AppState>, signed: Signed, view: View) -> Result<Response, Failure> {
    let lang = view.lang;
    let since = state.now() - OLDEST_S;
    let warnings = state.store.place_warnings_of(&signed.officer.unit, since, MOST).await?;
    let body = if warnings.is_empty() {
        empty(Icon::Warning, NONE.get(lang), html! { p { (NONE_WHY.get(lang)) } })
    } else {
        rows(&state, lang, &warnings).await?
    };
    let (title, lead) = (TITLE.get(lang), Some(LEAD.get(lang)));
    Ok(Shell { view: &view, signed: Some(&signed), title, lead, wide: true, body }.render())
}

/// Warnings as a table.
pub async fn rows(state: &AppState, lang: Lang, warnings: &[PlaceWarning]) -> Result<Markup, Failure> {
    let columns = [WHERE, WHEN, OF_CASE, STATE, WRITTEN].map(|label| Column::words(label.get(lang)));
    let mut rows = Vec::new();
    for warning in warnings {
        rows.push(vec![
            html! { a href=(routes::place_warning(warning.id)) { (place::name(state, warning.window.place).await?) } },
            html! { (window(lang, &warning.window)) },
            html! { (reference(state, warning.ground.case).await?) },
            state_badge(lang, warning.state),
            words::instant(lang, warning.proposed_at),
        ]);
    }
    Ok(table(TITLE.get(lang), &columns, rows))
}
