//! What this phone sends, and the keys behind it.

use crate::config::Scheme;
use crate::device::{Device, put};
use crate::error::DeviceError;
use crate::storage::{Change, Document, OwnKey, Storage};
use bluezone_protocol::address::RandomAddress;
use bluezone_protocol::bluezone2020::{BaseId, to_ms};
use bluezone_protocol::frame::Frame;
use bluezone_protocol::gaen::{Metadata, TemporaryExposureKey};
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::{INTERVALS_PER_DAY, IntervalNumber, Timestamp};
use rand::Rng;
use serde::{Deserialize, Serialize};

/// A published key may be sent on for so many intervals after the clock once showed a later time: two hours, in which
/// the server does not release it yet.
const EMBARGO_INTERVALS: u32 = 12;

/// What is on the air from now on.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Rotation {
    /// Also what a reader over GATT is answered.
    pub identifier: Identifier,
    /// The advertisement.
    pub frame: Frame,
    /// The radio address that goes with it. Changes with the identifier, never alone.
    pub address: RandomAddress,
    /// When the next rotation is due.
    pub until: Timestamp,
}

/// The base id of the original scheme, as stored.
#[derive(Serialize, Deserialize)]
struct StoredBaseId {
    bytes: [u8; 32],
    made: Timestamp,
}

impl<S: Storage> Device<S> {
    /// What to send now. Makes and stores the day's key if there is none; asked again before `until`, gives the same.
    ///
    /// Of one period there is only ever one key, whatever happens to the process or the clock.
    pub fn rotation(
        &mut self,
        now: Timestamp,
        rng: &mut (impl Rng + ?Sized),
    ) -> Result<Rotation, DeviceError> {
        let (identifier, until) = match self.config.scheme {
            Scheme::Gaen => self.gaen_identifier(now, rng)?,
            Scheme::Bluezone2020 => self.original_identifier(now, rng)?,
        };
        if let Some(on_air) = self.on_air
            && on_air.identifier == identifier
        {
            return Ok(on_air);
        }
        let frame = Frame::for_identifier(&identifier, self.config.service_uuid);
        let rotation = Rotation { identifier, frame, address: RandomAddress::generate(rng), until };
        self.on_air = Some(rotation);
        Ok(rotation)
    }

    fn gaen_identifier(
        &mut self,
        now: Timestamp,
        rng: &mut (impl Rng + ?Sized),
    ) -> Result<(Identifier, Timestamp), DeviceError> {
        let interval = now.interval();
        let key = self.key_of(interval, now, rng)?;
        let rpi = key.key.identifier_key().identifier(interval);
        let metadata = Metadata {
            tx_power_dbm: self.config.tx_power_dbm,
            calibration_confidence: self.config.calibration_confidence,
        };
        let aem = metadata.encrypt(&key.key.metadata_key(), &rpi);
        Ok((Identifier::Gaen { rpi, aem }, (interval + 1).start()))
    }

    /// The key of an interval: stored, or made now. Before it goes on the air, that it does is stored.
    fn key_of(
        &mut self,
        interval: IntervalNumber,
        now: Timestamp,
        rng: &mut (impl Rng + ?Sized),
    ) -> Result<OwnKey, DeviceError> {
        let mut key = match self.own_keys.iter().find(|key| key.covers(interval)) {
            Some(key) => key.clone(),
            None => {
                let (start, end) = gap(&self.own_keys, interval);
                let period = end.0.saturating_sub(start.0);
                let key = TemporaryExposureKey::generate(rng);
                OwnKey { key, rolling_start: start, rolling_period: period, sent_until: start, shared: false }
            }
        };
        // The furthest the clock ever showed is forgotten once it ran steadily for a day; what a signed file proves is not.
        let later = self.clock.observe(now).highest_interval() > interval + EMBARGO_INTERVALS;
        if key.shared && (later || self.clock.is_behind(now)) {
            return Err(DeviceError::ClockBehind);
        }
        if key.sent_until <= interval {
            key.sent_until = interval + 1;
            let changes = [Change::PutKey(key.clone()), self.clock_change(now)];
            self.apply(&changes)?;
        }
        Ok(key)
    }

    fn original_identifier(
        &mut self,
        now: Timestamp,
        rng: &mut (impl Rng + ?Sized),
    ) -> Result<(Identifier, Timestamp), DeviceError> {
        let stored = match self.read::<StoredBaseId>(Document::BaseId)? {
            Some(stored) => stored,
            None => {
                let made = StoredBaseId { bytes: *BaseId::generate(rng).as_bytes(), made: now };
                self.apply(&[put(Document::BaseId, &made)])?;
                made
            }
        };
        let (base, slots, now_ms) = (BaseId::from_bytes(stored.bytes), self.config.slots_per_day, to_ms(now));
        let id = base.identifier_at(to_ms(stored.made), now_ms, slots);
        // Rounded up to the second, so that the slot has really ended then.
        let until = Timestamp(slots.slot_end_ms(now_ms).saturating_add(999).div_euclid(1000));
        Ok((Identifier::Bluezone2020(id), until))
    }
}

/// The part of the interval's UTC day around it that no key covers, as (first, first after).
fn gap(keys: &[OwnKey], interval: IntervalNumber) -> (IntervalNumber, IntervalNumber) {
    let day = interval.day_start();
    let before = keys.iter().map(OwnKey::end).filter(|end| *end <= interval).max();
    let after = keys.iter().map(|key| key.rolling_start).filter(|start| *start > interval).min();
    let start = before.map_or(day, |end| end.max(day));
    let end = day + INTERVALS_PER_DAY;
    (start, after.map_or(end, |start| start.min(end)))
}
