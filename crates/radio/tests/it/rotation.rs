//! What others see of us when we rotate.

use crate::support::*;
use bluezone_radio::{Advertisement, Radio};
use serde_json::json;
use std::collections::BTreeSet;

/// (address, data) of an advertisement, as the scripts print it.
fn seen(a: &Advertisement) -> (String, String) {
    (printed(a.address), hex(&a.frame.encode()))
}

/// The air prints every packet that anyone sends, and another stack's phone listens: neither sees anything but the three
/// pairs of address and bytes, and the phone sees each exact.
#[tokio::test]
async fn bytes_and_address_change_together() {
    let mut air = Air::start(&[0.0, 2.0], &["--trace"]).await;
    let mut phone = air.phone(1).await;
    phone.does(json!({"do": "listen"})).await;
    let mut radio = air.radio(0, config()).await;
    radio.set_scanning(true).await.unwrap();

    let rotations = [advertisement(gaen(1), 1), advertisement(gaen(2), 2), advertisement(original(3), 3)];
    let mut heard = Vec::new();
    for rotation in &rotations {
        radio.advertise(*rotation).await.unwrap();
        let wanted = seen(rotation);
        let mut count = 0;
        phone
            .until(|e| {
                let packet = (e["address"].as_str()?.to_owned(), e["data"].as_str()?.to_owned());
                count += usize::from(packet == wanted);
                assert_eq!(e["connectable"], true);
                assert_eq!(e["rssi"], -54, "2 m on this air");
                heard.push(packet);
                (count == 5).then_some(())
            })
            .await;
    }
    // In order and never again: the sequence of what was heard, without repetitions, is the rotations.
    heard.dedup();
    assert_eq!(heard, rotations.iter().map(seen).collect::<Vec<_>>());

    // Everything that was ever sent, also between the phone's looks.
    drop(radio);
    let mut sent = BTreeSet::new();
    let mut packets = 0;
    air.script
        .until(|e| {
            let pair = (e["address"].as_str()?.to_owned(), e["data"].as_str()?.to_owned());
            packets += 1;
            let last = pair == seen(&rotations[2]);
            sent.insert(pair);
            (last && packets >= 15).then_some(())
        })
        .await;
    assert_eq!(sent, rotations.iter().map(seen).collect());
}

/// Whoever is connected when we rotate is cut off before the new address is on the air, so it cannot read the new
/// identifier under the old address; afterwards it can connect again to the new one.
#[tokio::test]
async fn connections_end_at_rotation() {
    let air = Air::start(&[0.0, 2.0], &[]).await;
    let mut phone = air.phone(1).await;
    let mut radio = air.radio(0, config()).await;
    for n in 1..=3 {
        let rotation = advertisement(gaen(n), n);
        radio.advertise(rotation).await.unwrap();
        let visit = json!({"do": "visit", "address": printed(rotation.address), "stay": true});
        let events = phone.does(visit).await;
        let value = events.iter().find(|e| e["event"] == "value").unwrap();
        assert_eq!(value["value"], hex(&gaen(n).to_bytes()));
        radio.advertise(advertisement(gaen(n + 100), n + 100)).await.unwrap();
        phone.named("left").await;
    }
}
