//! Merging two records of one person, and taking that back. Both must be within the officer's reach.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::person_page::find;
use crate::console::routes;
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::id::PersonId;
use bluezone_domain::policy::Action;
use bluezone_store::StoreError;
use serde::Deserialize;

/// Which record is merged into the one of the page.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Chosen {
    other: String,
}

/// `POST /console/persons/{person}/merge`
pub async fn merge(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Failure> {
    let into = find(&state, &signed, Action::MergePersons, &id).await?;
    let from = find(&state, &signed, Action::MergePersons, &chosen.other).await?;
    let merged = state.store.merge_persons(from.id, into.id, signed.officer.id, state.now()).await;
    answer(into.id, "merged", merged)
}

/// `POST /console/persons/{person}/unmerge`
pub async fn unmerge(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let from = find(&state, &signed, Action::MergePersons, &id).await?;
    let parted = state.store.unmerge_person(from.id, signed.officer.id, state.now()).await;
    answer(from.id, "parted", parted)
}

fn answer(id: PersonId, done: &str, result: Result<(), StoreError>) -> Result<Response, Failure> {
    let done = match result {
        Ok(()) => done,
        // Somebody was faster, or the form was sent twice.
        Err(StoreError::NotAllowed(_)) => "not",
        Err(error) => return Err(error.into()),
    };
    Ok(Redirect::to(&format!("{}?done={done}", routes::person(id))).into_response())
}
