//! Changing what is written about a place.

use super::fields::Typed;
use super::owned;
use crate::citizen::access::Signed;
use crate::citizen::failure::Failure;
use crate::citizen::routes;
use crate::citizen::shell::Shell;
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::place::Place;
use bluezone_pages::form::{form, to_mend};
use bluezone_pages::parts::{Weight, button};
use bluezone_pages::{Text, text};
use maud::html;

text! {
    TITLE, "Sửa thông tin", "Change what is written";
    SAVE, "Lưu", "Save"
}

/// `GET /places/{code}/edit`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let place = owned(&state, &signed, &code).await?;
    Ok(shown(&signed, &view, &place, &Typed::of(&place), &[]))
}

/// `POST /places/{code}/edit`
pub async fn save(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(code): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let place = owned(&state, &signed, &code).await?;
    match typed.read(place.area.province) {
        Ok(said) => {
            let place = Place {
                kind: said.kind,
                details: said.details,
                area: said.area,
                capacity: said.capacity,
                dwell_minutes: said.dwell_minutes,
                ..place
            };
            state.store.edit_place(&place, &mut *state.rng()).await?;
            Ok(Redirect::to(&routes::place(place.code)).into_response())
        }
        Err(problems) => {
            let mut answer = shown(&signed, &view, &place, &typed, &problems);
            *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(answer)
        }
    }
}

fn shown(
    signed: &Signed,
    view: &View,
    place: &Place,
    typed: &Typed,
    problems: &[(&'static str, Text)],
) -> Response {
    let lang = view.lang;
    let listed: Vec<_> = problems.iter().map(|(field, words)| (*field, words.get(lang))).collect();
    let action = routes::edit(place.code);
    let body = html! {
        (to_mend(lang, &listed))
        section.card {
            (form(&action, &signed.form_token, html! {
                (typed.draw(lang, place.area.province, problems))
                (button(Weight::Primary, SAVE.get(lang)))
            }))
        }
    };
    let above = routes::place(place.code);
    let back = Some((above.as_str(), place.details.name.as_str()));
    Shell { back, body, ..Shell::new(view, Some(signed), TITLE.get(lang)) }.render()
}
