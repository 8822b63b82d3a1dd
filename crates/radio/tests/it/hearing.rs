//! What we hear of others.

use crate::support::*;
use bluezone_protocol::frame::{DEFAULT_SERVICE_UUID, Frame};
use bluezone_radio::hci::HciRadio;
use bluezone_radio::{Radio, RadioError, RadioStatus, Via};
use serde_json::json;
use std::time::Duration;

/// Both frames that carry an identifier, as legacy reports and as extended ones, with the strength of their distance.
#[tokio::test]
async fn the_frames_of_another_stack_are_heard_with_their_strength() {
    for options in [&[][..], &["--extended-reports"]] {
        let air = Air::start(&[0.0, 4.0], options).await;
        let mut phone = air.phone(1).await;
        let mut radio = air.radio(0, config()).await;
        radio.advertise(advertisement(gaen(1), 1)).await.unwrap();
        radio.set_scanning(true).await.unwrap();
        for theirs in [gaen(50), original(60)] {
            phone.does(advertise(&Frame::for_identifier(&theirs, DEFAULT_SERVICE_UUID).encode())).await;
            let sighting = sighting_of(&mut radio, theirs).await;
            assert_eq!(sighting.via, Via::Advertisement);
            assert_eq!(sighting.rssi_dbm, Some(-60));
            assert_eq!(sighting.tx_power_dbm, None);
        }
    }
}

/// Every packet is a sighting of its own: what proximity is computed from.
#[tokio::test]
async fn packets_are_not_deduplicated_and_scanning_can_be_stopped() {
    let air = Air::start(&[0.0, 1.0], &["--noise", "3"]).await;
    let mut phone = air.phone(1).await;
    let mut radio = air.radio(0, config()).await;
    phone.does(advertise(&Frame::for_identifier(&gaen(9), DEFAULT_SERVICE_UUID).encode())).await;
    radio.set_scanning(true).await.unwrap(); // also before anything is advertised
    let mut strengths = std::collections::BTreeSet::new();
    for _ in 0..20 {
        strengths.insert(sighting_of(&mut radio, gaen(9)).await.rssi_dbm);
    }
    assert!(strengths.len() > 2, "{strengths:?}");

    // After the answer to `set_scanning` nothing more is heard: at most what was on its way to us.
    radio.set_scanning(false).await.unwrap();
    while let Ok(next) = tokio::time::timeout(Duration::from_millis(20), radio.next()).await {
        assert_eq!(next.unwrap().identifier, gaen(9));
    }
    let silence = Duration::from_millis(300); // six of the phone's packets
    assert!(tokio::time::timeout(silence, radio.next()).await.is_err());
    radio.set_scanning(true).await.unwrap();
    sighting_of(&mut radio, gaen(9)).await;
}

/// Two radios of ours hear each other.
#[tokio::test]
async fn two_of_ours() {
    let air = Air::start(&[0.0, 10.0], &[]).await;
    let mut a = air.radio(0, config()).await;
    let mut b = air.radio(1, config()).await;
    for (radio, n) in [(&mut a, 1), (&mut b, 2)] {
        radio.advertise(advertisement(gaen(n), n)).await.unwrap();
        radio.set_scanning(true).await.unwrap();
    }
    assert_eq!(sighting_of(&mut a, gaen(2)).await.rssi_dbm, Some(-68));
    assert_eq!(sighting_of(&mut b, gaen(1)).await.rssi_dbm, Some(-68));
}

/// A controller that goes away is said once, with what to do; when it is back, the radio goes on with what was asked for
/// last, also while it was away.
#[tokio::test]
async fn a_lost_controller_is_told_and_got_back() {
    let air = Air::start(&[0.0, 1.0], &[]).await;
    let ports = air.ports.clone();
    let mut radio = air.radio(0, config()).await;
    assert_eq!(radio.status().await, RadioStatus::On);
    radio.advertise(advertisement(gaen(1), 1)).await.unwrap();
    air.script.kill().await;
    assert!(matches!(radio.next().await, Err(RadioError::Off(_))));
    assert!(matches!(radio.status().await, RadioStatus::Off(_)));
    let rotation = advertisement(gaen(2), 2);
    assert!(matches!(radio.advertise(rotation).await, Err(RadioError::Off(_))));
    assert!(matches!(radio.set_scanning(true).await, Err(RadioError::Off(_))));

    let mut command = python("air.py");
    command.args([format!("{}:0:0", ports[0]), format!("{}:1:0", ports[1])]);
    let mut again = Script::start(command);
    again.named("ready").await;
    let mut phone = phone(ports[1], &phone_address(1)).await;
    phone.does(advertise(&Frame::for_identifier(&gaen(9), DEFAULT_SERVICE_UUID).encode())).await;
    sighting_of(&mut radio, gaen(9)).await;
    assert_eq!(radio.status().await, RadioStatus::On);
    phone.begin(&json!({"do": "listen"})).await;
    let heard = phone.named("heard").await;
    assert_eq!(heard["address"], printed(rotation.address));
    assert_eq!(heard["data"], hex(&rotation.frame.encode()));
}

/// Nobody waits for a controller that is not there: it is said where it should be.
#[tokio::test]
async fn a_controller_that_is_not_there() {
    let [port] = free_ports();
    let endpoint = format!("tcp:127.0.0.1:{port}");
    let error = HciRadio::open(&endpoint, config()).await.err().unwrap();
    assert!(error.to_string().contains(&endpoint), "{error}");
}
