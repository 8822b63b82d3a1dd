//! Signing in with a telephone number, and out.

use super::access::{MaybeSigned, Signed};
use super::confirm::{self, Purpose, Sent};
use super::enter::Waiting;
use super::failure::Failure;
use super::routes;
use super::shell::Shell;
use crate::console::access::{with_cookie, without};
use crate::console::cookie::Cookie;
use crate::console::session::visitor_form;
use crate::console::shell::View;
use crate::source::{Peer, Source};
use crate::state::AppState;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::person::Phone;
use bluezone_pages::form::{Field, form, to_mend};
use bluezone_pages::parts::{Tone, Weight, alert, button};
use bluezone_pages::{Text, text};
use maud::html;
use serde::Deserialize;
use std::fmt;

text! {
    TITLE, "Đăng nhập", "Sign in";
    LEAD, "Chỉ cần số điện thoại: bạn sẽ nhận một mã qua tin nhắn.",
        "All you need is your telephone number: you get a code by text message.";
    PHONE, "Số điện thoại di động", "Mobile number";
    PHONE_HINT, "Ví dụ 0912 345 678. Số này dùng để nhận ra bạn lần sau; không ai gọi nếu bạn không đồng ý, trừ khi luật phòng bệnh buộc cơ quan y tế gọi.",
        "For example 0912 345 678. It is how you are recognised next time; nobody calls unless you agree or the law on disease prevention obliges the health authority to.";
    NO_PHONE, "Hãy viết số di động Việt Nam, ví dụ 0912 345 678", "Write a mobile number of Vietnam, for example 0912 345 678";
    SEND, "Gửi mã cho tôi", "Send me the code";
    LEFT, "Bạn đã đăng xuất", "You are signed out";
    LIMITED, "Hãy chờ một lúc", "Please wait a while";
    LIMITED_WHY, "Đã gửi quá nhiều tin nhắn tới số này hoặc từ mạng này. Hãy thử lại sau một giờ; nếu cần gấp, hãy gọi trạm y tế.",
        "Too many messages went to this number or were asked for from this network. Try again in an hour; if it is urgent, call the health station.";
    FAILED, "Chưa gửi được tin nhắn", "The message could not be sent";
    FAILED_WHY, "Lỗi ở máy chủ, không phải ở bạn. Hãy thử lại sau vài phút.", "This is our fault, not yours. Please try again in a few minutes."
}

/// What the address may say.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Where to go afterwards.
    next: String,
    /// Present after signing out.
    left: Option<String>,
}

/// The form. `Debug` hides the number.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    phone: String,
    next: String,
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(redacted)")
    }
}

/// `GET /sign-in`
pub async fn page(
    State(state): State<AppState>,
    MaybeSigned(signed): MaybeSigned,
    view: View,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Response {
    if signed.is_some() {
        return Redirect::to(routes::safe_next(&asked.next).unwrap_or(routes::HOME)).into_response();
    }
    let typed = Typed { next: asked.next, ..Typed::default() };
    let message = asked.left.map(|_| (Tone::Good, LEFT, None));
    shown(&state, &view, &headers, &typed, false, message)
}

/// `POST /sign-in`: sends the code.
pub async fn send(
    State(state): State<AppState>,
    view: View,
    headers: HeaderMap,
    peer: Peer,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let view = view.at(routes::SIGN_IN);
    let phone = typed.phone.parse().ok().filter(Phone::is_mobile_of_vietnam);
    let Some(phone) = phone else {
        let mut answer = shown(&state, &view, &headers, &typed, true, None);
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    };
    let source = Source::of(peer.0, &headers, &state.config.trusted_proxies);
    let sent = confirm::send(&state, view.lang, &source, &phone, Purpose::SignIn).await?;
    if let Some(to) = type_it(sent) {
        let next = routes::safe_next(&typed.next).unwrap_or(routes::HOME).to_owned();
        let cookie = Waiting { phone, next, declaration: None }.cookie(&state);
        return Ok(with_cookie(Redirect::to(&to).into_response(), cookie));
    }
    let (status, title, why) = not_sent(sent);
    let mut answer = shown(&state, &view, &headers, &typed, false, Some((Tone::Caution, title, Some(why))));
    *answer.status_mut() = status;
    Ok(answer)
}

/// Where the code is typed, if there is one.
pub fn type_it(sent: Sent) -> Option<String> {
    match sent {
        Sent::Sent => Some(routes::CODE.to_owned()),
        Sent::Earlier => Some(format!("{}?earlier=1", routes::CODE)),
        Sent::Limited | Sent::Failed => None,
    }
}

/// What is said of a code that was not sent.
pub fn not_sent(sent: Sent) -> (StatusCode, Text, Text) {
    match sent {
        Sent::Limited => (StatusCode::TOO_MANY_REQUESTS, LIMITED, LIMITED_WHY),
        Sent::Sent | Sent::Earlier | Sent::Failed => (StatusCode::SERVICE_UNAVAILABLE, FAILED, FAILED_WHY),
    }
}

/// `POST /sign-out`
pub async fn leave(State(state): State<AppState>, signed: Signed) -> Result<Response, Failure> {
    state.store.end_citizen_session(*signed.session_hash()).await?;
    let to = Redirect::to(&format!("{}?left=1", routes::SIGN_IN)).into_response();
    Ok(without(without(to, Cookie::Citizen, &state), Cookie::WaitingNumber, &state))
}

fn shown(
    state: &AppState,
    view: &View,
    headers: &HeaderMap,
    typed: &Typed,
    wrong: bool,
    message: Option<(Tone, Text, Option<Text>)>,
) -> Response {
    let lang = view.lang;
    let (token, cookie) = visitor_form(state, headers);
    let error = wrong.then(|| NO_PHONE.get(lang));
    let problems: Vec<_> = error.map(|words| ("phone", words)).into_iter().collect();
    let phone = Field::input(lang, "tel", "phone", PHONE.get(lang))
        .value(&typed.phone)
        .hint(PHONE_HINT.get(lang))
        .complete("tel")
        .error(error)
        .focus();
    let body = html! {
        @if let Some((tone, title, why)) = message {
            (alert(tone, title.get(lang), html! { @if let Some(why) = why { p { (why.get(lang)) } } }))
        }
        (to_mend(lang, &problems))
        section.card {
            (form(routes::SIGN_IN, &token, html! {
                @if let Some(next) = routes::safe_next(&typed.next) { input type="hidden" name="next" value=(next); }
                (phone)
                (button(Weight::Primary, SEND.get(lang)))
            }))
        }
    };
    let answer =
        Shell { lead: Some(LEAD.get(lang)), body, ..Shell::new(view, None, TITLE.get(lang)) }.render();
    match cookie {
        Some(cookie) => with_cookie(answer, cookie),
        None => answer,
    }
}
