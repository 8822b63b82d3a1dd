//! Handing cases to a unit, many at once, and taking that back.

use crate::console::access::Signed;
use crate::console::contact_assign::{HAND, NOBODY, units_near};
use crate::console::failure::Failure;
use crate::console::{case_list, once, routes};
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::case::Case;
use bluezone_domain::id::{AssignmentId, CaseId};
use bluezone_domain::policy::{Action, allows};
use bluezone_pages::form::{Field, form, tick};
use bluezone_pages::parts::{Tone, Weight, alert, button};
use bluezone_pages::{Lang, text};
use bluezone_store::{Assignment, StoreError};
use maud::{Markup, html};
use std::collections::HashMap;

text! {
    TO, "Giao ca đã chọn cho", "Hand the chosen cases to";
    ALL, "Chọn mọi ca khớp bộ lọc, tối đa 300", "Choose all that match the filter, at most 300";
    CHOOSE, "Chọn ca {reference}", "Choose case {reference}";
    DONE, "Đã giao {n} ca", "{n} cases were handed over";
    UNDO, "Hoàn tác", "Take it back";
    UNDONE, "Đã hoàn tác: {n} ca về chỗ cũ", "Taken back: {n} cases are where they were";
    KEPT, "{n} ca đã được giao tiếp cho nơi khác nên giữ nguyên.", "{n} cases were handed on since, and stay."
}

/// Most that one form hands over.
const MOST: u32 = 300;

/// The box to tick beside a case.
pub fn choice(lang: Lang, case: &Case) -> Markup {
    let label = CHOOSE.fill(lang, &[("reference", &case.reference)]);
    html! { input type="checkbox" name={ "c-" (case.id) } value="yes" aria-label=(label); }
}

/// The table as a form, with the unit to choose below.
pub async fn form_around(
    state: &AppState,
    signed: &Signed,
    lang: Lang,
    asked: &case_list::Asked,
    rows: Markup,
) -> Result<Markup, Failure> {
    let units = units_near(state, signed).await?;
    let options = std::iter::once(("", NOBODY.get(lang)))
        .chain(units.iter().map(|unit| (unit.code.as_str(), unit.name.as_str())))
        .collect();
    let body = html! {
        (once::field(&once::ticket(state)))
        input type="hidden" name="status" value=(asked.status);
        input type="hidden" name="q" value=(asked.q);
        (rows)
        (tick("all", ALL.get(lang), false, None))
        div.form.inline {
            (Field::select(lang, "to_unit", TO.get(lang), options))
            (button(Weight::Secondary, HAND.get(lang)))
        }
    };
    Ok(form(routes::ASSIGN_CASES, &signed.form_token, body))
}

/// What has just been done, with the way back.
pub fn happened(lang: Lang, signed: &Signed, asked: &case_list::Asked) -> Markup {
    let n = asked.n.to_string();
    match (asked.done.as_str(), asked.batch.parse::<AssignmentId>()) {
        ("handed", Ok(batch)) => alert(
            Tone::Good,
            &DONE.fill(lang, &[("n", &n)]),
            form(
                &routes::undo_assignment(batch),
                &signed.form_token,
                button(Weight::Secondary, UNDO.get(lang)),
            ),
        ),
        ("undone", _) => alert(
            Tone::Good,
            &UNDONE.fill(lang, &[("n", &n)]),
            html! {
                @if asked.kept > 0 { p { (KEPT.fill(lang, &[("n", &asked.kept.to_string())])) } }
            },
        ),
        _ => html! {},
    }
}

/// `POST /console/cases/assign`
pub async fn assign(
    State(state): State<AppState>,
    signed: Signed,
    Form(fields): Form<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let field = |name| fields.get(name).map(|value: &String| value.trim()).unwrap_or_default();
    let cases = if field("all") == "yes" {
        let filter = case_list::filter(&signed, field("status"), field("q"));
        state.store.list_cases(&filter, None, MOST).await?
    } else {
        let mut chosen = Vec::new();
        for id in fields.keys().filter_map(|name| name.strip_prefix("c-")).take(MOST as usize) {
            let id: CaseId = id.parse().map_err(|_| Failure::Unreadable)?;
            chosen.extend(state.store.case(id).await?);
        }
        chosen
    };
    if !cases.iter().all(|case| allows(signed.scope(), Action::ChangeCase, case.record())) {
        return Err(Failure::NotFound);
    }
    let unit = Some(field("to_unit")).filter(|unit| !unit.is_empty());
    if let Some(code) = unit
        && units_near(&state, &signed).await?.iter().all(|unit| unit.code != code)
    {
        return Err(Failure::Unreadable);
    }
    if cases.is_empty() {
        return Ok(Redirect::to(routes::CASES).into_response());
    }
    let id = AssignmentId::from_bytes(once::id(&state, &signed, "assign cases", field(once::FIELD)));
    let assignment = Assignment {
        id,
        cases: cases.iter().map(|case| case.id).collect(),
        unit: unit.map(str::to_owned),
        by: signed.officer.id,
        at: state.now(),
    };
    match state.store.assign_cases(&assignment).await {
        // The same form, sent again: it has done its work.
        Ok(()) | Err(StoreError::Conflict(_)) => {
            let to = format!("{}?done=handed&n={}&batch={id}", routes::CASES, cases.len());
            Ok(Redirect::to(&to).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /console/cases/assign/{assignment}/undo`: only whoever handed over takes it back.
pub async fn undo(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let id: AssignmentId = id.parse().map_err(|_| Failure::NotFound)?;
    if state.store.assignment_officer(id).await? != Some(signed.officer.id) {
        return Err(Failure::NotFound);
    }
    match state.store.undo_assignment(id, signed.officer.id, state.now()).await {
        Ok(undone) => {
            let (n, kept) = (undone.restored, undone.kept);
            Ok(Redirect::to(&format!("{}?done=undone&n={n}&kept={kept}", routes::CASES)).into_response())
        }
        Err(StoreError::NotAllowed(_)) => Ok(Redirect::to(routes::CASES).into_response()),
        Err(error) => Err(error.into()),
    }
}
