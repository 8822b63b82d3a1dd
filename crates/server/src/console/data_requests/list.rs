//! The queue of requests: what waits, the next due first; what was answered.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{routes, words as console_words};
use crate::rights::words;
use crate::state::AppState;
use axum::extract::State;
use axum::response::Response;
use bluezone_domain::Timestamp;
use bluezone_domain::data_request::DataRequest;
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, badge, card, empty};
use bluezone_pages::table::{Column, table};
use bluezone_pages::time::date_time;
use bluezone_pages::{Lang, text};
use maud::{Markup, html};

/// Requests of each list.
const MOST: u32 = 200;

text! {
    TITLE, "Yêu cầu về dữ liệu cá nhân", "Requests about personal data";
    LEAD, "Báo đã nhận trong 2 ngày làm việc; xem, sửa, cấp bản sao 10 ngày; rút, hạn chế, phản đối 15 ngày; xóa 20 ngày (Nghị định 356/2025/NĐ-CP, Điều 5).",
        "Say that it arrived within 2 working days; view, correct, copy 10 days; withdraw, restrict, object 15 days; delete 20 days (Decree 356/2025/NĐ-CP, Art. 5).";
    WAITING, "Đang chờ, gần hạn nhất trước", "Waiting, the next due first";
    ANSWERED, "Đã xong, mới nhất trước", "Answered, newest first";
    WHAT, "Yêu cầu", "Request";
    RECEIVED, "Nhận lúc", "Received";
    ARRIVED, "Báo đã nhận", "Said that it arrived";
    DUE, "Hạn trả lời", "Answer by";
    AREA, "Nơi ở", "Lives in";
    OUTCOME, "Kết quả", "Outcome";
    CLOSED, "Xong lúc", "Answered";
    BEFORE, "trước {at}", "by {at}";
    NOTHING, "Không có yêu cầu nào đang chờ", "No request waits";
    NOTHING_WHY, "Yêu cầu của người dân trong địa bàn sẽ hiện ở đây, kèm hạn trả lời.", "What people of the territory ask appears here, with the day by which to answer."
}

/// `GET /console/data-requests`
pub async fn page(State(state): State<AppState>, signed: Signed, view: View) -> Result<Response, Failure> {
    let (lang, now) = (view.lang, state.now());
    let territory = signed.officer.territory;
    let open = state.store.open_data_requests(territory, MOST).await?;
    let closed = state.store.closed_data_requests(territory, MOST).await?;
    let body = html! {
        @if open.is_empty() {
            (empty(Icon::Check, NOTHING.get(lang), html! { p { (NOTHING_WHY.get(lang)) } }))
        } @else { (card(WAITING.get(lang), waiting(lang, &open, now))) }
        @if !closed.is_empty() { (card(ANSWERED.get(lang), answered(lang, &closed))) }
    };
    let (title, lead) = (TITLE.get(lang), Some(LEAD.get(lang)));
    Ok(Shell { view: &view, signed: Some(&signed), title, lead, wide: true, body }.render())
}

fn waiting(lang: Lang, requests: &[DataRequest], now: Timestamp) -> Markup {
    let columns = [
        Column::words(WHAT.get(lang)),
        Column::words(ARRIVED.get(lang)),
        Column::words(DUE.get(lang)),
        Column::words(AREA.get(lang)),
        Column::words(RECEIVED.get(lang)),
    ];
    let rows = requests.iter().map(|request| {
        let arrived = match request.acknowledged_at {
            Some(at) => console_words::instant(lang, at),
            None => term(lang, request.acknowledge_by, now),
        };
        vec![
            html! { a href=(routes::data_request(request.id)) { (words::right(request.right).get(lang)) } },
            arrived,
            term(lang, request.due_at, now),
            html! { (console_words::area(lang, request.area)) },
            console_words::instant(lang, request.received_at),
        ]
    });
    table(WAITING.get(lang), &columns, rows)
}

fn answered(lang: Lang, requests: &[DataRequest]) -> Markup {
    let columns = [
        Column::words(WHAT.get(lang)),
        Column::words(OUTCOME.get(lang)),
        Column::words(CLOSED.get(lang)),
        Column::words(AREA.get(lang)),
    ];
    let rows = requests.iter().filter_map(|request| {
        let (at, outcome) = request.closed?;
        Some(vec![
            html! { a href=(routes::data_request(request.id)) { (words::right(request.right).get(lang)) } },
            words::outcome_badge(lang, outcome),
            console_words::instant(lang, at),
            html! { (console_words::area(lang, request.area)) },
        ])
    });
    table(ANSWERED.get(lang), &columns, rows)
}

/// By when, and whether that is over.
pub fn term(lang: Lang, by: Timestamp, now: Timestamp) -> Markup {
    // The term ends with the last second of its last day.
    let words = BEFORE.fill(lang, &[("at", &date_time(lang, by.0 - 1))]);
    if now >= by {
        badge(Tone::Bad, &words)
    } else {
        html! { (words) }
    }
}
