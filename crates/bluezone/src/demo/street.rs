//! The phones of a scenario on the simulated air: rotating, listening, checking what was published, by the minute.

use anyhow::Context;
use bluezone_air::{Air, Scenario};
use bluezone_device::{Device, DeviceConfig, DeviceError, Heard, MemoryStorage, Scan, ScanPlan};
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::{DAY_S, Timestamp};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use std::io::Cursor;

/// The simulation goes on by so many seconds at a time.
pub const TICK_S: i64 = 60;

/// A phone looks at the server every four hours, a quarter more or less.
const POLL_S: f64 = 4.0 * 3_600.0;

/// By then every phone has looked again.
pub const LONGEST_POLL_S: i64 = 5 * 3_600 + TICK_S;

/// With fewer phones a second thread costs more than it does.
const PHONES_WORTH_A_THREAD: usize = 50;

/// What phones fetch from the server.
pub trait Published: Sync {
    /// The names of the published files, one a line.
    fn index(&self) -> anyhow::Result<String>;
    /// One file.
    fn file(&self, name: &str) -> anyhow::Result<Vec<u8>>;
}

/// One simulated phone.
pub struct StreetPhone {
    /// Its mind.
    pub device: Device<MemoryStorage>,
    /// Its randomness.
    pub rng: ChaCha8Rng,
    index: usize,
    /// Second 0 by its own clock.
    zero: Timestamp,
    rotate_at_s: i64,
    /// What it says now.
    says: Option<Identifier>,
    scan: ScanPlan,
    last_scan_s: i64,
    poll_at_s: i64,
    /// When it first warned its owner.
    warned_at_s: Option<i64>,
    tidied: Timestamp,
}

/// Counts, for those who watch.
#[derive(Copy, Clone, Default, Debug)]
pub struct Counts {
    /// Scans done.
    pub scans: u64,
    /// Sightings kept.
    pub sightings: u64,
    /// Files checked, of all phones.
    pub files: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        self.scans += more.scans;
        self.sightings += more.sightings;
        self.files += more.files;
    }
}

/// All phones and the air between them. Seconds are since the scenario's start, true time.
pub struct Street {
    air: Air,
    phones: Vec<StreetPhone>,
    relays: Vec<Relay>,
    now_s: i64,
    threads: usize,
    counts: Counts,
}

/// Somebody who repeats what one phone says beside another.
struct Relay {
    from: usize,
    to: usize,
    span: [f64; 2],
}

/// As strong as a phone on the same table.
const RELAYED_DBM: i8 = -52;

impl Street {
    /// The phones of a checked scenario, as if they had been running for long.
    pub fn new(scenario: &Scenario, config: &DeviceConfig) -> anyhow::Result<Self> {
        let air = Air::new(scenario);
        // What they claim to send is what the air carries: these phones are calibrated.
        let tx_power_dbm = air.tx_power_dbm();
        let config = DeviceConfig { tx_power_dbm, assumed_tx_power_dbm: tx_power_dbm, ..config.clone() };
        let mut phones = Vec::with_capacity(scenario.phones.len());
        for (index, phone) in scenario.phones.iter().enumerate() {
            let zero = scenario.start + phone.clock_skew_s.round() as i64;
            let made = StreetPhone::new(index, zero, scenario.seed, config.clone());
            phones.push(made.with_context(|| format!("phone {:?}", phone.id))?);
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = cores.min(phones.len() / PHONES_WORTH_A_THREAD).clamp(1, 16);
        let relay = |relay: &bluezone_air::Relay| {
            let (from, to) = (scenario.phone_index(&relay.from)?, scenario.phone_index(&relay.to)?);
            Some(Relay { from, to, span: relay.span })
        };
        let relays = scenario.relays.iter().filter_map(relay).collect();
        Ok(Self { air, phones, relays, now_s: 0, threads, counts: Counts::default() })
    }

    /// Seconds since the start.
    pub fn now_s(&self) -> i64 {
        self.now_s
    }

    /// What happened so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// A phone, by its place in the scenario.
    pub fn phone(&mut self, index: usize) -> &mut StreetPhone {
        &mut self.phones[index]
    }

    /// Gives a phone away; the street is over.
    pub fn into_phone(mut self, index: usize) -> StreetPhone {
        self.phones.swap_remove(index)
    }

    /// Goes on by [`TICK_S`]: rotations, then every scan that is over by then, then the phones whose time it is look
    /// at the server.
    pub fn tick(&mut self, server: &impl Published) -> anyhow::Result<()> {
        let end_s = self.now_s + TICK_S;
        for phone in &mut self.phones {
            while phone.rotate_at_s < end_s {
                let at_s = phone.rotate_at_s;
                let rotation = phone.device.rotation(phone.local(at_s), &mut phone.rng)?;
                self.air.advertise(phone.index, at_s as f64, rotation.identifier);
                phone.says = Some(rotation.identifier);
                phone.rotate_at_s = rotation.until - phone.zero;
            }
        }
        self.air.prepare(self.now_s as f64);
        // A phone has then rotated up to a minute before it records a scan of that minute: it makes no difference to it,
        // and the air knows who said what when.
        let air = &self.air;
        let now_s = self.now_s as f64;
        let at_work = self.relays.iter().filter(|relay| (relay.span[0]..relay.span[1]).contains(&now_s));
        let relayed: Vec<_> =
            at_work.filter_map(|relay| Some((relay.to, self.phones[relay.from].says?))).collect();
        let scanned =
            in_parallel(&mut self.phones, self.threads, |phone| phone.listen(air, &relayed, end_s))?;
        self.counts += scanned;
        self.now_s = end_s;
        let due = |phone: &StreetPhone| phone.poll_at_s < end_s;
        if self.phones.iter().any(due) {
            let index = server.index()?;
            let check = |phone: &mut StreetPhone| {
                if due(phone) { phone.check(server, &index, end_s) } else { Ok(Counts::default()) }
            };
            self.counts += in_parallel(&mut self.phones, self.threads, check)?;
        }
        Ok(())
    }
}

impl StreetPhone {
    fn new(index: usize, zero: Timestamp, seed: u64, config: DeviceConfig) -> Result<Self, DeviceError> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(index as u64 + 1);
        let cycle = config.duty_cycle;
        let mut device = Device::open(config, MemoryStorage::new())?;
        // Somewhere between two scans, the first of them before the start.
        let gap_s = i64::from(cycle.period_s - rng.random_range(0..=cycle.jitter_s));
        let first_s = rng.random_range(0..gap_s);
        let scan = device.next_scan(zero + first_s, &mut rng);
        let poll_at_s = rng.random_range(0..POLL_S as i64);
        Ok(Self {
            device,
            rng,
            index,
            zero,
            rotate_at_s: 0,
            says: None,
            scan,
            last_scan_s: first_s - gap_s,
            poll_at_s,
            warned_at_s: None,
            tidied: zero,
        })
    }

    /// The phone's own clock at a second since the start.
    pub fn local(&self, at_s: i64) -> Timestamp {
        self.zero + at_s
    }

    /// The second since the start at which it first warned its owner.
    pub fn warned_at_s(&self) -> Option<i64> {
        self.warned_at_s
    }

    fn listen(&mut self, air: &Air, relayed: &[(usize, Identifier)], end_s: i64) -> anyhow::Result<Counts> {
        let mut counts = Counts::default();
        loop {
            let ScanPlan { start, duration_s } = self.scan;
            let over = start + i64::from(duration_s);
            let start_s = start - self.zero;
            if over - self.zero > end_s {
                return Ok(counts);
            }
            if air.tracks()[self.index].is_on(start_s as f64) {
                let heard = air.hear(self.index, start_s as f64, duration_s);
                let heard = heard.into_iter().map(|h| Heard {
                    identifier: h.identifier,
                    rssi_dbm: h.rssi_dbm,
                    tx_power_dbm: None,
                });
                let relayed = relayed.iter().filter(|(to, _)| *to == self.index).map(|(_, identifier)| {
                    Heard { identifier: *identifier, rssi_dbm: vec![RELAYED_DBM; 3], tx_power_dbm: None }
                });
                let seconds_since_last_scan = u32::try_from(start_s - self.last_scan_s).unwrap_or(0);
                let scan =
                    Scan { started: start, seconds_since_last_scan, heard: heard.chain(relayed).collect() };
                let recorded = self.device.record_scan(&scan)?;
                self.last_scan_s = start_s;
                counts += Counts { scans: 1, sightings: recorded.stored as u64, files: 0 };
            }
            self.scan = self.device.next_scan(over, &mut self.rng);
        }
    }

    fn check(&mut self, server: &impl Published, index: &str, now_s: i64) -> anyhow::Result<Counts> {
        let now = self.local(now_s);
        let mut counts = Counts::default();
        let mut matched = false;
        for name in self.device.exports_to_fetch(index)? {
            let checked = self.device.check_export(&name, Cursor::new(server.file(&name)?), now)?;
            matched |= checked.matches > 0;
            counts.files += 1;
        }
        if matched && self.warned_at_s.is_none() && self.device.exposure(now)?.is_warning() {
            self.warned_at_s = Some(now_s);
        }
        self.device.check_done(now)?;
        if now - self.tidied >= DAY_S {
            self.device.tidy(now)?;
            self.tidied = now;
        }
        self.poll_at_s = now_s + (POLL_S * self.rng.random_range(0.75..1.25)) as i64;
        Ok(counts)
    }
}

/// Does something to every phone. Phones share nothing, so the outcome does not depend on the threads.
fn in_parallel(
    phones: &mut [StreetPhone],
    threads: usize,
    work: impl Fn(&mut StreetPhone) -> anyhow::Result<Counts> + Sync,
) -> anyhow::Result<Counts> {
    let all = |phones: &mut [StreetPhone]| {
        let mut counts = Counts::default();
        for phone in phones {
            counts += work(phone)?;
        }
        anyhow::Ok(counts)
    };
    if threads <= 1 {
        return all(phones);
    }
    let share = phones.len().div_ceil(threads);
    let mut counts = Counts::default();
    std::thread::scope(|scope| {
        let started: Vec<_> = phones.chunks_mut(share).map(|chunk| scope.spawn(|| all(chunk))).collect();
        for thread in started {
            counts += thread.join().map_err(|_| anyhow::anyhow!("a thread of the simulation panicked"))??;
        }
        Ok(counts)
    })
}
