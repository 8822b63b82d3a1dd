//! Handing a report to a unit.

use super::{act, find};
use crate::console::access::Signed;
use crate::console::contact_assign::{NO_UNIT, units_near};
use crate::console::failure::Failure;
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use bluezone_domain::signal::Did;
use bluezone_store::SignalEffect;
use serde::Deserialize;

/// What was chosen.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    to_unit: String,
    seen: String,
}

/// `POST /console/signals/{signal}/assign`
pub async fn assign(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let signal = find(&state, &signed, &id).await?;
    let unit = Some(typed.to_unit.as_str()).filter(|unit| *unit != NO_UNIT && !unit.is_empty());
    if let Some(code) = unit
        && units_near(&state, &signed).await?.iter().all(|unit| unit.code != code)
    {
        return Err(Failure::Unreadable);
    }
    let effect = SignalEffect::Assigned(unit.map(str::to_owned));
    let words = unit.unwrap_or("–").to_owned();
    act::write(&state, (&signed, view), (&signal, &typed.seen), (Did::Assigned, words), &effect, None).await
}
