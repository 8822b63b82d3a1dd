//! A storage that fails: the phone says so and goes on from what is stored.

use crate::support::{NOW, authority, diagnosis_keys, export, meet, phone, rng};
use bluezone_device::{
    Applied, Change, Device, DeviceConfig, DeviceError, Document, MemoryStorage, OwnKey, Storage,
    StorageError, StoredMatch, StoredPlaceMatch, StoredSighting, StoredVisit,
};
use bluezone_protocol::diagnosis::ReportType;
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::Timestamp;
use std::cell::Cell;
use std::rc::Rc;

/// Keeps everything in memory; writing fails while `full`.
struct Disk {
    memory: MemoryStorage,
    full: Rc<Cell<bool>>,
}

impl Storage for Disk {
    fn apply(&mut self, changes: &[Change]) -> Result<Applied, StorageError> {
        if self.full.get() {
            return Err(StorageError::Failed("no room left on the disk".into()));
        }
        self.memory.apply(changes)
    }

    fn own_keys(&self) -> Result<Vec<OwnKey>, StorageError> {
        self.memory.own_keys()
    }

    fn first_seen(&self, identifier: &Identifier) -> Result<Option<Timestamp>, StorageError> {
        self.memory.first_seen(identifier)
    }

    fn sightings(&self, since: Timestamp) -> Result<Vec<StoredSighting>, StorageError> {
        self.memory.sightings(since)
    }

    fn scans(&self, since: Timestamp) -> Result<Vec<(Timestamp, u32)>, StorageError> {
        self.memory.scans(since)
    }

    fn sightings_of(&self, identifier: &Identifier) -> Result<Vec<StoredSighting>, StorageError> {
        self.memory.sightings_of(identifier)
    }

    fn matches(&self) -> Result<Vec<StoredMatch>, StorageError> {
        self.memory.matches()
    }

    fn visits(&self) -> Result<Vec<StoredVisit>, StorageError> {
        self.memory.visits()
    }

    fn place_matches(&self) -> Result<Vec<StoredPlaceMatch>, StorageError> {
        self.memory.place_matches()
    }

    fn is_processed(&self, name: &str) -> Result<bool, StorageError> {
        self.memory.is_processed(name)
    }

    fn document(&self, document: Document) -> Result<Option<String>, StorageError> {
        self.memory.document(document)
    }
}

#[test]
fn nothing_is_acknowledged_that_was_not_written() {
    let (mut owner, mut case) = (phone(), phone());
    meet(&mut owner, &mut case, NOW, 20, 50);
    let keys = diagnosis_keys(&case, ReportType::ConfirmedTest);
    let full = Rc::new(Cell::new(true));
    let config =
        DeviceConfig { trusted_export_keys: vec![authority(1).verifying_key()], ..DeviceConfig::default() };
    let disk = Disk { memory: owner.into_storage(), full: full.clone() };
    let mut phone = Device::open(config, disk).unwrap();
    let mut rng = rng(1);

    let failed = |result: Result<(), DeviceError>| matches!(result, Err(DeviceError::Storage(_)));
    let zip = || export(NOW + 7200, &keys, &[], 1);
    assert!(failed(phone.rotation(NOW, &mut rng).map(|_| ())), "no key on the air that is not stored");
    assert!(failed(phone.check_export("1.zip", zip(), NOW + 7200).map(|_| ())));
    assert!(failed(phone.report_start("12345678", &mut rng, NOW)));
    assert!(failed(phone.tidy(NOW).map(|_| ())));
    assert_eq!(phone.exports_to_fetch("1.zip").unwrap(), ["1.zip"]);
    assert!(phone.exposure(NOW + 7200).unwrap().windows.is_empty());

    full.set(false);
    let first = phone.rotation(NOW, &mut rng).unwrap();
    assert_eq!(phone.check_export("1.zip", zip(), NOW + 7200).unwrap().matches, 1);
    full.set(true);
    assert_eq!(phone.rotation(NOW, &mut rng).unwrap(), first, "known keys need no disk");
    assert_eq!(phone.storage().own_keys().unwrap().len(), 1);
}

#[test]
fn a_damaged_state_is_named_and_its_contents_are_not_shown() {
    let mut memory = MemoryStorage::new();
    memory
        .apply(&[Change::PutDocument(Document::Report, "{\"state\":\"code\",\"code\":\"12345678\"".into())])
        .unwrap();
    let mut phone = Device::open(DeviceConfig::default(), memory).unwrap();
    let error = phone.report_next(NOW, &mut rng(1)).unwrap_err();
    assert!(error.to_string().contains("report") && !error.to_string().contains("1234"), "{error}");
    phone.report_cancel().unwrap();
    phone.report_start("12345678", &mut rng(1), NOW).unwrap();
}
