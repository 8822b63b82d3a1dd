//! Diagnosis keys of the default scheme, case by case.

use crate::support::{DAY, key, on_air};
use bluezone_matching::{Matcher, SightingIndex, TOLERANCE_S, Work};
use bluezone_protocol::diagnosis::DiagnosisKey;
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::{IntervalNumber, Timestamp};

fn hits(keys: &[DiagnosisKey], sightings: &[(Identifier, Timestamp)]) -> Vec<Vec<usize>> {
    let index = SightingIndex::new(sightings.iter().copied(), TOLERANCE_S);
    let mut found = Vec::new();
    Matcher::new(&index).run(keys, |_, hits| found.push(hits.iter().map(|hit| hit.sighting).collect()));
    found
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
    for time in [i64::MIN, i64::MAX] {
        assert!(
            hits(&[key(1, last, 144), key(1, IntervalNumber(0), 144)], &[(on_air(1, last), Timestamp(time))])
                .is_empty()
        );
    }
}

#[test]
fn what_need_not_be_derived_is_not() {
    // Heard once, in interval 70: with two hours of tolerance 58 to 82 can have been on the air.
    let index = SightingIndex::new([(on_air(1, DAY + 70), (DAY + 70).start())], TOLERANCE_S);
    let keys = [key(1, DAY, 144), key(2, DAY, 60), key(3, DAY + 144, 144), key(4, DAY, 0)];
    let mut found = 0;
    let work = Matcher::new(&index).run(&keys, |position, _| {
        assert_eq!(position, 0);
        found += 1;
    });
    assert_eq!(
        (found, work),
        (1, Work { keys: 4, keys_skipped: 2, derived: 25 + 2, skipped: 119 + 58 + 144 })
    );
    let nothing = SightingIndex::new([], TOLERANCE_S);
    assert_eq!(Matcher::new(&nothing).run(&keys, |_, _| unreachable!()).derived, 0);
}

#[test]
fn one_identifier_heard_a_million_times_costs_no_more_than_its_hits() {
    let once = on_air(1, DAY + 70);
    let far = (0..1_000_000).map(|second| (once, (DAY + 70).start() + 8_000 + second));
    let index = SightingIndex::new(far.chain([(once, (DAY + 70).start())]), TOLERANCE_S);
    let keys: Vec<_> = (0..10_000).map(|_| key(1, DAY, 144)).collect();
    let mut found = 0;
    Matcher::new(&index).run(&keys, |_, hits| {
        assert_eq!(hits.len(), 1);
        found += 1;
    });
    assert_eq!(found, 10_000);
}
