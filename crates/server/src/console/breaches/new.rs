//! A breach that was found.

use super::fields::{Problems, Typed as Facts};
use super::list;
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{once, routes, words};
use crate::state::AppState;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::Timestamp;
use bluezone_domain::breach::Breach;
use bluezone_domain::id::BreachId;
use bluezone_pages::form::{Field, form, to_mend};
use bluezone_pages::parts::{Weight, back, button, link_button};
use bluezone_pages::text;
use bluezone_pages::time::{date_time_value, parse_date_time};
use maud::html;
use serde::Deserialize;

text! {
    TITLE, "Ghi sự cố lộ dữ liệu", "Write a breach down";
    LEAD, "Ghi những gì đã biết; phần còn lại bổ sung sau.", "Write what is known; the rest can follow.";
    FOUND, "Phát hiện lúc", "Found";
    FOUND_HINT, "Giờ Việt Nam. 72 giờ tính từ lúc này.", "Vietnam's clock. The 72 hours run from here.";
    SAVE, "Lưu", "Save";
    GIVE_TIME, "Hãy ghi ngày giờ phát hiện.", "Write when it was found.";
    FUTURE, "Thời gian này chưa tới.", "This time has not come yet."
}

/// What was typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    found: String,
    #[serde(flatten)]
    facts: Facts,
    ticket: String,
}

/// `GET /console/breaches/new`
pub async fn page(State(state): State<AppState>, signed: Signed, view: View) -> Response {
    let found = date_time_value(state.now().0);
    let typed = Typed { found, ticket: once::ticket(&state), ..Typed::default() };
    shown(&signed, view, &typed, &Problems::new())
}

/// `POST /console/breaches/new`
pub async fn create(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let now = state.now();
    let mut problems = Problems::new();
    let found = parse_date_time(&typed.found).map(Timestamp);
    match found {
        None => problems.push(("found", GIVE_TIME)),
        Some(found) if found > now => problems.push(("found", FUTURE)),
        Some(_) => {}
    }
    let facts = typed.facts.read(&mut problems);
    let (Some(found_at), Some((facts, about_people)), true) = (found, facts, problems.is_empty()) else {
        let mut answer = shown(&signed, view, &typed, &problems);
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    };
    // The same form sent again names the same breach.
    let id = BreachId::from_bytes(once::id(&state, &signed, routes::NEW_BREACH, &typed.ticket));
    let breach = Breach {
        id,
        found_at,
        created_at: now,
        created_by: signed.officer.id,
        unit: signed.officer.unit.clone(),
        about_people,
        notified_at: None,
        closed_at: None,
        facts,
    };
    if state.store.breach(id).await?.is_none() {
        state.store.put_breach(&breach, &mut *state.rng()).await?;
    }
    Ok(Redirect::to(&routes::breach(id)).into_response())
}

fn shown(signed: &Signed, view: View, typed: &Typed, problems: &Problems) -> Response {
    let lang = view.lang;
    let listed: Vec<_> = problems.iter().map(|(field, words)| (*field, words.get(lang))).collect();
    let wrong = listed.iter().find(|(field, _)| *field == "found").map(|(_, words)| *words);
    let fields = html! {
        (once::field(&typed.ticket))
        (Field::input(lang, "datetime-local", "found", FOUND.get(lang)).hint(FOUND_HINT.get(lang))
            .value(&typed.found).error(wrong))
        (typed.facts.draw(lang, &listed))
        div.actions {
            (button(Weight::Primary, SAVE.get(lang)))
            (link_button(Weight::Secondary, routes::BREACHES, words::CANCEL.get(lang)))
        }
    };
    let body = html! {
        (back(routes::BREACHES, list::TITLE.get(lang)))
        (to_mend(lang, &listed))
        section.card { (form(routes::NEW_BREACH, &signed.form_token, fields)) }
    };
    let (view, title, lead) = (view.at(routes::NEW_BREACH), TITLE.get(lang), Some(LEAD.get(lang)));
    Shell { view: &view, signed: Some(signed), title, lead, wide: false, body }.render()
}
