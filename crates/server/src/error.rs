//! What can go wrong outside a request: start-up, jobs, administration. Requests answer in their own forms
//! (the device API in [`crate::device_api`], the console in pages).

use crate::admin::set_back::SetBack;
use crate::config::ConfigError;
use crate::secrets::SecretsError;
use crate::tokens::TokenError;
use bluezone_protocol::export::{ExportError, PemError};
use bluezone_protocol::place_warning::PlaceFileError;
use bluezone_store::{Purpose, StoreError};
use bluezone_transparency::checkpoint::CheckpointError;
use bluezone_transparency::log::LogError;
use bluezone_transparency::release::WriteFileError;
use bluezone_transparency::text::FormatError;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// An error that ends a job, a command or a request. Its text never holds a secret or a personal detail.
#[derive(Debug, Error)]
pub enum ServerError {
    /// An opening whose terms are over.
    #[error("the time in which this may be opened is over: ask again")]
    OpeningOver,
    /// Settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Master key and sealed values.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The place of published files.
    #[error("published files: {0}")]
    Objects(#[from] object_store::Error),
    /// An export file cannot be made.
    #[error("export file: {0}")]
    Export(#[from] ExportError),
    /// A file of place warnings cannot be made.
    #[error("place warnings: {0}")]
    PlaceFile(#[from] PlaceFileError),
    /// A token or certificate cannot be signed.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// A signing key in the database cannot be read.
    #[error("a signing key in the database cannot be read: {0}")]
    SigningKey(#[from] PemError),
    /// There is no key to sign with.
    #[error("there is no {} key to sign with: run `bluezone admin keys init`", .0.as_str())]
    NoSigningKey(Purpose),
    /// `keys init` where there are keys already.
    #[error("there are signing keys already: run `bluezone admin keys rotate` to replace them")]
    KeysExist,
    /// A directory cannot be made.
    #[error("cannot make the directory {path}: {source}")]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The master key at hand is not the database's.
    #[error(
        "the database was made with another master key than the one in {origin}: name that server's directory with \
         --data, or give its key in BLUEZONE_MASTER_KEY or BLUEZONE_MASTER_KEY_FILE"
    )]
    ForeignMasterKey {
        /// Where the key came from.
        origin: String,
    },
    /// There is no master key for a database that was made with one.
    #[error(
        "the database was made with a master key that is not in {data}: name that server's directory with --data, or \
         give its key in BLUEZONE_MASTER_KEY or BLUEZONE_MASTER_KEY_FILE"
    )]
    NoMasterKey {
        /// Where it was looked for.
        data: PathBuf,
    },
    /// The transparency log's files.
    #[error("transparency log: {0}")]
    Log(#[from] LogError),
    /// Too few witnesses cosigned its head.
    #[error("the transparency log could not be published: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The file of requests.
    #[error("the requests file cannot be made: {0}")]
    RequestsFile(#[from] WriteFileError),
    /// A text or key that stands in the log, or is to stand in it.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// A stored passkey cannot be read.
    #[error(transparent)]
    Passkey(#[from] crate::passkeys::PasskeyError),
    /// What a person sent, opened and kept, cannot be read.
    #[error(transparent)]
    History(#[from] bluezone_protocol::history::HistoryError),
    /// The jobs' clock is ahead of the database's, by so many seconds.
    #[error(
        "this machine's clock is {0} s ahead of the database's: the jobs wait until they agree; let both follow a time server"
    )]
    AheadOfTime(i64),
    /// The database was set back to an earlier moment.
    #[error(
        "the database is older than what is published: {0}. Put the newer state back if there is one; if there is none, \
         `bluezone admin set-back --accept` goes on without it (docs/operate.md, \"What going back does\")"
    )]
    SetBack(Box<SetBack>),
    /// There is no log.
    #[error("there is no transparency log: run `bluezone admin log init`")]
    NoLog,
    /// There is a log already.
    #[error("there is a transparency log already, and phones pin its key: it stays as it is")]
    LogExists,
    /// Work beside the runtime ended in a panic.
    #[error("a job broke off: {0}")]
    BrokenOff(tokio::task::JoinError),
    /// The network.
    #[error("serving: {0}")]
    Serve(io::Error),
}
