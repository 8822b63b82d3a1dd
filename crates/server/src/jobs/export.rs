//! Publishing what has been released: a signed file a period, and the index that names it.
//!
//! 1. The database opens a batch: its span and its keys are fixed from then on.
//! 2. Padding is added to it, once.
//! 3. The file is made, from the database alone: the same bytes however often.
//! 4. The file is stored under a name that contains its hash.
//! 5. The batch is marked finished under that name.
//! 6. The index is rewritten.
//!
//! A crash between any two of them leaves work to the next run, which repeats the step and changes nothing that anybody
//! may have fetched: a file is complete before the index names it, and an object store replaces objects whole.

use super::padding::{pretend_people, rung};
use crate::error::ServerError;
use crate::published::{file_name, index_path, object_path};
use crate::signing::export_signers;
use crate::state::AppState;
use bluezone_protocol::diagnosis::DiagnosisKey;
use bluezone_protocol::export::{ExportMeta, ExportWriter, KeyKind};
use bluezone_store::{Batch, Membership};
use object_store::ObjectStoreExt;
use sha2::{Digest, Sha256};
use std::io::Cursor;

/// Keys that are read from the database at once.
const PAGE: u32 = 10_000;
/// Keys that padding takes as models, at most: enough to look like them.
const MODELS: u32 = 1_000;

/// Publishes the batch that is due or was left unfinished. Returns the file's name.
pub async fn run(state: &AppState) -> Result<Option<String>, ServerError> {
    let now = state.now();
    // First, because an open batch that nobody can sign would hold up everything after it.
    export_signers(state, now).await?;
    let name = match state.store.open_batch(now, state.config.export_period_s).await? {
        Some(batch) => Some(publish(state, &batch).await?),
        None => None,
    };
    write_index(state).await?;
    Ok(name)
}

async fn publish(state: &AppState, batch: &Batch) -> Result<String, ServerError> {
    if !batch.padded {
        pad(state, batch).await?;
    }
    let bytes = file(state, batch).await?;
    let sha256: [u8; 32] = Sha256::digest(&bytes).into();
    let name = file_name(batch.start.0, batch.end.0, batch.id.0, &sha256);
    state.objects.put(&object_path(&name), bytes.into()).await?;
    state.store.finish_batch(batch.id, &name, sha256).await?;
    Ok(name)
}

async fn pad(state: &AppState, batch: &Batch) -> Result<(), ServerError> {
    let config = &state.config;
    let seen = state.store.batch_keys(batch.id, Membership::New, None, MODELS).await?;
    let count = usize::try_from(state.store.batch_counts(batch.id).await?.new).unwrap_or(usize::MAX);
    let needed = rung(count, config.padding_floor) - count;
    let keys = {
        let mut rng = state.rng();
        pretend_people(needed, batch.start, batch.end, config.embargo_s, &seen, &mut *rng)
    };
    // `false`: another run was quicker; its padding counts.
    state.store.add_padding(batch, &keys).await?;
    Ok(())
}

/// The signed zip of a padded batch.
async fn file(state: &AppState, batch: &Batch) -> Result<Vec<u8>, ServerError> {
    let signers = export_signers(state, batch.end).await?;
    let meta = ExportMeta::new(batch.start, batch.end, &state.config.region);
    let mut writer = ExportWriter::new(Cursor::new(Vec::new()), &meta, &signers)?;
    for (membership, kind) in [(Membership::New, KeyKind::New), (Membership::Revised, KeyKind::Revised)] {
        let mut after = None;
        loop {
            let page = state.store.batch_keys(batch.id, membership, after.as_ref(), PAGE).await?;
            for key in &page {
                writer.push(kind, key)?;
            }
            match page.last() {
                Some(DiagnosisKey { key, .. }) => after = Some(key.clone()),
                None => break,
            }
        }
    }
    Ok(writer.finish()?.into_inner())
}

/// Makes the index name exactly the published files. Leaves it alone if it does.
pub async fn write_index(state: &AppState) -> Result<(), ServerError> {
    let names: Vec<String> =
        state.store.published().await?.into_iter().map(|file| file.object_name).collect();
    let wanted = names.join("\n");
    let present = match state.objects.get(&index_path()).await {
        Ok(object) => object.bytes().await?,
        Err(object_store::Error::NotFound { .. }) => Default::default(),
        Err(error) => return Err(error.into()),
    };
    if present != wanted.as_bytes() {
        state.objects.put(&index_path(), wanted.into_bytes().into()).await?;
    }
    Ok(())
}
