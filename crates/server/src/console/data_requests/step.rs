//! A step with a request: acknowledged, given more time, answered. The person is told of each.

use super::{find, page};
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::View;
use crate::console::{once, routes};
use crate::rights::words;
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::data_request::{DataRequest, Outcome, Step, StepProblem};
use bluezone_domain::id::MessageId;
use bluezone_domain::message::Message;
use bluezone_pages::{Lang, Text, text};
use bluezone_store::{NewMessage, StoreError};
use serde::Deserialize;

/// Longest text, in characters.
const LONGEST: usize = 4_000;

text! {
    CHOOSE, "Hãy chọn kết quả.", "Choose an outcome.";
    LONG, "Dài quá 4.000 ký tự.", "Longer than 4,000 characters.";
    WRITE, "Hãy viết cho người yêu cầu.", "Write something to the person.";
    CLOSED, "Yêu cầu này đã được trả lời.", "This request was answered already.";
    ACKNOWLEDGED, "Đã báo nhận trước đó.", "The person was told already that it arrived.";
    EXTENDED, "Chỉ được gia hạn một lần.", "More time can be taken only once.";
    OVERDUE, "Đã quá hạn: hãy trả lời ngay.", "The time is over: answer it now.";
    MEANWHILE, "Yêu cầu vừa đổi. Chưa có gì được lưu; hãy xem lại.", "The request has just changed. Nothing was saved; look at it again."
}

/// What was typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    #[serde(rename = "do")]
    act: String,
    pub(super) outcome: String,
    pub(super) answer: String,
    pub(super) reason: String,
    ticket: String,
}

/// `POST /console/data-requests/{request}`
pub async fn step(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let before = find(&state, &signed, &id).await?;
    let now = state.now();
    let read = read(&typed).and_then(|step| {
        let after = before.clone().after(&step, Some(signed.officer.id), now, &state.config.calendar());
        after.map(|after| (step, after)).map_err(in_words)
    });
    let (step, after) = match read {
        Ok(read) => read,
        Err(problem) => return again(&state, &signed, view, &before, &typed, problem).await,
    };
    let message = message(&state, &signed, &typed, &step, &after);
    match state.store.step_data_request(&before, &after, message.as_ref(), &mut *state.rng()).await {
        Ok(()) => Ok(Redirect::to(&format!("{}?done=1", routes::data_request(before.id))).into_response()),
        Err(StoreError::NotAllowed(_)) => {
            let now = find(&state, &signed, &id).await?;
            let mut answer = again(&state, &signed, view, &now, &typed, ("do", MEANWHILE)).await?;
            *answer.status_mut() = StatusCode::CONFLICT;
            Ok(answer)
        }
        Err(error) => Err(error.into()),
    }
}

async fn again(
    state: &AppState,
    signed: &Signed,
    view: View,
    request: &DataRequest,
    typed: &Typed,
    problem: (&'static str, Text),
) -> Result<Response, Failure> {
    let mut answer = page::shown(state, signed, view, request, typed, &[problem], false).await?;
    *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(answer)
}

fn read(typed: &Typed) -> Result<Step, (&'static str, Text)> {
    let words = |field, text: &str| {
        let kept: String = text.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
        let kept = kept.trim().to_owned();
        if kept.chars().count() > LONGEST { Err((field, LONG)) } else { Ok(kept) }
    };
    match typed.act.as_str() {
        "acknowledge" => Ok(Step::Acknowledge),
        "extend" => match words("reason", &typed.reason)? {
            reason if reason.is_empty() => Err(("reason", WRITE)),
            reason => Ok(Step::Extend { reason }),
        },
        _ => {
            let outcome = match typed.outcome.as_str() {
                "done" => Outcome::Done,
                refusal => Outcome::Refused(refusal.parse().map_err(|_| ("outcome", CHOOSE))?),
            };
            match words("answer", &typed.answer)? {
                answer if answer.is_empty() => Err(("answer", WRITE)),
                answer => Ok(Step::Close { outcome, answer }),
            }
        }
    }
}

fn in_words(problem: StepProblem) -> (&'static str, Text) {
    match problem {
        StepProblem::Closed => ("do", CLOSED),
        StepProblem::Acknowledged => ("do", ACKNOWLEDGED),
        StepProblem::Extended => ("reason", EXTENDED),
        StepProblem::Overdue => ("reason", OVERDUE),
        StepProblem::NoWords => ("answer", WRITE),
    }
}

/// What the person is told; nothing once their account is gone.
fn message(
    state: &AppState,
    signed: &Signed,
    typed: &Typed,
    step: &Step,
    after: &DataRequest,
) -> Option<NewMessage> {
    let to = after.citizen?;
    Some(NewMessage {
        // A step each, also where the forms of one page are sent one after the other.
        id: MessageId::from_bytes(once::id(state, signed, &format!("{step:?}"), &typed.ticket)),
        to,
        // A message keeps its words as they were sent, and the authority's language is Vietnamese; the request's own page
        // in "my data" says the same in the reader's.
        message: Message::DataRequestAnswer { request: after.id, text: words::told(Lang::Vi, step, after) },
        at: state.now(),
    })
}
