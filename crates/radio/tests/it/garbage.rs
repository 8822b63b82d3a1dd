//! Advertisements of every length that say nothing.

use crate::support::*;
use bluezone_protocol::frame::{DEFAULT_SERVICE_UUID, Frame};
use bluezone_radio::{Radio, RadioStatus};
use serde_json::json;

#[tokio::test]
async fn garbage_of_every_length_does_nothing() {
    let mut air = Air::start(&[0.0, 1.0], &["--trace"]).await;
    let mut phone = air.phone(1).await;
    let mut radio = air.radio(0, config()).await;
    radio.advertise(advertisement(gaen(1), 1)).await.unwrap();
    radio.set_scanning(true).await.unwrap();
    let sent = phone.does(json!({"do": "garbage", "seed": 7})).await;
    let count = sent.iter().find(|e| e["event"] == "sent").unwrap()["count"].as_u64().unwrap();
    assert!(count > 32 * 5, "{count} kinds of garbage");

    // The first that is heard after it all is the first that is right.
    phone.does(advertise(&Frame::for_identifier(&gaen(9), DEFAULT_SERVICE_UUID).encode())).await;
    assert_eq!(radio.next().await.unwrap().identifier, gaen(9));
    assert_eq!(radio.status().await, RadioStatus::On);

    // And it was all sent: every length was on the air.
    let mut lengths = std::collections::BTreeSet::new();
    let last = hex(&Frame::for_identifier(&gaen(9), DEFAULT_SERVICE_UUID).encode());
    air.script
        .until(|e| {
            let data = e["data"].as_str().filter(|_| e["from"] == 1)?;
            lengths.insert(data.len() / 2);
            (data == last).then_some(())
        })
        .await;
    assert_eq!(lengths, (0..=31).collect());
}
