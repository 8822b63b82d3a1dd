//! What is said to the controller and when, and what happens when it misbehaves.

use crate::bench::*;
use crate::support::*;
use bluezone_protocol::frame::Frame;
use bluezone_radio::hci::HciConfig;
use bluezone_radio::{Radio, RadioError, RadioStatus, Via};
use proptest::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn the_order_of_a_rotation() {
    let mut bench = Bench::new(obedient).await;
    bench.radio.set_scanning(true).await.unwrap();
    bench.radio.advertise(advertisement(gaen(1), 1)).await.unwrap();
    bench.forget();
    let rotation = advertisement(gaen(2), 2);
    bench.radio.advertise(rotation).await.unwrap();
    assert_eq!(bench.commands(), ROTATION);

    // The bytes, once: address least significant first, connectable, own address random, data as encoded.
    bench.radio.advertise(rotation).await.unwrap();
    assert_eq!(bench.sent(SET_ADDRESS).await, [2, 2, 2, 2, 2, 0x3A]);
    let parameters = bench.sent(ADVERTISING_PARAMETERS).await;
    assert_eq!(parameters[4..6], [0, 1]);
    assert_eq!(parameters[13], 7, "all channels");
    let data = rotation.frame.encode();
    let mut wanted = vec![data.len() as u8];
    wanted.extend_from_slice(&data);
    assert_eq!(bench.sent(ADVERTISING_DATA).await, wanted);
    assert_eq!(bench.sent(SCAN_PARAMETERS).await[0], 0, "passive");
    assert_eq!(bench.sent(SCAN).await, [1, 0], "duplicates are not filtered");
}

/// Where others may not connect, the advertisement says so; a wrong interval is put right.
#[tokio::test(start_paused = true)]
async fn what_is_configured_is_what_is_sent() {
    for (ms, slots) in [(0, 32u16), (100, 160), (u16::MAX, 16_384)] {
        let config = HciConfig { connectable: false, advertising_interval_ms: ms, ..config() };
        let mut bench = Bench::with(config, obedient).await;
        bench.radio.advertise(advertisement(gaen(1), 1)).await.unwrap();
        let parameters = bench.sent(ADVERTISING_PARAMETERS).await;
        assert_eq!(parameters[..2], slots.to_le_bytes());
        assert_eq!(parameters[4], 3, "not connectable");
        // Who connects all the same is sent away.
        bench.inject(connection_complete(0, 0x40, 1, [9; 6]));
        assert_eq!(bench.sent(DISCONNECT).await[..2], [0x40, 0]);
    }
    let config = HciConfig { read_over_gatt: false, ..config() };
    let mut bench = Bench::with(config, obedient).await;
    bench.radio.advertise(advertisement(gaen(1), 1)).await.unwrap();
    bench.radio.set_scanning(true).await.unwrap();
    bench.forget();
    bench.inject(report([1; 6], &Frame::BluezoneIos.encode(), -50));
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(bench.commands(), []);
}

#[tokio::test(start_paused = true)]
async fn an_address_of_another_kind_is_refused() {
    let mut bench = Bench::new(obedient).await;
    let mut wrong = advertisement(gaen(1), 1);
    wrong.address.0[0] |= 0xC0;
    assert_eq!(bench.radio.advertise(wrong).await, Err(RadioError::Address));
    assert_eq!(bench.commands(), []);
}

/// Someone connects in the very moment in which advertising stops. It is disconnected before the new identifier exists:
/// what it asks is answered with the old one or not at all.
#[tokio::test(start_paused = true)]
async fn a_connection_in_the_moment_of_rotation() {
    for moment in [ADVERTISE, ADVERTISING_DATA] {
        let armed = Arc::new(AtomicBool::new(false));
        let fuse = armed.clone();
        let mut bench = Bench::new(move |opcode, parameters| {
            let mut answers = obedient(opcode, parameters);
            if opcode == moment && fuse.swap(false, Ordering::Relaxed) {
                answers.insert(0, connection_complete(0, 0x40, 1, [9; 6]));
                answers.push(acl(0x40, &[0x0A, 8, 0]));
            }
            answers
        })
        .await;
        bench.radio.advertise(advertisement(gaen(1), 1)).await.unwrap();
        bench.radio.set_scanning(true).await.unwrap();
        bench.forget();
        armed.store(true, Ordering::Relaxed);
        bench.radio.advertise(advertisement(gaen(2), 2)).await.unwrap();
        tokio::time::sleep(Duration::from_secs(60)).await;
        let sent: Vec<Sent> = std::iter::from_fn(|| bench.sent.try_recv().ok()).collect();
        let at = |wanted: u16, first: u8| sent.iter().position(|(o, p)| *o == wanted && p[0] == first);
        let dropped = at(DISCONNECT, 0x40).expect("it is disconnected");
        assert!(dropped < at(ADVERTISE, 1).unwrap(), "before the new address is on the air");
        for (_, data) in sent.iter().filter(|(o, _)| *o == DATA) {
            assert_eq!(
                data[1..],
                gaen(1).to_bytes(),
                "only the old identifier for who knows the old address"
            );
        }
    }
}

/// A link that does not end holds up a rotation for two seconds, not for ever.
#[tokio::test(start_paused = true)]
async fn a_connection_that_does_not_end() {
    let mut bench = Bench::new(|opcode, parameters| match opcode {
        DISCONNECT => vec![status(opcode, 0)],
        _ => obedient(opcode, parameters),
    })
    .await;
    bench.radio.advertise(advertisement(gaen(1), 1)).await.unwrap();
    bench.inject(connection_complete(0, 0x40, 1, [9; 6]));
    assert_eq!(bench.sent(ADVERTISE).await, [0]);
    assert_eq!(bench.sent(ADVERTISE).await, [1]);
    assert_eq!(bench.sent(ADVERTISE).await, [1], "on again after the connection");
    let start = tokio::time::Instant::now();
    bench.radio.advertise(advertisement(gaen(2), 2)).await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 2);
    // The dead link gets no answer.
    bench.forget();
    bench.inject(acl(0x40, &[0x0A, 8, 0]));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(bench.commands(), []);
}

/// A guest reads, writes and is sent away after half a minute; one packet at a time, as the controller has one buffer.
#[tokio::test(start_paused = true)]
async fn a_guest() {
    let mut bench = Bench::new(obedient).await;
    bench.radio.advertise(advertisement(gaen(1), 1)).await.unwrap();
    bench.forget();
    bench.inject(connection_complete(0, 0x40, 1, [9; 6]));
    for _ in 0..3 {
        bench.inject(acl(0x40, &[0x0A, 8, 0]));
    }
    let identifier = [&[0x0B], gaen(1).to_bytes().as_slice()].concat();
    assert_eq!(bench.sent(DATA).await, identifier);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(bench.commands(), [], "no credit, no packet");
    for _ in 0..2 {
        bench.inject(event(0x13, &[1, 0x40, 0, 1, 0]));
        assert_eq!(bench.sent(DATA).await, identifier);
    }
    bench.inject(acl(0x40, &[&[0x12, 8, 0], gaen(7).to_bytes().as_slice()].concat()));
    let sighting = bench.radio.next().await.unwrap();
    assert_eq!((sighting.identifier, sighting.via, sighting.rssi_dbm), (gaen(7), Via::GattWrite, Some(-61)));
    let start = tokio::time::Instant::now();
    bench.sent(DISCONNECT).await;
    assert!((28..=30).contains(&start.elapsed().as_secs()));
}

#[tokio::test(start_paused = true)]
async fn a_controller_that_refuses_or_falls_silent_is_said_to_be_off() {
    let mut bench = Bench::new(|opcode, parameters| match (opcode, parameters) {
        (ADVERTISE, [1]) => vec![complete(opcode, &[0x0C])],
        _ => obedient(opcode, parameters),
    })
    .await;
    let refused = bench.radio.advertise(advertisement(gaen(1), 1)).await;
    assert_eq!(refused, Err(RadioError::Refused { command: "advertising on", status: 0x0C }));
    assert!(matches!(bench.radio.next().await, Err(RadioError::Off(_))));

    let mut bench = Bench::new(|opcode, parameters| match opcode {
        SET_ADDRESS => vec![],
        _ => obedient(opcode, parameters),
    })
    .await;
    let start = tokio::time::Instant::now();
    let off = bench.radio.advertise(advertisement(gaen(1), 1)).await;
    assert!(matches!(&off, Err(RadioError::Off(reason)) if reason.contains("set random address")), "{off:?}");
    assert_eq!(start.elapsed().as_secs(), 5);
    assert!(matches!(bench.radio.next().await, Err(RadioError::Off(_))));
    assert!(matches!(bench.radio.status().await, RadioStatus::Off(_)));
    // A stream cannot be opened again.
    assert_eq!(bench.radio.next().await, Err(RadioError::Closed));
}

/// When closing is over, everything is said: the program may end, or open the controller again.
#[tokio::test(start_paused = true)]
async fn a_closed_radio_has_left_the_air() {
    let mut bench = Bench::new(obedient).await;
    bench.radio.advertise(advertisement(gaen(1), 1)).await.unwrap();
    bench.radio.set_scanning(true).await.unwrap();
    bench.forget();
    Box::new(bench.radio).close().await;
    let said: Vec<_> = std::iter::from_fn(|| bench.sent.try_recv().ok()).map(|(opcode, _)| opcode).collect();
    assert_eq!(said, [ADVERTISE, SCAN, RESET]);
}

/// A controller that refuses a command in the middle of a rotation is not left with the old advertisement.
#[tokio::test(start_paused = true)]
async fn a_refused_rotation_leaves_nothing_on_the_air() {
    let armed = Arc::new(AtomicBool::new(false));
    let fuse = armed.clone();
    let mut bench = Bench::new(move |opcode, parameters| match opcode {
        SET_ADDRESS if fuse.load(Ordering::Relaxed) => vec![complete(opcode, &[0x0C])],
        _ => obedient(opcode, parameters),
    })
    .await;
    bench.radio.advertise(advertisement(gaen(1), 1)).await.unwrap();
    armed.store(true, Ordering::Relaxed);
    bench.radio.advertise(advertisement(gaen(2), 2)).await.unwrap_err();
    bench.sent(RESET).await;
}

#[tokio::test(start_paused = true)]
async fn a_dropped_radio_leaves_the_controller_silent() {
    let mut bench = Bench::new(obedient).await;
    bench.radio.advertise(advertisement(gaen(1), 1)).await.unwrap();
    bench.radio.set_scanning(true).await.unwrap();
    bench.forget();
    drop(bench.radio);
    let mut last = Vec::new();
    while let Some((opcode, _)) = bench.sent.recv().await {
        last.push(opcode);
    }
    assert_eq!(last, [ADVERTISE, SCAN, RESET]);
}

fn packets() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let bytes = || proptest::collection::vec(any::<u8>(), 0..60);
    let code = prop_oneof![Just(0x05u8), Just(0x0E), Just(0x0F), Just(0x13), Just(0x3E), any::<u8>()]
        .prop_filter("a hardware error is believed", |&code| code != 0x10);
    let le = (prop_oneof![Just(0x01u8), Just(0x02), Just(0x0A), Just(0x0D), any::<u8>()], bytes())
        .prop_map(|(subevent, rest)| event(0x3E, &[&[subevent], rest.as_slice()].concat()));
    let data = (0..=0x0FFFu16, 0..4u16, bytes()).prop_map(|(handle, boundary, data)| {
        let word = handle | boundary << 12;
        [&[2], &word.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), &data].concat()
    });
    let on_the_link =
        (any::<u8>(), bytes()).prop_map(|(opcode, rest)| acl(0x40, &[&[opcode], rest.as_slice()].concat()));
    let packet = prop_oneof![
        (code, bytes()).prop_map(|(code, parameters)| event(code, &parameters)),
        le,
        data,
        on_the_link,
        Just(connection_complete(0, 0x40, 1, [9; 6])),
        Just(disconnection_complete(0x40)),
    ];
    proptest::collection::vec(packet, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever packets the controller sends, the radio hears what follows and rotates as before.
    #[test]
    fn no_packet_stops_the_radio(packets in packets()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let mut bench = Bench::new(obedient).await;
            bench.radio.advertise(advertisement(gaen(1), 1)).await.unwrap();
            bench.radio.set_scanning(true).await.unwrap();
            for packet in packets {
                bench.inject(packet);
            }
            bench.inject(report([5; 6], &advertisement(gaen(9), 9).frame.encode(), -50));
            while bench.radio.next().await.unwrap().identifier != gaen(9) {}
            bench.radio.advertise(advertisement(gaen(2), 2)).await.unwrap();
            assert_eq!(bench.radio.status().await, RadioStatus::On);
        });
    }
}
