//! The register of breaches of personal data: found, told to the authority within 72 hours, closed.

mod fields;
pub mod list;
pub mod new;
pub mod page;
pub mod people;
pub mod step;

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::state::AppState;
use bluezone_domain::breach::Breach;
use bluezone_domain::case::no_place;
use bluezone_domain::policy::{Action, Record, allows};
use bluezone_domain::unit::Unit;

/// Whether an officer keeps the breaches that this unit found.
fn keeps(signed: &Signed, code: &str, unit: Option<&Unit>) -> bool {
    // A unit of no province's is the whole nation's.
    let area = unit.and_then(|unit| unit.territory.area()).unwrap_or_else(no_place);
    allows(signed.scope(), Action::KeepBreaches, Record { area, assigned: Some(code) })
}

/// A breach that the officer keeps. Those of others are not there.
async fn find(state: &AppState, signed: &Signed, id: &str) -> Result<Breach, Failure> {
    let id = id.parse().map_err(|_| Failure::NotFound)?;
    let breach = state.store.breach(id).await?.ok_or(Failure::NotFound)?;
    let unit = state.store.unit(&breach.unit).await?;
    if keeps(signed, &breach.unit, unit.as_ref()) { Ok(breach) } else { Err(Failure::NotFound) }
}

/// Whether an officer may know whom a breach concerns: whoever keeps accounts does not read about people.
fn sees_people(signed: &Signed) -> bool {
    signed.may(Action::SeePersons)
}
