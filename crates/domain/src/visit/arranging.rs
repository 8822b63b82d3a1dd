//! Where a visit belongs among the others of the same person and day, whenever it arrives: a controller without a connection
//! sends it hours later.

use super::{SAME_VISIT_S, Stay, Suspicion, Suspicions, too_fast};
use crate::Timestamp;
use crate::area::Area;
use crate::place::{PlaceCode, PlaceKind};

/// A visit, as far as its place among others goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Known {
    /// Where.
    pub place: PlaceCode,
    /// What that is.
    pub kind: PlaceKind,
    /// Where it stands.
    pub area: Area,
    /// When.
    pub stay: Stay,
}

/// What a new visit is among those that are known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Arranged {
    /// The person had just come, or was there by what they said themselves: no new visit, but this one of the known.
    Inside(usize),
    /// A visit.
    New {
        /// When: it ends where the next one begins.
        stay: Stay,
        /// What speaks against it.
        suspicions: Suspicions,
        /// Those of the known that it ends, with what becomes of them.
        ended: Vec<(usize, Stay)>,
    },
}

/// Puts a visit among those that are known of the same person and day, in any order.
pub fn arrange(new: &Known, known: &[Known]) -> Arranged {
    let from = new.stay.from;
    let there = known.iter().position(|one| one.place == new.place && is_inside(&one.stay, from));
    if let Some(at) = there {
        return Arranged::Inside(at);
    }
    let mut arranged = (new.stay, Suspicions::NONE, Vec::new());
    let (stay, suspicions, ended) = &mut arranged;
    for (at, one) in known.iter().enumerate() {
        let followed = one.stay.followed_by(from);
        if followed != one.stay {
            ended.push((at, followed));
        }
        *stay = stay.followed_by(one.stay.from);
        if one.place == new.place {
            continue;
        }
        if one.stay.contradicts(from) {
            *suspicions = suspicions.with(Suspicion::TwoPlaces);
        }
        // A vehicle is registered where it is at home, which does not tell where somebody boarded it.
        let moves = new.kind.is_vehicle() || one.kind.is_vehicle();
        if !moves && too_fast(one.area, new.area, from - one.stay.from) {
            *suspicions = suspicions.with(Suspicion::TooFast);
        }
    }
    let (stay, suspicions, ended) = arranged;
    Arranged::New { stay, suspicions, ended }
}

/// Whether who checks in then, where this stay is, only does so again. Who was there for longer may have left without a word
/// and come back: were it the same visit, it would end by its rule while they are still there. Who said when they left is
/// believed.
fn is_inside(stay: &Stay, from: Timestamp) -> bool {
    let goes_on = stay.from <= from && from < stay.to;
    goes_on && (stay.ending.was_told() || from - stay.from < SAME_VISIT_S)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visit::Ending;

    const HOUR: i64 = 3600;
    /// Eight o'clock in the morning in Vietnam.
    const MORNING: Timestamp = Timestamp(1_700_010_000);

    fn visit(code: &str, commune: &str, from: i64) -> Known {
        let province = if commune.starts_with("054") { "19" } else { "01" };
        Known {
            place: code.parse().unwrap(),
            kind: PlaceKind::Market,
            area: Area { province: province.parse().unwrap(), commune: commune.parse().ok() },
            stay: Stay::begin(MORNING + from, 2 * HOUR),
        }
    }

    fn market(from: i64) -> Known {
        visit("100085724", "05443", from)
    }

    fn school(from: i64) -> Known {
        visit("572000007", "05443", from)
    }

    fn new(arranged: Arranged) -> (Stay, Suspicions, Vec<(usize, Stay)>) {
        match arranged {
            Arranged::New { stay, suspicions, ended } => (stay, suspicions, ended),
            Arranged::Inside(_) => panic!("it is new"),
        }
    }

    #[test]
    fn the_next_visit_ends_the_one_before_however_late_it_is_told() {
        let (stay, suspicions, ended) = new(arrange(&school(HOUR), &[market(0)]));
        assert_eq!((stay, suspicions), (school(HOUR).stay, Suspicions::NONE));
        let first = Stay { to: MORNING + HOUR, ending: Ending::NextVisit, ..market(0).stay };
        assert_eq!(ended, [(0, first)]);
        // The same, told the other way round.
        let (stay, _, ended) = new(arrange(&market(0), &[school(HOUR)]));
        assert_eq!((stay, ended), (first, vec![]));
    }

    #[test]
    fn scanned_twice_is_one_visit_and_later_again_is_the_next() {
        let twice = market(SAME_VISIT_S - 1);
        assert_eq!(arrange(&twice, &[school(-3 * HOUR), market(0)]), Arranged::Inside(1));
        // In at eight for two hours, out without a scan, in again at ten to ten: they are there until ten to twelve.
        for later in [SAME_VISIT_S, 2 * HOUR - 600] {
            let (stay, suspicions, ended) = new(arrange(&market(later), &[market(0)]));
            assert_eq!((stay, suspicions), (market(later).stay, Suspicions::NONE));
            let first = Stay { to: MORNING + later, ending: Ending::NextVisit, ..market(0).stay };
            assert_eq!(ended, [(0, first)]);
            // The second scan of the first time, told again after the next visit, is still of the first.
            let known = [Known { stay: first, ..market(0) }, market(later)];
            assert_eq!(arrange(&twice, &known), Arranged::Inside(0));
        }
    }

    #[test]
    fn who_said_when_they_left_is_believed() {
        let left = Known { stay: market(0).stay.end(MORNING + HOUR, Ending::Button).unwrap(), ..market(0) };
        for inside in [9, SAME_VISIT_S, HOUR - 1] {
            assert_eq!(arrange(&market(inside), &[left]), Arranged::Inside(0), "{inside}");
        }
        let (stay, suspicions, ended) = new(arrange(&market(HOUR), &[left]));
        assert_eq!((stay, suspicions, ended), (market(HOUR).stay, Suspicions::NONE, vec![]));
    }

    #[test]
    fn two_places_at_once_and_too_far_away_are_suspicious() {
        let left = Known { stay: market(0).stay.end(MORNING + HOUR, Ending::Button).unwrap(), ..market(0) };
        let (_, suspicions, ended) = new(arrange(&school(600), &[left]));
        assert_eq!((suspicions, ended), (Suspicions::NONE.with(Suspicion::TwoPlaces), vec![]));
        let hanoi = visit("572000007", "00070", 600);
        assert_eq!(new(arrange(&hanoi, &[market(0)])).1, Suspicions::NONE.with(Suspicion::TooFast));
        let bus = Known { kind: PlaceKind::Bus, ..hanoi };
        assert_eq!(new(arrange(&bus, &[market(0)])).1, Suspicions::NONE);
        let late = visit("572000007", "00070", 2 * HOUR);
        assert_eq!(new(arrange(&late, &[market(0)])).1, Suspicions::NONE);
    }
}
