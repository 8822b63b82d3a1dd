//! Publishing what has been released: a signed file a period, and the index that names it; the keys of contacts in a second
//! stream of such files with an index of its own, which no client fetches that does not know what they mean.
//!
//! 1. The database opens a batch: its span and its keys are fixed from then on.
//! 2. The file is made from these and the padding, which follows from the server's secrets: the same bytes however often.
//! 3. The file is stored under a name that contains its hash.
//! 4. The batch is marked finished under that name.
//! 5. The index is rewritten.
//!
//! A crash between any two of them leaves work to the next run, which repeats the step and changes nothing that anybody
//! may have fetched: a file is complete before the index names it, and an object store replaces objects whole.

use super::padding::{Filling, Padding};
use crate::admin::set_back;
use crate::error::ServerError;
use crate::published::{file_name, index_path, object_path};
use crate::signing::export_signers;
use crate::state::AppState;
use bluezone_domain::form::{Cell, Change};
use bluezone_domain::publication::Stream;
use bluezone_protocol::diagnosis::DiagnosisKey;
use bluezone_protocol::export::{ExportMeta, ExportWriter, KeyKind};
use bluezone_store::{Batch, Membership};
use object_store::ObjectStoreExt;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Cursor;

/// Keys that are read from the database at once.
const PAGE: u32 = 10_000;

/// Publishes the batches that are due or were left unfinished, of both streams. Returns the name of the cases' file.
pub async fn run(state: &AppState) -> Result<Option<String>, ServerError> {
    let name = run_stream(state, Stream::Cases).await?;
    run_stream(state, Stream::Contacts).await?;
    Ok(name)
}

async fn run_stream(state: &AppState, stream: Stream) -> Result<Option<String>, ServerError> {
    let now = state.now();
    // First, because an open batch that nobody can sign would hold up everything after it.
    export_signers(state, now).await?;
    set_back::refuse(state, stream).await?;
    let name = match state.store.open_batch(stream, now, state.config.export_period_s).await? {
        Some(batch) => Some(publish(state, stream, &batch).await?),
        None => None,
    };
    write_index(state, stream).await?;
    Ok(name)
}

async fn publish(state: &AppState, stream: Stream, batch: &Batch) -> Result<String, ServerError> {
    let bytes = file(state, stream, batch).await?;
    let sha256: [u8; 32] = Sha256::digest(&bytes).into();
    let name = file_name(batch.start.0, batch.end.0, batch.id.0, &sha256);
    state.objects.put(&object_path(stream, &name), bytes.into()).await?;
    state.store.finish_batch(stream, batch.id, &name, sha256).await?;
    Ok(name)
}

/// The signed zip of a batch.
async fn file(state: &AppState, stream: Stream, batch: &Batch) -> Result<Vec<u8>, ServerError> {
    let (padding, form) = (Padding::new(&state.secrets, stream), state.config.form(stream));
    let batches = state.store.batches_since(stream, Filling::since(batch.id)).await?;
    let filling =
        Filling { padding: &padding, form: &form, floor: state.config.padding_floor, batches: &batches };
    let new = filling.new_keys(&count_new(state, stream, batch).await?);
    let revised = filling.revised_keys(&count_revised(state, stream, batch).await?);

    let signers = export_signers(state, batch.end).await?;
    let meta = ExportMeta::new(batch.start, batch.end, &state.config.region);
    let mut writer = ExportWriter::new(Cursor::new(Vec::new()), &meta, &signers)?;
    let parts = [(Membership::New, KeyKind::New, new), (Membership::Revised, KeyKind::Revised, revised)];
    for (membership, kind, padding) in parts {
        // Real keys and padding in one order, that of their bytes: it tells nothing.
        let mut padding = padding.into_iter().peekable();
        each_key(state, stream, batch, membership, |key| {
            while let Some(before) = padding.next_if(|padding| padding.key < key.key) {
                writer.push(kind, &before)?;
            }
            Ok(writer.push(kind, &key)?)
        })
        .await?;
        for key in padding {
            writer.push(kind, &key)?;
        }
    }
    Ok(writer.finish()?.into_inner())
}

async fn count_new(
    state: &AppState,
    stream: Stream,
    batch: &Batch,
) -> Result<BTreeMap<Cell, usize>, ServerError> {
    let mut counts = BTreeMap::new();
    each_key(state, stream, batch, Membership::New, |key| {
        *counts.entry(Cell::of(&key)).or_default() += 1;
        Ok(())
    })
    .await?;
    Ok(counts)
}

async fn count_revised(
    state: &AppState,
    stream: Stream,
    batch: &Batch,
) -> Result<BTreeMap<Change, usize>, ServerError> {
    let mut before = Vec::new();
    each_key(state, stream, batch, Membership::Before, |key| {
        before.push(key);
        Ok(())
    })
    .await?;
    let (mut before, mut counts) = (before.into_iter(), BTreeMap::new());
    each_key(state, stream, batch, Membership::Revised, |key| {
        // The same keys in the same order.
        if let Some(before) = before.next() {
            *counts.entry(Change::of(&before, key.report_type)).or_default() += 1;
        }
        Ok(())
    })
    .await?;
    Ok(counts)
}

/// Calls `with` for each key of a batch, in the order of their bytes.
async fn each_key(
    state: &AppState,
    stream: Stream,
    batch: &Batch,
    membership: Membership,
    mut with: impl FnMut(DiagnosisKey) -> Result<(), ServerError>,
) -> Result<(), ServerError> {
    let mut after = None;
    loop {
        let page = state.store.batch_keys(stream, batch.id, membership, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.key.clone());
        for key in page {
            with(key)?;
        }
    }
}

/// Makes the index name exactly the published files. Leaves it alone if it does.
///
/// Looks again after it wrote: another server may have published meanwhile, and this one overwritten its newer index.
pub async fn write_index(state: &AppState, stream: Stream) -> Result<(), ServerError> {
    loop {
        let names: Vec<String> =
            state.store.published(stream).await?.into_iter().map(|file| file.object_name).collect();
        let wanted = names.join("\n");
        let present = match state.objects.get(index_path(stream)).await {
            Ok(object) => object.bytes().await?,
            Err(object_store::Error::NotFound { .. }) => Default::default(),
            Err(error) => return Err(error.into()),
        };
        if present == wanted.as_bytes() {
            return Ok(());
        }
        state.objects.put(index_path(stream), wanted.into_bytes().into()).await?;
        state.hot.forget(index_path(stream));
    }
}
