//! Signing keys as they are used: found in the store, opened with the master key.

use crate::error::ServerError;
use crate::secrets::{Seal, SecretsError};
use crate::state::AppState;
use crate::tokens::{self, Claims, TokenError};
use bluezone_protocol::export::{SignatureInfo, SigningKey};
use bluezone_protocol::time::Timestamp;
use bluezone_store::{Purpose, SigningKeyRecord};
use std::cmp::Reverse;
use zeroize::Zeroizing;

/// The keys of a purpose, retired ones too, newest first: by the time they begin to sign, and where that is the same second,
/// by version.
pub async fn newest_first(state: &AppState, purpose: Purpose) -> Result<Vec<SigningKeyRecord>, ServerError> {
    let mut records = state.store.signing_keys(purpose).await?;
    records.sort_by_key(|record| Reverse((record.not_before, version_number(record))));
    Ok(records)
}

/// The number in `v1`, `v2`, …; 0 for a version of another form.
pub fn version_number(record: &SigningKeyRecord) -> u32 {
    record.version.strip_prefix('v').and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// How a token or certificate names the key that signed it.
pub fn kid(record: &SigningKeyRecord) -> String {
    format!("{}-{}", record.key_id, record.version)
}

/// Whether a key signs at this time. A retired key goes on until its time: what it signed meanwhile is believed as long.
pub fn is_current(record: &SigningKeyRecord, at: Timestamp) -> bool {
    record.not_before <= at && record.retire_at.is_none_or(|retire_at| at < retire_at)
}

/// The private half of a key, PKCS#8 PEM.
fn open(state: &AppState, record: &SigningKeyRecord) -> Result<Zeroizing<String>, ServerError> {
    let pem = state.secrets.open(Seal::SigningKey, record.id.as_bytes(), &record.private_sealed)?;
    let pem = std::str::from_utf8(&pem).map_err(|_| SecretsError::DoesNotOpen)?;
    Ok(Zeroizing::new(pem.to_owned()))
}

/// Signs claims with the newest current key of the purpose.
pub async fn sign_claims(
    state: &AppState,
    purpose: Purpose,
    claims: &impl Claims,
    now: Timestamp,
) -> Result<String, ServerError> {
    let records = newest_first(state, purpose).await?;
    let record =
        records.iter().find(|record| is_current(record, now)).ok_or(ServerError::NoSigningKey(purpose))?;
    Ok(tokens::sign(claims, &kid(record), &open(state, record)?)?)
}

/// Reads and checks what [`sign_claims`] made. `Ok(Err(_))`: not acceptable.
pub async fn verify_claims<C: Claims>(
    state: &AppState,
    purpose: Purpose,
    token: &str,
    audience: &str,
    now: Timestamp,
) -> Result<Result<C, TokenError>, ServerError> {
    let untrusted = match tokens::parse_untrusted(token) {
        Ok(untrusted) => untrusted,
        Err(error) => return Ok(Err(error)),
    };
    let records = state.store.signing_keys(purpose).await?;
    let Some(record) = records.iter().find(|record| kid(record) == untrusted.kid && is_current(record, now))
    else {
        return Ok(Err(TokenError::Untrusted));
    };
    Ok(tokens::verify(token, &record.public_pem, &state.config.issuer, audience, now))
}

/// Every key that signs a batch that ended at `end`, newest first: at a rotation the old and the new one.
///
/// The answer depends on the records and `end` alone, and a batch is opened at `end` or later: so a rotation after it was
/// opened, even in the same second, changes nothing, and a rerun gives the same bytes. A first key made after the end signs
/// too, rather than leave the batch without a signature.
pub async fn export_signers(state: &AppState, end: Timestamp) -> Result<Vec<SigningKey>, ServerError> {
    let records = newest_first(state, Purpose::Export).await?;
    let signed = |record: &&SigningKeyRecord| {
        record.not_before < end && record.retire_at.is_none_or(|retire_at| end <= retire_at)
    };
    let mut chosen: Vec<&SigningKeyRecord> = records.iter().filter(signed).collect();
    if chosen.is_empty() {
        // Of two made in one second the older version: it was there first.
        chosen.extend(records.iter().rev().filter(|r| r.not_before >= end).min_by_key(|r| r.not_before));
    }
    if chosen.is_empty() {
        return Err(ServerError::NoSigningKey(Purpose::Export));
    }
    let signer = |record: &SigningKeyRecord| {
        let info = SignatureInfo::new(record.key_id.clone(), record.version.clone());
        Ok(SigningKey::from_pem(info, &open(state, record)?)?)
    };
    chosen.into_iter().map(signer).collect()
}
