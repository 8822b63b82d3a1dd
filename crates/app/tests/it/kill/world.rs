//! What the parent prepared, what it was told, and the comparison with the contact log.

use super::child::{Settings, heard_at, identifiers_at};
use super::server::Server;
use bluezone_app::storage::SqliteStorage;
use bluezone_device::{Device, Heard, OwnKey, Scan, Storage};
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::export::{ExportMeta, SignatureInfo, SigningKey, write_export};
use bluezone_protocol::gaen::{Metadata, TemporaryExposureKey};
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::{IntervalNumber, Timestamp};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use tempfile::TempDir;

/// Midnight UTC.
const BASE: Timestamp = Timestamp(1_640_044_800);
const EXPORTS: usize = 120;
/// Keys of each export whose owners were heard.
const MATCHES: usize = 3;

pub fn signature_info() -> SignatureInfo {
    SignatureInfo::new("452", "v1")
}

pub struct World {
    folder: TempDir,
    pinned: String,
    server: Server,
    /// Name of each export to the keys in it whose owners were heard.
    exports: BTreeMap<String, Vec<[u8; 16]>>,
    now: i64,
    /// Of the present child, the scan it may have been writing.
    unfinished: Option<i64>,
    scans: BTreeSet<i64>,
    processed: BTreeSet<String>,
    /// What was on the air in an interval.
    on_air: BTreeMap<u32, String>,
    /// The key of each period.
    keys: BTreeMap<IntervalNumber, [u8; 16]>,
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let signer = SigningKey::generate(signature_info(), &mut StdRng::seed_from_u64(1));
        let mut world = Self {
            pinned: signer.verifying_key().to_pem(),
            folder,
            server: Server::default(),
            exports: BTreeMap::new(),
            now: BASE.0,
            unfinished: None,
            scans: BTreeSet::new(),
            processed: BTreeSet::new(),
            on_air: BTreeMap::new(),
            keys: BTreeMap::new(),
        };
        world.prepare(&signer);
        world
    }

    /// Exports with keys of people whom the phone met at the very beginning, and of strangers.
    fn prepare(&mut self, signer: &SigningKey) {
        fs::create_dir(self.folder.path().join("exports")).unwrap();
        let mut rng = StdRng::seed_from_u64(2);
        let mut key = || DiagnosisKey {
            key: TemporaryExposureKey::generate(&mut rng),
            rolling_start: BASE.interval(),
            rolling_period: 144,
            transmission_risk: 0,
            report_type: ReportType::ConfirmedTest,
            days_since_onset: Some(0),
        };
        let mut heard = Vec::new();
        for number in 0..EXPORTS {
            let mut keys: Vec<_> = (0..MATCHES + 5).map(|_| key()).collect();
            keys.iter().for_each(|key| bluezone_canary::mark(key.key.as_bytes()));
            heard.extend(keys[..MATCHES].iter().map(|key| near(&key.key)));
            let matching = keys[..MATCHES].iter().map(|key| *key.key.as_bytes()).collect();
            keys.sort_by_key(|key| *key.key.as_bytes());
            let name = format!("{number:05}.zip");
            let mut file = File::create(self.folder.path().join("exports").join(&name)).unwrap();
            let meta = ExportMeta::new(BASE - 3600, BASE, "VN");
            write_export(&mut file, &meta, keys.iter(), [].iter(), std::slice::from_ref(signer)).unwrap();
            self.exports.insert(name, matching);
        }
        let index: Vec<_> = self.exports.keys().map(String::as_str).collect();
        fs::write(self.folder.path().join("exports/index.txt"), index.join("\n")).unwrap();
        let settings = self.settings(0, false);
        let storage = SqliteStorage::open(settings.log()).unwrap();
        let mut phone = Device::open(settings.config(), storage).unwrap();
        phone.record_scan(&Scan { started: BASE, seconds_since_last_scan: 300, heard }).unwrap();
    }

    pub fn settings(&self, seed: u64, finish: bool) -> Settings {
        let folder = self.folder.path().to_owned();
        Settings { folder, pinned: self.pinned.clone(), start: self.now + 1, seed, finish }
    }

    /// Takes a message of the child; the answer, if it asked.
    pub fn hear(&mut self, message: &str) -> Option<String> {
        let (word, rest) = message.split_once(' ').unwrap_or((message, ""));
        match word {
            "NOW" => {
                self.now = rest.parse().unwrap();
                self.unfinished = Some(self.now);
            }
            "ON_AIR" => {
                let (interval, identifier) = rest.split_once(' ').unwrap();
                let known =
                    self.on_air.entry(interval.parse().unwrap()).or_insert_with(|| identifier.to_owned());
                assert_eq!(known, identifier, "one identifier an interval");
            }
            "SCAN" => {
                self.scans.insert(rest.parse().unwrap());
                self.unfinished = None;
            }
            "EXPORT" => {
                let (name, matches) = rest.split_once(' ').unwrap();
                assert_eq!(matches, MATCHES.to_string());
                assert!(self.processed.insert(name.to_owned()), "processed twice");
            }
            "ASK" => {
                let answer = self.server.answer(serde_json::from_str(rest).unwrap(), Timestamp(self.now));
                return Some(serde_json::to_string(&answer).unwrap());
            }
            "STARTED" | "CONSENTED" | "ANSWERED" | "DONE" => {}
            other => panic!("the child said {other}"),
        }
        None
    }

    /// After a kill: the log holds what was acknowledged, and nothing by halves.
    pub fn check(&mut self) {
        let storage = SqliteStorage::open(self.settings(0, false).log()).unwrap();
        if let Some(scan) = self.scans.last() {
            assert_eq!(identifiers_at(&storage, *scan), expected_at(*scan), "an acknowledged scan is there");
        }
        if let Some(time) = self.unfinished.take() {
            let stored = identifiers_at(&storage, time);
            assert!(stored.is_empty() || stored == expected_at(time), "a scan is there whole or not at all");
            if !stored.is_empty() {
                self.scans.insert(time);
            }
        }
        self.check_exports(&storage);
        self.check_keys(&storage);
    }

    fn check_exports(&mut self, storage: &SqliteStorage) {
        let matches: BTreeSet<_> = storage.matches().unwrap().iter().map(|m| *m.key.key.as_bytes()).collect();
        for (name, keys) in &self.exports {
            let processed = storage.is_processed(name).unwrap();
            assert!(processed || !self.processed.contains(name), "{name} was processed and is forgotten");
            let found = keys.iter().filter(|key| matches.contains(*key)).count();
            assert_eq!(found, if processed { MATCHES } else { 0 }, "{name} is half applied");
            if processed {
                self.processed.insert(name.clone());
            }
        }
    }

    fn check_keys(&mut self, storage: &SqliteStorage) {
        let keys = storage.own_keys().unwrap();
        assert!(keys.windows(2).all(|pair| pair[0].end() <= pair[1].rolling_start), "keys overlap");
        for key in &keys {
            let known = self.keys.entry(key.rolling_start).or_insert(*key.key.as_bytes());
            assert_eq!(known, key.key.as_bytes(), "the key of a period never changes");
        }
        assert_eq!(keys.len(), self.keys.len(), "no key is lost");
        for (interval, identifier) in &self.on_air {
            let interval = IntervalNumber(*interval);
            let key = keys.iter().find(|key| key.covers(interval)).unwrap();
            let rpi = key.key.identifier_key().identifier(interval);
            assert!(identifier.starts_with(&hex::encode(rpi.as_bytes())), "what was on the air has its key");
        }
    }

    /// When the last child has brought everything to its end.
    pub fn check_end(&mut self) {
        self.check();
        let storage = SqliteStorage::open(self.settings(0, false).log()).unwrap();
        for scan in &self.scans {
            assert_eq!(identifiers_at(&storage, *scan), expected_at(*scan));
        }
        let sightings = storage.sightings(Timestamp(0)).unwrap().len();
        assert_eq!(sightings, self.scans.len() * 3 + EXPORTS * MATCHES, "and nothing else");
        assert_eq!(self.processed.len(), EXPORTS);

        // Every uploaded key is one of the phone's, as long as it was sent.
        let own: Vec<OwnKey> = storage.own_keys().unwrap();
        for uploaded in self.server.keys.values() {
            let key = own.iter().find(|key| key.key == uploaded.key).unwrap();
            assert_eq!(
                (key.rolling_start, key.rolling_period),
                (uploaded.rolling_start, uploaded.rolling_period)
            );
            assert!(key.shared);
        }
        let uploads = self.server.uploads();
        assert!(uploads > 10 && self.scans.len() > 50, "{uploads} uploads, {} scans", self.scans.len());
        assert!(self.server.repeated > 3, "some kills hit a report: {}", self.server.repeated);
    }
}

/// The owner of the key is near at the very beginning.
fn near(key: &TemporaryExposureKey) -> Heard {
    let rpi = key.identifier_key().identifier(BASE.interval());
    let metadata = Metadata { tx_power_dbm: 0, calibration_confidence: 3 };
    let identifier = Identifier::Gaen { rpi, aem: metadata.encrypt(&key.metadata_key(), &rpi) };
    Heard { identifier, rssi_dbm: vec![-50], tx_power_dbm: None }
}

fn expected_at(time: i64) -> Vec<Identifier> {
    let mut identifiers: Vec<_> = heard_at(time).into_iter().map(|heard| heard.identifier).collect();
    identifiers.sort();
    identifiers
}
