//! Citizens' sessions: long, so that a code is at hand at every door, and ended by one press.

use super::failure::Failure;
use crate::console::access::secure;
use crate::console::cookie::Cookie;
use crate::console::{device_name, session as officers};
use crate::secrets::Hashed;
use crate::state::AppState;
use axum::http::{HeaderMap, HeaderValue};
use bluezone_domain::id::CitizenId;
use bluezone_protocol::time::DAY_S;
use bluezone_store::{CitizenSession, StoreError};

/// A session ends when nothing was asked in it for so long.
const IDLE_S: i64 = 90 * DAY_S;
/// The end is moved when it comes nearer than this: a page a day writes, not every page.
const WRITTEN_BEFORE_S: i64 = 89 * DAY_S;

fn hash(state: &AppState, token: &str) -> [u8; 32] {
    state.secrets.hash(Hashed::CitizenSession, token.as_bytes())
}

/// Begins a session and gives its cookie.
pub async fn begin(
    state: &AppState,
    headers: &HeaderMap,
    citizen: CitizenId,
) -> Result<HeaderValue, Failure> {
    let (cookie, _) = open(state, device_name::of(headers), citizen).await?;
    Ok(cookie)
}

/// The same with a device's name, and the session's hash beside its cookie.
pub async fn open(
    state: &AppState,
    device: String,
    citizen: CitizenId,
) -> Result<(HeaderValue, [u8; 32]), StoreError> {
    let token = officers::random_token(&mut *state.rng());
    let (token_hash, now) = (hash(state, &token), state.now());
    let session = CitizenSession { token_hash, citizen, device, created_at: now, expires_at: now + IDLE_S };
    state.store.create_citizen_session(&session).await?;
    // Browsers keep no cookie for more than 400 days; the session itself ends when nobody uses it.
    Ok((Cookie::Citizen.set(&token, Some(400 * DAY_S), secure(state)), token_hash))
}

/// The citizen of the request's session, and the session's hash; asking keeps it alive.
pub async fn current(
    state: &AppState,
    headers: &HeaderMap,
) -> Result<Option<(CitizenId, [u8; 32])>, Failure> {
    let Some(token) = Cookie::Citizen.read(headers, secure(state)) else { return Ok(None) };
    let (hash, now) = (hash(state, token), state.now());
    let Some((citizen, until)) = state.store.citizen_session(hash, now).await? else { return Ok(None) };
    if until - now < WRITTEN_BEFORE_S {
        // Whoever only reads can do so also while nothing can be written: there is another day for this.
        match state.store.keep_citizen_session(hash, now, now + IDLE_S).await {
            Err(error) if error.is_unavailable() => {
                tracing::warn!(%error, "a session was not kept for longer")
            }
            result => result?,
        }
    }
    Ok(Some((citizen, hash)))
}
