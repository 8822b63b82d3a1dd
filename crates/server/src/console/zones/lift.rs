//! Lifting a zone before its end.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::zones::terms::{self, Problems};
use crate::console::zones::{find, log, meanwhile, zone};
use crate::console::{routes, words};
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::zone::{Change, Step, TermsProblem, Zone, lift, one_line};
use bluezone_pages::form::{form, to_mend};
use bluezone_pages::parts::{Weight, back, button, link_button};
use bluezone_pages::text;
use bluezone_store::StoreError;
use maud::html;
use serde::Deserialize;

text! {
    TITLE, "Gỡ bỏ vùng {name}?", "Lift the zone {name}?";
    LEAD, "Vùng hết hiệu lực ngay khi bạn bấm nút. Những gì đã áp dụng vẫn được lưu; muốn khoanh lại phải quyết định vùng mới.",
        "The zone ends as soon as you press the button. What applied before stays on record; to return to it, decide a new zone.";
    LIFT, "Gỡ bỏ ngay", "Lift now"
}

/// What was typed, as it was typed.
#[derive(Clone, Default, Debug, Deserialize)]
#[serde(default)]
pub struct Typed {
    decision: String,
    reason: String,
    /// How many decisions the officer saw.
    seen: String,
}

/// `GET /console/zones/{zone}/lift`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let zone = find(&state, &signed, &id).await?;
    if zone.end().is_none_or(|end| end <= state.now()) {
        return Ok(meanwhile(&signed, view, &zone));
    }
    let typed = Typed { seen: zone.changes.len().to_string(), ..Typed::default() };
    Ok(shown(&signed, view, &zone, &typed, &Problems::new()))
}

/// `POST /console/zones/{zone}/lift`
pub async fn act(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let (zone, now) = (find(&state, &signed, &id).await?, state.now());
    let seen = typed.seen.parse().map_err(|_| Failure::Unreadable)?;
    let (decision, reason) = (one_line(&typed.decision), one_line(&typed.reason));
    let problems = lift(&zone, &decision, &reason, now);
    if seen != zone.changes.len() || problems.contains(&TermsProblem::ZoneOver) {
        return Ok(meanwhile(&signed, view, &zone));
    }
    if !problems.is_empty() {
        let problems = problems.into_iter().map(terms::problem).collect();
        let mut answer = shown(&signed, view, &zone, &typed, &problems);
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    }
    let change =
        Change { at: now, by: signed.officer.id, step: Step::Lifted { from: now }, decision, reason };
    let entry = log::entry(&signed, &zone, &change);
    match state.store.change_zone(zone.id, seen, &change, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("{}?done=1", routes::zone(zone.id))).into_response()),
        Err(StoreError::NotAllowed(_)) => Ok(meanwhile(&signed, view, &zone)),
        Err(error) => Err(error.into()),
    }
}

fn shown(signed: &Signed, view: View, zone: &Zone, typed: &Typed, problems: &Problems) -> Response {
    let lang = view.lang;
    let listed: Vec<_> = problems.iter().map(|(field, words)| (*field, words.get(lang))).collect();
    let here = routes::lift_zone(zone.id);
    let fields = html! {
        input type="hidden" name="seen" value=(typed.seen);
        (terms::paper(lang, &typed.decision, &typed.reason, &listed))
        div.actions {
            (button(Weight::Danger, LIFT.get(lang)))
            (link_button(Weight::Secondary, &routes::zone(zone.id), words::CANCEL.get(lang)))
        }
    };
    let body = html! {
        (back(&routes::zone(zone.id), &zone::title(lang, zone)))
        (to_mend(lang, &listed))
        section.card { (form(&here, &signed.form_token, fields)) }
    };
    let name = crate::zones::words::commune(lang, zone);
    let (view, title) = (view.at(&here), TITLE.fill(lang, &[("name", &name)]));
    let lead = Some(LEAD.get(lang));
    Shell { view: &view, signed: Some(signed), title: &title, lead, wide: false, body }.render()
}
