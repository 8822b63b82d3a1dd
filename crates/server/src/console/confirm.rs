//! Asking for the password again before something that outlasts the session: a stolen session must not become a stolen
//! account, nor a place to guess the password without end.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::{known_browser, session};
use crate::state::AppState;
use axum::http::HeaderMap;

/// Whether the password was right.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Confirmed {
    /// It was.
    Yes,
    /// It was not, or it was not even looked at after too many wrong ones; then the session has ended too.
    No,
}

/// Checks the officer's password. Every attempt counts as a failure before it is looked at, so that many at once are not
/// more than one after another; a right one takes them back.
pub async fn password(
    state: &AppState,
    signed: &Signed,
    headers: &HeaderMap,
    typed: &str,
) -> Result<Confirmed, Failure> {
    let (officer, browser) = (&signed.officer, known_browser::of(state, headers));
    let attempt = state.store.begin_attempt(officer.id, browser, state.now()).await?;
    if attempt.is_some() && state.passwords.verify(typed, Some(&officer.password_hash)).await {
        state.store.forgive_attempts(officer.id, browser).await?;
        return Ok(Confirmed::Yes);
    }
    if attempt != Some(false) {
        session::end(state, signed.session_hash()).await?;
    }
    Ok(Confirmed::No)
}
