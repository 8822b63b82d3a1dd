//! What the server does by itself: publishing export files, and forgetting.
//!
//! Every job can be run again at any point: it picks up what is unfinished and does nothing twice. Leases keep several
//! servers from doing the same work at once; correctness does not depend on them.

mod export;
mod lease;
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
use lease::holding;
use rand::Rng;
use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

/// Name of the lease.
pub(crate) const LEASE: &str = "jobs";
/// As long as this another server waits when one dies.
const LEASE_S: i64 = 120;
/// However long a round takes.
const RENEW_EVERY: Duration = Duration::from_secs(30);
/// What warns comes first; what asks others, who may be slow, last.
const JOBS: [&str; 6] = ["export", "place_export", "files", "retention", "log", "opening"];
/// A round asks the keeper for so long, and ends with the answer that it then waits for.
const OPENING: Duration = Duration::from_secs(30);
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

/// The jobs of a round that failed, and why.
type Failures = Vec<(&'static str, ServerError)>;

/// Does what is due now, whoever else may be doing it. For simulations and tests; servers use [`run`].
///
/// # Errors
/// The first of those that jobs ended with. The others were done all the same.
pub async fn run_once(state: &AppState) -> Result<Done, ServerError> {
    let (done, failures) = every_job(state).await;
    match failures.into_iter().next() {
        Some((_, error)) => Err(error),
        None => Ok(done),
    }
}

/// Every job once, in the order of [`JOBS`]. What stops one does not stop the others.
async fn every_job(state: &AppState) -> (Done, Failures) {
    let mut failures = Vec::new();
    let published = counted(state, "export", export::run(state).await, &mut failures);
    let published_places = counted(state, "place_export", place_export::run(state).await, &mut failures);
    let deleted_files = counted(state, "files", retention::retire_files(state).await, &mut failures);
    let purged = counted(state, "retention", retention::run(state).await, &mut failures);
    let log_size = counted(state, "log", promise::log::run(state).await, &mut failures);
    let opened = counted(state, "opening", promise::opening::run(state, OPENING).await, &mut failures);
    (Done { published, published_places, deleted_files, log_size, opened, purged }, failures)
}

/// What a job did; nothing, if it failed.
fn counted<T: Default>(
    state: &AppState,
    job: &'static str,
    result: Result<T, ServerError>,
    failures: &mut Failures,
) -> T {
    state.operation.metrics.job(job, result.is_ok(), state.now());
    result.unwrap_or_else(|error| {
        failures.push((job, error));
        T::default()
    })
}

/// Does all of it, and computes plans beside it, until `shutdown`.
pub async fn run(state: AppState, shutdown: impl Future<Output = ()>) {
    let holder = {
        let mut bytes = [0; 8];
        state.rng().fill_bytes(&mut bytes);
        hex::encode(bytes)
    };
    state.operation.metrics.begin_jobs(&JOBS, state.now());
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
/// works. What fails is tried again, and logged when it begins to fail.
async fn chores(state: &AppState, holder: &str, shutdown: impl Future<Output = ()>) {
    let mut told = HashMap::new();
    tokio::pin!(shutdown);
    loop {
        let failures = match round(state, holder).await {
            Ok(Some((done, failures))) => {
                if let Some(name) = done.published {
                    tracing::info!(file = name, "published");
                }
                failures
            }
            Ok(None) => Vec::new(),
            Err(error) => vec![("round", error)],
        };
        tell(&failures, &mut told);
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
/// until then. The database's clock is the witness - PostgreSQL's; SQLite has none but this machine's, so there a start with a
/// clock that is ahead is believed.
async fn refuse_ahead_of_time(state: &AppState) -> Result<(), ServerError> {
    if state.clock.step().is_none() {
        return Ok(());
    }
    let ahead = state.now().0 - state.store.time().await?;
    if ahead > LEAP_S { Err(ServerError::AheadOfTime(ahead)) } else { Ok(()) }
}

/// Logs what was not told already, by job.
fn tell(failures: &Failures, told: &mut HashMap<&'static str, String>) {
    told.retain(|job, _| failures.iter().any(|(failed, _)| failed == job));
    for (job, error) in failures {
        let text = error.to_string();
        if told.get(job) == Some(&text) {
            continue;
        }
        match error {
            ServerError::NoSigningKey(_) => tracing::warn!(job, "nothing can be published yet: {text}"),
            _ => tracing::error!(job, error = text, "a job failed; it will be tried again"),
        }
        told.insert(job, text);
    }
}

/// `None`: another server has the lease.
async fn round(state: &AppState, holder: &str) -> Result<Option<(Done, Failures)>, ServerError> {
    let work = async {
        refuse_ahead_of_time(state).await?;
        Ok(every_job(state).await)
    };
    let times = (LEASE_S, RENEW_EVERY);
    holding(&state.store, (LEASE, holder), times, work).await?.transpose()
}
