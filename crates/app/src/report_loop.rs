//! Carries a report between the device and the server, and the dummies that hide reports.

use crate::client::{Answer, Client, ClientError, Kind};
use crate::errand::{self, Carried, Errand, LONGEST_RETRY_S, broke_off};
use crate::phone::Phone;
use bluezone_device::{DeviceError, DummySequence, ReportAnswer, ReportStep, Taken};
use rand::RngExt;

/// Seconds between a dummy's first call and the others: as a person reads what they are asked.
const READING_S: std::ops::Range<i64> = 15..180;

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
    errand::run(phone, client, Errand::Report).await;
}

/// Sends dummy sequences at the device's random times for ever (until dropped).
pub async fn run_dummies(phone: &Phone, client: &Client) {
    loop {
        match phone.try_ask(|mind, now, rng| mind.next_dummy(now, rng)).await {
            Ok(due) => phone.sleep_until(due).await,
            Err(error) => {
                broke_off(&error);
                phone.sleep_until(phone.now() + LONGEST_RETRY_S).await;
                continue;
            }
        }
        dummy(phone, client).await;
        if let Err(error) = phone.try_ask(|mind, now, rng| mind.dummy_done(now, rng)).await {
            broke_off(&error);
            phone.sleep_until(phone.now() + LONGEST_RETRY_S).await;
        }
    }
}

/// One dummy sequence: the calls of a report whose owner then shares more, with the time a person takes in between. Answers are read and thrown
/// away; failures too, for a real report would not be hidden by a dummy that insists.
pub async fn dummy(phone: &Phone, client: &Client) {
    let DummySequence { verify, certificate, publish, consent } =
        phone.with_rng(|rng| DummySequence::new(rng));
    let [pause, another] = phone.with_rng(|rng| [0, 1].map(|_| rng.random_range(READING_S)));
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
    if sent.is_ok() {
        phone.sleep_until(phone.now() + another).await;
        let calls = client.clone();
        sent = phone.blocking(move || calls.consent(&consent, Kind::Dummy).map(drop)).await;
    }
    if let Err(error) = sent {
        broke_off(&error);
    }
}
