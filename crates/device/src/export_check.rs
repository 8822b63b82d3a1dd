//! One published file against what was heard, in three steps, so that the device is not held while a large file is read:
//! what is needed is taken out of it, the file is checked without it, what was found is stored in it.

use crate::checking::{Checked, sample, valid_name};
use crate::device::{Device, put};
use crate::error::DeviceError;
use crate::storage::{Change, Document, Publisher, Storage, StoredMatch, StoredSighting};
use bluezone_matching::{Hit, Matcher, Published, SightingIndex, TOLERANCE_S};
use bluezone_protocol::diagnosis::ReportType;
use bluezone_protocol::export::{ExportError, ExportFile, KeyKind, VerifyingKey};
use bluezone_protocol::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{Read, Seek};

/// Keys that are matched together.
const BATCH: usize = 2048;

/// What of a device one check needs. See [`Device::begin_check`].
pub struct ExportCheck {
    name: String,
    publisher: Publisher,
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
        self.begin_check_of(Publisher::Case, name, now)
    }

    /// [`Device::begin_check`] of an export of either index.
    pub fn begin_check_of(
        &self,
        publisher: Publisher,
        name: &str,
        now: Timestamp,
    ) -> Result<Option<ExportCheck>, DeviceError> {
        valid_name(name)?;
        if self.storage.is_processed(name)? {
            return Ok(None);
        }
        let known = self.storage.matches()?.into_iter();
        Ok(Some(ExportCheck {
            name: name.to_owned(),
            publisher,
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
        self.check_export_of(Publisher::Case, name, file, now)
    }

    /// [`Device::check_export`] of an export of either index.
    pub fn check_export_of(
        &mut self,
        publisher: Publisher,
        name: &str,
        file: impl Read + Seek,
        now: Timestamp,
    ) -> Result<Checked, DeviceError> {
        match self.begin_check_of(publisher, name, now)? {
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
        let index = SightingIndex::new(self.sightings.iter().map(|s| (s.identifier, s.time)), TOLERANCE_S);
        let mut matcher = Matcher::new(&index);

        let mut checked = Checked::default();
        let mut matches = Vec::new();
        // One key nobody can use says nothing against the others, which the authority signed as well.
        let mut keys = file
            .verified_keys(&self.trusted)
            .map_err(refused)?
            .filter(|item| !matches!(item, Err(ExportError::Key { .. })))
            .map(|item| item.map(|(kind, key)| Published { kind, key }));
        loop {
            let batch: Vec<Published> =
                keys.by_ref().take(BATCH).collect::<Result<_, _>>().map_err(refused)?;
            if batch.is_empty() {
                break;
            }
            checked.keys += batch.len() as u64;
            let mut hits: BTreeMap<usize, Vec<Hit>> = BTreeMap::new();
            matcher.run(batch.iter().map(|published| &published.key), |at, found| {
                hits.insert(at, found.to_vec());
            });
            for (at, published) in batch.into_iter().enumerate() {
                let bytes = *published.key.key.as_bytes();
                if self.own.contains(&bytes) {
                    continue; // Somebody sent our own identifiers back to us.
                }
                if !belongs(self.publisher, published.key.report_type) {
                    continue; // A file of the other kind: who serves it cannot turn one warning into another.
                }
                let found = match self.known.get(&bytes) {
                    // A contact has become a case, whatever the contacts' own export says of it now or later.
                    Some(earlier)
                        if earlier.publisher == Publisher::Contact && self.publisher == Publisher::Case =>
                    {
                        became_case(earlier, published, self.now).inspect(|_| checked.revised += 1)
                    }
                    Some(earlier) if earlier.publisher != self.publisher => None,
                    Some(earlier) => revision(earlier, published, self.now).inspect(|_| checked.revised += 1),
                    None => hits.get(&at).and_then(|hits| {
                        let Published { kind, key } = published;
                        let mut near = hits.iter().map(|hit| &self.sightings[hit.sighting]);
                        near.any(|heard| sample(&key, heard, self.rx_offset_db).is_some()).then(|| {
                            checked.matches += usize::from(key.report_type != ReportType::Revoked);
                            {
                                let (revised, publisher) = (kind == KeyKind::Revised, self.publisher);
                                StoredMatch { key, revised, found: self.now, publisher }
                            }
                        })
                    }),
                };
                if let Some(found) = found {
                    matches.push(found.clone());
                    self.known.insert(bytes, found);
                }
            }
        }
        drop(keys);
        // The signature is verified only now that the file has been read to its end.
        let end = file.header().map_err(refused)?.end;
        Ok(ExportFound { name: self.name, now: self.now, end, checked, matches })
    }
}

/// Whether an export may hold keys of this report type.
fn belongs(publisher: Publisher, report_type: ReportType) -> bool {
    match report_type {
        ReportType::Revoked => true,
        ReportType::Recursive => publisher == Publisher::Contact,
        _ => publisher == Publisher::Case,
    }
}

/// The match of a contact after its key stands among the cases'. What is revoked there before it was published there says
/// nothing of a contact.
fn became_case(earlier: &StoredMatch, later: Published, now: Timestamp) -> Option<StoredMatch> {
    let same = (later.key.rolling_start, later.key.rolling_period)
        == (earlier.key.rolling_start, earlier.key.rolling_period);
    (same && later.key.report_type != ReportType::Revoked).then(|| StoredMatch {
        key: later.key,
        revised: later.kind == KeyKind::Revised,
        found: now,
        publisher: Publisher::Case,
    })
}

/// The match after a later publication of its key, if that changes it.
fn revision(earlier: &StoredMatch, later: Published, now: Timestamp) -> Option<StoredMatch> {
    let publisher = earlier.publisher;
    let kind = if earlier.revised { KeyKind::Revised } else { KeyKind::New };
    let earlier = Published { kind, key: earlier.key.clone() };
    earlier.is_revised_by(&later).then_some(StoredMatch {
        key: later.key,
        revised: true,
        found: now,
        publisher,
    })
}
