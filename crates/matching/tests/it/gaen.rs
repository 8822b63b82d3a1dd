//! Diagnosis keys of the default scheme.

use bluezone_matching::{SightingIndex, TOLERANCE_S, match_keys};
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::gaen::TemporaryExposureKey;
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::{IntervalNumber, Timestamp};
use proptest::prelude::*;

const DAY: IntervalNumber = IntervalNumber(2_642_976);

fn key(byte: u8, rolling_start: IntervalNumber, rolling_period: u32) -> DiagnosisKey {
    DiagnosisKey {
        key: TemporaryExposureKey::from_bytes([byte; 16]),
        rolling_start,
        rolling_period,
        transmission_risk: 0,
        report_type: ReportType::ConfirmedTest,
        days_since_onset: None,
    }
}

/// What the owner of `byte`'s key had on the air in an interval.
fn on_air(byte: u8, interval: IntervalNumber) -> Identifier {
    let rpi = TemporaryExposureKey::from_bytes([byte; 16]).identifier_key().identifier(interval);
    Identifier::Gaen { rpi, aem: [0; 4] }
}

fn hits(keys: &[DiagnosisKey], sightings: &[(Identifier, Timestamp)]) -> Vec<Vec<usize>> {
    let index = SightingIndex::new(sightings.iter().copied());
    match_keys(keys.iter().cloned(), &index, TOLERANCE_S).into_iter().map(|m| m.hits).collect()
}

#[test]
fn finds_every_sighting_of_a_key_in_order() {
    let at = |i: u32| (DAY + i).start();
    let sightings = [
        (on_air(1, DAY + 7), at(7) + 300),
        (on_air(2, DAY + 7), at(7)),
        (on_air(1, DAY + 3), at(3)),
        (on_air(1, DAY + 7), at(7) + 599),
    ];
    assert_eq!(hits(&[key(9, DAY, 144), key(1, DAY, 144)], &sightings), [[0, 2, 3]]);
}

#[test]
fn identifiers_outside_the_rolling_period_do_not_count() {
    let heard = |i: u32| [(on_air(1, DAY + i), (DAY + i).start())];
    assert_eq!(hits(&[key(1, DAY, 60)], &heard(59)), [[0]]);
    assert!(hits(&[key(1, DAY, 60)], &heard(60)).is_empty());
    assert!(hits(&[key(1, DAY + 10, 60)], &heard(9)).is_empty());
    assert!(hits(&[key(1, DAY, u32::MAX)], &heard(144)).is_empty(), "no key is used for more than a day");
}

#[test]
fn two_hours_of_clock_difference_are_tolerated_and_not_a_second_more() {
    let heard = |offset: i64| [(on_air(1, DAY + 70), (DAY + 70).start() + offset)];
    for (offset, matches) in [(-7200, true), (-7201, false), (7200 + 599, true), (7200 + 600, false)] {
        assert_eq!(!hits(&[key(1, DAY, 144)], &heard(offset)).is_empty(), matches, "{offset} s");
    }
}

#[test]
fn a_key_at_the_end_of_time_does_not_panic() {
    let last = IntervalNumber(u32::MAX);
    assert_eq!(hits(&[key(1, last, 144)], &[(on_air(1, last), last.start())]), [[0]]);
}

proptest! {
    /// The index and the definition, computed the slow way, agree on every sighting.
    #[test]
    fn agrees_with_the_definition(
        keys in prop::collection::vec((0u8..4, 0u32..200, 1u32..=144), 0..6),
        heard in prop::collection::vec((0u8..4, 0u32..300, -12_000i64..12_000), 0..30),
    ) {
        let keys: Vec<_> = keys.into_iter().map(|(byte, start, period)| key(byte, DAY + start, period)).collect();
        let sightings: Vec<_> =
            heard.iter().map(|(byte, i, offset)| (on_air(*byte, DAY + *i), (DAY + *i).start() + *offset)).collect();
        let mut expected = Vec::new();
        for key in &keys {
            let of_key: Vec<usize> = (0..heard.len())
                .filter(|&at| {
                    let (byte, i, offset) = heard[at];
                    let used = DAY + i >= key.rolling_start && DAY + i < key.rolling_start + key.rolling_period;
                    key.key.as_bytes() == &[byte; 16] && used && (-7200..7800).contains(&offset)
                })
                .collect();
            if !of_key.is_empty() {
                expected.push(of_key);
            }
        }
        prop_assert_eq!(hits(&keys, &sightings), expected);
    }
}
