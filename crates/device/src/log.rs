//! The transparency log as this phone follows it: every entry is read, what is about this phone is kept, and of the requests
//! that everybody downloads only one that passes every check is ever shown.
//!
//! As with an export, the device is not held while files are fetched: [`Device::begin_log`] takes out what is needed,
//! entries are pushed one by one, [`Device::finish_log`] stores where they led, all of it together.

use crate::config::Authority;
use crate::device::{Device, put};
use crate::error::DeviceError;
use crate::storage::{Change, Document, Storage};
use bluezone_protocol::time::Timestamp;
use bluezone_transparency::checkpoint::CosignedCheckpoint;
use bluezone_transparency::entry::{DataKind, Entry, Event, Terms};
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::monitor::{Monitor, MonitorError, Reading};
use bluezone_transparency::release::{FileError, Phone, RequestError, RequestsFile, VerifiedRequest};
use bluezone_transparency::subject::SubjectHandle;
use bluezone_transparency::units::{UNITS_RULE, UnitsError, UnitsFile};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;

/// Why what the server shows of the log is not believed. Nothing was changed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LogError {
    /// This phone was given nobody to believe.
    #[error("no log, witnesses and keeper are pinned: start the phone with pins that name them")]
    NotPinned,
    /// The file of requests, or the checkpoint in it.
    #[error("the requests file is refused: {0}")]
    File(#[from] FileError),
    /// The entries do not lead from the tree that was seen to the one that is shown.
    #[error("the log is refused: {0}")]
    Monitor(#[from] MonitorError),
    /// The file does not speak of the tree that was read.
    #[error("the requests file is refused: {0}")]
    Request(#[from] RequestError),
    /// The file of units.
    #[error("the units file is refused: {0}")]
    Units(#[from] UnitsError),
    /// A list of units that the server made for this phone, or an old one.
    #[error("the units file is refused: it is not the newest that the log tells of")]
    OtherUnits,
    /// Nothing that the log says now is known.
    #[error("the log was not read within the last day; wait until the server can be reached")]
    NotRead,
}

impl LogError {
    /// Whether somebody shows this phone another log, or an old one: no matter of waiting.
    pub fn is_deceit(&self) -> bool {
        use bluezone_transparency::checkpoint::CheckpointError::Stale;
        match self {
            Self::NotPinned | Self::NotRead | Self::File(FileError::Checkpoint(Stale { .. })) => false,
            Self::Monitor(MonitorError::Incomplete { .. }) => false,
            Self::Request(RequestError::Follow(_)) => true,
            Self::Request(_) => false,
            Self::File(_) | Self::Monitor(_) | Self::Units(_) | Self::OtherUnits => true,
        }
    }
}

/// What was done with the owner's data, or is to be.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// The owner was asked.
    Asked,
    /// An upload was opened.
    Opened,
    /// Records left the register.
    Exported,
}

/// An entry about this phone's owner. `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// Where it stands in the log.
    pub index: u64,
    /// When it was made, by the server's clock.
    pub at: Timestamp,
    /// What was done.
    pub deed: Deed,
    /// Code of the unit that did it.
    pub unit: String,
    /// On what legal basis.
    pub basis: String,
    /// What for.
    pub purpose: String,
    /// Of which time: from.
    pub from: Timestamp,
    /// Of which time: until, exclusive.
    pub until: Timestamp,
    /// Names of the kinds of data.
    pub kinds: Vec<String>,
    /// Not looked at by the owner yet.
    pub new: bool,
}

impl fmt::Debug for Mention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mention(..)")
    }
}

/// As stored.
#[derive(Clone, Default, Serialize, Deserialize)]
struct LogState {
    monitor: Monitor,
    /// The cosigned checkpoint that it was read up to.
    checkpoint: String,
    /// Version of the newest list of units that the log tells of.
    units: Option<Hash>,
    /// Oldest first.
    mentions: Vec<Mention>,
}

/// The log on its way from the tree that was seen to a newer one. See [`Device::begin_log`].
pub struct LogRead {
    state: LogState,
    reading: Reading,
    text: Vec<u8>,
    file: RequestsFile,
    handles: Vec<SubjectHandle>,
}

/// Where the entries led. See [`Device::finish_log`].
pub struct LogFound {
    state: LogState,
    text: Vec<u8>,
    file: RequestsFile,
}

impl fmt::Debug for LogRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogRead(..)")
    }
}

impl fmt::Debug for LogFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogFound(..)")
    }
}

/// What a look at the log told.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LogChecked {
    /// Entries of the whole log.
    pub entries: u64,
    /// Requests that wait for the owner.
    pub requests: usize,
    /// Requests for this phone that failed a check and are not shown.
    pub refused: Vec<RequestError>,
}

impl LogRead {
    /// The entries to push, by their indices in the log of [`LogRead::size`] entries.
    pub fn range(&self) -> Range<u64> {
        self.reading.range()
    }

    /// Entries of the log that is read.
    pub fn size(&self) -> u64 {
        self.reading.range().end
    }

    /// Takes the next entry. What it says counts only if all of them lead to the checkpoint.
    pub fn push(&mut self, entry: &[u8]) {
        let (index, entry) = self.reading.push(entry);
        let Ok(entry) = entry else { return };
        if let Event::Rule(rule) = &entry.event
            && rule.rule.as_str() == UNITS_RULE
        {
            self.state.units = Some(rule.version);
        }
        let mine = |handle: &SubjectHandle| entry.subjects().iter().any(|subject| handle.recognises(subject));
        if self.handles.iter().any(mine) {
            self.state.mentions.extend(mention(index, &entry));
        }
    }

    /// Checks that the entries lead to the checkpoint.
    pub fn finish(self) -> Result<LogFound, DeviceError> {
        let Self { mut state, reading, text, file, .. } = self;
        state.monitor = reading.finish().map_err(LogError::Monitor)?;
        file.checkpoint().note().clone_into(&mut state.checkpoint);
        Ok(LogFound { state, text, file })
    }
}

fn mention(index: u64, entry: &Entry) -> Option<Mention> {
    let (deed, terms): (_, &Terms) = match &entry.event {
        Event::Request(signed) => (Deed::Asked, &signed.statement.terms),
        Event::Opening(opening) => (Deed::Opened, &opening.terms),
        Event::Export(export) => (Deed::Exported, &export.terms),
        Event::Rule(_) | Event::Audit(_) | Event::OfficerKey(_) => return None,
    };
    Some(Mention {
        index,
        at: entry.time,
        deed,
        unit: terms.unit.to_string(),
        basis: terms.basis.to_string(),
        purpose: terms.purpose.to_string(),
        from: terms.scope.from,
        until: terms.scope.until,
        kinds: terms.scope.kinds.iter().map(DataKind::to_string).collect(),
        new: true,
    })
}

impl<S: Storage> Device<S> {
    /// Whom this phone believes.
    pub(crate) fn authority(&self) -> Result<&Authority, LogError> {
        self.config.authority.as_ref().ok_or(LogError::NotPinned)
    }

    /// Checks a requests file and takes out what reading the log up to its checkpoint needs.
    pub fn begin_log(&self, requests_file: &[u8], now: Timestamp) -> Result<LogRead, DeviceError> {
        let authority = self.authority()?;
        let file = RequestsFile::read(requests_file, &authority.log, now).map_err(LogError::File)?;
        let state: LogState = self.read(Document::Log)?.unwrap_or_default();
        let reading = state.monitor.reading(file.checkpoint(), &authority.site);
        let reading = reading.map_err(LogError::Monitor)?;
        let handles = self.handles()?;
        Ok(LogRead { state, reading, text: requests_file.to_vec(), file, handles })
    }

    /// Stores the log as it was read, and the requests file if there is one for this phone in it.
    pub fn finish_log(&mut self, found: LogFound, now: Timestamp) -> Result<LogChecked, DeviceError> {
        let LogFound { mut state, text, file } = found;
        // The owner may have looked at older ones meanwhile.
        let stored: LogState = self.read(Document::Log)?.unwrap_or_default();
        for (mention, known) in state.mentions.iter_mut().zip(&stored.mentions) {
            mention.new = known.new;
        }
        let requests = self.requests_in(&file, &state.monitor, now)?;
        let mut checked = LogChecked { entries: state.monitor.head().size, ..LogChecked::default() };
        for request in requests {
            match request {
                Ok(_) => checked.requests += 1,
                Err(RequestError::Replayed | RequestError::Expired) => {}
                Err(refused) => checked.refused.push(refused),
            }
        }
        let text = String::from_utf8(text).ok().filter(|_| checked.requests > 0);
        let requests = match text {
            Some(text) => Change::PutDocument(Document::Requests, text),
            None => Change::DeleteDocument(Document::Requests),
        };
        self.apply(&[put(Document::Log, &state), requests])?;
        Ok(checked)
    }

    /// Requests that wait for the owner: each passes every check now.
    pub fn requests(&self, now: Timestamp) -> Result<Vec<VerifiedRequest>, DeviceError> {
        let (Some(text), Ok(authority)) = (self.storage.document(Document::Requests)?, self.authority())
        else {
            return Ok(Vec::new());
        };
        let state: LogState = self.read(Document::Log)?.unwrap_or_default();
        // One that has become too old, as nobody could be reached since, is no more believed.
        let Ok(file) = RequestsFile::read(text.as_bytes(), &authority.log, now) else {
            return Ok(Vec::new());
        };
        Ok(self.requests_in(&file, &state.monitor, now)?.into_iter().flatten().collect())
    }

    fn requests_in(
        &self,
        file: &RequestsFile,
        monitor: &Monitor,
        now: Timestamp,
    ) -> Result<Vec<Result<VerifiedRequest, RequestError>>, DeviceError> {
        let (keys, handles, answered) = (self.request_keys()?, self.handles()?, self.answered()?);
        let site = &self.authority()?.site;
        let phone = Phone { keys: &keys, handles: &handles, monitor, site, answered: &answered };
        Ok(phone.requests(file, now).map_err(LogError::Request)?)
    }

    /// What the log says about this phone's owner, the latest first.
    pub fn mentions(&self) -> Result<Vec<Mention>, DeviceError> {
        let state: LogState = self.read(Document::Log)?.unwrap_or_default();
        Ok(state.mentions.into_iter().rev().collect())
    }

    /// The owner has looked at all mentions.
    pub fn mentions_seen(&mut self) -> Result<(), DeviceError> {
        let Some(mut state) = self.read::<LogState>(Document::Log)? else { return Ok(()) };
        if state.mentions.iter().any(|mention| mention.new) {
            state.mentions.iter_mut().for_each(|mention| mention.new = false);
            self.apply(&[put(Document::Log, &state)])?;
        }
        Ok(())
    }

    /// When enough witnesses said last that everybody sees the log that this phone read; none if it read none.
    pub fn log_witnessed(&self) -> Result<Option<Timestamp>, DeviceError> {
        Ok(self.checkpoint()?.map(|checkpoint| checkpoint.witnessed_at()))
    }

    fn checkpoint(&self) -> Result<Option<CosignedCheckpoint>, DeviceError> {
        let Some(state) = self.read::<LogState>(Document::Log)? else { return Ok(None) };
        let policy = &self.authority()?.log;
        Ok(policy.check_undated(state.checkpoint.as_bytes()).ok())
    }

    /// Whether the log tells of a list of units that this phone does not have.
    pub fn wants_units(&self) -> Result<bool, DeviceError> {
        let Some(state) = self.read::<LogState>(Document::Log)? else { return Ok(false) };
        let stored = self.stored_units()?.map(|file| file.version());
        Ok(state.units.is_some() && stored != state.units)
    }

    /// Keeps a list of units, if it is the newest that the log tells of.
    pub fn take_units(&mut self, bytes: &[u8]) -> Result<(), DeviceError> {
        let file = UnitsFile::read(bytes, self.authority()?.log.log()).map_err(LogError::Units)?;
        let state: LogState = self.read(Document::Log)?.unwrap_or_default();
        if state.units != Some(file.version()) {
            return Err(LogError::OtherUnits.into());
        }
        let text = String::from_utf8_lossy(bytes).into_owned();
        self.apply(&[Change::PutDocument(Document::Units, text)])?;
        Ok(())
    }

    /// The units that something can be sealed to: by the log, which must have been confirmed within the last day.
    pub fn units(&self, now: Timestamp) -> Result<UnitsFile, DeviceError> {
        let policy = &self.authority()?.log;
        let state: LogState = self.read(Document::Log)?.ok_or(LogError::NotRead)?;
        policy.check(state.checkpoint.as_bytes(), now).map_err(|_| LogError::NotRead)?;
        let file = self.stored_units()?.filter(|file| Some(file.version()) == state.units);
        Ok(file.ok_or(LogError::NotRead)?)
    }

    /// The name of a unit, as far as this phone knows it.
    pub fn unit_name(&self, code: &str) -> Result<Option<String>, DeviceError> {
        let file = self.stored_units()?;
        Ok(file.and_then(|file| file.unit(code).map(|unit| unit.name.to_string())))
    }

    fn stored_units(&self) -> Result<Option<UnitsFile>, DeviceError> {
        let (Some(text), Ok(authority)) = (self.storage.document(Document::Units)?, self.authority()) else {
            return Ok(None);
        };
        Ok(UnitsFile::read(text.as_bytes(), authority.log.log()).ok())
    }
}
