use bluezone_codes::visit::{Ending, Stay, day_end, day_start, overlaps};
use bluezone_protocol::time::{DAY_S, Timestamp};
use proptest::prelude::*;

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;
/// 8 o'clock in the morning in Vietnam, 1 o'clock UTC.
const MORNING: Timestamp = Timestamp(1_700_010_000);

fn stay(from: i64, to: i64) -> Stay {
    Stay { from: MORNING + from, to: MORNING + to, ending: Ending::Button }
}

#[test]
fn fifty_nine_minutes_apart_counts_and_sixty_one_does_not() {
    let case = stay(0, HOUR);
    for (minutes, counts) in [(0, true), (59, true), (60, true), (61, false), (600, false)] {
        let after = stay(HOUR + minutes * MINUTE, 20 * HOUR);
        let before = stay(-20 * HOUR, -minutes * MINUTE);
        for other in [after, before] {
            assert_eq!(overlaps(&case, &other, HOUR), counts, "{minutes} {other:?}");
            assert_eq!(overlaps(&other, &case, HOUR), counts, "the other way round");
        }
    }
    assert!(overlaps(&case, &stay(10 * MINUTE, 20 * MINUTE), 0), "one within the other");
    assert!(!overlaps(&case, &stay(HOUR + 1, 2 * HOUR), -5), "no margin is less than none");
}

#[test]
fn a_stay_ends_by_dwell_or_midnight_or_whatever_is_earlier() {
    assert_eq!(day_start(MORNING), MORNING - 8 * HOUR);
    assert_eq!(day_end(MORNING), MORNING + 16 * HOUR);
    assert_eq!(day_end(day_start(MORNING)), day_start(MORNING) + DAY_S, "midnight begins a day");
    let shop = Stay::begin(MORNING, HOUR);
    assert_eq!((shop.to, shop.ending), (MORNING + HOUR, Ending::Dwell));
    let late = Stay::begin(MORNING + 15 * HOUR + 30 * MINUTE, HOUR);
    assert_eq!((late.to, late.ending), (MORNING + 16 * HOUR, Ending::Midnight));
    assert!(shop.is_open(MORNING) && shop.is_open(MORNING + HOUR - 1));
    assert!(!shop.is_open(MORNING + HOUR) && !shop.is_open(MORNING - 1));

    let left = shop.end(MORNING + 10 * MINUTE, Ending::Button).unwrap();
    assert_eq!((left.to, left.ending), (MORNING + 10 * MINUTE, Ending::Button));
    assert_eq!(left.end(MORNING + 10 * MINUTE, Ending::Button), None, "once");
    assert_eq!(left.end(MORNING + 5 * MINUTE, Ending::Scan), None, "said is said");
    assert_eq!(shop.end(MORNING + 2 * HOUR, Ending::Scan), None, "it was over by then");
    assert_eq!(shop.end(MORNING - 1, Ending::Scan), None, "before it began");

    let followed = shop.followed_by(MORNING + 20 * MINUTE);
    assert_eq!((followed.to, followed.ending), (MORNING + 20 * MINUTE, Ending::NextVisit));
    assert_eq!(followed.followed_by(MORNING + 5 * MINUTE).to, MORNING + 5 * MINUTE, "one between came late");
    assert_eq!(followed.followed_by(MORNING + 30 * MINUTE), followed);
    assert_eq!(shop.followed_by(MORNING), shop, "at once is not after");
    assert_eq!(left.followed_by(MORNING + 5 * MINUTE), left);
    assert!(left.contradicts(MORNING + 5 * MINUTE) && !left.contradicts(MORNING + 10 * MINUTE));
    assert!(!shop.contradicts(MORNING + 5 * MINUTE));
}

#[test]
fn endings_have_names() {
    for ending in Ending::ALL {
        assert_eq!(ending.as_str().parse(), Ok(ending));
    }
    assert!("Scan".parse::<Ending>().is_err());
}

proptest! {
    /// Whatever happens to a stay, in whatever order, it never ends later than its rule said when it began.
    #[test]
    fn a_stay_never_outlives_its_rule(
        from in any::<i32>(),
        dwell in -10..100_000_i64,
        happened in prop::collection::vec((-50_000..150_000_i64, 0..5_usize), 0..12),
    ) {
        let from = Timestamp(i64::from(from));
        let begun = Stay::begin(from, dwell);
        prop_assert!(begun.to >= from && begun.to <= day_end(from) && begun.to <= from + dwell.max(0));
        let mut stay = begun;
        for (at, ending) in happened {
            let at = from + at;
            stay = match Ending::ALL[ending] {
                Ending::NextVisit => stay.followed_by(at),
                ending => stay.end(at, ending).unwrap_or(stay),
            };
            prop_assert!(stay.from == begun.from && stay.from <= stay.to && stay.to <= begun.to);
        }
        prop_assert!(!stay.is_open(begun.to));
    }

    #[test]
    fn overlapping_is_mutual_and_grows_with_the_margin(
        a in (0..200_000_i64, 0..80_000_i64),
        b in (0..200_000_i64, 0..80_000_i64),
        margin in 0..10_000_i64,
    ) {
        let (a, b) = (stay(a.0, a.0 + a.1), stay(b.0, b.0 + b.1));
        prop_assert_eq!(overlaps(&a, &b, margin), overlaps(&b, &a, margin));
        prop_assert!(!overlaps(&a, &b, margin) || overlaps(&a, &b, margin + 1));
        let apart = (b.from - a.to).max(a.from - b.to);
        prop_assert_eq!(overlaps(&a, &b, margin), apart <= margin);
    }
}
