//! *Phản ánh*: what citizens report, for those who screen and verify it.

mod act;
pub mod assign;
pub mod decide;
pub mod feedback;
pub mod link;
pub mod list;
pub mod page;
pub mod photo;
mod words;

pub use words::category;

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::state::AppState;
use bluezone_domain::policy::{Action, allows};
use bluezone_domain::signal::Signal;

/// A report that the officer reaches. Those of others are not there.
async fn find(state: &AppState, signed: &Signed, id: &str) -> Result<Signal, Failure> {
    let id = id.parse().map_err(|_| Failure::NotFound)?;
    let signal = state.store.signal(id).await?;
    let reached = |signal: &Signal| allows(signed.scope(), Action::HandleSignals, signal.record());
    signal.filter(reached).ok_or(Failure::NotFound)
}
