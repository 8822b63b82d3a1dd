//! Working days and the ends of legal terms.
//!
//! Terms are counted as the Civil Code of 2015 has it: the day of the event does not count (Art. 147.2), the term ends with
//! its last day, at midnight of Vietnam's clock (Art. 148.6), and where that is a Saturday, a Sunday or a holiday, with the
//! next working day (Art. 148.5).
//!
//! Holidays follow from Art. 112 of the Labour Code, but which days Tết takes and which working days are exchanged is
//! announced each year, so they are data with a year. What is here was taken from the `holidays` package for Python, version
//! 0.109 (MIT), which cites the announcements; an operator adds what is announced later.

use crate::Timestamp;
use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Vietnam's clock is ahead of UTC by so many seconds.
const OFFSET_S: i64 = 7 * 3600;
const DAY_S: i64 = 86_400;

/// Days off from Monday to Friday, as `YYYYMMDD`. For 2027 the exchanged days were not announced yet.
const HOLIDAYS: [u32; 25] = [
    20260101, 20260216, 20260217, 20260218, 20260219, 20260220, 20260427, 20260430, 20260501, 20260831,
    20260901, 20260902, 20261124, // 2026
    20270101, 20270204, 20270205, 20270208, 20270209, 20270210, 20270416, 20270430, 20270503, 20270902,
    20270903, 20271124, // 2027
];
/// Saturdays and Sundays that are worked for an exchanged day.
const WORKED: [u32; 1] = [20260822];

/// What an operator adds to the calendar.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Announced {
    /// More days off.
    pub holidays: BTreeSet<NaiveDate>,
    /// More Saturdays and Sundays that are worked, and holidays that are none after all.
    pub worked: BTreeSet<NaiveDate>,
}

/// Which days are worked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Calendar {
    holidays: BTreeSet<NaiveDate>,
    worked: BTreeSet<NaiveDate>,
}

impl Default for Calendar {
    fn default() -> Self {
        Calendar::new(&Announced::default())
    }
}

impl Calendar {
    /// The calendar with what was announced since.
    pub fn new(announced: &Announced) -> Calendar {
        let known = |days: &[u32]| days.iter().copied().filter_map(date).collect::<BTreeSet<_>>();
        let worked = known(&WORKED).union(&announced.worked).copied().collect();
        let holidays = known(&HOLIDAYS).union(&announced.holidays).copied().collect();
        Calendar { holidays, worked }
    }

    /// Whether public bodies work that day.
    pub fn is_worked(&self, day: NaiveDate) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        self.worked.contains(&day) || !(weekend || self.holidays.contains(&day))
    }

    /// The instant at which a term of so many days ends that began with an event.
    pub fn end_of_days(&self, event: Timestamp, days: u16) -> Timestamp {
        let mut last = after(day_of(event), u64::from(days));
        while !self.is_worked(last) {
            last = after(last, 1);
        }
        midnight_after(last)
    }

    /// The instant at which a term of so many working days ends that began with an event.
    pub fn end_of_working_days(&self, event: Timestamp, days: u16) -> Timestamp {
        let mut last = day_of(event);
        for _ in 0..days {
            last = after(last, 1);
            while !self.is_worked(last) {
                last = after(last, 1);
            }
        }
        midnight_after(last)
    }
}

/// The day of an instant on Vietnam's calendar.
pub fn day_of(at: Timestamp) -> NaiveDate {
    let days = (at.0 + OFFSET_S).div_euclid(DAY_S).clamp(-1_000_000, 1_000_000);
    NaiveDate::default() + chrono::Duration::days(days)
}

fn date(yyyymmdd: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt((yyyymmdd / 10_000) as i32, yyyymmdd / 100 % 100, yyyymmdd % 100)
}

fn after(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX)
}

/// The first instant of the next day in Vietnam.
fn midnight_after(day: NaiveDate) -> Timestamp {
    let days = day.signed_duration_since(NaiveDate::default()).num_days() + 1;
    Timestamp(days * DAY_S - OFFSET_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noon of a day in Vietnam.
    fn noon(day: &str) -> Timestamp {
        midnight_after(day.parse().unwrap()) - DAY_S / 2
    }

    fn last_day(end: Timestamp) -> String {
        day_of(end - 1).to_string()
    }

    #[test]
    fn terms_end_as_counted_by_hand() {
        let calendar = Calendar::default();
        let days = |event, days| last_day(calendar.end_of_days(noon(event), days));
        let working = |event, days| last_day(calendar.end_of_working_days(noon(event), days));
        // Two working days: over a weekend; over Tết; over the day off of 24 November.
        assert_eq!(working("2026-11-25", 2), "2026-11-27");
        assert_eq!(working("2026-11-27", 2), "2026-12-01");
        assert_eq!(working("2026-02-13", 2), "2026-02-24");
        assert_eq!(working("2026-11-23", 2), "2026-11-26");
        // Saturday 22 August 2026 was worked for Monday the 31st.
        assert_eq!(working("2026-08-21", 1), "2026-08-22");
        assert_eq!(working("2026-08-28", 1), "2026-09-03");
        // Ten, fifteen and twenty days: as they fall, or to the next working day.
        assert_eq!(days("2026-11-25", 10), "2026-12-07", "the tenth is a Saturday");
        assert_eq!(days("2026-11-25", 15), "2026-12-10");
        assert_eq!(days("2026-11-25", 20), "2026-12-15");
        assert_eq!(days("2026-02-06", 10), "2026-02-23", "the tenth is the Monday of Tết");
        assert_eq!(days("2026-04-20", 10), "2026-05-04", "30 April, 1 May and the weekend");
        assert_eq!(days("2027-01-25", 10), "2027-02-11", "Tết of 2027");
    }

    #[test]
    fn a_term_ends_at_midnight_of_vietnam() {
        let end = Calendar::default().end_of_days(noon("2026-11-25"), 1);
        assert_eq!(end.0, 1_795_712_400, "2026-11-26T17:00:00Z");
        // One second before midnight is still the day before.
        assert_eq!(day_of(end - 1).to_string(), "2026-11-26");
        assert_eq!(day_of(end).to_string(), "2026-11-27");
    }

    #[test]
    fn what_is_announced_later_counts() {
        let announced = Announced {
            holidays: ["2028-01-03".parse().unwrap()].into(),
            worked: ["2027-09-03".parse().unwrap()].into(),
        };
        let calendar = Calendar::new(&announced);
        assert!(!calendar.is_worked("2028-01-03".parse().unwrap()));
        assert!(calendar.is_worked("2027-09-03".parse().unwrap()));
        assert!(!Calendar::default().is_worked("2027-09-03".parse().unwrap()));
    }

    #[test]
    fn no_instant_is_too_far() {
        for at in [i64::MIN / 2, -1, 0, i64::MAX / 2] {
            day_of(Timestamp(at));
        }
    }
}
