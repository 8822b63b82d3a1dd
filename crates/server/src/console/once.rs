//! Forms that must not do their work twice: a double press, a reload, the browser's "send again".
//!
//! Each such form carries a random ticket. What the form makes is worked out from the ticket and the session under the
//! server's key, so the same form sent again names the same record and finds it there.

use crate::console::access::Signed;
use crate::console::session;
use crate::secrets::Hashed;
use crate::state::AppState;
use maud::{Markup, html};

/// Name of the hidden field.
pub const FIELD: &str = "ticket";

/// A new ticket.
pub fn ticket(state: &AppState) -> String {
    session::random_token(&mut *state.rng()).as_str().to_owned()
}

/// The hidden field. A form that comes back with something to mend keeps its ticket: it has not been used.
pub fn field(ticket: &str) -> Markup {
    html! { input type="hidden" name=(FIELD) value=(ticket); }
}

/// 32 bytes that follow from this form of this session, different for each `purpose`, and that nobody outside can know.
pub fn derive(state: &AppState, signed: &Signed, purpose: &str, ticket: &str) -> [u8; 32] {
    let mut data = Vec::with_capacity(64 + purpose.len() + ticket.len());
    data.extend_from_slice(signed.session_hash());
    data.extend_from_slice(&(purpose.len() as u64).to_be_bytes());
    data.extend_from_slice(purpose.as_bytes());
    data.extend_from_slice(ticket.as_bytes());
    state.secrets.hash(Hashed::Form, &data)
}

/// The first 16 of them: an identifier.
pub fn id(state: &AppState, signed: &Signed, purpose: &str, ticket: &str) -> [u8; 16] {
    let mut id = [0; 16];
    id.copy_from_slice(&derive(state, signed, purpose, ticket)[..16]);
    id
}
