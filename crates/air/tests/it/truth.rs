//! Ground truth against what anyone can work out by hand, and against brute force.

use crate::{phone, scenario};
use bluezone_air::{FAR_M, NEAR_M, Track, Truth};
use proptest::prelude::*;

#[test]
fn passing_by_at_one_metre_takes_as_long_as_geometry_says() {
    // 1 m/s along a line 1 m away: within 2 m for 2 * sqrt(4 - 1) seconds, within 10 m from 50 - sqrt(99) on.
    let scenario = scenario(vec![
        phone("stands", &[[0.0, 0.0, 0.0]]),
        phone("passes", &[[0.0, -50.0, 1.0], [100.0, 50.0, 1.0]]),
        phone("far", &[[0.0, 0.0, 11.5]]),
    ]);
    let truth = Truth::of(&scenario, 1_000.0);
    let pair = truth.pair(1, 0).unwrap();
    assert!((pair.near_seconds(0.0, 1_000.0) - 2.0 * 3.0_f64.sqrt()).abs() < 1e-6);
    assert!((pair.near_seconds(0.0, 50.0) - 3.0_f64.sqrt()).abs() < 1e-6, "only the first half counts");
    assert!((pair.min_distance_m - 1.0).abs() < 1e-6);
    assert!((pair.first_within_far_s - (50.0 - 99.0_f64.sqrt())).abs() < 1e-6);
    assert!(truth.pair(0, 2).is_none(), "never within 10 m");
    assert_eq!(truth.pairs().count(), 1);
}

#[test]
fn only_time_with_both_radios_on_counts() {
    let mut a = phone("a", &[[0.0, 0.0, 0.0]]);
    let mut b = phone("b", &[[0.0, 2.0, 0.0]]);
    a.off = vec![[100.0, 200.0]];
    b.off = vec![[150.0, 400.0], [900.0, 5_000.0]];
    let truth = Truth::of(&scenario(vec![a, b]), 1_000.0);
    let pair = truth.pair(0, 1).unwrap();
    assert_eq!(
        pair.near,
        [(0.0, 100.0), (400.0, 900.0)],
        "exactly 2 m is within 2 m; spans of 300 s leave no seam"
    );
    assert_eq!(pair.near_seconds(0.0, 1_000.0), 600.0);
    assert_eq!(pair.longest_near_seconds(0.0, 1_000.0), 500.0);
}

#[test]
fn nothing_happens_during_a_jump() {
    let jumper = phone("jumps", &[[0.0, -100.0, 0.0], [300.0, -100.0, 0.0], [300.0, 100.0, 0.0]]);
    let truth = Truth::of(&scenario(vec![phone("a", &[[0.0, 0.0, 0.0]]), jumper]), 600.0);
    assert_eq!(truth.pairs().count(), 0);
}

fn tracks() -> impl Strategy<Value = Vec<Vec<[f64; 3]>>> {
    let point = (0.0..400.0_f64, -12.0..12.0_f64, -12.0..12.0_f64).prop_map(|(t, x, y)| [t, x, y]);
    let track = prop::collection::vec(point, 1..6).prop_map(|mut points| {
        points.sort_by(|a, b| a[0].total_cmp(&b[0]));
        points
    });
    prop::collection::vec(track, 2..5)
}

proptest! {
    /// Sampled every 0.1 s, the truth is the same to the sampling error: a step for each crossing of the circle.
    #[test]
    fn agrees_with_brute_force(tracks in tracks()) {
        let phones = tracks.iter().enumerate().map(|(n, track)| phone(&n.to_string(), track)).collect();
        let scenario = scenario(phones);
        let truth = Truth::of(&scenario, 700.0);
        let tracks: Vec<Track> = scenario.phones.iter().map(Track::new).collect();
        for a in 0..tracks.len() {
            for b in a + 1..tracks.len() {
                let (mut near, mut crossings, mut within, mut far_seen) = (0.0, 0.0, false, false);
                for step in 0..7_000 {
                    let t = (f64::from(step) + 0.5) / 10.0;
                    let (p, q) = (tracks[a].position(t), tracks[b].position(t));
                    let distance = (p[0] - q[0]).hypot(p[1] - q[1]);
                    if (distance <= NEAR_M) != within {
                        within = !within;
                        crossings += 1.0;
                    }
                    near += if within { 0.1 } else { 0.0 };
                    far_seen |= distance <= FAR_M;
                }
                let exact = truth.pair(a, b).map_or(0.0, |pair| pair.near_seconds(0.0, 700.0));
                // A graze shorter than a step is not sampled at all: two steps are allowed besides.
                prop_assert!((exact - near).abs() <= 0.1 * crossings + 0.2, "{exact} exact, {near} sampled");
                prop_assert!(!far_seen || truth.pair(a, b).is_some());
            }
        }
    }
}
