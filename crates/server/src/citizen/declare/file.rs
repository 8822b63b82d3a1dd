//! A file that came with a declaration, for whoever sent it.

use super::declared::own;
use crate::citizen::access::Signed;
use crate::citizen::failure::Failure;
use crate::declaring::files;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::response::Response;
use bluezone_domain::id::DeclarationId;

/// `GET /declared/{declaration}/files/{file}`
pub async fn get(
    State(state): State<AppState>,
    signed: Signed,
    Path((id, number)): Path<(DeclarationId, String)>,
) -> Result<Response, Failure> {
    let (of, _) = own(&state, &signed, id).await?;
    files::find(&state.store, &of, &number).await?.ok_or(Failure::NotFound)
}
