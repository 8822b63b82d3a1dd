//! What can go wrong in a phone.

use crate::consent::ConsentError;
use crate::log::LogError;
use crate::report::ReportError;
use crate::storage::StorageError;
use bluezone_protocol::export::ExportError;
use bluezone_protocol::place_warning::PlaceFileError;

/// Why the phone could not do what it was asked. Nothing was changed, unless the variant says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// The settings contradict themselves.
    #[error("settings: {0}")]
    Config(String),
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A stored state cannot be read.
    #[error(
        "the stored state {0:?} is damaged; the contact log was written by another version or by another program"
    )]
    DamagedState(&'static str),
    /// The clock was moved back behind keys that may be public: sending them would tell everyone whose they are.
    #[error("the clock was set back behind keys that are already published; set the phone's clock right")]
    ClockBehind,
    /// An export was refused; it was not processed.
    #[error("export file {name}: {source}")]
    Export {
        /// Its name in the index.
        name: String,
        /// Why.
        #[source]
        source: ExportError,
    },
    /// A file of place warnings was refused; it was not processed.
    #[error("place warnings {name}: {source}")]
    PlaceFile {
        /// Its name in the index.
        name: String,
        /// Why.
        #[source]
        source: PlaceFileError,
    },
    /// A name in the index that no export can have.
    #[error("the index names {0:?}, which is not the name of an export file")]
    ExportName(String),
    /// Nothing can be told like this.
    #[error(transparent)]
    Consent(#[from] ConsentError),
    /// What the server shows of the log is not believed.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The report cannot go on like this.
    #[error(transparent)]
    Report(#[from] ReportError),
}
