//! The contact log in a file: the storage contract, and what only a file can do.

use bluezone_app::storage::SqliteStorage;
use bluezone_device::contract::Harness;
use bluezone_device::{Change, Document, Storage, StorageError, StoredSighting};
use bluezone_protocol::gaen::RollingProximityIdentifier;
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::Timestamp;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

struct InFile {
    folder: TempDir,
    count: u32,
}

impl InFile {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), count: 0 }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(format!("contacts-{}.sqlite", self.count))
    }
}

impl Harness for InFile {
    type Storage = SqliteStorage;

    fn fresh(&mut self) -> SqliteStorage {
        self.count += 1;
        SqliteStorage::open(self.path()).unwrap()
    }

    fn reopen(&mut self, storage: SqliteStorage) -> SqliteStorage {
        drop(storage);
        SqliteStorage::open(self.path()).unwrap()
    }
}

bluezone_device::storage_contract!(InFile::new());

/// What opening the file says, when it is refused.
fn refused(path: PathBuf) -> String {
    match SqliteStorage::open(path) {
        Ok(_) => panic!("opened"),
        Err(error) => error.to_string(),
    }
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let files = InFile::new();
    fs::write(files.path(), "").unwrap();
    fs::set_permissions(files.path(), fs::Permissions::from_mode(0o644)).unwrap();
    let mut storage = SqliteStorage::open(files.path()).unwrap();
    storage.apply(&[Change::PutDocument(Document::Clock, "1".into())]).unwrap();
    let mut seen = 0;
    for entry in fs::read_dir(files.folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", entry.file_name());
        seen += 1;
    }
    assert!(seen >= 2, "the file and the log beside it");
}

#[test]
fn a_damaged_file_says_what_to_do() {
    let files = InFile::new();
    let mut storage = SqliteStorage::open(files.path()).unwrap();
    for i in 0..50 {
        let text = "x".repeat(4000 + i);
        storage.apply(&[Change::PutDocument(Document::Report, text)]).unwrap();
    }
    drop(storage);
    let good = fs::read(files.path()).unwrap();

    fs::write(files.path(), b"this is a letter to my grandmother, not a contact log ..............").unwrap();
    let message = refused(files.path());
    assert!(message.contains("move it away") && message.contains("contacts-0.sqlite"), "{message}");

    let mut broken = good.clone();
    for byte in &mut broken[4096..8192] {
        *byte = 0xA5;
    }
    fs::write(files.path(), &broken).unwrap();
    assert!(refused(files.path()).contains("move it away"));

    fs::write(files.path(), &good[..good.len() / 2]).unwrap();
    assert!(refused(files.path()).contains("move it away"));

    fs::write(files.path(), &good).unwrap();
    assert!(SqliteStorage::open(files.path()).is_ok());
}

#[test]
fn files_of_other_programs_and_newer_versions_are_left_alone() {
    let files = InFile::new();
    let other = rusqlite::Connection::open(files.path()).unwrap();
    other.execute_batch("CREATE TABLE recipes (text TEXT)").unwrap();
    drop(other);
    assert!(refused(files.path()).contains("another program"));

    let files = InFile::new();
    drop(SqliteStorage::open(files.path()).unwrap());
    let newer = rusqlite::Connection::open(files.path()).unwrap();
    newer.pragma_update(None, "user_version", 999).unwrap();
    drop(newer);
    let message = refused(files.path());
    assert!(message.contains("newer version") && message.contains("999"), "{message}");
}

/// A log of the first version keeps its sightings; it did not note transmit power.
#[test]
fn a_file_of_the_first_version_is_brought_up_to_date() {
    let files = InFile::new();
    let mut storage = SqliteStorage::open(files.path()).unwrap();
    let identifier = Identifier::Gaen { rpi: RollingProximityIdentifier([7; 16]), aem: [1; 4] };
    let (time, tx_power_dbm) = (Timestamp(1000), Some(-12));
    let sighting =
        StoredSighting { identifier, time, seconds_since_last_scan: 240, strength: None, tx_power_dbm };
    storage.apply(&[Change::PutSighting(sighting)]).unwrap();
    drop(storage);
    let first = rusqlite::Connection::open(files.path()).unwrap();
    let back = "ALTER TABLE sightings DROP COLUMN tx_power_dbm;
        ALTER TABLE matches DROP COLUMN of_contact;
        DROP TABLE place_matches;
        DROP TABLE visits;
        INSERT INTO documents VALUES ('warning', '{}');
        PRAGMA user_version = 1;";
    first.execute_batch(back).unwrap();
    drop(first);
    let mut storage = SqliteStorage::open(files.path()).unwrap();
    let kept = StoredSighting { tx_power_dbm: None, ..sighting };
    assert_eq!(storage.sightings(Timestamp(0)).unwrap(), [kept]);
    let later = StoredSighting { time: Timestamp(2000), ..sighting };
    storage.apply(&[Change::PutSighting(later)]).unwrap();
    assert_eq!(storage.sightings(Timestamp(0)).unwrap(), [kept, later]);
    drop(storage);
    let now = rusqlite::Connection::open(files.path()).unwrap();
    let documents = now.query_row("SELECT count(*) FROM documents", [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(documents, 0, "the copy of the warning is gone");
}

#[test]
fn one_app_at_a_time() {
    let files = InFile::new();
    let first = SqliteStorage::open(files.path()).unwrap();
    let message = refused(files.path());
    assert!(message.contains("in use by another bluezone app"), "{message}");
    drop(first);
    SqliteStorage::open(files.path()).unwrap();
}

#[test]
fn a_file_that_cannot_be_made_says_where() {
    let files = InFile::new();
    let path = files.folder.path().join("missing").join("contacts.sqlite");
    let error = SqliteStorage::open(&path).map(|_| ()).unwrap_err();
    assert!(matches!(&error, StorageError::Failed(text) if text.contains("missing")), "{error}");
}

/// In the file and in the log beside it, while both are in use.
fn can_be_dug_out(files: &InFile, secret: &[u8]) -> bool {
    let entries: Vec<_> =
        fs::read_dir(files.folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(entries.len() >= 2, "the file and its log: {entries:?}");
    entries.iter().any(|path| fs::read(path).unwrap().windows(secret.len()).any(|window| window == secret))
}

#[test]
fn what_is_deleted_cannot_be_dug_out_of_the_file_or_its_log() {
    let files = InFile::new();
    let mut storage = SqliteStorage::open(files.path()).unwrap();
    let secret = "a one-time code that nobody should find";
    storage.apply(&[Change::PutDocument(Document::Report, secret.into())]).unwrap();
    assert!(can_be_dug_out(&files, secret.as_bytes()), "the test can see it");
    storage.apply(&[Change::PutDocument(Document::Report, "a token".into())]).unwrap();
    assert!(!can_be_dug_out(&files, secret.as_bytes()), "nor what a report held before");

    let rpi = *b"sixteen of bytes";
    let identifier = Identifier::Gaen { rpi: RollingProximityIdentifier(rpi), aem: [1; 4] };
    let sighting = StoredSighting {
        identifier,
        time: Timestamp(1000),
        seconds_since_last_scan: 240,
        strength: None,
        tx_power_dbm: None,
    };
    storage.apply(&[Change::PutSighting(sighting)]).unwrap();
    assert!(can_be_dug_out(&files, &rpi));
    storage.apply(&[Change::DeleteSightingsBefore(Timestamp(2000))]).unwrap();
    assert!(!can_be_dug_out(&files, &rpi));
}
