//! Asking somebody for their contact history: an officer writes it, two sign it with their passkeys, the log holds it, and the
//! file that every phone downloads carries it to one of them. No answer is simply no answer.

use super::entries::entry;
use super::files::{ObjectFiles, object_path};
use super::officers::{self, SignError};
use super::site;
use crate::error::ServerError;
use crate::secrets::{Seal, SecretsError};
use crate::state::AppState;
use bluezone_domain::officer::Officer;
use bluezone_protocol::time::DAY_S;
use bluezone_store::{MailboxInfo, ReleaseRequest, Signed};
use bluezone_transparency::checkpoint::CosignedCheckpoint;
use bluezone_transparency::entry::{DataKind, Entry, Event, Scope, Terms};
use bluezone_transparency::log::Log;
use bluezone_transparency::note::Signer;
use bluezone_transparency::release::{
    Details, MAX_LOOK_BACK_S, MAX_VALIDITY_S, OutgoingRequest, RequestId, SignedStatement, Statement,
    write_requests_file,
};
use bluezone_transparency::seal::{PublicKey, seal};
use bluezone_transparency::subject::SubjectHandle;
use bluezone_transparency::text::Line;
use bluezone_transparency::webauthn::Assertion;
use object_store::ObjectStoreExt;
use std::collections::BTreeSet;
use std::sync::Arc;
use thiserror::Error;
use tokio::task::spawn_blocking;

/// The file's name beside the log.
pub const REQUESTS_PATH: &str = "requests";
/// Most days that a request may look back.
pub const MOST_DAYS: i64 = MAX_LOOK_BACK_S / DAY_S;
/// Most days that it may stay open.
pub const MOST_OPEN_DAYS: i64 = MAX_VALIDITY_S / DAY_S;

/// What an officer asks. `Debug` shows nothing: the details are for one person.
#[derive(Clone)]
pub struct Draft {
    /// Law and article.
    pub basis: Line,
    /// What for.
    pub purpose: Line,
    /// What only the person who is asked is told.
    pub details: Line,
    /// Which data.
    pub kinds: BTreeSet<DataKind>,
    /// Of how many days back, 1 to [`MOST_DAYS`].
    pub days: i64,
    /// For how many days it can be answered, 1 to [`MOST_OPEN_DAYS`].
    pub open_days: i64,
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Draft(..)")
    }
}

/// Why a request cannot be made.
#[derive(Debug, Error)]
pub enum DraftError {
    /// The phone's key.
    #[error("nothing can be sealed to the key that this phone left")]
    BadMailbox,
    /// The unit has no key that the log knows.
    #[error(
        "this unit has no key yet that an answer can be sealed to: ask the operator for `bluezone admin log unit`"
    )]
    NoUnitKey,
    /// Ours.
    #[error(transparent)]
    Server(#[from] ServerError),
}

impl From<bluezone_store::StoreError> for DraftError {
    fn from(error: bluezone_store::StoreError) -> Self {
        DraftError::Server(error.into())
    }
}

/// Writes a request that two officers have yet to sign. Returns the hash of its statement.
pub async fn write(
    state: &AppState,
    officer: &Officer,
    mailbox: &MailboxInfo,
    draft: &Draft,
) -> Result<[u8; 32], DraftError> {
    let now = state.now();
    let phone = PublicKey::from_bytes(mailbox.request_key);
    // One such key would keep the file from being written for everybody.
    seal(&phone, b"", b"", b"", &mut state.rng()).map_err(|_| DraftError::BadMailbox)?;
    let size = state.store.log_state().await?.map_or(0, |log| log.published_size);
    let units = state.store.unit_keys(size).await?;
    let unit = units.iter().find(|unit| unit.unit == officer.unit).ok_or(DraftError::NoUnitKey)?;
    let details = Details::new(draft.details.clone(), &mut *state.rng());
    let statement = Statement {
        id: RequestId::generate(&mut *state.rng()),
        terms: Terms {
            unit: Line::new(&*officer.unit).map_err(ServerError::from)?,
            basis: draft.basis.clone(),
            purpose: draft.purpose.clone(),
            scope: Scope { from: now - draft.days * DAY_S, until: now, kinds: draft.kinds.clone() },
            expires: now + draft.open_days * DAY_S,
        },
        issued: now,
        unit_key: PublicKey::from_bytes(unit.public),
        subject: handle(state, mailbox)?.commit(&mut *state.rng()),
        details: details.commitment(),
    };
    let hash = statement.hash().0;
    let plain = [&details.salt[..], details.text.as_str().as_bytes()].concat();
    let request = ReleaseRequest {
        hash,
        statement: statement.to_text(),
        unit: officer.unit.clone(),
        mailbox: mailbox.request_key,
        details_sealed: state.secrets.seal(Seal::Details, &hash, &plain, &mut *state.rng()),
        made_by: officer.id,
        made_at: now,
        expires_at: statement.terms.expires,
        first_by: None,
        second_by: None,
        entry: None,
    };
    state.store.create_request(&request).await?;
    Ok(hash)
}

/// The officer who is signed in signs a request. The second signature puts it into the log.
pub async fn sign(
    state: &AppState,
    officer: &Officer,
    request: &ReleaseRequest,
    signature: &Assertion,
) -> Result<Signed, SignError> {
    let statement = statement(request)?;
    if state.now() >= statement.terms.expires {
        return Err(SignError::Over);
    }
    let hash = statement.hash();
    let (unit, issued) = (Some(&statement.terms.unit), statement.issued);
    let register = officers::register(state).await?;
    officers::check_own(state, &register, officer.id, signature, &hash, unit, issued)?;
    let now = state.now();
    let logged = |first: &str| {
        let signatures = vec![first.parse().ok()?, signature.clone()];
        register.check_two(&signatures, &hash, unit, issued, &site(state)).ok()?;
        Some(entry(Event::Request(SignedStatement { statement: statement.clone(), signatures }), now))
    };
    Ok(state.store.sign_request(request.hash, officer.id, &signature.to_string(), logged).await?)
}

/// The statement of a request.
pub fn statement(request: &ReleaseRequest) -> Result<Statement, ServerError> {
    Ok(Statement::parse(request.statement.as_bytes())?)
}

/// What the person who is asked is told.
pub fn details(state: &AppState, request: &ReleaseRequest) -> Result<Details, ServerError> {
    let plain = state.secrets.open(Seal::Details, &request.hash, &request.details_sealed)?;
    let (salt, text) = plain.split_first_chunk().ok_or(SecretsError::DoesNotOpen)?;
    let text = std::str::from_utf8(text).map_err(|_| SecretsError::DoesNotOpen)?;
    Ok(Details { salt: *salt, text: Line::new(text)? })
}

/// By what a phone recognises itself in the log.
pub fn handle(state: &AppState, mailbox: &MailboxInfo) -> Result<SubjectHandle, ServerError> {
    let plain = state.secrets.open(Seal::Handle, &mailbox.request_key, &mailbox.handle_sealed)?;
    let bytes = (&plain[..]).try_into().map_err(|_| SecretsError::DoesNotOpen)?;
    Ok(SubjectHandle::from_bytes(bytes))
}

/// Writes the file for a checkpoint: every request that stands in it and is not over.
pub(super) async fn publish(
    state: &AppState,
    log: &Arc<Log<ObjectFiles>>,
    checkpoint: &CosignedCheckpoint,
    signer: &Signer,
) -> Result<(), ServerError> {
    let now = state.now();
    let mut waiting = Vec::new();
    for request in state.store.requests_to_send(checkpoint.head().size, now).await? {
        let Some(index) = request.entry else { continue };
        let Some(bytes) = state.store.log_entry(index).await? else { continue };
        waiting.push((index, Entry::parse(&bytes)?, request.mailbox, details(state, &request)?));
    }
    let (log, checkpoint, signer, mut rng) = (log.clone(), checkpoint.clone(), signer.clone(), state.rng());
    let file = spawn_blocking(move || {
        let tiles = log.tiles();
        let requests = waiting.into_iter().map(|(index, entry, to, details)| {
            let inclusion =
                tiles.inclusion_proof(index).map_err(bluezone_transparency::log::LogError::from)?;
            Ok(OutgoingRequest { to: PublicKey::from_bytes(to), entry, index, inclusion, details })
        });
        let requests = requests.collect::<Result<Vec<_>, ServerError>>()?;
        Ok::<_, ServerError>(write_requests_file(&checkpoint, &requests, &signer, now, &mut rng)?)
    })
    .await
    .map_err(ServerError::BrokenOff)??;
    state.objects.put(&object_path(REQUESTS_PATH), file.into_bytes().into()).await?;
    state.hot.forget(&object_path(REQUESTS_PATH));
    Ok(())
}
