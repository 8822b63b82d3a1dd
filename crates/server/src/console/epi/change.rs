//! Changing what was written down of where a case was.

use crate::console::access::Signed;
use crate::console::case_new::Problems;
use crate::console::epi::fields::{self, Typed};
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{epi, routes, words};
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::case::Case;
use bluezone_domain::epi_point::EpiPoint;
use bluezone_pages::form::{form, to_mend};
use bluezone_pages::parts::{Weight, back, button, link_button};
use bluezone_pages::text;
use maud::html;

text! {
    TITLE, "Sửa mốc dịch tễ {name}", "Change {name}";
    SAVE, "Lưu thay đổi", "Save the changes";
    REMOVE, "Xóa mốc này", "Remove it"
}

/// `GET /console/cases/{case}/points/{point}`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(ids): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (case, point) = epi::find(&state, &signed, &ids).await?;
    Ok(shown(&signed, view, &case, &point, &Typed::from(&point), &Problems::new()))
}

/// `POST /console/cases/{case}/points/{point}`
pub async fn change(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(ids): Path<(String, String)>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let (case, point) = epi::find(&state, &signed, &ids).await?;
    let now = state.now();
    let mut problems = Problems::new();
    let Some(read) = fields::read(&typed, now, &mut problems) else {
        let mut answer = shown(&signed, view, &case, &point, &typed, &problems);
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    };
    let here = routes::case(case.id);
    if point.updated_at.0 != typed.seen {
        return Ok(Redirect::to(&format!("{here}?done=again")).into_response());
    }
    let (from, to, area, details) = (read.from, read.to, read.area, read.details);
    let point = EpiPoint { from, to, area, details, updated_at: now, ..point };
    state.store.put_epi_point(&point, &mut *state.rng()).await?;
    Ok(Redirect::to(&format!("{here}?done=point")).into_response())
}

fn shown(
    signed: &Signed,
    view: View,
    case: &Case,
    point: &EpiPoint,
    typed: &Typed,
    problems: &Problems,
) -> Response {
    let lang = view.lang;
    let listed: Vec<_> = problems.iter().map(|(field, words)| (*field, words.get(lang))).collect();
    let here = routes::epi_point(case.id, point.id);
    let inside = html! {
        input type="hidden" name="seen" value=(typed.seen);
        (fields::draw(lang, typed, &listed))
        div.actions {
            (button(Weight::Primary, SAVE.get(lang)))
            (link_button(Weight::Danger, &routes::remove_epi_point(case.id, point.id), REMOVE.get(lang)))
            (link_button(Weight::Secondary, &routes::case(case.id), words::CANCEL.get(lang)))
        }
    };
    let body = html! {
        (back(&routes::case(case.id), words::BACK_TO_CASE.get(lang)))
        (to_mend(lang, &listed))
        section.card { (form(&here, &signed.form_token, inside)) }
    };
    let title = TITLE.fill(lang, &[("name", epi::name(&point.details.setting))]);
    let view = view.at(&here);
    Shell { view: &view, signed: Some(signed), title: &title, lead: None, wide: false, body }.render()
}
