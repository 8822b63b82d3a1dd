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
    /// A newer program has changed the database's layout so that this one must not work with it.
    #[error(
        "the database has layout {found}, which takes programs that know layout {oldest} or a later one; this one knows up \
         to {known}: run the newer bluezone that the database was used with"
    )]
    Newer {
        /// Layout of the database.
        found: i64,
        /// The oldest layout whose programs may work with it.
        oldest: i64,
        /// Newest layout of this program.
        known: i64,
    },
    /// What was in the database has been carried over to another one.
    #[error("what was in this database has been carried over, or is being: use the one that it went to")]
    CarriedAway,
    /// Not everything has been carried over to this database yet.
    #[error("this database is being filled: run `bluezone admin move` again until it says that all is there")]
    Filling,
    /// Somebody else has the file open.
    #[error("the database file is in use: stop the server first")]
    InUse,
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
    /// Of a table of which each day is a partition: one is there for hours longer than it may be.
    #[error(
        "a day of {0} stays for hours longer than it may: it waits for whoever has the table in use (docs/playbook.md, JobLate)"
    )]
    Overdue(&'static str),
    /// Of such a table: today or tomorrow has no partition.
    #[error(
        "{0} have no table for today or tomorrow yet: it waits for whoever has the table in use (docs/playbook.md, JobLate)"
    )]
    NoDay(&'static str),
    /// More wait for the same thing than will be done soon.
    #[error("too many want {0} at once: try again in a moment")]
    Crowded(&'static str),
    /// The database refused or could not be reached.
    #[error("database: {0}")]
    Database(#[from] DatabaseError),
}

impl StoreError {
    /// Whether the database is away, full, crowded or takes nothing at the moment: not what was asked is wrong, and the same may succeed
    /// later. It may even have happened: a connection can break between a commit and its answer.
    pub fn is_unavailable(&self) -> bool {
        match self {
            StoreError::Database(error) => error.unavailable,
            StoreError::Crowded(_) => true,
            _ => false,
        }
    }

    /// Whether the same transaction may succeed when it is run again.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(self, StoreError::Database(error) if error.transient)
    }

    /// The same error for another of those that failed together.
    pub(crate) fn again(&self) -> StoreError {
        match self {
            StoreError::Database(error) => StoreError::Database(error.clone()),
            StoreError::Corrupt(what) => StoreError::Corrupt(what),
            StoreError::DoesNotOpen(table) => StoreError::DoesNotOpen(table),
            StoreError::Locked => StoreError::Locked,
            StoreError::Crowded(what) => StoreError::Crowded(what),
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

    /// Whether somebody else held a lock for longer than was waited for it.
    pub(crate) fn is_locked(&self) -> bool {
        matches!(self, StoreError::Database(error) if error.locked)
    }

    /// Whether a statement took longer than it may, and PostgreSQL gave it up.
    pub(crate) fn is_given_up(&self) -> bool {
        matches!(self, StoreError::Database(error) if error.given_up)
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
    unavailable: bool,
    unique: bool,
    dangling: bool,
    locked: bool,
    given_up: bool,
}

impl DatabaseError {
    /// Whether a row with that value exists already.
    pub(crate) fn is_unique_violation(&self) -> bool {
        self.unique
    }

    /// The database could not be reached.
    fn away(message: String) -> Self {
        DatabaseError {
            message,
            transient: false,
            unavailable: true,
            unique: false,
            dangling: false,
            locked: false,
            given_up: false,
        }
    }
}

impl From<sqlx::Error> for DatabaseError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default().into_owned();
                DatabaseError {
                    // `message` holds names of tables and constraints; values would be in the detail, which is left out.
                    message: format!("{} (code {code})", database.message()),
                    transient: is_transient_code(&code),
                    unavailable: is_unavailable_code(&code),
                    unique: matches!(database.kind(), ErrorKind::UniqueViolation),
                    dangling: matches!(database.kind(), ErrorKind::ForeignKeyViolation),
                    locked: code == "55P03",
                    given_up: code == "57014",
                }
            }
            sqlx::Error::PoolTimedOut => {
                DatabaseError::away("no free connection in time: is the database overloaded?".to_owned())
            }
            sqlx::Error::Io(_) | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                DatabaseError::away(error.to_string())
            }
            _ => DatabaseError { unavailable: false, ..DatabaseError::away(error.to_string()) },
        }
    }
}

/// PostgreSQL: serialization failure, deadlock. SQLite: busy while upgrading or recovering (517, 261).
fn is_transient_code(code: &str) -> bool {
    matches!(code, "40001" | "40P01" | "517" | "261")
}

/// PostgreSQL (its appendix A): no connection (08), no room (53), ended or cancelled by an operator (57), the system failed (58),
/// a lock that was not free in time (55P03), read only (25006: a standby, or a primary that is being replaced). SQLite: busy,
/// read only, input or output failed, full.
fn is_unavailable_code(code: &str) -> bool {
    let class = |class| code.len() == 5 && code.starts_with(class);
    class("08") || class("53") || class("57") || class("58") || matches!(code, "25006" | "55P03" | "5" | "8" | "13")
        // Extended codes of SQLite: the low byte is the code.
        || code.len() < 5 && code.parse::<u32>().is_ok_and(|code| code & 0xff == 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_told_from_what_is_wrong() {
        for code in [
            "08006", "53100", "53300", "57P01", "57P03", "57014", "58030", "25006", "55P03", "5", "8", "10",
            "778", "13",
        ] {
            assert!(is_unavailable_code(code), "{code}");
        }
        for code in ["23505", "42P01", "22001", "40001", "1", "11", "19", "2067", ""] {
            assert!(!is_unavailable_code(code), "{code}");
        }
    }
}
