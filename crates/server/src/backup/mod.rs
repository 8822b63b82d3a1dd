//! A copy of everything a server keeps, in one encrypted file, made while it serves.
//!
//! ```text
//! age( tar( backup.json, master.key, bluezone.db | postgres.dump, objects/… ) )
//! ```
//!
//! The copy of the database is a consistent one of one instant (SQLite: `VACUUM INTO`; PostgreSQL: `pg_dump`), taken before the
//! published files: a file that the database names is in the copy, and what was published meanwhile is published again, with the
//! same bytes. Without the private half of the age key nobody reads any of it; with it, everything: the master key is inside.
//! A bucket is not copied: it has versions and copies of its own.

mod age;
mod database;
mod restore;
mod workroom;
mod write;

pub use database::is_postgres;
pub use restore::restore;
pub use write::{Written, write};

use crate::error::ServerError;
use serde::{Deserialize, Serialize};
use std::io;
use thiserror::Error;

/// Layout of the archive.
const FORMAT: u32 = 1;
const MANIFEST: &str = "backup.json";
const SQLITE: &str = "bluezone.db";
const POSTGRES: &str = "postgres.dump";
const OBJECTS: &str = "objects";

/// What a copy is of.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// Layout of the archive.
    pub format: u32,
    /// When it was begun, epoch seconds.
    pub made_at: i64,
    /// Version of the program.
    pub program: String,
    /// SHA-256 of the copy of the database, hexadecimal.
    pub database_sha256: String,
    /// Whether the published files are in it.
    pub objects: bool,
}

/// Why there is no copy, or none was taken back.
#[derive(Debug, Error)]
pub enum BackupError {
    /// Reading or writing.
    #[error("{what}: {source}")]
    Io {
        /// What was being done.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The archive is not one of ours, or of a newer program.
    #[error("not a backup that this program understands: {0}")]
    NotOurs(&'static str),
    /// The copy of the database is not what was written.
    #[error("the copy of the database is damaged: take another backup")]
    Damaged,
    /// There is something where it is to go.
    #[error("there is data already in {0}: name another place, or --replace to lose what is there")]
    Occupied(String),
    /// Somebody else is at it.
    #[error("another backup or restore of {0} is under way: wait for its end")]
    UnderWay(String),
    /// A child process without its pipes.
    #[error("a pipe is missing: try again")]
    Broken,
    /// `age`, `pg_dump`, `pg_restore` or `psql` failed.
    #[error("{tool} failed: {said}")]
    Tool {
        /// Its name.
        tool: &'static str,
        /// What it said.
        said: String,
    },
    /// The server's data.
    #[error(transparent)]
    Server(#[from] Box<ServerError>),
}

impl From<ServerError> for BackupError {
    fn from(error: ServerError) -> Self {
        BackupError::Server(Box::new(error))
    }
}

/// Names what was being done when the system refused.
trait Doing<T> {
    fn doing(self, what: &'static str) -> Result<T, BackupError>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, what: &'static str) -> Result<T, BackupError> {
        self.map_err(|source| BackupError::Io { what, source })
    }
}
