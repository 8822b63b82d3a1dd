//! What a phone hears and keeps.

use crate::support::{DAY, MIDNIGHT, NOW, Phone, phone, restarted, rng};
use bluezone_device::{Device, DeviceConfig, DutyCycle, Heard, MemoryStorage, Recorded, Scan, Storage};
use bluezone_protocol::bluezone2020::BluezoneId;
use bluezone_protocol::gaen::RollingProximityIdentifier;
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::Timestamp;

fn id(byte: u8) -> Identifier {
    Identifier::Gaen { rpi: RollingProximityIdentifier([byte; 16]), aem: [byte; 4] }
}

fn hear(phone: &mut Phone, at: Timestamp, identifiers: &[Identifier]) -> Recorded {
    let heard = identifiers
        .iter()
        .map(|&identifier| Heard { identifier, rssi_dbm: vec![-60, -50], tx_power_dbm: None })
        .collect();
    phone.record_scan(&Scan { started: at, seconds_since_last_scan: 240, heard }).unwrap()
}

#[test]
fn duty_cycles_by_name() {
    let cycle = |name| DutyCycle::named(name).map(|c| (c.scan_s, c.period_s - c.scan_s, c.jitter_s));
    assert_eq!(cycle("exposure-notification"), Some((4, 296, 90)));
    assert_eq!(cycle("bluezone-background"), Some((40, 260, 0)));
    assert_eq!(cycle("bluezone-foreground"), Some((150, 5, 0)));
    assert_eq!(cycle("always"), None);
}

#[test]
fn scans_come_every_period_less_a_random_jitter() {
    let (mut phone, mut rng) = (phone(), rng(1));
    let mut plan = phone.next_scan(NOW, &mut rng);
    assert_eq!((plan.start, plan.duration_s), (NOW, 4));
    let mut gaps = std::collections::BTreeSet::new();
    for _ in 0..500 {
        let next = phone.next_scan(plan.start + 4, &mut rng);
        assert_eq!(phone.next_scan(plan.start + 5, &mut rng), next, "asked again, the same");
        gaps.insert(next.start - plan.start);
        plan = next;
    }
    assert!(*gaps.first().unwrap() >= 210 && *gaps.last().unwrap() <= 300, "{gaps:?}");
    assert!(gaps.len() > 60, "random: {gaps:?}");
}

#[test]
fn a_missed_scan_starts_at_once_and_a_clock_set_back_does_not_stop_the_listening() {
    let (mut phone, mut rng) = (phone(), rng(2));
    phone.next_scan(NOW, &mut rng);
    assert_eq!(phone.next_scan(NOW + 5000, &mut rng).start, NOW + 5000);
    assert_eq!(phone.next_scan(NOW - DAY, &mut rng).start, NOW - DAY);
    let config = DeviceConfig { duty_cycle: DutyCycle::BLUEZONE_FOREGROUND, ..DeviceConfig::default() };
    let mut phone = Device::open(config, MemoryStorage::new()).unwrap();
    let first = phone.next_scan(NOW, &mut rng);
    assert_eq!((first.start, first.duration_s), (NOW, 150));
    assert_eq!(phone.next_scan(NOW + 150, &mut rng).start, NOW + 155);
}

#[test]
fn a_sighting_keeps_mean_maximum_and_number_of_packets() {
    let mut phone = phone();
    let heard = vec![
        Heard { identifier: id(1), rssi_dbm: vec![-60, -51, -50, 127], tx_power_dbm: None },
        Heard { identifier: id(2), rssi_dbm: vec![], tx_power_dbm: None },
        Heard {
            identifier: Identifier::Bluezone2020(BluezoneId([3; 12])),
            rssi_dbm: vec![127],
            tx_power_dbm: None,
        },
    ];
    let scan = Scan { started: NOW, seconds_since_last_scan: 240, heard };
    assert_eq!(
        phone.record_scan(&scan).unwrap(),
        Recorded { stored: 3, replayed: 0, dropped: 0, displaced: 0 }
    );
    let kept = phone.storage().sightings_of(&id(1)).unwrap();
    let strength = kept[0].strength.unwrap();
    assert_eq!((strength.mean_dbm, strength.strongest_dbm, strength.packets), (-54, -50, 3));
    assert_eq!((kept[0].time, kept[0].seconds_since_last_scan, kept[0].identifier), (NOW, 240, id(1)));
    assert_eq!(phone.storage().sightings(NOW).unwrap().iter().filter(|s| s.strength.is_none()).count(), 2);
    assert_eq!(phone.record_scan(&scan).unwrap().stored, 0, "the same scan twice");
    assert_eq!(restarted(&phone).storage().len(), 3, "kept over a kill");
}

#[test]
fn an_identifier_heard_more_than_twenty_minutes_after_its_first_time_is_a_replay() {
    let mut phone = phone();
    assert_eq!(hear(&mut phone, NOW, &[id(1)]).stored, 1);
    assert_eq!(hear(&mut phone, NOW + 1200, &[id(1)]).stored, 1);
    let late = hear(&mut phone, NOW + 1201, &[id(1), id(2)]);
    assert_eq!(late, Recorded { stored: 1, replayed: 1, dropped: 0, displaced: 0 });
    let early = hear(&mut phone, NOW - 1201, &[id(1)]);
    assert_eq!(early.replayed, 1, "nor long before, by a clock set back");
    let other_metadata = Identifier::Gaen { rpi: RollingProximityIdentifier([1; 16]), aem: [9; 4] };
    assert_eq!(
        hear(&mut phone, NOW + 3000, &[other_metadata]).replayed,
        1,
        "the metadata can be changed by anyone"
    );
}

#[test]
fn its_own_identifier_is_not_a_contact() {
    let (mut phone, mut rng) = (phone(), rng(3));
    let own = phone.rotation(NOW, &mut rng).unwrap().identifier;
    assert_eq!(
        hear(&mut phone, NOW, &[own, id(1)]),
        Recorded { stored: 1, replayed: 0, dropped: 1, displaced: 0 }
    );
}

/// Looks at the clock every hour, as a running phone does.
fn run(phone: &mut Phone, from: Timestamp, hours: i64) -> usize {
    (0..=hours).map(|hour| phone.tidy(from + hour * 3600).unwrap()).sum()
}

#[test]
fn sightings_are_deleted_after_fourteen_days_or_as_configured() {
    for retention_days in [14, 21] {
        let config = DeviceConfig { retention_days, ..DeviceConfig::default() };
        let mut phone = Device::open(config, MemoryStorage::new()).unwrap();
        hear(&mut phone, NOW, &[id(1)]);
        hear(&mut phone, NOW + 3600, &[id(2)]);
        let hours = i64::from(retention_days) * 24;
        assert_eq!(run(&mut phone, NOW + 3600, hours - 1), 0);
        assert_eq!(phone.storage().len(), 2);
        assert_eq!(phone.tidy(NOW + hours * 3600 + 1).unwrap(), 1);
        assert_eq!(phone.storage().first_seen(&id(1)).unwrap(), None);
        assert_eq!(phone.storage().first_seen(&id(2)).unwrap(), Some(NOW + 3600));
    }
}

#[test]
fn own_keys_are_kept_fourteen_days() {
    let (mut phone, mut rng) = (phone(), rng(4));
    for hour in 0..24 * 20 {
        phone.rotation(MIDNIGHT + hour * 3600, &mut rng).unwrap();
        phone.tidy(MIDNIGHT + hour * 3600).unwrap();
    }
    let keys = phone.storage().own_keys().unwrap();
    let last = MIDNIGHT + (24 * 20 - 1) * 3600;
    assert_eq!(keys.len(), 15, "today's and those that ended within 14 days");
    assert!(keys[0].end().start() > last - 14 * DAY && keys[0].rolling_start.start() < last - 14 * DAY);
}

#[test]
fn a_clock_set_wrong_for_a_while_destroys_nothing() {
    for jump in [400 * DAY, -400 * DAY] {
        let (mut phone, mut rng) = (phone(), rng(5));
        run(&mut phone, NOW - 48 * 3600, 48);
        hear(&mut phone, NOW, &[id(1)]);
        phone.rotation(NOW, &mut rng).unwrap();
        let key = phone.storage().own_keys().unwrap();
        assert_eq!(run(&mut phone, NOW + jump, 20), 0, "{jump}");
        hear(&mut phone, NOW + jump, &[id(2)]);
        phone.rotation(NOW + jump, &mut rng).unwrap();
        assert_eq!(phone.storage().len(), 2);
        // Set right again: what is dated wrongly goes, what is right stays.
        assert_eq!(run(&mut phone, NOW + 72_000, 30), 1);
        assert_eq!(phone.storage().first_seen(&id(1)).unwrap(), Some(NOW));
        assert_eq!(phone.storage().own_keys().unwrap(), key, "{jump}");
    }
}

#[test]
fn the_phones_around_now() {
    let (mut phone, mut rng) = (phone(), rng(6));
    hear(&mut phone, NOW - 1000, &[id(9)]);
    hear(&mut phone, NOW - 300, &[id(1), id(2)]);
    hear(&mut phone, NOW, &[id(2)]);
    let nearby = phone.nearby(NOW, 600, &mut rng).unwrap();
    assert_eq!(nearby.iter().map(|n| n.last_seen).collect::<Vec<_>>(), [NOW, NOW - 300]);
    assert_eq!(nearby[0].rssi_dbm, Some(-55));
    assert_ne!(nearby[0].tag, nearby[1].tag);
    assert_eq!(
        phone.nearby(NOW + 60, 600, &mut rng).unwrap()[0].tag,
        nearby[0].tag,
        "stays while the identifier lasts"
    );
    let again = restarted(&phone).nearby(NOW, 600, &mut rng).unwrap();
    assert_ne!(
        again[0].tag, nearby[0].tag,
        "another in another run: nobody can compute it from the identifier"
    );
}

#[test]
fn days_with_contacts_are_the_owners_days() {
    let mut phone = phone();
    let evening = MIDNIGHT + 17 * 3600; // Midnight in Vietnam.
    hear(&mut phone, evening - 300, &[id(1)]);
    hear(&mut phone, evening, &[id(2), id(3)]);
    hear(&mut phone, evening + 300, &[id(2)]);
    let faint = Heard { identifier: id(4), rssi_dbm: vec![-90], tx_power_dbm: None };
    phone
        .record_scan(&Scan { started: evening + 600, seconds_since_last_scan: 900, heard: vec![faint] })
        .unwrap();
    let days = phone.contact_days(evening + 700).unwrap();
    let found: Vec<_> = days.iter().map(|d| (d.day - evening, d.identifiers, d.near_minutes)).collect();
    assert_eq!(found, [(0, 3, 8), (-DAY, 1, 4)]);
}

/// Somebody floods the air for days: the log is bounded, and who stood near stays in it.
#[test]
fn a_flood_cannot_fill_the_log_or_displace_who_was_near() {
    let mut phone = phone();
    let mut number = 0u64;
    let mut flood = |phone: &mut Phone, at: Timestamp, count: usize, dbm: i8| {
        let forged = |_| {
            number += 1;
            let mut bytes = [0; 16];
            bytes[..8].copy_from_slice(&number.to_le_bytes());
            let identifier = Identifier::Gaen { rpi: RollingProximityIdentifier(bytes), aem: [0; 4] };
            Heard { identifier, rssi_dbm: vec![dbm], tx_power_dbm: None }
        };
        let heard = (0..count).map(forged).collect();
        phone.record_scan(&Scan { started: at, seconds_since_last_scan: 240, heard }).unwrap()
    };
    hear(&mut phone, MIDNIGHT, &[id(255)]); // -50 dBm
    for scan in 1..=60 {
        flood(&mut phone, MIDNIGHT + scan * 300, 1000, -80);
    }
    assert_eq!(phone.storage().len(), 50_000);
    // A restart does not forget the count.
    let mut phone = restarted(&phone);
    assert_eq!(flood(&mut phone, MIDNIGHT + 80_000, 1000, -85).displaced, 1000, "the weaker go");
    assert_eq!(phone.storage().len(), 50_000);
    assert_eq!(hear(&mut phone, MIDNIGHT + 80_300, &[id(254)]).displaced, 1);
    for near in [254, 255] {
        assert_eq!(phone.storage().sightings_of(&id(near)).unwrap().len(), 1);
    }
    assert_eq!(flood(&mut phone, MIDNIGHT + DAY, 1000, -80).displaced, 0, "the next day has room again");
    assert_eq!(phone.storage().len(), 51_000);
}
