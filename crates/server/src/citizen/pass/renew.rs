//! A new card: every code of the old one is over.

use super::super::access::Signed;
use super::super::failure::Failure;
use super::super::routes;
use super::{Whose, one};
use crate::state::AppState;
use axum::extract::{Form, State};
use axum::response::Redirect;
use bluezone_codes::pass::CardId;
use rand::RngExt;

/// `POST /pass/renew`
pub async fn renew(
    State(state): State<AppState>,
    signed: Signed,
    Form(whose): Form<Whose>,
) -> Result<Redirect, Failure> {
    let profile = one(&state, &signed, &whose).await?;
    let card = CardId(state.rng().random());
    state.store.replace_card(profile.id, card, state.now()).await?;
    Ok(Redirect::to(&format!("{}?for={}&renewed=1", routes::PASS, profile.id)))
}
