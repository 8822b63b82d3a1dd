//! The agencies that one runs, and making one.

use crate::citizen::access::Signed;
use crate::citizen::failure::Failure;
use crate::citizen::routes;
use crate::citizen::shell::Shell;
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::agency::{Agency, LONGEST_NAME};
use bluezone_domain::id::AgencyId;
use bluezone_pages::form::{Field, form, to_mend};
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Weight, button};
use bluezone_pages::text;
use maud::html;
use serde::Deserialize;

text! {
    TITLE, "Cơ quan, đơn vị", "Agencies";
    LEAD, "Mời nhân viên, và biết ai đã khai báo hôm nay, ai đang bật ứng dụng – chỉ khi người đó đồng ý cho biết.",
        "Invite your staff and know who declared today and whose app is running - only of those who agree to tell.";
    YOURS, "Danh sách của bạn", "Your lists";
    NEW, "Lập danh sách mới", "Make a new list";
    NAME, "Tên cơ quan, đơn vị", "Name of the agency";
    NAME_HINT, "Người được mời sẽ thấy tên này.", "Those you invite see this name.";
    MAKE, "Lập danh sách", "Make the list";
    NO_NAME, "Hãy ghi tên, dài nhất 120 ký tự.", "Write a name of 120 characters at most.";
    FULL, "Bạn đã có đủ số danh sách.", "You have as many lists as one account may have.";
    MY_SIDE, "Cơ quan mời bạn? Xem bạn cho họ biết gì", "Did an agency invite you? See what you let them know"
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    name: String,
    /// Made with the page, so that a form that is sent twice makes one agency.
    id: String,
}

/// `GET /agency`
pub async fn page(State(state): State<AppState>, signed: Signed, view: View) -> Result<Response, Failure> {
    shown(&state, &signed, view, &Typed::default(), None).await
}

/// `POST /agency`
pub async fn make(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let name = typed.name.split_whitespace().collect::<Vec<_>>().join(" ");
    let id: AgencyId = typed.id.parse().map_err(|_| Failure::Unreadable)?;
    let problem = if name.is_empty() || name.chars().count() > LONGEST_NAME {
        NO_NAME
    } else {
        let agency = Agency { id, owner: signed.citizen, name, created_at: state.now() };
        match state.store.create_agency(&agency, &mut *state.rng()).await {
            Ok(_) => return Ok(Redirect::to(&routes::agency(id)).into_response()),
            Err(bluezone_store::StoreError::NotAllowed(_)) => FULL,
            Err(error) => return Err(error.into()),
        }
    };
    let mut page = shown(&state, &signed, view, &typed, Some(problem)).await?;
    *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(page)
}

async fn shown(
    state: &AppState,
    signed: &Signed,
    view: View,
    typed: &Typed,
    problem: Option<bluezone_pages::Text>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let agencies = state.store.agencies_of(signed.citizen).await?;
    let problem = problem.map(|words| words.get(lang));
    let listed: Vec<_> = problem.iter().map(|words| ("name", *words)).collect();
    let id = AgencyId::generate(&mut *state.rng());
    let fields = html! {
        input type="hidden" name="id" value=(id);
        (Field::input(lang, "text", "name", NAME.get(lang)).hint(NAME_HINT.get(lang)).value(&typed.name)
            .longest(120).complete("organization").error(problem))
        div.actions { (button(Weight::Primary, MAKE.get(lang))) }
    };
    let body = html! {
        (to_mend(lang, &listed))
        @if !agencies.is_empty() {
            section.stack {
                h2 { (YOURS.get(lang)) }
                ul.entries {
                    @for agency in &agencies {
                        li { a.card.entry-link href=(routes::agency(agency.id)) {
                            span.entry-title { (Icon::People.svg()) (agency.name) }
                        } }
                    }
                }
            }
        }
        section.card { h2 { (NEW.get(lang)) } (form(routes::AGENCIES, &signed.form_token, fields)) }
        p { a href=(routes::WORK) { (MY_SIDE.get(lang)) } }
    };
    let view = view.at(routes::AGENCIES);
    Ok(Shell { lead: Some(LEAD.get(lang)), body, ..Shell::new(&view, Some(signed), TITLE.get(lang)) }
        .render())
}
