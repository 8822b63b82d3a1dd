//! Carries a report between the device and the server, and the dummies that hide reports.

use crate::client::{Answer, Client, ClientError, Kind};
use crate::phone::{Phone, ReportWait};
use bluezone_device::{DeviceError, DummySequence, ReportAnswer, ReportStep, Taken};
use rand::RngExt;
use std::fmt;

/// Seconds to wait after a failed call: the first time, and at most.
const RETRY_S: (i64, i64) = (5, 600);
/// Seconds between a dummy's first call and the others: as a person reads what they are asked.
const READING_S: std::ops::Range<i64> = 15..180;

/// What became of one step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Carried {
    /// Nothing to send: no report, waiting for the owner, or over.
    Nothing,
    /// An answer that the report went on with.
    On,
    /// No answer, or one that says to try later: the server's code, or empty.
    Later(String),
}

/// Carries one step.
///
/// # Errors
/// If the device's storage failed.
pub async fn step(phone: &Phone, client: &Client) -> Result<Carried, DeviceError> {
    let (next, tag) =
        phone.try_ask(|mind, now, rng| Ok((mind.report_next(now, rng)?, mind.report_tag()?))).await?;
    let client = client.clone();
    let answer = match next {
        ReportStep::Idle
        | ReportStep::Confirm { .. }
        | ReportStep::Done { .. }
        | ReportStep::Failed { .. } => return Ok(Carried::Nothing),
        ReportStep::Verify(request) => {
            let call = move || client.verify(&request, Kind::Real);
            told(phone.blocking(call).await, ReportAnswer::Verify)
        }
        ReportStep::Certificate(request) => {
            let call = move || client.certificate(&request, Kind::Real);
            told(phone.blocking(call).await, ReportAnswer::Certificate)
        }
        ReportStep::Publish(request) => {
            let call = move || client.publish(&request, Kind::Real);
            told(phone.blocking(call).await, ReportAnswer::Publish)
        }
    };
    phone.health_mut(|health| {
        health.server_reached = Some(!matches!(answer, ReportAnswer::Error { status: 0, .. }))
    });
    let code = match &answer {
        ReportAnswer::Error { code, .. } => code.clone(),
        ReportAnswer::Publish(answer) => answer.code.clone(),
        ReportAnswer::Verify(_) | ReportAnswer::Certificate(_) => String::new(),
    };
    match phone.try_ask(move |mind, now, _| mind.report_answer_to(tag.as_ref(), answer, now)).await {
        // The owner cancelled while the call was under way, or began another report.
        Err(DeviceError::Report(_)) => Ok(Carried::On),
        Err(error) => Err(error),
        Ok(Taken::On) => Ok(Carried::On),
        Ok(Taken::Later) => Ok(Carried::Later(code)),
    }
}

/// Notes a failure of real calls and of dummies in the same words, at a level that is off by default: whoever reads a
/// phone's log must not see that its owner has something to report.
fn broke_off(error: &dyn fmt::Display) {
    tracing::debug!(%error, "calls to the server broke off");
}

/// A call's outcome in the device's words.
fn told<T>(outcome: Result<Answer<T>, ClientError>, given: impl FnOnce(T) -> ReportAnswer) -> ReportAnswer {
    match outcome {
        Ok(Answer::Given(answer)) => given(answer),
        Ok(Answer::Refused { status, code }) => ReportAnswer::Error { code, status },
        Err(error) => {
            broke_off(&error);
            ReportAnswer::Error { code: String::new(), status: 0 }
        }
    }
}

/// Carries reports for ever (until dropped).
pub async fn run(phone: &Phone, client: &Client) {
    let mut wait_s = RETRY_S.0;
    loop {
        let carried = step(phone, client).await.unwrap_or_else(|error| {
            broke_off(&error);
            Carried::Later(String::new())
        });
        match carried {
            Carried::On => wait_s = RETRY_S.0,
            Carried::Nothing => {
                wait_s = RETRY_S.0;
                phone.report_waits().await;
            }
            Carried::Later(code) => {
                let until = phone.now() + wait_s;
                phone.health_mut(|health| health.report_wait = Some(ReportWait { until, code }));
                tokio::select! {
                    () = phone.sleep_until(until) => {}
                    () = phone.report_waits() => {}
                }
                phone.health_mut(|health| health.report_wait = None);
                wait_s = (wait_s * 2).min(RETRY_S.1);
            }
        }
    }
}

/// Sends dummy sequences at the device's random times for ever (until dropped).
pub async fn run_dummies(phone: &Phone, client: &Client) {
    loop {
        match phone.try_ask(|mind, now, rng| mind.next_dummy(now, rng)).await {
            Ok(due) => phone.sleep_until(due).await,
            Err(error) => {
                broke_off(&error);
                phone.sleep_until(phone.now() + RETRY_S.1).await;
                continue;
            }
        }
        dummy(phone, client).await;
        if let Err(error) = phone.try_ask(|mind, now, rng| mind.dummy_done(now, rng)).await {
            broke_off(&error);
            phone.sleep_until(phone.now() + RETRY_S.1).await;
        }
    }
}

/// One dummy sequence: the calls of a report, with the time a person takes in between. Answers are read and thrown
/// away; failures too, for a real report would not be hidden by a dummy that insists.
pub async fn dummy(phone: &Phone, client: &Client) {
    let DummySequence { verify, certificate, publish } = phone.with_rng(|rng| DummySequence::new(rng));
    let pause = phone.with_rng(|rng| rng.random_range(READING_S));
    let calls = client.clone();
    let mut sent = phone.blocking(move || calls.verify(&verify, Kind::Dummy).map(drop)).await;
    if sent.is_ok() {
        phone.sleep_until(phone.now() + pause).await;
        let calls = client.clone();
        let rest = move || {
            calls.certificate(&certificate, Kind::Dummy).map(drop)?;
            calls.publish(&publish, Kind::Dummy).map(drop)
        };
        sent = phone.blocking(rest).await;
    }
    if let Err(error) = sent {
        broke_off(&error);
    }
}
