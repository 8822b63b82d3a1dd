//! What must hold of the model whatever was learnt.

use bluezone_proximity::baseline::{AnySighting, Buckets, NhsScore};
use bluezone_proximity::{
    ContactDefinition, Encounter, Estimator, Heard, HiddenMarkov, Listening, Parameters,
};
use proptest::prelude::*;

fn model() -> HiddenMarkov {
    HiddenMarkov::new(Parameters::built_in(), ContactDefinition { within_m: 2.0, minutes: 15.0 })
}

fn heard(time_s: i64, db: f64) -> Heard {
    Heard { time_s, mean_db: db, min_db: db - 2.0, packets: 6 }
}

/// A sighting every four minutes.
fn steady(db: &[f64]) -> Encounter {
    let times: Vec<i64> = (0..).map(|n| n * 240).take(db.len()).collect();
    let listening: Vec<_> =
        times.iter().map(|&time_s| Listening { time_s, seconds_since_last: Some(240) }).collect();
    let heard: Vec<_> = times.iter().zip(db).map(|(&time_s, &db)| heard(time_s, db)).collect();
    Encounter::new(&listening, &heard, -25)
}

fn sightings() -> impl Strategy<Value = Vec<(i64, f64, u16)>> {
    prop::collection::vec((0_i64..20_000, 30.0_f64..95.0, 0_u16..12), 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// At the same strength or at any other.
    #[test]
    fn more_time_at_the_end_never_lowers_the_risk(
        strengths in prop::collection::vec(35.0_f64..90.0, 1..12),
        after in prop::collection::vec(35.0_f64..90.0, 1..8),
    ) {
        let last = strengths[strengths.len() - 1];
        for after in [vec![last; after.len()], after] {
            let mut longer = strengths.clone();
            let mut before = model().estimate(&steady(&longer)).probability;
            for more in after {
                longer.push(more);
                let now = model().estimate(&steady(&longer)).probability;
                prop_assert!(now >= before, "{longer:?}: {now} after {before}");
                before = now;
            }
        }
    }

    #[test]
    fn order_and_batches_never_change_it(all in sightings(), cut in 0_usize..40, seed in 0_usize..40) {
        let listening: Vec<_> = (0..100).map(|n| Listening { time_s: n * 200, seconds_since_last: Some(200) }).collect();
        let heard: Vec<_> = all
            .iter()
            .map(|&(time_s, db, packets)| Heard { time_s, mean_db: db, min_db: db - 1.0, packets })
            .collect();
        let mut shuffled = heard.clone();
        if !shuffled.is_empty() {
            let n = shuffled.len();
            shuffled.rotate_left(cut % n);
            shuffled.swap(seed % n, cut % n);
        }
        let mut times = listening.clone();
        times.reverse();
        times.extend_from_slice(&listening[cut..]); // A batch that was delivered twice.
        let first = Encounter::new(&listening, &heard, -20);
        let second = Encounter::new(&times, &shuffled, -20);
        prop_assert_eq!(model().estimate(&first), model().estimate(&second));
    }

    #[test]
    fn nothing_gives_nan_or_panics(
        listening in prop::collection::vec((any::<i64>(), any::<Option<u32>>()), 0..20),
        heard in prop::collection::vec((any::<i64>(), any::<f64>(), any::<f64>(), any::<u16>()), 0..20),
        tx_power_dbm in any::<i8>(),
    ) {
        let listening: Vec<_> =
            listening.into_iter().map(|(time_s, seconds_since_last)| Listening { time_s, seconds_since_last }).collect();
        let heard: Vec<_> = heard
            .into_iter()
            .map(|(time_s, mean_db, min_db, packets)| Heard { time_s, mean_db, min_db, packets })
            .collect();
        let encounter = Encounter::new(&listening, &heard, tx_power_dbm);
        let estimate = model().estimate(&encounter);
        prop_assert!((0.0..=1.0).contains(&estimate.probability));
        prop_assert!(estimate.minutes.is_finite() && estimate.minutes >= 0.0 && estimate.minutes_sd.is_finite());
        for rule in [&AnySighting as &dyn Estimator, &Buckets::cwa(), &Buckets::italian(), &model()] {
            prop_assert!(rule.score(&encounter).is_finite());
        }
    }
}

#[test]
fn half_an_hour_side_by_side_is_a_contact_and_across_the_hall_is_none() {
    let model = model();
    let near = model.estimate(&steady(&[48.0; 8]));
    assert!(near.probability > 0.5 && (20.0..=33.0).contains(&near.minutes_if_near), "{near:?}");
    let far = model.estimate(&steady(&[72.0; 8]));
    assert!(far.probability < 0.05 && far.minutes < 5.0, "{far:?}");
    let short = model.estimate(&steady(&[48.0]));
    assert!(short.probability < 0.1, "{short:?}");
    let nobody = model.estimate(&Encounter::new(&[], &[], -25));
    assert!(nobody.probability == 0.0 && nobody.minutes == 0.0, "{nobody:?}");
}

/// That others were heard and this one was not is evidence.
#[test]
fn silence_lowers_the_risk() {
    let times: Vec<_> =
        (0..9).map(|n| Listening { time_s: n * 240, seconds_since_last: Some(240) }).collect();
    let few: Vec<_> = [0, 4, 6, 7, 8].map(|n| heard(n * 240, 58.0)).to_vec();
    let alone: Vec<_> = times.iter().copied().filter(|l| few.iter().any(|h| h.time_s == l.time_s)).collect();
    let with_silence = model().score(&Encounter::new(&times, &few, -25));
    let without = model().score(&Encounter::new(&alone, &few, -25));
    assert!(with_silence < without, "{with_silence} and {without}");
}

#[test]
fn sightings_of_one_look_are_merged() {
    let listening = [
        Listening { time_s: 0, seconds_since_last: None },
        Listening { time_s: 60, seconds_since_last: Some(60) },
    ];
    let encounter = Encounter::new(&listening, &[heard(0, 50.0), heard(61, 60.0)], -25);
    assert_eq!(encounter.looks().len(), 1);
    let look = encounter.looks()[0];
    assert!((look.minutes - 5.0).abs() < 1e-9 && look.heard.is_some_and(|h| (h.mean_db - 55.0).abs() < 1e-9));
    assert!(NhsScore.score(&encounter) >= 0.0);
}

#[test]
fn parameters_that_make_no_sense_are_refused() {
    let good = Parameters::built_in();
    assert_eq!(Parameters::from_json(&good.to_json()).unwrap(), good);
    let mut bad = good.clone();
    bad.channel.carriage_db = -1.0;
    assert!(Parameters::from_json(&bad.to_json()).is_err());
    let mut future = good;
    future.format += 1;
    assert!(Parameters::from_json(&future.to_json()).is_err());
}

/// Whoever claims to transmit with less than any phone does would otherwise look as much nearer.
#[test]
fn a_lie_about_the_transmit_power_gains_little() {
    let looks: Vec<i64> = (0..8).map(|n| n * 240).collect();
    let listening: Vec<_> =
        looks.iter().map(|&time_s| Listening { time_s, seconds_since_last: Some(240) }).collect();
    let claiming = |claim: i8, rssi: f64| {
        let attenuation = f64::from(claim) - rssi;
        let heard: Vec<_> = looks.iter().map(|&time_s| heard(time_s, attenuation)).collect();
        model().estimate(&Encounter::new(&listening, &heard, claim)).probability
    };
    let honest = |nearer_db: f64| claiming(-25, -97.0 + nearer_db);
    assert!(honest(0.0) < 0.05, "72 dB are far: {}", honest(0.0));
    for claim in [-35, -50, -127] {
        let lie = claiming(claim, -97.0);
        assert!(lie <= honest(6.1), "claiming {claim} dBm: {lie}");
        assert!((lie - claiming(-35, -97.0)).abs() < 1e-9, "no claim gains more than the least there is");
    }
}
