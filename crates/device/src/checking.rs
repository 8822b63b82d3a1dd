//! What the published keys that were matched mean for the owner.

use crate::device::{Device, put};
use crate::error::DeviceError;
use crate::storage::{Document, Publisher, Storage, StoredSighting};
use bluezone_matching::{TOLERANCE_S, within};
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::gaen::{AssociatedMetadataKey, MAX_ROLLING_PERIOD, Metadata};
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::Timestamp;
use bluezone_proximity::{
    Assessment, Contact, ExposureWindow, HiddenMarkov, Listening, MatchedKey, RiskLevel, Sample, assess,
    attenuation_db, contacts, windows,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

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

/// What all checks so far mean.
#[derive(Clone, PartialEq, Debug)]
pub struct Exposure {
    /// Levels by day and in all.
    pub assessment: Assessment,
    /// The same of contacts with people who are contacts of a case themselves and not known to be ill: a warning of its own,
    /// in other words. Levels as if they were ill, which is how near it was and no more.
    pub near_contacts: Assessment,
    /// Contacts with people who reported an illness, ordered by day and then by contents, so that the order says nothing of who
    /// belongs to which.
    pub windows: Vec<ExposureWindow>,
    /// When all exports were last checked.
    pub last_check: Option<Timestamp>,
}

impl Exposure {
    /// Whether the owner is to be warned: there was a close contact with a case.
    pub fn is_warning(&self) -> bool {
        self.assessment.level == RiskLevel::High
    }

    /// Whether the owner is to be told that they were close to a contact of a case.
    pub fn is_near_contact(&self) -> bool {
        self.near_contacts.level == RiskLevel::High
    }
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

    /// Notes that every export of the index was checked.
    pub fn check_done(&mut self, now: Timestamp) -> Result<(), DeviceError> {
        self.apply(&[put(Document::LastCheck, &LastCheck { at: now })])?;
        Ok(())
    }

    /// What all checks so far mean today. Works without a network.
    pub fn exposure(&self, now: Timestamp) -> Result<Exposure, DeviceError> {
        let (assessment, windows) = self.assessment(Publisher::Case, now)?;
        let (near_contacts, _) = self.assessment(Publisher::Contact, now)?;
        let last_check = self.read::<LastCheck>(Document::LastCheck)?.map(|last| last.at);
        Ok(Exposure { assessment, near_contacts, windows, last_check })
    }

    pub(crate) fn assessment(
        &self,
        publisher: Publisher,
        now: Timestamp,
    ) -> Result<(Assessment, Vec<ExposureWindow>), DeviceError> {
        let mut matches = self.storage.matches()?;
        matches.retain(|matched| matched.publisher == publisher);
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
        let scans = self.storage.scans(self.sighting_horizon(now))?;
        let listening =
            |(time, gap): (Timestamp, u32)| Listening { time_s: time.0, seconds_since_last: Some(gap) };
        Ok(scans.into_iter().map(listening).collect())
    }

    /// The sightings of a key, each with its sample of attenuation and the transmit power that it claims.
    pub(crate) fn heard_of(
        &self,
        key: &DiagnosisKey,
    ) -> Result<Vec<(StoredSighting, Sample, i8)>, DeviceError> {
        let mut found = Vec::new();
        let period = key.rolling_period.min(MAX_ROLLING_PERIOD);
        for (interval, rpi) in key.key.identifier_key().identifiers(key.rolling_start, period) {
            // The metadata is not looked at: a sighting is found by its identifier.
            let heard = self.storage.sightings_of(&Identifier::Gaen { rpi, aem: [0; 4] })?;
            let heard = heard.into_iter().filter(|s| within(s.time, interval, TOLERANCE_S));
            found.extend(heard.filter_map(|s| {
                let (sample, tx) = sample(key, &s, self.config.rx_offset_db)?;
                Some((s, sample, tx))
            }));
        }
        Ok(found)
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
        let heard = self.heard_of(key)?;
        // One phone: the same in all.
        let tx_power_dbm = heard.last().map_or(0, |(_, _, tx)| *tx);
        let samples: Vec<_> = heard.into_iter().map(|(_, sample, _)| sample).collect();
        let infectiousness = self.config.disease.infectiousness(key.days_since_onset);
        let report_type = match key.report_type {
            // Disease profiles know cases only, and give a contact's key no weight among theirs.
            ReportType::Recursive => ReportType::ConfirmedTest,
            of_case => of_case,
        };
        let matched = MatchedKey { report_type, infectiousness };
        let near = model.map(|model| contacts(model, matched, listening, &samples, tx_power_dbm));
        Ok((windows(matched, &samples), near.unwrap_or_default()))
    }
}

/// The sighting as a sample of attenuation, and the transmit power that it claims (dBm). `None` without a strength, or
/// with a transmit power nobody has.
pub(crate) fn sample(
    key: &DiagnosisKey,
    sighting: &StoredSighting,
    rx_offset_db: i8,
) -> Option<(Sample, i8)> {
    let Identifier::Gaen { rpi, aem } = sighting.identifier else { return None };
    let metadata_key: AssociatedMetadataKey = key.key.metadata_key();
    let metadata = Metadata::decrypt(&metadata_key, &rpi, aem)?;
    if !PLAUSIBLE_TX_DBM.contains(&metadata.tx_power_dbm) {
        return None;
    }
    let strength = sighting.strength?;
    let attenuation = |dbm| attenuation_db(metadata.tx_power_dbm, dbm, rx_offset_db);
    let sample = Sample {
        time: sighting.time,
        seconds_since_last_scan: sighting.seconds_since_last_scan,
        typical_attenuation_db: attenuation(strength.mean_dbm),
        min_attenuation_db: attenuation(strength.strongest_dbm),
        calibration_confidence: metadata.calibration_confidence,
    };
    Some((sample, metadata.tx_power_dbm))
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

pub(crate) fn valid_name(name: &str) -> Result<(), DeviceError> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let good = name.len() <= MAX_NAME
        && name.ends_with(".zip")
        && !name.starts_with(['.', '-'])
        && !name.contains("..")
        && name.bytes().all(allowed);
    if good { Ok(()) } else { Err(DeviceError::ExportName(name.chars().take(MAX_NAME).collect())) }
}
