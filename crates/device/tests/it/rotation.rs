//! What a phone sends.

use crate::support::{DAY, MIDNIGHT, NOW, export, phone, restarted, rng, trusting_phone};
use bluezone_device::{Change, Device, DeviceConfig, DeviceError, MemoryStorage, Scheme, Storage};
use bluezone_protocol::bluezone2020::SlotsPerDay;
use bluezone_protocol::frame::Frame;
use bluezone_protocol::gaen::Metadata;
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::IntervalNumber;
use std::collections::BTreeSet;

#[test]
fn identifier_and_address_change_together_every_ten_minutes() {
    let (mut phone, mut rng) = (phone(), rng(1));
    let first = phone.rotation(NOW, &mut rng).unwrap();
    assert_eq!(first.until, NOW + 600);
    assert_eq!(phone.rotation(NOW + 599, &mut rng).unwrap(), first);
    let second = phone.rotation(NOW + 600, &mut rng).unwrap();
    assert_ne!(second.identifier, first.identifier);
    assert_ne!(second.address, first.address);
    for rotation in [first, second] {
        assert!(rotation.address.is_valid(), "a non-resolvable private address");
        assert_eq!(rotation.frame.identifier(), Some(rotation.identifier));
        assert!(matches!(rotation.frame, Frame::ServiceData { uuid: 0xFD6F, .. }));
    }
}

#[test]
fn the_identifier_is_that_of_the_stored_key_and_says_the_power() {
    let (mut phone, mut rng) = (phone(), rng(2));
    let rotation = phone.rotation(NOW, &mut rng).unwrap();
    let keys = phone.storage().own_keys().unwrap();
    assert_eq!((keys.len(), keys[0].rolling_start.start(), keys[0].rolling_period), (1, MIDNIGHT, 144));
    let Identifier::Gaen { rpi, aem } = rotation.identifier else { panic!("the default scheme") };
    assert_eq!(rpi, keys[0].key.identifier_key().identifier(NOW.interval()));
    let metadata = Metadata::decrypt(&keys[0].key.metadata_key(), &rpi, aem).unwrap();
    assert_eq!(metadata.tx_power_dbm, phone.config().tx_power_dbm);
}

#[test]
fn one_key_a_day_whatever_happens_to_the_process() {
    let (mut phone, mut rng) = (phone(), rng(3));
    let mut identifiers = BTreeSet::new();
    for interval in 0..3 * 144 {
        identifiers.insert(phone.rotation(MIDNIGHT + interval * 600, &mut rng).unwrap().identifier);
        if interval % 50 == 0 {
            let again = restarted(&phone).rotation(MIDNIGHT + interval * 600, &mut rng).unwrap();
            assert!(!identifiers.insert(again.identifier), "the same after a kill");
            phone = restarted(&phone);
        }
    }
    assert_eq!(identifiers.len(), 3 * 144);
    let keys = phone.storage().own_keys().unwrap();
    let starts: Vec<_> = keys.iter().map(|key| key.rolling_start.start() - MIDNIGHT).collect();
    assert_eq!(starts, [0, DAY, 2 * DAY]);
}

#[test]
fn a_clock_set_back_finds_the_key_of_that_day_again() {
    let (mut phone, mut rng) = (phone(), rng(4));
    let today = phone.rotation(NOW, &mut rng).unwrap();
    phone.rotation(NOW + 2 * DAY, &mut rng).unwrap();
    assert_eq!(phone.rotation(NOW, &mut rng).unwrap().identifier, today.identifier);
    let yesterday = phone.rotation(NOW - DAY, &mut rng).unwrap();
    assert_eq!(phone.rotation(NOW - DAY, &mut rng).unwrap().identifier, yesterday.identifier);
    assert_eq!(phone.storage().own_keys().unwrap().len(), 3);
}

/// The guard against sending published keys holds for as long as the clock is provably behind, not for a day.
#[test]
fn a_published_key_is_not_sent_by_a_clock_that_stays_behind() {
    let (mut phone, mut rng) = (trusting_phone(), rng(9));
    phone.rotation(NOW, &mut rng).unwrap();
    let mut key = phone.storage().own_keys().unwrap().remove(0);
    key.shared = true;
    let mut storage = phone.storage().clone();
    storage.apply(&[Change::PutKey(key)]).unwrap();
    let mut phone = Device::open(phone.config().clone(), storage).unwrap();
    let later = NOW + 3 * DAY;
    phone.check_export("a.zip", export(later, &[], &[], 1), later).unwrap();
    phone.tidy(later).unwrap();
    for hour in -30..=0 {
        phone.tidy(NOW + hour * 3600).unwrap(); // set back, and steady again after a day
    }
    assert!(phone.clock_is_behind(NOW));
    assert!(matches!(phone.rotation(NOW, &mut rng), Err(DeviceError::ClockBehind)));
    assert!(!phone.clock_is_behind(later));
    phone.rotation(later, &mut rng).unwrap();
}

#[test]
fn times_at_the_ends_of_the_clock_do_not_panic() {
    for seconds in [i64::MIN, -1, 0, i64::from(u32::MAX) * 600, i64::MAX] {
        let (mut phone, mut rng) = (phone(), rng(5));
        phone.rotation(bluezone_protocol::time::Timestamp(seconds), &mut rng).unwrap();
        phone.tidy(bluezone_protocol::time::Timestamp(seconds)).unwrap();
    }
}

#[test]
fn the_original_scheme_changes_every_quarter_of_an_hour_and_keeps_its_base_id() {
    let config = DeviceConfig { scheme: Scheme::Bluezone2020, ..DeviceConfig::default() };
    let (mut phone, mut rng) = (Device::open(config, MemoryStorage::new()).unwrap(), rng(6));
    let first = phone.rotation(NOW, &mut rng).unwrap();
    assert_eq!(first.until, NOW + 900);
    assert!(matches!(first.frame, Frame::BluezoneAndroid(_)));
    let second = phone.rotation(first.until, &mut rng).unwrap();
    assert_ne!((second.identifier, second.address), (first.identifier, first.address));
    let again = restarted(&phone).rotation(NOW, &mut rng).unwrap();
    assert_eq!(again.identifier, first.identifier);
    assert!(phone.storage().own_keys().unwrap().is_empty());
}

#[test]
fn slots_that_do_not_divide_a_day_still_end_on_a_whole_second() {
    let slots_per_day = SlotsPerDay::new(7).unwrap();
    let config = DeviceConfig { scheme: Scheme::Bluezone2020, slots_per_day, ..DeviceConfig::default() };
    let (mut phone, mut rng) = (Device::open(config, MemoryStorage::new()).unwrap(), rng(7));
    let mut now = MIDNIGHT;
    for _ in 0..7 {
        let rotation = phone.rotation(now, &mut rng).unwrap();
        let next = phone.rotation(rotation.until, &mut rng).unwrap();
        assert_ne!(rotation.identifier, next.identifier, "at {}", rotation.until - MIDNIGHT);
        now = rotation.until;
    }
    assert_eq!(now, MIDNIGHT + DAY);
}

#[test]
fn settings_that_contradict_themselves_are_refused() {
    let open = |config| Device::open(config, MemoryStorage::new()).err().map(|error| error.to_string());
    let long = DeviceConfig { retention_days: 22, ..DeviceConfig::default() };
    assert!(open(long).unwrap().contains("1 to 21"));
    let loud = DeviceConfig { tx_power_dbm: 21, ..DeviceConfig::default() };
    assert!(open(loud).unwrap().contains("tx_power_dbm"));
    let mut cycle = DeviceConfig::default();
    cycle.duty_cycle.period_s = 10;
    assert!(open(cycle).unwrap().contains("duty cycle"));
    assert!(open(DeviceConfig::default()).is_none());
}

#[test]
fn own_keys_do_not_show_in_debug() {
    let (mut phone, mut rng) = (phone(), rng(8));
    let rotation = phone.rotation(NOW, &mut rng).unwrap();
    let key = &phone.storage().own_keys().unwrap()[0];
    assert!(format!("{key:?}").contains("TemporaryExposureKey(..)"));
    assert!(format!("{rotation:?}").contains("Identifier::Gaen(..)"));
    assert_eq!(key.rolling_start, IntervalNumber(key.rolling_start.0).day_start());
    assert!(matches!(DeviceError::ClockBehind.to_string(), text if text.contains("set the phone's clock")));
}
