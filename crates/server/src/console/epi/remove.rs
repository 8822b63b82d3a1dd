//! Removing what was written down of where a case was: what it means, then the form.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{epi, routes, words};
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_pages::form::form;
use bluezone_pages::parts::{Weight, back, button, link_button};
use bluezone_pages::text;
use bluezone_store::StoreError;
use maud::html;

text! {
    TITLE, "Xóa mốc dịch tễ {name}?", "Remove {name}?";
    LEAD, "Chỉ xóa mốc đã ghi nhầm. Nó không lấy lại được; những người tiếp xúc đã ghi nhận vẫn còn.",
        "Only for what was written down by mistake. It cannot be brought back; contacts that were registered stay.";
    REMOVE, "Xóa mốc", "Remove it"
}

/// `GET /console/cases/{case}/points/{point}/remove`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(ids): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (case, point) = epi::find(&state, &signed, &ids).await?;
    let lang = view.lang;
    let here = routes::remove_epi_point(case.id, point.id);
    let inside = html! {
        p { (epi::kind(lang, &point.details.setting)) ", " (epi::span(lang, &point)) }
        div.actions {
            (button(Weight::Danger, REMOVE.get(lang)))
            (link_button(Weight::Secondary, &routes::epi_point(case.id, point.id), words::CANCEL.get(lang)))
        }
    };
    let body = html! {
        (back(&routes::case(case.id), words::BACK_TO_CASE.get(lang)))
        section.card { (form(&here, &signed.form_token, inside)) }
    };
    let title = TITLE.fill(lang, &[("name", epi::name(&point.details.setting))]);
    let lead = Some(LEAD.get(lang));
    Ok(Shell { view: &view, signed: Some(&signed), title: &title, lead, wide: false, body }.render())
}

/// `POST /console/cases/{case}/points/{point}/remove`
pub async fn remove(
    State(state): State<AppState>,
    signed: Signed,
    Path(ids): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (case, point) = epi::find(&state, &signed, &ids).await?;
    match state.store.delete_epi_point(point.id).await {
        // Removed meanwhile: it is gone, as was asked.
        Ok(()) | Err(StoreError::NotFound(_)) => {
            Ok(Redirect::to(&format!("{}?done=point-removed", routes::case(case.id))).into_response())
        }
        Err(error) => Err(error.into()),
    }
}
