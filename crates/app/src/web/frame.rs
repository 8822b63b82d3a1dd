//! Reads QR codes for the page that checks in, where the browser cannot: frames of its camera come here and go nowhere else.

use super::Web;
use axum::Json;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bluezone_codes::frame;
use serde::Serialize;

/// What was in a frame.
#[derive(Serialize)]
struct Read {
    /// The code's text; none if there was none to read.
    text: Option<String>,
}

pub(super) async fn read(State(web): State<Web>, mut fields: Multipart) -> Response {
    let (mut width, mut luma) = (None, None);
    while let Ok(Some(field)) = fields.next_field().await {
        match field.name() {
            Some("width") => width = field.text().await.ok().and_then(|text| text.parse::<usize>().ok()),
            Some("frame") => luma = field.bytes().await.ok(),
            _ => {}
        }
    }
    let (Some(width), Some(luma)) = (width, luma) else { return StatusCode::BAD_REQUEST.into_response() };
    match web.phone.blocking(move || frame::decode(width, &luma)).await {
        Ok(text) => Json(Read { text }).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}
