//! A diagnosed person's phone: code, consent, certificate, publication, over the server's real API.

use super::street::StreetPhone;
use anyhow::{Context, bail};
use bluezone_app::client::{Answer, Client, ClientError, Kind};
use bluezone_device::{ReportAnswer, ReportStep};
use bluezone_protocol::time::Timestamp;

/// More steps than a report has.
const MAX_STEPS: usize = 8;

/// Redeems the code and shares everything the phone has. Returns how many days were shared.
pub fn report(
    phone: &mut StreetPhone,
    client: &Client,
    code: &str,
    onset: Option<Timestamp>,
    now: Timestamp,
) -> anyhow::Result<usize> {
    let device = &mut phone.device;
    device.report_start(code, &mut phone.rng, now)?;
    for _ in 0..MAX_STEPS {
        let answer = match device.report_next(now, &mut phone.rng)? {
            ReportStep::Verify(request) => told(client.verify(&request, Kind::Real), ReportAnswer::Verify)?,
            ReportStep::Certificate(request) => {
                told(client.certificate(&request, Kind::Real), ReportAnswer::Certificate)?
            }
            ReportStep::Publish(request) => {
                told(client.publish(&request, Kind::Real), ReportAnswer::Publish)?
            }
            ReportStep::Confirm { .. } => {
                let days: Vec<Timestamp> =
                    device.report_preview(onset, now)?.iter().map(|day| day.day).collect();
                device.report_consent(&days, onset, now, &mut phone.rng)?;
                continue;
            }
            ReportStep::Done { days, .. } => return Ok(days.len()),
            ReportStep::Failed { failure, .. } => bail!("the report failed: {failure:?}"),
            ReportStep::Idle => bail!("the report was not started"),
        };
        device.report_answer(answer, now)?;
    }
    bail!("the report did not end after {MAX_STEPS} steps")
}

fn told<T>(
    outcome: Result<Answer<T>, ClientError>,
    given: impl FnOnce(T) -> ReportAnswer,
) -> anyhow::Result<ReportAnswer> {
    Ok(match outcome.context("the server does not answer the phone")? {
        Answer::Given(answer) => given(answer),
        Answer::Refused { status, code } => ReportAnswer::Error { code, status },
    })
}
