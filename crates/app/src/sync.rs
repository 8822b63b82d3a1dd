//! Fetching what the authority published: the index, the files that are new, a check of each.
//!
//! Every phone does the same calls, warned or not, so watching them tells nothing. Nothing is pushed; the phone polls
//! at times that differ from phone to phone. Without a server it goes on with what it has.

use crate::client::{Client, ClientError};
use crate::log_sync;
use crate::phone::Phone;
use bluezone_device::{Checked, DeviceError, PlacesChecked, Publisher};
use bluezone_protocol::time::Timestamp;
use rand::RngExt;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// After a failure the server is asked again after a minute, then two, … up to the poll period.
const FIRST_RETRY_S: i64 = 60;
/// A refused file is downloaded again after a day: it may have been mended.
const REFUSED_AGAIN_S: i64 = 86_400;
/// A file that the server lists but does not give is asked for again after an hour: it may be on its way to a cache.
const MISSING_AGAIN_S: i64 = 3600;
/// What is older than the retention is deleted this often, seconds.
const TIDY_S: i64 = 3600;

/// How one round went.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Round {
    /// Files downloaded and checked.
    pub files: usize,
    /// Keys in them.
    pub keys: u64,
    /// Keys whose owner had been near.
    pub matches: usize,
    /// Files of place warnings looked into.
    pub place_files: usize,
    /// Warnings in them that are meant for a visit of this phone's.
    pub place_matches: usize,
    /// Files refused, and why (the text names the file).
    pub refused: Vec<String>,
    /// Files that could not be fetched, and why (the text names the file).
    pub missing: Vec<String>,
    /// Files left out because they were refused or missing a short while ago.
    pub left_out: usize,
}

/// Polls a server.
pub struct Poller {
    client: Client,
    folder: PathBuf,
    /// Until when files are left alone.
    left_alone: BTreeMap<String, Timestamp>,
}

impl Poller {
    /// Fetches through `client`; downloads lie in `folder` while they are checked.
    pub fn new(client: Client, folder: &Path) -> Poller {
        Poller { client, folder: folder.to_owned(), left_alone: BTreeMap::new() }
    }

    /// One round: everything new is downloaded and checked, and the check noted when nothing was left out. A file that
    /// is refused or cannot be had is remembered and does not keep the others from being checked.
    ///
    /// # Errors
    /// If the server cannot be reached or the storage failed; what was checked until then stays checked.
    pub async fn round(&mut self, phone: &Phone) -> Result<Round, SyncError> {
        let now = phone.now();
        // The upper bound: a clock that was set back must not leave a file alone for long.
        self.left_alone.retain(|_, until| (1..=REFUSED_AGAIN_S).contains(&(*until - now)));
        let client = self.client.clone();
        let index = phone.blocking(move || client.index(Publisher::Case)).await;
        phone.health_mut(|health| health.server_reached = Some(index.is_ok()));
        let index = index?;
        let mut round = Round::default();
        if phone.ask(|mind, _, _| mind.config().trusted_export_keys.is_empty()).await {
            return Ok(round); // Nothing could be believed, so nothing is fetched.
        }
        self.check_all(phone, Publisher::Case, index, &mut round).await?;
        let client = self.client.clone();
        match phone.blocking(move || client.index(Publisher::Contact)).await {
            Ok(index) => self.check_all(phone, Publisher::Contact, index, &mut round).await?,
            // A server that has cases only, as those of other makers.
            Err(error) if error.is_about_one_file() => {}
            Err(error) => return Err(error.into()),
        }
        self.check_places(phone, &mut round).await?;
        let complete = round.refused.is_empty() && round.missing.is_empty() && round.left_out == 0;
        if complete {
            phone.try_ask(|mind, now, _| mind.check_done(now)).await?;
        }
        phone.health_mut(|health| {
            // Said until a check is complete.
            let said = |earlier: &Option<String>, now: &[String]| match complete {
                true => None,
                false => now.last().or(earlier.as_ref()).cloned(),
            };
            health.refused_file = said(&health.refused_file, &round.refused);
            health.missing_file = said(&health.missing_file, &round.missing);
        });
        Ok(round)
    }

    /// Downloads and checks what is new in one of the two indexes.
    async fn check_all(
        &mut self,
        phone: &Phone,
        publisher: Publisher,
        index: String,
        round: &mut Round,
    ) -> Result<(), SyncError> {
        let now = phone.now();
        for name in phone.try_ask(move |mind, _, _| mind.exports_to_fetch(&index)).await? {
            if self.left_alone.contains_key(&name) {
                round.left_out += 1;
                continue;
            }
            match self.fetch_and_check(phone, publisher, &name).await {
                Ok(checked) => {
                    round.files += 1;
                    round.keys += checked.keys;
                    round.matches += checked.matches;
                }
                Err(error) => self.leave_alone(name, error, now, round)?,
            }
        }
        Ok(())
    }

    /// Downloads and checks what is to be looked into of the files of place warnings.
    async fn check_places(&mut self, phone: &Phone, round: &mut Round) -> Result<(), SyncError> {
        let (client, now) = (self.client.clone(), phone.now());
        let index = match phone.blocking(move || client.place_index()).await {
            Ok(index) => index,
            // A server that has no places.
            Err(error) if error.is_about_one_file() => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        for name in phone.try_ask(move |mind, _, _| mind.place_files_to_fetch(&index)).await? {
            if self.left_alone.contains_key(&name) {
                round.left_out += 1;
                continue;
            }
            match self.fetch_places(phone, &name).await {
                Ok(checked) => {
                    round.place_files += 1;
                    round.place_matches += checked.matches;
                }
                Err(error) => self.leave_alone(name, error, now, round)?,
            }
        }
        Ok(())
    }

    async fn fetch_places(&self, phone: &Phone, name: &str) -> Result<PlacesChecked, SyncError> {
        let (epoch, client) = (phone.epoch(), self.client.clone());
        let name = name.to_owned();
        let wanted = name.clone();
        let file = phone.blocking(move || client.place_file(&wanted)).await?;
        let check =
            phone.try_ask_within(epoch, move |mind, now, _| mind.check_place_file(&name, &file, now)).await?;
        Ok(check.unwrap_or_default())
    }

    /// Notes that a file was refused or cannot be had, so that the others are checked; anything else is an error.
    fn leave_alone(
        &mut self,
        name: String,
        error: SyncError,
        now: Timestamp,
        round: &mut Round,
    ) -> Result<(), SyncError> {
        let wait_s = match error {
            SyncError::Device(error @ (DeviceError::Export { .. } | DeviceError::PlaceFile { .. })) => {
                tracing::warn!(%error, "a published file was refused");
                round.refused.push(error.to_string());
                REFUSED_AGAIN_S
            }
            SyncError::Client(error) if error.is_about_one_file() => {
                tracing::warn!(%name, %error, "a published file cannot be fetched");
                round.missing.push(format!("{name}: {error}"));
                // What is too large would be downloaded for nothing each time.
                let large = matches!(error, ClientError::TooLarge { .. });
                if large { REFUSED_AGAIN_S } else { MISSING_AGAIN_S }
            }
            error => return Err(error),
        };
        self.left_alone.insert(name, now + wait_s);
        Ok(())
    }

    /// The device is held only to take out what the check needs and to store what it found: the pages and the radio go
    /// on while a large file is read.
    async fn fetch_and_check(
        &self,
        phone: &Phone,
        publisher: Publisher,
        name: &str,
    ) -> Result<Checked, SyncError> {
        let epoch = phone.epoch();
        let client = self.client.clone();
        let (path, wanted) = (self.folder.join("download.part"), name.to_owned());
        let file = phone
            .blocking(move || {
                let mut file =
                    File::options().read(true).write(true).create(true).truncate(true).open(&path)?;
                // Unlinked at once: nothing is left behind, whatever happens to this process.
                std::fs::remove_file(&path)?;
                client.export(publisher, &wanted, &mut file)?;
                file.seek(SeekFrom::Start(0))?;
                Ok::<_, SyncError>(file)
            })
            .await?;
        let name = name.to_owned();
        let begun = phone.try_ask(move |mind, now, _| mind.begin_check_of(publisher, &name, now)).await?;
        let Some(check) = begun else { return Ok(Checked::default()) };
        let found = phone.blocking(move || check.run(io::BufReader::new(file))).await?;
        // Nothing of it is kept if the owner deleted everything meanwhile.
        let checked = phone.try_ask_within(epoch, move |mind, _, _| mind.finish_check(found)).await?;
        Ok(checked.unwrap_or_default())
    }
}

/// Why a round broke off.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// No answer from the server.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The device or its storage.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The download could not be kept.
    #[error("the download cannot be kept: {0}")]
    Io(#[from] io::Error),
}

/// Polls and tidies for ever (until dropped). `period_s` is the mean time between rounds, seconds.
pub async fn run(phone: &Phone, mut poller: Poller, period_s: u32) {
    let mut failures = 0u32;
    let mut tidied: Option<Timestamp> = None;
    loop {
        let now = phone.now();
        if tidied.is_none_or(|at| now - at >= TIDY_S || now < at) {
            match phone.try_ask(|mind, now, _| mind.tidy(now)).await {
                Ok(deleted) => tracing::debug!(deleted, "old sightings deleted"),
                Err(error) => tracing::warn!(%error, "old sightings were not deleted"),
            }
            tidied = Some(now);
        }
        let round = poller.round(phone).await;
        // By itself: a log that cannot be read keeps no warning from anybody, and the reverse.
        let _ = log_sync::round(phone, &poller.client).await;
        let wait_s = match round {
            Ok(round) => {
                failures = 0;
                tracing::info!(files = round.files, keys = round.keys, "checked what was published");
                i64::from(period_s)
            }
            Err(error) => {
                tracing::info!(%error, "no check this time");
                failures = failures.saturating_add(1);
                (FIRST_RETRY_S << failures.min(16).saturating_sub(1)).min(i64::from(period_s))
            }
        };
        // A quarter more or less, so that phones spread over time and none is known by its rhythm.
        let share = phone.with_rng(|rng| rng.random_range(0.75..1.25));
        phone.sleep_until(phone.now() + (wait_s as f64 * share) as i64).await;
    }
}
