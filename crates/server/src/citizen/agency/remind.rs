//! Reminding those who let their agency know that they have not declared today.

use super::{find, today};
use crate::citizen::access::Signed;
use crate::citizen::failure::Failure;
use crate::citizen::routes;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::agency::REMIND_AGAIN_S;
use bluezone_domain::id::{AgencyId, MessageId};
use bluezone_domain::message::Message;
use bluezone_store::NewMessage;

/// `POST /agency/{agency}/remind`
pub async fn remind(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<AgencyId>,
) -> Result<Response, Failure> {
    let agency = find(&state, &signed, id).await?;
    let now = state.now();
    let staff = state.store.staff(agency.id, today(now)).await?;
    for one in staff.iter().filter(|one| one.declared == Some(false)) {
        let reminded = state.store.remind_staff(agency.id, one.id, now - REMIND_AGAIN_S, now).await?;
        if let Some(citizen) = reminded {
            let mut rng = state.rng();
            let message = Message::AgencyReminder { agency: agency.name.clone() };
            let message = NewMessage { id: MessageId::generate(&mut *rng), to: citizen, message, at: now };
            state.store.send_message(&message, &mut *rng).await?;
        }
    }
    Ok(Redirect::to(&routes::agency(id)).into_response())
}
