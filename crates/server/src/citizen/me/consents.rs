//! What a citizen agreed to, and taking it back with one press.

use super::super::access::Signed;
use super::super::failure::Failure;
use super::super::routes;
use crate::console::words::instant;
use crate::declaring::DECLARATION;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::declaration::{Consent, SentBy};
use bluezone_domain::id::AgencyId;
use bluezone_forms::consent::{Given, wording};
use bluezone_pages::form::form;
use bluezone_pages::parts::{Tone, Weight, badge, button, card};
use bluezone_pages::{Lang, text};
use maud::{Markup, html};
use std::collections::BTreeMap;

text! {
    TITLE, "Những gì bạn đã đồng ý", "What you agreed to";
    WHY, "Rút lại bất cứ lúc nào, có hiệu lực ngay. Rút lại đồng ý xử lý tờ khai thì các tờ khai của người đó từ lúc đồng ý bị xóa; điều đã làm trước đó vẫn hợp pháp.",
        "Take any of it back at any time; it counts at once. Taking back the consent to declarations deletes those of that person since it was given; what was done before stays lawful.";
    NOTHING, "Bạn chưa đồng ý điều gì.", "You have agreed to nothing.";
    GIVEN, "đồng ý lúc", "agreed";
    TAKEN_BACK, "đã rút lúc", "taken back";
    ENDED, "hết hiệu lực lúc", "ended";
    GONE, "Cơ quan không còn ở đây", "An agency that is no longer here";
    WITHDRAW, "Rút lại", "Take it back";
    CHANGED, "(câu chữ không còn khớp với bằng chứng đã lưu)", "(the wording does not fit the evidence that was kept)"
}

/// To which agency it was given, if it was to one.
pub fn agency<'a>(
    lang: Lang,
    consent: &Consent,
    agencies: &'a BTreeMap<AgencyId, String>,
) -> Option<&'a str> {
    consent.agency.map(|agency| agencies.get(&agency).map_or(GONE.get(lang), String::as_str))
}

/// The part of the overview about them.
pub async fn shown(state: &AppState, lang: Lang, signed: &Signed) -> Result<Markup, Failure> {
    let consents = state.store.consents_of(signed.citizen).await?;
    let agencies = state.store.agencies_agreed_to(signed.citizen).await?;
    Ok(card(
        TITLE.get(lang),
        html! {
            @if consents.is_empty() { p.soft { (NOTHING.get(lang)) } }
            @else {
                p.hint { (WHY.get(lang)) }
                ul.entries { @for consent in &consents { li { (row(lang, signed, consent, agency(lang, consent, &agencies))) } } }
            }
        },
    ))
}

fn row(lang: Lang, signed: &Signed, consent: &Consent, agency: Option<&str>) -> Markup {
    // What an agency sees also ends when it takes the person off its list.
    let ended = if agency.is_some() { ENDED } else { TAKEN_BACK };
    html! {
        p { @if let Some(agency) = agency { strong { (agency) ": " } } (words(lang, consent)) }
        div.row.apart {
            span.soft { (GIVEN.get(lang)) " " (instant(lang, consent.given_at)) }
            @match consent.withdrawn_at {
                Some(at) => span { (badge(Tone::Neutral, ended.get(lang))) " " (instant(lang, at)) },
                None => (form(&routes::withdraw(&consent.id), &signed.form_token, html! {
                    (button(Weight::Secondary, WITHDRAW.get(lang)))
                })),
            }
        }
    }
}

/// The sentence as it was agreed to, in the reader's language.
pub fn words(lang: Lang, consent: &Consent) -> String {
    let given = Given {
        purpose: consent.purpose.clone(),
        version: consent.version,
        lang: Lang::from_code(&consent.lang).unwrap_or_default(),
        sha256: consent.sha256.clone(),
    };
    wording(&given).map_or_else(|| CHANGED.get(lang).to_owned(), |consent| consent.words(lang).to_owned())
}

/// `POST /me/consents/{consent}/withdraw`
pub async fn withdraw(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let consents = state.store.consents_of(signed.citizen).await?;
    let consent = consents.iter().find(|consent| consent.id == id).ok_or(Failure::NotFound)?;
    // Without it nothing allows to keep what was declared for that person since: also what later declarations did not ask for
    // again. Deleted first, so that whoever finds the button still there can press it again.
    if consent.purpose == DECLARATION {
        for declaration in state.store.declarations_of(signed.citizen, u32::MAX).await? {
            let theirs =
                matches!(declaration.by, SentBy::Citizen { profile, .. } if Some(profile) == consent.profile);
            if theirs && declaration.received_at >= consent.given_at {
                state.store.delete_declaration(signed.citizen, declaration.id).await?;
            }
        }
    }
    state.store.withdraw_consent(signed.citizen, &id, state.now()).await?;
    Ok(Redirect::to(&format!("{}?done=withdrawn", routes::ME)).into_response())
}
