//! Sessions: a random token in a cookie, its keyed hash in the database, two limits.

use crate::console::access::secure;
use crate::console::cookie::Cookie;
use crate::console::device_name;
use crate::console::failure::Failure;
use crate::secrets::Hashed;
use crate::state::AppState;
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bluezone_domain::id::OfficerId;
use bluezone_domain::officer::{Officer, SignInMethod};
use bluezone_store::SessionRecord;
use rand::Rng;
use zeroize::Zeroizing;

/// A session ends when nothing was asked in it for so long: a screen left alone in an office.
pub const IDLE_S: i64 = 30 * 60;
/// A session ends after so long whatever happens: one working day.
pub const LONGEST_S: i64 = 12 * 3600;

/// 256 random bits as the text of a cookie.
pub fn random_token(rng: &mut (impl Rng + ?Sized)) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new([0; 32]);
    rng.fill_bytes(&mut *bytes);
    Zeroizing::new(URL_SAFE_NO_PAD.encode(*bytes))
}

/// Keyed hash of a token: what the database keeps.
fn hash(state: &AppState, token: &str) -> [u8; 32] {
    state.secrets.hash(Hashed::Session, token.as_bytes())
}

/// Begins a session and gives its cookie. A session always begins with a new token, whatever the browser sent.
pub async fn begin(
    state: &AppState,
    headers: &HeaderMap,
    officer: OfficerId,
    method: SignInMethod,
) -> Result<HeaderValue, Failure> {
    let token = random_token(&mut *state.rng());
    let now = state.now();
    let session = SessionRecord {
        token_hash: hash(state, &token),
        officer,
        method,
        device: device_name::of(headers),
        created_at: now,
        expires_at: now + IDLE_S,
    };
    state.store.create_session(&session).await?;
    Ok(Cookie::Session.set(&token, Some(LONGEST_S), secure(state)))
}

/// The officer of the request's session, and the session's hash; asking keeps it alive.
pub async fn current(state: &AppState, headers: &HeaderMap) -> Result<Option<(Officer, [u8; 32])>, Failure> {
    let Some(token) = Cookie::Session.read(headers, secure(state)) else { return Ok(None) };
    let (hash, now) = (hash(state, token), state.now());
    let Some(officer) = state.store.session(hash, now).await? else { return Ok(None) };
    state.store.keep_session(hash, now, IDLE_S, LONGEST_S).await?;
    Ok(Some((officer, hash)))
}

/// Ends a session.
pub async fn end(state: &AppState, session_hash: &[u8; 32]) -> Result<(), Failure> {
    Ok(state.store.end_session(*session_hash).await?)
}

/// Hash of the cookie that ties the sign-in form to a browser.
pub fn visitor(state: &AppState, headers: &HeaderMap) -> Option<[u8; 32]> {
    Cookie::Visitor
        .read(headers, secure(state))
        .filter(|value| !value.is_empty())
        .map(|value| hash(state, value))
}

/// The token for the sign-in form, and a new cookie if the browser has none.
pub fn visitor_form(state: &AppState, headers: &HeaderMap) -> (String, Option<HeaderValue>) {
    if let Some(holder) = visitor(state, headers) {
        return (crate::console::forgery::token(&state.secrets, &holder), None);
    }
    let token = random_token(&mut *state.rng());
    let form = crate::console::forgery::token(&state.secrets, &hash(state, &token));
    (form, Some(Cookie::Visitor.set(&token, None, secure(state))))
}

/// A path to go to after signing in, if it is one of the console's: never another site.
pub fn safe_next(path: &str) -> Option<&str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/-_".contains(&b);
    let ours = path == "/console" || path.starts_with("/console/");
    (ours && path.bytes().all(plain) && !path.contains("//")).then_some(path)
}
