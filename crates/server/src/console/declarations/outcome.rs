//! What came of a declaration, and a sentence to whoever sent it.

use super::call_back::{CallBack, tell};
use super::one::{Opened, change, shown};
use super::{find, outcome_words};
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::View;
use crate::console::{once, routes};
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::declaration::SentBy;
use bluezone_domain::handling::{Conclusion, Handling, LONGEST_NOTE, Outcome};
use bluezone_domain::id::MessageId;
use bluezone_domain::message::Message;
use bluezone_domain::person::tidy;
use bluezone_domain::policy::Action;
use bluezone_pages::form::{Field, form};
use bluezone_pages::parts::{Weight, button, card, link_button};
use bluezone_pages::{Lang, text};
use bluezone_store::{HandlingStep, NewMessage};
use maud::{Markup, html};
use serde::Deserialize;

text! {
    CONCLUDE, "Kết quả", "Outcome";
    WHAT, "Kết quả cuộc gọi", "What came of it";
    SAY, "Lời nhắn cho người khai", "A sentence to whoever declared";
    SAY_HINT, "Hiện trong hộp thư của họ. Bỏ trống thì không gửi gì.", "It stands in their inbox. Left empty, nothing is sent.";
    SAVE, "Lưu kết quả", "Save the outcome";
    REOPEN, "Mở lại", "Open it again";
    TO_CASE, "Ghi nhận ca bệnh từ khai báo này", "Register a case of it"
}

/// What was chosen.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    seen: u32,
    outcome: String,
    call_basis: String,
    say: String,
    ticket: String,
    /// Open it again.
    again: String,
}

impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Typed(redacted)")
    }
}

/// The form on the declaration's page; with what was typed, if that lacks the basis of a call.
pub fn offer(
    signed: &Signed,
    lang: Lang,
    of: &Handling,
    call_back: CallBack,
    tried: Option<&Typed>,
) -> Markup {
    let here = routes::conclude_declaration(of.declaration);
    let seen = html! { input type="hidden" name="seen" value=(of.version); };
    if of.outcome.is_some() {
        let again = html! { (seen) input type="hidden" name="again" value="yes"; (button(Weight::Secondary, REOPEN.get(lang))) };
        return card(CONCLUDE.get(lang), form(&here, &signed.form_token, again));
    }
    let options = Outcome::ALL.iter().filter(|outcome| **outcome != Outcome::Case);
    let options = options.map(|outcome| (outcome.as_str(), outcome_words(*outcome).get(lang))).collect();
    let typed = |value: fn(&Typed) -> &str| tried.map_or("", value);
    let fields = html! {
        (seen)
        (once::field(&format!("{}-{}", of.declaration, of.version)))
        (Field::radio(lang, "outcome", WHAT.get(lang), options).value(typed(|typed| &typed.outcome)))
        (call_back.ask(lang, typed(|typed| &typed.call_basis), tried.is_some()))
        (Field::area(lang, "say", SAY.get(lang), 3).hint(SAY_HINT.get(lang)).value(typed(|typed| &typed.say)).optional())
        div.actions {
            (button(Weight::Primary, SAVE.get(lang)))
            @if signed.may(Action::RegisterCase) {
                (link_button(Weight::Secondary, &routes::new_case_of(of.declaration), TO_CASE.get(lang)))
            }
        }
    };
    card(CONCLUDE.get(lang), form(&here, &signed.form_token, fields))
}

/// `POST /console/declarations/{declaration}/outcome`
pub async fn conclude(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let of = find(&state, &signed, &id).await?;
    let here = routes::declaration(of.declaration);
    if typed.again == "yes" {
        return change(&state, &of, typed.seen, HandlingStep::Conclude(None), None).await;
    }
    // That it became a case says the case's page.
    let outcome = typed.outcome.parse().ok().filter(|outcome: &Outcome| *outcome != Outcome::Case);
    let Some(outcome) = outcome else { return Ok(Redirect::to(&here).into_response()) };
    let declaration = state.store.declaration(of.declaration).await?.ok_or(Failure::NotFound)?;
    let call_basis = CallBack::of(&state, &declaration).await?.basis(outcome, &typed.call_basis);
    if outcome.is_call() && call_basis.is_none() {
        let mut answer = shown(&state, &signed, view.at(&here), &id, "", Some(&typed)).await?;
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    }
    let said = said(&state, &signed, &of, &typed).await?;
    // First: a call that nobody could read of would be worse than a word too many about one that somebody else wrote down, too.
    tell(&state, &signed, &declaration, call_basis).await?;
    let concluded = HandlingStep::Conclude(Some(Conclusion { outcome, case: None, call_basis }));
    change(&state, &of, typed.seen, concluded, said.as_ref()).await
}

/// What was written to whoever declared.
async fn said(
    state: &AppState,
    signed: &Signed,
    of: &Handling,
    typed: &Typed,
) -> Result<Option<NewMessage>, Failure> {
    let text = tidy(&typed.say);
    if text.is_empty() {
        return Ok(None);
    }
    if text.chars().count() > LONGEST_NOTE {
        return Err(Failure::Unreadable);
    }
    let Opened { declaration, .. } = Opened::find(state, signed, &of.declaration.to_string()).await?;
    let SentBy::Citizen { citizen, .. } = declaration.by else { return Ok(None) };
    Ok(Some(NewMessage {
        id: MessageId::from_bytes(once::id(state, signed, "advice to a declaration", &typed.ticket)),
        to: citizen,
        message: Message::DeclarationAdvice { declaration: of.declaration, text },
        at: state.now(),
    }))
}
