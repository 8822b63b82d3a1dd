//! How the server itself fares: what it counts, how much it takes on at once, and whether it is about to stop. Nothing of it
//! outlives the process, and no answer depends on what another process holds here.

pub mod clock;
mod commits;
pub mod gates;
pub mod metrics;
pub mod probes;

pub use gates::{Class, Gates};
pub use metrics::Metrics;

use crate::config::Config;
use bluezone_protocol::time::Timestamp;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

/// One process's own state.
pub struct Operation {
    /// What it counts.
    pub metrics: Metrics,
    /// How much it takes on at once.
    pub gates: Gates,
    draining: AtomicBool,
    commits: commits::Commits,
    looked: tokio::sync::Mutex<Option<(tokio::time::Instant, probes::Looked)>>,
}

impl Operation {
    /// Of a process that starts `now`.
    pub fn new(config: &Config, now: Timestamp) -> Self {
        Operation {
            metrics: Metrics::new(now),
            gates: Gates::new(config.in_flight),
            draining: AtomicBool::new(false),
            commits: commits::Commits::default(),
            looked: tokio::sync::Mutex::default(),
        }
    }

    /// From now on `/readyz` says that this process takes no new work, while it still answers what comes.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether [`Operation::drain`] was called.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation").field("draining", &self.is_draining()).finish_non_exhaustive()
    }
}
