//! The original scheme: the answers of the original classes, and which sightings they were.

use bluezone_matching::{DayHit, SightingIndex, match_published_days};
use bluezone_protocol::bluezone2020::{BluezoneId, PublishedDays};
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::Timestamp;
use serde_json::Value;

const VECTORS: &str = include_str!("../../../../vectors/bluezone-2020.json");

#[test]
fn agrees_with_the_original_classes() {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let mut checked = 0;
    for case in vectors["check_vectors"].as_array().unwrap() {
        let ms = case["sighting_ms"].as_i64().unwrap();
        if ms % 1000 != 0 {
            continue; // Sightings are kept to the second.
        }
        let id = hex::decode(case["contact_id"].as_str().unwrap()).unwrap();
        let index = SightingIndex::new([(Identifier::from_bytes(&id).unwrap(), Timestamp(ms / 1000))], 0);
        let window = PublishedDays::from_json(case["info_f_json"].as_str().unwrap()).unwrap().0[0].window();
        let found = !match_published_days(&[window], &index).0[0].is_empty();
        assert_eq!(found, case["match"].as_bool().unwrap(), "{}", case["name"]);
        checked += 1;
    }
    assert!(checked >= 9, "{checked} cases");
}

#[test]
fn names_the_sightings_among_many() {
    let day = PublishedDays::from_json(&format!(
        r#"{{"data":[{{"daily_key":"{}","time_start":1596844800,"time_end":1597017600,"max":96}}]}}"#,
        "4C".repeat(32)
    ))
    .unwrap()
    .0
    .remove(0);
    let own: Vec<_> = day.daily_key.identifiers(day.slots).collect();
    let tomorrow: Vec<_> = day.daily_key.next().identifiers(day.slots).collect();
    let stranger = |n: u8| (Identifier::Bluezone2020(BluezoneId([n; 12])), Timestamp(1_596_844_800));
    let at = |slot: i64| Timestamp(1_596_844_800 + slot * 900 + 450);
    let mut sightings: Vec<_> = (0..40).map(stranger).collect();
    sightings[3] = (Identifier::Bluezone2020(own[5]), at(5));
    sightings[4] = (Identifier::Bluezone2020(own[5]), at(6));
    sightings[38] = (Identifier::Bluezone2020(tomorrow[95]), at(191));
    let index = SightingIndex::new(sightings.iter().copied(), 0);
    let slot = |slot: i64| 1_596_844_800_000 + slot * 900_000;
    let hit = |sighting, at| DayHit { sighting, slot_ms: slot(at) };
    let (hits, work) = match_published_days(&[day.window()], &index);
    assert_eq!(hits, [[hit(3, 5), hit(38, 191)]], "4 was heard in the wrong slot");
    // Two whole days; in the slot that begins when the window ends nobody was heard.
    assert_eq!((work.derived, work.skipped), (192, 1));
    let timeless = SightingIndex::without_times(sightings.iter().map(|(id, _)| *id));
    assert_eq!(match_published_days(&[day.window()], &timeless).0, [[hit(3, 5), hit(4, 5), hit(38, 191)]]);
    let tomorrow_only = SightingIndex::new(sightings[38..39].iter().copied(), 0);
    assert_eq!(match_published_days(&[day.window()], &tomorrow_only).1.skipped, 96 + 1);
}
