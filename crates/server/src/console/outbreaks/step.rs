//! Stopping a plan, and deleting it.

use super::find_own;
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::routes;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::response::Redirect;
use bluezone_domain::outbreak_plan::State as PlanState;

/// `POST /console/plans/{plan}/cancel`
pub async fn cancel(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Redirect, Failure> {
    let plan = find_own(&state, &signed, &id).await?;
    // One that has ended meanwhile stays as it ended. The job sees it and lets go.
    state.store.end_outbreak_plan(plan.id, PlanState::Cancelled, &[], state.now()).await?;
    Ok(Redirect::to(&routes::outbreak_plan(plan.id)))
}

/// `POST /console/plans/{plan}/delete`
pub async fn delete(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Redirect, Failure> {
    let plan = find_own(&state, &signed, &id).await?;
    // One that was begun again meanwhile is still there, and its page says so.
    let gone = state.store.delete_outbreak_plan(plan.id).await?;
    Ok(Redirect::to(&if gone { routes::OUTBREAK_PLANS.to_owned() } else { routes::outbreak_plan(plan.id) }))
}
