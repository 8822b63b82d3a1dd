//! The matcher and the definition, computed the slow way, agree on every sighting: 10,000 cases a scheme.

use crate::support::{DAY, key, on_air, slowly};
use bluezone_matching::parts::{Aes, Sha};
use bluezone_matching::{DayHit, Hit, Matcher, SightingIndex, TOLERANCE_S, match_published_days};
use bluezone_protocol::bluezone2020::{BluezoneId, CheckWindow, DailyKey, SlotsPerDay, check_contact, to_ms};
use bluezone_protocol::diagnosis::DiagnosisKey;
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::{IntervalNumber, Timestamp};
use proptest::prelude::*;

/// Offsets of a sighting from its interval's start: anywhere, and at the edges of what is tolerated.
fn offset(tolerance: i64) -> impl Strategy<Value = i64> {
    let edges = [-tolerance - 1, -tolerance, -1, 0, 599, 600, 599 + tolerance, 600 + tolerance];
    prop_oneof![-12_000i64..12_000, prop::sample::select(edges.to_vec())]
}

fn found(index: &SightingIndex, sha: Sha, aes: Aes, keys: &[DiagnosisKey]) -> Vec<(usize, Vec<Hit>)> {
    let mut found = Vec::new();
    Matcher::with(index, sha, aes).run(keys, |at, hits| found.push((at, hits.to_vec())));
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    /// Few different keys, so that duplicates, overlapping days and the same identifier heard often are common.
    #[test]
    fn gaen(
        keys in prop::collection::vec((0u8..4, 0u32..200, prop_oneof![Just(144), 0u32..=150]), 0..6),
        tolerance in prop_oneof![Just(TOLERANCE_S), Just(0), 0i64..10_000],
        heard in prop::collection::vec((0u8..5, 0u32..340, offset(TOLERANCE_S)), 0..30),
        strangers in 0usize..40,
        times in any::<bool>(),
    ) {
        let keys: Vec<_> = keys.into_iter().map(|(byte, start, period)| key(byte, DAY + start, period)).collect();
        let mut sightings: Vec<_> = heard
            .iter()
            .map(|(byte, i, offset)| (on_air(*byte, DAY + *i), Some((DAY + *i).start() + *offset)))
            .collect();
        sightings.extend((0..strangers).map(|n| (on_air(200, DAY + n as u32), Some(DAY.start()))));
        let index = if times {
            SightingIndex::new(sightings.iter().map(|(id, time)| (*id, time.unwrap())), tolerance)
        } else {
            sightings.iter_mut().for_each(|(_, time)| *time = None);
            SightingIndex::without_times(sightings.iter().map(|(id, _)| *id))
        };
        let expected = slowly(&keys, &sightings, tolerance);
        for aes in Aes::available() {
            prop_assert_eq!(&found(&index, Sha::best(), aes, &keys), &expected, "{:?}", aes);
        }
        prop_assert_eq!(found(&index, Sha::Portable, Aes::Portable, &keys), expected);
    }

    #[test]
    fn bluezone_2020(
        windows in prop::collection::vec((0u8..3, 0i64..3, -100_000i64..300_000_000, 2u32..20, any::<bool>()), 0..4),
        heard in prop::collection::vec((0u8..3, 0usize..3, 0u32..20, -3i64..4, 0i64..20_000), 0..12),
    ) {
        let daily = |byte: u8, day: usize| (0..day).fold(DailyKey::from_bytes([byte; 32]), |key, _| key.next());
        let base = 1_596_844_800_000i64;
        let windows: Vec<_> = windows
            .into_iter()
            .map(|(byte, day, length, slots, shifted)| CheckWindow {
                daily_key: daily(byte, day as usize),
                start_ms: base + 86_400_000 * day + if shifted { 1_234_567 } else { 0 },
                end_ms: base + 86_400_000 * day + length,
                slots: SlotsPerDay::new(slots).unwrap(),
            })
            .collect();
        let slots = |at: usize| windows.get(at % windows.len().max(1)).map_or(SlotsPerDay::default(), |w| w.slots);
        let sightings: Vec<(BluezoneId, Timestamp)> = heard
            .iter()
            .enumerate()
            .map(|(at, (byte, day, slot, edge, inside))| {
                let slots = slots(at);
                let slot = slot % slots.get();
                let id = daily(*byte, *day).identifier(slot);
                let start = base / 1000 + 86_400 * *day as i64 + i64::from(slot) * slots.slot_ms() / 1000;
                // At the slot's start, its end, and inside.
                let at_edge = start + slots.slot_ms() / 1000 * (edge & 1) + edge / 2;
                (id, Timestamp(if inside % 2 == 0 { at_edge } else { start + inside }))
            })
            .collect();
        let index = SightingIndex::new(sightings.iter().map(|(id, time)| (Identifier::Bluezone2020(*id), *time)), 0);
        let (hits, work) = match_published_days(&windows, &index);
        for (window, hits) in windows.iter().zip(&hits) {
            let expected: Vec<usize> = (0..sightings.len())
                .filter(|at| check_contact(window, &[(sightings[*at].0, to_ms(sightings[*at].1))]))
                .collect();
            prop_assert_eq!(hits.iter().map(|hit: &DayHit| hit.sighting).collect::<Vec<_>>(), expected);
        }
        prop_assert_eq!(work.keys, windows.len() as u64);
    }
}

/// The two end points of a rolling period's numbers: nothing wraps.
#[test]
fn intervals_at_the_ends_of_the_clock() {
    for start in [0, 1, u32::MAX - 143, u32::MAX - 10, u32::MAX] {
        let key = [key(1, IntervalNumber(start), 144)];
        for i in [start, start.saturating_add(5), start.saturating_add(143)] {
            let heard = [(on_air(1, IntervalNumber(i)), Some(IntervalNumber(i).start()))];
            let index = SightingIndex::new(heard.iter().map(|(id, time)| (*id, time.unwrap())), TOLERANCE_S);
            assert_eq!(
                found(&index, Sha::best(), Aes::best(), &key),
                slowly(&key, &heard, TOLERANCE_S),
                "{start} {i}"
            );
        }
    }
}
