//! The units that officers work at: made, listed, placed, ended.

use crate::state::AppState;
use bluezone_domain::Timestamp;
use bluezone_domain::admin_unit::Edition;
use bluezone_domain::area::Territory;
use bluezone_domain::unit::{InvalidUnit, Unit, UnitKind};
use bluezone_store::StoreError;
use thiserror::Error;

/// Why a unit cannot be made or changed.
#[derive(Debug, Error)]
pub enum UnitError {
    /// Code, name, kind and territory do not make a unit.
    #[error(transparent)]
    Invalid(#[from] InvalidUnit),
    /// The territory names no province or commune in force.
    #[error("there is no such province, or no such commune in it, in the list of units in force")]
    NoSuchPlace,
    /// Another unit has that code.
    #[error("there is already a unit of that code: see `bluezone admin unit list`")]
    Taken,
    /// No unit has that code.
    #[error("there is no unit of that code: see `bluezone admin unit list`")]
    Unknown,
    /// A text that nobody can dial.
    #[error("not a telephone number: 3 to 20 digits, spaces and dots, with + before a country's")]
    NoPhone,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a unit.
pub async fn create_unit(state: &AppState, unit: Unit) -> Result<Unit, UnitError> {
    let unit = Unit { code: unit.code.trim().to_owned(), name: unit.name.trim().to_owned(), ..unit };
    unit.check()?;
    check_place(unit.territory)?;
    match state.store.create_unit(&unit).await {
        Ok(()) => Ok(unit),
        Err(StoreError::Conflict(_)) => Err(UnitError::Taken),
        Err(error) => Err(error.into()),
    }
}

fn check_place(territory: Territory) -> Result<(), UnitError> {
    if Edition::in_force().has(territory) { Ok(()) } else { Err(UnitError::NoSuchPlace) }
}

/// The unit of that code, ended or not.
pub async fn find_unit(state: &AppState, code: &str) -> Result<Unit, UnitError> {
    state.store.unit(code.trim()).await?.ok_or(UnitError::Unknown)
}

/// Every unit, by code.
pub async fn list_units(state: &AppState) -> Result<Vec<Unit>, UnitError> {
    Ok(state.store.list_units().await?)
}

/// Says what a unit is and what it answers for: what its officers see changes at once.
pub async fn place_unit(
    state: &AppState,
    code: &str,
    kind: UnitKind,
    territory: Territory,
) -> Result<Unit, UnitError> {
    let unit = Unit { kind, territory, ..find_unit(state, code).await? };
    // Not its code: units from before there were codes keep theirs.
    if !kind.answers_for(territory) {
        return Err(InvalidUnit::Territory.into());
    }
    check_place(territory)?;
    state.store.place_unit(&unit.code, kind, territory).await?;
    Ok(unit)
}

/// Gives the number that people call at a unit: it stands in the advice to whoever declared; empty takes it away.
pub async fn phone_unit(state: &AppState, code: &str, phone: &str) -> Result<Unit, UnitError> {
    let (unit, phone) = (find_unit(state, code).await?, phone.trim());
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    let dialled = phone.chars().all(|c| c.is_ascii_digit() || " .+".contains(c));
    let right = dialled && (3..=20).contains(&digits);
    if !phone.is_empty() && !right {
        return Err(UnitError::NoPhone);
    }
    state.store.set_unit_phone(&unit.code, phone).await?;
    Ok(unit)
}

/// Ends a unit. From then on its officers cannot sign in; if it ends now, they are signed out.
pub async fn end_unit(state: &AppState, code: &str, until: Timestamp) -> Result<Unit, UnitError> {
    let unit = find_unit(state, code).await?;
    state.store.end_unit(&unit.code, until, state.now()).await?;
    Ok(Unit { valid_until: Some(until), ..unit })
}
