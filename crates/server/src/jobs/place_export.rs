//! Publishing approved warnings of places, for phones to compare with their own visits: a signed file a period and the index
//! that names it, last (`bluezone_protocol::place_warning`).
//!
//! What was published stands in the index and nowhere else: the next file begins where the newest ends. A file follows from its
//! span, the approvals in it and the server's secrets, so that a run after a crash writes the same bytes under the same name;
//! and what two servers publish at once is in the index of either. A file is written every period, warnings or none, and
//! filled up with padding.

use crate::error::ServerError;
use crate::secrets::Hashed;
use crate::signing::export_signers;
use crate::state::AppState;
use bluezone_codes::place::warning_keys;
use bluezone_domain::Timestamp;
use bluezone_domain::place_warning as domain;
use bluezone_protocol::place_warning::{
    DiseaseTag, MAX_ENTRIES, PlaceFile, PlaceKey, PlaceWarning, SealedWarning, WarnedKind, file_name,
    is_file_name,
};
use bluezone_protocol::time::DAY_S;
use futures_util::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore as _, ObjectStoreExt as _};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::sync::LazyLock;

/// Folder of the object store with the files and their index.
const FOLDER: [&str; 2] = ["exports", "places"];
const INDEX: &str = "index.txt";
/// An approval may be seen in the database so much later than the time that it bears, seconds.
const SETTLED_S: i64 = 120;
/// Warnings that are read from the database at once.
const PAGE: u32 = 500;
/// Fewest entries of a file: no day of a province but the worst has more.
const FEWEST: usize = 64;
/// Posters of so many editions back may still have been scanned.
const EDITIONS: u16 = 4;
/// A phone that fetched the index before a file left it may still fetch the file for this long.
const GRACE_S: i64 = DAY_S;

/// Where a file or the index lies in the object store.
pub fn object_path(name: &str) -> Path {
    Path::from_iter(FOLDER.into_iter().chain([name]))
}

/// Where the index lies.
pub fn index_path() -> &'static Path {
    static INDEX_PATH: LazyLock<Path> = LazyLock::new(|| object_path(INDEX));
    &INDEX_PATH
}

/// Publishes what is due and takes old files away. Returns the name of the new file.
///
/// # Errors
/// [`ServerError::NoSigningKey`] as long as nothing can be signed; of the database or the object store.
pub async fn run(state: &AppState) -> Result<Option<String>, ServerError> {
    let now = state.now();
    let names = index(state).await?;
    let horizon = now - state.config.retention_days * DAY_S;
    let end = period_end(now, state.config.export_period_s);
    let start = names.iter().filter_map(|name| span(name)).map(|(_, end)| end).max().unwrap_or(horizon);
    let published = match start < end {
        true => Some(publish(state, start, end).await?),
        false => None,
    };
    let kept = |name: &&String| span(name).is_some_and(|(_, end)| end >= horizon);
    let mut wanted: Vec<String> = names.iter().filter(kept).cloned().chain(published.clone()).collect();
    wanted.sort();
    wanted.dedup();
    if wanted != names {
        state.objects.put(index_path(), wanted.join("\n").into_bytes().into()).await?;
        state.hot.forget(index_path());
    }
    retire(state, horizon - GRACE_S).await?;
    Ok(published)
}

/// The last end of a period whose approvals can all be seen.
fn period_end(now: Timestamp, period_s: i64) -> Timestamp {
    let settled = now - SETTLED_S;
    settled - settled.0.rem_euclid(period_s.max(1))
}

async fn index(state: &AppState) -> Result<Vec<String>, ServerError> {
    let bytes = match state.objects.get(index_path()).await {
        Ok(object) => object.bytes().await?,
        Err(object_store::Error::NotFound { .. }) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.lines().filter(|name| is_file_name(name)).map(str::to_owned).collect())
}

/// First moment of a file and first moment after, as its name says.
fn span(name: &str) -> Option<(Timestamp, Timestamp)> {
    let mut parts = name.split('-').map(|part| part.parse().ok().map(Timestamp));
    Some((parts.next()??, parts.next()??))
}

async fn publish(state: &AppState, start: Timestamp, end: Timestamp) -> Result<String, ServerError> {
    // First: what nobody can sign is not made.
    let signers = export_signers(state, end).await?;
    let mut entries = Vec::new();
    for warning in approved(state, start, end).await? {
        entries.extend(sealed(state, &warning, end).await?);
    }
    if entries.len() > MAX_ENTRIES {
        tracing::error!(entries = entries.len(), "more warnings of places than one file holds");
        entries.truncate(MAX_ENTRIES);
    }
    let mut rng = StdRng::from_seed(seed(state, &[&start.0.to_be_bytes(), &end.0.to_be_bytes()]));
    let filled = entries.len().next_power_of_two().max(FEWEST);
    entries.resize_with(filled, || SealedWarning::padding(&mut rng));
    let file = PlaceFile { start, end, entries };
    let bytes = file.write(&signers)?;
    let name = file_name(&file, &bytes);
    state.objects.put(&object_path(&name), bytes.into()).await?;
    Ok(name)
}

/// The warnings that were approved from a time on and before another.
async fn approved(
    state: &AppState,
    start: Timestamp,
    end: Timestamp,
) -> Result<Vec<domain::PlaceWarning>, ServerError> {
    let (mut since, mut after, mut found) = (start, None, Vec::new());
    loop {
        let page = state.store.approved_place_warnings(since, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(found) };
        (since, after) = (last.decided_at.unwrap_or(since), Some(last.id));
        found.extend(page.into_iter().filter(|warning| warning.decided_at.is_some_and(|at| at < end)));
        if since >= end {
            return Ok(found);
        }
    }
}

/// The warning once for each poster that may have been scanned.
async fn sealed(
    state: &AppState,
    warning: &domain::PlaceWarning,
    end: Timestamp,
) -> Result<Vec<SealedWarning>, ServerError> {
    // A place that is gone has no visitors whose phones could know it.
    let Some(place) = state.store.place(warning.window.place).await? else { return Ok(Vec::new()) };
    let published = PlaceWarning {
        from: warning.window.from,
        until: warning.window.to.min(end),
        margin_s: warning.window.margin_s,
        kind: if warning.vehicle { WarnedKind::Vehicle } else { WarnedKind::Place },
        disease: DiseaseTag::of(&warning.ground.disease),
        dwell_s: place.dwell_s(),
    };
    let keys = keys(state, place.code, place.edition, EDITIONS).await;
    let entry = |(at, key): (usize, PlaceKey)| {
        // One seed for each warning and poster: written again, it is the same entry.
        let mut rng = StdRng::from_seed(seed(state, &[warning.id.as_bytes(), &at.to_be_bytes()]));
        SealedWarning::seal(&key, published, &mut rng)
    };
    Ok(keys.into_iter().enumerate().map(entry).collect())
}

fn seed(state: &AppState, parts: &[&[u8]]) -> [u8; 32] {
    state.secrets.hash(Hashed::PlaceEntry, &parts.concat())
}

/// The keys of a place's posters, the present one first; slow on purpose.
pub async fn keys(
    state: &AppState,
    code: bluezone_codes::place::PlaceCode,
    edition: u16,
    editions: u16,
) -> Vec<PlaceKey> {
    let ring = state.secrets.code_keys();
    let derived = tokio::task::spawn_blocking(move || warning_keys(&ring, code, edition, editions)).await;
    // It does not panic, and is cancelled only when the server ends.
    derived.unwrap_or_default()
}

/// Deletes files that left the index a day ago or longer, and those that never came into it.
async fn retire(state: &AppState, before: Timestamp) -> Result<(), ServerError> {
    let folder = Path::from_iter(FOLDER);
    let mut listed = state.objects.list(Some(&folder));
    let mut old = Vec::new();
    while let Some(object) = listed.try_next().await? {
        let name = object.location.filename().unwrap_or_default();
        if is_file_name(name) && span(name).is_some_and(|(_, end)| end < before) {
            old.push(object.location);
        }
    }
    for path in old {
        match state.objects.delete(&path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => state.hot.forget(&path),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_over_when_its_approvals_can_be_seen() {
        let end = |now| period_end(Timestamp(now), 7200).0;
        assert_eq!((end(14_400), end(14_400 + SETTLED_S - 1)), (7200, 7200));
        assert_eq!((end(14_400 + SETTLED_S), end(21_599)), (14_400, 14_400));
    }

    #[test]
    fn names_say_their_span() {
        let name = format!("7200-14400-{}.bin", "ab".repeat(32));
        assert_eq!(span(&name), Some((Timestamp(7200), Timestamp(14_400))));
        assert_eq!(span("index.txt"), None);
    }
}
