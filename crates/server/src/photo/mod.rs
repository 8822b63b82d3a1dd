//! Photographs that people send. What a camera writes into them (where, when, with what, by whom) is gone before anything is
//! stored: see [`clean`].

mod clean;

pub use clean::{BadPhoto, CONTENT_TYPE, MOST_BYTES, Photo, clean};

use axum::body::Bytes;
use tokio::sync::Semaphore;

/// One at a time: a large picture takes 200 MB while it is open, and anybody may send one.
static OPEN: Semaphore = Semaphore::const_new(1);

/// [`clean`], away from the threads that answer requests.
///
/// # Errors
/// As [`clean`].
pub async fn received(bytes: Bytes) -> Result<Photo, BadPhoto> {
    let _permit = OPEN.acquire().await.map_err(|_| BadPhoto::NotAPhoto)?;
    // A decoder that gives up by a panic takes its thread's task with it and nothing else.
    tokio::task::spawn_blocking(move || clean(&bytes)).await.unwrap_or(Err(BadPhoto::NotAPhoto))
}
