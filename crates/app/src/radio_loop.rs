//! The phone on the air: rotate, listen by the duty cycle, record.

use crate::phone::{Mind, Phone, RadioHealth};
use async_trait::async_trait;
use bluezone_device::{DeviceError, Heard, Scan, ScanPlan};
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::Timestamp;
use bluezone_radio::{Advertisement, Radio, RadioError, RadioStatus, Sighting};
use rand::Rng;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::timeout;

/// Seconds since the last scan of the first scan after a start, when nobody knows: as the Exposure Notification
/// framework counts.
const FIRST_GAP_S: u32 = 120;
/// A sighting outside a scan belongs to the scan before, if that is no longer ago than this, seconds.
const LATE_S: i64 = 300;
/// Identifiers kept of one scan, the strongest; a crowd has hundreds, a flood of forged frames any number.
const MAX_IDENTIFIERS: usize = 1_000;
/// Packets kept of one identifier and scan.
const MAX_PACKETS: usize = 512;
/// Sightings taken from the radio at the end; more than any radio holds back.
const MAX_WAITING: usize = 10_000;
/// No identifier is sent longer than this, seconds: a rotation due later means that the clock was set back.
const LONGEST_ROTATION_S: i64 = 1800;
/// Seconds to wait before the radio is opened again: after the first failure, and at most.
const REOPEN_S: (i64, i64) = (2, 60);

/// Opens the radio: at the start, after it was closed for good, and after a pause. The one before has left the air by
/// then.
#[async_trait]
pub trait RadioSource: Send {
    /// A working radio.
    ///
    /// # Errors
    /// If there is none now; it is asked for again later.
    async fn open(&mut self) -> Result<Box<dyn Radio>, RadioError>;
}

/// Why the radio stopped.
enum Stopped {
    /// The owner changed a setting.
    Wish,
    /// The program ends.
    End,
    /// The radio closed, or must not go on.
    Off(String),
}

/// Keeps the phone on the air until it stops; then what was heard is recorded.
pub async fn run(phone: &Phone, source: &mut dyn RadioSource) {
    let mut wait_s = REOPEN_S.0;
    loop {
        if !phone.choices().radio {
            phone.health_mut(|health| health.radio = RadioHealth::Paused);
            tokio::select! {
                () = phone.radio_wish() => continue,
                () = phone.stopping() => return,
            }
        }
        let opened = tokio::select! {
            opened = source.open() => opened,
            () = phone.stopping() => return,
        };
        let stopped = match opened {
            Ok(radio) => {
                wait_s = REOPEN_S.0;
                OnAir::new(phone, radio).run().await
            }
            Err(error) => Stopped::Off(error.to_string()),
        };
        let reason = match stopped {
            Stopped::Wish => continue,
            Stopped::End => return,
            Stopped::Off(reason) => reason,
        };
        tracing::warn!(%reason, "the radio is off; trying again");
        phone.health_mut(|health| health.radio = RadioHealth::Off(reason));
        tokio::select! {
            () = phone.sleep_until(phone.now() + wait_s) => {}
            () = phone.radio_wish() => {}
            () = phone.stopping() => return,
        }
        wait_s = (wait_s * 2).min(REOPEN_S.1);
    }
}

/// A scan under way.
struct Listening {
    started: Timestamp,
    ends: Timestamp,
    heard: Ears,
}

/// The last scan that was recorded.
#[derive(Copy, Clone)]
struct Past {
    started: Timestamp,
    seconds_since_last_scan: u32,
}

/// Packets by identifier, bounded: at most twice [`MAX_IDENTIFIERS`] while it fills.
#[derive(Default)]
struct Ears(BTreeMap<Identifier, Packets>);

/// The packets of one identifier.
#[derive(Default)]
struct Packets {
    rssi_dbm: Vec<i8>,
    tx_power_dbm: Option<i8>,
}

impl Ears {
    fn hear(&mut self, sighting: &Sighting) {
        if self.0.len() >= 2 * MAX_IDENTIFIERS && !self.0.contains_key(&sighting.identifier) {
            self.0 = self.strongest().into_iter().collect();
        }
        let packets = self.0.entry(sighting.identifier).or_default();
        if let Some(rssi) = sighting.rssi_dbm.filter(|_| packets.rssi_dbm.len() < MAX_PACKETS) {
            packets.rssi_dbm.push(rssi);
        }
        packets.tx_power_dbm = packets.tx_power_dbm.or(sighting.tx_power_dbm);
    }

    /// Empties it. Who was loudest once stays: that is who was near.
    fn strongest(&mut self) -> Vec<(Identifier, Packets)> {
        let mut heard: Vec<_> = std::mem::take(&mut self.0).into_iter().collect();
        if heard.len() > MAX_IDENTIFIERS {
            heard.sort_by_key(|(_, packets)| Reverse(packets.rssi_dbm.iter().max().copied()));
            heard.truncate(MAX_IDENTIFIERS);
        }
        heard
    }

    fn take(&mut self) -> Vec<Heard> {
        let heard = self.strongest().into_iter();
        heard
            .map(|(identifier, Packets { rssi_dbm, tx_power_dbm })| Heard {
                identifier,
                rssi_dbm,
                tx_power_dbm,
            })
            .collect()
    }
}

/// The phone while its radio is open.
struct OnAir<'a> {
    phone: &'a Phone,
    radio: Box<dyn Radio>,
    /// What is heard in it may be kept in it.
    epoch: u64,
    rotation_due: Timestamp,
    plan: Option<ScanPlan>,
    listening: Option<Listening>,
    past: Option<Past>,
    /// Told to us while we did not scan: written over GATT, or read just after the scan ended.
    late: Ears,
}

impl<'a> OnAir<'a> {
    fn new(phone: &'a Phone, radio: Box<dyn Radio>) -> OnAir<'a> {
        OnAir {
            phone,
            radio,
            epoch: phone.epoch(),
            rotation_due: Timestamp(i64::MIN),
            plan: None,
            listening: None,
            past: None,
            late: Ears::default(),
        }
    }

    async fn run(mut self) -> Stopped {
        let stopped = loop {
            if let Err(reason) = self.act().await {
                break Stopped::Off(reason);
            }
            let scan = match (&self.listening, &self.plan) {
                (Some(scan), _) => scan.ends,
                (None, Some(plan)) => plan.start,
                (None, None) => self.rotation_due,
            };
            let left = self.rotation_due.min(scan) - self.phone.now();
            tokio::select! {
                () = self.phone.nap(left) => {}
                heard = self.radio.next() => match heard {
                    Ok(sighting) => self.hear(&sighting),
                    Err(RadioError::Off(reason)) => {
                        tracing::warn!(%reason, "the radio is off");
                        self.phone.health_mut(|health| health.radio = RadioHealth::Off(reason));
                    }
                    Err(error) => break Stopped::Off(error.to_string()),
                },
                () = self.phone.radio_wish() => break Stopped::Wish,
                () = self.phone.stopping() => break Stopped::End,
            }
        };
        // What was heard so far is not lost with the radio: neither what waits in it, unless it never ends...
        for _ in 0..MAX_WAITING {
            let Ok(Ok(sighting)) = timeout(Duration::ZERO, self.radio.next()).await else { break };
            self.hear(&sighting);
        }
        // ... nor what waits here.
        if let Err(error) = self.end_scan().await {
            tracing::warn!(%error, "the last scan was not recorded");
        }
        if let Err(error) = self.record_late().await {
            tracing::warn!(%error, "late sightings were not recorded");
        }
        // Waited for: a program that ends, or opens the controller again, must not overtake it.
        self.radio.close().await;
        stopped
    }

    fn hear(&mut self, sighting: &Sighting) {
        match &mut self.listening {
            Some(scan) => scan.heard.hear(sighting),
            None => self.late.hear(sighting),
        }
    }

    /// Does what is due: rotation first, so that a late wake-up never sends an old identifier longer than need be.
    async fn act(&mut self) -> Result<(), String> {
        let now = self.phone.now();
        // A clock set back leaves the old rotation's end in the future: then the device is asked again at each nap.
        if now >= self.rotation_due || self.rotation_due - now > LONGEST_ROTATION_S {
            self.rotate().await?;
        }
        if self.listening.as_ref().is_some_and(|scan| now >= scan.ends || now < scan.started) {
            self.end_scan().await.or_else(survivable)?;
        }
        if self.listening.is_none() {
            // Asked again before its start, the device gives the same plan, unless the clock was set back.
            let plan = match self.plan {
                Some(plan) if now >= plan.start => plan,
                _ => self.phone.ask(|mind, now, rng| mind.next_scan(now, rng)).await,
            };
            self.plan = Some(plan);
            if now >= plan.start {
                self.start_scan(now, plan.duration_s).await?;
            }
        }
        if let RadioStatus::On = self.radio.status().await {
            self.phone.health_mut(|health| health.radio = RadioHealth::On);
        }
        Ok(())
    }

    async fn rotate(&mut self) -> Result<(), String> {
        self.record_late().await.or_else(survivable)?;
        // Without a key for now (a clock set back behind published keys, a broken disk) the phone must fall silent.
        let rotation =
            self.phone.try_ask(|mind, now, rng| mind.rotation(now, rng)).await.map_err(|e| e.to_string())?;
        self.rotation_due = rotation.until;
        let advertisement = Advertisement {
            frame: rotation.frame,
            identifier: rotation.identifier,
            address: rotation.address,
        };
        let told = self.radio.advertise(advertisement).await;
        self.told(told)
    }

    async fn start_scan(&mut self, now: Timestamp, duration_s: u32) -> Result<(), String> {
        self.record_late().await.or_else(survivable)?;
        let ends = now + i64::from(duration_s);
        self.listening = Some(Listening { started: now, ends, heard: Ears::default() });
        let told = self.radio.set_scanning(true).await;
        self.told(told)
    }

    async fn end_scan(&mut self) -> Result<(), DeviceError> {
        let Some(mut scan) = self.listening.take() else { return Ok(()) };
        self.plan = None;
        if let Err(error) = self.radio.set_scanning(false).await {
            tracing::debug!(%error, "scanning did not stop");
        }
        let gap = self.past.map(|past| scan.started - past.started).and_then(|gap| u32::try_from(gap).ok());
        let past = Past { started: scan.started, seconds_since_last_scan: gap.unwrap_or(FIRST_GAP_S) };
        self.past = Some(past);
        self.record(past, scan.heard.take()).await
    }

    /// Records what came outside a scan with the scan before it; without one it counts no time.
    async fn record_late(&mut self) -> Result<(), DeviceError> {
        let heard = self.late.take();
        if heard.is_empty() {
            return Ok(());
        }
        let now = self.phone.now();
        let recent = self.past.filter(|past| (0..=LATE_S).contains(&(now - past.started)));
        let scan = recent.unwrap_or(Past { started: now, seconds_since_last_scan: 0 });
        self.record(scan, heard).await
    }

    /// Keeps what was heard, unless the owner deleted everything meanwhile.
    async fn record(&mut self, scan: Past, heard: Vec<Heard>) -> Result<(), DeviceError> {
        let scan =
            Scan { started: scan.started, seconds_since_last_scan: scan.seconds_since_last_scan, heard };
        let record = move |mind: &mut Mind, now, _: &mut dyn Rng| {
            Ok((mind.record_scan(&scan)?, mind.clock_is_behind(now)))
        };
        let Some((recorded, behind)) = self.phone.try_ask_within(self.epoch, record).await? else {
            return Ok(());
        };
        if behind {
            tracing::warn!("this phone's clock is behind, so nothing that is heard is kept: set it right");
        }
        tracing::debug!(stored = recorded.stored, replayed = recorded.replayed, "scan recorded");
        Ok(())
    }

    /// An outage is no reason to stop: the radio remembers what it was told and comes back by itself.
    fn told(&self, answer: Result<(), RadioError>) -> Result<(), String> {
        match answer {
            Ok(()) => Ok(()),
            Err(RadioError::Off(reason)) => {
                self.phone.health_mut(|health| health.radio = RadioHealth::Off(reason));
                Ok(())
            }
            Err(error) => Err(error.to_string()),
        }
    }
}

/// A scan that cannot be stored is lost, and the pages say so; the phone goes on.
fn survivable(_: DeviceError) -> Result<(), String> {
    Ok(())
}
