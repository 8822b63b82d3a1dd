//! Scans in the order in which they were made, at once or after hours without a connection. Sent again, they change nothing.

use super::event::{Event, Outcome, handle};
use super::told::{Told, told};
use crate::citizen::access::Signed;
use crate::citizen::failure::Failure;
use crate::citizen::places::seen;
use crate::console::shell::View;
use crate::state::AppState;
use axum::Json;
use axum::extract::{Form, Path, State};
use bluezone_domain::id::VisitId;
use serde::{Deserialize, Serialize};

/// Events of one batch: more come in the next.
const MOST: usize = 50;

/// The form. No `Debug`: what was scanned stands in it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    events: String,
}

/// What became of one event.
#[derive(Debug, Serialize)]
pub struct Answered {
    /// Which.
    id: VisitId,
    /// What the controller reads.
    #[serde(flatten)]
    told: Told,
}

/// `POST /places/{code}/control/events`: a JSON list of events, and a list of answers in the same order. An event that cannot be
/// kept is answered like any other; only when the server fails is the whole batch to be sent again.
pub async fn take(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(code): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Json<Vec<Answered>>, Failure> {
    let place = seen(&state, &signed, &code).await?.place;
    let events: Vec<Event> = serde_json::from_str(&sent.events).map_err(|_| Failure::Unreadable)?;
    if events.len() > MOST {
        return Err(Failure::Unreadable);
    }
    let mut answers = Vec::with_capacity(events.len());
    for event in events {
        let (id, at) = (event.id, event.at);
        let outcome: Outcome = handle(&state, &place, signed.citizen, event).await?;
        answers.push(Answered { id, told: told(&state, view.lang, at, &outcome).await? });
    }
    Ok(Json(answers))
}
