//! One request of the citizen: how it stands, what was answered; it can be taken back.

use super::super::access::Signed;
use super::super::failure::Failure;
use super::super::routes;
use super::super::shell::Shell;
use super::requests;
use crate::console::shell::View;
use crate::console::words::instant;
use crate::rights::words;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::data_request::{DataRequest, Outcome, Step};
use bluezone_pages::form::form;
use bluezone_pages::parts::{Weight, button, card, facts};
use bluezone_pages::time::date;
use bluezone_pages::{Lang, text};
use bluezone_store::StoreError;
use maud::{Markup, html};

text! {
    STATE, "Tình trạng", "State";
    SENT, "Gửi lúc", "Sent";
    ARRIVED, "Báo đã nhận", "Heard that it arrived";
    ARRIVED_BY, "chậm nhất {date}", "by {date}";
    YOUR_WORDS, "Bạn viết", "What you wrote";
    LONGER, "Vì sao cần thêm thời gian", "Why it takes longer";
    ANSWER, "Trả lời", "The answer";
    WHY, "Lý do từ chối", "Why it was refused";
    COMPLAIN, "Nếu không đồng ý, bạn có quyền khiếu nại tới cơ quan bảo vệ dữ liệu cá nhân (Bộ Công an, A05) hoặc khởi kiện.",
        "If you do not agree you may complain to the authority for data protection (Ministry of Public Security, A05) or go to court.";
    TAKE_BACK, "Rút yêu cầu", "Take it back"
}

/// A request of this citizen.
async fn find(state: &AppState, signed: &Signed, id: &str) -> Result<DataRequest, Failure> {
    let id = id.parse().map_err(|_| Failure::NotFound)?;
    let request = state.store.data_request(id).await?;
    request.filter(|request| request.citizen == Some(signed.citizen)).ok_or(Failure::NotFound)
}

/// `GET /me/requests/{request}`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let request = find(&state, &signed, &id).await?;
    let lang = view.lang;
    let arrived = match request.acknowledged_at {
        Some(at) => instant(lang, at),
        None => {
            // The term ends with the last second of its last day.
            let by = date(lang, request.acknowledge_by.0 - 1);
            html! { (ARRIVED_BY.fill(lang, &[("date", &by)])) }
        }
    };
    let refused = match request.closed {
        Some((_, Outcome::Refused(why))) => Some(why),
        _ => None,
    };
    let said = &request.words;
    let body = html! {
        section.card {
            (facts([
                (STATE.get(lang), requests::state_badge(lang, &request, state.now())),
                (SENT.get(lang), instant(lang, request.received_at)),
                (ARRIVED.get(lang), arrived),
            ]))
        }
        (block(lang, YOUR_WORDS, &said.asked))
        (block(lang, LONGER, &said.extension))
        @if let Some(why) = refused {
            (card(WHY.get(lang), html! { p { (words::refusal(why).get(lang)) } p.hint { (COMPLAIN.get(lang)) } }))
        }
        (block(lang, ANSWER, &said.answer))
        @if request.closed.is_none() {
            (form(&routes::take_back_request(request.id), &signed.form_token, html! {
                div.actions { (button(Weight::Secondary, TAKE_BACK.get(lang))) }
            }))
        }
    };
    let view = view.at(&routes::my_request(request.id));
    let back = Some((routes::MY_REQUESTS, requests::TITLE.get(lang)));
    let title = words::right(request.right).get(lang);
    Ok(Shell { back, body, ..Shell::new(&view, Some(&signed), title) }.render())
}

fn block(lang: Lang, title: bluezone_pages::Text, text: &str) -> Markup {
    if text.is_empty() {
        return html! {};
    }
    card(title.get(lang), html! { @for line in text.lines() { p { (line) } } })
}

/// `POST /me/requests/{request}/take-back`
pub async fn take_back(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let before = find(&state, &signed, &id).await?;
    let to = Redirect::to(&routes::my_request(before.id)).into_response();
    let step = Step::Close { outcome: Outcome::TakenBack, answer: String::new() };
    // Answered meanwhile: the page shows the answer.
    let Ok(after) = before.clone().after(&step, None, state.now(), &state.config.calendar()) else {
        return Ok(to);
    };
    match state.store.step_data_request(&before, &after, None, &mut *state.rng()).await {
        Ok(()) | Err(StoreError::NotAllowed(_)) => Ok(to),
        Err(error) => Err(error.into()),
    }
}
