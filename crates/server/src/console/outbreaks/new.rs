//! Asking for a plan.

use super::fields::{Problems, Typed};
use super::refusal::Refusal;
use super::{list, provinces, upload};
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{line, once, routes, words};
use crate::planning;
use crate::state::AppState;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::area::ProvinceCode;
use bluezone_domain::id::OutbreakPlanId;
use bluezone_domain::outbreak_plan::{OutbreakPlan, Runs, State as PlanState, Terms};
use bluezone_pages::form::{form, to_mend};
use bluezone_pages::parts::{Weight, back, button, link_button};
use bluezone_pages::text;
use maud::html;

text! {
    TITLE, "Lập kế hoạch", "Make a plan";
    LEAD, "Máy chủ tính lần lượt từng kế hoạch, và nhường chỗ cho mọi việc khác.",
        "The server computes one plan after the other, and lets everything else go first.";
    START, "Bắt đầu tính", "Compute it"
}

/// `GET /console/plans/new`
pub async fn page(State(state): State<AppState>, signed: Signed, view: View) -> Response {
    let typed = Typed::with(once::ticket(&state));
    shown(&signed, view, &typed, &Problems::new(), None)
}

/// `POST /console/plans/new`
pub async fn create(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let mut problems = Problems::new();
    let asked = typed.read(&provinces(&signed), &mut problems);
    let Some((province, terms)) = asked else { return Ok(wrong(&signed, view, &typed, &problems, None)) };
    let refused = match planning::plan(&terms, province) {
        Err(error) => Refusal::Scenario(error),
        Ok(_) => match ask(&state, &signed, &typed.ticket, province, terms).await? {
            Some(answer) => return Ok(answer),
            None => Refusal::Enough,
        },
    };
    Ok(wrong(&signed, view, &typed, &problems, Some(&refused)))
}

/// Writes a plan down that waits, and leads to it. `None`: the unit has enough of them open.
pub async fn ask(
    state: &AppState,
    signed: &Signed,
    ticket: &str,
    province: ProvinceCode,
    terms: Terms,
) -> Result<Option<Response>, Failure> {
    // The same form sent again names the same plan.
    let id = OutbreakPlanId::from_bytes(once::id(state, signed, routes::NEW_OUTBREAK_PLAN, ticket));
    let plan = OutbreakPlan {
        id,
        province,
        unit: signed.officer.unit.clone(),
        created_by: signed.officer.id,
        created_at: state.now(),
        terms,
        state: PlanState::Waiting,
        runs: Runs::default(),
        started_at: None,
        ended_at: None,
    };
    let asked = state.store.ask_outbreak_plan(&plan).await?;
    Ok(asked.then(|| Redirect::to(&routes::outbreak_plan(id)).into_response()))
}

fn wrong(
    signed: &Signed,
    view: View,
    typed: &Typed,
    problems: &Problems,
    refused: Option<&Refusal>,
) -> Response {
    let mut answer = shown(signed, view, typed, problems, refused);
    *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    answer
}

fn shown(
    signed: &Signed,
    view: View,
    typed: &Typed,
    problems: &Problems,
    refused: Option<&Refusal>,
) -> Response {
    let lang = view.lang;
    let listed = line::listed(lang, problems);
    let fields = html! {
        (once::field(&typed.ticket))
        (typed.draw(lang, &provinces(signed), &listed))
        div.actions {
            (button(Weight::Primary, START.get(lang)))
            (link_button(Weight::Secondary, routes::OUTBREAK_PLANS, words::CANCEL.get(lang)))
        }
    };
    let body = html! {
        (back(routes::OUTBREAK_PLANS, list::TITLE.get(lang)))
        (to_mend(lang, &listed))
        @if let Some(refused) = refused { (refused.draw(lang)) }
        p { a href=(routes::UPLOAD_OUTBREAK_PLAN) { (upload::TITLE.get(lang)) } }
        section.card { (form(routes::NEW_OUTBREAK_PLAN, &signed.form_token, fields)) }
    };
    let (view, title, lead) = (view.at(routes::NEW_OUTBREAK_PLAN), TITLE.get(lang), Some(LEAD.get(lang)));
    Shell { view: &view, signed: Some(signed), title, lead, wide: false, body }.render()
}
