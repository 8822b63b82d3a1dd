//! Writing down where a case was.

use crate::console::access::Signed;
use crate::console::case_new::Problems;
use crate::console::epi::fields::{self, Typed};
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{epi, once, routes, words};
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::case::Case;
use bluezone_domain::epi_point::EpiPoint;
use bluezone_domain::id::EpiPointId;
use bluezone_pages::form::{form, to_mend};
use bluezone_pages::parts::{Weight, back, button, link_button};
use bluezone_pages::text;
use maud::html;

text! {
    TITLE, "Thêm mốc dịch tễ của ca {reference}", "Where case {reference} was";
    LEAD, "Được mã hóa khi lưu. Những ai cùng ở đó vào lúc ấy có thể là người tiếp xúc.",
        "Encrypted where it is kept. Whoever was there then may be a contact.";
    SAVE, "Lưu mốc", "Save"
}

/// `GET /console/cases/{case}/points/new`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let case = epi::case_to_change(&state, &signed, &id).await?;
    let typed = Typed::new(once::ticket(&state));
    Ok(shown(&signed, view, &case, &typed, &Problems::new()))
}

/// `POST /console/cases/{case}/points/new`
pub async fn create(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let case = epi::case_to_change(&state, &signed, &id).await?;
    let now = state.now();
    let mut problems = Problems::new();
    let Some(read) = fields::read(&typed, now, &mut problems) else {
        let mut answer = shown(&signed, view, &case, &typed, &problems);
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    };
    // The same form, sent again, writes the same point.
    let point = EpiPoint {
        id: EpiPointId::from_bytes(once::id(&state, &signed, "epi point", &typed.ticket)),
        case: case.id,
        from: read.from,
        to: read.to,
        area: read.area,
        details: read.details,
        created_by: signed.officer.id,
        created_at: now,
        updated_at: now,
    };
    state.store.put_epi_point(&point, &mut *state.rng()).await?;
    Ok(Redirect::to(&format!("{}?done=point", routes::case(case.id))).into_response())
}

fn shown(signed: &Signed, view: View, case: &Case, typed: &Typed, problems: &Problems) -> Response {
    let lang = view.lang;
    let listed: Vec<_> = problems.iter().map(|(field, words)| (*field, words.get(lang))).collect();
    let here = routes::new_epi_point(case.id);
    let inside = html! {
        (once::field(&typed.ticket))
        (fields::draw(lang, typed, &listed))
        div.actions {
            (button(Weight::Primary, SAVE.get(lang)))
            (link_button(Weight::Secondary, &routes::case(case.id), words::CANCEL.get(lang)))
        }
    };
    let body = html! {
        (back(&routes::case(case.id), words::BACK_TO_CASE.get(lang)))
        (to_mend(lang, &listed))
        section.card { (form(&here, &signed.form_token, inside)) }
    };
    let (view, title) = (view.at(&here), TITLE.fill(lang, &[("reference", &case.reference)]));
    let lead = Some(LEAD.get(lang));
    Shell { view: &view, signed: Some(signed), title: &title, lead, wide: false, body }.render()
}
