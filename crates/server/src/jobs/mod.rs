//! What the server does by itself: publishing export files, and forgetting.
//!
//! Every job can be run again at any point: it picks up what is unfinished and does nothing twice. Leases keep several
//! servers from doing the same work at once; correctness does not depend on them.

mod export;
pub mod padding;
pub(crate) mod place_export;
mod retention;

pub(crate) use export::write_index;
pub use retention::purge;

use crate::error::ServerError;
use crate::operation::clock::LEAP_S;
use crate::planning;
use crate::promise;
use crate::state::AppState;
use bluezone_store::Purged;
use rand::Rng;
use std::future::Future;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

/// Name of the lease.
pub(crate) const LEASE: &str = "jobs";
/// Longer than a round of jobs takes; as long as this another server waits when one dies.
const LEASE_S: i64 = 120;
/// How often the runner looks whether there is something to do.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// What one round did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Done {
    /// Name of the file that was published, if a period was over.
    pub published: Option<String>,
    /// Name of the file of place warnings that was published, if a period was over.
    pub published_places: Option<String>,
    /// Files that were deleted.
    pub deleted_files: usize,
    /// Entries of the log's checkpoint, if it was published anew.
    pub log_size: Option<u64>,
    /// Uploads that were opened.
    pub opened: usize,
    /// Rows that were deleted.
    pub purged: Purged,
}

/// Does what is due now, whoever else may be doing it. For simulations and tests; servers use [`run`].
pub async fn run_once(state: &AppState) -> Result<Done, ServerError> {
    // First, and what stops it does not stop the warnings.
    let log_size = counted(state, "log", promise::log::run(state).await);
    let opened = counted(state, "opening", promise::opening::run(state).await);
    let published = counted(state, "export", export::run(state).await)?;
    let published_places = counted(state, "place_export", place_export::run(state).await)?;
    let deleted_files = counted(state, "files", retention::retire_files(state).await)?;
    let purged = counted(state, "retention", retention::purge(state).await)?;
    Ok(Done { published, published_places, deleted_files, log_size: log_size?, opened: opened?, purged })
}

fn counted<T>(state: &AppState, job: &'static str, result: Result<T, ServerError>) -> Result<T, ServerError> {
    state.operation.metrics.job(job, result.is_ok(), state.now());
    result
}

/// Does all of it, and computes plans beside it, until `shutdown`.
pub async fn run(state: AppState, shutdown: impl Future<Output = ()>) {
    let holder = {
        let mut bytes = [0; 8];
        state.rng().fill_bytes(&mut bytes);
        hex::encode(bytes)
    };
    let (stop, stopped) = watch::channel(());
    let until = |mut stopped: watch::Receiver<()>| async move {
        // An error means that the sender is gone, which ends things too.
        let _ = stopped.changed().await;
    };
    let chores = chores(&state, &holder, until(stopped.clone()));
    let plans = planning::job::run(&state, &holder, until(stopped));
    let shutdown = async {
        shutdown.await;
        stop.send_replace(());
    };
    tokio::join!(shutdown, chores, plans);
}

/// Looks every few seconds, until `shutdown`; a round that has begun is finished. Only the server that holds the lease
/// works. An error is logged once and the job tried again.
async fn chores(state: &AppState, holder: &str, shutdown: impl Future<Output = ()>) {
    let mut last_error = String::new();
    tokio::pin!(shutdown);
    loop {
        match round(state, holder).await {
            Ok(done) => {
                last_error.clear();
                if let Some(name) = done.and_then(|done| done.published) {
                    tracing::info!(file = name, "published");
                }
            }
            Err(error) => {
                let text = error.to_string();
                if text == last_error {
                } else if let ServerError::NoSigningKey(_) = error {
                    tracing::warn!("nothing can be published yet: {text}");
                } else {
                    tracing::error!(error = text, "a job failed; it will be tried again");
                }
                last_error = text;
            }
        }
        tokio::select! {
            () = &mut shutdown => break,
            () = sleep(LOOK_EVERY) => {}
        }
    }
    if let Err(error) = state.store.release_lease(LEASE, holder).await {
        tracing::warn!(%error, "the lease of the jobs runs until it expires");
    }
}

/// A clock that is ahead would delete what has time left, and name a file whose period is still to come: nothing could be published
/// until then. The database's clock is the witness.
async fn refuse_ahead_of_time(state: &AppState) -> Result<(), ServerError> {
    if state.clock.step().is_none() {
        return Ok(());
    }
    let ahead = state.now().0 - state.store.time().await?;
    if ahead > LEAP_S { Err(ServerError::AheadOfTime(ahead)) } else { Ok(()) }
}

/// `None`: another server has the lease.
async fn round(state: &AppState, holder: &str) -> Result<Option<Done>, ServerError> {
    if state.store.acquire_lease(LEASE, holder, LEASE_S).await? {
        refuse_ahead_of_time(state).await?;
        run_once(state).await.map(Some)
    } else {
        Ok(None)
    }
}
