//! Parts of the contact log as they are told to a unit: which sightings and which of the phone's own identifier keys
//! belong to a way of telling, by day, and how they are cut into uploads of limited size.

use crate::device::Device;
use crate::error::DeviceError;
use crate::storage::{OwnKey, Publisher, Storage, StoredSighting};
use bluezone_protocol::api::MAX_UPLOAD_BYTES;
use bluezone_protocol::diagnosis::ReportType;
use bluezone_protocol::history::{
    GivenConsent, Heard, History, HistoryDay, HistoryKind, IdentifierKey, Reporter,
};
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::Timestamp;
use bluezone_proximity::RiskLevel;
use bluezone_transparency::entry::{DataKind, Scope};
use bluezone_transparency::seal::UPLOAD_STEP;
use std::collections::{BTreeMap, BTreeSet};

/// Bytes of the days in one upload: the whole steps of padding that fit, less the length, consents and names.
const DAYS_BYTES: usize = MAX_UPLOAD_BYTES / UPLOAD_STEP * UPLOAD_STEP - 4 - 3000;

/// One UTC day of what would be told.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct ToldDay {
    /// Its start.
    pub day: Timestamp,
    /// Identifiers heard. One phone has several: a new one every 10 minutes.
    pub identifiers: usize,
    /// The weakest sightings of a crowded day, which do not fit into an upload and are not told.
    pub left_out: usize,
    /// Whether what this phone called itself goes along, so that the day's identifiers can be linked.
    pub links: bool,
}

/// Which way of telling, and with it what belongs to it.
#[derive(Clone, Debug)]
pub(crate) enum Telling {
    /// A case: everything.
    Case,
    /// A warned person: the encounters of the days that warned.
    Contact,
    /// The answer to a request: what lies within its scope.
    Answer(Scope),
}

impl Telling {
    pub(crate) fn kind(&self) -> HistoryKind {
        match self {
            Self::Case => HistoryKind::Case,
            Self::Contact => HistoryKind::Contact,
            Self::Answer(_) => HistoryKind::Answer,
        }
    }
}

/// A day as it goes into an upload.
pub(crate) struct CutDay {
    pub day: HistoryDay,
    pub left_out: usize,
}

impl CutDay {
    pub fn told(&self) -> ToldDay {
        let identifiers: BTreeSet<_> = self.day.heard.iter().map(|heard| heard.identifier).collect();
        ToldDay {
            day: self.day.day,
            identifiers: identifiers.len(),
            left_out: self.left_out,
            links: !self.day.keys.is_empty(),
        }
    }
}

impl<S: Storage> Device<S> {
    /// What there is to tell, oldest day first. Sightings of the original scheme are not: nobody could compare them.
    pub(crate) fn history(&self, telling: &Telling, now: Timestamp) -> Result<Vec<CutDay>, DeviceError> {
        let (heard, keys) = match telling {
            Telling::Case => (self.storage.sightings(self.sighting_horizon(now))?, self.keys_told(now)),
            Telling::Contact => self.what_warned(now)?,
            Telling::Answer(scope) => self.within(scope, now)?,
        };
        let mut days: BTreeMap<Timestamp, HistoryDay> = BTreeMap::new();
        let empty = |day| HistoryDay { day, keys: Vec::new(), heard: Vec::new() };
        for sighting in heard.iter().filter(|sighting| sighting.time <= now) {
            let day = sighting.time.day_start();
            days.entry(day).or_insert_with(|| empty(day)).heard.extend(told(sighting));
        }
        for key in keys {
            let day = key.rolling_start.day_start().start();
            days.entry(day).or_insert_with(|| empty(day)).keys.push(IdentifierKey {
                key: key.key.identifier_key(),
                rolling_start: key.rolling_start,
                rolling_period: key.rolling_period,
            });
        }
        days.retain(|_, day| !day.keys.is_empty() || !day.heard.is_empty());
        Ok(days.into_values().map(cut).collect())
    }

    /// Own keys that were on the air; today's as if it ended now.
    fn keys_told(&self, now: Timestamp) -> Vec<OwnKey> {
        let oldest = Self::own_key_horizon(now).interval();
        let sent = self.own_keys.iter().filter(|key| {
            key.sent_until > key.rolling_start && key.end() > oldest && key.rolling_start <= now.interval()
        });
        sent.map(|key| key.ending_by(now.interval() + 1)).collect()
    }

    /// The encounters of the days that warn, and this phone's keys of those days.
    fn what_warned(&self, now: Timestamp) -> Result<(Vec<StoredSighting>, Vec<OwnKey>), DeviceError> {
        let (assessment, _) = self.assessment(Publisher::Case, now)?;
        let warning = assessment.days.iter().filter(|day| day.level != RiskLevel::None);
        let days: BTreeSet<Timestamp> = warning.map(|day| day.day).collect();
        let mut heard = Vec::new();
        for matched in self.storage.matches()? {
            if matched.publisher == Publisher::Case && matched.key.report_type != ReportType::Revoked {
                heard.extend(self.heard_of(&matched.key)?.into_iter().map(|(sighting, ..)| sighting));
            }
        }
        heard.retain(|sighting| days.contains(&sighting.time.day_start()));
        heard.sort_by_key(|sighting| (sighting.time, sighting.identifier));
        let mut keys = self.keys_told(now);
        keys.retain(|key| days.contains(&key.rolling_start.day_start().start()));
        Ok((heard, keys))
    }

    /// What a request's scope covers. A key tells of all its time, so only one whose whole time is asked for.
    fn within(
        &self,
        scope: &Scope,
        now: Timestamp,
    ) -> Result<(Vec<StoredSighting>, Vec<OwnKey>), DeviceError> {
        let (mut heard, mut keys) = (Vec::new(), Vec::new());
        if scope.kinds.contains(&DataKind::Contacts) {
            heard = self.storage.sightings(scope.from.max(self.sighting_horizon(now)))?;
            heard.retain(|sighting| sighting.time < scope.until);
        }
        if scope.kinds.contains(&DataKind::IdentifierKeys) {
            keys = self.keys_told(now);
            keys.retain(|key| key.rolling_start.start() >= scope.from && key.end().start() <= scope.until);
        }
        Ok((heard, keys))
    }
}

/// Days in as few parts as hold them; each part stands alone.
pub(crate) fn parts(
    kind: HistoryKind,
    days: Vec<HistoryDay>,
    consents: &[GivenConsent],
    reporter: Option<&Reporter>,
) -> Vec<History> {
    let mut cut: Vec<Vec<HistoryDay>> = Vec::new();
    let mut room = 0;
    for day in days {
        let size = encoded(&day);
        if size > room {
            cut.push(Vec::new());
            room = DAYS_BYTES;
        }
        room = room.saturating_sub(size);
        if let Some(part) = cut.last_mut() {
            part.push(day);
        }
    }
    // At most one a day of the retention, far below what 32 bits hold.
    let parts = cut.len() as u32;
    let part = |(part, days)| History {
        kind,
        days,
        consents: consents.to_vec(),
        reporter: reporter.cloned(),
        part,
        parts,
    };
    (0..).zip(cut).map(part).collect()
}

fn told(sighting: &StoredSighting) -> Option<Heard> {
    let Identifier::Gaen { rpi, .. } = sighting.identifier else { return None };
    Some(Heard {
        identifier: rpi,
        at: sighting.time,
        mean_dbm: sighting.strength.map(|strength| strength.mean_dbm).filter(|dbm| *dbm != 0),
        packets: sighting.strength.map_or(0, |strength| strength.packets),
        seconds_since_last_scan: sighting.seconds_since_last_scan,
    })
}

/// A day that fits into one upload: of a crowd, the strongest sightings stay.
fn cut(mut day: HistoryDay) -> CutDay {
    let all = day.heard.len();
    let mut size = encoded(&day);
    if size > DAYS_BYTES {
        day.heard.sort_by_key(|heard| std::cmp::Reverse(heard.mean_dbm));
    }
    while size > DAYS_BYTES {
        // Sightings differ by a few bytes, so a share of them is nearly that share of the size.
        let keep = (day.heard.len() * DAYS_BYTES / size).min(day.heard.len() - 1);
        day.heard.truncate(keep);
        size = encoded(&day);
    }
    day.heard.sort_by_key(|heard| (heard.at, heard.identifier));
    CutDay { left_out: all - day.heard.len(), day }
}

/// Bytes that a day takes in a message, and a few more.
fn encoded(day: &HistoryDay) -> usize {
    let alone = History {
        kind: HistoryKind::Case,
        days: vec![day.clone()],
        consents: Vec::new(),
        reporter: None,
        part: 0,
        parts: 1,
    };
    alone.to_bytes().len()
}
