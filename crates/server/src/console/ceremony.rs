//! The two halves of signing in with a passkey or elsewhere: a random ticket goes to the browser, the state stays here under
//! its keyed hash, and is taken out once.

use crate::console::failure::Failure;
use crate::console::session::random_token;
use crate::secrets::Hashed;
use crate::state::AppState;
use zeroize::Zeroizing;

/// How long the second half may take: finding the phone, typing a password elsewhere.
const LASTS_S: i64 = 10 * 60;

/// What a ceremony is for. A ticket for one is none for another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Adding a passkey.
    AddPasskey,
    /// Signing in with one.
    UsePasskey,
    /// Signing in at the province's own sign-on.
    SignOn,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Kind::AddPasskey => "add_passkey",
            Kind::UsePasskey => "use_passkey",
            Kind::SignOn => "sign_on",
        }
    }
}

/// Keeps the state of a ceremony of this holder (the session's or the visitor's hash); returns its ticket.
pub async fn begin(
    state: &AppState,
    kind: Kind,
    holder: &[u8; 32],
    what: &str,
) -> Result<Zeroizing<String>, Failure> {
    let ticket = random_token(&mut *state.rng());
    let until = state.now() + LASTS_S;
    state.store.begin_ceremony(hash(state, holder, &ticket), kind.as_str(), what, until).await?;
    Ok(ticket)
}

/// The state that belongs to a ticket of this holder, once.
pub async fn take(
    state: &AppState,
    kind: Kind,
    holder: &[u8; 32],
    ticket: &str,
) -> Result<Option<String>, Failure> {
    Ok(state.store.take_ceremony(hash(state, holder, ticket), kind.as_str(), state.now()).await?)
}

/// Bound to the holder: a ticket that another browser got is none here.
fn hash(state: &AppState, holder: &[u8; 32], ticket: &str) -> [u8; 32] {
    state.secrets.hash(Hashed::Ceremony, &[holder, ticket.as_bytes()].concat())
}
