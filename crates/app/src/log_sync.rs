//! Following the transparency log: the requests that everybody downloads, the entries since the last time, the list of units.
//!
//! Every phone does the same calls whether it is asked, opened or neither; what they mean is found out here.

use crate::client::{Client, ClientError};
use crate::phone::{LogHealth, Phone};
use bluezone_device::{DeviceError, LogChecked};
use bluezone_transparency::storage::ReadFiles;
use bluezone_transparency::tiles::{TileError, Tiles};
use std::io;

/// Why a look at the log broke off. What was seen before stands.
#[derive(Debug, thiserror::Error)]
pub enum LogSyncError {
    /// No answer from the server.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The log's files are not there, or not as they must be.
    #[error(transparent)]
    Tiles(#[from] TileError),
    /// What they say is not believed, or cannot be stored.
    #[error(transparent)]
    Device(#[from] DeviceError),
}

/// The log behind a server.
struct LogFiles(Client);

impl ReadFiles for LogFiles {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        self.0.log_file(path).map_err(io::Error::other)
    }
}

/// One look. `None` if no log is pinned; then nothing is fetched.
///
/// # Errors
/// If the server cannot be reached or the log is not believed; [`crate::phone::Health::log`] says so to the owner.
pub async fn round(phone: &Phone, client: &Client) -> Result<Option<LogChecked>, LogSyncError> {
    if phone.ask(|mind, _, _| mind.config().authority.is_none()).await {
        return Ok(None);
    }
    let looked = look(phone, client).await;
    match &looked {
        Ok(checked) => phone.health_mut(|health| {
            health.log = LogHealth::Read;
            health.refused_request = checked.refused.last().map(ToString::to_string);
        }),
        Err(LogSyncError::Device(DeviceError::Log(error))) if error.is_deceit() => {
            tracing::error!(%error, "the transparency log is not the one that this phone knows");
            phone.health_mut(|health| health.log = LogHealth::Deceit(error.to_string()));
        }
        Err(error) => {
            tracing::info!(%error, "no look at the transparency log this time");
            // A deceit that was seen is not over because nobody answers now.
            phone.health_mut(|health| {
                if !matches!(health.log, LogHealth::Deceit(_)) {
                    health.log = LogHealth::Later(error.to_string());
                }
            });
        }
    }
    looked.map(Some)
}

async fn look(phone: &Phone, client: &Client) -> Result<LogChecked, LogSyncError> {
    let epoch = phone.epoch();
    let calls = client.clone();
    let file = phone.blocking(move || calls.requests()).await?;
    let mut read = phone.try_ask(move |mind, now, _| mind.begin_log(&file, now)).await?;
    let files = LogFiles(client.clone());
    let found = phone
        .blocking(move || {
            let tiles = Tiles::new(files, read.size());
            tiles.for_each_entry(read.range(), |_, entry| {
                read.push(&entry);
                Ok::<_, TileError>(())
            })?;
            Ok::<_, LogSyncError>(read.finish()?)
        })
        .await?;
    // Nothing of it is kept if the owner deleted everything meanwhile.
    let checked = phone.try_ask_within(epoch, move |mind, now, _| mind.finish_log(found, now)).await?;
    let Some(checked) = checked else { return Ok(LogChecked::default()) };
    if phone.try_ask(|mind, _, _| mind.wants_units()).await? {
        let calls = client.clone();
        let units = phone.blocking(move || calls.units()).await?;
        phone.try_ask_within(epoch, move |mind, _, _| mind.take_units(&units)).await?;
    }
    Ok(checked)
}
