//! Officers' accounts: made, listed, given a new password and a new second factor, disabled.

use crate::console::password::{self, PasswordProblem};
use crate::console::totp::{BadTotpSecret, TotpSecret};
use crate::secrets::{Seal, SecretsError};
use crate::state::AppState;
use bluezone_domain::id::OfficerId;
use bluezone_domain::officer::{InvalidUsername, Officer, Role, normalise_username};
use bluezone_store::StoreError;
use std::fmt;
use thiserror::Error;
use zeroize::Zeroizing;

/// Why an account cannot be made or changed.
#[derive(Debug, Error)]
pub enum OfficerError {
    /// The username is none.
    #[error(transparent)]
    Username(#[from] InvalidUsername),
    /// The password that was chosen is not good enough.
    #[error(transparent)]
    Password(#[from] PasswordProblem),
    /// There is no such unit, or it has ended.
    #[error(
        "there is no unit of that code at work: see `bluezone admin unit list`, or make it with `bluezone admin unit add`"
    )]
    Unit,
    /// The role is not that unit's work.
    #[error("an officer of that role does not work at a unit of that kind: see `bluezone admin unit list`")]
    Role,
    /// Another account has that username.
    #[error("there is already an officer of that username: choose another, or reset that account")]
    Taken,
    /// No account has that username.
    #[error("there is no officer of that username: see `bluezone admin officer list`")]
    Unknown,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sealed second factor does not open.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The sealed second factor opens to something else.
    #[error(transparent)]
    Totp(#[from] BadTotpSecret),
}

/// An account to be made. `Debug` hides all but the role.
#[derive(Clone)]
pub struct NewOfficer {
    /// What the officer will type to sign in.
    pub username: String,
    /// What the account is for.
    pub role: Role,
    /// Code of the unit the officer works at. What the unit answers for is what they see.
    pub unit: String,
    /// The password; one is made if there is none.
    pub password: Option<Zeroizing<String>>,
}

impl fmt::Debug for NewOfficer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewOfficer").field("role", &self.role).finish_non_exhaustive()
    }
}

/// What the officer needs to sign in. It is not kept anywhere and cannot be had again. `Debug` hides it.
pub struct CreatedOfficer {
    /// The account.
    pub id: OfficerId,
    /// What to type: the username in its one spelling.
    pub username: String,
    /// The password.
    pub password: Zeroizing<String>,
    /// The second factor, for the officer's authenticator app. [`TotpSecret::code`] gives what the app shows.
    pub totp_secret: TotpSecret,
}

impl CreatedOfficer {
    /// The `otpauth://` address that an authenticator app scans.
    pub fn otpauth_uri(&self) -> String {
        self.totp_secret.uri(&self.username)
    }
}

impl fmt::Debug for CreatedOfficer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreatedOfficer").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Makes an account with a new second factor.
pub async fn create_officer(state: &AppState, new: NewOfficer) -> Result<CreatedOfficer, OfficerError> {
    let username = normalise_username(&new.username)?;
    let unit = state.store.unit(new.unit.trim()).await?.filter(|unit| unit.is_valid(state.now()));
    let unit = unit.ok_or(OfficerError::Unit)?;
    if !unit.kind.employs(new.role) {
        return Err(OfficerError::Role);
    }
    let id = OfficerId::generate(&mut *state.rng());
    let (password, password_hash) = choose(state, &username, new.password).await?;
    let totp_secret = TotpSecret::generate(&mut *state.rng());
    let officer = Officer {
        id,
        username: username.clone(),
        role: new.role,
        unit: unit.code,
        territory: unit.territory,
        password_hash,
        totp_secret_sealed: seal_totp(state, id, &totp_secret),
        created_at: state.now(),
        disabled_at: None,
        locked_until: None,
    };
    match state.store.create_officer(&officer).await {
        Ok(()) => Ok(CreatedOfficer { id, username, password, totp_secret }),
        Err(StoreError::Conflict(_)) => Err(OfficerError::Taken),
        Err(error) => Err(error.into()),
    }
}

/// Gives an account a new password and a new second factor, unlocks it and signs it out everywhere.
pub async fn reset_officer(
    state: &AppState,
    username: &str,
    password: Option<Zeroizing<String>>,
) -> Result<CreatedOfficer, OfficerError> {
    let officer = find(state, username).await?;
    let (password, password_hash) = choose(state, &officer.username, password).await?;
    let totp_secret = TotpSecret::generate(&mut *state.rng());
    let sealed = seal_totp(state, officer.id, &totp_secret);
    state.store.set_password(officer.id, &password_hash, &sealed).await?;
    Ok(CreatedOfficer { id: officer.id, username: officer.username, password, totp_secret })
}

/// Disables an account for good and signs it out everywhere. What it did stays on record.
pub async fn disable_officer(state: &AppState, username: &str) -> Result<Officer, OfficerError> {
    let officer = find(state, username).await?;
    state.store.disable_officer(officer.id, state.now()).await?;
    Ok(Officer { disabled_at: officer.disabled_at.or(Some(state.now())), ..officer })
}

/// Every account, by username.
pub async fn list_officers(state: &AppState) -> Result<Vec<Officer>, OfficerError> {
    Ok(state.store.list_officers().await?)
}

/// An account's second factor.
pub fn totp_secret(state: &AppState, officer: &Officer) -> Result<TotpSecret, OfficerError> {
    let plain = state.secrets.open(Seal::TotpSecret, officer.id.as_bytes(), &officer.totp_secret_sealed)?;
    Ok(TotpSecret::from_bytes(&plain)?)
}

async fn find(state: &AppState, username: &str) -> Result<Officer, OfficerError> {
    let username = normalise_username(username)?;
    state.store.officer_by_username(&username).await?.ok_or(OfficerError::Unknown)
}

/// The password, chosen or made, and its hash.
async fn choose(
    state: &AppState,
    username: &str,
    chosen: Option<Zeroizing<String>>,
) -> Result<(Zeroizing<String>, String), OfficerError> {
    let password = match chosen {
        Some(password) => {
            password::check_new(username, &password)?;
            password
        }
        None => password::generate(&mut *state.rng()),
    };
    let hash = state.passwords.hash(&password, &mut *state.rng()).await;
    Ok((password, hash))
}

/// Sealed for this very account: moved to another it does not open.
fn seal_totp(state: &AppState, id: OfficerId, secret: &TotpSecret) -> Vec<u8> {
    state.secrets.seal(Seal::TotpSecret, id.as_bytes(), secret.as_bytes(), &mut *state.rng())
}
