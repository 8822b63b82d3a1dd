//! Letting somebody in by their telephone number: a code goes to it, and they read it to the controller.

use super::event::{Event, Way, Who, Written, by_phone};
use super::told::told;
use super::{Sent, shown};
use crate::citizen::access::Signed;
use crate::citizen::confirm::{self, Purpose, Sent as Texted};
use crate::citizen::failure::Failure;
use crate::citizen::places::seen;
use crate::citizen::routes;
use crate::citizen::shell::Shell;
use crate::citizen::sign_in::not_sent;
use crate::citizen::visit::profiles;
use crate::console::shell::View;
use crate::source::{Peer, Source};
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bluezone_domain::id::VisitId;
use bluezone_domain::person::Phone;
use bluezone_domain::place::Place;
use bluezone_pages::form::{Field, form};
use bluezone_pages::parts::{Tone, Weight, alert, button};
use bluezone_pages::{Text, text};
use bluezone_store::TriedPhoneCode;
use maud::{Markup, html};
use serde::Deserialize;
use std::fmt;

text! {
    TITLE, "Tra theo số điện thoại", "Look up by telephone";
    NUMBER, "Số điện thoại của khách", "The visitor's number";
    CODE, "Mã trong tin nhắn mà khách nhận được", "Code from the message that the visitor got";
    NAME, "Họ và tên của khách", "The visitor's name";
    LET_IN, "Ghi lượt vào", "Let in";
    SEND, "Gửi mã", "Send the code";
    NO_PHONE, "Hãy viết số di động Việt Nam, ví dụ 0912 345 678", "Write a mobile number of Vietnam, for example 0912 345 678";
    WRONG, "Mã không đúng hoặc đã hết hạn.", "The code is wrong or over.";
    LIMITED, "Đã nhập sai quá nhiều lần từ mạng này: hãy chờ một giờ.", "Too many wrong codes were typed from this network: wait an hour.";
    NEEDS_NAME, "Hãy ghi họ và tên.", "Write the name.";
    BACK, "Quét mã của khách", "Scan visitors' codes"
}

/// The form. `Debug` hides the number.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    number: String,
    code: String,
    name: String,
    visit: Option<VisitId>,
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(redacted)")
    }
}

/// `POST /places/{code}/control/phone`: sends the code, whether or not the number has an account.
pub async fn send(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    headers: HeaderMap,
    peer: Peer,
    Path(code): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let place = seen(&state, &signed, &code).await?.place;
    let Some(phone) = mobile(&typed.number) else {
        return Ok(ask(&state, &signed, &view, &place, &typed, Some(("number", NO_PHONE)), html! {}, false));
    };
    let source = Source::of(peer.0, &headers, &state.config.trusted_proxies);
    match confirm::send(&state, view.lang, &source, &phone, Purpose::Visit).await? {
        Texted::Sent | Texted::Earlier => {
            Ok(ask(&state, &signed, &view, &place, &typed, None, html! {}, true))
        }
        refused => {
            let (status, title, why) = not_sent(refused);
            let words = alert(Tone::Caution, title.get(view.lang), html! { p { (why.get(view.lang)) } });
            let mut answer = ask(&state, &signed, &view, &place, &typed, None, words, false);
            *answer.status_mut() = status;
            Ok(answer)
        }
    }
}

/// `POST /places/{code}/control/phone/code`: lets them in, with the same words whether or not the number has an account.
pub async fn confirm(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    headers: HeaderMap,
    peer: Peer,
    Path(code): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let place = seen(&state, &signed, &code).await?.place;
    let Some(phone) = mobile(&typed.number) else { return Err(Failure::Unreadable) };
    let again =
        |field, words| Ok(ask(&state, &signed, &view, &place, &typed, Some((field, words)), html! {}, true));
    if typed.name.trim().is_empty() {
        return again("name", NEEDS_NAME);
    }
    let source = Source::of(peer.0, &headers, &state.config.trusted_proxies);
    match confirm::check(&state, &source, &phone, Purpose::Visit, &typed.code).await? {
        TriedPhoneCode::Right => {}
        TriedPhoneCode::Limited => return again("code", LIMITED),
        TriedPhoneCode::Wrong { .. } | TriedPhoneCode::Over => return again("code", WRONG),
    }
    let own = match state.store.citizen_by_phone(&phone).await? {
        Some(account) => profiles(&state, account.id).await?.into_iter().next(),
        None => None,
    };
    let at = state.now();
    let id = typed.visit.unwrap_or_else(|| VisitId::generate(&mut *state.rng()));
    let written = Written { name: typed.name.clone(), phone: phone.to_string(), ..Written::default() };
    let event =
        Event { id, at, way: Way::In, who: Who::Guest(written), trip: String::new(), seat: String::new() };
    let outcome = by_phone(&state, &place, signed.citizen, event, own.as_ref()).await?;
    let told = told(&state, view.lang, at, &outcome).await?;
    shown(&state, &signed, &view, &place, &Sent::default(), Some(told)).await
}

fn mobile(typed: &str) -> Option<Phone> {
    typed.parse().ok().filter(Phone::is_mobile_of_vietnam)
}

/// The page that asks for the number or, once it was sent, for the code.
#[expect(clippy::too_many_arguments, reason = "each is a part of the page")]
fn ask(
    state: &AppState,
    signed: &Signed,
    view: &View,
    place: &Place,
    typed: &Typed,
    wrong: Option<(&str, Text)>,
    said: Markup,
    sent: bool,
) -> Response {
    let lang = view.lang;
    let error = |field: &str| wrong.filter(|(name, _)| *name == field).map(|(_, words)| words.get(lang));
    let number = Field::input(lang, "tel", "number", NUMBER.get(lang)).value(&typed.number).complete("off");
    let above = routes::control(place.code);
    let visit = typed.visit.unwrap_or_else(|| VisitId::generate(&mut *state.rng()));
    let body = html! {
        (said)
        section.card {
            @if sent {
                (form(&routes::control_code(place.code), &signed.form_token, html! {
                    input type="hidden" name="visit" value=(visit);
                    (number)
                    (Field::input(lang, "text", "code", CODE.get(lang)).digits(11).complete("off").error(error("code")).focus())
                    (Field::input(lang, "text", "name", NAME.get(lang)).value(&typed.name).complete("off").error(error("name")))
                    (button(Weight::Primary, LET_IN.get(lang)))
                }))
            } @else {
                (form(&routes::control_phone(place.code), &signed.form_token, html! {
                    (number.error(error("number")))
                    (button(Weight::Primary, SEND.get(lang)))
                }))
            }
        }
    };
    let back = Some((above.as_str(), BACK.get(lang)));
    let view = view.clone().at(&above);
    let mut answer = Shell { back, body, ..Shell::new(&view, Some(signed), TITLE.get(lang)) }.render();
    if wrong.is_some() {
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    answer
}
