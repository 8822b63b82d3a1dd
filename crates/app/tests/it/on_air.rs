//! The radio's loop, hours in an instant.

use super::support::radio::{Air, Deed};
use super::support::{HOUR_S, MORNING, TokioClock, config, phone_with};
use bluezone_app::phone::{Phone, RadioHealth};
use bluezone_app::prefs::Choices;
use bluezone_app::radio_loop;
use bluezone_device::{
    Applied, Change, Document, MemoryStorage, OwnKey, Storage, StorageError, StoredMatch, StoredPlaceMatch,
    StoredSighting, StoredVisit,
};
use bluezone_protocol::gaen::RollingProximityIdentifier;
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::{Clock, Timestamp};
use bluezone_radio::{RadioError, Sighting, Via};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

fn ready(storage: impl Storage + Send + 'static) -> (Phone, Air) {
    let clock: Arc<dyn Clock> = Arc::new(TokioClock::new());
    (phone_with(config(), storage, clock.clone()), Air::new(clock))
}

/// Runs the loop while `story` happens, then ends it.
async fn while_on_air(phone: &Phone, air: &Air, story: impl Future<Output = ()>) {
    let mut source = air.clone();
    let story = async {
        story.await;
        phone.stop();
    };
    tokio::join!(radio_loop::run(phone, &mut source), story);
}

fn somebody(number: u8) -> Identifier {
    Identifier::Gaen { rpi: RollingProximityIdentifier([number; 16]), aem: [number; 4] }
}

fn sightings(phone: &Phone) -> Vec<StoredSighting> {
    phone.with(|mind, _, _| mind.storage().sightings(Timestamp(0)).unwrap())
}

/// Waits until the radio listens, and a second more.
async fn until_listening(phone: &Phone, air: &Air) {
    while !matches!(air.deeds().last(), Some(Deed::Scanning(_, true))) {
        phone.sleep_until(phone.now() + 1).await;
    }
}

#[tokio::test(start_paused = true)]
async fn identifier_and_address_change_together_every_ten_minutes_to_the_second() {
    let (phone, air) = ready(MemoryStorage::new());
    while_on_air(&phone, &air, phone.sleep_until(MORNING + 2 * HOUR_S + 30)).await;
    let adverts: Vec<_> = air
        .deeds()
        .into_iter()
        .filter_map(|deed| match deed {
            Deed::Advertised(at, advertisement) => Some((at, advertisement)),
            _ => None,
        })
        .collect();
    let times: Vec<i64> = adverts.iter().map(|(at, _)| at.0 - MORNING.0).collect();
    assert_eq!(times, (0..=12).map(|n| n * 600).collect::<Vec<_>>());
    let identifiers: BTreeSet<_> = adverts.iter().map(|(_, advert)| advert.identifier).collect();
    let addresses: BTreeSet<_> = adverts.iter().map(|(_, advert)| advert.address.0).collect();
    assert_eq!((identifiers.len(), addresses.len()), (13, 13));
    assert!(adverts.iter().all(|(_, advert)| advert.address.is_valid()));
}

#[tokio::test(start_paused = true)]
async fn it_listens_by_its_duty_cycle() {
    let (phone, air) = ready(MemoryStorage::new());
    while_on_air(&phone, &air, phone.sleep_until(MORNING + 10 * HOUR_S)).await;
    let mut times = Vec::new();
    let mut since = None;
    for deed in air.deeds() {
        match (deed, since) {
            (Deed::Scanning(at, true), None) => since = Some(at),
            (Deed::Scanning(at, false), Some(started)) => {
                assert!((4..=5).contains(&(at - started)), "a scan of {} s", at - started);
                times.push(started.0);
                since = None;
            }
            (Deed::Scanning(..), _) => panic!("on twice or off twice"),
            _ => {}
        }
    }
    let gaps: BTreeSet<i64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.iter().all(|gap| (210..=301).contains(gap)), "{gaps:?}");
    assert!(gaps.len() > 10, "the times between scans are random: {gaps:?}");
    assert!(times.len() > 110);
}

#[tokio::test(start_paused = true)]
async fn what_is_heard_in_a_scan_is_kept_with_its_time_and_the_gap_before_it() {
    let (phone, air) = ready(MemoryStorage::new());
    let story = async {
        until_listening(&phone, &air).await;
        air.hear(somebody(1), -60);
        air.hear(somebody(1), -70);
        air.hear(somebody(2), -80);
        phone.sleep_until(MORNING + 100).await;
        assert_eq!(sightings(&phone).len(), 2);
        until_listening(&phone, &air).await;
        air.hear(somebody(1), -65);
        phone.sleep_until(MORNING + HOUR_S).await;
    };
    while_on_air(&phone, &air, story).await;
    let kept = sightings(&phone);
    assert_eq!(kept.len(), 3);
    assert_eq!(kept[0].time, MORNING);
    assert_eq!(kept[0].seconds_since_last_scan, 120, "nobody knows how long the first scan's gap was");
    assert_eq!(kept[0].strength.unwrap().mean_dbm, -65);
    let gap = kept[2].time - MORNING;
    assert_eq!(i64::from(kept[2].seconds_since_last_scan), gap);
    assert!((210..=301).contains(&gap));
}

#[tokio::test(start_paused = true)]
async fn the_transmit_power_that_a_packet_tells_is_kept_with_the_sighting() {
    let (phone, air) = ready(MemoryStorage::new());
    let story = async {
        until_listening(&phone, &air).await;
        let packet = |tx_power_dbm| Sighting {
            identifier: somebody(1),
            rssi_dbm: Some(-60),
            tx_power_dbm,
            via: Via::Advertisement,
        };
        air.say(Ok(packet(None)));
        air.say(Ok(packet(Some(-7))));
        air.hear(somebody(2), -60);
        phone.sleep_until(MORNING + 60).await;
    };
    while_on_air(&phone, &air, story).await;
    let told: Vec<_> = sightings(&phone).iter().map(|sighting| sighting.tx_power_dbm).collect();
    assert_eq!(told, [Some(-7), None]);
}

#[tokio::test(start_paused = true)]
async fn what_is_told_between_scans_belongs_to_the_scan_before() {
    let (phone, air) = ready(MemoryStorage::new());
    let story = async {
        phone.sleep_until(MORNING + 60).await;
        let written =
            Sighting { identifier: somebody(3), rssi_dbm: None, tx_power_dbm: None, via: Via::GattWrite };
        air.say(Ok(written));
        phone.sleep_until(MORNING + 600).await;
    };
    while_on_air(&phone, &air, story).await;
    let kept = sightings(&phone);
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].time, kept[0].strength), (MORNING, None));
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_program_keeps_what_the_scan_heard_and_leaves_the_air() {
    let (phone, air) = ready(MemoryStorage::new());
    let story = async {
        until_listening(&phone, &air).await;
        air.hear(somebody(1), -60);
        phone.sleep_until(phone.now() + 1).await;
    };
    while_on_air(&phone, &air, story).await;
    assert_eq!(sightings(&phone).len(), 1);
    assert_eq!(air.deeds().last(), Some(&Deed::Closed));
}

#[tokio::test(start_paused = true)]
async fn a_pause_leaves_the_air_and_its_end_returns_under_another_address() {
    let (phone, air) = ready(MemoryStorage::new());
    let story = async {
        phone.sleep_until(MORNING + 30).await;
        assert_eq!(phone.health().radio, RadioHealth::On);
        phone.choose(Choices { radio: false }).await.unwrap();
        phone.sleep_until(MORNING + HOUR_S).await;
        assert_eq!(phone.health().radio, RadioHealth::Paused);
        assert_eq!(air.deeds().last(), Some(&Deed::Closed));
        let before = air.deeds().len();
        phone.choose(Choices { radio: true }).await.unwrap();
        phone.sleep_until(MORNING + HOUR_S + 30).await;
        assert_eq!(phone.health().radio, RadioHealth::On);
        assert_eq!(air.deeds()[before], Deed::Opened);
    };
    while_on_air(&phone, &air, story).await;
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_shown_and_the_schedule_goes_on() {
    let (phone, air) = ready(MemoryStorage::new());
    let story = async {
        phone.sleep_until(MORNING + 30).await;
        air.say(Err(RadioError::Off("unplugged".to_owned())));
        phone.sleep_until(MORNING + 1300).await;
    };
    while_on_air(&phone, &air, story).await;
    let adverts = air.deeds().iter().filter(|deed| matches!(deed, Deed::Advertised(..))).count();
    assert_eq!(adverts, 3);
    assert_eq!(air.deeds().iter().filter(|deed| **deed == Deed::Opened).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_radio_that_closed_or_is_missing_is_opened_again() {
    let (phone, air) = ready(MemoryStorage::new());
    air.fail_to_open(3);
    let story = async {
        phone.sleep_until(MORNING + 1).await;
        assert!(matches!(phone.health().radio, RadioHealth::Off(_)));
        phone.sleep_until(MORNING + 60).await;
        assert_eq!(phone.health().radio, RadioHealth::On);
        air.say(Err(RadioError::Closed));
        phone.sleep_until(MORNING + 120).await;
        assert_eq!(phone.health().radio, RadioHealth::On);
    };
    while_on_air(&phone, &air, story).await;
    assert_eq!(air.deeds().iter().filter(|deed| **deed == Deed::Opened).count(), 2);
}

#[tokio::test(start_paused = true)]
async fn deleting_everything_changes_key_and_address_at_once() {
    let (phone, air) = ready(MemoryStorage::new());
    let story = async {
        until_listening(&phone, &air).await;
        air.hear(somebody(1), -60);
        phone.sleep_until(MORNING + 30).await;
        assert_eq!(sightings(&phone).len(), 1);
        phone.forget_everything().await.unwrap();
        phone.sleep_until(MORNING + 60).await;
        assert_eq!(sightings(&phone).len(), 0);
    };
    while_on_air(&phone, &air, story).await;
    let identifiers: BTreeSet<_> = air
        .deeds()
        .into_iter()
        .filter_map(|deed| match deed {
            Deed::Advertised(_, advertisement) => Some(advertisement.identifier),
            _ => None,
        })
        .collect();
    assert_eq!(identifiers.len(), 2, "a new key in the same ten minutes");
    let open: Vec<_> =
        air.deeds().into_iter().filter(|deed| matches!(deed, Deed::Opened | Deed::Closed)).collect();
    assert_eq!(
        open,
        [Deed::Opened, Deed::Closed, Deed::Opened, Deed::Closed],
        "one radio at a time says something to the controller"
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_scan_heard_before_everything_was_deleted_is_not_recorded_after_it() {
    let (phone, air) = ready(MemoryStorage::new());
    let story = async {
        until_listening(&phone, &air).await;
        air.hear(somebody(1), -60);
        phone.sleep_until(phone.now() + 1).await;
        phone.forget_everything().await.unwrap();
        phone.sleep_until(MORNING + 120).await;
        assert_eq!(sightings(&phone), []);
        until_listening(&phone, &air).await;
        air.hear(somebody(2), -60);
        phone.sleep_until(MORNING + HOUR_S).await;
        assert_eq!(sightings(&phone).len(), 1, "the next scan is recorded");
    };
    while_on_air(&phone, &air, story).await;
}

/// A flood of forged frames: the loudest of a scan are kept, among them who stands near.
#[tokio::test(start_paused = true)]
async fn a_flood_does_not_drown_who_is_near() {
    let (phone, air) = ready(MemoryStorage::new());
    let forged = |n: u16| {
        let mut bytes = [0; 16];
        bytes[..2].copy_from_slice(&n.to_le_bytes());
        Identifier::Gaen { rpi: RollingProximityIdentifier(bytes), aem: [0; 4] }
    };
    let near = somebody(200);
    let story = async {
        until_listening(&phone, &air).await;
        (0..3000).for_each(|n| air.hear(forged(n), -80));
        air.hear(near, -85);
        air.hear(near, -55);
        (3000..6000).for_each(|n| air.hear(forged(n), -80));
        phone.sleep_until(MORNING + 60).await;
    };
    while_on_air(&phone, &air, story).await;
    let kept = sightings(&phone);
    assert_eq!(kept.len(), 1000);
    let of_near: Vec<_> = kept.iter().filter(|sighting| sighting.identifier == near).collect();
    assert_eq!(of_near.len(), 1);
    assert_eq!(of_near[0].strength.unwrap().strongest_dbm, -55);
}

/// A disk that fills up.
#[derive(Clone, Default)]
struct FullDisk {
    memory: MemoryStorage,
    full: Arc<AtomicBool>,
}

impl Storage for FullDisk {
    fn apply(&mut self, changes: &[Change]) -> Result<Applied, StorageError> {
        match self.full.load(Ordering::SeqCst) {
            true => Err(StorageError::Failed("no space left".to_owned())),
            false => self.memory.apply(changes),
        }
    }
    fn own_keys(&self) -> Result<Vec<OwnKey>, StorageError> {
        self.memory.own_keys()
    }
    fn first_seen(&self, identifier: &Identifier) -> Result<Option<Timestamp>, StorageError> {
        self.memory.first_seen(identifier)
    }
    fn sightings(&self, since: Timestamp) -> Result<Vec<StoredSighting>, StorageError> {
        self.memory.sightings(since)
    }
    fn scans(&self, since: Timestamp) -> Result<Vec<(Timestamp, u32)>, StorageError> {
        self.memory.scans(since)
    }
    fn sightings_of(&self, identifier: &Identifier) -> Result<Vec<StoredSighting>, StorageError> {
        self.memory.sightings_of(identifier)
    }
    fn matches(&self) -> Result<Vec<StoredMatch>, StorageError> {
        self.memory.matches()
    }
    fn visits(&self) -> Result<Vec<StoredVisit>, StorageError> {
        self.memory.visits()
    }
    fn place_matches(&self) -> Result<Vec<StoredPlaceMatch>, StorageError> {
        self.memory.place_matches()
    }
    fn is_processed(&self, name: &str) -> Result<bool, StorageError> {
        self.memory.is_processed(name)
    }
    fn document(&self, document: Document) -> Result<Option<String>, StorageError> {
        self.memory.document(document)
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_stored_key_nothing_is_sent_and_the_phone_says_so() {
    let disk = FullDisk::default();
    disk.full.store(true, Ordering::SeqCst);
    let (phone, air) = ready(disk.clone());
    let story = async {
        phone.sleep_until(MORNING + 120).await;
        assert!(air.deeds().iter().all(|deed| !matches!(deed, Deed::Advertised(..))));
        assert!(phone.health().storage.unwrap().contains("no space left"));
        disk.full.store(false, Ordering::SeqCst);
        phone.sleep_until(MORNING + 240).await;
        assert_eq!(phone.health().storage, None);
        assert_eq!(phone.health().radio, RadioHealth::On);
    };
    while_on_air(&phone, &air, story).await;
    assert!(air.deeds().iter().any(|deed| matches!(deed, Deed::Advertised(..))));
}

/// A full disk can be read: that something was read does not say that data are kept again.
#[tokio::test]
async fn a_disk_that_failed_is_well_again_when_it_was_written() {
    let disk = FullDisk::default();
    let (phone, _) = ready(disk.clone());
    disk.full.store(true, Ordering::SeqCst);
    phone.try_ask(|mind, now, rng| mind.rotation(now, rng)).await.unwrap_err();
    phone.try_ask(|mind, now, _| mind.exposure(now)).await.unwrap();
    assert!(phone.health().storage.is_some());
    disk.full.store(false, Ordering::SeqCst);
    phone.try_ask(|mind, now, rng| mind.rotation(now, rng)).await.unwrap();
    assert_eq!(phone.health().storage, None);
}
