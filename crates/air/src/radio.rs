//! A radio without hardware: this phone in a small square among simulated walkers, in real time.

use crate::loss::{LossModel, Path, TX_POWER_DBM};
use crate::noise::mix;
use async_trait::async_trait;
use bluezone_protocol::gaen::{Metadata, TemporaryExposureKey};
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::{Clock, DAY_S};
use bluezone_radio::{Advertisement, Radio, RadioError, RadioStatus, Sighting, Via};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// The walkers send in bursts this far apart; what arrives of a burst is heard at once.
const BURST: Duration = Duration::from_millis(500);

/// A walker goes to another place this often, seconds.
const STAY_S: f64 = 90.0;

/// And takes this long on the way, seconds.
const WALK_S: f64 = 15.0;

/// Half the side of the square, metres.
const HALF_SIDE_M: f64 = 14.0;

/// This phone stands in the middle of a square of 28 m; the first walker sits beside it, the others go about. They
/// rotate their identifiers every 10 minutes as real phones do, and the air between is [`LossModel::Measured`].
///
/// Nobody hears this phone: its advertisement is accepted and goes nowhere.
pub struct AirRadio {
    clock: Arc<dyn Clock>,
    seed: u64,
    walkers: u64,
    scanning: bool,
    started: Option<Instant>,
    next_burst: Option<Instant>,
    arrived: VecDeque<Sighting>,
}

impl AirRadio {
    /// A square with so many others. The seed decides their keys and ways; the clock, which identifiers they send.
    pub fn new(clock: Arc<dyn Clock>, seed: u64, walkers: usize) -> Self {
        Self {
            clock,
            seed,
            walkers: walkers as u64,
            scanning: false,
            started: None,
            next_burst: None,
            arrived: VecDeque::new(),
        }
    }

    /// What of one burst arrives here.
    fn burst(&mut self, t_s: f64) {
        for walker in 1..=self.walkers {
            let [x, y] = position(self.seed, walker, t_s);
            let path = Path { seed: self.seed, rx: 0, tx: walker as usize, distance_m: x.hypot(y), t_s };
            let mut packets = Vec::new();
            LossModel::Measured.receive(&path, BURST.as_secs_f64(), &mut packets);
            let identifier = if packets.is_empty() { continue } else { self.identifier(walker) };
            self.arrived.extend(packets.into_iter().map(|rssi_dbm| Sighting {
                identifier,
                rssi_dbm: Some(rssi_dbm),
                tx_power_dbm: None,
                via: Via::Advertisement,
            }));
        }
    }

    /// What a walker says at this moment: the key of the day, the identifier of the interval.
    fn identifier(&self, walker: u64) -> Identifier {
        let interval = self.clock.now().interval();
        let day = (interval.day_start().start().0 / DAY_S) as u64;
        let mut rng = ChaCha8Rng::seed_from_u64(mix(mix(mix(self.seed, 5), walker), day));
        let key = TemporaryExposureKey::generate(&mut rng);
        let rpi = key.identifier_key().identifier(interval);
        let metadata = Metadata { tx_power_dbm: TX_POWER_DBM, calibration_confidence: 0 };
        Identifier::Gaen { rpi, aem: metadata.encrypt(&key.metadata_key(), &rpi) }
    }
}

/// Where a walker is, metres from this phone. The first stays within arm's reach.
fn position(seed: u64, walker: u64, t_s: f64) -> [f64; 2] {
    if walker == 1 {
        return [1.2, 0.3];
    }
    let place = |number: i64| {
        let bits = mix(mix(mix(seed, 6), walker), number as u64);
        let metres = |bits: u64| (f64::from(bits as u32) / f64::from(u32::MAX) * 2.0 - 1.0) * HALF_SIDE_M;
        [metres(bits), metres(bits >> 32)]
    };
    // Not all set off at once.
    let at = t_s / STAY_S + walker as f64 * 0.37;
    let (from, to) = (place(at.floor() as i64), place(at.floor() as i64 + 1));
    let walked = (((at - at.floor()) * STAY_S - (STAY_S - WALK_S)) / WALK_S).clamp(0.0, 1.0);
    [from[0] + (to[0] - from[0]) * walked, from[1] + (to[1] - from[1]) * walked]
}

#[async_trait]
impl Radio for AirRadio {
    async fn advertise(&mut self, advertisement: Advertisement) -> Result<(), RadioError> {
        if advertisement.address.is_valid() { Ok(()) } else { Err(RadioError::Address) }
    }

    async fn set_scanning(&mut self, on: bool) -> Result<(), RadioError> {
        self.scanning = on;
        if !on {
            self.arrived.clear();
            self.next_burst = None;
        }
        Ok(())
    }

    async fn next(&mut self) -> Result<Sighting, RadioError> {
        if !self.scanning {
            // Nothing will come before somebody calls `set_scanning`, which they can once they stop waiting here.
            std::future::pending::<()>().await;
        }
        loop {
            if let Some(sighting) = self.arrived.pop_front() {
                return Ok(sighting);
            }
            let now = Instant::now();
            let started = *self.started.get_or_insert(now);
            // Kept over a cancelled wait.
            let due = *self.next_burst.get_or_insert(now + BURST);
            sleep_until(due).await;
            // Bursts that nobody waited for are gone.
            let (next, now) = (due + BURST, Instant::now());
            self.next_burst = Some(if next < now { now + BURST } else { next });
            self.burst((due - started).as_secs_f64());
        }
    }

    async fn status(&self) -> RadioStatus {
        RadioStatus::On
    }

    async fn close(self: Box<Self>) {}
}
