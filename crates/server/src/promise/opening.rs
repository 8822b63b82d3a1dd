//! Opening what a person sent. An officer orders it with an entry in the log; once that is cosigned the keeper takes its layer
//! off, and the unit's key the inner one. There is no other way: the server has no key of the keeper's.

use super::entries::{entry, officer_tag};
use super::files::ObjectFiles;
use super::{log, requests, units};
use crate::error::ServerError;
use crate::secrets::Seal;
use crate::state::AppState;
use bluezone_domain::officer::Officer;
use bluezone_protocol::api::{decode_base64, encode_base64};
use bluezone_protocol::history::History;
use bluezone_protocol::time::DAY_S;
use bluezone_store::{StoreError, UploadInfo};
use bluezone_transparency::checkpoint::LogPolicy;
use bluezone_transparency::entry::{DataKind, Event, Opening, Scope, Terms};
use bluezone_transparency::log::CHECKPOINT_PATH;
use bluezone_transparency::merkle::TreeHead;
use bluezone_transparency::proof::LogProof;
use bluezone_transparency::seal::Upload;
use bluezone_transparency::storage::ReadFiles;
use bluezone_transparency::text::Line;
use bluezone_transparency::tiles::Tiles;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::Instant;

/// The keeper opens for so long after an order.
const VALID_S: i64 = 7 * DAY_S;
/// Days of which phones may send something.
const LOOK_BACK_S: i64 = 21 * DAY_S;
/// Uploads that one round opens at most.
const AT_ONCE: u32 = 50;

/// What the keeper said.
enum Said {
    /// What the unit's key opens.
    Stripped(Vec<u8>),
    /// No, by what it was shown; whoever wants it still orders anew.
    Refused(String),
    /// Not now.
    Later(String),
}

/// Orders an opening: the entry in the log, which says who, for which unit, on what basis and what for. What was sent in answer
/// to a request is opened on the request's terms. Returns the entry's number.
pub async fn order(
    state: &AppState,
    officer: &Officer,
    upload: &UploadInfo,
    basis: Line,
    purpose: Line,
) -> Result<u64, ServerError> {
    let now = state.now();
    if is_over(state, upload).await? {
        return Err(ServerError::OpeningOver);
    }
    let bytes = state.store.upload_bytes(upload.hash).await?.ok_or(StoreError::NotFound("the upload"))?;
    let sealed = Upload::parse(&bytes)?;
    let terms = match upload.request {
        Some(request) => {
            let request = state.store.request(request).await?.ok_or(StoreError::NotFound("the request"))?;
            requests::statement(&request)?.terms
        }
        None => Terms {
            unit: sealed.context().unit.clone(),
            basis,
            purpose,
            scope: Scope {
                from: upload.received_at - LOOK_BACK_S,
                until: upload.received_at + 1,
                kinds: BTreeSet::from([DataKind::Contacts, DataKind::IdentifierKeys]),
            },
            expires: now + VALID_S,
        },
    };
    let opening = Opening {
        terms,
        subject: sealed.context().subject,
        request: sealed.context().request,
        upload: sealed.hash(),
        officer: officer_tag(officer.id),
    };
    Ok(state.store.order_opening(upload.hash, &entry(Event::Opening(opening), now)).await?)
}

/// Whether it is too late to order an opening: the keeper opens an answer on the terms that its sender agreed to, which end with the
/// request, and an order reaches it after the next log hour. Never of what was sent unasked.
pub async fn is_over(state: &AppState, upload: &UploadInfo) -> Result<bool, ServerError> {
    let Some(request) = upload.request else { return Ok(false) };
    let request = state.store.request(request).await?;
    // A request that is no longer kept was over, or was taken back with the mailbox that it went to.
    Ok(request.is_none_or(|request| state.now() >= request.expires_at - 2 * state.config.promise.period_s))
}

/// What was opened of an upload; `None` while it is sealed, and after it was taken back.
pub async fn opened(state: &AppState, hash: [u8; 32]) -> Result<Option<History>, ServerError> {
    let Some(sealed) = state.store.opened_bytes(hash).await? else { return Ok(None) };
    let plain = state.secrets.open(Seal::Opened, &hash, &sealed)?;
    Ok(Some(History::from_bytes(&plain)?))
}

/// Opens what is ordered and stands in the published log, until `budget` is spent: a keeper may be slow, and the next round
/// goes on. Returns how many it opened.
pub async fn run(state: &AppState, budget: Duration) -> Result<usize, ServerError> {
    let began = Instant::now();
    let Some(keeper) = &state.config.promise.keeper else { return Ok(0) };
    let Some(kept) = state.store.log_state().await? else { return Ok(0) };
    let Ok(policy) = state.config.promise.policy(log::verifier(&kept)?) else { return Ok(0) };
    let mut opened = 0;
    for upload in state.store.uploads_to_open(kept.published_size, AT_ONCE).await? {
        match ask(state, &keeper.url, &policy, &upload).await? {
            Said::Stripped(stripped) => opened += usize::from(finish(state, &upload, &stripped).await?),
            Said::Refused(problem) => {
                tracing::warn!(problem, "the keeper refused to open an upload");
                state.store.refuse_opening(upload.hash, &problem).await?;
            }
            Said::Later(problem) => {
                tracing::warn!(problem, "the keeper did not open an upload yet; it is asked again");
                break;
            }
        }
        if began.elapsed() >= budget {
            break;
        }
    }
    Ok(opened)
}

/// Takes the unit's layer off and keeps what is inside, sealed for the database.
async fn finish(state: &AppState, upload: &UploadInfo, stripped: &[u8]) -> Result<bool, ServerError> {
    let Some(bytes) = state.store.upload_bytes(upload.hash).await? else { return Ok(false) };
    let sealed = Upload::parse(&bytes)?;
    let keys = units::private_keys(state, &upload.unit).await?;
    let Some(plain) = keys.iter().find_map(|key| sealed.open_stripped(stripped, key).ok()) else {
        state.store.refuse_opening(upload.hash, "it is not sealed to a key of this unit").await?;
        return Ok(false);
    };
    if let Err(error) = History::from_bytes(&plain) {
        state.store.refuse_opening(upload.hash, &error.to_string()).await?;
        return Ok(false);
    }
    let kept = state.secrets.seal(Seal::Opened, &upload.hash, &plain, &mut *state.rng());
    state.store.finish_opening(upload.hash, &kept, state.now()).await?;
    Ok(true)
}

async fn ask(
    state: &AppState,
    keeper: &str,
    policy: &LogPolicy,
    upload: &UploadInfo,
) -> Result<Said, ServerError> {
    use bluezone_store::OpeningState::Ordered;
    let Ordered { entry: index } = upload.state else { return Ok(Said::Later("nothing is ordered".into())) };
    let gone = || Said::Later("it was taken back".to_owned());
    let Some(bytes) = state.store.upload_bytes(upload.hash).await? else { return Ok(gone()) };
    let Some(entry) = state.store.log_entry(index).await? else { return Ok(gone()) };
    let statement = match upload.request {
        None => None,
        Some(hash) => match state.store.request(hash).await? {
            Some(request) => Some(request.statement),
            None => return Ok(Said::Refused("the request that it answers is gone".to_owned())),
        },
    };
    let (outside, files, now) = (state.outside.clone(), ObjectFiles::new(state), state.now());
    let (keeper, policy) = (keeper.to_owned(), policy.clone());
    let asked = spawn_blocking(move || {
        let later = |error: &dyn std::fmt::Display| Said::Later(error.to_string());
        let (status, latest) = outside.get(&format!("{keeper}/latest")).map_err(|error| later(&error))?;
        let latest: TreeHead =
            serde_json::from_slice(&latest).map_err(|_| later(&format!("GET /latest gave {status}")))?;
        let note = files.read(CHECKPOINT_PATH).map_err(|error| later(&error))?.unwrap_or_default();
        let checkpoint = policy.check(&note, now).map_err(|error| later(&error))?;
        let tiles = Tiles::new(&files, checkpoint.head().size);
        let inclusion = tiles.inclusion_proof(index).map_err(|error| later(&error))?;
        let consistency = tiles.consistency_proof(latest.size).map_err(|error| later(&error))?;
        let proof = LogProof { index, inclusion, checkpoint: checkpoint.note().to_owned() };
        let body = json!({
            "upload": encode_base64(&bytes), "entry": String::from_utf8_lossy(&entry), "statement": statement,
            "proof": proof.to_string(), "consistency": consistency,
        });
        let answer = outside.post(&format!("{keeper}/open"), "application/json", body.to_string().as_bytes());
        let (status, answer) = answer.map_err(|error| later(&error))?;
        Ok(read_answer(status, &answer))
    });
    // Both sides of the result are what the keeper said; the early one is always "later".
    Ok(asked.await.map_err(ServerError::BrokenOff)?.unwrap_or_else(|later| later))
}

fn read_answer(status: u16, answer: &[u8]) -> Said {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let error = || answer["error"].as_str().unwrap_or("it gives no reason").to_owned();
    match status {
        200 => match answer["stripped"].as_str().and_then(decode_base64) {
            Some(stripped) => Said::Stripped(stripped),
            None => Said::Later("its answer cannot be read".to_owned()),
        },
        400 | 403 => Said::Refused(error()),
        status => Said::Later(format!("status {status}: {}", error())),
    }
}
