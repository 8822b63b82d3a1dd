use bluezone_protocol::time::{Clock, IntervalNumber, ManualClock, Timestamp};

#[test]
fn intervals_and_days_are_floors() {
    assert_eq!(Timestamp(1_585_785_600).interval(), IntervalNumber(2_642_976));
    assert_eq!(Timestamp(1_585_786_199).interval(), IntervalNumber(2_642_976));
    assert_eq!(Timestamp(1_585_786_200).interval(), IntervalNumber(2_642_977));
    assert_eq!(IntervalNumber(2_642_976).start(), Timestamp(1_585_785_600));
    assert_eq!(IntervalNumber(2_642_976 + 143).day_start(), IntervalNumber(2_642_976));
    assert_eq!(IntervalNumber(2_642_976 + 144).day_start(), IntervalNumber(2_642_976 + 144));
    assert_eq!(Timestamp(86_399).day_start(), Timestamp(0));
    assert_eq!(Timestamp(-1).day_start(), Timestamp(-86_400));
}

#[test]
fn nothing_wraps_at_the_ends_of_time() {
    assert_eq!(Timestamp(i64::MIN).interval(), IntervalNumber(0));
    assert_eq!(Timestamp(i64::MAX).interval(), IntervalNumber(u32::MAX));
    assert_eq!(Timestamp(i64::MIN).day_start(), Timestamp(i64::MIN));
    assert_eq!(Timestamp(i64::MAX) + 1, Timestamp(i64::MAX));
    assert_eq!(Timestamp(i64::MIN) - 1, Timestamp(i64::MIN));
    assert_eq!(Timestamp(i64::MIN) - Timestamp(i64::MAX), i64::MIN);
    assert_eq!(IntervalNumber(u32::MAX) + 1, IntervalNumber(u32::MAX));
    assert_eq!(IntervalNumber(0) - 1, IntervalNumber(0));
    assert_eq!(IntervalNumber(0) - IntervalNumber(u32::MAX), -i64::from(u32::MAX));
    assert_eq!(IntervalNumber(u32::MAX).start().interval(), IntervalNumber(u32::MAX));
}

#[test]
fn a_manual_clock_moves_only_when_told() {
    let clock = ManualClock::new(Timestamp(100));
    assert_eq!(clock.now(), Timestamp(100));
    assert_eq!(clock.advance(50), Timestamp(150));
    clock.set(Timestamp(7));
    assert_eq!(clock.now(), Timestamp(7));
}
