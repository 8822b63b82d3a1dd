//! What `bluezone match` prints.

use super::ids::Ids;
use crate::system::Spent;
use bluezone_matching::Work;
use bluezone_protocol::diagnosis::ReportType;
use bluezone_protocol::identifier::Identifier;
use serde::Serialize;
use std::io::{self, Write};

/// All of it, as JSON has it.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Keys read.
    pub keys: u64,
    /// Keys whose owners were heard, without the revoked ones.
    pub matched: usize,
    /// Keys whose owners were heard, but whose diagnosis was withdrawn.
    pub revoked: usize,
    /// Identifiers that were scanned.
    pub ids: usize,
    /// Identifiers derived from the keys.
    pub derived: u64,
    /// Identifiers that did not need to be.
    pub skipped: u64,
    /// Keys of which none needed to be.
    pub keys_skipped: u64,
    /// Time taken to read and match, in seconds.
    pub wall_s: f64,
    /// The processors' time for it.
    pub cpu_s: f64,
    pub keys_per_second: f64,
    pub keys_per_cpu_second: f64,
    /// Revoked ones too.
    pub matches: Vec<Match>,
}

/// A key with the sightings of its owner.
#[derive(Debug, Serialize)]
pub struct Match {
    pub key: String,
    #[serde(flatten)]
    pub about: About,
    pub sightings: Vec<Sighting>,
}

/// What is known of the key, by scheme.
#[derive(Debug, Serialize)]
#[serde(tag = "scheme", rename_all = "kebab-case")]
pub enum About {
    Gaen {
        rolling_start: u32,
        rolling_period: u32,
        report_type: ReportType,
        days_since_onset: Option<i32>,
        revised: bool,
    },
    #[serde(rename = "bluezone-2020")]
    Original { start: i64, end: i64 },
}

/// One record of the identifiers file.
#[derive(Debug, Serialize)]
pub struct Sighting {
    /// In the file, from 0; a CSV's header and empty lines do not count.
    pub record: usize,
    pub identifier: String,
    /// Of the default scheme: the interval the identifier belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<u32>,
    /// Of the original: when its slot begins, Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slot_start: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rssi: Option<i16>,
}

impl Sighting {
    /// Record `record` of the file.
    pub fn new(ids: &Ids, record: usize, interval: Option<u32>, slot_start: Option<i64>) -> Self {
        let bytes = match &ids.identifiers[record] {
            Identifier::Gaen { rpi, .. } => hex::encode(rpi.as_bytes()),
            Identifier::Bluezone2020(id) => hex::encode(id.as_bytes()),
        };
        let heard = ids.heard.get(record);
        Self {
            record,
            identifier: bytes,
            interval,
            slot_start,
            time: heard.map(|heard| heard.time.0),
            rssi: heard.and_then(|heard| heard.rssi),
        }
    }
}

impl Report {
    /// From what was found and what it took.
    pub fn new(ids: &Ids, matches: Vec<Match>, work: Work, spent: Spent) -> Self {
        let is_revoked =
            |found: &&Match| matches!(found.about, About::Gaen { report_type: ReportType::Revoked, .. });
        let revoked = matches.iter().filter(is_revoked).count();
        let rate = |seconds: f64| if seconds > 0.0 { work.keys as f64 / seconds } else { 0.0 };
        let (wall_s, cpu_s) = (spent.wall.as_secs_f64(), spent.cpu.as_secs_f64());
        Self {
            keys: work.keys,
            matched: matches.len() - revoked,
            revoked,
            ids: ids.identifiers.len(),
            derived: work.derived,
            skipped: work.skipped,
            keys_skipped: work.keys_skipped,
            wall_s,
            cpu_s,
            keys_per_second: rate(wall_s),
            keys_per_cpu_second: rate(cpu_s),
            matches,
        }
    }

    /// For people.
    pub fn print(&self, out: &mut impl Write) -> io::Result<()> {
        for found in &self.matches {
            match &found.about {
                About::Gaen { rolling_start, rolling_period, report_type, revised, .. } => {
                    let end = rolling_start.saturating_add(*rolling_period);
                    let revised = if *revised { ", revised" } else { "" };
                    writeln!(
                        out,
                        "key {} {report_type:?}{revised}, intervals {rolling_start} to {end}",
                        found.key
                    )?;
                }
                About::Original { start, end } => {
                    writeln!(out, "daily key {} from {start} to {end}", found.key)?;
                }
            }
            for sighting in &found.sightings {
                write!(out, "  record {}: {}", sighting.record, sighting.identifier)?;
                let mut say = |what: &str, number: Option<i64>, unit: &str| {
                    number.map_or(Ok(()), |number| write!(out, ", {what}{number}{unit}"))
                };
                say("interval ", sighting.interval.map(i64::from), "")?;
                say("slot from ", sighting.slot_start, "")?;
                say("heard at ", sighting.time, "")?;
                say("", sighting.rssi.map(i64::from), " dBm")?;
                writeln!(out)?;
            }
        }
        writeln!(out, "{} keys read, {} identifiers scanned", self.keys, self.ids)?;
        writeln!(out, "{} keys matched, {} more are revoked", self.matched, self.revoked)?;
        let (derived, skipped, keys) = (self.derived, self.skipped, self.keys_skipped);
        writeln!(out, "{derived} identifiers derived, {skipped} skipped; nothing derived of {keys} keys")?;
        let (wall, cpu) = (self.keys_per_second, self.keys_per_cpu_second);
        writeln!(out, "{wall:.0} keys per second, {cpu:.0} per CPU-second, reading included")
    }
}
