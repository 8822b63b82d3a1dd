//! Published keys against what was heard, and what that means for the owner.

use crate::clock::CLOCK_TOLERANCE_S;
use crate::device::{Device, put};
use crate::error::DeviceError;
use crate::storage::{Change, Document, Storage, StoredMatch, StoredSighting};
use bluezone_matching::{SightingIndex, within};
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::export::{ExportError, ExportFile, KeyKind};
use bluezone_protocol::gaen::{AssociatedMetadataKey, MAX_ROLLING_PERIOD, Metadata};
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::Timestamp;
use bluezone_proximity::{
    Assessment, Contact, DailySummary, ExposureWindow, HiddenMarkov, Listening, MatchedKey, RiskLevel,
    Sample, assess, attenuation_db, contacts, windows,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};

/// A sender that claims to transmit with less or more (dBm) is lying or damaged; what it sent is dropped.
const PLAUSIBLE_TX_DBM: std::ops::RangeInclusive<i8> = -50..=20;

/// Longest name of an export file.
const MAX_NAME: usize = 200;

/// What one export held.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Checked {
    /// Keys in the file, new and revised. 0 if it was processed before.
    pub keys: u64,
    /// Keys whose owner was near, this file's only.
    pub matches: usize,
    /// Revisions that changed or removed an earlier match.
    pub revised: usize,
}

/// The owner is warned.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Warning {
    /// Always [`RiskLevel::High`] under the built-in rules.
    pub level: RiskLevel,
    /// The last day with a contact of that level (UTC day).
    pub most_recent_day: Timestamp,
    /// The disease profile's `id`.
    pub profile: String,
    /// What to do: identifiers of texts, in order.
    pub advice: Vec<String>,
    /// When the check ran that first said so; unchanged while the warning stands.
    pub since: Timestamp,
}

/// What all checks so far mean.
#[derive(Clone, PartialEq, Debug)]
pub struct Exposure {
    /// Levels by day and in all.
    pub assessment: Assessment,
    /// Contacts with people who reported, ordered by day and then by contents, so that the order says nothing of who
    /// belongs to which.
    pub windows: Vec<ExposureWindow>,
    /// The days of the assessment.
    pub daily: Vec<DailySummary>,
    /// When all exports were last checked.
    pub last_check: Option<Timestamp>,
    /// Set from the first check that finds a close contact, until no contact of that level is left.
    pub warned: Option<Warning>,
}

#[derive(Serialize, Deserialize)]
struct LastCheck {
    at: Timestamp,
}

impl<S: Storage> Device<S> {
    /// The exports of an index (one name a line) that were not processed yet, in its order.
    ///
    /// A name is letters, digits, `-`, `_` and `.`, ends in `.zip` and does not begin with a dot: it can leave neither
    /// the folder nor the address it is put into. One name that is not so refuses the whole index.
    pub fn exports_to_fetch(&self, index_text: &str) -> Result<Vec<String>, DeviceError> {
        let mut seen = BTreeSet::new();
        let mut names = Vec::new();
        for name in index_text.lines().map(str::trim).filter(|name| !name.is_empty()) {
            valid_name(name)?;
            if seen.insert(name) && !self.storage.is_processed(name)? {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }

    /// Checks one export: signature, then every key. Its matches and the note that it was processed are stored
    /// together. A file processed before is not read again.
    ///
    /// Memory: the sightings and the matches, whatever the number of keys.
    pub fn check_export(
        &mut self,
        name: &str,
        file: impl Read + Seek,
        now: Timestamp,
    ) -> Result<Checked, DeviceError> {
        valid_name(name)?;
        if self.storage.is_processed(name)? {
            return Ok(Checked::default());
        }
        let refused = |source: ExportError| DeviceError::Export { name: name.to_owned(), source };
        let mut file = ExportFile::open(file).map_err(refused)?;
        file.verify(&self.config.trusted_export_keys).map_err(refused)?;
        let end = file.header().map_err(refused)?.end;

        let sightings = self.storage.sightings(self.sighting_horizon(now))?;
        let index = SightingIndex::new(sightings.iter().map(|s| (s.identifier, s.time)));
        let mut known: BTreeMap<[u8; 16], StoredMatch> =
            self.storage.matches()?.into_iter().map(|found| (*found.key.key.as_bytes(), found)).collect();
        let own: BTreeSet<[u8; 16]> = self.own_keys.iter().map(|key| *key.key.as_bytes()).collect();

        let mut checked = Checked::default();
        let mut changes = Vec::new();
        for item in file.keys().map_err(refused)? {
            let (kind, key) = match item {
                Ok(item) => item,
                // One key nobody can use says nothing against the others, which the authority signed as well.
                Err(ExportError::Key { .. }) => continue,
                Err(error) => return Err(refused(error)),
            };
            checked.keys += 1;
            if own.contains(key.key.as_bytes()) {
                continue; // Somebody sent our own identifiers back to us.
            }
            let bytes = *key.key.as_bytes();
            let found = match known.get(&bytes) {
                Some(earlier) => revision(earlier, kind, key, now).inspect(|_| checked.revised += 1),
                None => {
                    let near = index.hits(&key, CLOCK_TOLERANCE_S);
                    let near = near.into_iter().any(|hit| self.sample(&key, &sightings[hit]).is_some());
                    near.then(|| {
                        checked.matches += usize::from(key.report_type != ReportType::Revoked);
                        StoredMatch { key, revised: kind == KeyKind::Revised, found: now }
                    })
                }
            };
            if let Some(found) = found {
                changes.push(Change::PutMatch(found.clone()));
                known.insert(bytes, found);
            }
        }
        changes.push(Change::PutProcessed { name: name.to_owned(), at: now });
        changes.push(put(Document::Clock, &self.clock.observe(now).prove(end, now)));
        self.apply(&changes)?;
        Ok(checked)
    }

    /// Notes that every export of the index was checked, and raises or withdraws the warning by what they held.
    pub fn check_done(&mut self, now: Timestamp) -> Result<(), DeviceError> {
        let warning = self.warning(&self.assessment(now)?.0, now)?;
        let warning = match warning {
            Some(warning) => put(Document::Warning, &warning),
            None => Change::DeleteDocument(Document::Warning),
        };
        self.apply(&[put(Document::LastCheck, &LastCheck { at: now }), warning])?;
        Ok(())
    }

    /// What all checks so far mean today. Works without a network.
    pub fn exposure(&self, now: Timestamp) -> Result<Exposure, DeviceError> {
        let (assessment, windows) = self.assessment(now)?;
        let last_check = self.read::<LastCheck>(Document::LastCheck)?.map(|last| last.at);
        let warned = self.warning(&assessment, now)?;
        Ok(Exposure { daily: assessment.days.clone(), assessment, windows, last_check, warned })
    }

    fn assessment(&self, now: Timestamp) -> Result<(Assessment, Vec<ExposureWindow>), DeviceError> {
        let matches = self.storage.matches()?;
        let model = self.config.disease.contact.map(|rule| rule.model());
        let listening = match matches.is_empty() {
            true => Vec::new(),
            false => self.listening(now)?,
        };
        let (mut found, mut near) = (Vec::new(), Vec::new());
        for matched in matches {
            let (windows, contacts) = self.near(&matched.key, model.as_ref(), &listening)?;
            found.extend(windows);
            near.extend(contacts);
        }
        found.sort_by(|a, b| (a.day, &a.scans.len()).cmp(&(b.day, &b.scans.len())).then_with(|| order(a, b)));
        Ok((assess(&self.config.disease, &found, &near, now), found))
    }

    /// When this phone listened and heard anybody.
    fn listening(&self, now: Timestamp) -> Result<Vec<Listening>, DeviceError> {
        let sightings = self.storage.sightings(self.sighting_horizon(now))?;
        let scan = |s: &StoredSighting| Listening {
            time_s: s.time.0,
            seconds_since_last: Some(s.seconds_since_last_scan),
        };
        Ok(sightings.iter().map(scan).collect::<BTreeSet<_>>().into_iter().collect())
    }

    /// What was heard of a key: exposure windows, and by day how likely a contact it was.
    fn near(
        &self,
        key: &DiagnosisKey,
        model: Option<&HiddenMarkov>,
        listening: &[Listening],
    ) -> Result<(Vec<ExposureWindow>, Vec<Contact>), DeviceError> {
        if key.report_type == ReportType::Revoked {
            return Ok((Vec::new(), Vec::new()));
        }
        let mut samples = Vec::new();
        let mut tx_power_dbm = 0;
        let period = key.rolling_period.min(MAX_ROLLING_PERIOD);
        for (interval, rpi) in key.key.identifier_key().identifiers(key.rolling_start, period) {
            // The metadata is not looked at: a sighting is found by its identifier.
            let heard = self.storage.sightings_of(&Identifier::Gaen { rpi, aem: [0; 4] })?;
            let heard = heard.iter().filter(|s| within(s.time, interval, CLOCK_TOLERANCE_S));
            for (sample, tx) in heard.filter_map(|s| self.sample(key, s)) {
                samples.push(sample);
                tx_power_dbm = tx; // One phone: the same in all.
            }
        }
        let infectiousness = self.config.disease.infectiousness(key.days_since_onset);
        let matched = MatchedKey { report_type: key.report_type, infectiousness };
        let near = model.map(|model| contacts(model, matched, listening, &samples, tx_power_dbm));
        Ok((windows(matched, &samples), near.unwrap_or_default()))
    }

    /// The sighting as a sample of attenuation, and the transmit power it claims (dBm). `None` without a strength, or with a transmit power nobody has.
    fn sample(&self, key: &DiagnosisKey, sighting: &StoredSighting) -> Option<(Sample, i8)> {
        let Identifier::Gaen { rpi, aem } = sighting.identifier else { return None };
        let metadata_key: AssociatedMetadataKey = key.key.metadata_key();
        let metadata = Metadata::decrypt(&metadata_key, &rpi, aem)?;
        if !PLAUSIBLE_TX_DBM.contains(&metadata.tx_power_dbm) {
            return None;
        }
        let strength = sighting.strength?;
        let attenuation = |dbm| attenuation_db(metadata.tx_power_dbm, dbm, self.config.rx_offset_db);
        let sample = Sample {
            time: sighting.time,
            seconds_since_last_scan: sighting.seconds_since_last_scan,
            typical_attenuation_db: attenuation(strength.mean_dbm),
            min_attenuation_db: attenuation(strength.strongest_dbm),
            calibration_confidence: metadata.calibration_confidence,
        };
        Some((sample, metadata.tx_power_dbm))
    }

    /// The warning that an assessment calls for, with the time of the first check that did.
    fn warning(&self, assessment: &Assessment, now: Timestamp) -> Result<Option<Warning>, DeviceError> {
        let (RiskLevel::High, Some(most_recent_day)) = (assessment.level, assessment.most_recent_day())
        else {
            return Ok(None);
        };
        let stored: Option<Warning> = self.read(Document::Warning)?;
        let disease = &self.config.disease;
        Ok(Some(Warning {
            level: assessment.level,
            most_recent_day,
            profile: disease.id.clone(),
            advice: disease.advice_for(assessment.level).to_vec(),
            since: stored.map_or(now, |stored| stored.since),
        }))
    }
}

/// What a key of a later file does to a match: a revision replaces it, once, if it says the same of the key's time.
/// Files may be processed in any order: a first publication after its revision changes nothing.
fn revision(earlier: &StoredMatch, kind: KeyKind, key: DiagnosisKey, now: Timestamp) -> Option<StoredMatch> {
    let same_time =
        earlier.key.rolling_start == key.rolling_start && earlier.key.rolling_period == key.rolling_period;
    (kind == KeyKind::Revised && !earlier.revised && same_time).then_some(StoredMatch {
        key,
        revised: true,
        found: now,
    })
}

fn order(a: &ExposureWindow, b: &ExposureWindow) -> std::cmp::Ordering {
    let contents = |w: &ExposureWindow| {
        let scans: Vec<_> = w
            .scans
            .iter()
            .map(|s| (s.typical_attenuation_db, s.min_attenuation_db, s.seconds_since_last_scan))
            .collect();
        (w.report_type, w.infectiousness, w.calibration_confidence, scans)
    };
    contents(a).cmp(&contents(b))
}

fn valid_name(name: &str) -> Result<(), DeviceError> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let good = name.len() <= MAX_NAME
        && name.ends_with(".zip")
        && !name.starts_with(['.', '-'])
        && !name.contains("..")
        && name.bytes().all(allowed);
    if good { Ok(()) } else { Err(DeviceError::ExportName(name.chars().take(MAX_NAME).collect())) }
}
