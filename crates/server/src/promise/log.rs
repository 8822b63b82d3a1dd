//! The log's job: once a period new entries go into its files, the witnesses cosign its head, and the checkpoint is published
//! with the files that go with it - also when nothing is new, because phones believe no checkpoint that is a day old.
//!
//! Entries have their numbers from the database, so whoever runs this, and however often after a crash, writes the same bytes.
//! The lease of the jobs keeps two servers from doing it at once; if they do, the slower one may set `head` back to a smaller
//! tree of the same entries, which the next round mends. No witness cosigns it, so it is never published.

use super::config::WitnessConfig;
use super::files::ObjectFiles;
use super::outside::Outside;
use super::{officers, requests, units};
use crate::admin::set_back::{LogAhead, SetBack};
use crate::error::ServerError;
use crate::secrets::{Seal, SecretsError};
use crate::state::AppState;
use bluezone_protocol::time::Timestamp;
use bluezone_store::LogState;
use bluezone_transparency::checkpoint::{CosignedCheckpoint, LogPolicy};
use bluezone_transparency::log::{Log, LogError, with_cosignatures};
use bluezone_transparency::note::{Note, Signer, VerifierKey};
use bluezone_transparency::witness::AddCheckpoint;
use std::sync::Arc;
use std::thread;
use thiserror::Error;
use tokio::task::spawn_blocking;

/// Entries that are put into the files at once.
const AT_ONCE: u32 = 1000;

/// The log with its files, to write to.
type ServerLog = Log<ObjectFiles>;

/// Does what is due. Returns the size of the checkpoint that was published, if one was.
pub async fn run(state: &AppState) -> Result<Option<u64>, ServerError> {
    let Some(kept) = state.store.log_state().await? else { return Ok(None) };
    if kept.ended_at.is_some() {
        return Ok(None);
    }
    let (now, period_s) = (state.now(), state.config.promise.period_s);
    let is_due = |last: Timestamp| now.0.div_euclid(period_s) > last.0.div_euclid(period_s);
    if !is_due(kept.batch_at) && !is_due(kept.published_at) {
        return Ok(None);
    }
    let (mut log, ahead) = ahead(state, open(state, &kept).await?).await?;
    if let Some(ahead) = ahead {
        return Err(set_back(ahead));
    }
    if is_due(kept.batch_at) {
        officers::take_away_ended(state).await?;
        state.store.anchor_audit(|chain| super::entries::audit(chain, now)).await?;
        log = append_new(state, log).await?;
        state.store.note_batch(now).await?;
    }
    // Without witnesses there is a head, which nobody believes, and no checkpoint.
    let Ok(policy) = state.config.promise.policy(verifier(&kept)?) else { return Ok(None) };
    if !is_due(kept.published_at) {
        return Ok(None);
    }
    let (log, checkpoint) = cosign(state, log, policy, kept.published_size).await?;
    let size = checkpoint.head().size;
    let signer = signer(state, &kept)?;
    requests::publish(state, &log, &checkpoint, &signer).await?;
    units::publish(state, size, &signer).await?;
    state.store.note_published(now, size).await?;
    Ok(Some(size))
}

/// The log's private key.
pub fn signer(state: &AppState, kept: &LogState) -> Result<Signer, ServerError> {
    let text = state.secrets.open(Seal::LogKey, b"", &kept.key_sealed)?;
    let text = std::str::from_utf8(&text).map_err(|_| SecretsError::DoesNotOpen)?;
    Ok(Signer::from_text(text)?)
}

/// The log's public key.
pub fn verifier(kept: &LogState) -> Result<VerifierKey, ServerError> {
    Ok(kept.verifier.parse()?)
}

/// Opens the log's files.
pub async fn open(state: &AppState, kept: &LogState) -> Result<Arc<ServerLog>, ServerError> {
    let (files, signer) = (ObjectFiles::new(state), signer(state, kept)?);
    blocking(move || Log::open(files, signer)).await.map(Arc::new)
}

/// Whether the files hold entries that the database does not, or others at the end of what both have.
pub async fn ahead(
    state: &AppState,
    log: Arc<ServerLog>,
) -> Result<(Arc<ServerLog>, Option<LogAhead>), ServerError> {
    let (kept, published) = (state.store.log_size().await?, log.head().size);
    let ahead = Some(LogAhead { published, kept });
    let Some(last) = published.checked_sub(1) else { return Ok((log, None)) };
    let Some(ours) = state.store.log_entry(last).await? else { return Ok((log, ahead)) };
    let read = move || {
        let there = log.tiles().entries(last..published).map_err(LogError::from)?;
        Ok((log, there))
    };
    let (log, there) = blocking(read).await?;
    let same = there.first().is_some_and(|there| *there == ours);
    Ok((log, if same { None } else { ahead }))
}

fn set_back(ahead: LogAhead) -> ServerError {
    ServerError::SetBack(Box::new(SetBack { log: Some(ahead), ..SetBack::default() }))
}

async fn append_new(state: &AppState, log: Arc<ServerLog>) -> Result<Arc<ServerLog>, ServerError> {
    let mut log = Arc::into_inner(log).expect("nobody else holds it yet");
    loop {
        let entries = state.store.log_entries(log.head().size, AT_ONCE).await?;
        if entries.is_empty() {
            return Ok(Arc::new(log));
        }
        log = blocking(move || log.append(&entries).map(|_| log)).await?;
    }
}

/// Has the head cosigned, and publishes it as the checkpoint.
async fn cosign(
    state: &AppState,
    log: Arc<ServerLog>,
    policy: LogPolicy,
    published: u64,
) -> Result<(Arc<ServerLog>, CosignedCheckpoint), ServerError> {
    let (outside, config, now) = (state.outside.clone(), state.config.clone(), state.now());
    spawn_blocking(move || {
        let (mut lines, mut seen) = (Vec::new(), 0);
        let witnesses = &config.promise.witnesses;
        for (witness, answer) in witnesses.iter().zip(ask_all(&*outside, witnesses, &log, published)) {
            match answer {
                Ok(line) => lines.push(line),
                Err(problem) => {
                    tracing::warn!(witness = witness.url, %problem, "a witness did not cosign");
                    if let Refusal::HasSeen(size) = problem {
                        seen = seen.max(size);
                    }
                }
            }
        }
        let note =
            with_cosignatures(&log.signed_head(), policy.witnesses(), lines.iter().map(String::as_str));
        let checkpoint = match policy.check(note.as_bytes(), now) {
            Ok(checkpoint) => checkpoint,
            // One that says so cannot stop the others: only when they are too few it is why.
            Err(_) if seen > log.head().size => {
                return Err(set_back(LogAhead { published: seen, kept: log.head().size }));
            }
            Err(error) => return Err(error.into()),
        };
        log.publish(&checkpoint)?;
        Ok((log, checkpoint))
    })
    .await
    .map_err(ServerError::BrokenOff)?
}

/// Why a witness did not cosign.
#[derive(Debug, Error)]
enum Refusal {
    /// More entries than the log has.
    #[error("it has seen {0} entries, more than there are: is this an old copy?")]
    HasSeen(u64),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl From<String> for Refusal {
    fn from(problem: String) -> Self {
        Refusal::Other(problem)
    }
}

/// Asks all witnesses at once: together they take no longer than the slowest.
fn ask_all(
    outside: &dyn Outside,
    witnesses: &[WitnessConfig],
    log: &ServerLog,
    published: u64,
) -> Vec<Result<String, Refusal>> {
    thread::scope(|scope| {
        let asked: Vec<_> = witnesses
            .iter()
            .map(|witness| scope.spawn(|| ask(outside, &witness.url, log, published)))
            .collect();
        let broken = |_| Err("asking it broke off".to_owned().into());
        asked.into_iter().map(|asked| asked.join().unwrap_or_else(broken)).collect()
    })
}

/// Asks one witness; if it remembers another size than we believe, once more with the proof from there.
fn ask(outside: &dyn Outside, url: &str, log: &ServerLog, published: u64) -> Result<String, Refusal> {
    let url = format!("{url}/add-checkpoint");
    let mut old_size = published.min(log.head().size);
    for _ in 0..2 {
        let consistency = log.tiles().consistency_proof(old_size).map_err(|error| error.to_string())?;
        let note = Note::parse(log.signed_head().as_bytes()).map_err(|error| error.to_string())?;
        let body = AddCheckpoint { old_size, consistency, note }.to_text();
        let (status, answer) =
            outside.post(&url, "text/plain", body.as_bytes()).map_err(|error| error.to_string())?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        match status {
            200 => return Ok(answer),
            409 => {
                let size = answer.trim().parse().map_err(|_| "it says a conflict and no size".to_owned())?;
                if size > log.head().size {
                    return Err(Refusal::HasSeen(size));
                }
                old_size = size;
            }
            status => return Err(format!("status {status}").into()),
        }
    }
    Err("it does not stay at one size".to_owned().into())
}

/// Runs what waits for files beside the runtime.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LogError> + Send + 'static,
) -> Result<T, ServerError> {
    Ok(spawn_blocking(work).await.map_err(ServerError::BrokenOff)??)
}
