//! Another level or another end for a zone: a decision that is added to those before.

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
use bluezone_domain::Timestamp;
use bluezone_domain::zone::{Change, Step, Terms, Zone};
use bluezone_pages::form::{form, to_mend};
use bluezone_pages::parts::{Weight, back, button, link_button};
use bluezone_pages::text;
use bluezone_pages::time::date_time_value;
use bluezone_store::StoreError;
use maud::html;
use serde::Deserialize;

text! {
    TITLE, "Đổi hoặc gia hạn: {name}", "Change or prolong: {name}";
    LEAD, "Quyết định mới có hiệu lực từ lúc bạn chọn; trước đó vẫn như cũ. Không có gì bị xóa.",
        "The new decision counts from the time you choose; what was before stays as it was. Nothing is deleted.";
    SAVE, "Lưu và công bố", "Save and publish"
}

/// What was typed, as it was typed.
#[derive(Clone, Default, Debug, Deserialize)]
#[serde(default)]
pub struct Typed {
    #[serde(flatten)]
    terms: terms::Typed,
    /// How many decisions the officer saw.
    seen: String,
}

/// `GET /console/zones/{zone}/change`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let (zone, now) = (find(&state, &signed, &id).await?, state.now());
    if is_over(&zone, now) {
        return Ok(meanwhile(&signed, view, &zone));
    }
    let mut terms = terms::Typed::new(now);
    if let Some(Step::InForce { level, from, until }) = zone.changes.last().map(|change| change.step) {
        terms.level = level.to_string();
        terms.from = date_time_value(from.max(now).0);
        terms.until = date_time_value(until.0);
    }
    let typed = Typed { terms, seen: zone.changes.len().to_string() };
    Ok(shown(&signed, view, &zone, &typed, &Problems::new()))
}

/// `POST /console/zones/{zone}/change`
pub async fn change(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let (zone, now) = (find(&state, &signed, &id).await?, state.now());
    let seen = typed.seen.parse().map_err(|_| Failure::Unreadable)?;
    if is_over(&zone, now) || seen != zone.changes.len() {
        return Ok(meanwhile(&signed, view, &zone));
    }
    let mut problems = Problems::new();
    let Some(terms) = typed.terms.read(zone.province, zone.commune, now, &mut problems) else {
        let mut answer = shown(&signed, view, &zone, &typed, &problems);
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    };
    let step = terms.step();
    let Terms { decision, reason, .. } = terms;
    let change = Change { at: now, by: signed.officer.id, step, decision, reason };
    let entry = log::entry(&signed, &zone, &change);
    match state.store.change_zone(zone.id, seen, &change, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("{}?done=1", routes::zone(zone.id))).into_response()),
        Err(StoreError::NotAllowed(_)) => Ok(meanwhile(&signed, view, &zone)),
        Err(error) => Err(error.into()),
    }
}

/// Whether there is nothing to change any more: what is over is decided anew.
fn is_over(zone: &Zone, now: Timestamp) -> bool {
    zone.end().is_none_or(|end| end <= now)
}

fn shown(signed: &Signed, view: View, zone: &Zone, typed: &Typed, problems: &Problems) -> Response {
    let lang = view.lang;
    let listed: Vec<_> = problems.iter().map(|(field, words)| (*field, words.get(lang))).collect();
    let here = routes::change_zone(zone.id);
    let fields = html! {
        input type="hidden" name="seen" value=(typed.seen);
        (terms::level_and_times(lang, &typed.terms, &listed))
        (terms::paper(lang, &typed.terms.decision, &typed.terms.reason, &listed))
        div.actions {
            (button(Weight::Primary, SAVE.get(lang)))
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
