//! The cookie by which a browser is known in which an officer has signed in before. It opens nothing: wrong sign-ins from
//! such a browser count for themselves, so that strangers who guess cannot lock the officer out.

use crate::console::access::{secure, with_cookie};
use crate::console::cookie::Cookie;
use crate::console::failure::Failure;
use crate::console::session::random_token;
use crate::secrets::Hashed;
use crate::state::AppState;
use axum::http::HeaderMap;
use axum::response::Response;
use bluezone_domain::id::OfficerId;
use bluezone_store::KNOWN_BROWSER_S;
use zeroize::Zeroizing;

/// Characters of a token: 32 bytes in base64url.
const TOKEN_CHARS: usize = 43;

/// Keyed hash of the browser's token, if it has one. Whether it is known for an account, the database decides.
pub fn of(state: &AppState, headers: &HeaderMap) -> Option<[u8; 32]> {
    let token = Cookie::Known.read(headers, secure(state)).filter(|token| !token.is_empty())?;
    Some(state.secrets.hash(Hashed::Browser, token.as_bytes()))
}

/// Remembers that this officer has signed in in this browser, which keeps the token that it has: two officers may share it.
pub async fn remember(
    state: &AppState,
    headers: &HeaderMap,
    officer: OfficerId,
    answer: Response,
) -> Result<Response, Failure> {
    let present = Cookie::Known.read(headers, secure(state)).filter(|token| token.len() == TOKEN_CHARS);
    let token =
        present.map_or_else(|| random_token(&mut *state.rng()), |token| Zeroizing::new(token.to_owned()));
    let hash = state.secrets.hash(Hashed::Browser, token.as_bytes());
    state.store.remember_browser(officer, hash, state.now()).await?;
    Ok(with_cookie(answer, Cookie::Known.set(&token, Some(KNOWN_BROWSER_S), secure(state))))
}
