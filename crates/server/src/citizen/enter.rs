//! A number that waits for its code, between the page that sent it and the page that takes it; and letting its owner in.

use super::failure::Failure;
use super::session;
use crate::console::access::{secure, with_cookie, without};
use crate::console::cookie::Cookie;
use crate::secrets::Seal;
use crate::state::AppState;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bluezone_domain::citizen::{Citizen, LAST_CODE_LIFETIME_S};
use bluezone_domain::id::CitizenId;
use bluezone_domain::person::Phone;
use serde::{Deserialize, Serialize};

/// What the browser keeps meanwhile, sealed: nobody but this server reads the number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Waiting {
    /// Where the code went.
    pub phone: Phone,
    /// Where to go afterwards: of a declaration that waits, its form.
    pub next: String,
    /// The secret of a declaration that waits for the code, if one does.
    pub declaration: Option<String>,
}

impl Waiting {
    /// The cookie that keeps it.
    pub fn cookie(&self, state: &AppState) -> HeaderValue {
        let plain = serde_json::to_vec(self).expect("texts always serialise");
        let sealed = state.secrets.seal(Seal::WaitingNumber, b"", &plain, &mut *state.rng());
        Cookie::WaitingNumber.set(&URL_SAFE_NO_PAD.encode(sealed), Some(LAST_CODE_LIFETIME_S), secure(state))
    }

    /// From the cookie of a request.
    pub fn read(state: &AppState, headers: &HeaderMap) -> Option<Waiting> {
        let value = Cookie::WaitingNumber.read(headers, secure(state))?;
        let sealed = URL_SAFE_NO_PAD.decode(value).ok()?;
        let plain = state.secrets.open(Seal::WaitingNumber, b"", &sealed).ok()?;
        serde_json::from_slice(&plain).ok()
    }
}

/// The account of a number whose code was right; made if it is new.
pub async fn account(state: &AppState, phone: &Phone) -> Result<Citizen, Failure> {
    let mut rng = state.rng();
    let id = CitizenId::generate(&mut *rng);
    Ok(state.store.confirm_citizen(id, phone, state.now(), &mut *rng).await?)
}

/// Begins a session and leads on. What waited for the code stays in the browser.
pub async fn enter(
    state: &AppState,
    headers: &HeaderMap,
    citizen: CitizenId,
    next: &str,
) -> Result<Response, Failure> {
    tracing::info!(%citizen, "a citizen signed in");
    let cookie = session::begin(state, headers, citizen).await?;
    let answer = with_cookie(Redirect::to(next).into_response(), cookie);
    Ok(without(answer, Cookie::Visitor, state))
}
