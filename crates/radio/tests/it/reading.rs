//! When phones that advertise the iPhone way are read: never at the cost of listening.

use crate::bench::*;
use crate::support::*;
use bluezone_protocol::frame::Frame;
use bluezone_radio::{Radio, Via};
use std::time::Duration;
use tokio::time::Instant;

/// On the air under identifier 1, listening; nothing said so far counts.
async fn listening(manner: impl FnMut(u16, &[u8]) -> Packets + Send + 'static) -> Bench {
    let mut bench = Bench::new(manner).await;
    bench.radio.advertise(advertisement(gaen(1), 1)).await.unwrap();
    bench.radio.set_scanning(true).await.unwrap();
    bench.forget();
    bench
}

/// A packet of phone `n`, which has its identifier behind GATT.
fn iphone(bench: &Bench, n: u8) {
    bench.inject(report([n; 6], &Frame::BluezoneIos.encode(), -50));
}

async fn pass(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

fn connects(bench: &mut Bench) -> usize {
    bench.commands().iter().filter(|(opcode, _)| *opcode == CONNECT).count()
}

/// A phone that cannot be reached must not make us deaf to all others: it is tried when the scan is over.
#[tokio::test(start_paused = true)]
async fn a_scan_is_not_interrupted_to_connect() {
    let mut bench = listening(obedient).await;
    iphone(&bench, 1);
    pass(4).await;
    assert_eq!(bench.commands(), [], "it listens on");
    bench.radio.set_scanning(false).await.unwrap();
    assert_eq!(bench.sent(SCAN).await[0], 0);
    assert_eq!(bench.sent(CONNECT).await[6..12], [1; 6]);
}

/// An attempt to connect takes two seconds, then the next phone has its turn; ten seconds are for all of a reading.
#[tokio::test(start_paused = true)]
async fn one_phone_at_a_time_two_seconds_to_connect_and_ten_to_read() {
    let mut bench = listening(obedient).await;
    for n in [1, 2] {
        iphone(&bench, n);
    }
    pass(1).await;
    bench.radio.set_scanning(false).await.unwrap();
    let start = Instant::now();
    assert_eq!(bench.sent(CONNECT).await[6..12], [1; 6]);
    bench.sent(CANCEL_CONNECT).await;
    assert_eq!(start.elapsed().as_secs(), 2);
    assert_eq!(bench.sent(CONNECT).await[6..12], [2; 6]);
    bench.inject(connection_complete(0, 0x41, 0, [2; 6]));
    assert_eq!(bench.sent(DATA).await[0], 0x06);
    bench.sent(DISCONNECT).await;
    assert_eq!(start.elapsed().as_secs(), 12);
    // Neither is tried again within a minute, however often it is heard.
    for n in [1, 2] {
        iphone(&bench, n);
    }
    pass(47).await;
    assert_eq!(connects(&mut bench), 0);
}

/// A scan that begins while we connect calls the attempt off, and the phone has its turn after the scan.
#[tokio::test(start_paused = true)]
async fn a_scan_calls_off_an_attempt_and_it_is_made_again() {
    let mut bench = listening(obedient).await;
    iphone(&bench, 1);
    pass(1).await;
    bench.radio.set_scanning(false).await.unwrap();
    bench.sent(CONNECT).await;
    bench.radio.set_scanning(true).await.unwrap();
    bench.sent(CANCEL_CONNECT).await;
    let start = Instant::now();
    assert_eq!(bench.sent(SCAN).await[0], 1);
    assert_eq!(start.elapsed().as_secs(), 0, "the scan does not wait for the two seconds");
    pass(4).await;
    assert_eq!(connects(&mut bench), 0);
    bench.radio.set_scanning(false).await.unwrap();
    assert_eq!(bench.sent(CONNECT).await[6..12], [1; 6]);
}

/// A long scan rests for one attempt of two seconds in ten, or its end would come too late for who passes by.
#[tokio::test(start_paused = true)]
async fn a_long_scan_rests_two_seconds_in_ten() {
    let mut bench = listening(obedient).await;
    let start = Instant::now();
    let mut deaf = Duration::ZERO;
    for n in 1..=15 {
        iphone(&bench, n); // each of them out of reach
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    for turn in 1..=5 {
        assert_eq!(bench.sent(SCAN).await[0], 0);
        let off = Instant::now();
        assert_eq!(start.elapsed().as_secs(), turn * 10);
        bench.sent(CONNECT).await;
        for n in 0..15 {
            iphone(&bench, 100 + turn as u8 * 15 + n);
        }
        assert_eq!(bench.sent(SCAN).await[0], 1);
        deaf += off.elapsed();
    }
    assert!(deaf <= Duration::from_secs(10), "{deaf:?} of {:?}", start.elapsed());
}

/// While it reads, it listens.
#[tokio::test(start_paused = true)]
async fn a_long_scan_goes_on_while_a_phone_is_read() {
    let mut bench = listening(obedient).await;
    iphone(&bench, 1);
    bench.sent(CONNECT).await;
    bench.inject(connection_complete(0, 0x41, 0, [1; 6]));
    assert_eq!(bench.sent(SCAN).await[0], 1);
}

/// A link that does not end does not keep others from being read.
#[tokio::test(start_paused = true)]
async fn a_dead_link_is_given_up() {
    let mut bench = listening(|opcode, parameters| match opcode {
        DISCONNECT => vec![status(opcode, 0)],
        _ => obedient(opcode, parameters),
    })
    .await;
    iphone(&bench, 1);
    bench.sent(CONNECT).await;
    bench.inject(connection_complete(0, 0x41, 0, [1; 6]));
    iphone(&bench, 2);
    bench.sent(DISCONNECT).await;
    assert_eq!(bench.sent(CONNECT).await[6..12], [2; 6]);
}

/// Two phones make one connection: whom we were about to read and who now reads us has its turn when it has gone, unless
/// it has told us by then.
#[tokio::test(start_paused = true)]
async fn who_visits_us_is_not_visited_at_the_same_time() {
    for tells in [false, true] {
        let mut bench = listening(obedient).await;
        iphone(&bench, 1);
        pass(1).await;
        bench.radio.set_scanning(false).await.unwrap();
        bench.sent(CONNECT).await;
        bench.inject(connection_complete(0, 0x40, 1, [1; 6]));
        bench.sent(CANCEL_CONNECT).await;
        pass(5).await;
        assert_eq!(connects(&mut bench), 0);
        if tells {
            bench.inject(acl(0x40, &[&[0x12, 8, 0], gaen(7).to_bytes().as_slice()].concat()));
            let heard = [bench.radio.next().await.unwrap(), bench.radio.next().await.unwrap()];
            assert_eq!(heard.map(|s| s.identifier), [gaen(7); 2]);
            assert_eq!(
                heard.map(|s| (s.via, s.rssi_dbm)),
                [
                    (Via::GattRead, Some(-50)), // its advertisement, before we knew whose it was
                    (Via::GattWrite, Some(-61)),
                ]
            );
        }
        bench.inject(disconnection_complete(0x40));
        pass(5).await;
        assert_eq!(connects(&mut bench), usize::from(!tells));
    }
}

/// A rotation while we connect to someone: the attempt is called off first.
#[tokio::test(start_paused = true)]
async fn a_rotation_calls_off_an_attempt() {
    let mut bench = listening(obedient).await;
    iphone(&bench, 1);
    bench.sent(CONNECT).await;
    bench.forget();
    bench.radio.advertise(advertisement(gaen(2), 2)).await.unwrap();
    let expected = [(ADVERTISE, 0), (CANCEL_CONNECT, 0)].into_iter().chain(ROTATION[2..].iter().copied());
    assert_eq!(bench.commands(), expected.collect::<Vec<_>>(), "scanning rested already");
}
