//! Phones, times and randomness for the tests.

use bluezone_device::{Device, DeviceConfig, MemoryStorage};
use bluezone_protocol::time::Timestamp;
use rand::SeedableRng;
use rand::rngs::StdRng;

/// Midnight UTC of a day in December 2021.
pub const MIDNIGHT: Timestamp = Timestamp(1_640_044_800);
/// Ten in the morning, UTC.
pub const NOW: Timestamp = Timestamp(1_640_080_800);
pub const DAY: i64 = 86_400;

pub type Phone = Device<MemoryStorage>;

pub fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

pub fn phone() -> Phone {
    Device::open(DeviceConfig::default(), MemoryStorage::new()).unwrap()
}

/// What a phone killed now finds when it starts again.
pub fn restarted(phone: &Phone) -> Phone {
    Device::open(phone.config().clone(), phone.storage().clone()).unwrap()
}
