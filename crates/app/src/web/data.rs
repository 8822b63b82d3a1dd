//! Handlers of what the owner shared and who opened it.

use super::views::data::{AnsweredLine, Data, LogView, data};
use super::{Reader, Web, broken, onward, shown};
use crate::errand::Errand;
use crate::phone::{Health, LogHealth, Mind};
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use bluezone_device::DeviceError;
use bluezone_protocol::time::Timestamp;
use rand::Rng;
use serde::Deserialize;

/// What the server answers while it has no log or no keeper.
const CONSENT_OFF: &str = "consent_off";

/// How the log is.
pub(super) fn log_view(mind: &Mind, health: &Health) -> Result<LogView, DeviceError> {
    let Some(authority) = &mind.config().authority else { return Ok(LogView::default()) };
    Ok(LogView {
        name: Some(authority.log.log().name().to_owned()),
        witnessed: mind.log_witnessed()?.map(|at| at.0),
        deceit: match &health.log {
            LogHealth::Deceit(why) => Some(why.clone()),
            LogHealth::Unknown | LogHealth::Read | LogHealth::Later(_) => None,
        },
        refused: health.refused_request.clone(),
    })
}

pub(super) async fn page(State(web): State<Web>, reader: Reader) -> Response {
    let frame = reader.frame(&web);
    let health = web.phone.health();
    let look = move |mind: &mut Mind, now: Timestamp, _: &mut dyn Rng| {
        let name = |mind: &Mind, code: &str| {
            Ok::<_, DeviceError>(mind.unit_name(code)?.unwrap_or_else(|| code.to_owned()))
        };
        let mut mentions = Vec::new();
        for mention in mind.mentions()? {
            let unit = name(mind, &mention.unit)?;
            mentions.push((mention, unit));
        }
        let mut answered = Vec::new();
        for request in mind.answered_requests()? {
            let unit = name(mind, &request.unit)?;
            let (at, purpose, yes) = (request.at.0, request.purpose, request.yes);
            answered.push(AnsweredLine { at, unit, purpose, yes });
        }
        let shown = Data {
            now: now.0,
            sharings: mind.sharings()?,
            mentions,
            answered,
            requests: mind.requests(now)?.len(),
            retry: health.consent_wait.as_ref().map(|wait| (wait.until.0, wait.code == CONSENT_OFF)),
            log: log_view(mind, &health)?,
        };
        // What is on the screen is no longer new.
        mind.mentions_seen()?;
        Ok(shown)
    };
    match web.phone.try_ask(look).await {
        Ok(known) => shown(data(&frame, &known)),
        Err(error) => broken(&frame, &error),
    }
}

#[derive(Deserialize)]
pub(super) struct WithdrawForm {
    #[serde(default)]
    id: String,
}

pub(super) async fn withdraw(
    State(web): State<Web>,
    reader: Reader,
    Form(form): Form<WithdrawForm>,
) -> Response {
    let frame = reader.frame_of(&web, "/data");
    match web.phone.try_ask(move |mind, now, _| mind.withdraw(&form.id, now)).await {
        Ok(()) => {
            web.phone.moved(Errand::Consent);
            onward("/data")
        }
        Err(error) => broken(&frame, &error),
    }
}
