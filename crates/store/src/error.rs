//! What can go wrong in the store.

use sqlx::error::ErrorKind;
use thiserror::Error;

/// Why a request to the store failed.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The address of the database is of no known form.
    #[error("not a database address: expected sqlite:PATH or postgres://USER@HOST/NAME")]
    Address,
    /// The database file cannot be made.
    #[error("cannot create the database file {path}: {source}")]
    File {
        /// The file.
        path: std::path::PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A newer program has changed the database's layout.
    #[error(
        "the database has layout {found}, this program knows up to {known}: run the newer bluezone that it was used with"
    )]
    Newer {
        /// Layout of the database.
        found: i64,
        /// Newest layout of this program.
        known: i64,
    },
    /// There is already such a record.
    #[error("{0} already exists")]
    Conflict(&'static str),
    /// There is no such record.
    #[error("{0} does not exist")]
    NotFound(&'static str),
    /// The change is against the rules of the domain.
    #[error("{0}")]
    NotAllowed(&'static str),
    /// A stored value cannot be what this program wrote.
    #[error("the database holds a value in {0} that this program did not write: restore it from a backup")]
    Corrupt(&'static str),
    /// The store was opened without the secret that its vault's keys are wrapped with.
    #[error("the vault is locked: open the store with the server's master key")]
    Locked,
    /// A sealed value was changed, moved to another row, or sealed under another master key.
    #[error("a sealed value in {0} does not open: restore it from a backup")]
    DoesNotOpen(&'static str),
    /// The database refused or could not be reached.
    #[error("database: {0}")]
    Database(#[from] DatabaseError),
}

impl StoreError {
    /// Whether the same transaction may succeed when it is run again.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(self, StoreError::Database(error) if error.transient)
    }

    /// The same error for another of those that failed together.
    pub(crate) fn again(&self) -> StoreError {
        match self {
            StoreError::Database(error) => StoreError::Database(error.clone()),
            _ => StoreError::NotAllowed("a transaction that failed"),
        }
    }

    /// Of an insert that found such a row, that there is one.
    pub(crate) fn or_conflict(self, what: &'static str) -> StoreError {
        match self {
            StoreError::Database(error) if error.is_unique_violation() => StoreError::Conflict(what),
            other => other,
        }
    }

    /// Whether a row refers to one that is not there: of a sealed row, the vault's key was dropped meanwhile.
    pub(crate) fn is_dangling(&self) -> bool {
        matches!(self, StoreError::Database(error) if error.dangling)
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        StoreError::Database(DatabaseError::from(error))
    }
}

/// What the database said, without the values it said it about: its own error may quote a key or a code.
#[derive(Clone, Debug, Error)]
#[error("{message}")]
pub struct DatabaseError {
    message: String,
    transient: bool,
    unique: bool,
    dangling: bool,
}

impl DatabaseError {
    /// Whether a row with that value exists already.
    pub(crate) fn is_unique_violation(&self) -> bool {
        self.unique
    }
}

impl From<sqlx::Error> for DatabaseError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default().into_owned();
                let unique = matches!(database.kind(), ErrorKind::UniqueViolation);
                DatabaseError {
                    // `message` holds names of tables and constraints; values would be in the detail, which is left out.
                    message: format!("{} (code {code})", database.message()),
                    transient: is_transient_code(&code),
                    unique,
                    dangling: matches!(database.kind(), ErrorKind::ForeignKeyViolation),
                }
            }
            sqlx::Error::PoolTimedOut => DatabaseError {
                message: "no free connection in time: is the database overloaded?".to_owned(),
                transient: false,
                unique: false,
                dangling: false,
            },
            other => {
                DatabaseError { message: other.to_string(), transient: false, unique: false, dangling: false }
            }
        }
    }
}

/// PostgreSQL: serialization failure, deadlock. SQLite: busy while upgrading or recovering (517, 261).
fn is_transient_code(code: &str) -> bool {
    matches!(code, "40001" | "40P01" | "517" | "261")
}
