//! Handing contacts to a unit, many at once, and taking a change back.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::{contact_page, once, routes, session};
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::contact::Contact;
use bluezone_domain::id::{ContactBatchId, ContactId};
use bluezone_domain::policy::{Action, Record, allows};
use bluezone_domain::unit::Unit;
use bluezone_pages::form::{Field, form};
use bluezone_pages::parts::{Weight, button};
use bluezone_pages::{Lang, text};
use bluezone_store::{ContactAssignment, StoreError};
use maud::{Markup, html};
use std::collections::HashMap;

text! {
    TO, "Giao người đã chọn cho", "Hand the chosen to";
    NOBODY, "(không đơn vị nào)", "(no unit)";
    HAND, "Giao", "Hand over"
}

/// Most that one form hands over.
const MOST: usize = 300;

/// Units that answer for a part of the officer's own territory, and the officer's own.
pub async fn units_near(state: &AppState, signed: &Signed) -> Result<Vec<Unit>, Failure> {
    let mut units = state.store.list_units().await?;
    units.retain(|unit| {
        let works = unit.valid_until.is_none_or(|until| until > state.now());
        works && (signed.scope().territory.contains(unit.territory) || unit.code == signed.officer.unit)
    });
    Ok(units)
}

/// The table as a form, with the unit to choose below.
pub async fn form_around(
    state: &AppState,
    signed: &Signed,
    lang: Lang,
    back_to: &str,
    rows: Markup,
) -> Result<Markup, Failure> {
    let units = units_near(state, signed).await?;
    let options: Vec<(&str, &str)> = std::iter::once(("", NOBODY.get(lang)))
        .chain(units.iter().map(|unit| (unit.code.as_str(), unit.name.as_str())))
        .collect();
    let body = html! {
        (once::field(&once::ticket(state)))
        input type="hidden" name="back" value=(back_to);
        (rows)
        div.form.inline {
            (Field::select(lang, "to_unit", TO.get(lang), options))
            (button(Weight::Secondary, HAND.get(lang)))
        }
    };
    Ok(form(routes::ASSIGN_CONTACTS, &signed.form_token, body))
}

/// A button that takes a change back and then shows `back_to`.
pub fn undo_button(signed: &Signed, batch: ContactBatchId, back_to: &str, label: &str) -> Markup {
    let body = html! {
        input type="hidden" name="back" value=(back_to);
        (button(Weight::Secondary, label))
    };
    form(&routes::undo_contacts(batch), &signed.form_token, body)
}

/// `POST /console/contacts/assign`
pub async fn assign(
    State(state): State<AppState>,
    signed: Signed,
    Form(fields): Form<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let chosen: Result<Vec<ContactId>, _> =
        fields.keys().filter_map(|name| name.strip_prefix("c-")).map(str::parse).collect();
    let chosen = chosen.map_err(|_| Failure::Unreadable)?;
    let to = back_to(&fields);
    if chosen.is_empty() || chosen.len() > MOST {
        return Ok(Redirect::to(&to).into_response());
    }
    let unit = fields.get("to_unit").map(|unit| unit.trim().to_owned()).filter(|unit| !unit.is_empty());
    if let Some(code) = &unit {
        let there = state.store.unit(code).await?;
        if there.is_none_or(|unit| unit.valid_until.is_some_and(|until| until <= state.now())) {
            return Err(Failure::Unreadable);
        }
    }
    for id in &chosen {
        contact_page::find_to_change(&state, &signed, *id).await?;
    }
    let ticket = fields.get(once::FIELD).map(String::as_str).unwrap_or_default();
    let batch = ContactBatchId::from_bytes(once::id(&state, &signed, "assign", ticket));
    let assignment =
        ContactAssignment { batch, contacts: chosen, unit, by: signed.officer.id, at: state.now() };
    match state.store.assign_contacts(&assignment).await {
        Ok(n) => Ok(Redirect::to(&format!("{to}?done=handed&n={n}&batch={batch}")).into_response()),
        // The same form, sent again: it has done its work.
        Err(StoreError::Conflict(_)) => Ok(Redirect::to(&to).into_response()),
        Err(error) => Err(error.into()),
    }
}

/// `POST /console/contacts/undo/{batch}`
pub async fn undo(
    State(state): State<AppState>,
    signed: Signed,
    Path(batch): Path<String>,
    Form(fields): Form<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let batch: ContactBatchId = batch.parse().map_err(|_| Failure::NotFound)?;
    let changed = state.store.contacts_of_batch(batch).await?;
    // Whoever may not change one of them may not take the change back; a hand-over may have taken them out of reach.
    let own = state.store.batch_officer(batch).await? == Some(signed.officer.id);
    if changed.is_empty() || !(own || changed.iter().all(|contact| may_change(&signed, contact))) {
        return Err(Failure::NotFound);
    }
    let to = back_to(&fields);
    match state.store.undo_contacts(batch, signed.officer.id, state.now()).await {
        Ok(_) => Ok(Redirect::to(&format!("{to}?done=undone")).into_response()),
        Err(StoreError::NotAllowed(_)) => Ok(Redirect::to(&format!("{to}?done=kept")).into_response()),
        Err(error) => Err(error.into()),
    }
}

/// Whether the officer may change this contact.
pub fn may_change(signed: &Signed, contact: &Contact) -> bool {
    let record: Record<'_> = contact.record();
    allows(signed.scope(), Action::ChangeContacts, record)
}

/// The page that the form came from: one of ours, without its query.
fn back_to(fields: &HashMap<String, String>) -> String {
    let asked = fields.get("back").map(String::as_str).unwrap_or_default();
    session::safe_next(asked).unwrap_or(routes::CONTACTS).to_owned()
}
