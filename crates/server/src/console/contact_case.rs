//! A contact became a case: the case to choose, what it changes for those behind, then the change.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{
    case_page, contact_conclusion, contact_page, contact_people, contact_words as words, once, routes,
    words as shared,
};
use crate::state::AppState;
use axum::extract::{Form, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::case::Case;
use bluezone_domain::contact::Contact;
use bluezone_domain::contact::cascade::Event;
use bluezone_domain::id::ContactBatchId;
use bluezone_pages::form::{Field, form};
use bluezone_pages::parts::{Weight, back, button, card, link_button};
use bluezone_pages::{Lang, text};
use bluezone_store::{CaseFilter, ChainVersion, StoreError, Within};
use maud::html;
use serde::Deserialize;

text! {
    TITLE, "{code} trở thành ca bệnh", "{code} became a case";
    BACK, "Về {code}", "Back to {code}";
    LEAD, "Ghi nhận ca bệnh của người này trước, rồi nối ca đó với người tiếp xúc ở đây.",
        "Register this person's case first, then tie it to the contact here.";
    REGISTER, "Ghi nhận ca", "Register a case";
    CASE, "Ca bệnh của người này", "This person's case";
    FIND, "Tìm theo mã hồ sơ", "Find by reference";
    SEARCH, "Tìm", "Find";
    NEXT, "Xem điều gì thay đổi", "See what changes";
    PERSON, "{who}: {class}. Ca {reference} ({status}).", "{who}: {class}. Case {reference} ({status}).";
    SAVE, "Nối với ca này", "Tie to this case"
}

/// The case that was chosen, or what was searched for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    case: String,
    q: String,
}

/// The form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    case: String,
    seen: String,
    ticket: String,
}

/// `GET /console/contacts/{contact}/case?q=…&case=…`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let id = id.parse().map_err(|_| Failure::NotFound)?;
    let contact = contact_page::find_to_change(&state, &signed, id).await?;
    let lang = view.lang;
    if asked.q.chars().any(char::is_control) {
        return Err(Failure::Unreadable);
    }
    let cases = candidates(&state, &signed, &contact, asked.q.trim()).await?;
    let chosen = match asked.case.as_str() {
        "" => None,
        id => Some(case_page::find(&state, &signed, id).await?),
    };
    let here = format!("{}/case", routes::contact(contact.id));
    let named: Vec<(String, String)> =
        cases.iter().map(|case| (case.id.to_string(), said(lang, case))).collect();
    let options: Vec<_> = named.iter().map(|(id, words)| (id.as_str(), words.as_str())).collect();
    let preview = match &chosen {
        None => html! {},
        Some(case) => {
            let chain = state.store.chain(contact.case).await?;
            let changes = chain.chain().preview(Event::BecameCase(contact.id, case.id));
            let who = contact_people::shown(&state, contact.person, true).await?;
            let line = PERSON.fill(
                lang,
                &[
                    ("who", &who),
                    ("class", words::class(lang, contact.class)),
                    ("reference", &case.reference),
                    ("status", shared::status(lang, case.facts.status)),
                ],
            );
            let fields = html! {
                (once::field(&once::ticket(&state)))
                input type="hidden" name="case" value=(case.id);
                input type="hidden" name="seen" value=(chain.version().0);
                div.actions {
                    (button(Weight::Primary, SAVE.get(lang)))
                    (link_button(Weight::Secondary, &routes::contact(contact.id), shared::CANCEL.get(lang)))
                }
            };
            card(
                contact_conclusion::CHANGES.get(lang),
                html! {
                    p { (line) }
                    (contact_conclusion::changes_table(&signed, lang, &chain, &changes.map_err(|_| Failure::NotFound)?))
                    p.soft { (contact_conclusion::UNDO_LATER.get(lang)) }
                    (form(&here, &signed.form_token, fields))
                },
            )
        }
    };
    let body = html! {
        (back(&routes::contact(contact.id), &BACK.fill(lang, &[("code", &contact.code())])))
        section.card {
            form.form.inline method="get" action=(here) role="search" {
                (Field::input(lang, "search", "q", FIND.get(lang)).value(asked.q.trim()).complete("off").verbatim())
                (button(Weight::Secondary, SEARCH.get(lang)))
                (link_button(Weight::Secondary, routes::NEW_CASE, REGISTER.get(lang)))
            }
            @if !options.is_empty() {
                form.form method="get" action=(here) {
                    input type="hidden" name="q" value=(asked.q.trim());
                    (Field::select(lang, "case", CASE.get(lang), options).value(&asked.case))
                    (button(Weight::Secondary, NEXT.get(lang)))
                }
            }
        }
        (preview)
    };
    let title = TITLE.fill(lang, &[("code", &contact.code())]);
    let view = view.at(&here);
    let lead = Some(LEAD.get(lang));
    Ok(Shell { view: &view, signed: Some(&signed), title: &title, lead, wide: false, body }.render())
}

/// The newest cases that the contact may have become: those of this person first.
async fn candidates(
    state: &AppState,
    signed: &Signed,
    contact: &Contact,
    typed: &str,
) -> Result<Vec<Case>, Failure> {
    let filter = CaseFilter {
        within: Within::from(signed.scope()),
        status: None,
        reference: Some(typed.to_owned()).filter(|typed| !typed.is_empty()),
    };
    let mut cases = state.store.list_cases(&filter, None, 50).await?;
    cases.retain(|case| {
        case.id != contact.case && !case.facts.status.is_ruled_out() && case_page::may_see_case(signed, case)
    });
    cases.sort_by_key(|case| case.person != Some(contact.person));
    Ok(cases)
}

fn said(lang: Lang, case: &Case) -> String {
    format!("{} · {}", case.reference, shared::status(lang, case.facts.status))
}

/// `POST /console/contacts/{contact}/case`
pub async fn became(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let id = id.parse().map_err(|_| Failure::NotFound)?;
    let contact = contact_page::find_to_change(&state, &signed, id).await?;
    let case = case_page::find(&state, &signed, &typed.case).await?;
    let seen = ChainVersion(typed.seen.parse().map_err(|_| Failure::Unreadable)?);
    let batch = ContactBatchId::from_bytes(once::id(&state, &signed, "became", &typed.ticket));
    let (by, at) = (signed.officer.id, state.now());
    match state.store.contact_became_case(batch, contact.id, case.id, seen, by, at).await {
        Ok(_) => Ok(Redirect::to(&format!("{}?done=case", routes::contact(contact.id))).into_response()),
        Err(StoreError::Conflict(_)) => Ok(Redirect::to(&routes::contact(contact.id)).into_response()),
        Err(StoreError::NotAllowed(_)) => Ok(contact_conclusion::meanwhile(&signed, view, &contact)),
        Err(error) => Err(error.into()),
    }
}
