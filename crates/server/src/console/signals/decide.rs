//! A step with a report: screened, verified, an event, dismissed.

use super::{act, find, page};
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use bluezone_domain::signal::{Did, Problem, Step, decide};
use bluezone_pages::text;
use bluezone_store::SignalEffect;
use serde::Deserialize;

text! {
    CHOOSE, "Hãy chọn một bước.", "Choose a step.";
    WHY, "Hãy ghi vì sao loại: cán bộ xem sau cần biết. Người phản ánh không thấy dòng này; muốn báo cho họ, hãy viết ở phần trả lời.", "Write why it is dismissed: officers who come after you need to know. Whoever reported does not see it; to tell them, write an answer.";
    LONG, "Dài quá 1.000 ký tự.", "Longer than 1,000 characters."
}

/// What was typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    pub(super) step: String,
    pub(super) reason: String,
    seen: String,
}

/// `POST /console/signals/{signal}/decide`
pub async fn decide_on(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let signal = find(&state, &signed, &id).await?;
    let wrong = |field, words| page::Mending {
        step: typed.clone(),
        problem: Some((field, words)),
        ..page::Mending::default()
    };
    let Ok(step) = typed.step.parse::<Step>() else {
        return page::again(&state, &signed, view, &signal, wrong("step", CHOOSE)).await;
    };
    let Some(reason) = act::tidy(&typed.reason) else {
        return page::again(&state, &signed, view, &signal, wrong("reason", LONG)).await;
    };
    match decide(signal.state, step, &reason) {
        Ok(next) => {
            let (did, effect) = (Did::Step(step), SignalEffect::State(next));
            act::write(&state, (&signed, view), (&signal, &typed.seen), (did, reason), &effect, None).await
        }
        Err(Problem::NoReason) => page::again(&state, &signed, view, &signal, wrong("reason", WHY)).await,
        // Somebody was faster.
        Err(Problem::NotFromHere) => Ok(act::meanwhile(&signed, view, &signal)),
    }
}
