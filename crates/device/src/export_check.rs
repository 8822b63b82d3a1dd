//! One published file against what was heard, in three steps, so that the device is not held while a large file is read:
//! what is needed is taken out of it, the file is checked without it, what was found is stored in it.

use crate::checking::{Checked, sample, valid_name};
use crate::device::{Device, put};
use crate::error::DeviceError;
use crate::storage::{Change, Document, Storage, StoredMatch, StoredSighting};
use bluezone_matching::{SightingIndex, TOLERANCE_S};
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::export::{ExportError, ExportFile, KeyKind, VerifyingKey};
use bluezone_protocol::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{Read, Seek};

/// What of a device one check needs. See [`Device::begin_check`].
pub struct ExportCheck {
    name: String,
    now: Timestamp,
    trusted: Vec<VerifyingKey>,
    rx_offset_db: i8,
    sightings: Vec<StoredSighting>,
    known: BTreeMap<[u8; 16], StoredMatch>,
    own: BTreeSet<[u8; 16]>,
}

/// What a check found, to be stored with [`Device::finish_check`].
pub struct ExportFound {
    name: String,
    now: Timestamp,
    end: Timestamp,
    checked: Checked,
    matches: Vec<StoredMatch>,
}

impl fmt::Debug for ExportCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExportCheck(..)")
    }
}

impl fmt::Debug for ExportFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExportFound(..)")
    }
}

impl<S: Storage> Device<S> {
    /// Takes out what checking this export needs; `None` if it was processed before.
    ///
    /// Memory: the sightings and the matches.
    pub fn begin_check(&self, name: &str, now: Timestamp) -> Result<Option<ExportCheck>, DeviceError> {
        valid_name(name)?;
        if self.storage.is_processed(name)? {
            return Ok(None);
        }
        let known = self.storage.matches()?.into_iter();
        Ok(Some(ExportCheck {
            name: name.to_owned(),
            now,
            trusted: self.config.trusted_export_keys.clone(),
            rx_offset_db: self.config.rx_offset_db,
            sightings: self.storage.sightings(self.sighting_horizon(now))?,
            known: known.map(|found| (*found.key.key.as_bytes(), found)).collect(),
            own: self.own_keys.iter().map(|key| *key.key.as_bytes()).collect(),
        }))
    }

    /// Stores what a check found and that the file was processed, together. What was recorded since the check began is
    /// not looked at: a published key ended hours ago, so nobody sends its identifiers any more.
    pub fn finish_check(&mut self, found: ExportFound) -> Result<Checked, DeviceError> {
        let ExportFound { name, now, end, checked, matches } = found;
        let mut changes: Vec<_> = matches.into_iter().map(Change::PutMatch).collect();
        changes.push(Change::PutProcessed { name, at: now });
        changes.push(put(Document::Clock, &self.clock.observe(now).prove(end, now)));
        self.apply(&changes)?;
        Ok(checked)
    }

    /// All three steps at once. A file processed before is not read again.
    pub fn check_export(
        &mut self,
        name: &str,
        file: impl Read + Seek,
        now: Timestamp,
    ) -> Result<Checked, DeviceError> {
        match self.begin_check(name, now)? {
            Some(check) => self.finish_check(check.run(file)?),
            None => Ok(Checked::default()),
        }
    }
}

impl ExportCheck {
    /// Checks the file: signature, then every key. Needs no device.
    ///
    /// Memory: what it has, whatever the number of keys.
    pub fn run(mut self, file: impl Read + Seek) -> Result<ExportFound, DeviceError> {
        let name = self.name.clone();
        let refused = |source: ExportError| DeviceError::Export { name: name.clone(), source };
        let mut file = ExportFile::open(file).map_err(refused)?;
        file.verify(&self.trusted).map_err(refused)?;
        let end = file.header().map_err(refused)?.end;
        let index = SightingIndex::new(self.sightings.iter().map(|s| (s.identifier, s.time)));

        let mut checked = Checked::default();
        let mut matches = Vec::new();
        for item in file.keys().map_err(refused)? {
            let (kind, key) = match item {
                Ok(item) => item,
                // One key nobody can use says nothing against the others, which the authority signed as well.
                Err(ExportError::Key { .. }) => continue,
                Err(error) => return Err(refused(error)),
            };
            checked.keys += 1;
            if self.own.contains(key.key.as_bytes()) {
                continue; // Somebody sent our own identifiers back to us.
            }
            let bytes = *key.key.as_bytes();
            let found = match self.known.get(&bytes) {
                Some(earlier) => revision(earlier, kind, key, self.now).inspect(|_| checked.revised += 1),
                None => {
                    let near = index.hits(&key, TOLERANCE_S).into_iter();
                    let near = near.map(|hit| &self.sightings[hit]);
                    near.filter_map(|heard| sample(&key, heard, self.rx_offset_db)).next().map(|_| {
                        checked.matches += usize::from(key.report_type != ReportType::Revoked);
                        StoredMatch { key, revised: kind == KeyKind::Revised, found: self.now }
                    })
                }
            };
            if let Some(found) = found {
                matches.push(found.clone());
                self.known.insert(bytes, found);
            }
        }
        Ok(ExportFound { name: self.name, now: self.now, end, checked, matches })
    }
}

/// What a key of a later file does to a match: a revision replaces it, once, if it says the same of the key's time; a
/// withdrawal always does. Files may be processed in any order: a first publication after its revision changes nothing,
/// nor does anything after a withdrawal.
fn revision(earlier: &StoredMatch, kind: KeyKind, key: DiagnosisKey, now: Timestamp) -> Option<StoredMatch> {
    let same_time =
        earlier.key.rolling_start == key.rolling_start && earlier.key.rolling_period == key.rolling_period;
    let counts = !earlier.revised || key.report_type == ReportType::Revoked;
    (kind == KeyKind::Revised && counts && same_time).then_some(StoredMatch {
        key,
        revised: true,
        found: now,
    })
}
