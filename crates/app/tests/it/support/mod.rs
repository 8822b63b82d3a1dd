//! A phone in memory, a radio of channels, a server that answers what it is told.

pub mod front;
pub mod radio;
pub mod server;

use bluezone_app::phone::{About, Phone};
use bluezone_app::prefs::Prefs;
use bluezone_app::shelf::Shelf;
use bluezone_device::{Device, DeviceConfig, Heard, MemoryStorage, Scan, Storage};
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::export::{ALGORITHM, ExportMeta, SignatureInfo, SigningKey, write_export};
use bluezone_protocol::time::{Clock, ManualClock, Timestamp};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use std::io::Cursor;
use std::sync::Arc;
use tokio::time::Instant;

/// 2026-11-20T03:00:00Z, ten in the morning in Vietnam.
pub const MORNING: Timestamp = Timestamp(1_795_143_600);
pub const HOUR_S: i64 = 3600;

/// A clock that runs with tokio's, which tests pause and move.
pub struct TokioClock(Instant);

impl TokioClock {
    pub fn new() -> TokioClock {
        TokioClock(Instant::now())
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        MORNING + i64::try_from(self.0.elapsed().as_secs()).unwrap()
    }
}

pub fn signing_key(version: &str) -> SigningKey {
    signing_key_of(version, 7)
}

/// Keys of one name but another seed are forgeries of each other.
pub fn signing_key_of(version: &str, seed: u64) -> SigningKey {
    let info = SignatureInfo {
        key_version: version.to_owned(),
        key_id: "452".to_owned(),
        algorithm: ALGORITHM.to_owned(),
    };
    SigningKey::generate(info, &mut ChaCha8Rng::seed_from_u64(seed))
}

/// Settings that trust `signing_key("v1")`.
pub fn config() -> DeviceConfig {
    DeviceConfig { trusted_export_keys: vec![signing_key("v1").verifying_key()], ..DeviceConfig::default() }
}

pub fn phone_with(
    config: DeviceConfig,
    storage: impl Storage + Send + 'static,
    clock: Arc<dyn Clock>,
) -> Phone {
    let about = About {
        server: "https://bluezone.example".to_owned(),
        folder: "/home/lan/bluezone".to_owned(),
        station_phone: Some("024 3825 3535".to_owned()),
    };
    let rng = Box::new(ChaCha8Rng::seed_from_u64(1));
    Phone::new(config, Shelf::new(storage), Prefs::default(), about, clock, rng).unwrap()
}

/// A phone in memory and the clock that moves it.
pub fn phone() -> (Phone, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(MORNING));
    (phone_with(config(), MemoryStorage::new(), clock.clone()), clock)
}

/// Another person's phone, which tests make walk beside ours.
pub struct Neighbour {
    device: Device<MemoryStorage>,
    rng: ChaCha8Rng,
}

impl Neighbour {
    pub fn new(seed: u64) -> Neighbour {
        let device = Device::open(config(), MemoryStorage::new()).unwrap();
        Neighbour { device, rng: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// Stays near `phone` for some minutes from `from`; heard every 5 minutes at `rssi_dbm`.
    pub fn beside(&mut self, phone: &Phone, from: Timestamp, minutes: i64, rssi_dbm: i8) {
        for at in (0..minutes).step_by(5).map(|minute| from + minute * 60) {
            let identifier = self.device.rotation(at, &mut self.rng).unwrap().identifier;
            bluezone_canary::mark(&identifier.to_bytes()[..16]);
            let heard = vec![Heard { identifier, rssi_dbm: vec![rssi_dbm; 4], tx_power_dbm: None }];
            let scan = Scan { started: at, seconds_since_last_scan: 300, heard };
            phone.with(|mind, _, _| mind.record_scan(&scan).unwrap());
        }
    }

    /// The keys of this neighbour as an authority publishes them.
    pub fn diagnosed(&self) -> Vec<DiagnosisKey> {
        let key = |key: bluezone_device::OwnKey| DiagnosisKey {
            key: key.key,
            rolling_start: key.rolling_start,
            rolling_period: key.rolling_period,
            transmission_risk: 2,
            report_type: ReportType::ConfirmedTest,
            days_since_onset: Some(1),
        };
        let mut keys: Vec<_> = self.device.storage().own_keys().unwrap().into_iter().map(key).collect();
        keys.sort_by_key(|key| *key.key.as_bytes());
        keys.iter().for_each(|key| bluezone_canary::mark(key.key.as_bytes()));
        keys
    }
}

/// A signed export file.
pub fn export(keys: &[DiagnosisKey], signer: &SigningKey) -> Vec<u8> {
    let meta = ExportMeta::new(MORNING - HOUR_S, MORNING, "VN");
    let mut file = Cursor::new(Vec::new());
    write_export(&mut file, &meta, keys.iter(), [].iter(), std::slice::from_ref(signer)).unwrap();
    file.into_inner()
}
