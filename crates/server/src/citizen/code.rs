//! The code that came as a text message.

use super::access::MaybeSigned;
use super::confirm::{self, Purpose, Sent};
use super::declare::{Refill, confirmed};
use super::enter::{Waiting, account, enter};
use super::failure::Failure;
use super::shell::Shell;
use super::{routes, sign_in};
use crate::console::access::{with_cookie, without};
use crate::console::cookie::Cookie;
use crate::console::session::visitor_form;
use crate::console::shell::View;
use crate::source::{Peer, Source};
use crate::state::AppState;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_pages::form::{Field, form};
use bluezone_pages::parts::{Tone, Weight, alert, button};
use bluezone_pages::{Lang, Text, text};
use bluezone_store::TriedPhoneCode;
use maud::{Markup, html};
use serde::Deserialize;
use std::fmt;

text! {
    TITLE, "Nhập mã trong tin nhắn", "Type the code from the message";
    LEAD, "Mã đã được gửi tới số {phone}. Tin nhắn ghi mã dùng được bao lâu.", "A code was sent to {phone}. The message says for how long it is good.";
    CODE, "Mã trong tin nhắn", "Code from the message";
    GO_ON, "Tiếp tục", "Continue";
    AGAIN, "Gửi mã khác", "Send another code";
    OTHER, "Dùng số khác", "Use another number";
    SENT_AGAIN, "Đã gửi mã khác", "Another code was sent";
    WRONG, "Mã không đúng. Bạn còn {n} lần nhập.", "The code is wrong. You have {n} tries left.";
    EARLIER, "Mã gửi trước đó vẫn dùng được", "The code from before is still good";
    EARLIER_WHY, "Đã gửi đủ tin nhắn tới số này. Hãy nhập mã trong tin nhắn gần nhất.", "Enough messages went to this number. Type the code from the last one.";
    WAIT, "Đã nhập sai quá nhiều lần từ mạng này. Hãy thử lại sau một giờ; nếu cần gấp, hãy gọi trạm y tế.",
        "Too many wrong codes were typed from this network. Try again in an hour; if it is urgent, call the health station.";
    OVER, "Mã này không dùng được nữa. Hãy bấm “Gửi mã khác”.", "This code is over. Press “Send another code”."
}

/// What the address may say.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    again: Option<String>,
    earlier: Option<String>,
}

/// The form. `Debug` hides the code.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    code: String,
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(redacted)")
    }
}

/// `GET /sign-in/code`
pub async fn page(
    State(state): State<AppState>,
    MaybeSigned(signed): MaybeSigned,
    view: View,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Response {
    let Some(waiting) = Waiting::read(&state, &headers) else {
        let to = if signed.is_some() { routes::HOME } else { routes::SIGN_IN };
        return Redirect::to(to).into_response();
    };
    let message = match (asked.again, asked.earlier) {
        (_, Some(_)) => Some(still_good(view.lang)),
        (Some(_), None) => Some(alert(Tone::Good, SENT_AGAIN.get(view.lang), html! {})),
        (None, None) => None,
    };
    shown(&state, &view, &headers, &waiting, None, message)
}

/// `POST /sign-in/code`
pub async fn confirm(
    State(state): State<AppState>,
    view: View,
    headers: HeaderMap,
    peer: Peer,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let Some(waiting) = Waiting::read(&state, &headers) else {
        return Ok(Redirect::to(routes::SIGN_IN).into_response());
    };
    let lang = view.lang;
    let source = Source::of(peer.0, &headers, &state.config.trusted_proxies);
    let (status, error) =
        match confirm::check(&state, &source, &waiting.phone, Purpose::SignIn, &typed.code).await? {
            TriedPhoneCode::Right => {
                let citizen = account(&state, &waiting.phone).await?;
                let next = match &waiting.declaration {
                    None => Some(waiting.next.clone()),
                    // The code is used up: whatever becomes of the declaration, its owner is in.
                    Some(secret) => match confirmed(&state, citizen.id, secret).await {
                        Ok(stored) => stored.map(routes::declared),
                        Err(failure) => {
                            tracing::warn!(?failure, "a declaration was not stored after its code");
                            None
                        }
                    },
                };
                return match next {
                    Some(next) => {
                        let answer = enter(&state, &headers, citizen.id, &next).await?;
                        Ok(without(answer, Cookie::WaitingNumber, &state))
                    }
                    // Its form is opened again with what was typed.
                    None => enter(&state, &headers, citizen.id, &Refill::Unsent.at(&waiting.next)).await,
                };
            }
            TriedPhoneCode::Wrong { left } => {
                (StatusCode::UNPROCESSABLE_ENTITY, WRONG.fill(lang, &[("n", &left.to_string())]))
            }
            TriedPhoneCode::Over => (StatusCode::UNPROCESSABLE_ENTITY, OVER.get(lang).to_owned()),
            TriedPhoneCode::Limited => (StatusCode::TOO_MANY_REQUESTS, WAIT.get(lang).to_owned()),
        };
    let view = view.at(routes::CODE);
    let mut answer = shown(&state, &view, &headers, &waiting, Some(&error), None);
    *answer.status_mut() = status;
    Ok(answer)
}

/// `POST /sign-in/code/again`
pub async fn again(
    State(state): State<AppState>,
    view: View,
    headers: HeaderMap,
    peer: Peer,
) -> Result<Response, Failure> {
    let Some(waiting) = Waiting::read(&state, &headers) else {
        return Ok(Redirect::to(routes::SIGN_IN).into_response());
    };
    let source = Source::of(peer.0, &headers, &state.config.trusted_proxies);
    let sent = confirm::send(&state, view.lang, &source, &waiting.phone, Purpose::SignIn).await?;
    let to = match sent {
        Sent::Sent => Some(format!("{}?again=1", routes::CODE)),
        other => sign_in::type_it(other),
    };
    if let Some(to) = to {
        return Ok(with_cookie(Redirect::to(&to).into_response(), waiting.cookie(&state)));
    }
    let (status, title, why) = sign_in::not_sent(sent);
    let said = |words: Text| words.get(view.lang);
    let message = alert(Tone::Caution, said(title), html! { p { (said(why)) } });
    let view = view.at(routes::CODE);
    let mut answer = shown(&state, &view, &headers, &waiting, None, Some(message));
    *answer.status_mut() = status;
    Ok(answer)
}

fn still_good(lang: Lang) -> Markup {
    alert(Tone::Info, EARLIER.get(lang), html! { p { (EARLIER_WHY.get(lang)) } })
}

fn shown(
    state: &AppState,
    view: &View,
    headers: &HeaderMap,
    waiting: &Waiting,
    error: Option<&str>,
    message: Option<Markup>,
) -> Response {
    let lang = view.lang;
    let (token, cookie) = visitor_form(state, headers);
    let code = Field::input(lang, "text", "code", CODE.get(lang))
        .complete("one-time-code")
        .digits(11)
        .verbatim()
        .error(error)
        .focus();
    // The number stands in the declaration; else it stands for itself.
    let other = match waiting.declaration {
        Some(_) => Refill::Number.at(&waiting.next),
        None => format!("{}?next={}", routes::SIGN_IN, waiting.next),
    };
    let body = html! {
        @if let Some(message) = message { (message) }
        section.card {
            (form(routes::CODE, &token, html! { (code) (button(Weight::Primary, GO_ON.get(lang))) }))
        }
        div.actions {
            (form(routes::CODE_AGAIN, &token, button(Weight::Secondary, AGAIN.get(lang))))
            a href=(other) { (OTHER.get(lang)) }
        }
    };
    let lead = LEAD.fill(lang, &[("phone", &waiting.phone.masked())]);
    let answer = Shell { lead: Some(&lead), body, ..Shell::new(view, None, TITLE.get(lang)) }.render();
    match cookie {
        Some(cookie) => with_cookie(answer, cookie),
        None => answer,
    }
}
