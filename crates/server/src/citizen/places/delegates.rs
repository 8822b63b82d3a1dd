//! Who controls a place besides its owner.

use super::owned;
use crate::citizen::access::Signed;
use crate::citizen::failure::Failure;
use crate::citizen::routes;
use crate::citizen::shell::Shell;
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::person::Phone;
use bluezone_domain::place::{Delegate, Place};
use bluezone_pages::form::{CSRF_FIELD, Field, form};
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, alert, button, empty};
use bluezone_pages::time::{date, time_tag};
use bluezone_pages::{Text, text};
use bluezone_store::StoreError;
use maud::html;
use serde::Deserialize;
use std::fmt;

text! {
    TITLE, "Người kiểm soát", "Controllers";
    LEAD, "Họ quét mã của khách bằng điện thoại của mình và thấy ai đang ở trong. Họ không sửa được gì.",
        "They scan visitors' codes with their own telephone and see who is inside. They can change nothing.";
    NONE, "Chưa có ai", "Nobody yet";
    NONE_WHY, "Chỉ mình bạn kiểm soát nơi này.", "Only you control this place.";
    PHONE, "Số điện thoại của người đó", "Their mobile number";
    PHONE_HINT, "Họ đăng nhập bằng số này là thấy địa điểm của bạn.", "They sign in with this number and see your place.";
    ADD, "Thêm", "Add";
    REMOVE, "Thôi", "Remove";
    SINCE, "từ {day}", "since {day}";
    NO_PHONE, "Hãy viết số di động Việt Nam, ví dụ 0912 345 678", "Write a mobile number of Vietnam, for example 0912 345 678";
    FULL, "Đã đủ 50 người", "There are 50 already";
    FULL_WHY, "Hãy thôi một người trước khi thêm người khác.", "Remove one before you add another."
}

/// The form that adds one. `Debug` hides the number.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    phone: String,
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(redacted)")
    }
}

/// The form that takes one away.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Which {
    number: u32,
}

/// `GET /places/{code}/delegates`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let place = owned(&state, &signed, &code).await?;
    let delegates = state.store.delegates(place.code).await?;
    Ok(shown(&signed, &view, &place, &delegates, &Typed::default(), None))
}

/// `POST /places/{code}/delegates`
pub async fn add(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(code): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let place = owned(&state, &signed, &code).await?;
    let phone = typed.phone.parse().ok().filter(Phone::is_mobile_of_vietnam);
    let wrong = match phone {
        Some(phone) => {
            match state.store.add_delegate(place.code, &phone, state.now(), &mut *state.rng()).await {
                Ok(()) => return Ok(Redirect::to(&routes::delegates(place.code)).into_response()),
                Err(StoreError::NotAllowed(_)) => None,
                Err(error) => return Err(error.into()),
            }
        }
        None => Some(NO_PHONE),
    };
    let delegates = state.store.delegates(place.code).await?;
    let mut answer = shown(&signed, &view, &place, &delegates, &typed, Some(wrong));
    *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(answer)
}

/// `POST /places/{code}/delegates/remove`
pub async fn remove(
    State(state): State<AppState>,
    signed: Signed,
    Path(code): Path<String>,
    Form(which): Form<Which>,
) -> Result<Redirect, Failure> {
    let place = owned(&state, &signed, &code).await?;
    match state.store.remove_delegate(place.code, which.number).await {
        // Pressed twice.
        Ok(()) | Err(StoreError::NotFound(_)) => Ok(Redirect::to(&routes::delegates(place.code))),
        Err(error) => Err(error.into()),
    }
}

/// The page. `refused`: what is wrong with the number, or that there are too many.
fn shown(
    signed: &Signed,
    view: &View,
    place: &Place,
    delegates: &[Delegate],
    typed: &Typed,
    refused: Option<Option<Text>>,
) -> Response {
    let lang = view.lang;
    let full = refused == Some(None);
    let field = Field::input(lang, "tel", "phone", PHONE.get(lang))
        .value(&typed.phone)
        .hint(PHONE_HINT.get(lang))
        .error(refused.flatten().map(|words| words.get(lang)))
        .complete("off");
    let body = html! {
        @if full { (alert(Tone::Caution, FULL.get(lang), html! { p { (FULL_WHY.get(lang)) } })) }
        @if delegates.is_empty() { (empty(Icon::People, NONE.get(lang), html! { p { (NONE_WHY.get(lang)) } })) }
        @for one in delegates {
            form.card method="post" action=(routes::remove_delegate(place.code)) {
                input type="hidden" name=(CSRF_FIELD) value=(signed.form_token);
                input type="hidden" name="number" value=(one.number);
                div.row.apart {
                    span {
                        strong { (one.phone) } " "
                        span.soft { (time_tag(one.since.0, &SINCE.fill(lang, &[("day", &date(lang, one.since.0))]))) }
                    }
                    (button(Weight::Danger, REMOVE.get(lang)))
                }
            }
        }
        section.card {
            (form(&routes::delegates(place.code), &signed.form_token, html! {
                (field)
                (button(Weight::Primary, ADD.get(lang)))
            }))
        }
    };
    let above = routes::place(place.code);
    let back = Some((above.as_str(), place.details.name.as_str()));
    let lead = Some(LEAD.get(lang));
    Shell { back, lead, body, ..Shell::new(view, Some(signed), TITLE.get(lang)) }.render()
}
