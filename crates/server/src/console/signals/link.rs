//! Saying which case a report led to.

use super::{act, find, page};
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use bluezone_domain::case::folded;
use bluezone_domain::signal::Did;
use bluezone_pages::text;
use bluezone_store::{CaseFilter, SignalEffect, Within};
use serde::Deserialize;

text! {
    NO_CASE, "Không có ca bệnh mang mã này trong địa bàn của bạn.", "No case of your territory has this reference."
}

/// What was typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    reference: String,
    seen: String,
}

/// `POST /console/signals/{signal}/case`
pub async fn link(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let signal = find(&state, &signed, &id).await?;
    let reference: String = typed.reference.chars().filter(|c| !c.is_control()).collect();
    let reference = reference.trim();
    let filter = CaseFilter {
        within: Within::from(signed.scope()),
        reference: Some(reference.to_owned()),
        status: None,
    };
    let cases = state.store.list_cases(&filter, None, 50).await?;
    let Some(case) = cases.iter().find(|case| folded(&case.reference) == folded(reference)) else {
        let mending = page::Mending {
            reference: reference.to_owned(),
            problem: Some(("reference", NO_CASE)),
            ..page::Mending::default()
        };
        return page::again(&state, &signed, view, &signal, mending).await;
    };
    let (did, effect) = ((Did::Linked, case.reference.clone()), SignalEffect::Case(Some(case.id)));
    act::write(&state, (&signed, view), (&signal, &typed.seen), did, &effect, None).await
}
