//! The pages of who runs a place: register it, see who is inside, let others control, and the controller's own.

pub mod close;
pub mod control;
pub mod delegates;
pub mod edit;
pub mod edition;
mod fields;
pub mod list;
pub mod log;
pub mod new;
pub mod one;
pub mod poster;
pub mod words;

use super::access::Signed;
use super::failure::Failure;
use crate::state::AppState;
use bluezone_domain::citizen::Citizen;
use bluezone_domain::place::{Place, Standing};

/// A place as somebody sees it who may.
pub struct Seen {
    /// The place.
    pub place: Place,
    /// Who looks.
    pub citizen: Citizen,
    /// What they are to it.
    pub standing: Standing,
}

/// The place of an address, for its owner and those who control it. Everybody else finds nothing there.
pub async fn seen(state: &AppState, signed: &Signed, code: &str) -> Result<Seen, Failure> {
    let code = code.parse().map_err(|_| Failure::NotFound)?;
    let citizen = citizen(state, signed).await?;
    let place = state.store.place(code).await?.ok_or(Failure::NotFound)?;
    let standing = state.store.standing(&place, citizen.id, &citizen.phone).await?;
    Ok(Seen { place, standing: standing.ok_or(Failure::NotFound)?, citizen })
}

/// The place of an address, for its owner alone.
pub async fn owned(state: &AppState, signed: &Signed, code: &str) -> Result<Place, Failure> {
    let seen = seen(state, signed, code).await?;
    if seen.standing == Standing::Owner { Ok(seen.place) } else { Err(Failure::NotFound) }
}

/// The account behind a session.
pub async fn citizen(state: &AppState, signed: &Signed) -> Result<Citizen, Failure> {
    state.store.citizen(signed.citizen).await?.ok_or(Failure::SignInFirst)
}
