//! Letting an officer in, however they proved who they are.

use crate::console::access::{with_cookie, without};
use crate::console::cookie::Cookie;
use crate::console::failure::Failure;
use crate::console::shell::home;
use crate::console::{known_browser, session};
use crate::state::AppState;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::officer::{Officer, SignInMethod};

/// Begins a session, remembers the browser, and leads to where the officer wanted to go.
pub async fn enter(
    state: &AppState,
    headers: &HeaderMap,
    officer: &Officer,
    method: SignInMethod,
    next: &str,
) -> Result<Response, Failure> {
    tracing::info!(officer = %officer.id, method = method.as_str(), "signed in");
    let cookie = session::begin(state, headers, officer.id, method).await?;
    let to = session::safe_next(next).unwrap_or(home(officer.role));
    let answer = with_cookie(Redirect::to(to).into_response(), cookie);
    let answer = known_browser::remember(state, headers, officer.id, answer).await?;
    Ok(without(answer, Cookie::Visitor, state))
}
