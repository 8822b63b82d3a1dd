//! Concluding how near a contact was: first the choice, then what it changes for those behind, then the change.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{contact_page, contact_words as words, once, routes, words as shared};
use crate::state::AppState;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::contact::cascade::{ClassChange, Event, Why};
use bluezone_domain::contact::{Closeness, Contact};
use bluezone_domain::id::ContactBatchId;
use bluezone_domain::policy::{Action, allows};
use bluezone_pages::form::{Field, form, to_mend};
use bluezone_pages::parts::{Tone, Weight, alert, back, button, card, link_button};
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, Text, text};
use bluezone_store::{ChainVersion, Conclusion, LoadedChain, StoreError};
use maud::{Markup, html};
use serde::Deserialize;
use std::fmt;

/// Longest reason, in characters.
const LONGEST_REASON: usize = 400;
/// Changes that are listed one by one.
const MOST_LISTED: usize = 200;

text! {
    TITLE, "Kết luận về {code}", "Conclude about {code}";
    BACK, "Về {code}", "Back to {code}";
    CHOICE, "Người này là", "This person is";
    NEXT, "Xem điều gì thay đổi", "See what changes";
    CHANGES, "Điều gì thay đổi", "What changes";
    NO_CHANGES, "Không ai đổi loại.", "Nobody's class changes.";
    CAPTION, "Những người đổi loại, và vì sao", "Whose class changes, and why";
    WHO, "Mã", "Code";
    FROM, "Đang là", "Is";
    TO, "Sẽ là", "Will be";
    WHY, "Vì", "Because";
    AND_MORE, "… và {n} người nữa.", "… and {n} more.";
    BY_YOU, "kết luận này", "of this conclusion";
    NEAR_CASE, "người họ tiếp xúc là ca bệnh", "whom they were near is a case";
    NEAR_CLASS, "người họ tiếp xúc là {class}", "whom they were near is {class}";
    NEAR_NOBODY, "người họ tiếp xúc không còn là ca bệnh hay người tiếp xúc", "whom they were near is no case and no contact any more";
    REASON, "Lý do", "Reason";
    REASON_HINT, "Bắt buộc khi kết luận khác đề xuất của quy tắc ({class}). Tối đa 400 ký tự.",
        "Needed where the conclusion differs from the rule's proposal ({class}). At most 400 characters.";
    FREE_HINT, "Bệnh này không có quy tắc xếp loại. Tối đa 400 ký tự.",
        "This disease has no rule of classes. At most 400 characters.";
    NEEDS_REASON, "Kết luận khác đề xuất: hãy ghi lý do.", "It differs from the proposal: write the reason.";
    LONG_REASON, "Lý do dài quá 400 ký tự.", "The reason is longer than 400 characters.";
    SAVE, "Lưu kết luận", "Save the conclusion";
    UNDO_LATER, "Có thể hoàn tác trong lịch sử của người này.", "It can be undone in this person's history.";
    MEANWHILE, "Chuỗi đã đổi trong lúc đó", "The chain has changed meanwhile";
    MEANWHILE_WHY, "Một cán bộ khác vừa thay đổi người tiếp xúc trong chuỗi. Chưa có gì được lưu; hãy xem lại.",
        "Another officer has just changed a contact of this chain. Nothing was saved; look again.";
    OUTSIDE, "ngoài địa bàn", "outside your territory"
}

/// The choice, in the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    closeness: String,
}

/// The form. No `Debug` of its content: the reason may name somebody.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    closeness: String,
    reason: String,
    seen: String,
    ticket: String,
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(redacted)")
    }
}

/// `GET /console/contacts/{contact}/conclusion?closeness=…`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let id = id.parse().map_err(|_| Failure::NotFound)?;
    let contact = contact_page::find_to_change(&state, &signed, id).await?;
    let typed = Typed { closeness: asked.closeness, ticket: once::ticket(&state), ..Typed::default() };
    shown(&state, &signed, view, &contact, &typed, None).await
}

/// `POST /console/contacts/{contact}/conclusion`
pub async fn conclude(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let id = id.parse().map_err(|_| Failure::NotFound)?;
    let contact = contact_page::find_to_change(&state, &signed, id).await?;
    let closeness: Closeness = typed.closeness.parse().map_err(|_| Failure::Unreadable)?;
    let seen = ChainVersion(typed.seen.parse().map_err(|_| Failure::Unreadable)?);
    let reason = typed.reason.split_whitespace().collect::<Vec<_>>().join(" ");
    let problem = match reason.chars().count() {
        0 if proposed(&state, &contact).await?.is_some_and(|proposed| proposed != closeness) => {
            Some(NEEDS_REASON)
        }
        n if n > LONGEST_REASON => Some(LONG_REASON),
        _ => None,
    };
    if let Some(problem) = problem {
        let mut answer = shown(&state, &signed, view, &contact, &typed, Some(problem)).await?;
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    }
    let conclusion = Conclusion {
        batch: ContactBatchId::from_bytes(once::id(&state, &signed, "conclusion", &typed.ticket)),
        contact: contact.id,
        closeness,
        reason: Some(reason).filter(|reason| !reason.is_empty()),
        seen,
        by: signed.officer.id,
        at: state.now(),
    };
    let done = format!("{}?done=concluded", routes::contact(contact.id));
    let mut rng = state.rng();
    match state.store.conclude_contact(&conclusion, &mut *rng).await {
        Ok(_) => Ok(Redirect::to(&done).into_response()),
        Err(StoreError::Conflict(_)) => Ok(Redirect::to(&routes::contact(contact.id)).into_response()),
        Err(StoreError::NotAllowed(_)) => Ok(meanwhile(&signed, view, &contact)),
        Err(error) => Err(error.into()),
    }
}

/// What the rule proposes now; none where the disease has no rule.
async fn proposed(state: &AppState, contact: &Contact) -> Result<Option<Closeness>, Failure> {
    let around = contact_page::Around::of(state, contact).await?;
    let answers = state.store.evaluation(contact.id).await?.counted();
    let infectious = around.infectious(state.now());
    Ok(around.rule().map(|rule| rule.propose(&answers, infectious.as_ref()).closeness))
}

async fn shown(
    state: &AppState,
    signed: &Signed,
    view: View,
    contact: &Contact,
    typed: &Typed,
    problem: Option<Text>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let around = contact_page::Around::of(state, contact).await?;
    let here = format!("{}/conclusion", routes::contact(contact.id));
    let choices: Vec<_> = Closeness::ALL
        .iter()
        .map(|of| (of.as_str(), words::class_and_closeness(lang, around.origin, *of)))
        .collect();
    let options = choices.iter().map(|(value, shown)| (*value, shown.as_str())).collect();
    let chosen: Option<Closeness> = typed.closeness.parse().ok();
    let listed: Vec<_> = problem.iter().map(|words| ("reason", words.get(lang))).collect();
    let preview = match chosen {
        None => html! {},
        Some(closeness) => {
            let chain = state.store.chain(contact.case).await?;
            let changes = chain.chain().preview(Event::Concluded(contact.id, closeness));
            let proposal = proposed(state, contact).await?;
            let proposal = proposal.map(|of| words::class_and_closeness(lang, around.origin, of));
            let hint = match &proposal {
                Some(class) => REASON_HINT.fill(lang, &[("class", class)]),
                None => FREE_HINT.get(lang).to_owned(),
            };
            let fields = html! {
                (once::field(&typed.ticket))
                input type="hidden" name="closeness" value=(closeness.as_str());
                input type="hidden" name="seen" value=(chain.version().0);
                (Field::area(lang, "reason", REASON.get(lang), 3)
                    .hint(&hint)
                    .value(&typed.reason)
                    .error(problem.map(|words| words.get(lang)))
                    .optional())
                div.actions {
                    (button(Weight::Primary, SAVE.get(lang)))
                    (link_button(Weight::Secondary, &routes::contact(contact.id), shared::CANCEL.get(lang)))
                }
            };
            card(
                CHANGES.get(lang),
                html! {
                    (changes_table(signed, lang, &chain, &changes.map_err(|_| Failure::NotFound)?))
                    p.soft { (UNDO_LATER.get(lang)) }
                    (form(&here, &signed.form_token, fields))
                },
            )
        }
    };
    let body = html! {
        (back(&routes::contact(contact.id), &BACK.fill(lang, &[("code", &contact.code())])))
        (to_mend(lang, &listed))
        section.card {
            form.form method="get" action=(here) {
                (Field::radio(lang, "closeness", CHOICE.get(lang), options).value(&typed.closeness))
                (button(if chosen.is_some() { Weight::Secondary } else { Weight::Primary }, NEXT.get(lang)))
            }
        }
        (preview)
    };
    let title = TITLE.fill(lang, &[("code", &contact.code())]);
    let view = view.at(&here);
    Ok(Shell { view: &view, signed: Some(signed), title: &title, lead: None, wide: false, body }.render())
}

/// The preview of a cascade, for this page and the one on which a contact becomes a case.
pub fn changes_table(signed: &Signed, lang: Lang, chain: &LoadedChain, changes: &[ClassChange]) -> Markup {
    if changes.is_empty() {
        return html! { p { (NO_CHANGES.get(lang)) } };
    }
    let columns = [
        Column::words(WHO.get(lang)),
        Column::words(FROM.get(lang)),
        Column::words(TO.get(lang)),
        Column::words(WHY.get(lang)),
    ];
    let rows = changes.iter().take(MOST_LISTED).map(|change| {
        let contact = chain.contacts.iter().find(|contact| contact.id == change.contact);
        let reached = contact.filter(|of| allows(signed.scope(), Action::SeeContacts, of.record()));
        vec![
            match reached {
                Some(contact) => html! { a href=(routes::contact(contact.id)) { (contact.code()) } },
                None => html! { span.soft { (OUTSIDE.get(lang)) } },
            },
            words::class_badge(lang, change.from),
            words::class_badge(lang, change.to),
            html! { (why(lang, change.why)) },
        ]
    });
    html! {
        (table(CAPTION.get(lang), &columns, rows))
        @if changes.len() > MOST_LISTED {
            p { (AND_MORE.fill(lang, &[("n", &(changes.len() - MOST_LISTED).to_string())])) }
        }
    }
}

fn why(lang: Lang, why: Why) -> String {
    match why {
        Why::Concluded => BY_YOU.get(lang).to_owned(),
        Why::OriginIsCase => NEAR_CASE.get(lang).to_owned(),
        Why::OriginIs(class) => NEAR_CLASS.fill(lang, &[("class", words::class(lang, class))]),
        Why::OriginIsNothing => NEAR_NOBODY.get(lang).to_owned(),
    }
}

/// Somebody was faster.
pub fn meanwhile(signed: &Signed, view: View, contact: &Contact) -> Response {
    let lang = view.lang;
    let to = routes::contact(contact.id);
    let code = contact.code();
    let body = html! {
        (alert(Tone::Caution, MEANWHILE.get(lang), html! { p { (MEANWHILE_WHY.get(lang)) } }))
        div.actions { (link_button(Weight::Primary, &to, &BACK.fill(lang, &[("code", &code)]))) }
    };
    let view = view.at(&to);
    let title = contact_page::TITLE.fill(lang, &[("code", &code)]);
    let mut answer =
        Shell { view: &view, signed: Some(signed), title: &title, lead: None, wide: false, body }.render();
    *answer.status_mut() = StatusCode::CONFLICT;
    answer
}
