//! The built-in scenario: well formed, the same for one seed, and with something to find.

use crate::START;
use bluezone_air::{FAR_M, NEAR_M, Scenario, Track, Truth, neighbourhood};

#[test]
fn is_a_good_scenario_of_any_size() {
    for phones in [1, 2, 3, 10, 60, 200] {
        let scenario = neighbourhood(phones, 1, START);
        assert_eq!(scenario.phones.len(), phones);
        assert_eq!(scenario.diagnosed.len(), 1);
        assert_eq!(scenario.end_s(), 48.0 * 3_600.0);
        let file = scenario.to_json().unwrap();
        assert_eq!(Scenario::from_json(&file).unwrap(), scenario);
    }
}

#[test]
fn one_seed_makes_one_world() {
    assert_eq!(neighbourhood(60, 7, START), neighbourhood(60, 7, START));
    assert_ne!(neighbourhood(60, 7, START), neighbourhood(60, 8, START));
}

/// Nobody walks faster than a bus drives.
#[test]
fn nobody_jumps() {
    for phone in neighbourhood(200, 5, START).phones {
        for pair in phone.track.windows(2) {
            let ([t0, x0, y0], [t1, x1, y1]) = (pair[0], pair[1]);
            let speed = (x1 - x0).hypot(y1 - y0) / (t1 - t0);
            assert!(speed < 9.0, "{} moves at {speed} m/s at {t0} s", phone.id);
        }
    }
}

/// Of the others some were near the case for long, some came by, some never did.
#[test]
fn the_case_has_contacts_of_every_kind() {
    for seed in 0..10 {
        let scenario = neighbourhood(60, seed, START);
        let case = scenario.phone_index(&scenario.diagnosed[0].id).unwrap();
        let truth = Truth::of(&scenario, scenario.diagnosed[0].at_s);
        let others = truth.others(case);
        let near = others.iter().filter(|(_, pair)| pair.near_seconds(0.0, f64::MAX) >= 900.0).count();
        let never = 59 - others.len();
        assert!((4..30).contains(&near), "seed {seed}: {near} near");
        assert!(never >= 5, "seed {seed}: {never} never within 10 m");
        assert!(others.len() > near, "seed {seed}: nobody only passed by");
    }
}

/// At home, in the bus and at the desk people sit within arm's reach of someone and not inside each other.
#[test]
fn people_sit_at_plausible_distances() {
    let scenario = neighbourhood(60, 2, START);
    let tracks: Vec<Track> = scenario.phones.iter().map(Track::new).collect();
    for hour in 0..48 {
        let t_s = f64::from(hour) * 3_600.0;
        for (a, one) in tracks.iter().enumerate() {
            for two in &tracks[a + 1..] {
                let (p, q) = (one.position(t_s), two.position(t_s));
                let distance = (p[0] - q[0]).hypot(p[1] - q[1]);
                assert!(distance > 0.05, "at hour {hour} two people stand in one place");
            }
        }
    }
    let truth = Truth::of(&scenario, scenario.end_s());
    assert!(truth.pairs().all(|(_, pair)| pair.min_distance_m <= FAR_M));
    let with_contact =
        (0..60).filter(|&a| truth.others(a).iter().any(|(_, pair)| pair.min_distance_m <= NEAR_M)).count();
    assert!(with_contact >= 57, "only {with_contact} of 60 ever came near someone");
}
