//! Noting that a contact was reached or asked, and when they are due next.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::{contact_page, contact_words as words, routes};
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::case::Case;
use bluezone_domain::contact::{Contact, Status, next_due};
use bluezone_domain::disease;
use bluezone_pages::form::{Field, form};
use bluezone_pages::parts::{Weight, button, card};
use bluezone_pages::time::date;
use bluezone_pages::{Lang, text};
use maud::{Markup, html};
use serde::Deserialize;

text! {
    FOLLOW_UP, "Theo dõi", "Follow-up";
    NOW, "Tình trạng theo dõi", "How far it is";
    DUE, "Hẹn tiếp: {day}. Theo dõi đến {end}.", "Next due: {day}. Followed up until {end}.";
    ENDED, "Không có hẹn tiếp. Theo dõi đến {end}.", "Nothing due. Followed up until {end}.";
    SAVE, "Ghi hôm nay", "Note for today"
}

/// What was chosen.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    follow: String,
}

/// The form on the contact's page.
pub fn offer(signed: &Signed, lang: Lang, contact: &Contact, case: &Case) -> Markup {
    let options = Status::ALL.iter().map(|of| (of.as_str(), words::status(lang, *of))).collect();
    let end = date(lang, contact.last_exposure.0 + i64::from(disease::follow_days(&case.disease)) * 86_400);
    let due = match contact.due_at {
        Some(due) => DUE.fill(lang, &[("day", &date(lang, due.0)), ("end", &end)]),
        None => ENDED.fill(lang, &[("end", &end)]),
    };
    let fields = html! {
        (Field::select(lang, "follow", NOW.get(lang), options).value(contact.status.as_str()))
        (button(Weight::Secondary, SAVE.get(lang)))
    };
    let action = format!("{}/follow-up", routes::contact(contact.id));
    card(FOLLOW_UP.get(lang), html! { p { (due) } (form(&action, &signed.form_token, fields)) })
}

/// `POST /console/contacts/{contact}/follow-up`
pub async fn follow(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let id = id.parse().map_err(|_| Failure::NotFound)?;
    let contact = contact_page::find_to_change(&state, &signed, id).await?;
    let status: Status = typed.follow.parse().map_err(|_| Failure::Unreadable)?;
    let case = state.store.case(contact.case).await?.ok_or(Failure::NotFound)?;
    let (now, days) = (state.now(), disease::follow_days(&case.disease));
    let due = match status {
        Status::Waiting => next_due(contact.last_exposure, contact.asked_at, days),
        Status::Following => next_due(contact.last_exposure, Some(now), days),
        Status::Done | Status::Lost => None,
    };
    state.store.follow_contact(contact.id, status, due, signed.officer.id, now).await?;
    Ok(Redirect::to(&format!("{}?done=followed", routes::contact(contact.id))).into_response())
}
