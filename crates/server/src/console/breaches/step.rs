//! What is done with a breach: more is known, the authority was told, it is closed.

use super::fields::{Problems, Typed as Facts};
use super::{find, page};
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::routes;
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::Timestamp;
use bluezone_domain::breach::{Breach, StepProblem};
use bluezone_pages::time::parse_date_time;
use bluezone_pages::{Text, text};
use bluezone_store::StoreError;
use serde::Deserialize;

text! {
    CLOSED, "Sự cố này đã đóng.", "The breach is closed.";
    NOTIFIED, "Đã ghi nhận báo trước đó.", "It was noted already that the authority knows.";
    NOT_NOTIFIED, "Hãy báo cơ quan bảo vệ dữ liệu trước khi đóng.", "Tell the authority before you close it.";
    TIME, "Thời gian phải nằm giữa lúc phát hiện và bây giờ.", "The time must lie between the finding and now."
}

/// When the authority was told.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Told {
    at: String,
}

/// `POST /console/breaches/{breach}`
pub async fn change(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Form(typed): Form<Facts>,
) -> Result<Response, Failure> {
    let breach = find(&state, &signed, &id).await?;
    let mut problems = Problems::new();
    if breach.closed_at.is_some() {
        problems.push(("what", CLOSED));
    }
    match typed.read(&mut problems).filter(|_| problems.is_empty()) {
        Some((facts, about_people)) => {
            put(&state, &signed, view, Ok(Breach { facts, about_people, ..breach.clone() }), &breach).await
        }
        None => again(&state, &signed, view, &breach, &typed, problems).await,
    }
}

/// `POST /console/breaches/{breach}/notified`
pub async fn notified(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Form(typed): Form<Told>,
) -> Result<Response, Failure> {
    let breach = find(&state, &signed, &id).await?;
    let at = parse_date_time(&typed.at).map(Timestamp).ok_or(StepProblem::Time);
    // The field has no seconds: the minute in which it was found is after it was found.
    let at = at.map(|at| if (at.0..at.0 + 60).contains(&breach.found_at.0) { breach.found_at } else { at });
    let after = at.and_then(|at| breach.clone().notified(at, state.now()));
    put(&state, &signed, view, after, &breach).await
}

/// `POST /console/breaches/{breach}/close`
pub async fn close(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let breach = find(&state, &signed, &id).await?;
    let after = breach.clone().closed(state.now());
    put(&state, &signed, view, after, &breach).await
}

async fn put(
    state: &AppState,
    signed: &Signed,
    view: View,
    after: Result<Breach, StepProblem>,
    before: &Breach,
) -> Result<Response, Failure> {
    let problem = match after {
        Ok(after) => match state.store.put_breach(&after, &mut *state.rng()).await {
            Ok(()) => {
                return Ok(Redirect::to(&format!("{}?done=1", routes::breach(after.id))).into_response());
            }
            Err(StoreError::NotAllowed(_)) => ("what", CLOSED),
            Err(error) => return Err(error.into()),
        },
        Err(problem) => in_words(problem),
    };
    let typed = Facts::of(&before.facts, before.about_people);
    again(state, signed, view, before, &typed, vec![problem]).await
}

async fn again(
    state: &AppState,
    signed: &Signed,
    view: View,
    breach: &Breach,
    typed: &Facts,
    problems: Problems,
) -> Result<Response, Failure> {
    let mut answer = page::shown(state, signed, view, breach, typed, &problems, false).await?;
    *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(answer)
}

fn in_words(problem: StepProblem) -> (&'static str, Text) {
    match problem {
        StepProblem::Closed => ("what", CLOSED),
        StepProblem::Notified => ("at", NOTIFIED),
        StepProblem::NotNotified => ("at", NOT_NOTIFIED),
        StepProblem::Time => ("at", TIME),
    }
}
