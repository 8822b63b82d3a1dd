//! Sightings to windows.

use bluezone_protocol::diagnosis::ReportType;
use bluezone_protocol::time::Timestamp;
use bluezone_proximity::{
    Infectiousness, MAX_SECONDS_SINCE_LAST_SCAN, MatchedKey, Sample, attenuation_db, windows,
};
use proptest::prelude::*;

const DAY: i64 = 1_640_044_800;
const KEY: MatchedKey =
    MatchedKey { report_type: ReportType::ConfirmedTest, infectiousness: Infectiousness::Standard };

fn sample(second: i64, db: u8) -> Sample {
    Sample {
        time: Timestamp(DAY + second),
        seconds_since_last_scan: 300,
        typical_attenuation_db: db,
        min_attenuation_db: db.saturating_sub(3),
        calibration_confidence: 3,
    }
}

#[test]
fn a_new_window_opens_thirty_minutes_after_the_first_scan() {
    let samples: Vec<_> = (0..8).map(|i| sample(3600 + i * 300, 50)).collect();
    let found = windows(KEY, &samples);
    assert_eq!(found.iter().map(|w| w.scans.len()).collect::<Vec<_>>(), [6, 2]);
    assert!(found.iter().all(|w| w.day == Timestamp(DAY) && w.report_type == ReportType::ConfirmedTest));
}

#[test]
fn a_pause_does_not_close_a_window_but_half_an_hour_does() {
    let found = windows(KEY, &[sample(0, 50), sample(1774, 50), sample(1800, 50)]);
    assert_eq!(found.iter().map(|w| w.scans.len()).collect::<Vec<_>>(), [2, 1]);
    let found = windows(KEY, &[sample(0, 50), sample(1700, 50), sample(1799, 50)]);
    assert_eq!(found.iter().map(|w| w.scans.len()).collect::<Vec<_>>(), [3]);
}

#[test]
fn midnight_utc_opens_a_new_window() {
    let found = windows(KEY, &[sample(-200, 50), sample(100, 50)]);
    assert_eq!(found.iter().map(|w| w.day.0).collect::<Vec<_>>(), [DAY - 86_400, DAY]);
}

#[test]
fn a_long_gap_between_scans_is_capped() {
    let mut late = sample(0, 50);
    late.seconds_since_last_scan = 7200;
    assert_eq!(windows(KEY, &[late])[0].scans[0].seconds_since_last_scan, 300);
    assert_eq!(MAX_SECONDS_SINCE_LAST_SCAN, 300);
}

#[test]
fn two_identifiers_heard_in_one_scan_are_one_scan() {
    let mut second = sample(10, 60);
    second.calibration_confidence = 1;
    let found = windows(KEY, &[second, sample(0, 50)]);
    assert_eq!(found.len(), 1);
    let scan = &found[0].scans[0];
    assert_eq!((found[0].scans.len(), scan.typical_attenuation_db, scan.min_attenuation_db), (1, 55, 47));
    assert_eq!((scan.seconds_since_last_scan, found[0].calibration_confidence), (300, 1));
}

#[test]
fn nothing_heard_is_no_window() {
    assert!(windows(KEY, &[]).is_empty());
}

#[test]
fn attenuation_is_sent_less_received() {
    assert_eq!(attenuation_db(8, -60, 0), 68);
    assert_eq!(attenuation_db(8, -60, 4), 64, "a receiver that reads 4 dB low");
    assert_eq!(attenuation_db(-20, -10, 0), 0, "more received than claimed to be sent");
    assert_eq!(attenuation_db(127, -128, 0), 255);
    assert_eq!(attenuation_db(127, -128, -128), 255);
}

proptest! {
    #[test]
    fn windows_keep_time_order_and_invent_no_time(seconds in prop::collection::vec(0i64..200_000, 0..60)) {
        let samples: Vec<_> = seconds.iter().map(|s| sample(*s, 50)).collect();
        let found = windows(KEY, &samples);
        let scans: usize = found.iter().map(|w| w.scans.len()).sum();
        prop_assert!(scans <= samples.len());
        prop_assert_eq!(found.is_empty(), samples.is_empty());
        prop_assert!(found.windows(2).all(|pair| pair[0].day <= pair[1].day));
        // At most 30 minutes: scans are more than 25 s apart, so no window holds more than 70 of them.
        prop_assert!(found.iter().all(|w| !w.scans.is_empty() && w.scans.len() <= 70));
        let mut shuffled = samples.clone();
        shuffled.reverse();
        prop_assert_eq!(windows(KEY, &shuffled), found, "order does not matter");
    }
}
