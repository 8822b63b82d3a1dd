//! Where photographs are made anew: a few at a time, and nobody waits there for long, since anybody may send one.

use super::clean::{BadPhoto, Photo, clean};
use axum::body::Bytes;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Forms with files that are taken in at once, each of at most 32 MiB.
const TRAYS: usize = 16;
/// A large picture takes 200 MB while it is open: one at a time.
const OPEN: usize = 1;
/// For how long a picture waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// The places for files on their way, and for pictures that are open.
pub struct Darkroom {
    trays: Arc<Semaphore>,
    open: Arc<Semaphore>,
    patience: Duration,
}

impl fmt::Debug for Darkroom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Darkroom(..)")
    }
}

impl Default for Darkroom {
    fn default() -> Self {
        Darkroom::new(TRAYS, OPEN, PATIENCE)
    }
}

/// Why there is no photograph.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum Undeveloped {
    /// The file is none.
    #[error(transparent)]
    Bad(#[from] BadPhoto),
    /// Others were before it for too long.
    #[error("too many pictures at once")]
    Busy,
}

impl Darkroom {
    /// With places for so many forms with files, and so many open pictures, each of which waits so long for its turn.
    pub fn new(trays: usize, open: usize, patience: Duration) -> Darkroom {
        Darkroom { trays: Arc::new(Semaphore::new(trays)), open: Arc::new(Semaphore::new(open)), patience }
    }

    /// A place for the files of one form, if one is free. It is given back when it is dropped.
    pub fn tray(&self) -> Option<OwnedSemaphorePermit> {
        self.trays.clone().try_acquire_owned().ok()
    }

    /// [`clean`], away from the threads that answer requests.
    ///
    /// # Errors
    /// [`Undeveloped`].
    pub async fn develop(&self, bytes: Bytes) -> Result<Photo, Undeveloped> {
        let turn = timeout(self.patience, self.open.clone().acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(Undeveloped::Busy) };
        // The turn ends with the work, also when whoever asked for it has gone. A decoder that gives up by a panic takes its
        // thread's task with it and nothing else.
        let work = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            clean(&bytes)
        });
        Ok(work.await.unwrap_or(Err(BadPhoto::NotAPhoto))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_waits_for_ever_and_places_come_back() {
        let full = Darkroom::new(1, 0, Duration::ZERO);
        assert_eq!(full.develop(Bytes::new()).await, Err(Undeveloped::Busy));
        let tray = full.tray().unwrap();
        assert!(full.tray().is_none());
        drop(tray);
        assert!(full.tray().is_some());
        let free = Darkroom::new(1, 1, Duration::ZERO);
        for _ in 0..2 {
            let none = free.develop(Bytes::from_static(b"none")).await;
            assert_eq!(none, Err(Undeveloped::Bad(BadPhoto::NotAPhoto)));
        }
    }
}
