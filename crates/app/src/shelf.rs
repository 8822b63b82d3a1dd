//! The phone's storage behind one shared handle, whatever kind it is.
//!
//! The pages and loops work with [`Shelf`] so that they need not know whether a file or memory (demo, tests) is
//! behind it, and so that "delete everything" can empty it while the device is put together anew.

use bluezone_device::{
    Applied, Change, Document, OwnKey, Storage, StorageError, StoredMatch, StoredPlaceMatch, StoredSighting,
    StoredVisit,
};
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::{IntervalNumber, Timestamp};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A shared storage. Clones are the same storage.
#[derive(Clone)]
pub struct Shelf(Arc<Inner>);

struct Inner {
    storage: Mutex<Box<dyn Storage + Send>>,
    writes: AtomicU64,
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shelf(..)")
    }
}

impl Shelf {
    /// Puts a storage behind a handle.
    pub fn new(storage: impl Storage + Send + 'static) -> Shelf {
        Shelf(Arc::new(Inner { storage: Mutex::new(Box::new(storage)), writes: AtomicU64::new(0) }))
    }

    /// How often changes were written.
    pub fn writes(&self) -> u64 {
        self.0.writes.load(Ordering::SeqCst)
    }

    /// Deletes everything it holds, at once.
    ///
    /// # Errors
    /// If the storage fails; then nothing is deleted.
    pub fn clear(&mut self) -> Result<(), StorageError> {
        let end_of_time = Timestamp(i64::MAX);
        let mut changes = vec![
            Change::DeleteKeysEndedBy(IntervalNumber(u32::MAX)),
            Change::DeleteSightingsBefore(end_of_time),
            Change::DeleteMatchesEndedBefore(end_of_time),
            Change::DeleteVisitsEndedBefore(end_of_time),
            Change::DeleteProcessedBefore(end_of_time),
        ];
        changes.extend(Document::ALL.map(Change::DeleteDocument));
        self.apply(&changes).map(|_| ())
    }

    fn open(&self) -> MutexGuard<'_, Box<dyn Storage + Send>> {
        // A panic elsewhere left no half-made change behind: `apply` is all or nothing.
        self.0.storage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Storage for Shelf {
    fn apply(&mut self, changes: &[Change]) -> Result<Applied, StorageError> {
        let applied = self.open().apply(changes)?;
        self.0.writes.fetch_add(1, Ordering::SeqCst);
        Ok(applied)
    }

    fn own_keys(&self) -> Result<Vec<OwnKey>, StorageError> {
        self.open().own_keys()
    }

    fn first_seen(&self, identifier: &Identifier) -> Result<Option<Timestamp>, StorageError> {
        self.open().first_seen(identifier)
    }

    fn sightings(&self, since: Timestamp) -> Result<Vec<StoredSighting>, StorageError> {
        self.open().sightings(since)
    }

    fn scans(&self, since: Timestamp) -> Result<Vec<(Timestamp, u32)>, StorageError> {
        self.open().scans(since)
    }

    fn sightings_of(&self, identifier: &Identifier) -> Result<Vec<StoredSighting>, StorageError> {
        self.open().sightings_of(identifier)
    }

    fn matches(&self) -> Result<Vec<StoredMatch>, StorageError> {
        self.open().matches()
    }

    fn visits(&self) -> Result<Vec<StoredVisit>, StorageError> {
        self.open().visits()
    }

    fn place_matches(&self) -> Result<Vec<StoredPlaceMatch>, StorageError> {
        self.open().place_matches()
    }

    fn is_processed(&self, name: &str) -> Result<bool, StorageError> {
        self.open().is_processed(name)
    }

    fn document(&self, document: Document) -> Result<Option<String>, StorageError> {
        self.open().document(document)
    }
}
