//! A database that is older than what was published from it: it was set back to an earlier moment, by a copy or by PostgreSQL's log.
//! Its next export would bear a number that phones know already, and the next entry of the public log one that witnesses have
//! seen. So nothing is published and no server starts, until the newer state is back in place or an operator says to go on.

use crate::error::ServerError;
use crate::jobs::write_index;
use crate::promise::log;
use crate::published::{index_path, named};
use crate::state::AppState;
use bluezone_domain::publication::Stream;
use bluezone_store::{LogState, PublishedFile};
use object_store::ObjectStoreExt;
use std::collections::HashSet;
use std::fmt;

/// What is published and does not stand in the database.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SetBack {
    /// Files that the indexes name and the database knows nothing of.
    pub files: Vec<(Stream, PublishedFile)>,
    /// Files whose number is another file's in the database: it went on after it was set back.
    pub others: Vec<String>,
    /// The public log, if it is ahead.
    pub log: Option<LogAhead>,
}

/// A public log of which the database has no longer all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LogAhead {
    /// Entries that are published, or that a witness has seen.
    pub published: u64,
    /// Entries in the database. Not fewer: those at the end are others.
    pub kept: u64,
}

impl SetBack {
    /// Nothing is ahead of the database.
    pub fn is_none(&self) -> bool {
        *self == SetBack::default()
    }
}

impl fmt::Display for LogAhead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the public log has {} entries, the database {}", self.published, self.kept)?;
        if self.published <= self.kept { f.write_str(", the last of them others") } else { Ok(()) }
    }
}

impl fmt::Display for SetBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut found = Vec::new();
        let names: Vec<&str> = self.files.iter().map(|(_, file)| file.object_name.as_str()).collect();
        if let Some(first) = names.first() {
            found.push(format!(
                "the index names {} files that it does not know, from {first} on",
                names.len()
            ));
        }
        if let Some(first) = self.others.first() {
            found.push(format!("it has another file for the number of {first}"));
        }
        found.extend(self.log.map(|ahead| ahead.to_string()));
        f.write_str(&found.join("; "))
    }
}

/// Compares the database with what is published.
///
/// # Errors
/// Of the database or the object store.
pub async fn look(state: &AppState) -> Result<SetBack, ServerError> {
    let mut found = SetBack::default();
    for stream in Stream::ALL {
        let (files, others) = look_at_files(state, stream).await?;
        found.files.extend(files.into_iter().map(|file| (stream, file)));
        found.others.extend(others);
    }
    if let Some(kept) = state.store.log_state().await?
        && kept.ended_at.is_none()
    {
        found.log = log_ahead(state, &kept).await?;
    }
    Ok(found)
}

/// Refuses a database that is older than the files of a stream.
pub async fn refuse(state: &AppState, stream: Stream) -> Result<(), ServerError> {
    let (files, others) = look_at_files(state, stream).await?;
    let files = files.into_iter().map(|file| (stream, file)).collect();
    let found = SetBack { files, others, log: None };
    if found.is_none() { Ok(()) } else { Err(ServerError::SetBack(Box::new(found))) }
}

/// Goes on from what the database is now. Published files that it did not know stay published, and their numbers are used; a
/// public log that is ahead has ended.
pub async fn accept(state: &AppState) -> Result<SetBack, ServerError> {
    let found = look(state).await?;
    adopt(state, &found).await?;
    if found.log.is_some() {
        state.store.end_log(state.now()).await?;
    }
    Ok(found)
}

/// Takes published files over that the database does not know.
pub(crate) async fn adopt(state: &AppState, found: &SetBack) -> Result<(), ServerError> {
    for stream in Stream::ALL {
        let of_stream = found.files.iter().filter(|(of, _)| *of == stream);
        let files: Vec<PublishedFile> = of_stream.map(|(_, file)| file.clone()).collect();
        state.store.adopt_files(stream, &files).await?;
        write_index(state, stream).await?;
    }
    Ok(())
}

async fn look_at_files(
    state: &AppState,
    stream: Stream,
) -> Result<(Vec<PublishedFile>, Vec<String>), ServerError> {
    // The index first: a file comes into it after it is in the database.
    let index = match state.objects.get(index_path(stream)).await {
        Ok(object) => object.bytes().await?,
        Err(object_store::Error::NotFound { .. }) => return Ok((Vec::new(), Vec::new())),
        Err(error) => return Err(error.into()),
    };
    let known: HashSet<String> =
        state.store.published(stream).await?.into_iter().map(|file| file.object_name).collect();
    let (mut files, mut others) = (Vec::new(), Vec::new());
    for file in String::from_utf8_lossy(&index).lines().filter_map(named) {
        if known.contains(&file.object_name) {
            continue;
        }
        match state.store.batch(stream, file.id).await? {
            None => files.push(file),
            // One that left the index, or is about to.
            Some((_, Some(name))) if name == file.object_name => {}
            // One that is being written: once more, with the same bytes.
            Some((batch, None)) if (batch.start, batch.end) == (file.start, file.end) => {}
            Some(_) => others.push(file.object_name),
        }
    }
    Ok((files, others))
}

/// Whether the log's files hold what the database does not.
async fn log_ahead(state: &AppState, kept: &LogState) -> Result<Option<LogAhead>, ServerError> {
    let log = log::open(state, kept).await?;
    log::ahead(state, log).await.map(|(_, ahead)| ahead)
}
