//! Identifiers for a test set: some of its keys, the others of strangers, and the list of those that must match.

use super::make::write;
use anyhow::ensure;
use bluezone_protocol::diagnosis::DiagnosisKey;
use bluezone_protocol::gaen::RollingProximityIdentifier;
use bluezone_protocol::time::{DAY_S, INTERVAL_S, IntervalNumber, Timestamp};
use rand::rngs::ChaCha12Rng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A second stream of the seed's generator, so that the exports are the same with identifiers and without.
const STREAM: u64 = 1;

/// Identifiers of keys, collected while the exports are written.
pub struct Heard {
    rng: ChaCha12Rng,
    of_keys: Vec<OfKey>,
}

struct OfKey {
    key: [u8; 16],
    interval: IntervalNumber,
    rpi: RollingProximityIdentifier,
}

impl Heard {
    /// Nothing yet.
    pub fn new(seed: u64) -> Self {
        let mut rng = ChaCha12Rng::seed_from_u64(seed);
        rng.set_stream(STREAM);
        Self { rng, of_keys: Vec::new() }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.of_keys.len()
    }

    /// Adds `count` different identifiers of `keys`.
    pub fn hear(&mut self, keys: &[DiagnosisKey], count: usize) -> anyhow::Result<()> {
        let all: usize = keys.iter().map(|key| key.rolling_period as usize).sum();
        ensure!(count <= all, "--overlap is at most the identifiers that the keys have, {all}");
        let mut taken = BTreeSet::new();
        while taken.len() < count {
            let at = self.rng.random_range(0..keys.len());
            let key = &keys[at];
            let offset = self.rng.random_range(0..key.rolling_period);
            if taken.insert((at, offset)) {
                let interval = key.rolling_start + offset;
                let rpi = key.key.identifier_key().identifier(interval);
                self.of_keys.push(OfKey { key: *key.key.as_bytes(), interval, rpi });
            }
        }
        Ok(())
    }

    /// Writes `count` identifiers, strangers' among them, of the fortnight before `start`. Nothing if there are none.
    pub fn write(mut self, count: usize, start: i64, out: &Path) -> anyhow::Result<Vec<PathBuf>> {
        if count == 0 {
            return Ok(Vec::new());
        }
        let mut order: Vec<usize> = (0..count).collect();
        order.shuffle(&mut self.rng);
        let (mut bin, mut csv) = (Vec::with_capacity(16 * count), String::from("identifier,time,rssi\n"));
        let mut matches = Vec::new();
        for (record, place) in order.into_iter().enumerate() {
            let within = self.rng.random_range(0..INTERVAL_S);
            let (rpi, time) = match self.of_keys.get(place) {
                Some(of_key) => {
                    matches.push((record, of_key));
                    (of_key.rpi, of_key.interval.start() + within)
                }
                None => {
                    let rpi = RollingProximityIdentifier(self.rng.random());
                    (rpi, Timestamp(start).day_start() - self.rng.random_range(0..14 * DAY_S))
                }
            };
            let rssi = self.rng.random_range(-100..-40);
            bin.extend(rpi.as_bytes());
            writeln!(csv, "{},{},{rssi}", hex::encode(rpi.as_bytes()), time.0)?;
        }
        let mut expected = String::from("key,interval,record\n");
        matches.sort_by_key(|(record, of_key)| (of_key.key, *record));
        for (record, of_key) in matches {
            writeln!(expected, "{},{},{record}", hex::encode(of_key.key), of_key.interval.0)?;
        }
        let files = [("ids.bin", bin), ("ids.csv", csv.into_bytes()), ("matches.csv", expected.into_bytes())];
        let mut paths = Vec::new();
        for (name, bytes) in files {
            let path = out.join(name);
            write(&path, &bytes)?;
            paths.push(path);
        }
        Ok(paths)
    }
}
