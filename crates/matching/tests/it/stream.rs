//! Streams on several threads, and revisions.

use crate::support::{DAY, key, on_air};
use bluezone_matching::{Hit, Published, SightingIndex, StreamError, TOLERANCE_S, match_stream, resolve};
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::export::KeyKind;
use bluezone_protocol::gaen::TemporaryExposureKey;
use std::convert::Infallible;
use std::num::NonZero;
use std::ops::ControlFlow;

/// Key `number` of a long stream; every thousandth is heard.
fn numbered(number: u64) -> DiagnosisKey {
    let byte = if number.is_multiple_of(1000) { (number / 1000 % 200) as u8 } else { 255 };
    let mut key = key(byte, DAY, 144);
    if byte == 255 {
        key.key = TemporaryExposureKey::from_bytes(u128::from(number).to_be_bytes());
    }
    key
}

fn index() -> SightingIndex {
    SightingIndex::new((0..200u8).map(|byte| (on_air(byte, DAY + 9), (DAY + 9).start())), TOLERANCE_S)
}

#[test]
fn a_stream_gives_the_same_on_any_number_of_threads() {
    let index = index();
    let run = |threads: usize| {
        let keys = (0..50_500).map(|number| Ok::<_, Infallible>(numbered(number)));
        let mut last = 0;
        let matches = match_stream(&index, keys, NonZero::new(threads).unwrap(), |keys| {
            assert!(keys >= last);
            last = keys;
            ControlFlow::Continue(())
        })
        .unwrap();
        assert_eq!((last, matches.work.keys), (50_500, 50_500));
        matches
    };
    let one = run(1);
    let numbers: Vec<_> = (0..51u64).map(|thousand| numbered(1000 * thousand)).collect();
    assert_eq!(one.found.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>(), numbers);
    assert_eq!(one.found[3].1, [Hit { sighting: 3, interval: DAY + 9 }]);
    for threads in [2, 5] {
        assert_eq!(run(threads), one, "{threads} threads");
    }
}

#[test]
fn a_stream_can_be_cancelled_and_can_fail() {
    let index = index();
    for threads in [1, 3] {
        let threads = NonZero::new(threads).unwrap();
        let endless = (0u64..).map(|number| Ok::<_, &str>(numbered(number)));
        let stop = |keys| if keys > 20_000 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        assert!(matches!(match_stream(&index, endless, threads, stop), Err(StreamError::Cancelled)));
        let broken =
            (0..9_000).map(|number| if number == 8_500 { Err("broken") } else { Ok(numbered(number)) });
        let result = match_stream(&index, broken, threads, |_| ControlFlow::Continue(()));
        assert!(matches!(result, Err(StreamError::Source("broken"))));
    }
}

#[test]
fn a_revision_takes_the_place_of_what_it_revises_once_and_a_withdrawal_always() {
    let publish = |kind, byte, period, report_type| {
        let key = DiagnosisKey { report_type, ..key(byte, DAY, period) };
        (Published { kind, key }, vec![Hit { sighting: usize::from(byte), interval: DAY }])
    };
    use KeyKind::{New, Revised};
    use ReportType::{ConfirmedClinical as Likely, ConfirmedTest, Revoked};
    let resolved = resolve(vec![
        publish(New, 1, 144, Likely),
        publish(New, 2, 144, Likely),
        publish(Revised, 3, 144, Revoked),
        publish(Revised, 1, 144, ConfirmedTest),
        publish(Revised, 1, 144, Likely), // a second revision
        publish(Revised, 4, 144, ConfirmedTest),
        publish(Revised, 4, 144, Revoked),       // withdrawn after a revision
        publish(Revised, 4, 144, ConfirmedTest), // and never back
        publish(Revised, 2, 100, ConfirmedTest), // of another time
        publish(New, 3, 144, Likely),            // after its revision
        publish(New, 2, 144, ConfirmedTest),     // twice
    ]);
    let said: Vec<_> = resolved.iter().map(|(p, hits)| (p.key.report_type, hits[0].sighting)).collect();
    assert_eq!(said, [(ConfirmedTest, 1), (Likely, 2), (Revoked, 3), (Revoked, 4)]);
}
