//! The transparency log: making it, naming the units that phones can send to, and what phones pin.

use crate::error::ServerError;
use crate::promise::{log, site, units};
use crate::secrets::Seal;
use crate::state::AppState;
use bluezone_store::StoreError;
use bluezone_transparency::note::{SignatureKind, Signer, VerifierKey};
use bluezone_transparency::seal::PublicKey;
use bluezone_transparency::webauthn::RelyingParty;
use serde::Serialize;

/// What a phone pins of an authority's promise. As JSON it is what `bluezone admin log pins` prints.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Pins {
    /// The log's key; its name is the origin.
    pub log: VerifierKey,
    /// The witnesses' keys.
    pub witnesses: Vec<VerifierKey>,
    /// How many of them must have cosigned.
    pub quorum: usize,
    /// How old their word may be.
    pub max_age_s: i64,
    /// The keeper's key.
    pub keeper: Option<PublicKey>,
    /// The site of the officers' passkeys.
    pub site: RelyingParty,
}

/// Makes the log's key. Its origin is a URL without scheme, for ever.
///
/// # Errors
/// [`ServerError::LogExists`] if there is one.
pub async fn init(state: &AppState, origin: &str) -> Result<VerifierKey, ServerError> {
    let signer = Signer::generate(origin, SignatureKind::Ed25519, &mut *state.rng())?;
    let sealed = state.secrets.seal(Seal::LogKey, b"", signer.to_text().as_bytes(), &mut *state.rng());
    match state.store.create_log(&signer.verifier().to_string(), &sealed, state.now()).await {
        Ok(()) => Ok(signer.verifier().clone()),
        Err(StoreError::Conflict(_)) => Err(ServerError::LogExists),
        Err(error) => Err(error.into()),
    }
}

/// Gives a unit a key that phones seal to; a new one if it has one. Returns the number of the log entry that names it.
pub async fn add_unit(state: &AppState, code: &str, name: &str) -> Result<u64, ServerError> {
    units::add_key(state, code, name).await
}

/// What phones pin.
pub async fn pins(state: &AppState) -> Result<Pins, ServerError> {
    let kept = state.store.log_state().await?.ok_or(ServerError::NoLog)?;
    let promise = &state.config.promise;
    Ok(Pins {
        log: log::verifier(&kept)?,
        witnesses: promise.witnesses.iter().map(|witness| witness.key.clone()).collect(),
        quorum: promise.quorum,
        max_age_s: bluezone_transparency::checkpoint::LogPolicy::DEFAULT_MAX_AGE_S,
        keeper: promise.keeper.as_ref().map(|keeper| keeper.key),
        site: site(state),
    })
}
