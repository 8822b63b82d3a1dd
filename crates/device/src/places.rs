//! Places where the owner checked in, and the published warnings that are meant for them.
//!
//! Visits stay on this phone. What the authority publishes is compared with them here, as keys are with what was heard.

use crate::device::{Device, put};
use crate::error::DeviceError;
use crate::storage::{Change, Document, Storage, StoredPlaceMatch, StoredVisit};
use bluezone_codes::place::PlaceCode;
use bluezone_codes::visit::{Ending, SAME_VISIT_S, Stay, overlaps};
use bluezone_protocol::place_warning::{
    PlaceFile, PlaceFileError, PlaceKey, PlaceWarning, file_name, is_file_name,
};
use bluezone_protocol::time::{DAY_S, Timestamp};
use std::collections::BTreeSet;

/// Visits are kept so many days.
const VISIT_DAYS: i64 = 21;

/// Longest name of a place, in characters.
const LONGEST_NAME: usize = 100;

/// A place that the owner checks in at.
#[derive(Clone, PartialEq, Eq)]
pub struct NewVisit {
    /// The digits on the poster.
    pub code: PlaceCode,
    /// Reads the place's warnings.
    pub key: PlaceKey,
    /// What the owner calls it, or the server; may be empty. What is longer than 100 characters is cut.
    pub name: String,
    /// Whether it is a vehicle.
    pub vehicle: bool,
    /// How long people usually stay, seconds.
    pub dwell_s: i64,
}

impl std::fmt::Debug for NewVisit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewVisit(..)")
    }
}

/// A visit at which the owner may have met a case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlaceExposure {
    /// Where and when the owner was there.
    pub visit: StoredVisit,
    /// When a case was, as published; the earliest of several.
    pub warning: PlaceWarning,
}

/// What one file of place warnings held.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct PlacesChecked {
    /// Entries in the file.
    pub entries: usize,
    /// Those meant for a visit of this phone's.
    pub matches: usize,
}

impl<S: Storage> Device<S> {
    /// Visits, the latest first.
    pub fn visits(&self) -> Result<Vec<StoredVisit>, DeviceError> {
        let mut visits = self.storage.visits()?;
        visits.reverse();
        Ok(visits)
    }

    /// Where the owner is checked in.
    pub fn open_visit(&self, now: Timestamp) -> Result<Option<StoredVisit>, DeviceError> {
        Ok(self.visits()?.into_iter().find(|visit| visit.stay.is_open(now)))
    }

    /// Checks in; whatever was open ends. Checking in twice within [`SAME_VISIT_S`] is once; later again at the same place, it is
    /// the next visit: the owner left without a word and came back.
    pub fn check_in(&mut self, place: NewVisit, now: Timestamp) -> Result<(), DeviceError> {
        let visits = self.storage.visits()?;
        let just_came = |stay: &Stay| stay.is_open(now) && now - stay.from < SAME_VISIT_S;
        if visits.iter().any(|visit| visit.code == place.code && just_came(&visit.stay)) {
            return Ok(());
        }
        // The second names the visit: of two in one, the later begins a second later.
        let taken: BTreeSet<_> = visits.iter().map(|visit| visit.stay.from).collect();
        let mut from = now;
        while taken.contains(&from) {
            from = from + 1;
        }
        let mut changes = ended(&visits, now, |stay| stay.followed_by(from));
        changes.push(Change::PutVisit(StoredVisit {
            stay: Stay::begin(from, place.dwell_s),
            code: place.code,
            key: place.key,
            name: place.name.trim().chars().take(LONGEST_NAME).collect(),
            vehicle: place.vehicle,
        }));
        self.apply(&changes)?;
        Ok(())
    }

    /// Checks out of wherever the owner is checked in. Nothing changes where they are not, or by now are not any more.
    pub fn check_out(&mut self, now: Timestamp) -> Result<(), DeviceError> {
        let visits = self.storage.visits()?;
        let changes = ended(&visits, now, |stay| stay.end(now, Ending::Button).unwrap_or(stay));
        self.apply(&changes)?;
        Ok(())
    }

    /// Deletes the visit that began then, with its warnings.
    pub fn forget_visit(&mut self, began: Timestamp) -> Result<(), DeviceError> {
        self.apply(&[Change::DeleteVisit(began)])?;
        Ok(())
    }

    /// Deletes all visits, with their warnings.
    pub fn forget_visits(&mut self) -> Result<(), DeviceError> {
        self.apply(&[Change::DeleteVisitsEndedBefore(Timestamp(i64::MAX))])?;
        Ok(())
    }

    /// Visits that ended before this are to be deleted.
    pub(crate) fn visit_horizon(now: Timestamp) -> Timestamp {
        now - VISIT_DAYS * DAY_S
    }

    /// The visits at which the owner may have met a case, the latest first, each once.
    pub fn place_exposures(&self) -> Result<Vec<PlaceExposure>, DeviceError> {
        let matches = self.storage.place_matches()?;
        let warning_of = |visit: &StoredVisit| {
            matches.iter().find(|found| found.visit == visit.stay.from).map(|found| found.warning)
        };
        let visits = self.visits()?;
        let exposures = visits.iter().filter_map(|visit| {
            let warning = warning_of(visit)?;
            let stay = usual(visit, warning.dwell_s, &visits);
            Some(PlaceExposure { visit: StoredVisit { stay, ..visit.clone() }, warning })
        });
        Ok(exposures.collect())
    }

    /// The files of an index (one name a line) that are to be looked into, in its order. One name that no such file can have
    /// refuses the whole index.
    pub fn place_files_to_fetch(&self, index_text: &str) -> Result<Vec<String>, DeviceError> {
        let mut names = Vec::new();
        for name in index_text.lines().map(str::trim).filter(|name| !name.is_empty()) {
            if !is_file_name(name) {
                return Err(DeviceError::ExportName(name.chars().take(200).collect()));
            }
            if !self.storage.is_processed(name)? && !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }

    /// Compares a file of place warnings with all visits and stores what is found, in the place of what was found before of the
    /// same span: a warning that the authority has taken back goes. While somebody who checks in now could still be meant,
    /// the file is not noted as processed, and looked into again at the next round.
    ///
    /// # Errors
    /// [`DeviceError::PlaceFile`] if it is not signed by a pinned key, or not what its name says; then nothing has changed.
    pub fn check_place_file(
        &mut self,
        name: &str,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<PlacesChecked, DeviceError> {
        let refused = |source| DeviceError::PlaceFile { name: name.to_owned(), source };
        let file = PlaceFile::read(bytes, &self.config.trusted_export_keys).map_err(refused)?;
        if file_name(&file, bytes) != name {
            return Err(refused(PlaceFileError::Damaged("its name is another file's")));
        }
        let visits = self.storage.visits()?;
        let keys: BTreeSet<_> = visits.iter().map(|visit| &visit.key).collect();
        let mut matches = Vec::new();
        for key in keys {
            for warning in file.opened_by(key) {
                let met = visits.iter().filter(|visit| visit.key == *key && meets(visit, &warning, &visits));
                matches.extend(met.map(|visit| StoredPlaceMatch {
                    visit: visit.stay.from,
                    warning,
                    found: now,
                }));
            }
        }
        let checked = PlacesChecked { entries: file.entries.len(), matches: matches.len() };
        let mut changes = vec![
            Change::ReplacePlaceMatches { span: (file.start, file.end), matches },
            put(Document::Clock, &self.clock.observe(now).prove(file.end, now)),
        ];
        if !file.is_fresh(now) {
            changes.push(Change::PutProcessed { name: name.to_owned(), at: now });
        }
        self.apply(&changes)?;
        Ok(checked)
    }
}

/// Whether a visit, of all of them, is close enough in time to a case's stay.
fn meets(visit: &StoredVisit, warning: &PlaceWarning, visits: &[StoredVisit]) -> bool {
    let case = Stay { from: warning.from, to: warning.until, ending: Ending::Scan };
    overlaps(&usual(visit, warning.dwell_s, visits), &case, warning.margin_s)
}

/// The stay of a visit that nobody ended, by how long people usually stay at that place: a poster that was scanned does not say it,
/// a warning does. What the server keeps of visits ends by the same rule.
fn usual(visit: &StoredVisit, dwell_s: i64, visits: &[StoredVisit]) -> Stay {
    let stay = visit.stay;
    if dwell_s <= 0 || stay.ending.was_told() {
        return stay;
    }
    let later = visits.iter().map(|other| other.stay.from).filter(|from| *from > stay.from).min();
    let next = if stay.ending == Ending::NextVisit { Some(stay.to) } else { later };
    let usual = Stay::begin(stay.from, dwell_s);
    next.map_or(usual, |next| usual.followed_by(next))
}

/// The visits that are open and that `end` changes.
fn ended(visits: &[StoredVisit], now: Timestamp, end: impl Fn(Stay) -> Stay) -> Vec<Change> {
    let open = visits.iter().filter(|visit| visit.stay.is_open(now));
    open.map(|visit| Change::PutVisit(StoredVisit { stay: end(visit.stay), ..visit.clone() })).collect()
}
