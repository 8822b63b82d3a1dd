//! Asking that an account become an administrator's. Another administrator must approve: see [`crate::console::approvals`].

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{approvals, officers, routes, words};
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::response::Response;
use bluezone_domain::approval::Change;
use bluezone_domain::officer::{Officer, Role};
use bluezone_pages::form::form;
use bluezone_pages::parts::{Weight, back, button, link_button};
use bluezone_pages::text;
use maud::html;

text! {
    ASK, "Đề nghị {username} làm quản trị?", "Ask for {username} to become an administrator?";
    ASK_WHY, "Người quản trị tạo và khóa tài khoản, và không xem ca bệnh nữa. Việc này chỉ có hiệu lực khi một người quản trị khác đồng ý.",
        "Administrators make and disable accounts, and see no cases any more. It takes effect only when another administrator approves.";
    DO, "Đề nghị", "Ask";
    BACK, "Cán bộ", "Officers"
}

/// `GET /console/officers/{officer}/administrator`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let officer = candidate(&state, &signed, &id).await?;
    let lang = view.lang;
    let fields = html! {
        div.actions {
            (button(Weight::Primary, DO.get(lang)))
            (link_button(Weight::Secondary, routes::OFFICERS, words::CANCEL.get(lang)))
        }
    };
    let body = html! {
        (back(routes::OFFICERS, BACK.get(lang)))
        section.card {
            p { (ASK_WHY.get(lang)) }
            (form(&routes::promote(officer.id), &signed.form_token, fields))
        }
    };
    let title = ASK.fill(lang, &[("username", &officer.username)]);
    Ok(Shell { view: &view, signed: Some(&signed), title: &title, lead: None, wide: false, body }.render())
}

/// `POST /console/officers/{officer}/administrator`
pub async fn ask(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let officer = candidate(&state, &signed, &id).await?.id;
    approvals::ask(&state, &signed, Change::MakeAdministrator { officer }).await
}

/// An account that could become one: in use, no administrator's yet, at a unit where administrators work.
async fn candidate(state: &AppState, signed: &Signed, id: &str) -> Result<Officer, Failure> {
    let officer = officers::other(state, signed, id).await?;
    let unit = state.store.unit(&officer.unit).await?;
    let employed = unit.is_some_and(|unit| unit.kind.employs(Role::Administrator));
    if can_be_asked_for(&officer) && employed { Ok(officer) } else { Err(Failure::NotFound) }
}

/// Whether the list of officers offers it.
pub fn can_be_asked_for(officer: &Officer) -> bool {
    let at_such_a_unit = matches!(officer.role, Role::ProvincialCdc | Role::Auditor);
    officer.disabled_at.is_none() && at_such_a_unit
}
