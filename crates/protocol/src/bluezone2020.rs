//! The identifier scheme of the original Bluezone app, version 2.0.3 (July 2020) and later.
//!
//! One random base id a phone, for ever. Each UTC day's key is the SHA-256 of the day before's; each slot of a day
//! (96 a day: 15 minutes) has a sub key hashed from the slot before's; 12 of its 32 bytes are the identifier.
//! So whoever learns one day's key can follow the phone through all later days: that is why this scheme is
//! understood completely and sent only when asked for.
//!
//! Times are milliseconds since 1970 UTC here (`_ms`), as the original counts; its messages carry seconds (`_s`).
//! Source of truth: `vectors/bluezone-2020.json`, printed by the original classes.

mod check;
mod messages;

pub use check::{CheckWindow, check_contact};
pub use messages::{InfoF, InfoFError, PublishedDay, PublishedDays, TraceRow, trace_file_text};

use crate::time::{DAY_S, Timestamp};
use rand::Rng;
use sha2::{Digest, Sha256};

/// Milliseconds in a day.
pub const DAY_MS: i64 = DAY_S * 1000;

/// Hashed after the daily key to make the first sub key. The misspelling is the protocol.
const SALT: &[u8; 13] = b"bluzonesubkey";

/// Which bytes of a sub key make the identifier.
const PICKED: [usize; 12] = [0, 4, 8, 12, 16, 18, 20, 22, 24, 26, 28, 30];

/// No day number goes beyond this (100 years): each day costs a hash, and a wrong clock must not hang the phone.
pub const MAX_DAY_NUMBER: u32 = 36_525;

key_bytes! {
    /// A phone's base id: 32 random bytes made once; the daily key of day 0.
    BaseId, 32
}

key_bytes! {
    /// A day's key. The next day's is its SHA-256.
    DailyKey, 32
}

key_bytes! {
    /// A slot's sub key. The next slot's is its SHA-256.
    SubKey, 32
}

identifier_bytes! {
    /// What a phone calls itself on the air for one slot.
    BluezoneId, 12
}

impl BaseId {
    /// A fresh random base id.
    pub fn generate(rng: &mut (impl Rng + ?Sized)) -> Self {
        let mut bytes = [0; Self::LEN];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// The key of day `day_number` (see [`day_number`]); at most [`MAX_DAY_NUMBER`] is used.
    pub fn daily_key(&self, day_number: u32) -> DailyKey {
        let mut key = DailyKey(self.0);
        for _ in 0..day_number.min(MAX_DAY_NUMBER) {
            key = key.next();
        }
        key
    }

    /// The identifier on the air at `time_ms`, of a phone whose base id was made on the day of `base_ms`.
    pub fn identifier_at(&self, base_ms: i64, time_ms: i64, slots: SlotsPerDay) -> BluezoneId {
        self.daily_key(day_number(base_ms, time_ms)).identifier(slots.slot(time_ms))
    }
}

impl DailyKey {
    /// The next day's key.
    #[must_use]
    pub fn next(&self) -> DailyKey {
        DailyKey(Sha256::digest(self.0).into())
    }

    /// The day's sub keys from slot 0 on, without end: take as many as there are slots.
    pub fn sub_keys(&self) -> impl Iterator<Item = SubKey> + use<> {
        let first = Sha256::new_with_prefix(self.0).chain_update(SALT).finalize().into();
        std::iter::successors(Some(SubKey(first)), |key| Some(key.next()))
    }

    /// The day's identifiers, one a slot.
    pub fn identifiers(&self, slots: SlotsPerDay) -> impl Iterator<Item = BluezoneId> + use<> {
        self.sub_keys().take(slots.get() as usize).map(|key| key.identifier())
    }

    /// The identifier of one slot, counted from 0.
    pub fn identifier(&self, slot: u32) -> BluezoneId {
        let mut sub_keys = self.sub_keys();
        let key = sub_keys.nth(slot as usize).expect("the chain of sub keys has no end");
        key.identifier()
    }
}

impl SubKey {
    /// The next slot's sub key.
    #[must_use]
    pub fn next(&self) -> SubKey {
        SubKey(Sha256::digest(self.0).into())
    }

    /// The 12 bytes that go on the air.
    pub fn identifier(&self) -> BluezoneId {
        BluezoneId(PICKED.map(|at| self.0[at]))
    }
}

/// Midnight UTC (07:00 in Vietnam) at or before `time_ms`.
pub fn day_start_ms(time_ms: i64) -> i64 {
    time_ms.saturating_sub(time_ms.rem_euclid(DAY_MS))
}

/// How many UTC days after the base id's day `time_ms` lies: 0 before that day, at most [`MAX_DAY_NUMBER`].
pub fn day_number(base_ms: i64, time_ms: i64) -> u32 {
    let days = day_start_ms(time_ms).saturating_sub(day_start_ms(base_ms)) / DAY_MS;
    u32::try_from(days.max(0)).unwrap_or(MAX_DAY_NUMBER).min(MAX_DAY_NUMBER)
}

/// How many identifiers a day has: the original's server setting `MaxNumberSubKeyPerDay`.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct SlotsPerDay(u32);

/// Not a usable number of slots.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a day has 2 to 86400 slots, not {0}")]
pub struct SlotsPerDayError(pub u32);

impl Default for SlotsPerDay {
    /// 96: fifteen minutes each.
    fn default() -> Self {
        Self(96)
    }
}

impl SlotsPerDay {
    /// One slot a second; the original has no upper bound.
    pub const MAX: u32 = 86_400;

    /// 2 to 86,400. (With 1 the original stops advertising.)
    pub const fn new(slots: u32) -> Result<Self, SlotsPerDayError> {
        if slots >= 2 && slots <= Self::MAX { Ok(Self(slots)) } else { Err(SlotsPerDayError(slots)) }
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Length of a slot in milliseconds; integer division, as on Android.
    pub const fn slot_ms(self) -> i64 {
        DAY_MS / self.0 as i64
    }

    /// The slot index as the original computes it. If the number of slots does not divide the day, the day's last
    /// milliseconds give an index one past the last slot (there the original crashed): use [`Self::slot`].
    pub fn raw_index(self, time_ms: i64) -> u32 {
        let index = time_ms.rem_euclid(DAY_MS) / self.slot_ms();
        u32::try_from(index).expect("an index within a day is small")
    }

    /// The slot that `time_ms` lies in. What integer division leaves over at the end of the day belongs to the last.
    pub fn slot(self, time_ms: i64) -> u32 {
        self.raw_index(time_ms).min(self.0 - 1)
    }

    /// First millisecond of the slot after the one `time_ms` lies in: when the identifier changes next.
    pub fn slot_end_ms(self, time_ms: i64) -> i64 {
        let next = self.slot(time_ms) + 1;
        let offset = if next == self.0 { DAY_MS } else { i64::from(next) * self.slot_ms() };
        day_start_ms(time_ms).saturating_add(offset)
    }
}

/// Milliseconds of a [`Timestamp`], saturating.
pub fn to_ms(time: Timestamp) -> i64 {
    time.0.saturating_mul(1000)
}
