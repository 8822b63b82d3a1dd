//! Handlers of a report.

use super::home::in_language;
use super::views::report::{
    Confirm, Day, EnterError, Failure, ReportPage, Sending, progress as progress_view, report,
};
use super::views::report_words::{AGREE_FIRST, DAY_FIRST, ONSET_FAR, ONSET_WRONG};
use super::{Reader, Web, broken, onward, shown, to_mend};
use crate::errand::Errand;
use crate::phone::{Health, Mind};
use axum::Form;
use axum::extract::State;
use axum::http::HeaderName;
use axum::response::{IntoResponse, Response};
use bluezone_device::{DayKind, DeviceError, KeyDay, ReportError, ReportFailure, ReportStep};
use bluezone_pages::{Lang, Text, time};
use bluezone_protocol::api::error_code::SHORT_CODES_PAUSED;
use bluezone_protocol::time::{DAY_S, Timestamp};
use rand::Rng;
use serde::Deserialize;

/// Where forms of a report come from and lead to.
const HERE: &str = "/report";
/// Tells the page's script that what it waited for is over.
const NEXT: HeaderName = HeaderName::from_static("x-next");
/// Onset of symptoms may lie this far back, days.
const MAX_ONSET_DAYS: i64 = 28;
/// Noon: the middle of a day in Vietnam lies on the same UTC day.
const NOON_S: i64 = DAY_S / 2;

/// The state of the report as its page.
fn as_page(
    mind: &mut Mind,
    health: &Health,
    lang: Lang,
    now: Timestamp,
    rng: &mut dyn Rng,
    onset: Option<Timestamp>,
) -> Result<ReportPage, DeviceError> {
    let sending = |keys| {
        let wait = health.report_wait.as_ref();
        ReportPage::Sending(Sending {
            keys,
            retry_at: wait.map(|wait| wait.until.0),
            paused: wait.is_some_and(|wait| wait.code == SHORT_CODES_PAUSED),
        })
    };
    Ok(match mind.report_next(now, rng)? {
        ReportStep::Idle => ReportPage::Enter { code: String::new(), error: None },
        ReportStep::Verify(_) => sending(false),
        ReportStep::Certificate(_) | ReportStep::Publish(_) => sending(true),
        ReportStep::Confirm { test_type, symptom_date, follows, .. } => ReportPage::Confirm(Confirm {
            test_type,
            follows,
            disease: in_language(&mind.config().disease.name, lang),
            days: mind.report_preview(onset, now)?.into_iter().map(line).collect(),
            onset: symptom_date,
            problems: Vec::new(),
            left_out: Vec::new(),
        }),
        ReportStep::Done { test_type, at, days, warnings } => ReportPage::Done {
            test_type,
            at: at.0,
            days: days.into_iter().map(|day| day.0).collect(),
            left_out: !warnings.is_empty(),
            share: mind.config().authority.is_some() && mind.share_offer(now)?.is_some(),
        },
        ReportStep::Failed { failure, maybe_published } => {
            let failure = match failure {
                ReportFailure::CodeRefused => Failure::Code,
                ReportFailure::NothingToWithdraw => Failure::NothingToWithdraw,
                ReportFailure::TokenExpired => Failure::TooLate,
                ReportFailure::AlreadyPublished => Failure::AlreadyPublished,
                ReportFailure::Refused { .. } => Failure::Other,
            };
            ReportPage::Failed { failure, maybe_published }
        }
    })
}

fn line(day: KeyDay) -> Day {
    Day { start: day.day.0, hours: day.covers_hours, kind: day.kind }
}

/// `onset`: what the owner entered.
async fn current(web: &Web, lang: Lang, onset: Option<Timestamp>) -> Result<ReportPage, DeviceError> {
    let health = web.phone.health();
    web.phone.ask(move |mind, now, rng| as_page(mind, &health, lang, now, rng, onset)).await
}

pub(super) async fn page(State(web): State<Web>, reader: Reader) -> Response {
    let frame = reader.frame(&web);
    match current(&web, reader.lang, None).await {
        Ok(page) => shown(report(&frame, &page)),
        Err(error) => broken(&frame, &error),
    }
}

pub(super) async fn progress(State(web): State<Web>, reader: Reader) -> Response {
    let frame = reader.frame_of(&web, HERE);
    match current(&web, reader.lang, None).await {
        Ok(ReportPage::Sending(sending)) => shown(progress_view(&frame, &sending)),
        Ok(_) => ([(NEXT, HERE)], "").into_response(),
        Err(error) => broken(&frame, &error),
    }
}

#[derive(Deserialize)]
pub(super) struct CodeForm {
    #[serde(default)]
    code: String,
}

pub(super) async fn code(State(web): State<Web>, reader: Reader, Form(form): Form<CodeForm>) -> Response {
    let frame = reader.frame_of(&web, HERE);
    // The whole link that an officer sent is a code too: what stands after its `#`.
    let given = form.code.rsplit_once('#').map_or(form.code.as_str(), |(_, code)| code).to_owned();
    let error = match web.phone.ask(move |mind, now, rng| mind.report_start(&given, rng, now)).await {
        Ok(()) => {
            web.phone.moved(Errand::Report);
            return onward(HERE);
        }
        Err(DeviceError::Report(ReportError::Scheme)) => EnterError::Scheme,
        Err(DeviceError::Report(ReportError::InProgress)) => EnterError::InProgress,
        Err(DeviceError::Report(_)) => EnterError::Format,
        Err(error) => return broken(&frame, &error),
    };
    to_mend(report(&frame, &ReportPage::Enter { code: form.code, error: Some(error) }))
}

/// What the owner chose.
struct Choice {
    agreed: bool,
    days: Vec<Timestamp>,
    onset: String,
}

impl Choice {
    fn read(pairs: Vec<(String, String)>) -> Choice {
        let mut choice = Choice { agreed: false, days: Vec::new(), onset: String::new() };
        for (name, value) in pairs {
            match name.as_str() {
                "agree" => choice.agreed = value == "yes",
                "day" => choice.days.extend(value.parse().ok().map(Timestamp)),
                "onset" => choice.onset = value.trim().to_owned(),
                _ => {}
            }
        }
        choice
    }

    /// The onset in the middle of its day, or nothing if none was given.
    fn onset(&self, now: Timestamp) -> Result<Option<Timestamp>, Text> {
        if self.onset.is_empty() {
            return Ok(None);
        }
        let midnight = time::parse_date(&self.onset).ok_or(ONSET_WRONG)?;
        let ago = now.0 - midnight;
        let plausible = (0..=MAX_ONSET_DAYS * DAY_S).contains(&ago);
        plausible.then_some(Some(Timestamp(midnight + NOON_S))).ok_or(ONSET_WRONG)
    }
}

pub(super) async fn consent(
    State(web): State<Web>,
    reader: Reader,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let frame = reader.frame_of(&web, HERE);
    let choice = Choice::read(pairs);
    let mut problems = Vec::new();
    let onset = choice.onset(web.phone.now()).unwrap_or_else(|words| {
        problems.push(("onset", words));
        None
    });
    if !choice.agreed {
        problems.push(("agree", AGREE_FIRST));
    }
    let confirm = match current(&web, reader.lang, onset).await {
        Ok(ReportPage::Confirm(confirm)) => confirm,
        // The report went on or was cancelled in another window: its page says how it stands.
        Ok(_) => return onward(HERE),
        Err(error) => return broken(&frame, &error),
    };
    if choice.days.iter().any(|day| confirm.leaves_out(day.0)) {
        problems.push(("onset", ONSET_FAR));
    }
    if problems.is_empty() {
        let days = choice.days.clone();
        match web.phone.ask(move |mind, now, rng| mind.report_consent(&days, onset, now, rng)).await {
            Ok(()) => {
                web.phone.moved(Errand::Report);
                return onward(HERE);
            }
            Err(DeviceError::Report(ReportError::NothingToShare)) => {}
            Err(DeviceError::Report(_)) => return onward(HERE),
            Err(error) => return broken(&frame, &error),
        }
    }
    if confirm.wants_a_day() && choice.days.is_empty() {
        problems.insert(0, ("day", DAY_FIRST));
    }
    let new = confirm.days.iter().filter(|day| day.kind == DayKind::New).map(|day| day.start);
    let left_out = new.filter(|day| !choice.days.contains(&Timestamp(*day))).collect();
    let confirm = Confirm { onset: choice.onset, problems, left_out, ..confirm };
    to_mend(report(&frame, &ReportPage::Confirm(confirm)))
}

pub(super) async fn retry(State(web): State<Web>) -> Response {
    web.phone.moved(Errand::Report);
    onward(HERE)
}

pub(super) async fn cancel(State(web): State<Web>, reader: Reader) -> Response {
    let frame = reader.frame_of(&web, HERE);
    let cancel = |mind: &mut Mind, now: Timestamp, rng: &mut dyn Rng| {
        // Keys that their owner agreed to send may be on the server already: that cannot be taken back here.
        match mind.report_next(now, rng)? {
            ReportStep::Certificate(_) | ReportStep::Publish(_) => Ok(()),
            _ => mind.report_cancel(),
        }
    };
    match web.phone.ask(cancel).await {
        Ok(()) => {
            web.phone.moved(Errand::Report);
            onward(HERE)
        }
        Err(error) => broken(&frame, &error),
    }
}
