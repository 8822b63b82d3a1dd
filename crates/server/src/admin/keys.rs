//! Signing keys: making, replacing, listing.
//!
//! At a rotation the old key goes on for a while: export files carry both signatures, so phones that pin either accept
//! them; tokens and certificates that the old key signed are believed until they expire.

use crate::error::ServerError;
use crate::secrets::Seal;
use crate::signing::{is_current, newest_first, version_number};
use crate::state::AppState;
use bluezone_domain::id::SigningKeyId;
use bluezone_protocol::export::{SignatureInfo, SigningKey};
use bluezone_protocol::time::{DAY_S, Timestamp};
use bluezone_store::{Purpose, SigningKeyRecord};

/// How long a replaced export key goes on signing, unless said otherwise: until the apps have an update.
pub const DEFAULT_OVERLAP_S: i64 = 60 * DAY_S;

/// Where a key is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyState {
    /// It will sign from `not_before` on.
    Waiting,
    /// It signs.
    Current,
    /// It was replaced and signs beside its successor until `retire_at`.
    Retiring,
    /// It signs no more.
    Retired,
}

impl KeyState {
    /// Its name in listings.
    pub const fn as_str(self) -> &'static str {
        match self {
            KeyState::Waiting => "waiting",
            KeyState::Current => "current",
            KeyState::Retiring => "retiring",
            KeyState::Retired => "retired",
        }
    }

    /// At a time.
    pub fn of(record: &SigningKeyRecord, now: Timestamp) -> Self {
        match record.retire_at {
            _ if now < record.not_before => KeyState::Waiting,
            None => KeyState::Current,
            Some(_) if is_current(record, now) => KeyState::Retiring,
            Some(_) => KeyState::Retired,
        }
    }
}

/// Makes the first key of every purpose that has none. Returns the new keys.
///
/// # Errors
/// [`ServerError::KeysExist`] if every purpose has one.
pub async fn init(state: &AppState) -> Result<Vec<SigningKeyRecord>, ServerError> {
    let mut made = Vec::new();
    for purpose in Purpose::ALL {
        if state.store.signing_keys(purpose).await?.is_empty() {
            let record = new_key(state, purpose, 1);
            state.store.insert_signing_key(&record).await?;
            made.push(record);
        }
    }
    if made.is_empty() { Err(ServerError::KeysExist) } else { Ok(made) }
}

/// Makes a new key for each purpose and lets the present ones go on for `overlap_s` (tokens and certificates: at least as
/// long as what they signed is valid), all of it or nothing. Returns the new keys.
pub async fn rotate(
    state: &AppState,
    purposes: &[Purpose],
    overlap_s: i64,
) -> Result<Vec<SigningKeyRecord>, ServerError> {
    let now = state.now();
    let mut made = Vec::new();
    for purpose in purposes {
        let present = state.store.signing_keys(*purpose).await?;
        let lasting = match purpose {
            Purpose::Export => overlap_s,
            Purpose::Token => overlap_s.max(state.config.token_lifetime_s),
            Purpose::Certificate => overlap_s.max(state.config.certificate_lifetime_s),
        };
        made.push((new_key(state, *purpose, next_version(&present)), now + lasting));
    }
    state.store.rotate_signing_keys(&made).await?;
    Ok(made.into_iter().map(|(record, _)| record).collect())
}

/// Every key, by purpose, newest first.
pub async fn list(state: &AppState) -> Result<Vec<SigningKeyRecord>, ServerError> {
    let mut all = Vec::new();
    for purpose in Purpose::ALL {
        all.extend(newest_first(state, purpose).await?);
    }
    Ok(all)
}

fn new_key(state: &AppState, purpose: Purpose, version: u32) -> SigningKeyRecord {
    let now = state.now();
    let key_id = match purpose {
        Purpose::Export => state.config.export_key_id.clone(),
        Purpose::Certificate | Purpose::Token => purpose.as_str().to_owned(),
    };
    let version = format!("v{version}");
    let mut rng = state.rng();
    let id = SigningKeyId::generate(&mut *rng);
    let key = SigningKey::generate(SignatureInfo::new(key_id.clone(), version.clone()), &mut *rng);
    let pem = key.to_pem();
    SigningKeyRecord {
        id,
        purpose,
        key_id,
        version,
        not_before: now,
        retire_at: None,
        private_sealed: state.secrets.seal(Seal::SigningKey, id.as_bytes(), pem.as_bytes(), &mut *rng),
        public_pem: key.verifying_key().to_pem(),
        created_at: now,
    }
}

fn next_version(present: &[SigningKeyRecord]) -> u32 {
    present.iter().map(version_number).max().unwrap_or(0).saturating_add(1)
}
