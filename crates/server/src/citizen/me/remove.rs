//! Declaring for somebody no more: what was declared for them goes, with where they checked in.

use super::super::access::Signed;
use super::super::failure::Failure;
use super::super::routes;
use super::person;
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::citizen::Profile;
use bluezone_pages::form::{form, tick};
use bluezone_pages::parts::{Weight, button, card};
use bluezone_pages::{Lang, text};
use bluezone_protocol::time::DAY_S;
use maud::{Markup, html};
use serde::Deserialize;

text! {
    TITLE, "Không khai báo cho người này nữa", "Declare for this person no more";
    WHAT, "Xóa ngay hồ sơ này, các tờ khai, đồng ý và nơi đã đến của họ; mã và thẻ của họ hết hiệu lực. Không khôi phục được.",
        "This record goes at once, with their declarations, consents and visits; their code and card are over. It cannot be taken back.";
    SURE, "Tôi muốn xóa hồ sơ này", "I want to delete this record";
    MUST, "Hãy đánh dấu ô này để xóa.", "Tick this box to delete.";
    DO_IT, "Xóa hồ sơ", "Delete the record"
}

/// What was ticked.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    sure: String,
}

/// The form below somebody's record. The citizen's own goes with the account.
pub fn offer(signed: &Signed, lang: Lang, profile: &Profile, wrong: bool) -> Markup {
    if profile.is_own() {
        return html! {};
    }
    let fields = html! {
        p { (WHAT.get(lang)) }
        (tick("sure", SURE.get(lang), false, wrong.then(|| MUST.get(lang))))
        (button(Weight::Danger, DO_IT.get(lang)))
    };
    card(TITLE.get(lang), form(&routes::remove_person(profile.id), &signed.form_token, fields))
}

/// `POST /me/people/{profile}/remove`
pub async fn remove(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let profile = person::find(&state, &signed, &id).await?;
    if profile.is_own() {
        return Err(Failure::NotFound);
    }
    if typed.sure != "yes" {
        let mut answer = person::unsure(&signed, view, &profile);
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    }
    // Visits do not name whose they are: they are found while the profile is there.
    let (now, store) = (state.now(), &state.store);
    let first = now - state.config.visit_retention_days * DAY_S;
    store.delete_visits_of_profile(profile.id, first, now + DAY_S).await?;
    store.delete_profile(profile.id).await?;
    Ok(Redirect::to(&format!("{}?done=removed", routes::ME)).into_response())
}
