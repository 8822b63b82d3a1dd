//! The phone's mind: configuration, storage, and what of the storage is kept at hand.

use crate::clock::ClockTrack;
use crate::config::DeviceConfig;
use crate::error::DeviceError;
use crate::rotation::Rotation;
use crate::scanning::ScanPlan;
use crate::storage::{Applied, Change, Document, OwnKey, Storage};
use bluezone_protocol::time::{DAY_S, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Own keys are kept this many days.
pub(crate) const OWN_KEY_DAYS: i64 = 14;

/// One phone. Owns its storage; does no I/O but through it; reads no clock: every method is told the time.
///
/// All state that matters is in the storage before a method returns, so that a phone killed at any instant goes on
/// where it was when [`Device::open`] is called again.
pub struct Device<S: Storage> {
    pub(crate) config: DeviceConfig,
    pub(crate) storage: S,
    /// As stored.
    pub(crate) clock: ClockTrack,
    /// As stored.
    pub(crate) own_keys: Vec<OwnKey>,
    /// What is on the air: asked again within its time, the answer is the same, address included.
    pub(crate) on_air: Option<Rotation>,
    /// The scan under way or to come.
    pub(crate) plan: Option<ScanPlan>,
    /// The UTC day that was recorded in last, and how many sightings it has.
    pub(crate) day: Option<(Timestamp, usize)>,
    /// Chosen anew at each start, so that what a page shows of one tells nothing in another.
    pub(crate) tag_key: Option<[u8; 16]>,
}

impl<S: Storage> Device<S> {
    /// A phone with what it stored before.
    pub fn open(config: DeviceConfig, storage: S) -> Result<Self, DeviceError> {
        if let Some(problem) = config.problem() {
            return Err(DeviceError::Config(problem));
        }
        let own_keys = storage.own_keys()?;
        let mut device = Self {
            config,
            storage,
            clock: ClockTrack::default(),
            own_keys,
            on_air: None,
            plan: None,
            day: None,
            tag_key: None,
        };
        device.clock = device.read(Document::Clock)?.unwrap_or_default();
        Ok(device)
    }

    /// Its settings.
    pub fn config(&self) -> &DeviceConfig {
        &self.config
    }

    /// Its storage, to look at.
    pub fn storage(&self) -> &S {
        &self.storage
    }

    /// Closes it and gives the storage back.
    pub fn into_storage(self) -> S {
        self.storage
    }

    /// Whether this phone's clock is provably behind: more than the tolerance behind a signed file. Then nothing that is
    /// heard is kept, until the clock is set right.
    pub fn clock_is_behind(&self, now: Timestamp) -> bool {
        self.clock.is_behind(now)
    }

    /// Applies changes and, if they touched what is kept at hand, reads that again.
    pub(crate) fn apply(&mut self, changes: &[Change]) -> Result<Applied, DeviceError> {
        let applied = self.storage.apply(changes)?;
        let touches_keys = |change: &Change| {
            matches!(
                change,
                Change::PutKey(_) | Change::DeleteKeysEndedBy(_) | Change::DeleteKeysStartingAfter(_)
            )
        };
        if changes.iter().any(touches_keys) {
            self.own_keys = self.storage.own_keys()?;
        }
        if changes.iter().any(|change| matches!(change, Change::PutDocument(Document::Clock, _))) {
            self.clock = self.read(Document::Clock)?.unwrap_or_default();
        }
        Ok(applied)
    }

    /// A stored state.
    pub(crate) fn read<T: DeserializeOwned>(&self, document: Document) -> Result<Option<T>, DeviceError> {
        let Some(text) = self.storage.document(document)? else { return Ok(None) };
        // The error names the document only: its text holds codes and keys.
        serde_json::from_str(&text).map(Some).map_err(|_| DeviceError::DamagedState(document.name()))
    }

    /// Notes the time; the change is to be applied with the caller's own.
    pub(crate) fn clock_change(&self, now: Timestamp) -> Change {
        put(Document::Clock, &self.clock.observe(now))
    }

    /// The moment before which an own key must have ended to be deleted.
    pub(crate) fn own_key_horizon(now: Timestamp) -> Timestamp {
        now - OWN_KEY_DAYS * DAY_S
    }
}

/// The change that stores a state.
pub(crate) fn put(document: Document, state: &impl Serialize) -> Change {
    let text = serde_json::to_string(state).expect("states are plain data");
    Change::PutDocument(document, text)
}
