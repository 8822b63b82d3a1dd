//! The published form of keys: what is said about a key is made so coarse that it tells its owner from nobody.
//!
//! Every whole day looks alike, every day cut short ends where an export period ends, every report of a type has one risk
//! level, and of the days since onset only the class of infectiousness remains. What is left of a key besides its bytes is
//! its [`Cell`]; a file holds as many keys in each cell, whoever reported.

mod cell;

pub use cell::{Cell, Change, Span, changes, first_types};

use crate::Timestamp;
use crate::publication::RevisableKey;
use bluezone_protocol::diagnosis::DiagnosisKey;
use bluezone_protocol::time::{DAY_S, INTERVAL_S};
use serde::{Deserialize, Serialize};

/// Keys of days before this many days ago are not published: no phone remembers contacts of them.
pub const OLDEST_DAYS: i64 = 14;
/// Fewest revised keys of a [`Change`] in a file.
pub const REVISED_FLOOR: usize = 2;
/// Of a file that covers a longer time only the last days matter: older keys are deleted.
const LONGEST_SPAN_S: i64 = (OLDEST_DAYS + 3) * DAY_S;

/// Days around the onset of symptoms that the disease profile calls equally infectious.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InfectiousDays {
    /// First day of the class, counted from the onset.
    pub from: i32,
    /// Last day of the class.
    pub to: i32,
    /// The day of the class that its keys are published with.
    pub published: i32,
}

/// The one class of contacts' keys: days since the first on which they may infect. All look alike, however long ago.
pub const CONTACT_DAYS: InfectiousDays = InfectiousDays { from: 0, to: 14, published: 1 };

/// How keys are published here: follows from the server's settings.
#[derive(Clone, Debug)]
pub struct Form {
    classes: Vec<InfectiousDays>,
    /// Days cut short end at multiples of this.
    slot_s: i64,
    embargo_s: i64,
}

impl Form {
    /// For files of this period and keys withheld this long, both in seconds.
    pub fn new(classes: &[InfectiousDays], export_period_s: i64, embargo_s: i64) -> Self {
        let slot_s = up(export_period_s.max(1), INTERVAL_S);
        Form { classes: classes.to_vec(), slot_s, embargo_s }
    }

    /// The published form of a key received at `now`; `None` if it is not published: it is not of one UTC day, its day is
    /// too long ago, or its owner was not infectious.
    ///
    /// A day becomes whole, from midnight to midnight; today, which its owner cut short, is extended to the end of the
    /// period that `now` lies in. No phone sends the identifiers that this adds: after publishing it begins a new key, and
    /// nobody knows them before the embargo is over.
    ///
    /// What a revision token vouches for is published already: it keeps its span, and is published whatever the onset is
    /// thought to be now, because it must be possible to withdraw it.
    pub fn publish(
        &self,
        key: DiagnosisKey,
        vouched: Option<&RevisableKey>,
        now: Timestamp,
    ) -> Option<DiagnosisKey> {
        let published = key.days_since_onset.and_then(|days| self.class(days));
        if key.start().day_start() < now.day_start() - OLDEST_DAYS * DAY_S {
            return None;
        }
        let span = match vouched {
            Some(vouched) => Span { start: vouched.rolling_start, period: vouched.rolling_period },
            None => {
                published?;
                self.span(&key, now)?
            }
        };
        Some(Cell { span, days_since_onset: published, report_type: key.report_type }.key(key.key))
    }

    fn class(&self, days: i32) -> Option<i32> {
        self.classes.iter().find(|class| (class.from..=class.to).contains(&days)).map(|class| class.published)
    }

    fn span(&self, key: &DiagnosisKey, now: Timestamp) -> Option<Span> {
        let day = key.start().day_start();
        let day_end = day + DAY_S;
        if key.end() > day_end {
            return None;
        }
        let used_until = key.end().max(now);
        let end = Timestamp(up(used_until.0, self.slot_s));
        let whole = key.end() == day_end || end >= day_end;
        Some(if whole { Span::whole(day) } else { Span::until(end) })
    }

    /// Representatives of the classes.
    pub fn days_since_onset(&self) -> impl Iterator<Item = i32> {
        self.classes.iter().map(|class| class.published)
    }

    /// Spans of the keys that a file of `(start, end]` may publish for the first time.
    pub fn spans(&self, start: Timestamp, end: Timestamp) -> Vec<Span> {
        self.whole_days(start, end).chain(self.slots(start, end)).collect()
    }

    /// Whole days whose embargo has ended by `released`, for a file that begins at `start`.
    pub fn whole_days(&self, start: Timestamp, released: Timestamp) -> impl Iterator<Item = Span> {
        // A key that came in the last second before `start` may have missed the file before.
        let first = (start.max(released - LONGEST_SPAN_S) - 1).day_start() - OLDEST_DAYS * DAY_S;
        let last = (released - self.embargo_s - DAY_S).day_start();
        (0..=(last - first).div_euclid(DAY_S)).map(move |day| Span::whole(first + day * DAY_S))
    }

    /// When the embargo on keys of this span ends.
    pub fn released(&self, span: Span) -> Timestamp {
        (span.start + span.period).start() + self.embargo_s
    }

    /// Days cut short whose embargo ends in the file. If none does, because midnight does, the one before: every file has
    /// one (unless periods are days), so that revised ones can come from any.
    pub fn slots(&self, start: Timestamp, end: Timestamp) -> Vec<Span> {
        let (after, until) = (start.max(end - LONGEST_SPAN_S) - self.embargo_s, end - self.embargo_s);
        let last = until - until.0.rem_euclid(self.slot_s);
        let slot = |number: i64| last - number * self.slot_s;
        let cut = |end: &Timestamp| *end != end.day_start();
        let mut slots: Vec<Span> =
            (0..).map(slot).take_while(|end| *end > after).filter(cut).map(Span::until).collect();
        if slots.is_empty() {
            slots.extend([slot(0), slot(1)].into_iter().find(cut).map(Span::until));
        }
        slots
    }
}

/// The smallest multiple of `step` that is not below `value`.
fn up(value: i64, step: i64) -> i64 {
    value + (-value).rem_euclid(step)
}

/// The smallest number on the ladder that holds `count`: `floor`, and half as much again each time.
pub fn rung(count: usize, floor: usize) -> usize {
    let mut rung = floor.max(1);
    while rung < count {
        rung = next(rung);
    }
    rung
}

/// The largest number on the ladder that `count` fills; `count` itself below the ladder.
pub fn rung_below(count: usize, floor: usize) -> usize {
    let mut rung = floor.max(1);
    if count < rung {
        return count;
    }
    while next(rung) <= count && rung < usize::MAX {
        rung = next(rung);
    }
    rung
}

fn next(rung: usize) -> usize {
    rung.saturating_add(rung.div_ceil(2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bluezone_protocol::diagnosis::ReportType;
    use bluezone_protocol::gaen::TemporaryExposureKey;
    use std::collections::BTreeSet;

    const HIGH: InfectiousDays = InfectiousDays { from: -2, to: 5, published: 1 };
    const STANDARD: InfectiousDays = InfectiousDays { from: 6, to: 14, published: 10 };
    const TODAY: Timestamp = Timestamp(19_676 * DAY_S);
    const HOUR: i64 = 3600;

    fn form() -> Form {
        Form::new(&[HIGH, STANDARD], 2 * HOUR, 2 * HOUR)
    }

    fn key(start: Timestamp, period: u32, days: i32) -> DiagnosisKey {
        DiagnosisKey {
            key: TemporaryExposureKey::from_bytes([1; 16]),
            rolling_start: start.interval(),
            rolling_period: period,
            transmission_risk: 7,
            report_type: ReportType::ConfirmedClinical,
            days_since_onset: Some(days),
        }
    }

    fn published(key: DiagnosisKey, now: Timestamp) -> Option<(Timestamp, u32, u8, Option<i32>)> {
        let key = form().publish(key, None, now)?;
        Some((key.start(), key.rolling_period, key.transmission_risk, key.days_since_onset))
    }

    #[test]
    fn whatever_a_phone_says_of_a_key_only_its_cell_is_left() {
        let yesterday = TODAY - DAY_S;
        let noon = TODAY + 12 * HOUR + 1234;
        let whole = Some((yesterday, 144, 4, Some(1)));
        // From midnight, from noon on because another key went before, until noon because the phone was then off.
        assert_eq!(published(key(yesterday, 144, 0), noon), whole);
        assert_eq!(published(key(yesterday + 12 * HOUR, 72, -2), noon), whole);
        assert_eq!(published(key(yesterday, 72, 5), noon), whole);
        // Today, cut short at 12:30; late by hours; begun at 11:00.
        let slot = |hour: u32| Some((TODAY, hour * 6, 4, Some(10)));
        assert_eq!(published(key(TODAY, 75, 6), noon), slot(14));
        assert_eq!(published(key(TODAY, 75, 14), noon + 5 * HOUR), slot(18));
        assert_eq!(published(key(TODAY + 11 * HOUR, 9, 6), noon), slot(14));
        assert_eq!(published(key(TODAY, 72, 6), TODAY + 12 * HOUR), slot(12));
        // To the end of the day: whole.
        assert_eq!(published(key(TODAY, 144, 6), noon), Some((TODAY, 144, 4, Some(10))));
        assert_eq!(published(key(TODAY, 139, 6), TODAY + 23 * HOUR), Some((TODAY, 144, 4, Some(10))));
    }

    #[test]
    fn what_could_warn_nobody_is_not_published() {
        let noon = TODAY + 12 * HOUR;
        assert_eq!(published(key(TODAY - DAY_S, 144, -3), noon), None, "not infectious yet");
        assert_eq!(published(key(TODAY - DAY_S, 144, 15), noon), None, "not any more");
        assert_eq!(published(key(TODAY - DAY_S + HOUR, 144, 0), noon), None, "of two days");
        assert!(published(key(TODAY - 14 * DAY_S, 144, 0), noon).is_some());
        assert_eq!(published(key(TODAY - 15 * DAY_S, 144, 0), noon), None, "forgotten by all");
    }

    #[test]
    fn what_was_published_keeps_its_span_and_can_always_be_withdrawn() {
        let day = TODAY - 3 * DAY_S;
        let key = DiagnosisKey { report_type: ReportType::Revoked, ..key(day, 75, -9) };
        let vouched = RevisableKey { rolling_period: 84, ..RevisableKey::from(&key) };
        let published = form().publish(key, Some(&vouched), TODAY).unwrap();
        assert_eq!(RevisableKey::from(&published), vouched);
        assert_eq!((published.transmission_risk, published.days_since_onset), (6, None));
    }

    /// Every key is released in a file that has a cell for it, at any time of any day.
    #[test]
    fn every_key_has_its_cell_in_the_file_that_publishes_it() {
        for period_s in [60, 600, 3600, 5400, 7200, 4 * HOUR, 12 * HOUR, DAY_S] {
            for embargo_s in [3600, 7200, 9000] {
                let form = Form::new(&[HIGH], period_s, embargo_s);
                for minute in (0..2 * 24 * 60).step_by(7) {
                    let now = TODAY + minute * 60 + 13;
                    for (start, end) in [
                        (now.day_start(), now.interval() + 1),
                        (now.day_start() - DAY_S, now.day_start().interval()),
                        (now.day_start() - 14 * DAY_S, (now.day_start() - 13 * DAY_S).interval()),
                    ] {
                        let period = u32::try_from(end - start.interval()).unwrap();
                        let key = form.publish(key(start, period, 0), None, now).unwrap();
                        let released = now.max(key.end() + embargo_s);
                        let file_end = Timestamp(up(released.0, period_s));
                        let spans = form.spans(file_end - period_s, file_end);
                        assert!(
                            spans.contains(&Cell::of(&key).span),
                            "{period_s} {embargo_s} {minute}: {key:?} of {spans:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_file_of_two_hours_has_a_fortnight_and_one_day_cut_short() {
        for hour in (0..24).step_by(2) {
            let spans = form().spans(TODAY + hour * HOUR, TODAY + (hour + 2) * HOUR);
            let (whole, cut): (Vec<Span>, Vec<Span>) = spans.into_iter().partition(|span| span.is_whole());
            assert!((14..=15).contains(&whole.len()), "{hour}: {}", whole.len());
            assert_eq!(cut.len(), 1, "{hour}");
        }
        let slot = form().slots(TODAY + 10 * HOUR, TODAY + 12 * HOUR);
        assert_eq!(slot, [Span { start: TODAY.interval(), period: 60 }]);
        let before_midnight = form().slots(TODAY, TODAY + 2 * HOUR);
        assert_eq!(before_midnight, [Span { start: (TODAY - DAY_S).interval(), period: 132 }]);
        // After a long pause no more than phones remember.
        assert!(form().spans(TODAY - 900 * DAY_S, TODAY).len() < 300);
    }

    #[test]
    fn rungs_are_few_and_hold_what_they_must() {
        let sizes: BTreeSet<usize> = (0..20_000).map(|count| rung(count, 8)).collect();
        assert_eq!(sizes.iter().take(5).copied().collect::<Vec<_>>(), [8, 12, 18, 27, 41]);
        for count in 0..20_000 {
            let above = rung(count, 8);
            assert!(above >= count && (above == 8 || 2 * above <= 3 * count + 1), "{count} -> {above}");
            let below = rung_below(count, 8);
            assert!(below <= count && (count < 8 || sizes.contains(&below)), "{count} -> {below}");
            assert!(count < 8 || rung(below, 8) == below && (above == below || next(below) == above));
        }
        assert_eq!((rung(0, 0), rung_below(0, 0)), (1, 0));
        assert_eq!(rung(usize::MAX, 150), usize::MAX);
    }
}
