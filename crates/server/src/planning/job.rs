//! The job that computes plans, one at a time over all servers. A server that ends in the middle of one goes on with it when it is
//! back; another one begins it anew.

use super::ComputeError;
use super::compute::{Files, compute, discard};
use crate::error::ServerError;
use crate::state::AppState;
use bluezone_domain::outbreak_plan::{OutbreakPlan, Runs, State};
use bluezone_planner::plan::Progress;
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::sleep;

/// Name of the lease.
const LEASE: &str = "plans";
/// As long as this another server waits when one dies.
const LEASE_S: i64 = 60;
/// How often is looked whether somebody asked for a plan.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How often is told how far one is, and looked whether it is still wanted.
const TELL_EVERY: Duration = Duration::from_secs(2);

/// Computes what is asked for, until `shutdown`.
pub async fn run(state: &AppState, holder: &str, shutdown: impl Future<Output = ()>) {
    let work = async {
        let mut last_error = String::new();
        loop {
            match next(state, holder).await {
                Ok(true) => continue,
                Ok(false) => last_error.clear(),
                Err(error) => {
                    let text = error.to_string();
                    if text != last_error {
                        tracing::error!(error = text, "plans cannot be computed; it will be tried again");
                    }
                    last_error = text;
                }
            }
            sleep(LOOK_EVERY).await;
        }
    };
    // What is under way ends with the process, and goes on after it.
    tokio::select! {
        () = shutdown => {}
        () = work => {}
    }
    if let Err(error) = state.store.release_lease(LEASE, holder).await {
        tracing::warn!(%error, "the lease of the plans runs until it expires");
    }
}

/// Computes the plan whose turn it is. `false`: there is none, or another server has the lease.
pub async fn next(state: &AppState, holder: &str) -> Result<bool, ServerError> {
    let store = &state.store;
    if !store.acquire_lease(LEASE, holder, LEASE_S).await? {
        return Ok(false);
    }
    let Some(plan) = store.next_outbreak_plan().await? else { return Ok(false) };
    let id = plan.id;
    if !store.begin_outbreak_plan(id, state.now()).await? {
        return Ok(true);
    }
    tracing::info!(plan = %id, "a plan is computed");
    let folder = state.plans.join(id.to_string());
    let progress = Arc::new(Mutex::new(Runs::default()));
    let mut finished = start(plan, folder.clone(), Arc::clone(&progress));
    let outcome = loop {
        tokio::select! {
            outcome = &mut finished => break outcome.unwrap_or(Err(ComputeError::Panicked)),
            () = sleep(TELL_EVERY) => {
                let runs = *progress.lock().unwrap_or_else(PoisonError::into_inner);
                let lease = store.acquire_lease(LEASE, holder, LEASE_S).await.map(drop);
                match lease.and(store.note_outbreak_runs(id, runs).await) {
                    Ok(true) => {}
                    Ok(false) => {
                        tracing::info!(plan = %id, "nobody wants the plan any more");
                        discard(&folder);
                    }
                    Err(error) => tracing::warn!(%error, "how far a plan is cannot be noted"),
                }
            }
        }
    };
    match outcome {
        Ok(files) => {
            let runs = *progress.lock().unwrap_or_else(PoisonError::into_inner);
            store.note_outbreak_runs(id, runs).await?;
            store.end_outbreak_plan(id, State::Done, &files, state.now()).await?;
        }
        Err(error) => {
            if store.outbreak_plan(id).await?.is_some_and(|plan| plan.state == State::Running) {
                tracing::error!(plan = %id, %error, "a plan broke off");
            }
            store.end_outbreak_plan(id, State::Failed, &[], state.now()).await?;
        }
    }
    discard(&folder);
    Ok(true)
}

/// A thread of its own: one of the runtime's would hold up the end of the program.
fn start(
    plan: OutbreakPlan,
    folder: PathBuf,
    progress: Arc<Mutex<Runs>>,
) -> oneshot::Receiver<Result<Files, ComputeError>> {
    let (sender, receiver) = oneshot::channel();
    let tell = move |Progress { done, found, of }: Progress| {
        let count = |runs: usize| u32::try_from(runs).unwrap_or(u32::MAX);
        let mut runs = progress.lock().unwrap_or_else(PoisonError::into_inner);
        // Threads tell in any order.
        *runs = Runs { done: count(done).max(runs.done), found: count(found), of: count(of) };
    };
    let sender = Arc::new(Mutex::new(Some(sender)));
    let answer = Arc::clone(&sender);
    let answer = move |outcome| {
        let sender = answer.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Nobody waits any more if the server stops.
        drop(sender.map(|sender| sender.send(outcome)));
    };
    let again = answer.clone();
    let thread = std::thread::Builder::new().name("plan".to_owned());
    if let Err(error) = thread.spawn(move || answer(compute(&plan, &folder, tell))) {
        again(Err(ComputeError::Thread(error)));
    }
    receiver
}
