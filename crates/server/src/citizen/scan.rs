//! Scanning a place: with the camera, or by its code of nine digits. And the reader for browsers that have none.

use super::access::Signed;
use super::failure::Failure;
use super::routes;
use super::shell::Shell;
use crate::console::shell::View;
use crate::state::AppState;
use axum::Json;
use axum::extract::{Multipart, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_codes::frame;
use bluezone_codes::place::InvalidPlaceCode;
use bluezone_domain::place::PlaceCode;
use bluezone_pages::form::Field;
use bluezone_pages::parts::{Weight, button};
use bluezone_pages::scan::{Scan, scanner};
use bluezone_pages::{Text, text};
use maud::html;
use serde::{Deserialize, Serialize};

text! {
    TITLE, "Quét mã địa điểm", "Scan a place";
    LEAD, "Hướng camera vào mã QR treo ở nơi bạn đến, hoặc nhập mã số in bên dưới.", "Point the camera at the QR code where you are, or type the code printed below it.";
    CODE, "Mã số gồm 9 chữ số", "Code of 9 digits";
    CODE_HINT, "Ví dụ 123 456 789.", "For example 123 456 789.";
    GO_ON, "Tiếp tục", "Continue";
    NOT_NINE, "Hãy nhập 9 chữ số in dưới mã QR.", "Type the 9 digits that stand below the QR code.";
    ONE_WRONG, "Có một chữ số sai. Hãy so lại với tờ mã.", "One of the digits is wrong: compare them with the poster.";
    NO_PLACE, "Không có nơi nào mang mã này.", "There is no place of that code."
}

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    code: Option<String>,
}

/// `GET /scan`: with `?code=`, what was typed.
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let Some(typed) = &asked.code else { return Ok(shown(&signed, &view, "", None)) };
    let wrong = match typed.parse::<PlaceCode>() {
        Ok(code) if state.store.place(code).await?.is_some() => {
            return Ok(Redirect::to(&routes::at(code)).into_response());
        }
        Ok(_) => NO_PLACE,
        Err(InvalidPlaceCode::Digits) => NOT_NINE,
        Err(InvalidPlaceCode::Check) => ONE_WRONG,
    };
    let mut answer = shown(&signed, &view, typed, Some(wrong));
    *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(answer)
}

fn shown(signed: &Signed, view: &View, typed: &str, wrong: Option<Text>) -> Response {
    let lang = view.lang;
    let field = Field::input(lang, "text", "code", CODE.get(lang))
        .value(typed)
        .hint(CODE_HINT.get(lang))
        .error(wrong.map(|words| words.get(lang)))
        .digits(11)
        .complete("off");
    let body = html! {
        (scanner(&Scan { lang, frames: routes::FRAME, token: &signed.form_token }))
        section.card {
            form.form method="get" action=(routes::SCAN) novalidate { (field) (button(Weight::Primary, GO_ON.get(lang))) }
        }
    };
    let view = view.clone().at(routes::SCAN);
    Shell { lead: Some(LEAD.get(lang)), body, ..Shell::new(&view, Some(signed), TITLE.get(lang)) }.render()
}

/// What was in a frame.
#[derive(Debug, Serialize)]
pub struct Read {
    /// The code's text; none if there was none to read.
    text: Option<String>,
}

/// `POST /scan/frame`: reads the QR code in one frame of a camera. The frame is in memory for that long, and nowhere else.
pub async fn read(_signed: Signed, mut fields: Multipart) -> Result<Json<Read>, Failure> {
    let (mut width, mut luma) = (None, None);
    while let Some(field) = fields.next_field().await.map_err(|_| Failure::Unreadable)? {
        match field.name() {
            Some("width") => {
                let text = field.text().await.map_err(|_| Failure::Unreadable)?;
                width = text.parse::<usize>().ok();
            }
            Some("frame") => luma = Some(field.bytes().await.map_err(|_| Failure::Unreadable)?),
            _ => {}
        }
    }
    let (Some(width), Some(luma)) = (width, luma) else { return Err(Failure::Unreadable) };
    // A few milliseconds of arithmetic, which other requests shall not wait for.
    let read = tokio::task::spawn_blocking(move || frame::decode(width, &luma)).await;
    let text = read.map_err(|_| Failure::Broken)?.map_err(|_| Failure::Unreadable)?;
    Ok(Json(Read { text }))
}
