//! The phone's mind, without I/O: what to send, when to listen, what to keep, what it means, and reporting a diagnosis.
//!
//! A [`Device`] owns a [`Storage`] and is told the time and given randomness; the caller moves bytes between it, the
//! radio and the server. Everything it acknowledged is in the storage, so a phone killed at any instant goes on where
//! it was.

mod checking;
mod clock;
mod config;
mod consent;
#[cfg(feature = "testing")]
pub mod contract;
mod device;
mod dummy;
mod error;
mod export_check;
mod history;
mod log;
mod memory;
mod places;
mod report;
mod rotation;
mod scanning;
mod storage;

pub use checking::{Checked, Exposure};
pub use config::{Authority, DeviceConfig, DutyCycle, Scheme};
pub use consent::{
    AnsweredRequest, Choice, ConsentAnswer, ConsentError, ConsentStep, ConsentTag, Offer, Purpose, Sharing,
    SharingKind, SharingState, Yes,
};
pub use device::Device;
pub use dummy::DummySequence;
pub use error::DeviceError;
pub use export_check::{ExportCheck, ExportFound};
pub use history::ToldDay;
pub use log::{Deed, LogChecked, LogError, LogFound, LogRead, Mention};
pub use memory::MemoryStorage;
pub use places::{NewVisit, PlaceExposure, PlacesChecked};
pub use report::{
    DayKind, Follows, KeyDay, ReportAnswer, ReportError, ReportFailure, ReportStep, ReportTag, Taken,
};
pub use rotation::Rotation;
pub use scanning::{ContactDay, Heard, Nearby, Recorded, Scan, ScanPlan};
pub use storage::{
    Applied, Change, Document, OwnKey, Publisher, Storage, StorageError, StoredMatch, StoredPlaceMatch,
    StoredSighting, StoredVisit, Strength, sighting_key,
};
