//! How far a plan is. With its script the page asks for it by itself; without, it comes again as a whole.

use super::{find, words};
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::routes;
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use bluezone_domain::Timestamp;
use bluezone_domain::outbreak_plan::OutbreakPlan;
use bluezone_pages::time::{duration, number};
use bluezone_pages::{Lang, text};
use maud::{Markup, html};

/// Seconds from one look to the next; each stands in the audit.
pub const EVERY_S: u32 = 15;

text! {
    RUNS, "{done} trong {of} lần chạy", "{done} of {of} runs";
    LEFT, "còn khoảng {time}", "about {time} left"
}

/// `GET /console/plans/{plan}/progress`
pub async fn fragment(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let plan = find(&state, &signed, &id).await?;
    let words = Html(drawn(view.lang, &plan, state.now()).into_string());
    Ok(match plan.state.is_open() {
        true => words.into_response(),
        // The page is another one now.
        false => ([("x-next", routes::outbreak_plan(plan.id))], words).into_response(),
    })
}

/// The state, and of one that is computed the runs and the time left.
pub fn drawn(lang: Lang, plan: &OutbreakPlan, now: Timestamp) -> Markup {
    let (done, of) = (plan.runs.done, plan.runs.of);
    html! {
        p {
            (words::state_badge(lang, plan.state))
            @if plan.state.is_open() && of > 0 {
                " " (RUNS.fill(lang, &[("done", &number(lang, done.into())), ("of", &number(lang, of.into()))]))
                @if let Some(left) = plan.left_s(now) { ", " (LEFT.fill(lang, &[("time", &duration(lang, left))])) }
            }
        }
        @if plan.state.is_open() && of > 0 { progress max=(of) value=(done) aria-label=(words::RUNNING.get(lang)) {} }
    }
}
