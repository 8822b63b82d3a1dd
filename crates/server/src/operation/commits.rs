//! Whether the database takes what is written. A question is answered from memory, by a disk that is full and by a primary whose
//! commits wait for a replica that is gone; only a commit tells.

use bluezone_store::Store;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

/// How often one is made while somebody asks.
const EVERY: Duration = Duration::from_secs(10);
/// Longer than this and it counts as not taken.
const PATIENCE: Duration = Duration::from_secs(2);
/// A lease that nobody wants: a row that every process writes anew.
const LEASE: &str = "probe";

/// The last small commit of this process.
#[derive(Debug, Default)]
pub(super) struct Commits(Mutex<Option<Commit>>);

#[derive(Debug)]
enum Commit {
    /// One at a time, however long it takes: a second one would hold a second connection.
    UnderWay {
        since: Instant,
        made: JoinHandle<bool>,
    },
    Ended {
        at: Instant,
        taken: bool,
    },
}

impl Commits {
    /// Whether the last one was taken, which is made anew when it is some seconds old; and for how long it has been under way, if
    /// it is not.
    pub async fn taken(&self, store: &Store) -> (bool, Duration) {
        let mut last = self.0.lock().await;
        let (since, mut made) = match last.take() {
            Some(Commit::Ended { at, taken }) if at.elapsed() < EVERY => {
                *last = Some(Commit::Ended { at, taken });
                return (taken, Duration::ZERO);
            }
            Some(Commit::UnderWay { since, made }) => (since, made),
            _ => (Instant::now(), tokio::spawn(commit(store.clone()))),
        };
        // Whoever asks while one hangs does not wait for it again.
        let left = PATIENCE.saturating_sub(since.elapsed());
        match timeout(left, &mut made).await {
            Ok(taken) => {
                let taken = taken.unwrap_or(false);
                *last = Some(Commit::Ended { at: Instant::now(), taken });
                (taken, Duration::ZERO)
            }
            Err(_) => {
                *last = Some(Commit::UnderWay { since, made });
                (false, since.elapsed())
            }
        }
    }
}

async fn commit(store: Store) -> bool {
    let taken = store.acquire_lease(LEASE, "nobody", 0).await;
    taken.inspect_err(|error| tracing::warn!(%error, "the database does not take what is written")).is_ok()
}
