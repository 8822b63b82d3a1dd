//! Carries what the owner shares with a unit, and what they take back.

use crate::client::{Answer, Client, ClientError, Kind};
use crate::errand::{self, Carried, Errand, broke_off};
use crate::phone::Phone;
use bluezone_device::{ConsentAnswer, ConsentStep, DeviceError, Taken};

/// Carries one request.
///
/// # Errors
/// If the device's storage failed.
pub async fn step(phone: &Phone, client: &Client) -> Result<Carried, DeviceError> {
    let (next, tag) = phone.try_ask(|mind, _, rng| mind.consent_next(rng)).await?;
    let calls = client.clone();
    let outcome = match next {
        ConsentStep::Idle => return Ok(Carried::Nothing),
        ConsentStep::Upload(request) => phone.blocking(move || calls.consent(&request, Kind::Real)).await,
        ConsentStep::Withdraw(request) => phone.blocking(move || calls.withdraw(&request, Kind::Real)).await,
    };
    let answer = match outcome {
        Ok(Answer::Given(_)) => ConsentAnswer::Acknowledged,
        Ok(Answer::Refused { status, code }) => ConsentAnswer::Refused { code, status },
        // It answered, and what it said is of no use: it may be another program on its way to the server.
        Err(error @ ClientError::Unreadable { .. }) => {
            broke_off(&error);
            ConsentAnswer::Refused { code: String::new(), status: 200 }
        }
        Err(error) => {
            broke_off(&error);
            ConsentAnswer::Refused { code: String::new(), status: 0 }
        }
    };
    let (code, reached) = match &answer {
        ConsentAnswer::Acknowledged => (String::new(), true),
        ConsentAnswer::Refused { code, status } => (code.clone(), *status != 0),
    };
    phone.health_mut(|health| health.server_reached = Some(reached));
    match phone.try_ask(move |mind, now, _| mind.consent_taken(tag.as_ref(), answer, now)).await? {
        Taken::On => Ok(Carried::On),
        Taken::Later => Ok(Carried::Later(code)),
    }
}

/// Carries them for ever (until dropped).
pub async fn run(phone: &Phone, client: &Client) {
    errand::run(phone, client, Errand::Consent).await;
}
