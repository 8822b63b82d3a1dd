//! What a citizen asks of the authority about their data: what waits, with its legal terms, and the form.

use super::super::access::Signed;
use super::super::failure::Failure;
use super::super::routes;
use super::super::shell::Shell;
use super::page as overview;
use crate::console::session::random_token;
use crate::console::shell::View;
use crate::rights::words;
use crate::secrets::Hashed;
use crate::state::AppState;
use crate::zones::places;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::Timestamp;
use bluezone_domain::area::Area;
use bluezone_domain::data_request::{DataRequest, Right};
use bluezone_domain::id::{CitizenId, DataRequestId};
use bluezone_pages::form::{Field, form, to_mend};
use bluezone_pages::parts::{Tone, Weight, badge, button, card, link_button};
use bluezone_pages::time::date;
use bluezone_pages::{Lang, Text, text};
use maud::{Markup, html};
use serde::Deserialize;
use std::fmt;

/// Requests that are listed.
const MOST: u32 = 50;
/// Requests of one citizen that may wait at a time.
const MOST_OPEN: usize = 10;
/// Longest text, in characters.
const LONGEST: usize = 2_000;

text! {
    TITLE, "Yêu cầu về dữ liệu của tôi", "Requests about my data";
    LEAD, "Cho những gì không tự làm được ở đây, như hồ sơ ca bệnh hoặc tờ giấy đã nộp.", "For what you cannot do here yourself, such as a case record or a paper that you handed in.";
    LAW, "Theo Nghị định 356/2025/NĐ-CP, Điều 5: báo đã nhận trong 2 ngày làm việc; xem, sửa, cấp bản sao 10 ngày; rút lại, hạn chế, phản đối 15 ngày; xóa 20 ngày. Đơn vị chỉ được gia hạn một lần và phải nêu lý do.",
        "By Decree 356/2025/NĐ-CP, Art. 5: you hear that it arrived within 2 working days; view, correct, copy within 10 days; withdraw, restrict, object within 15; delete within 20. More time can be taken once, with a reason.";
    YOURS, "Yêu cầu của bạn", "Your requests";
    NONE, "Bạn chưa gửi yêu cầu nào.", "You have asked nothing yet.";
    NEW, "Gửi yêu cầu", "Ask";
    WHAT, "Bạn muốn", "What you want";
    WORDS, "Nói rõ hơn", "In more detail";
    WORDS_HINT, "Dữ liệu nào, sai ở đâu, vì sao. Không bắt buộc nêu lý do.", "Which data, what is wrong. You need not say why.";
    COMMUNE, "Xã, phường nơi bạn ở", "The commune you live in";
    COMMUNE_HINT, "Để yêu cầu đến đúng tỉnh. Ví dụ: Phan Đình Phùng, Thái Nguyên", "So that it reaches the right province. For example: Phan Đình Phùng, Thái Nguyên";
    SEND, "Gửi yêu cầu", "Send";
    CHOOSE, "Hãy chọn một việc.", "Choose one.";
    LONG, "Dài quá 2.000 ký tự.", "Longer than 2,000 characters.";
    NO_COMMUNE, "Không tìm thấy, hoặc có nhiều nơi mang tên này. Hãy ghi cả tên tỉnh.", "Not found, or several places have this name. Write the province as well.";
    MANY, "Bạn đã có 10 yêu cầu đang chờ.", "Ten requests of yours are waiting already.";
    UNTIL, "trả lời chậm nhất {date}", "answer by {date}";
    ALL, "Xem và gửi yêu cầu", "See and ask"
}

/// What was typed. `Debug` hides it.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    right: String,
    words: String,
    commune: String,
    ticket: String,
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(redacted)")
    }
}

/// `GET /me/requests`
pub async fn page(State(state): State<AppState>, signed: Signed, view: View) -> Result<Response, Failure> {
    let ticket = random_token(&mut *state.rng()).as_str().to_owned();
    let typed = Typed { ticket, ..Typed::default() };
    shown(&state, &signed, view, &typed, &[]).await
}

/// `POST /me/requests`
pub async fn create(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let mut problems = Vec::new();
    let right: Option<Right> = typed.right.parse().ok();
    if right.is_none() {
        problems.push(("right", CHOOSE));
    }
    let asked: String = typed.words.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    if asked.chars().count() > LONGEST {
        problems.push(("words", LONG));
    }
    let area = match own_area(&state, signed.citizen).await? {
        Some(area) => Some(area),
        None => places::area(&typed.commune).ok(),
    };
    if area.is_none() {
        problems.push(("commune", NO_COMMUNE));
    }
    let waiting = state.store.data_requests_of(signed.citizen, MOST).await?;
    if waiting.iter().filter(|request| request.closed.is_none()).count() >= MOST_OPEN {
        problems.push(("right", MANY));
    }
    let (Some(right), Some(area), true) = (right, area, problems.is_empty()) else {
        let mut answer = shown(&state, &signed, view, &typed, &problems).await?;
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    };
    let ids = (request_id(&state, &signed, &typed.ticket), signed.citizen);
    let calendar = state.config.calendar();
    let request = DataRequest::new(ids, right, area, asked.trim().to_owned(), state.now(), &calendar);
    state.store.create_data_request(&request, &mut *state.rng()).await?;
    Ok(Redirect::to(&routes::my_request(request.id)).into_response())
}

/// The same form of the same session names the same request.
fn request_id(state: &AppState, signed: &Signed, ticket: &str) -> DataRequestId {
    let data = [&signed.session_hash()[..], b"data request\n", ticket.as_bytes()].concat();
    let hash = state.secrets.hash(Hashed::Form, &data);
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    DataRequestId::from_bytes(id)
}

/// Where the citizen lives, as they declared.
async fn own_area(state: &AppState, citizen: CitizenId) -> Result<Option<Area>, Failure> {
    let profiles = state.store.profiles_of(citizen).await?;
    Ok(profiles.iter().find(|profile| profile.is_own()).and_then(|profile| profile.person.area))
}

async fn shown(
    state: &AppState,
    signed: &Signed,
    view: View,
    typed: &Typed,
    problems: &[(&'static str, Text)],
) -> Result<Response, Failure> {
    let lang = view.lang;
    let requests = state.store.data_requests_of(signed.citizen, MOST).await?;
    let asks_where = own_area(state, signed.citizen).await?.is_none();
    let listed: Vec<_> = problems.iter().map(|(field, words)| (*field, words.get(lang))).collect();
    let wrong = |field: &str| listed.iter().find(|(name, _)| *name == field).map(|(_, words)| *words);
    let rights = Right::ALL.iter().map(|right| (right.as_str(), words::right(*right).get(lang))).collect();
    let fields = html! {
        input type="hidden" name="ticket" value=(typed.ticket);
        (Field::radio(lang, "right", WHAT.get(lang), rights).value(&typed.right).error(wrong("right")))
        (Field::area(lang, "words", WORDS.get(lang), 5).hint(WORDS_HINT.get(lang)).value(&typed.words)
            .error(wrong("words")).optional())
        @if asks_where {
            (Field::input(lang, "text", "commune", COMMUNE.get(lang)).hint(COMMUNE_HINT.get(lang))
                .value(&typed.commune).error(wrong("commune")))
        }
        p.hint { (LAW.get(lang)) }
        div.actions { (button(Weight::Primary, SEND.get(lang))) }
    };
    let body = html! {
        (to_mend(lang, &listed))
        (card(YOURS.get(lang), list(lang, &requests, state.now())))
        (card(NEW.get(lang), form(routes::MY_REQUESTS, &signed.form_token, fields)))
    };
    let view = view.at(routes::MY_REQUESTS);
    let back = Some((routes::ME, overview::TITLE.get(lang)));
    let lead = Some(LEAD.get(lang));
    Ok(Shell { back, lead, body, ..Shell::new(&view, Some(signed), TITLE.get(lang)) }.render())
}

fn list(lang: Lang, requests: &[DataRequest], now: Timestamp) -> Markup {
    if requests.is_empty() {
        return html! { p.soft { (NONE.get(lang)) } };
    }
    html! {
        ul.entries {
            @for request in requests {
                li {
                    a href=(routes::my_request(request.id)) { (words::right(request.right).get(lang)) }
                    " " (state_badge(lang, request, now))
                }
            }
        }
    }
}

/// How a request stands: its end, or by when it must be answered.
pub fn state_badge(lang: Lang, request: &DataRequest, now: Timestamp) -> Markup {
    match request.closed {
        Some((_, outcome)) => words::outcome_badge(lang, outcome),
        None => {
            // The term ends with the last second of its last day.
            let until = UNTIL.fill(lang, &[("date", &date(lang, request.due_at.0 - 1))]);
            badge(if request.is_late(now) { Tone::Bad } else { Tone::Info }, &until)
        }
    }
}

/// The part of the overview about them.
pub async fn summary(state: &AppState, lang: Lang, citizen: CitizenId) -> Result<Markup, Failure> {
    let requests = state.store.data_requests_of(citizen, MOST).await?;
    Ok(card(
        TITLE.get(lang),
        html! {
            p { (LEAD.get(lang)) }
            @if !requests.is_empty() { (list(lang, &requests, state.now())) }
            div.actions { (link_button(Weight::Secondary, routes::MY_REQUESTS, ALL.get(lang))) }
        },
    ))
}
