//! Checking in on the phone, and the published warnings of places.

use crate::support::{DAY, NOW, Phone, authority, phone, restarted, rng, trusting_phone};
use bluezone_codes::visit::{Ending, day_end};
use bluezone_device::{DeviceError, NewVisit, PlacesChecked};
use bluezone_protocol::place_warning::{
    DiseaseTag, MAX_MARGIN_S, PlaceFile, PlaceFileError, PlaceKey, PlaceWarning, SealedWarning, WarnedKind,
    file_name,
};
use bluezone_protocol::time::Timestamp;
use proptest::prelude::*;

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;
const CODES: [&str; 2] = ["100085724", "123456786"];

fn key(place: usize) -> PlaceKey {
    PlaceKey::from_bytes([place as u8 + 1; 32])
}

fn place(number: usize) -> NewVisit {
    NewVisit {
        code: CODES[number].parse().unwrap(),
        key: key(number),
        name: format!("place {number}"),
        vehicle: false,
        dwell_s: 2 * HOUR,
    }
}

/// A case at a place.
fn case(from: Timestamp, until: Timestamp) -> PlaceWarning {
    let (kind, disease) = (WarnedKind::Place, DiseaseTag::of("covid-19"));
    PlaceWarning { from, until, margin_s: HOUR, kind, disease, dwell_s: 0 }
}

/// A file that ends then.
fn published(warnings: &[(usize, PlaceWarning)], end: Timestamp, signer: u64) -> (String, Vec<u8>) {
    let rng = &mut rng(5);
    let mut entries: Vec<_> =
        warnings.iter().map(|(place, warning)| SealedWarning::seal(&key(*place), *warning, rng)).collect();
    entries.resize_with(64, || SealedWarning::padding(rng));
    let file = PlaceFile { start: end - 2 * HOUR, end, entries };
    let bytes = file.write(&[authority(signer)]).unwrap();
    (file_name(&file, &bytes), bytes)
}

fn check(phone: &mut Phone, file: &(String, Vec<u8>), now: Timestamp) -> PlacesChecked {
    phone.check_place_file(&file.0, &file.1, now).unwrap()
}

fn warned(phone: &Phone) -> usize {
    phone.place_exposures().unwrap().len()
}

#[test]
fn a_visit_ends_by_button_next_visit_or_rule_and_survives_a_restart() {
    let mut phone = phone();
    phone.check_in(place(0), NOW).unwrap();
    phone.check_in(place(0), NOW + 4 * MINUTE).unwrap();
    assert_eq!(phone.visits().unwrap().len(), 1, "already there");
    phone.check_in(place(1), NOW + 30 * MINUTE).unwrap();
    phone.check_out(NOW + 50 * MINUTE).unwrap();
    phone.check_out(NOW + 55 * MINUTE).unwrap();
    phone.check_in(place(0), NOW + HOUR).unwrap();
    let mut phone = restarted(&phone);
    let open = phone.open_visit(NOW + HOUR).unwrap().unwrap();
    assert_eq!((open.stay.to, open.stay.ending), (NOW + 3 * HOUR, Ending::Dwell));
    let ends: Vec<_> = phone.visits().unwrap().iter().map(|v| (v.stay.to - NOW, v.stay.ending)).collect();
    let expected =
        [(3 * HOUR, Ending::Dwell), (50 * MINUTE, Ending::Button), (30 * MINUTE, Ending::NextVisit)];
    assert_eq!(ends, expected, "the latest first");
    assert_eq!(phone.open_visit(NOW + 3 * HOUR).unwrap(), None, "nothing had to run");
    let late = day_end(NOW) - HOUR;
    phone.check_in(place(1), late).unwrap();
    assert_eq!(phone.open_visit(late).unwrap().unwrap().stay.to, day_end(NOW));
    assert_eq!(format!("{:?} {:?}", place(0), phone.visits().unwrap()[0]), "NewVisit(..) StoredVisit(..)");
}

#[test]
fn who_left_without_a_word_and_came_back_is_there_until_the_second_visit_ends() {
    let mut phone = phone();
    phone.check_in(place(0), NOW).unwrap();
    phone.check_in(place(0), NOW + 110 * MINUTE).unwrap();
    let visits = phone.visits().unwrap();
    let ends: Vec<_> = visits.iter().map(|visit| (visit.stay.to - NOW, visit.stay.ending)).collect();
    assert_eq!(ends, [(230 * MINUTE, Ending::Dwell), (110 * MINUTE, Ending::NextVisit)]);
}

#[test]
fn two_check_ins_in_one_second_are_two_visits() {
    let mut phone = phone();
    phone.check_in(place(0), NOW).unwrap();
    phone.check_in(place(1), NOW).unwrap();
    let visits = phone.visits().unwrap();
    assert_eq!(visits.iter().map(|visit| visit.stay.from).collect::<Vec<_>>(), [NOW + 1, NOW]);
    assert!(!visits[1].stay.is_open(NOW + 1), "the first one ended");
}

#[test]
fn fifty_nine_minutes_apart_warns_and_sixty_one_does_not() {
    for (minutes, expected) in [(-30, 1), (0, 1), (59, 1), (60, 1), (61, 0)] {
        let mut phone = trusting_phone();
        phone.check_in(place(0), NOW).unwrap();
        phone.check_out(NOW + 20 * MINUTE).unwrap();
        let after = NOW + (20 + minutes) * MINUTE;
        let before = NOW - minutes * MINUTE;
        for (at, warning) in [(0, case(after, after + HOUR)), (1, case(before - HOUR, before))] {
            let file = published(&[(0, warning)], NOW + 4 * HOUR + at, 1);
            check(&mut phone, &file, NOW + 5 * HOUR);
            assert_eq!(warned(&phone), expected, "{minutes} {at}");
            check(&mut phone, &published(&[], NOW + 4 * HOUR + at, 1), NOW + 5 * HOUR);
            assert_eq!(warned(&phone), 0, "what is published anew without it is taken back");
        }
    }
}

/// A poster says nothing of how long people stay there; whoever checks in with a browser is warned by the place's own time.
#[test]
fn a_visit_that_nobody_ended_lasts_as_long_as_the_place_says() {
    let usual = |dwell_s| PlaceWarning { dwell_s, ..case(NOW + 6 * HOUR, NOW + 7 * HOUR) };
    let found = |phone: &mut Phone, warning| {
        check(phone, &published(&[(0, warning)], NOW + 8 * HOUR, 1), NOW + 9 * HOUR);
        warned(phone)
    };
    let mut phone = trusting_phone();
    phone.check_in(place(0), NOW).unwrap();
    assert_eq!(found(&mut phone, usual(0)), 0, "a server from before says nothing of it");
    assert_eq!(found(&mut phone, usual(6 * HOUR)), 1, "a factory's shift");
    let shown = phone.place_exposures().unwrap()[0].visit.stay;
    assert_eq!((shown.from, shown.to), (NOW, NOW + 6 * HOUR), "what is shown is what was meant");
    assert_eq!(phone.visits().unwrap()[0].stay.to, NOW + 2 * HOUR, "the diary is the owner's");
    let shorter = PlaceWarning { dwell_s: 30 * MINUTE, ..case(NOW + 2 * HOUR, NOW + 3 * HOUR) };
    assert_eq!(found(&mut phone, shorter), 0, "gone an hour and a half before");

    // Elsewhere by then, or checked out: no longer than that.
    let mut phone = trusting_phone();
    phone.check_in(place(0), NOW).unwrap();
    phone.check_in(place(1), NOW + 3 * HOUR).unwrap();
    assert_eq!(found(&mut phone, usual(6 * HOUR)), 0, "elsewhere after what the phone took for its end");
    let mut phone = trusting_phone();
    phone.check_in(place(0), NOW).unwrap();
    phone.check_out(NOW + HOUR).unwrap();
    assert_eq!(found(&mut phone, usual(6 * HOUR)), 0, "the owner said when they left");
}

#[test]
fn another_place_another_poster_and_padding_warn_nobody() {
    let mut phone = trusting_phone();
    phone.check_in(place(0), NOW).unwrap();
    let file = published(&[(1, case(NOW, NOW + HOUR))], NOW + 2 * HOUR, 1);
    assert_eq!(check(&mut phone, &file, NOW + 3 * HOUR), PlacesChecked { entries: 64, matches: 0 });
    assert_eq!(warned(&phone), 0);
}

#[test]
fn who_checks_in_after_the_file_came_is_warned_at_the_next_round() {
    let mut phone = trusting_phone();
    let end = NOW - NOW.0 % (2 * HOUR);
    let file = published(&[(0, case(end - HOUR, end - 10 * MINUTE))], end, 1);
    let index = format!("{}\n", file.0);
    assert_eq!(check(&mut phone, &file, end + 20 * MINUTE).matches, 0);
    assert_eq!(
        phone.place_files_to_fetch(&index).unwrap(),
        std::slice::from_ref(&file.0),
        "looked into again"
    );
    phone.check_in(place(0), end + 40 * MINUTE).unwrap();
    assert_eq!(check(&mut phone, &file, end + MAX_MARGIN_S + 1).matches, 1);
    assert_eq!(warned(&phone), 1);
    assert_eq!(phone.place_files_to_fetch(&index).unwrap(), [""; 0], "nobody can be meant any more");
    let found = &phone.place_exposures().unwrap()[0];
    assert_eq!((found.visit.name.as_str(), found.warning.until), ("place 0", end - 10 * MINUTE));
}

#[test]
fn a_visit_counts_once_however_many_cases_were_there() {
    let mut phone = trusting_phone();
    phone.check_in(place(0), NOW).unwrap();
    let cases = [20, 0, 40].map(|minutes| (0, case(NOW + minutes * MINUTE, NOW + HOUR)));
    let file = published(&cases, NOW + 2 * HOUR, 1);
    for _ in 0..3 {
        assert_eq!(check(&mut phone, &file, NOW + 3 * HOUR).matches, 3);
    }
    assert_eq!(warned(&phone), 1);
    assert_eq!(phone.place_exposures().unwrap()[0].warning.from, NOW, "the earliest");
}

#[test]
fn a_file_of_an_attacker_changes_nothing() {
    let mut phone = trusting_phone();
    phone.check_in(place(0), NOW).unwrap();
    let warning = [(0, case(NOW, NOW + HOUR))];
    let (good, forged) = (published(&warning, NOW + HOUR, 1), published(&warning, NOW + HOUR, 2));
    let refused = |phone: &mut Phone, file: &(String, Vec<u8>)| match phone.check_place_file(
        &file.0,
        &file.1,
        NOW + 2 * HOUR,
    ) {
        Err(DeviceError::PlaceFile { source, .. }) => source,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&mut phone, &forged), PlaceFileError::Untrusted);
    let renamed = (forged.0.clone(), good.1.clone());
    assert!(matches!(refused(&mut phone, &renamed), PlaceFileError::Damaged(_)));
    let mut changed = good.clone();
    changed.1[40] ^= 1;
    assert!(matches!(refused(&mut phone, &changed), PlaceFileError::BadSignature(_)));
    assert_eq!(warned(&phone), 0);
    for index in ["../master.key", "index.txt", "1-2-3.bin", "a.zip"] {
        assert!(matches!(phone.place_files_to_fetch(index), Err(DeviceError::ExportName(_))), "{index}");
    }
    check(&mut phone, &good, NOW + 2 * HOUR);
    assert_eq!(warned(&phone), 1);
}

#[test]
fn visits_go_after_three_weeks_or_when_the_owner_says_and_their_warnings_with_them() {
    let mut phone = trusting_phone();
    for (number, at) in [(0, NOW), (1, NOW + 3 * HOUR), (0, NOW + 6 * HOUR)] {
        phone.check_in(place(number), at).unwrap();
    }
    let cases = [(0, case(NOW, NOW + 7 * HOUR)), (1, case(NOW, NOW + 7 * HOUR))];
    check(&mut phone, &published(&cases, NOW + 8 * HOUR, 1), NOW + 9 * HOUR);
    assert_eq!(warned(&phone), 3);
    phone.forget_visit(NOW + 6 * HOUR).unwrap();
    assert_eq!((phone.visits().unwrap().len(), warned(&phone)), (2, 2));
    // A clock that jumps deletes nothing; three weeks that were lived do.
    phone.tidy(NOW + 40 * DAY).unwrap();
    assert_eq!(phone.visits().unwrap().len(), 2);
    let mut phone = restarted(&phone);
    for day in 0..=21 {
        phone.tidy(NOW + day * DAY + 9 * HOUR).unwrap();
        if day == 20 {
            assert_eq!(phone.visits().unwrap().len(), 2);
        }
    }
    assert_eq!((phone.visits().unwrap().len(), warned(&phone)), (0, 0));
    phone.check_in(place(0), NOW + 22 * DAY).unwrap();
    phone.forget_visits().unwrap();
    assert_eq!(phone.visits().unwrap(), []);
}

proptest! {
    /// What is warned of follows from times alone: the rule of `codes::visit`, whatever was open or closed.
    #[test]
    fn warnings_follow_the_rule(
        stays in prop::collection::vec((0_i64..600, prop::option::of(1_i64..200)), 1..6),
        from in 0_i64..800, length in 0_i64..200, margin in 0_i64..120,
    ) {
        let mut phone = trusting_phone();
        let mut stays = stays;
        stays.sort_unstable();
        for (at, left) in stays {
            phone.check_in(place(0), NOW + at * MINUTE).unwrap();
            if let Some(left) = left {
                phone.check_out(NOW + (at + left) * MINUTE).unwrap();
            }
        }
        let case = case(NOW + from * MINUTE, NOW + (from + length) * MINUTE);
        let warning = PlaceWarning { margin_s: margin * MINUTE, ..case };
        let file = published(&[(0, warning)], NOW + DAY, 1);
        check(&mut phone, &file, NOW + 2 * DAY);
        let met = phone.visits().unwrap().into_iter().filter(|visit| {
            visit.stay.from - warning.until <= warning.margin_s && warning.from - visit.stay.to <= warning.margin_s
        });
        prop_assert_eq!(warned(&phone), met.count());
    }
}
