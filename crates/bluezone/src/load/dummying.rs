//! A phone with nothing to report.

use super::client::Client;
use super::{Entry, Kind, Outcome};
use bluezone_device::DummySequence;
use bluezone_protocol::api::{CHAFF_HEADER, ErrorResponse, error_code};
use rand::rngs::StdRng;
use serde::Serialize;

/// Sends all of it, one call after another.
pub async fn sequence(client: &mut Client, mut rng: StdRng) -> Outcome {
    let dummy = DummySequence::new(&mut rng);
    let calls = async {
        call(client, "/api/verify", &dummy.verify).await?;
        call(client, "/api/certificate", &dummy.certificate).await?;
        call(client, "/v1/publish", &dummy.publish).await?;
        call(client, "/v1/consent", &dummy.consent).await
    };
    match calls.await {
        Ok(()) => Outcome::Acked(Entry::acked(Kind::Dummy, Vec::new(), String::new())),
        Err(outcome) => outcome,
    }
}

async fn call(client: &mut Client, path: &str, body: &impl Serialize) -> Result<(), Outcome> {
    let body = serde_json::to_vec(body).map_err(|_| Outcome::Unknown)?;
    let headers = [("content-type", "application/json"), (CHAFF_HEADER, "1")];
    match client.send("POST", path, &headers, body).await {
        Some(answer) if answer.status == 200 => Ok(()),
        // A server without keeper and witnesses takes no consents, and says so to everybody.
        Some(answer) => match serde_json::from_slice::<ErrorResponse>(&answer.body) {
            Ok(said) if said.error_code == error_code::CONSENT_OFF => Ok(()),
            _ => Err(Outcome::Refused(answer.status.as_u16())),
        },
        None => Err(Outcome::Unknown),
    }
}
