//! Codes on cards of paper, as a PDF: one person's, or a card for each of a household on one sheet.

use super::super::access::Signed;
use super::super::failure::Failure;
use super::super::pdf;
use super::print::printed;
use super::{Whose, household, one};
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Query, State};
use axum::response::Response;
use bluezone_pages::time::date;
use bluezone_print::card::{Card, cards};

/// `GET /pass/cards.pdf`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(whose): Query<Whose>,
) -> Result<Response, Failure> {
    let profiles = match whose.subject.as_str() {
        "" => household(&state, &signed, &whose).await?.0,
        _ => vec![one(&state, &signed, &whose).await?],
    };
    if profiles.is_empty() {
        return Err(Failure::NotFound);
    }
    let codes: Vec<_> = profiles
        .iter()
        .map(|profile| {
            let (code, until) = printed(&state, profile);
            (code, date(view.lang, until.0 - 1))
        })
        .collect();
    let people: Vec<_> = profiles
        .iter()
        .zip(&codes)
        .map(|(profile, (code, until))| Card {
            code,
            name: &profile.person.identity.name,
            born: profile.person.identity.birth.map(|birth| i32::from(birth.year())),
            until,
        })
        .collect();
    pdf::answer(cards(&people, view.lang), "bluezone-cards.pdf")
}
