//! A file that came with a declaration: opening it is a look at the declaration, noted as one.

use super::one::Opened;
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::declaring::files;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::response::Response;

/// `GET /console/declarations/{declaration}/files/{file}`
pub async fn get(
    State(state): State<AppState>,
    signed: Signed,
    Path((id, number)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let Opened { declaration, .. } = Opened::find(&state, &signed, &id).await?;
    files::find(&state.store, &declaration, &number).await?.ok_or(Failure::NotFound)
}
