//! The radio without hardware. Time is tokio's paused clock: nothing sleeps.

use bluezone_air::AirRadio;
use bluezone_protocol::bluezone2020::BluezoneId;
use bluezone_protocol::frame::Frame;
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::ManualClock;
use bluezone_radio::{Advertisement, Radio, RadioError, RandomAddress, Sighting, Via};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout};

async fn listen(radio: &mut AirRadio, seconds: u64) -> Vec<Sighting> {
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut heard = Vec::new();
    while let Ok(sighting) = tokio::time::timeout_at(until, radio.next()).await {
        heard.push(sighting.expect("this radio does not fail"));
    }
    heard
}

#[tokio::test(start_paused = true)]
async fn walkers_come_and_go_and_rotate() {
    let clock = Arc::new(ManualClock::new(crate::START));
    let mut radio = AirRadio::new(clock.clone(), 1, 8);
    radio.set_scanning(true).await.unwrap();
    let first = listen(&mut radio, 60).await;
    assert!(first.iter().all(|s| s.via == Via::Advertisement && s.rssi_dbm.is_some()));
    let who = |heard: &[Sighting]| heard.iter().map(|s| s.identifier).collect::<HashSet<_>>();
    assert!((3..=8).contains(&who(&first).len()), "{} of 8 heard", who(&first).len());
    clock.advance(600);
    let second = listen(&mut radio, 60).await;
    assert!(!second.is_empty() && who(&first).is_disjoint(&who(&second)), "all have rotated");
}

#[tokio::test(start_paused = true)]
async fn hears_nothing_while_not_scanning() {
    let mut radio = AirRadio::new(Arc::new(ManualClock::new(crate::START)), 1, 8);
    assert!(listen(&mut radio, 600).await.is_empty());
    radio.set_scanning(true).await.unwrap();
    assert!(timeout(Duration::from_secs(30), radio.next()).await.is_ok());
    radio.set_scanning(false).await.unwrap();
    assert!(listen(&mut radio, 600).await.is_empty());
}

/// A wait given up early loses nothing: many short waits hear as much as one long one.
#[tokio::test(start_paused = true)]
async fn a_cancelled_wait_loses_nothing() {
    let mut patient = AirRadio::new(Arc::new(ManualClock::new(crate::START)), 1, 8);
    patient.set_scanning(true).await.unwrap();
    let whole = listen(&mut patient, 20).await;
    let mut hasty = AirRadio::new(Arc::new(ManualClock::new(crate::START)), 1, 8);
    hasty.set_scanning(true).await.unwrap();
    let until = Instant::now() + Duration::from_secs(20);
    let mut pieces = Vec::new();
    while Instant::now() < until {
        if let Ok(sighting) = timeout(Duration::from_millis(70), hasty.next()).await {
            pieces.push(sighting.expect("this radio does not fail"));
        }
    }
    // The burst at the very end falls to one side or the other: at most two packets of each walker.
    let both = whole.len().min(pieces.len());
    assert!(both > 50 && whole.len().abs_diff(pieces.len()) <= 16);
    assert_eq!(whole[..both], pieces[..both]);
}

#[tokio::test]
async fn refuses_an_address_that_names_the_phone() {
    let mut radio = AirRadio::new(Arc::new(ManualClock::new(crate::START)), 1, 8);
    let id = BluezoneId([1; 12]);
    let identifier = Identifier::Bluezone2020(id);
    let frame = Frame::BluezoneAndroid(id);
    let good = Advertisement { frame, identifier, address: RandomAddress([0x12; 6]) };
    radio.advertise(good).await.unwrap();
    let bad = Advertisement { address: RandomAddress([0xC0; 6]), ..good };
    assert_eq!(radio.advertise(bad).await, Err(RadioError::Address));
}
