//! The NHS score against the published values.

use bluezone_proximity::baseline::nhs_score;
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    expected: f64,
    scans: Vec<(f64, f64)>,
}

/// Within the 5 % of their own test.
#[test]
fn every_published_scan_series_has_the_published_score() {
    let text = include_str!("../../../../vectors/nhs-score.json");
    let vectors: Vectors = serde_json::from_str(text).unwrap();
    assert_eq!(vectors.cases.len(), 10);
    for case in vectors.cases {
        let score = nhs_score(&case.scans);
        let off = (score / case.expected - 1.0).abs();
        assert!(off < 0.05, "{}: {score} instead of {}", case.name, case.expected);
    }
}

#[test]
fn absurd_scans_have_a_finite_score() {
    let absurd = [
        vec![],
        vec![(0.0, 0.0)],
        vec![(f64::NAN, 60.0), (f64::NAN, 60.0)],
        vec![(1.0, f64::NAN), (f64::INFINITY, 60.0)],
        vec![(-5.0, -60.0), (1e18, f64::MAX), (1.0, 1e-300)],
    ];
    for scans in absurd {
        let score = nhs_score(&scans);
        assert!(score.is_finite() && score >= 0.0, "{scans:?}: {score}");
    }
}
