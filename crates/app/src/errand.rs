//! Carrying the device's requests to the server, step by step, and waiting after a failure: for reports and for what the
//! owner shares alike.

use crate::client::Client;
use crate::phone::{Phone, Wait};
use crate::{consent_loop, report_loop};
use bluezone_device::DeviceError;
use std::fmt;

/// Seconds to wait after the first failed call; twice as long after each further one.
const FIRST_RETRY_S: i64 = 5;
/// Seconds to wait after a failed call at most.
pub const LONGEST_RETRY_S: i64 = 600;

/// What became of one step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Carried {
    /// Nothing to send: nothing under way, waiting for the owner, or over.
    Nothing,
    /// An answer that it went on with.
    On,
    /// No answer, or one that says to try later: the server's code, or empty.
    Later(String),
}

/// What is carried.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Errand {
    /// The report of a diagnosis.
    Report,
    /// What the owner shares with a unit, or takes back.
    Consent,
}

impl Errand {
    async fn step(self, phone: &Phone, client: &Client) -> Result<Carried, DeviceError> {
        match self {
            Self::Report => report_loop::step(phone, client).await,
            Self::Consent => consent_loop::step(phone, client).await,
        }
    }
}

/// Notes a failure of real calls and of dummies in the same words, at a level that is off by default: whoever reads a
/// phone's log must not see that its owner has something to report.
pub fn broke_off(error: &dyn fmt::Display) {
    tracing::debug!(%error, "calls to the server broke off");
}

/// Carries one kind of errand for ever (until dropped).
pub async fn run(phone: &Phone, client: &Client, errand: Errand) {
    let mut wait_s = FIRST_RETRY_S;
    loop {
        let carried = errand.step(phone, client).await.unwrap_or_else(|error| {
            broke_off(&error);
            Carried::Later(String::new())
        });
        match carried {
            Carried::On => wait_s = FIRST_RETRY_S,
            Carried::Nothing => {
                wait_s = FIRST_RETRY_S;
                phone.waits(errand).await;
            }
            Carried::Later(code) => {
                let until = phone.now() + wait_s;
                phone.health_mut(|health| *health.wait_mut(errand) = Some(Wait { until, code }));
                tokio::select! {
                    () = phone.sleep_until(until) => {}
                    () = phone.waits(errand) => {}
                }
                phone.health_mut(|health| *health.wait_mut(errand) = None);
                wait_s = (wait_s * 2).min(LONGEST_RETRY_S);
            }
        }
    }
}
