//! Officers' signing keys: asking to be let in, letting in, revoking. Which keys count is said by the log alone.

use super::entries::{entry, officer_tag};
use super::site;
use crate::error::ServerError;
use crate::passkeys::PasskeyError;
use crate::state::AppState;
use bluezone_domain::Timestamp;
use bluezone_domain::id::OfficerId;
use bluezone_domain::officer::Officer;
use bluezone_protocol::time::DAY_S;
use bluezone_store::{NewLogEntry, OfficerKeyRecord, PasskeyRecord, Signed};
use bluezone_transparency::entry::{Entry, Event, KeyChange, OfficerKeyChange};
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::officers::{OfficerRegister, OfficersError};
use bluezone_transparency::text::Line;
use bluezone_transparency::webauthn::{Assertion, OfficerKey, RelyingParty};
use thiserror::Error;

/// A key is good for so long; then its officer asks with a new one.
const VALID_S: i64 = 365 * DAY_S;
/// Why, in the public log.
const ACCOUNT_ENDED: &str = "Tài khoản đã ngừng hoạt động";
/// Most bytes of a signature's parts together, so that two and the rest fit into an envelope.
const LONGEST_ASSERTION: usize = 800;

/// Why a signature is not taken.
#[derive(Debug, Error)]
pub enum SignError {
    /// It does not count.
    #[error(transparent)]
    Officers(#[from] OfficersError),
    /// It is by another officer than the one who is signed in.
    #[error("the passkey belongs to another officer")]
    OtherOfficer,
    /// It is longer than passkeys make them.
    #[error("the passkey's answer is too long")]
    TooLong,
    /// Whoever signed first has no key any more that counts.
    #[error("the first signature does not count any more: begin anew")]
    FirstGone,
    /// Ours.
    #[error(transparent)]
    Server(#[from] ServerError),
}

impl From<bluezone_store::StoreError> for SignError {
    fn from(error: bluezone_store::StoreError) -> Self {
        match error {
            bluezone_store::StoreError::NotAllowed(_) => SignError::FirstGone,
            error => SignError::Server(error.into()),
        }
    }
}

/// The officers' keys that count, as all entries say that have a number.
pub async fn register(state: &AppState) -> Result<OfficerRegister, ServerError> {
    Ok(register_of(&state.store.officer_key_entries().await?, &site(state)))
}

fn register_of(entries: &[Vec<u8>], site: &RelyingParty) -> OfficerRegister {
    let mut register = OfficerRegister::default();
    for entry in entries.iter().filter_map(|bytes| Entry::parse(bytes).ok()) {
        // One that too few let in does not count, and is reported by whoever verifies the log.
        let _ = register.read(&entry, site);
    }
    register
}

/// Checks a signature of the officer who is signed in, with a key that counts.
pub fn check_own(
    state: &AppState,
    register: &OfficerRegister,
    officer: OfficerId,
    signature: &Assertion,
    challenge: &Hash,
    unit: Option<&Line>,
    time: Timestamp,
) -> Result<(), SignError> {
    let Assertion { authenticator_data, client_data, signature: der, .. } = signature;
    if authenticator_data.len() + client_data.len() + der.len() > LONGEST_ASSERTION {
        return Err(SignError::TooLong);
    }
    let by = register.check_one(signature, challenge, unit, time, &site(state))?;
    if by == officer_tag(officer) { Ok(()) } else { Err(SignError::OtherOfficer) }
}

/// A passkey of an officer asks to be let in. Returns the number of its log entry if it is one of the founding keys; any later
/// one waits for two officers' signatures.
pub async fn ask(
    state: &AppState,
    officer: &Officer,
    passkey: PasskeyRecord,
) -> Result<Option<u64>, ServerError> {
    let now = state.now();
    let key = OfficerKey::from_bytes(&passkey.public_key).ok_or(PasskeyError::Stored)?;
    let change = KeyChange::Add {
        officer: officer_tag(officer.id),
        unit: Line::new(&*officer.unit)?,
        key: key.clone(),
        from: now,
        until: now + VALID_S,
    };
    let record = OfficerKeyRecord {
        id: key.id().0,
        officer: officer.id,
        credential: passkey.credential_id,
        change: change.to_text(),
        asked_at: now,
        until: now + VALID_S,
        first_by: None,
        entry: None,
        revoked: None,
    };
    let site = site(state);
    let founding = |so_far: &[Vec<u8>]| {
        let founded = register_of(so_far, &site).is_founded();
        (!founded).then(|| key_entry(change.clone(), Vec::new(), now))
    };
    Ok(state.store.add_officer_key(&record, founding).await?)
}

/// The officer who is signed in lets a colleague's key in.
pub async fn let_in(
    state: &AppState,
    officer: OfficerId,
    record: &OfficerKeyRecord,
    signature: &Assertion,
) -> Result<Signed, SignError> {
    let (now, register) = (state.now(), register(state).await?);
    let change = KeyChange::parse(record.change.as_bytes()).map_err(ServerError::from)?;
    let challenge = change.challenge();
    check_own(state, &register, officer, signature, &challenge, None, now)?;
    let entry = |first: &str| {
        let signatures = vec![first.parse().ok()?, signature.clone()];
        register.check_two(&signatures, &challenge, None, now, &site(state)).ok()?;
        Some(key_entry(change.clone(), signatures, now))
    };
    Ok(state.store.sign_officer_key(record.id, officer, &signature.to_string(), entry).await?)
}

/// A key counts no more from the next log hour on; one that was never let in is forgotten. It needs nobody's signature: who
/// holds the server may take a key away, and never add one.
pub async fn take_away(state: &AppState, key: &OfficerKeyRecord, reason: &str) -> Result<(), ServerError> {
    if key.entry.is_none() {
        return Ok(state.store.drop_officer_key(key.id).await?);
    }
    let change = KeyChange::Revoke { key: Hash(key.id), reason: Line::new(reason)? };
    state.store.revoke_officer_key(key.id, &key_entry(change, Vec::new(), state.now())).await?;
    Ok(())
}

/// Takes away the keys of accounts that are disabled and of units that have ended.
pub async fn take_away_ended(state: &AppState) -> Result<(), ServerError> {
    for key in state.store.ended_officer_keys(state.now()).await? {
        take_away(state, &key, ACCOUNT_ENDED).await?;
    }
    Ok(())
}

fn key_entry(change: KeyChange, signatures: Vec<Assertion>, at: Timestamp) -> NewLogEntry {
    entry(Event::OfficerKey(OfficerKeyChange { change, signatures }), at)
}
