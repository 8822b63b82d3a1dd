//! A new edition of a place's poster.

use super::owned;
use crate::citizen::access::Signed;
use crate::citizen::failure::Failure;
use crate::citizen::routes;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::response::Redirect;

/// `POST /places/{code}/edition`: every poster that was printed before is an old one.
pub async fn renew(
    State(state): State<AppState>,
    signed: Signed,
    Path(code): Path<String>,
) -> Result<Redirect, Failure> {
    let place = owned(&state, &signed, &code).await?;
    state.store.renew_poster(place.code).await?;
    Ok(Redirect::to(&routes::place(place.code)))
}
