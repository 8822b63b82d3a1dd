//! When a case was reported to the level above: how long there is, and noting that it was done.

use crate::console::access::Signed;
use crate::console::case_page;
use crate::console::failure::Failure;
use crate::console::{routes, words};
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::Timestamp;
use bluezone_domain::case::Case;
use bluezone_domain::disease;
use bluezone_domain::policy::{Action, allows};
use bluezone_pages::form::{Field, form};
use bluezone_pages::parts::{Tone, Weight, badge, button, card};
use bluezone_pages::time::{date_time_value, parse_date_time};
use bluezone_pages::{Lang, text};
use bluezone_store::{CaseEdit, StoreError};
use maud::{Markup, html};
use serde::Deserialize;

text! {
    REPORT, "Báo cáo lên tuyến trên", "Report to the level above";
    DUE, "Hạn báo cáo", "Due";
    DONE_AT, "Đã báo cáo lúc", "Reported";
    AT, "Đã báo cáo lúc", "Reported at";
    AT_HINT, "Giờ Việt Nam.", "Vietnam's clock.";
    SAVE, "Ghi đã báo cáo", "Note the report";
    LATE, "Quá hạn {time}", "{time} late";
    LEFT, "Còn {time}", "{time} left";
    MINUTES, "{n} phút", "{n} min";
    HOURS, "{n} giờ", "{n} h";
    DAYS, "{n} ngày", "{n} days"
}

/// Until when a case must be reported; `None` for a disease of which nothing says.
pub fn due(case: &Case) -> Option<Timestamp> {
    Some(disease::find(&case.disease)?.report?.due(case.created_at))
}

/// How much time is left, or by how much it is late.
pub fn time_left(lang: Lang, due: Timestamp, now: Timestamp) -> Markup {
    if due < now {
        return badge(Tone::Bad, &LATE.fill(lang, &[("time", &rough(lang, now - due))]));
    }
    let tone = if due - now < 6 * 3600 { Tone::Caution } else { Tone::Neutral };
    badge(tone, &LEFT.fill(lang, &[("time", &rough(lang, due - now))]))
}

/// A length of time by its largest unit, rounded down.
fn rough(lang: Lang, seconds: i64) -> String {
    let (words, n) = match seconds {
        ..3600 => (MINUTES, seconds / 60),
        3600..172_800 => (HOURS, seconds / 3600),
        _ => (DAYS, seconds / 86_400),
    };
    words.fill(lang, &[("n", &n.to_string())])
}

/// The part of a case's page about it.
pub fn offer(signed: &Signed, lang: Lang, case: &Case, now: Timestamp) -> Markup {
    if let Some(at) = case.reported_at {
        return card(REPORT.get(lang), html! { p { (DONE_AT.get(lang)) " " (words::instant(lang, at)) } });
    }
    let Some(due) = due(case).filter(|_| !case.facts.status.is_ruled_out()) else { return html! {} };
    let fields = html! {
        input type="hidden" name="version" value=(case.version);
        (Field::input(lang, "datetime-local", "at", AT.get(lang)).hint(AT_HINT.get(lang)).value(&date_time_value(now.0)))
        (button(Weight::Secondary, SAVE.get(lang)))
    };
    card(
        REPORT.get(lang),
        html! {
            p { (DUE.get(lang)) ": " (words::instant(lang, due)) " " (time_left(lang, due, now)) }
            @if signed.may(Action::ChangeCase) {
                (form(&routes::reported(case.id), &signed.form_token, fields))
            }
        },
    )
}

/// The form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    at: String,
    version: u32,
}

/// `POST /console/cases/{case}/reported`
pub async fn report(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let case = case_page::find(&state, &signed, &id).await?;
    if !allows(signed.scope(), Action::ChangeCase, case.record()) {
        return Err(Failure::NotFound);
    }
    let now = state.now();
    let here = routes::case(case.id);
    let at = parse_date_time(&typed.at).map(Timestamp);
    // Neither before the case was known, to the minute of the field, nor in the future.
    let Some(at) = at.filter(|at| *at <= now && at.0 / 60 >= case.created_at.0 / 60) else {
        return Ok(Redirect::to(&format!("{here}?done=report-time")).into_response());
    };
    // The same form, sent again: it has done its work.
    if case.reported_at == Some(at) {
        return Ok(Redirect::to(&here).into_response());
    }
    let edited = Case { reported_at: Some(at), version: typed.version, ..case };
    match state.store.edit_case(&CaseEdit { case: edited, by: signed.officer.id, at: now }).await {
        Ok(_) => Ok(Redirect::to(&format!("{here}?done=reported")).into_response()),
        Err(StoreError::NotAllowed(_)) => Ok(Redirect::to(&format!("{here}?done=again")).into_response()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lateness_is_named_by_its_largest_unit() {
        let said =
            |left: i64| time_left(Lang::En, Timestamp(1_000_000 + left), Timestamp(1_000_000)).into_string();
        assert!(said(59 * 60).contains("59 min left") && said(59 * 60).contains("caution"));
        assert!(said(7 * 3600).contains("7 h left") && said(7 * 3600).contains("neutral"));
        assert!(said(-60).contains("1 min late") && said(-60).contains("bad"));
        assert!(said(-3 * 86_400).contains("3 days late"));
    }
}
