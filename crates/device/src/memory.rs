//! Storage in memory: for simulations and tests. Durable for as long as the value lives.

use crate::storage::{
    Applied, Change, Document, OwnKey, Storage, StorageError, StoredMatch, StoredPlaceMatch, StoredSighting,
    StoredVisit, Strength, sighting_key,
};
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::{IntervalNumber, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Keeps everything in maps. A clone is what a disk would hold at that moment.
#[derive(Clone, Default)]
pub struct MemoryStorage {
    keys: BTreeMap<IntervalNumber, OwnKey>,
    /// By [`sighting_key`]; the rows of an identifier by time.
    heard: BTreeMap<(bool, [u8; 16]), Vec<Row>>,
    matches: BTreeMap<[u8; 16], StoredMatch>,
    /// By when they began.
    visits: BTreeMap<Timestamp, StoredVisit>,
    /// By the span of their file.
    place_matches: BTreeMap<(Timestamp, Timestamp), Vec<StoredPlaceMatch>>,
    processed: BTreeMap<String, Timestamp>,
    documents: BTreeMap<Document, String>,
}

/// A sighting without its identifier; many of these exist, so they are small.
#[derive(Copy, Clone)]
struct Row {
    time: Timestamp,
    seconds_since_last_scan: u32,
    aem: [u8; 4],
    strength: Option<Strength>,
    tx_power_dbm: Option<i8>,
}

impl Row {
    fn strongest_dbm(&self) -> Option<i8> {
        self.strength.map(|strength| strength.strongest_dbm)
    }
}

impl MemoryStorage {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many sightings it holds.
    pub fn len(&self) -> usize {
        self.heard.values().map(Vec::len).sum()
    }

    /// Whether it holds no sighting.
    pub fn is_empty(&self) -> bool {
        self.heard.is_empty()
    }

    fn put_sighting(&mut self, sighting: &StoredSighting) -> bool {
        let rows = self.heard.entry(sighting_key(&sighting.identifier)).or_default();
        let Err(at) = rows.binary_search_by_key(&sighting.time, |row| row.time) else { return false };
        let aem = match sighting.identifier {
            Identifier::Gaen { aem, .. } => aem,
            Identifier::Bluezone2020(_) => [0; 4],
        };
        let StoredSighting { identifier: _, time, seconds_since_last_scan, strength, tx_power_dbm } =
            *sighting;
        rows.insert(at, Row { time, seconds_since_last_scan, aem, strength, tx_power_dbm });
        true
    }

    fn keep_sightings(&mut self, keep: impl Fn(Timestamp) -> bool) -> usize {
        let before = self.len();
        self.heard.retain(|_, rows| {
            rows.retain(|row| keep(row.time));
            !rows.is_empty()
        });
        before - self.len()
    }

    fn keep_strongest(&mut self, times: Range<Timestamp>, most: usize) -> usize {
        let mut rows: Vec<_> = self
            .heard
            .iter()
            .flat_map(|(key, rows)| rows.iter().map(move |row| (row.strongest_dbm(), *key, row.time)))
            .filter(|(_, _, time)| times.contains(time))
            .collect();
        rows.sort_unstable_by(|a, b| b.cmp(a));
        let weak: BTreeSet<_> = rows.into_iter().skip(most).map(|(_, key, time)| (key, time)).collect();
        self.heard.retain(|key, rows| {
            rows.retain(|row| !weak.contains(&(*key, row.time)));
            !rows.is_empty()
        });
        weak.len()
    }

    fn keep_visits(&mut self, keep: impl Fn(&StoredVisit) -> bool) {
        self.visits.retain(|_, visit| keep(visit));
        let visits = &self.visits;
        self.place_matches.values_mut().for_each(|found| found.retain(|one| visits.contains_key(&one.visit)));
    }

    fn apply_one(&mut self, change: &Change, applied: &mut Applied) {
        match change {
            Change::PutKey(key) => {
                self.keys.insert(key.rolling_start, key.clone());
            }
            Change::DeleteKeysEndedBy(at) => self.keys.retain(|_, key| key.end() > *at),
            Change::DeleteKeysStartingAfter(at) => self.keys.retain(|start, _| start <= at),
            Change::PutSighting(sighting) => applied.stored += usize::from(self.put_sighting(sighting)),
            Change::DeleteSightingsBefore(at) => applied.deleted += self.keep_sightings(|time| time >= *at),
            Change::DeleteSightingsAfter(at) => applied.deleted += self.keep_sightings(|time| time <= *at),
            Change::KeepStrongest { from, until, most } => {
                applied.deleted += self.keep_strongest(*from..*until, *most as usize);
            }
            Change::PutMatch(found) => {
                self.matches.insert(*found.key.key.as_bytes(), found.clone());
            }
            Change::DeleteMatchesEndedBefore(at) => self.matches.retain(|_, found| found.key.end() >= *at),
            Change::PutVisit(visit) => {
                self.visits.insert(visit.stay.from, visit.clone());
            }
            Change::DeleteVisit(began) => self.keep_visits(|visit| visit.stay.from != *began),
            Change::DeleteVisitsEndedBefore(at) => self.keep_visits(|visit| visit.stay.to >= *at),
            Change::ReplacePlaceMatches { span, matches } => {
                let of_visits = matches.iter().filter(|one| self.visits.contains_key(&one.visit));
                self.place_matches.insert(*span, of_visits.copied().collect());
            }
            Change::PutProcessed { name, at } => {
                self.processed.insert(name.clone(), *at);
            }
            Change::DeleteProcessedBefore(at) => self.processed.retain(|_, processed| *processed >= *at),
            Change::PutDocument(document, text) => {
                self.documents.insert(*document, text.clone());
            }
            Change::DeleteDocument(document) => {
                self.documents.remove(document);
            }
        }
    }

    /// The only change that can be refused is looked for before anything is changed.
    fn has_key_conflict(&self, changes: &[Change]) -> bool {
        let mut keys: BTreeMap<_, _> = self.keys.iter().map(|(start, key)| (*start, &key.key)).collect();
        changes.iter().any(|change| match change {
            Change::PutKey(key) => *keys.entry(key.rolling_start).or_insert(&key.key) != &key.key,
            _ => false,
        })
    }
}

fn sighting(key: &(bool, [u8; 16]), row: &Row) -> StoredSighting {
    let (gaen, bytes) = key;
    let identifier = if *gaen {
        Identifier::Gaen { rpi: bluezone_protocol::gaen::RollingProximityIdentifier(*bytes), aem: row.aem }
    } else {
        let mut id = [0; 12];
        id.copy_from_slice(&bytes[..12]);
        Identifier::Bluezone2020(bluezone_protocol::bluezone2020::BluezoneId(id))
    };
    let Row { time, seconds_since_last_scan, aem: _, strength, tx_power_dbm } = *row;
    StoredSighting { identifier, time, seconds_since_last_scan, strength, tx_power_dbm }
}

impl Storage for MemoryStorage {
    fn apply(&mut self, changes: &[Change]) -> Result<Applied, StorageError> {
        if self.has_key_conflict(changes) {
            return Err(StorageError::KeyConflict);
        }
        let mut applied = Applied::default();
        for change in changes {
            self.apply_one(change, &mut applied);
        }
        Ok(applied)
    }

    fn own_keys(&self) -> Result<Vec<OwnKey>, StorageError> {
        Ok(self.keys.values().cloned().collect())
    }

    fn first_seen(&self, identifier: &Identifier) -> Result<Option<Timestamp>, StorageError> {
        let rows = self.heard.get(&sighting_key(identifier));
        Ok(rows.and_then(|rows| rows.first()).map(|row| row.time))
    }

    fn sightings(&self, since: Timestamp) -> Result<Vec<StoredSighting>, StorageError> {
        let mut found: Vec<_> = self
            .heard
            .iter()
            .flat_map(|(key, rows)| {
                let from = rows.partition_point(|row| row.time < since);
                rows[from..].iter().map(move |row| sighting(key, row))
            })
            .collect();
        found.sort_by_key(|s| s.time); // Stable: within one time the map's order stands.
        Ok(found)
    }

    fn scans(&self, since: Timestamp) -> Result<Vec<(Timestamp, u32)>, StorageError> {
        let rows = self.heard.values().flatten().filter(|row| row.time >= since);
        let scans: BTreeSet<_> = rows.map(|row| (row.time, row.seconds_since_last_scan)).collect();
        Ok(scans.into_iter().collect())
    }

    fn sightings_of(&self, identifier: &Identifier) -> Result<Vec<StoredSighting>, StorageError> {
        let key = sighting_key(identifier);
        Ok(self
            .heard
            .get(&key)
            .map(|rows| rows.iter().map(|row| sighting(&key, row)).collect())
            .unwrap_or_default())
    }

    fn matches(&self) -> Result<Vec<StoredMatch>, StorageError> {
        Ok(self.matches.values().cloned().collect())
    }

    fn visits(&self) -> Result<Vec<StoredVisit>, StorageError> {
        Ok(self.visits.values().cloned().collect())
    }

    fn place_matches(&self) -> Result<Vec<StoredPlaceMatch>, StorageError> {
        let mut found: Vec<_> = self.place_matches.values().flatten().copied().collect();
        found.sort_by_key(|one| (one.visit, one.warning.from, one.warning.until));
        Ok(found)
    }

    fn is_processed(&self, name: &str) -> Result<bool, StorageError> {
        Ok(self.processed.contains_key(name))
    }

    fn document(&self, document: Document) -> Result<Option<String>, StorageError> {
        Ok(self.documents.get(&document).cloned())
    }
}
