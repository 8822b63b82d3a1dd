//! Words to whoever reported: they stand on the page of the tracking code, and in the inbox of who gave their name.

use super::{act, find, page};
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::View;
use crate::console::{once, routes};
use crate::reporting;
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use bluezone_domain::id::MessageId;
use bluezone_domain::message::Message;
use bluezone_domain::signal::Did;
use bluezone_pages::text;
use bluezone_store::{NewMessage, SignalEffect};
use serde::Deserialize;

text! {
    WRITE, "Hãy viết câu trả lời, tối đa 1.000 ký tự.", "Write an answer of at most 1,000 characters."
}

/// What was typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    text: String,
    seen: String,
    ticket: String,
}

/// `POST /console/signals/{signal}/feedback`
pub async fn answer(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let signal = find(&state, &signed, &id).await?;
    let Some(text) = act::tidy(&typed.text).filter(|text| !text.is_empty()) else {
        let mending = page::Mending {
            feedback: typed.text.clone(),
            problem: Some(("text", WRITE)),
            ..page::Mending::default()
        };
        return page::again(&state, &signed, view, &signal, mending).await;
    };
    let message = signal.citizen.map(|to| NewMessage {
        id: MessageId::from_bytes(once::id(&state, &signed, routes::SIGNAL_FEEDBACK, &typed.ticket)),
        to,
        message: Message::SignalFeedback {
            signal: signal.id,
            tracking: reporting::tracking_code(&state.secrets, signal.id),
            text: text.clone(),
        },
        at: state.now(),
    });
    let did = (Did::Feedback, text);
    act::write(&state, (&signed, view), (&signal, &typed.seen), did, &SignalEffect::None, message.as_ref())
        .await
}
