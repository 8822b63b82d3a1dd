//! The iPhone way: identifiers read and written over GATT, with another stack at the other end.

use crate::support::*;
use bluezone_protocol::frame::Frame;
use bluezone_radio::{Radio, Via};
use serde_json::{Value, json};

fn values(events: &[Value], name: &str) -> Vec<Value> {
    events.iter().filter(|e| e["event"] == name).cloned().collect()
}

/// A peripheral laid out as the original iPhone app's: no identifier in the advertisement, one characteristic that can
/// only be read. It is read once and every packet of it counts, with its own strength.
#[tokio::test]
async fn an_original_iphone_is_read_once_a_rotation() {
    let air = Air::start(&[0.0, 2.0], &[]).await;
    let mut phone = air.phone(1).await;
    phone.does(json!({"do": "serve", "value": hex(&original(5).to_bytes())})).await;
    // As on a real iPhone: flags, the service, the name, 31 bytes in all.
    let mut data = vec![2, 1, 6, 17, 7];
    data.extend(bluezone_protocol::frame::BLUEZONE_SERVICE_UUID);
    data.extend([9, 9]);
    data.extend(b"Bluezone");
    assert_eq!(data.len(), 31);
    phone.does(advertise(&data)).await;

    let mut radio = air.radio(0, config()).await;
    radio.advertise(advertisement(gaen(1), 1)).await.unwrap();
    radio.set_scanning(true).await.unwrap();
    for _ in 0..10 {
        let sighting = sighting_of(&mut radio, original(5)).await;
        assert_eq!((sighting.via, sighting.rssi_dbm), (Via::GattRead, Some(-54)));
    }
    let before = phone.does(json!({"do": "deaf"})).await;
    assert_eq!(values(&before, "read").len(), 1);

    // After a rotation it is read again: it will have rotated as well.
    radio.advertise(advertisement(gaen(2), 2)).await.unwrap();
    phone.named("read").await;
    sighting_of(&mut radio, original(5)).await;
}

/// A phone whose characteristic takes a write is told our identifier in exchange, in either scheme.
#[tokio::test]
async fn what_we_read_we_answer_if_the_other_takes_it() {
    let air = Air::start(&[0.0, 2.0], &[]).await;
    let mut phone = air.phone(1).await;
    phone.does(json!({"do": "serve", "value": hex(&gaen(5).to_bytes()), "writable": true})).await;
    phone.does(advertise(&Frame::BluezoneIos.encode())).await;
    let mut radio = air.radio(0, config()).await;
    for (n, ours) in [(1, gaen(1)), (2, original(2))] {
        radio.advertise(advertisement(ours, n)).await.unwrap();
        radio.set_scanning(true).await.unwrap();
        assert_eq!(sighting_of(&mut radio, gaen(5)).await.via, Via::GattRead);
        assert_eq!(phone.named("written").await["value"], hex(&ours.to_bytes()));
    }
}

/// A central of another stack reads ours and writes its own: exactly one identifier a connection, and its strength is
/// what our controller measures.
#[tokio::test]
async fn others_read_ours_and_write_theirs() {
    let air = Air::start(&[0.0, 3.0], &[]).await;
    let mut phone = air.phone(1).await;
    let mut radio = air.radio(0, config()).await;
    for (ours, theirs) in [(gaen(1), original(70)), (original(2), gaen(80))] {
        let rotation = iphone_advertisement(ours, 1);
        radio.advertise(rotation).await.unwrap();
        let visit = json!({
            "do": "visit", "address": printed(rotation.address),
            "write": ["0102", hex(&theirs.to_bytes()), hex(&gaen(99).to_bytes())],
        });
        let events = phone.does(visit).await;
        assert_eq!(
            values(&events, "value"),
            [json!({
                "event": "value", "value": hex(&ours.to_bytes()), "writable": true
            })]
        );
        let errors: Vec<_> = values(&events, "wrote").iter().map(|e| e["error"].as_u64().unwrap()).collect();
        assert_eq!(errors, [0x0D, 0, 0x80], "wrong length, taken, only one a connection");
        let sighting = radio.next().await.unwrap();
        assert_eq!((sighting.identifier, sighting.via), (theirs, Via::GattWrite));
        assert_eq!(sighting.rssi_dbm, Some(-58), "3 m on this air");
        assert_eq!(sighting.tx_power_dbm, None);
    }
}

/// The cap holds over connections and is new after a rotation.
#[tokio::test]
async fn writes_are_capped_between_two_rotations() {
    let air = Air::start(&[0.0, 3.0], &[]).await;
    let mut phone = air.phone(1).await;
    let config = bluezone_radio::hci::HciConfig { writes_per_rotation: 2, ..config() };
    let mut radio = air.radio(0, config).await;
    for rotation in 1..=2u8 {
        let ours = advertisement(gaen(rotation), rotation);
        radio.advertise(ours).await.unwrap();
        for (n, error) in [(10, 0), (11, 0), (12, 0x11)] {
            let write = [hex(&gaen(n).to_bytes())];
            let visit = json!({"do": "visit", "address": printed(ours.address), "write": write});
            let events = phone.does(visit).await;
            assert_eq!(values(&events, "wrote")[0]["error"], error, "write {n} of rotation {rotation}");
        }
    }
}

/// Two of ours, both the iPhone way: each learns the other, by reading or by being told, also while both connect.
#[tokio::test]
async fn two_of_ours_the_iphone_way() {
    let air = Air::start(&[0.0, 2.0], &[]).await;
    let mut a = air.radio(0, config()).await;
    let mut b = air.radio(1, config()).await;
    for (radio, n) in [(&mut a, 1), (&mut b, 2)] {
        radio.advertise(iphone_advertisement(gaen(n), n)).await.unwrap();
    }
    for radio in [&mut a, &mut b] {
        radio.set_scanning(true).await.unwrap();
    }
    for (radio, other) in [(&mut a, 2), (&mut b, 1)] {
        for _ in 0..5 {
            let sighting = sighting_of(radio, gaen(other)).await;
            assert_eq!(sighting.rssi_dbm, Some(-54));
            assert_ne!(sighting.via, Via::Advertisement);
        }
    }
}

/// A phone that cannot be connected to is not tried, and one that advertises the service without having it does no harm.
#[tokio::test]
async fn a_service_that_is_not_there() {
    let air = Air::start(&[0.0, 2.0, 3.0], &[]).await;
    let (mut liar, mut honest) = (air.phone(1).await, air.phone(2).await);
    liar.does(advertise(&Frame::BluezoneIos.encode())).await;
    let mut radio = air.radio(0, config()).await;
    radio.advertise(advertisement(gaen(1), 1)).await.unwrap();
    radio.set_scanning(true).await.unwrap();
    honest.does(json!({"do": "serve", "value": hex(&original(5).to_bytes())})).await;
    honest.does(advertise(&Frame::BluezoneIos.encode())).await;
    let sighting = sighting_of(&mut radio, original(5)).await;
    assert_eq!((sighting.via, sighting.rssi_dbm), (Via::GattRead, Some(-58)));
}
