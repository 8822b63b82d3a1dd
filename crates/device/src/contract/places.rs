//! Visits, and what was warned of them.

use super::{Harness, NOON, apply, replace, visit, warned};
use crate::storage::{Change, Storage, StoredVisit};

/// Visits come back in order, changed where they were changed, with their warnings.
pub fn keeps_visits<H: Harness>(harness: &mut H) {
    let mut storage = harness.fresh();
    let (first, second) = (visit(0, 60), StoredVisit { vehicle: true, ..visit(60, 90) });
    let put = [&second, &first].map(|visit| Change::PutVisit(visit.clone()));
    apply(&mut storage, &put);
    apply(&mut storage, &[replace(1, &[warned(&first, 9)])]);
    let ended = StoredVisit { name: String::new(), ..visit(0, 30) };
    apply(&mut storage, &[Change::PutVisit(ended.clone())]);
    let storage = harness.reopen(storage);
    assert_eq!(storage.visits().expect("readable"), [ended, second]);
    assert_eq!(storage.place_matches().expect("readable"), [warned(&first, 9)]);
}

/// A visit goes by itself or when it ended long ago, and its warnings go with it.
pub fn deletes_visits_with_their_warnings<H: Harness>(harness: &mut H) {
    let mut storage = harness.fresh();
    let visits = [visit(0, 60), visit(60, 90), visit(100, 200)];
    apply(&mut storage, &visits.clone().map(Change::PutVisit));
    apply(&mut storage, &[replace(1, &visits.each_ref().map(|visit| warned(visit, 9)))]);
    apply(&mut storage, &[Change::DeleteVisitsEndedBefore(NOON + 61)]);
    assert_eq!(storage.visits().expect("readable"), visits[1..]);
    apply(&mut storage, &[Change::DeleteVisit(NOON + 100), Change::DeleteVisit(NOON + 7)]);
    let storage = harness.reopen(storage);
    assert_eq!(storage.visits().expect("readable"), visits[1..2]);
    assert_eq!(storage.place_matches().expect("readable"), [warned(&visits[1], 9)]);
}

/// What a file says last about its span holds; files of other spans stand beside it.
pub fn replaces_the_warnings_of_a_file<H: Harness>(harness: &mut H) {
    let mut storage = harness.fresh();
    let (here, gone) = (visit(0, 60), visit(60, 90));
    apply(&mut storage, &[Change::PutVisit(here.clone())]);
    let both = [warned(&here, 20), warned(&here, 10), warned(&gone, 10)];
    apply(&mut storage, &[replace(1, &both), replace(2, &[warned(&here, 30)])]);
    let mut storage = harness.reopen(storage);
    let all = [10, 20, 30].map(|until| warned(&here, until));
    assert_eq!(storage.place_matches().expect("readable"), all, "not of a visit that is gone");
    apply(&mut storage, &[replace(1, &both[..1])]);
    assert_eq!(storage.place_matches().expect("readable"), all[1..]);
    apply(&mut storage, &[replace(1, &[])]);
    assert_eq!(storage.place_matches().expect("readable"), all[2..]);
}
