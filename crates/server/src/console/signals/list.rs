//! The reports that an officer reaches, newest first.

use super::words;
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{routes, words as console_words};
use crate::state::AppState;
use axum::extract::{Query, State};
use axum::response::Response;
use bluezone_domain::Timestamp;
use bluezone_domain::signal::{Signal, State as SignalState};
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{empty, onward};
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, text};
use bluezone_store::{SignalCursor, Within};
use maud::{Markup, html};
use serde::Deserialize;

/// Reports on a page.
const PAGE: u32 = 30;

text! {
    TITLE, "Phản ánh của người dân", "What citizens report";
    LEAD, "Mỗi phản ánh là một dấu hiệu: sàng lọc trong 24 giờ, xác minh trong 48 giờ, rồi thành sự kiện hoặc loại (Thông tư 15/2026/TT-BYT, Điều 9; số giờ do Bluezone đặt).",
        "Each report is a signal: screened within 24 hours, verified within 48, then an event or dismissed (Circular 15/2026/TT-BYT, Art. 9; the hours are Bluezone's).";
    CAPTION, "Phản ánh trong địa bàn, mới nhất trước", "Reports of the territory, newest first";
    ALL, "Tất cả", "All";
    BY_STATE, "Lọc theo bước", "Filter by step";
    ABOUT, "Việc", "About";
    WHERE, "Nơi", "Where";
    STATE, "Bước", "Step";
    DUE, "Hạn", "Due";
    RECEIVED, "Nhận lúc", "Received";
    UNIT, "Giao cho", "Handed to";
    NOTHING, "Chưa có phản ánh nào", "Nothing was reported yet";
    NOTHING_WHY, "Phản ánh của người dân trong địa bàn sẽ hiện ở đây.", "What citizens of the territory report appears here.";
    OLDER, "Cũ hơn", "Older"
}

/// What the address asks for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
    after: String,
}

/// `GET /console/signals`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let (lang, now) = (view.lang, state.now());
    let chosen: Option<SignalState> = asked.state.parse().ok();
    let within = Within::from(signed.scope());
    // One more than is shown tells whether there is another page.
    let mut signals = state.store.list_signals(&within, chosen, read_cursor(&asked.after), PAGE + 1).await?;
    let more = signals.len() > PAGE as usize;
    signals.truncate(PAGE as usize);
    let next = signals.last().filter(|_| more).map(SignalCursor::from);
    let body = html! {
        nav.filters aria-label=(BY_STATE.get(lang)) {
            @for choice in std::iter::once(None).chain(SignalState::ALL.iter().copied().map(Some)) {
                a href=(address(choice, None)) aria-current=[(choice == chosen).then_some("true")] {
                    (choice.map_or(ALL, words::state).get(lang))
                }
            }
        }
        @if signals.is_empty() {
            (empty(Icon::Info, NOTHING.get(lang), html! { p { (NOTHING_WHY.get(lang)) } }))
        } @else { (rows(lang, &signals, now)) }
        (onward(lang, None, next.map(|next| (address(chosen, Some(next)), OLDER.get(lang)))))
    };
    let (title, lead) = (TITLE.get(lang), Some(LEAD.get(lang)));
    Ok(Shell { view: &view, signed: Some(&signed), title, lead, wide: true, body }.render())
}

fn rows(lang: Lang, signals: &[Signal], now: Timestamp) -> Markup {
    let columns = [
        Column::words(ABOUT.get(lang)),
        Column::words(STATE.get(lang)),
        Column::words(DUE.get(lang)),
        Column::words(WHERE.get(lang)),
        Column::words(UNIT.get(lang)),
        Column::words(RECEIVED.get(lang)),
    ];
    let rows = signals.iter().map(|signal| {
        vec![
            html! { a href=(routes::signal(signal.id)) { (words::category(&signal.category).get(lang)) } },
            words::state_badge(lang, signal.state),
            words::due(lang, signal, now),
            html! { (console_words::area(lang, signal.area)) },
            html! { (signal.assigned.as_deref().unwrap_or("–")) },
            console_words::instant(lang, signal.received_at),
        ]
    });
    table(CAPTION.get(lang), &columns, rows)
}

fn address(state: Option<SignalState>, after: Option<SignalCursor>) -> String {
    let state = state.map(|state| format!("state={}", state.as_str()));
    let after = after.map(|after| format!("after={}-{}", after.received_at.0, after.id));
    let pairs: Vec<String> = state.into_iter().chain(after).collect();
    if pairs.is_empty() {
        routes::SIGNALS.to_owned()
    } else {
        format!("{}?{}", routes::SIGNALS, pairs.join("&"))
    }
}

fn read_cursor(text: &str) -> Option<SignalCursor> {
    let (at, id) = text.split_once('-')?;
    Some(SignalCursor { received_at: Timestamp(at.parse().ok()?), id: id.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bluezone_domain::id::SignalId;

    #[test]
    fn a_cursor_survives_its_address() {
        let cursor =
            SignalCursor { received_at: Timestamp(1_795_379_400), id: SignalId::from_bytes([7; 16]) };
        let address = address(Some(SignalState::Screened), Some(cursor));
        assert!(address.starts_with("/console/signals?state=screened&after="), "{address}");
        assert_eq!(read_cursor(address.rsplit('=').next().unwrap()), Some(cursor));
        for wrong in ["", "-", "1", "x-07", "1-zz"] {
            assert_eq!(read_cursor(wrong), None);
        }
    }
}
