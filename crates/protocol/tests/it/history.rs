//! What a phone tells about its contacts, as bytes.

use bluezone_protocol::gaen::{RollingProximityIdentifier, TemporaryExposureKey};
use bluezone_protocol::history::*;
use bluezone_protocol::time::Timestamp;
use proptest::prelude::*;

fn history() -> History {
    let day = Timestamp(1_795_305_600);
    let key = TemporaryExposureKey::from_bytes([3; 16]).identifier_key();
    History {
        kind: HistoryKind::Case,
        days: vec![HistoryDay {
            day,
            keys: vec![IdentifierKey { key, rolling_start: day.interval(), rolling_period: 144 }],
            heard: vec![Heard {
                identifier: RollingProximityIdentifier([9; 16]),
                at: day + 36_000,
                mean_dbm: Some(-61),
                packets: 4,
                seconds_since_last_scan: 300,
            }],
        }],
        consents: vec![GivenConsent {
            purpose: "share-contacts".to_owned(),
            text_sha256: [1; 32],
            language: "vi".to_owned(),
            at: day + 80_000,
        }],
        reporter: Some(Reporter {
            name: "Canary Văn A".to_owned(),
            phone: "0900000000".to_owned(),
            commune: "05710".to_owned(),
        }),
        part: 0,
        parts: 1,
    }
}

#[test]
fn what_was_written_is_read() {
    assert_eq!(History::from_bytes(&history().to_bytes()).unwrap(), history());
    assert_eq!(format!("{:?}", history()), "History(..)");
}

#[test]
fn what_breaks_the_rules_is_refused_with_the_reason() {
    let broken = |change: fn(&mut History)| {
        let mut history = history();
        change(&mut history);
        History::from_bytes(&history.to_bytes()).unwrap_err().to_string()
    };
    assert!(broken(|h| h.consents.clear()).contains("nobody agreed"));
    assert!(broken(|h| h.days[0].day = Timestamp(5)).contains("no day"));
    assert!(broken(|h| h.days.push(h.days[0].clone())).contains("out of order"));
    assert!(broken(|h| h.days[0].keys[0].rolling_period = 145).contains("not of its day"));
    assert!(broken(|h| h.days[0].heard[0].at = h.days[0].day + 86_400).contains("sighting"));
    assert!(broken(|h| h.reporter.as_mut().unwrap().name = "x".repeat(401)).contains("too long"));
    assert!(broken(|h| h.parts = 0).contains("parts"));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = History::from_bytes(&bytes);
    }

    #[test]
    fn a_changed_byte_never_panics(at in 0usize..200, with in any::<u8>()) {
        let mut bytes = history().to_bytes();
        let at = at % bytes.len();
        bytes[at] = with;
        let _ = History::from_bytes(&bytes);
    }
}
