//! The file of requests, rewritten with each checkpoint.

use super::files::{ObjectFiles, object_path};
use crate::error::ServerError;
use crate::state::AppState;
use bluezone_transparency::checkpoint::CosignedCheckpoint;
use bluezone_transparency::log::Log;
use bluezone_transparency::note::Signer;
use bluezone_transparency::release::write_requests_file;
use object_store::ObjectStoreExt;
use std::sync::Arc;

/// The file's name beside the log.
pub const REQUESTS_PATH: &str = "requests";

/// Writes the file for a checkpoint.
pub(super) async fn publish(
    state: &AppState,
    _log: &Arc<Log<ObjectFiles>>,
    checkpoint: &CosignedCheckpoint,
    signer: &Signer,
) -> Result<(), ServerError> {
    let file = write_requests_file(checkpoint, &[], signer, state.now(), &mut state.rng())?;
    state.objects.put(&object_path(REQUESTS_PATH), file.into_bytes().into()).await?;
    Ok(())
}
