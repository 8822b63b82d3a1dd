//! Accounts of the people who work at the health authority.

use crate::Timestamp;
use crate::area::Territory;
use crate::id::OfficerId;
use crate::policy::Scope;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// What kind of work an account is for. What it may do: [`crate::policy::may`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Makes and disables accounts and units.
    Administrator,
    /// Traces contacts in a province: the provincial centre for disease control.
    ProvincialCdc,
    /// Traces contacts in a commune: its health station.
    CommuneStation,
    /// Tests samples.
    Lab,
    /// Houses people who are isolated.
    IsolationSite,
    /// Reads who looked at what.
    Auditor,
}

impl Role {
    /// Every role, in the order of the policy grid.
    pub const ALL: [Role; 6] = [
        Role::Administrator,
        Role::ProvincialCdc,
        Role::CommuneStation,
        Role::Lab,
        Role::IsolationSite,
        Role::Auditor,
    ];

    /// Its name in the database and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Administrator => "administrator",
            Role::ProvincialCdc => "provincial_cdc",
            Role::CommuneStation => "commune_station",
            Role::Lab => "lab",
            Role::IsolationSite => "isolation_site",
            Role::Auditor => "auditor",
        }
    }
}

/// A text that names no role.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error(
    "not a role: expected administrator, provincial-cdc, commune-station, lab, isolation-site or auditor"
)]
pub struct InvalidRole;

impl FromStr for Role {
    type Err = InvalidRole;

    fn from_str(text: &str) -> Result<Self, InvalidRole> {
        Role::ALL.into_iter().find(|role| role.as_str() == text).ok_or(InvalidRole)
    }
}

/// An account. `Debug` shows neither the name nor the secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Officer {
    /// Names the account in other records.
    pub id: OfficerId,
    /// What the officer types to sign in, as [`normalise_username`] gives it; unique.
    pub username: String,
    /// What the account is for.
    pub role: Role,
    /// Code of the unit the officer works at.
    pub unit: String,
    /// What that unit answers for. It stands with the unit; here it is read only.
    pub territory: Territory,
    /// PHC string of the password (argon2id).
    pub password_hash: String,
    /// The TOTP secret, sealed by the server.
    pub totp_secret_sealed: Vec<u8>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// Since when it cannot be used, if so.
    pub disabled_at: Option<Timestamp>,
    /// Sign-in is refused until then from browsers that the account has not been used in, after wrong passwords or codes.
    pub locked_until: Option<Timestamp>,
}

impl Officer {
    /// What decides about records: see [`crate::policy::allows`].
    pub fn scope(&self) -> Scope<'_> {
        Scope { role: self.role, unit: &self.unit, territory: self.territory }
    }
}

impl fmt::Debug for Officer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Officer")
            .field("id", &self.id)
            .field("role", &self.role)
            .field("disabled_at", &self.disabled_at)
            .field("locked_until", &self.locked_until)
            .finish_non_exhaustive()
    }
}

/// How an officer signed in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SignInMethod {
    /// With a password and a code of an authenticator app.
    Password,
    /// With a passkey.
    Passkey,
    /// At the province's own sign-on.
    SignOn,
}

impl SignInMethod {
    /// Every way.
    pub const ALL: [SignInMethod; 3] = [SignInMethod::Password, SignInMethod::Passkey, SignInMethod::SignOn];

    /// Its name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            SignInMethod::Password => "password",
            SignInMethod::Passkey => "passkey",
            SignInMethod::SignOn => "sign_on",
        }
    }
}

/// A text that names no way to sign in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("not a way to sign in: expected password, passkey or sign_on")]
pub struct InvalidSignInMethod;

impl FromStr for SignInMethod {
    type Err = InvalidSignInMethod;

    fn from_str(text: &str) -> Result<Self, InvalidSignInMethod> {
        SignInMethod::ALL.into_iter().find(|method| method.as_str() == text).ok_or(InvalidSignInMethod)
    }
}

/// A name that cannot be a username.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("not a username: use 3 to 64 of the letters a-z, digits, dot, dash, underscore and @")]
pub struct InvalidUsername;

/// The one spelling of a username: trimmed and lower-case, so that `Lan` and `lan` are one account.
pub fn normalise_username(typed: &str) -> Result<String, InvalidUsername> {
    let name = typed.trim().to_ascii_lowercase();
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-_@".contains(&b);
    if (3..=64).contains(&name.len()) && name.bytes().all(allowed) { Ok(name) } else { Err(InvalidUsername) }
}

/// Wrong sign-ins in a row that are let pass before it locks.
pub const FREE_SIGN_IN_FAILURES: u32 = 4;

/// For how many seconds sign-in is refused after this many wrong ones in a row, from one browser that is known for the account
/// or from all others together: a minute at the fifth, doubling up to an hour, never for good.
pub fn lock_seconds(failures: u32) -> Option<i64> {
    let doublings = failures.checked_sub(FREE_SIGN_IN_FAILURES + 1)?;
    Some((60_i64 << doublings.min(6)).min(3600))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames_have_one_spelling() {
        assert_eq!(normalise_username("  Lan.Nguyen@cdc-HN "), Ok("lan.nguyen@cdc-hn".to_owned()));
        for wrong in ["", "ab", "lan nguyen", "lân.nguyễn", "a\nb", &"x".repeat(65)] {
            assert_eq!(normalise_username(wrong), Err(InvalidUsername), "{wrong:?}");
        }
    }

    #[test]
    fn locks_grow_and_end() {
        let seconds: Vec<_> = (0..=12).map(lock_seconds).collect();
        let none = [None; 5];
        assert_eq!(seconds[..5], none);
        let locked: Vec<_> = seconds[5..].iter().flatten().copied().collect();
        assert_eq!(locked, [60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(lock_seconds(u32::MAX), Some(3600));
    }

    #[test]
    fn debug_shows_no_name_and_no_secret() {
        let officer = Officer {
            id: OfficerId::from_bytes([1; 16]),
            username: "canary-name".into(),
            role: Role::ProvincialCdc,
            unit: "canary-unit".into(),
            territory: Territory::Nation,
            password_hash: "canary-hash".into(),
            totp_secret_sealed: b"canary".to_vec(),
            created_at: Timestamp(0),
            disabled_at: None,
            locked_until: None,
        };
        let shown = format!("{officer:?}");
        assert!(!shown.contains("canary") && !shown.contains("99, 97"), "{shown}");
    }
}
