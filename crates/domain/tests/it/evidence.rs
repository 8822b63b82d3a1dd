//! Honest phones, with wrong clocks, sleep and gaps.

use crate::phones::{HOUR, MINUTE, NOON, Phone, compared, meet, model, verdicts};
use bluezone_domain::Timestamp;
use bluezone_domain::evidence::{Comparison, Conflict, Verdict, compare};
use bluezone_protocol::time::DAY_S;

#[test]
fn who_recorded_each_other_is_two_sided_with_minutes_strength_and_probability() {
    let (mut case, mut contact) = (Phone::new(1, 0, 0), Phone::new(2, 0, 100));
    meet(&mut case, &mut contact, NOON..NOON + 40 * MINUTE, -55);
    let found = compared(&case, &contact);
    assert_eq!(verdicts(&found), [Verdict::TwoSided]);
    let encounter = &found.encounters[0];
    assert_eq!((encounter.by_case.scans, encounter.by_contact.scans), (10, 10));
    assert_eq!(encounter.by_case.minutes, 40.0);
    assert_eq!((encounter.by_case.median_dbm, encounter.by_case.strongest_dbm), (Some(-55), Some(-52)));
    assert_eq!(encounter.from, Timestamp(NOON));
    assert!(encounter.pairs >= 9 && encounter.difference_db.unwrap().abs() < 5.0, "{encounter:?}");
    assert!(encounter.probability > 0.5, "{encounter:?}");
    assert_eq!(found.clock_offset_s, Some(0));
    assert_eq!(found.days.len(), 1);
    assert_eq!(found.days[0].two_sided_minutes, 40.0);
    assert_eq!(found.days[0].two_sided_probability, found.days[0].probability);
}

#[test]
fn farther_and_shorter_is_less_likely() {
    let of = |minutes, dbm| {
        let (mut case, mut contact) = (Phone::new(1, 0, 0), Phone::new(2, 0, 100));
        meet(&mut case, &mut contact, NOON..NOON + minutes * MINUTE, dbm);
        compared(&case, &contact).encounters[0].probability
    };
    assert!(of(40, -55) > of(40, -75) && of(40, -75) > of(40, -92));
    assert!(of(40, -55) > of(8, -55));
}

/// Whatever the clocks say, within what phones accept: the difference is found from the sightings.
#[test]
fn wrong_clocks_are_corrected() {
    for (case_s, contact_s) in [(0, 170), (-240, 300), (3600, 0), (-1800, 1800), (0, -5000)] {
        let (mut case, mut contact) = (Phone::new(1, case_s, 7), Phone::new(2, contact_s, 120));
        meet(&mut case, &mut contact, NOON..NOON + 40 * MINUTE, -60);
        let found = compared(&case, &contact);
        assert_eq!(verdicts(&found), [Verdict::TwoSided], "{case_s} {contact_s}");
        let estimated = found.clock_offset_s.unwrap();
        assert!((estimated - (contact_s - case_s)).abs() <= 240, "{case_s} {contact_s}: {estimated}");
    }
}

#[test]
fn a_missing_sighting_is_one_sided() {
    let (mut case, mut contact) = (Phone::new(1, 0, 0), Phone::new(2, 0, 100));
    contact.hears(&case, NOON..NOON + 40 * MINUTE, 0, -55);
    let found = compared(&case, &contact);
    assert_eq!(verdicts(&found), [Verdict::OneSided], "the case's phone slept");
    assert_eq!((found.encounters[0].pairs, found.clock_offset_s), (0, None));
    assert_eq!((found.days[0].two_sided_minutes, found.days[0].two_sided_probability), (0.0, 0.0));
    assert!(found.days[0].probability > 0.5);
    // And the other way round, far from each other.
    case.hears(&contact, NOON + 3 * HOUR..NOON + 4 * HOUR, 0, -90);
    assert_eq!(verdicts(&compared(&case, &contact)), [Verdict::OneSided, Verdict::OneSided]);
}

/// A minute together does not make an hour that only one side recorded two-sided.
#[test]
fn a_short_meeting_does_not_lend_itself_to_a_long_one() {
    let (mut case, mut contact) = (Phone::new(1, 0, 0), Phone::new(2, 0, 100));
    meet(&mut case, &mut contact, NOON..NOON + 8 * MINUTE, -60);
    contact.hears(&case, NOON + 8 * MINUTE..NOON + HOUR, 0, -60);
    let found = compared(&case, &contact);
    assert_eq!(verdicts(&found), [Verdict::TwoSided, Verdict::OneSided]);
    assert!(found.encounters[0].by_contact.minutes <= 12.0, "{found:?}");
    assert!(found.days[0].two_sided_probability < found.days[0].probability);
}

#[test]
fn strangers_have_no_evidence() {
    let (case, mut contact) = (Phone::new(1, 0, 0), Phone::new(2, 0, 100));
    contact.hears(&Phone::new(3, 0, 0), NOON..NOON + HOUR, 0, -50);
    assert_eq!(compared(&case, &contact), Comparison::default());
    assert_eq!(compared(&case, &contact).verdict(), None);
    assert_eq!(compare(&[], &[], &model()), Comparison::default());
}

/// A clock that was set right between two meetings contradicts neither.
#[test]
fn a_clock_that_was_set_makes_no_contradiction() {
    let (mut case, mut contact) = (Phone::new(1, 0, 0), Phone::new(2, 1500, 100));
    meet(&mut case, &mut contact, NOON..NOON + 20 * MINUTE, -60);
    let mut later = Phone::new(2, 0, 100);
    meet(&mut case, &mut later, NOON + 2 * HOUR..NOON + 2 * HOUR + 20 * MINUTE, -60);
    let both = [contact.history(), later.history()].concat();
    let found = compare(&case.history(), &both, &model());
    assert_eq!(verdicts(&found), [Verdict::TwoSided, Verdict::TwoSided]);
}

#[test]
fn phones_that_differ_as_real_ones_do_are_not_contradicted() {
    let (mut case, mut contact) = (Phone::new(1, 0, 0), Phone::new(2, 0, 100));
    let span = NOON..NOON + 40 * MINUTE;
    case.hears(&contact, span.clone(), 0, -55);
    contact.hears(&case, span, 0, -74);
    assert_eq!(
        verdicts(&compared(&case, &contact)),
        [Verdict::TwoSided],
        "19 dB, the most in the recordings"
    );
}

/// The days around midnight and the parts of a history are one.
#[test]
fn an_encounter_over_midnight_is_one() {
    let (mut case, mut contact) = (Phone::new(1, 30, 0), Phone::new(2, -30, 100));
    let midnight = NOON + 12 * HOUR;
    meet(&mut case, &mut contact, midnight - 20 * MINUTE..midnight + 20 * MINUTE, -60);
    let whole = compared(&case, &contact);
    assert_eq!(verdicts(&whole), [Verdict::TwoSided]);
    let mut parts = contact.history().to_vec();
    let last = parts[0].days.split_off(1);
    parts.push(parts[0].clone());
    parts[1].days = last;
    assert_eq!(compare(&case.history(), &parts, &model()), whole);
    // Sent twice, it counts once.
    parts.extend(parts.clone());
    assert_eq!(compare(&case.history(), &parts, &model()), whole);
}

/// What nobody could have heard by any clock.
#[test]
fn an_identifier_of_the_future_is_out_of_time() {
    let (case, mut contact) = (Phone::new(1, 0, 0), Phone::new(2, 0, 100));
    contact.hears(&case, NOON..NOON + 20 * MINUTE, -DAY_S / 2, -50);
    assert_eq!(verdicts(&compared(&case, &contact)), [Verdict::Contradicted(Conflict::OutOfTime)]);
}

proptest::proptest! {
    /// Histories of any content: no panic, and two-sided only where both recorded the other.
    #[test]
    fn any_history_is_judged(
        mine in proptest::collection::vec((-200_000..200_000_i64, -200_000..200_000_i64, -128..128_i16), 0..60),
        theirs in proptest::collection::vec((-200_000..200_000_i64, -200_000..200_000_i64, -128..128_i16), 0..60),
    ) {
        let (mut case, mut contact) = (Phone::new(1, 0, 0), Phone::new(2, 0, 0));
        let clip = |at: i64| NOON + at.rem_euclid(2 * DAY_S) - DAY_S;
        for (at, delay, dbm) in mine {
            let at = clip(at).div_euclid(240) * 240;
            case.hears(&contact, at..at + 1, delay, (dbm as i8).clamp(-120, 100));
        }
        for (at, delay, dbm) in theirs {
            let at = clip(at).div_euclid(240) * 240;
            contact.hears(&case, at..at + 1, delay, (dbm as i8).clamp(-120, 100));
        }
        let found = compared(&case, &contact);
        for encounter in &found.encounters {
            if encounter.verdict == Verdict::TwoSided {
                proptest::prop_assert!(encounter.by_case.scans > 0 && encounter.by_contact.scans > 0);
                proptest::prop_assert!(encounter.pairs > 0);
            }
            proptest::prop_assert!((0.0..=1.0).contains(&encounter.probability));
        }
    }
}
