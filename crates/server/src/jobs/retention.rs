//! Forgetting what is no longer needed.

use super::export::write_index;
use crate::error::ServerError;
use crate::published::object_path;
use crate::state::AppState;
use bluezone_domain::publication::Stream;
use bluezone_protocol::time::DAY_S;
use bluezone_store::{Purged, Retention};
use object_store::ObjectStoreExt;

/// A phone that fetched the index before a file left it may still fetch the file for this long.
const GRACE_S: i64 = DAY_S;
/// Phones may publish keys up to this old.
const OLDEST_ACCEPTED_DAYS: i64 = 15;
/// A key is counted from the start of its day, and after it came it waits for an export.
const MARGIN_DAYS: i64 = 2;

/// Takes old files out of the index, and deletes them a day later. Returns how many were deleted.
pub async fn retire_files(state: &AppState) -> Result<usize, ServerError> {
    let mut deleted = 0;
    for stream in Stream::ALL {
        deleted += retire_files_of(state, stream).await?;
    }
    Ok(deleted)
}

async fn retire_files_of(state: &AppState, stream: Stream) -> Result<usize, ServerError> {
    let before = state.now() - state.config.retention_days * DAY_S;
    let retired = state.store.retire_files(stream, before).await?;
    if retired.is_empty() {
        return Ok(0);
    }
    write_index(state, stream).await?;
    let mut deleted = 0;
    for file in retired.iter().filter(|file| file.end < before - GRACE_S) {
        let path = object_path(stream, &file.object_name);
        match state.objects.delete(&path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => state.hot.forget(&path),
            Err(error) => return Err(error.into()),
        }
        state.store.forget_file(stream, file.id).await?;
        deleted += 1;
    }
    Ok(deleted)
}

/// [`purge`], which has failed also if days are in use for so long that the law or those who come tomorrow would notice.
pub async fn run(state: &AppState) -> Result<Purged, ServerError> {
    let purged = purge(state).await?;
    state.store.check_days(state.now(), &retention(state)).await?;
    Ok(purged)
}

fn retention(state: &AppState) -> Retention {
    // Never sooner than a key that was just accepted can be published.
    let days = state.config.retention_days.max(OLDEST_ACCEPTED_DAYS) + MARGIN_DAYS;
    let cases_s = state.config.case_retention_days * DAY_S;
    let consents_s = state.config.promise.retention_days * DAY_S;
    let visits_s = state.config.visit_retention_days * DAY_S;
    Retention { keys_s: days * DAY_S, cases_s, consents_s, visits_s, ..Retention::default() }
}

/// Deletes old rows, and makes room for those to come.
pub async fn purge(state: &AppState) -> Result<Purged, ServerError> {
    let purged = state.store.purge(state.now(), &retention(state)).await;
    // Whatever became of the old ones: visits and declarations of tomorrow need their day.
    state.store.make_days(state.now()).await?;
    // Not to be deleted, but to be done at leisure, too.
    state.store.hash_cards().await?;
    Ok(purged?)
}
