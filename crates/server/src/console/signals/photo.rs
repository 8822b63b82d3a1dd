//! A photograph of a report.

use super::find;
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::photo::CONTENT_TYPE;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// `GET /console/signals/{signal}/photos/{photo}`
pub async fn show(
    State(state): State<AppState>,
    signed: Signed,
    Path((id, number)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let signal = find(&state, &signed, &id).await?;
    let number = number.parse().map_err(|_| Failure::NotFound)?;
    let photo = state.store.signal_photo(signal.id, number).await?.ok_or(Failure::NotFound)?;
    Ok(([(header::CONTENT_TYPE, CONTENT_TYPE)], photo.to_vec()).into_response())
}
