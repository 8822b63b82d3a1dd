//! Signing in with a passkey: the device is both what the officer has and, by finger, face or PIN, who they are.
//!
//! Nothing can be guessed here, so nothing locks: who is locked out of the password by others still comes in with a passkey.

use crate::console::ceremony::{self, Kind};
use crate::console::enter::enter;
use crate::console::failure::Failure;
use crate::console::shell::View;
use crate::console::{routes, session, sign_in};
use crate::passkeys::{PasskeyError, Passkeys};
use crate::secrets::Hashed;
use crate::state::AppState;
use axum::Json;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bluezone_domain::officer::{Officer, SignInMethod, normalise_username};
use bluezone_pages::form::CSRF_FIELD;
use bluezone_pages::parts::{Tone, Weight, alert, button};
use bluezone_pages::{Lang, passkey_script_path, text};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;
use std::fmt;

text! {
    ENTER, "Đăng nhập bằng passkey", "Sign in with a passkey";
    FAILED, "Thiết bị không trả lời. Hãy thử lại hoặc dùng mật khẩu.", "The device did not answer. Try again or use your password.";
    REFUSED, "Không đăng nhập được bằng passkey", "Sign-in with a passkey failed";
    REFUSED_WHY, "Passkey này không dùng được ở đây, hoặc đã chờ quá lâu. Hãy thử lại hoặc dùng mật khẩu.",
        "This passkey is not taken here, or it took too long. Try again or use your password."
}

/// What the script asks with.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    username: String,
}

/// The form that the script sends. `Debug` hides it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Answer {
    ticket: String,
    answer: String,
    next: String,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer(redacted)")
    }
}

/// `POST /console/sign-in/passkey/begin`: what the device is asked, JSON.
pub async fn begin(
    State(state): State<AppState>,
    headers: HeaderMap,
    Form(wish): Form<Wish>,
) -> Result<Response, Failure> {
    let holder = session::visitor(&state, &headers).ok_or(Failure::Forged)?;
    let allowed = allowed(&state, &wish.username).await?;
    let begun = match state.passkeys.begin_sign_in(&allowed) {
        Ok(begun) => begun,
        Err(PasskeyError::NotHere) => return Err(Failure::NotFound),
        Err(error) => return Err(error.into()),
    };
    let ticket = ceremony::begin(&state, Kind::UsePasskey, &holder, &begun.state).await?;
    Ok(Json(json!({ "ticket": ticket.as_str(), "options": begun.options })).into_response())
}

/// `POST /console/sign-in/passkey`
pub async fn attempt(
    State(state): State<AppState>,
    view: View,
    headers: HeaderMap,
    Form(answer): Form<Answer>,
) -> Result<Response, Failure> {
    if let Some(officer) = check(&state, &headers, &answer).await? {
        return enter(&state, &headers, &officer, SignInMethod::Passkey, &answer.next).await;
    }
    let lang = view.lang;
    let message = alert(Tone::Bad, REFUSED.get(lang), html! { p { (REFUSED_WHY.get(lang)) } });
    let mut page = sign_in::shown_with(&state, &view.at(routes::SIGN_IN), &headers, &answer.next, message);
    *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(page)
}

/// The button, hidden until its script finds that the browser has passkeys. None where there can be none.
pub fn offer(state: &AppState, lang: Lang, token: &str, next: &str) -> Markup {
    if !state.passkeys.are_possible() {
        return html! {};
    }
    html! {
        section.card data-passkey-place hidden {
            form.form method="post" action=(routes::SIGN_IN_PASSKEY) data-passkey="get" data-username="username"
                data-begin=(routes::BEGIN_SIGN_IN_PASSKEY) data-failed=(FAILED.get(lang)) {
                input type="hidden" name=(CSRF_FIELD) value=(token);
                input type="hidden" name="ticket";
                input type="hidden" name="answer";
                @if session::safe_next(next).is_some() { input type="hidden" name="next" value=(next); }
                (button(Weight::Secondary, ENTER.get(lang)))
                p role="status" {}
            }
        }
        script type="module" src=(passkey_script_path()) {}
    }
}

/// Passkeys of the account whose name was typed, if one was: devices that do not keep accounts need to be told which. An
/// account without passkeys, and a name without an account, seem to have one.
async fn allowed(state: &AppState, typed: &str) -> Result<Vec<Vec<u8>>, Failure> {
    let Ok(username) = normalise_username(typed) else { return Ok(Vec::new()) };
    let passkeys = match state.store.officer_by_username(&username).await? {
        Some(officer) => state.store.passkeys_of(officer.id).await?,
        None => Vec::new(),
    };
    if passkeys.is_empty() {
        return Ok(vec![state.secrets.hash(Hashed::NoPasskey, username.as_bytes()).to_vec()]);
    }
    Ok(passkeys.into_iter().map(|passkey| passkey.credential_id).collect())
}

/// The officer whose passkey signed, if all is right.
async fn check(state: &AppState, headers: &HeaderMap, sent: &Answer) -> Result<Option<Officer>, Failure> {
    let Some(holder) = session::visitor(state, headers) else { return Ok(None) };
    let Some(begun) = ceremony::take(state, Kind::UsePasskey, &holder, &sent.ticket).await? else {
        return Ok(None);
    };
    let Ok(named) = Passkeys::named(&sent.answer) else { return Ok(None) };
    let Some(record) = state.store.passkey(&named).await? else { return Ok(None) };
    let next = match state.passkeys.finish_sign_in(&begun, &sent.answer, &record) {
        Ok(next) => next,
        Err(PasskeyError::Stored) => return Err(PasskeyError::Stored.into()),
        Err(_) => return Ok(None),
    };
    // The last word is the store's: not removed meanwhile, the account not disabled, its unit not ended.
    if !state.store.use_passkey(&record.credential_id, &next, state.now()).await? {
        return Ok(None);
    }
    Ok(state.store.officer(record.officer).await?)
}
