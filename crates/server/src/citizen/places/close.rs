//! Closing a place, and opening it again.

use super::owned;
use crate::citizen::access::Signed;
use crate::citizen::failure::Failure;
use crate::citizen::routes;
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::response::Redirect;
use serde::Deserialize;

/// The form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    open: String,
}

/// `POST /places/{code}/close`
pub async fn close(
    State(state): State<AppState>,
    signed: Signed,
    Path(code): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Redirect, Failure> {
    let place = owned(&state, &signed, &code).await?;
    let closed_at = (sent.open != "yes").then(|| state.now());
    state.store.close_place(place.code, closed_at).await?;
    Ok(Redirect::to(&routes::place(place.code)))
}
