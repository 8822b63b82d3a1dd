//! The phone's contact log: one SQLite file that only its owner's account may read.
//!
//! Write-ahead log with `synchronous = FULL`: when [`Storage::apply`] returns, the changes are on the disk. What was
//! acknowledged survives a kill and a power cut. That costs one flush a scan, every few minutes: nothing worth saving
//! by a weaker setting, not even for sightings.
//!
//! Deleted rows are overwritten (`secure_delete`), and after changes that delete something the write-ahead log, which
//! still holds what the pages were before, is emptied: a sighting of 15 days ago cannot be dug out of either file. (What
//! the disk itself keeps of overwritten blocks is out of reach.)

mod places;
mod rows;
mod schema;

use bluezone_device::{
    Applied, Change, Document, OwnKey, Storage, StorageError, StoredMatch, StoredPlaceMatch, StoredSighting,
    StoredVisit,
};
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::Timestamp;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, TransactionBehavior, params};
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

/// A [`Storage`] in a file.
pub struct SqliteStorage {
    connection: Connection,
    path: PathBuf,
}

impl SqliteStorage {
    /// Opens the file, or makes it, readable for its owner only. Brings an older file up to date.
    ///
    /// Errors say what to do: a damaged file, one of another program or of a newer version, one in use.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StorageError> {
        let path = path.into();
        make_private(&path).map_err(|error| StorageError::Failed(format!("{}: {error}", path.display())))?;
        let opened = Connection::open_with_flags(
            &path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        );
        let connection = opened.map_err(|error| explain(&path, &error))?;
        let mut storage = Self { connection, path };
        storage.prepare()?;
        Ok(storage)
    }

    fn prepare(&mut self) -> Result<(), StorageError> {
        let configure = |connection: &Connection| {
            // One process a file: a second app on it would send under the same identifiers.
            connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.pragma_update(None, "secure_delete", "ON")?;
            connection.pragma_update(None, "foreign_keys", "ON")?;
            connection.pragma_update(None, "trusted_schema", "OFF")?;
            empty_log(connection)?; // in case the last run was killed between a deletion and this
            connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))
        };
        let health = self.run(|| configure(&self.connection))?;
        if health != "ok" {
            return Err(damaged(&self.path, &health));
        }
        schema::bring_up_to_date(&mut self.connection, &self.path)
    }

    /// Runs a query; its error becomes one that says what to do.
    fn run<T>(&self, query: impl FnOnce() -> rusqlite::Result<T>) -> Result<T, StorageError> {
        query().map_err(|error| explain(&self.path, &error))
    }

    fn list<T>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        row: fn(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StorageError> {
        self.run(|| self.connection.prepare_cached(sql)?.query_map(params, row)?.collect())
    }
}

impl Storage for SqliteStorage {
    fn apply(&mut self, changes: &[Change]) -> Result<Applied, StorageError> {
        let path = self.path.clone();
        let failed = |error: rusqlite::Error| explain(&path, &error);
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let mut applied = Applied::default();
        let mut erased = false;
        for change in changes {
            if let Change::PutKey(key) = change
                && rows::conflicts(&transaction, key).map_err(failed)?
            {
                return Err(StorageError::KeyConflict); // Dropping the transaction undoes what came before.
            }
            erased |= rows::apply(&transaction, change, &mut applied).map_err(failed)?;
        }
        transaction.commit().map_err(failed)?;
        if erased && let Err(error) = empty_log(&self.connection) {
            // The changes themselves are made, so this is no failure of theirs; the next deletion tries again.
            tracing::warn!(%error, "deleted data are still in the contact log's write-ahead log");
        }
        Ok(applied)
    }

    fn own_keys(&self) -> Result<Vec<OwnKey>, StorageError> {
        self.list(rows::OWN_KEYS, [], rows::own_key)
    }

    fn first_seen(&self, identifier: &Identifier) -> Result<Option<Timestamp>, StorageError> {
        let first = |row: &rusqlite::Row<'_>| Ok(row.get::<_, Option<i64>>(0)?.map(Timestamp));
        let bytes = rows::bytes_of(identifier);
        self.run(|| self.connection.prepare_cached(rows::FIRST_SEEN)?.query_row([bytes], first))
    }

    fn sightings(&self, since: Timestamp) -> Result<Vec<StoredSighting>, StorageError> {
        self.list(rows::SIGHTINGS, [since.0], rows::sighting)
    }

    fn scans(&self, since: Timestamp) -> Result<Vec<(Timestamp, u32)>, StorageError> {
        self.list(rows::SCANS, [since.0], rows::scan)
    }

    fn sightings_of(&self, identifier: &Identifier) -> Result<Vec<StoredSighting>, StorageError> {
        self.list(rows::SIGHTINGS_OF, [rows::bytes_of(identifier)], rows::sighting)
    }

    fn matches(&self) -> Result<Vec<StoredMatch>, StorageError> {
        self.list(rows::MATCHES, [], rows::found)
    }

    fn visits(&self) -> Result<Vec<StoredVisit>, StorageError> {
        self.list(places::VISITS, [], places::visit)
    }

    fn place_matches(&self) -> Result<Vec<StoredPlaceMatch>, StorageError> {
        self.list(places::MATCHES, [], places::found)
    }

    fn is_processed(&self, name: &str) -> Result<bool, StorageError> {
        let sql = "SELECT 1 FROM processed WHERE name = ?1";
        self.run(|| self.connection.prepare_cached(sql)?.exists([name]))
    }

    fn document(&self, document: Document) -> Result<Option<String>, StorageError> {
        let sql = "SELECT text FROM documents WHERE name = ?1";
        self.run(|| {
            self.connection
                .prepare_cached(sql)?
                .query_row(params![document.name()], |row| row.get(0))
                .optional()
        })
    }
}

/// Moves the write-ahead log into the file and empties it.
fn empty_log(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

/// Makes the file if there is none, and takes all rights on it from everyone else. The log beside it inherits them.
fn make_private(path: &Path) -> std::io::Result<()> {
    let existed = path.exists();
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(<fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o600))?;
    if !existed {
        file.sync_all()?;
        // The folder's entry must survive a power cut as well, or the keys in the file do not.
        #[cfg(unix)]
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
    }
    Ok(())
}

/// What SQLite reports, as something a person can act on.
fn explain(path: &Path, error: &rusqlite::Error) -> StorageError {
    let place = path.display();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => damaged(path, &error.to_string()),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StorageError::Failed(format!(
            "{place} is in use by another bluezone app; close that one, or give this one its own --data folder"
        )),
        Some(ErrorCode::DiskFull) => {
            StorageError::Failed(format!("no room left on the disk of {place}; free some space"))
        }
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            StorageError::Failed(format!("{place} cannot be written; check who owns it and its folder"))
        }
        _ => StorageError::Failed(format!("{place}: {error}")),
    }
}

fn damaged(path: &Path, detail: &str) -> StorageError {
    StorageError::Damaged(format!(
        "{} cannot be read any more ({detail}); move it away to start with an empty log (the contacts in it are lost)",
        path.display()
    ))
}
