//! Listening: when, what is kept of it, and what its owner is shown.

use crate::device::Device;
use crate::error::DeviceError;
use crate::storage::{Change, Storage, StoredSighting, Strength, sighting_key};
use bluezone_matching::TOLERANCE_S;
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::{DAY_S, Timestamp};
use bluezone_proximity::{MAX_SECONDS_SINCE_LAST_SCAN, attenuation_db};
use rand::{Rng, RngExt};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// An identifier heard longer than this after it was first heard (seconds) is somebody's recording of it: it lives
/// for 10 or 15 minutes.
const REPLAY_S: i64 = 1200;

/// Sightings kept of one UTC day, the strongest. 170 phones around the clock, each heard every 5 minutes, are fewer; a flood
/// of forged frames cannot fill the phone: 14 days of it are 700,000 sightings, about 70 MB.
pub(crate) const MAX_SIGHTINGS_A_DAY: usize = 50_000;

/// The names of processed exports are kept this many days, longer than any server offers them.
const PROCESSED_DAYS: i64 = 60;

/// "Near" in what the owner is shown: the default rule's outer limit, dB.
const NEAR_DB: u8 = 63;

/// A scan to do.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct ScanPlan {
    /// When it starts.
    pub start: Timestamp,
    /// How long it listens, seconds.
    pub duration_s: u32,
}

/// The packets of one identifier in one scan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Heard {
    /// Whose.
    pub identifier: Identifier,
    /// Received strengths; empty when it was told over GATT without one. Such a sighting counts nothing for risk.
    /// Values above +20 dBm are not strengths (127 means unknown) and are ignored.
    pub rssi_dbm: Vec<i8>,
    /// Transmit power, if its packets said: unverified, as anyone may say anything.
    pub tx_power_dbm: Option<i8>,
}

/// What one scan heard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scan {
    /// When it started.
    pub started: Timestamp,
    /// Since the start of the scan before it.
    pub seconds_since_last_scan: u32,
    /// Each identifier once.
    pub heard: Vec<Heard>,
}

/// What became of a scan.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Recorded {
    /// Sightings kept.
    pub stored: usize,
    /// Dropped: heard too long after the identifier was first heard.
    pub replayed: usize,
    /// Dropped: this phone's clock is provably behind, or the identifier is this phone's own.
    pub dropped: usize,
    /// The day's weakest, deleted again because the day had too many.
    pub displaced: usize,
}

/// A phone around now.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Nearby {
    /// Tells one from another for as long as its identifier lasts; says nothing about it, and changes at a restart.
    pub tag: u32,
    /// Mean strength when heard last.
    pub rssi_dbm: Option<i8>,
    /// When that was.
    pub last_seen: Timestamp,
}

/// A day of the owner's with contacts.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct ContactDay {
    /// When the day began, by the configured offset from UTC.
    pub day: Timestamp,
    /// Identifiers heard. One phone has several: a new one every 10 minutes.
    pub identifiers: usize,
    /// Minutes in which at least one phone was near.
    pub near_minutes: u32,
}

impl<S: Storage> Device<S> {
    /// The scan to do next: start it when its time has come, [`Device::record_scan`] it, ask again.
    ///
    /// Until its start the answer stays the same.
    pub fn next_scan(&mut self, now: Timestamp, rng: &mut (impl Rng + ?Sized)) -> ScanPlan {
        let cycle = self.config.duty_cycle;
        let period = i64::from(cycle.period_s);
        let start = match self.plan {
            Some(plan) if now < plan.start && plan.start - now <= period => return plan,
            // A clock that was set back by more than a period must not stop the listening until it has caught up.
            Some(plan) if now >= plan.start => {
                let jitter = i64::from(rng.random_range(0..=cycle.jitter_s));
                now.max(plan.start + period - jitter)
            }
            _ => now,
        };
        let plan = ScanPlan { start, duration_s: cycle.scan_s };
        self.plan = Some(plan);
        plan
    }

    /// Keeps what a scan heard, of a day the strongest 50,000. The same scan recorded twice is kept once.
    pub fn record_scan(&mut self, scan: &Scan) -> Result<Recorded, DeviceError> {
        let mut recorded = Recorded::default();
        let mut changes = vec![self.clock_change(scan.started)];
        let behind = self.clock.is_behind(scan.started);
        for heard in &scan.heard {
            if behind || self.on_air.is_some_and(|own| same(&own.identifier, &heard.identifier)) {
                recorded.dropped += 1;
                continue;
            }
            let first = self.storage.first_seen(&heard.identifier)?;
            if first.is_some_and(|first| (scan.started - first).abs() > REPLAY_S) {
                recorded.replayed += 1;
                continue;
            }
            changes.push(Change::PutSighting(StoredSighting {
                identifier: heard.identifier,
                time: scan.started,
                seconds_since_last_scan: scan.seconds_since_last_scan,
                strength: strength(&heard.rssi_dbm),
                tx_power_dbm: heard.tx_power_dbm,
            }));
        }
        let day = scan.started.day_start();
        let count = match self.day {
            Some((known, count)) if known == day => count,
            _ => self.storage.sightings(day)?.iter().filter(|s| s.time < day + DAY_S).count(),
        };
        if count + scan.heard.len() > MAX_SIGHTINGS_A_DAY {
            let most = MAX_SIGHTINGS_A_DAY as u32;
            changes.push(Change::KeepStrongest { from: day, until: day + DAY_S, most });
        }
        let applied = self.apply(&changes)?;
        (recorded.stored, recorded.displaced) = (applied.stored, applied.deleted);
        self.day = Some((day, count + applied.stored - applied.deleted.min(count + applied.stored)));
        Ok(recorded)
    }

    /// Phones heard in the last `within_s` seconds, the most recent first.
    pub fn nearby(
        &mut self,
        now: Timestamp,
        within_s: i64,
        rng: &mut (impl Rng + ?Sized),
    ) -> Result<Vec<Nearby>, DeviceError> {
        let tag_key = *self.tag_key.get_or_insert_with(|| rng.random());
        let mut latest = BTreeMap::new();
        for sighting in self.storage.sightings(now - within_s)?.into_iter().filter(|s| s.time <= now) {
            latest.insert(sighting_key(&sighting.identifier), sighting); // In time order: the last stays.
        }
        let mut nearby: Vec<_> = latest
            .into_iter()
            .map(|(key, sighting)| Nearby {
                tag: tag(&tag_key, &key),
                rssi_dbm: sighting.strength.map(|s| s.mean_dbm),
                last_seen: sighting.time,
            })
            .collect();
        nearby.sort_by_key(|n| (std::cmp::Reverse(n.last_seen), n.tag));
        Ok(nearby)
    }

    /// The days with contacts within the retention, the most recent first.
    pub fn contact_days(&self, now: Timestamp) -> Result<Vec<ContactDay>, DeviceError> {
        let offset = self.config.day_offset_s;
        let mut days: BTreeMap<Timestamp, DayCount> = BTreeMap::new();
        for sighting in self.storage.sightings(self.sighting_horizon(now))? {
            let day = (sighting.time + offset).day_start() - offset;
            let count = days.entry(day).or_default();
            count.identifiers.insert(sighting_key(&sighting.identifier));
            if self.is_near(&sighting) {
                let seconds = sighting.seconds_since_last_scan.min(MAX_SECONDS_SINCE_LAST_SCAN);
                count.near_seconds.insert(sighting.time, seconds);
            }
        }
        let day = |(day, count): (Timestamp, DayCount)| ContactDay {
            day,
            identifiers: count.identifiers.len(),
            near_minutes: count.near_seconds.values().sum::<u32>() / 60,
        };
        Ok(days.into_iter().rev().map(day).collect())
    }

    /// Deletes what is older than the retention, and what is dated in the future; returns how many sightings went.
    ///
    /// While the clock has not run steadily for a day since it last jumped, nothing is deleted: a clock set wrong for
    /// a while must not destroy the log. Call it at least daily.
    pub fn tidy(&mut self, now: Timestamp) -> Result<usize, DeviceError> {
        let observed = self.clock_change(now);
        if !self.clock.observe(now).is_steady(now) {
            return Ok(self.apply(&[observed])?.deleted);
        }
        let latest = now + TOLERANCE_S;
        let horizon = self.sighting_horizon(now);
        let mut changes = vec![
            observed,
            Change::DeleteSightingsBefore(horizon),
            Change::DeleteSightingsAfter(latest),
            Change::DeleteMatchesEndedBefore(horizon),
            Change::DeleteVisitsEndedBefore(Self::visit_horizon(now)),
            Change::DeleteKeysEndedBy(Self::own_key_horizon(now).interval()),
            // Keys that a wrong clock made for days to come: they were on the air, anybody may have recorded them.
            Change::DeleteKeysStartingAfter(latest.interval()),
            Change::DeleteProcessedBefore(now - PROCESSED_DAYS * DAY_S),
        ];
        changes.extend(self.forget_reports(now)?);
        Ok(self.apply(&changes)?.deleted)
    }

    /// Sightings before this are to be deleted.
    pub(crate) fn sighting_horizon(&self, now: Timestamp) -> Timestamp {
        now - i64::from(self.config.retention_days) * DAY_S
    }

    fn is_near(&self, sighting: &StoredSighting) -> bool {
        sighting.strength.is_some_and(|s| {
            let sent = self.config.assumed_tx_power_dbm;
            attenuation_db(sent, s.mean_dbm, self.config.rx_offset_db) <= NEAR_DB
        })
    }
}

#[derive(Default)]
struct DayCount {
    identifiers: BTreeSet<(bool, [u8; 16])>,
    /// Listening time that each scan with a near phone stands for.
    near_seconds: BTreeMap<Timestamp, u32>,
}

fn same(a: &Identifier, b: &Identifier) -> bool {
    sighting_key(a) == sighting_key(b)
}

/// Keyed: else whoever sees a tag could tell which of the identifiers they recorded it was made from.
fn tag(tag_key: &[u8; 16], key: &(bool, [u8; 16])) -> u32 {
    let mut hasher = DefaultHasher::new();
    (tag_key, key).hash(&mut hasher);
    (hasher.finish() >> 32) as u32
}

/// Mean and maximum of the packets; `None` without any.
fn strength(rssi_dbm: &[i8]) -> Option<Strength> {
    let valid = || rssi_dbm.iter().copied().filter(|dbm| *dbm <= 20);
    let count = i64::try_from(valid().count()).ok().filter(|count| *count > 0)?;
    let sum: i64 = valid().map(i64::from).sum();
    // Rounded to the nearest; a half goes away from zero, as people round.
    let mean = (sum as f64 / count as f64).round();
    Some(Strength {
        mean_dbm: mean as i8,
        strongest_dbm: valid().max()?,
        packets: u16::try_from(count).unwrap_or(u16::MAX),
    })
}
