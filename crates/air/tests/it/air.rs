//! What a scan hears.

use crate::{phone, scenario};
use bluezone_air::{Air, LossModel, Phone};
use bluezone_protocol::bluezone2020::BluezoneId;
use bluezone_protocol::identifier::Identifier;

fn id(n: u8) -> Identifier {
    Identifier::Bluezone2020(BluezoneId([n; 12]))
}

fn air_of(phones: Vec<Phone>) -> Air {
    let count = phones.len();
    let mut air = Air::new(&scenario(phones));
    for index in 0..count {
        air.advertise(index, 0.0, id(index as u8));
    }
    air
}

fn names(air: &mut Air, phone: usize, at_s: f64) -> Vec<usize> {
    air.scan(phone, at_s, 4).iter().map(|heard| heard.phone).collect()
}

#[test]
fn strength_follows_the_distance_as_people_move() {
    let mut air = air_of(vec![
        phone("still", &[[0.0, 0.0, 0.0]]),
        phone("goes", &[[0.0, 1.0, 0.0], [1_000.0, 101.0, 0.0]]),
    ]);
    let loudest = |air: &mut Air, at_s: f64| {
        air.scan(0, at_s, 4).first().and_then(|h| h.rssi_dbm.iter().max().copied())
    };
    assert_eq!(loudest(&mut air, 0.0), Some(-73), "1.05 m in the middle of the first second");
    assert_eq!(loudest(&mut air, 90.0), Some(-93), "10 m");
    assert_eq!(loudest(&mut air, 500.0), None, "51 m is out of reach");
}

#[test]
fn a_radio_that_is_off_neither_hears_nor_is_heard() {
    let mut off = phone("off", &[[0.0, 1.0, 0.0]]);
    off.off = vec![[100.0, 200.0], [150.0, 300.0]];
    let mut air = air_of(vec![phone("a", &[[0.0, 0.0, 0.0]]), off, phone("b", &[[0.0, 0.0, 1.0]])]);
    assert_eq!(names(&mut air, 0, 50.0), [1, 2]);
    assert_eq!(names(&mut air, 0, 250.0), [2]);
    assert!(names(&mut air, 1, 250.0).is_empty());
    assert_eq!(names(&mut air, 1, 300.0), [0, 2]);
}

#[test]
fn a_scan_across_a_rotation_hears_both_identifiers() {
    let mut air = air_of(vec![phone("a", &[[0.0, 0.0, 0.0]]), phone("b", &[[0.0, 1.0, 0.0]])]);
    air.advertise(1, 620.0, id(9));
    let heard = air.scan(0, 600.0, 40);
    assert_eq!(heard.iter().map(|h| h.identifier).collect::<Vec<_>>(), [id(1), id(9)]);
    let packets: Vec<_> = heard.iter().map(|h| h.rssi_dbm.len()).collect();
    assert_eq!(packets[0], packets[1], "half of the scan each");
    let after = air.scan(0, 700.0, 4);
    assert_eq!(after.iter().map(|h| h.identifier).collect::<Vec<_>>(), [id(9)]);
}

#[test]
fn a_phone_that_has_not_said_anything_is_not_heard() {
    let mut air = Air::new(&scenario(vec![phone("a", &[[0.0, 0.0, 0.0]]), phone("b", &[[0.0, 1.0, 0.0]])]));
    assert!(air.scan(0, 0.0, 4).is_empty());
}

/// The grid must not lose anyone: not those in fast diagonal motion, not those beside a jump.
#[test]
fn the_grid_finds_everyone_in_reach() {
    let mut phones: Vec<Phone> = (0..40)
        .map(|n| {
            let n = f64::from(n);
            let jump = [300.0, 13.0 * n, 7.0 * n];
            phone(
                &format!("p{n}"),
                &[
                    [0.0, 50.0 * n, 0.0],
                    [250.0, -30.0 * n, 90.0 * n],
                    jump,
                    [300.0, 5.0 * n, 0.0],
                    [600.0, 0.0, n],
                ],
            )
        })
        .collect();
    phones.push(phone("middle", &[[0.0, 0.0, 0.0]]));
    let mut air = air_of(phones);
    for at_s in (0..900).step_by(7).map(f64::from) {
        for listener in [0, 7, 40] {
            let here = air.tracks()[listener].position(at_s + 0.5);
            let expected: Vec<usize> = (0..41)
                .filter(|&other| {
                    let there = air.tracks()[other].position(at_s + 0.5);
                    other != listener && (there[0] - here[0]).hypot(there[1] - here[1]) < 14.0
                })
                .collect();
            // One second, so that positions are those of its middle.
            let heard: Vec<usize> = air.scan(listener, at_s, 1).iter().map(|h| h.phone).collect();
            let missing: Vec<_> = expected.iter().filter(|other| !heard.contains(other)).collect();
            assert!(missing.is_empty(), "at {at_s} s phone {listener} misses {missing:?}");
        }
    }
}

/// Deterministic, in any order of asking, and whoever else is there.
#[test]
fn what_is_heard_depends_on_nothing_but_the_seed_and_the_pair() {
    let pair = vec![phone("a", &[[0.0, 0.0, 0.0]]), phone("b", &[[0.0, 2.0, 0.0]])];
    let listen = |phones: Vec<Phone>, seed: u64, times: &[f64]| {
        let count = phones.len();
        let mut scenario = scenario(phones);
        scenario.area.model = LossModel::Measured;
        scenario.seed = seed;
        let mut air = Air::new(&scenario);
        for index in 0..count {
            air.advertise(index, 0.0, id(index as u8));
        }
        let mut heard: Vec<_> = times
            .iter()
            .map(|&t| (t, air.scan(0, t, 4).into_iter().find(|h| h.phone == 1).map(|h| h.rssi_dbm)))
            .collect();
        heard.sort_by(|a, b| a.0.total_cmp(&b.0));
        heard
    };
    let alone = listen(pair.clone(), 3, &[0.0, 300.0, 600.0]);
    assert!(alone.iter().all(|(_, rssi)| rssi.is_some()));
    assert_eq!(alone, listen(pair.clone(), 3, &[600.0, 0.0, 300.0]));
    let mut crowd = pair.clone();
    crowd.push(phone("c", &[[0.0, 0.0, 1.0]]));
    assert_eq!(alone, listen(crowd, 3, &[0.0, 300.0, 600.0]));
    assert_ne!(alone, listen(pair, 4, &[0.0, 300.0, 600.0]));
}
