//! Bumble's own virtual controllers, as `pip install bumble` brings them: exactly two, joined by its link. They are more
//! lenient than the air of the other tests and odd in their own ways (every advertisement comes twice, once as a scan
//! response; extended reports to a legacy scan; no strength of a connection).

use crate::support::*;
use bluezone_protocol::frame::{DEFAULT_SERVICE_UUID, Frame};
use bluezone_radio::hci::HciRadio;
use bluezone_radio::{Radio, Via};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn everything_with_the_stock_controllers() {
    let ports: [u16; 2] = free_ports(); // the stock script chooses none itself
    let mut command = python_module("bumble.apps.controllers");
    command.args(ports.map(|p| format!("tcp-server:127.0.0.1:{p}")));
    let _controllers = Script::start(command);
    let mut radio = tokio::time::timeout(PATIENCE, async {
        loop {
            match HciRadio::open(&format!("tcp:127.0.0.1:{}", ports[0]), config()).await {
                Ok(radio) => return radio,
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await, // still starting
            }
        }
    })
    .await
    .unwrap();
    let mut phone = phone(ports[1], &phone_address(1)).await;
    phone.does(json!({"do": "serve", "value": hex(&original(5).to_bytes()), "writable": true})).await;

    // It sees us rotate.
    phone.does(json!({"do": "listen"})).await;
    let mut seen = Vec::new();
    for n in 1..=2 {
        let rotation = advertisement(gaen(n), n);
        radio.advertise(rotation).await.unwrap();
        let wanted = (printed(rotation.address), hex(&rotation.frame.encode()));
        phone
            .until(|e| {
                let packet = (e["address"].as_str()?.to_owned(), e["data"].as_str()?.to_owned());
                seen.push(packet.clone());
                (packet == wanted).then_some(())
            })
            .await;
    }
    seen.dedup();
    assert_eq!(seen.len(), 2, "{seen:?}");
    phone.does(json!({"do": "deaf"})).await;

    // We hear it: both frames, then the identifier behind GATT, and it is told ours.
    radio.set_scanning(true).await.unwrap();
    for theirs in [gaen(50), original(60)] {
        phone.does(advertise(&Frame::for_identifier(&theirs, DEFAULT_SERVICE_UUID).encode())).await;
        let sighting = sighting_of(&mut radio, theirs).await;
        assert_eq!((sighting.via, sighting.rssi_dbm), (Via::Advertisement, Some(-50)));
    }
    phone.does(advertise(&Frame::BluezoneIos.encode())).await;
    let sighting = sighting_of(&mut radio, original(5)).await;
    assert_eq!((sighting.via, sighting.rssi_dbm), (Via::GattRead, Some(-50)));
    assert_eq!(phone.named("written").await["value"], hex(&gaen(2).to_bytes()));
    phone.does(json!({"do": "silence"})).await;

    // It reads ours and writes its own; this controller cannot say how strong it is.
    let rotation = advertisement(gaen(3), 3);
    radio.advertise(rotation).await.unwrap();
    let write = [hex(&gaen(70).to_bytes())];
    let events =
        phone.does(json!({"do": "visit", "address": printed(rotation.address), "write": write})).await;
    let value = events.iter().find(|e| e["event"] == "value").unwrap();
    assert_eq!(value["value"], hex(&gaen(3).to_bytes()));
    let sighting = sighting_of(&mut radio, gaen(70)).await;
    assert_eq!((sighting.via, sighting.rssi_dbm), (Via::GattWrite, None));
}

/// The same controllers at the end of a (pseudo) serial line.
#[tokio::test]
async fn a_controller_on_a_serial_line() {
    let directory = tempfile::tempdir().unwrap();
    let line = directory.path().join("line");
    let [port] = free_ports();
    let mut command = python_module("bumble.apps.controllers");
    command.args([format!("pty:{}", line.display()), format!("tcp-server:127.0.0.1:{port}")]);
    let _controllers = Script::start(command);
    let mut phone = phone(port, &phone_address(1)).await; // there once this is
    let mut radio = HciRadio::open(&format!("uart:{}:921600", line.display()), config()).await.unwrap();

    let rotation = advertisement(gaen(1), 1);
    radio.advertise(rotation).await.unwrap();
    radio.set_scanning(true).await.unwrap();
    phone.does(advertise(&Frame::for_identifier(&gaen(50), DEFAULT_SERVICE_UUID).encode())).await;
    assert_eq!(sighting_of(&mut radio, gaen(50)).await.via, Via::Advertisement);
    let write = [hex(&gaen(70).to_bytes())];
    phone.does(json!({"do": "visit", "address": printed(rotation.address), "write": write})).await;
    assert_eq!(sighting_of(&mut radio, gaen(70)).await.via, Via::GattWrite);
}
