//! What a citizen declared: to see again, to correct by a new declaration that stands beside it, to delete.

use super::super::access::Signed;
use super::super::failure::Failure;
use super::super::routes;
use crate::console::words::instant;
use crate::declaring::day_of;
use crate::forms::Forms;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::declaration::{Declaration, SentBy};
use bluezone_domain::id::DeclarationId;
use bluezone_pages::form::form;
use bluezone_pages::parts::{Weight, button, card};
use bluezone_pages::{Lang, text};
use chrono::NaiveDate;
use maud::{Markup, html};

/// Declarations that are listed.
const MOST: u32 = 50;

text! {
    TITLE, "Tờ khai của bạn", "Your declarations";
    WHY, "Sai ở đâu, hãy khai lại: tờ mới đứng cạnh tờ cũ, cán bộ đọc tờ mới nhất. Tờ khai tự xóa khi hết 45 ngày, trong khoảng một ngày sau đó.",
        "If something is wrong, declare again: the new one stands beside the old, and officers read the newest. Declarations are deleted after 45 days, within about a day.";
    NOTHING, "Bạn chưa khai báo, hoặc các tờ khai đã hết hạn lưu.", "You have declared nothing, or its time is over.";
    CORRECT, "Khai lại", "Declare again";
    DELETE, "Xóa", "Delete"
}

/// The part of the overview about them.
pub async fn shown(state: &AppState, lang: Lang, signed: &Signed) -> Result<Markup, Failure> {
    let declarations = state.store.declarations_of(signed.citizen, MOST).await?;
    let forms = state.forms().await?;
    Ok(card(
        TITLE.get(lang),
        html! {
            @if declarations.is_empty() { p.soft { (NOTHING.get(lang)) } }
            @else {
                p.hint { (WHY.get(lang)) }
                ul.entries { @for declaration in &declarations { li { (row(lang, signed, &forms, day_of(state.now()), declaration)) } } }
            }
        },
    ))
}

fn row(lang: Lang, signed: &Signed, forms: &Forms, today: NaiveDate, declaration: &Declaration) -> Markup {
    let known = forms.library.get(&declaration.form);
    let title = known.map_or(declaration.form.as_str(), |form| form.title.get(lang));
    let name = &declaration.content.person.name;
    // A form that is closed cannot be filled in again.
    let open = known.and_then(|form| forms.open(&form.name, today));
    let again = open.map(|form| match declaration.by {
        SentBy::Citizen { profile, .. } => format!("{}?for={profile}", routes::declare(&form.name)),
        _ => routes::declare(&form.name),
    });
    html! {
        div.row.apart {
            span {
                a href=(routes::declared(declaration.id)) { (title) }
                @if !name.is_empty() { " · " (name) }
                span.soft { " · " (instant(lang, declaration.received_at)) }
            }
            span.row {
                @if let Some(again) = &again { a.button href=(again) { (CORRECT.get(lang)) } }
                (form(&routes::delete_declaration(declaration.id), &signed.form_token, html! {
                    (button(Weight::Secondary, DELETE.get(lang)))
                }))
            }
        }
    }
}

/// `POST /me/declarations/{declaration}/delete`
pub async fn delete(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<DeclarationId>,
) -> Result<Response, Failure> {
    state.store.delete_declaration(signed.citizen, id).await?;
    Ok(Redirect::to(&format!("{}?done=deleted", routes::ME)).into_response())
}
