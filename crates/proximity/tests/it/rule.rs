//! Pieces of a rule that the shared cases do not touch.

use bluezone_protocol::diagnosis::ReportType;
use bluezone_protocol::time::Timestamp;
use bluezone_proximity::{
    DiseaseProfile, ExposureWindow, Infectiousness, Range, RiskLevel, RiskRule, ScanInstance, WindowFilter,
};
use proptest::prelude::*;

fn window(scans: &[(u8, i32)]) -> ExposureWindow {
    ExposureWindow {
        day: Timestamp(0),
        report_type: ReportType::ConfirmedTest,
        infectiousness: Infectiousness::High,
        calibration_confidence: 0,
        scans: scans
            .iter()
            .map(|&(db, seconds_since_last_scan)| ScanInstance {
                typical_attenuation_db: db,
                min_attenuation_db: db,
                seconds_since_last_scan,
            })
            .collect(),
    }
}

fn rule() -> RiskRule {
    DiseaseProfile::covid19().rule
}

#[test]
fn ranges_know_their_ends() {
    let both = Range { min: 1.0, max: 2.0, min_exclusive: false, max_exclusive: false };
    let neither = Range { min_exclusive: true, max_exclusive: true, ..both };
    assert!(both.contains(1.0) && both.contains(2.0) && !both.contains(2.1) && !both.contains(0.9));
    assert!(!neither.contains(1.0) && !neither.contains(2.0) && neither.contains(1.5));
}

#[test]
fn a_filter_drops_windows_by_minutes_at_an_attenuation() {
    let minutes = Range { min: 0.0, max: 5.0, min_exclusive: false, max_exclusive: true };
    let near = Range { min: 0.0, max: 55.0, min_exclusive: false, max_exclusive: false };
    let rule = RiskRule {
        drop_windows: vec![WindowFilter { attenuation_db: near, drop_if_minutes: minutes }],
        ..rule()
    };
    assert!(rule.score(&window(&[(50, 299), (60, 300)])).is_none());
    assert!(rule.score(&window(&[(50, 300), (60, 300)])).is_some());
}

#[test]
fn a_window_on_the_threshold_is_rounded_to_it() {
    // 100 scans of 6 seconds are 10 minutes, though a hundred tenths do not add up to ten in binary.
    let score = rule().score(&window(&[(50, 6); 100])).unwrap();
    assert_eq!((score.weighted_minutes, score.level), (10.0, RiskLevel::High));
}

proptest! {
    #[test]
    fn more_time_or_less_distance_never_lowers_the_score(
        scans in prop::collection::vec((0u8..=255, 0i32..=300), 1..20), seconds in 0i32..=300, nearer in 0u8..=255,
    ) {
        let score = |scans: &[(u8, i32)]| rule().score(&window(scans)).map_or(0.0, |s| s.weighted_minutes);
        let before = score(&scans);
        let mut longer = scans.clone();
        longer.push((scans[0].0, seconds));
        prop_assert!(score(&longer) >= before);
        let mut closer = scans.clone();
        closer[0].0 = closer[0].0.saturating_sub(nearer);
        prop_assert!(score(&closer) >= before);
    }
}
