//! What a phone can know about its own clock, which its owner or a false time server may move.

use bluezone_matching::TOLERANCE_S;
use bluezone_protocol::time::{DAY_S, IntervalNumber, Timestamp};
use serde::{Deserialize, Serialize};

/// A clock that moves ahead by more than this between two looks (seconds) was set, or the phone was off for long.
const JUMP_AHEAD_S: i64 = 2 * DAY_S;

/// After a jump nothing is deleted for this long (seconds), so that a clock set wrong for an hour destroys nothing.
const SETTLING_S: i64 = DAY_S;

/// A signed file says the time is at least its end. One further ahead than this (seconds) is a fault of the server's
/// clock and is not believed, or it would silence every phone.
const BELIEVABLE_AHEAD_S: i64 = 30 * DAY_S;

/// How far the clock can be trusted. Stored as a document.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ClockTrack {
    /// The clock at the last look; `None` before the first.
    last: Option<Timestamp>,
    /// Since when it ran without a jump.
    steady_since: Timestamp,
    /// The furthest it ever showed since it was last steady.
    highest: Timestamp,
    /// The latest moment that a verified export proves to have passed.
    proven: Timestamp,
}

impl ClockTrack {
    /// The track after a look at the clock.
    pub fn observe(&self, now: Timestamp) -> Self {
        let mut track = self.clone();
        match self.last {
            None => (track.steady_since, track.highest) = (now, now),
            Some(last) if now < last - TOLERANCE_S || now > last + JUMP_AHEAD_S => {
                track.steady_since = now;
            }
            Some(_) => {}
        }
        track.highest =
            if track.is_steady(now) { now.max(track.steady_since) } else { track.highest.max(now) };
        track.last = Some(now);
        track
    }

    /// The track after a verified export that ends at `end`.
    pub fn prove(&self, end: Timestamp, now: Timestamp) -> Self {
        let believable = end <= now + BELIEVABLE_AHEAD_S;
        Self { proven: if believable { self.proven.max(end) } else { self.proven }, ..self.clone() }
    }

    /// Whether the clock ran without a jump for so long that old data may be deleted by it. A phone that was never
    /// looked at before has nothing to lose.
    pub fn is_steady(&self, now: Timestamp) -> bool {
        self.last.is_none() || now - self.steady_since >= SETTLING_S
    }

    /// Whether the clock is provably behind: what is heard now would be filed in a past that others can already
    /// imitate, since the keys of that time are public.
    pub fn is_behind(&self, now: Timestamp) -> bool {
        now + TOLERANCE_S < self.proven
    }

    /// The latest interval the clock showed.
    pub fn highest_interval(&self) -> IntervalNumber {
        self.highest.interval()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp(1_640_080_000);

    #[test]
    fn a_jump_of_either_direction_stops_deletion_for_a_day() {
        let mut track = ClockTrack::default();
        for hour in 0..=48 {
            track = track.observe(NOON + hour * 3600);
        }
        let now = NOON + 48 * 3600;
        assert!(track.observe(now).is_steady(now));
        for jump in [-3 * 3600, 3 * DAY_S] {
            let mut jumped = track.observe(now + jump);
            assert!(!jumped.is_steady(now + jump), "{jump}");
            for hour in 0..24 {
                jumped = jumped.observe(now + jump + hour * 3600);
                assert!(!jumped.is_steady(now + jump + hour * 3600));
            }
            let later = now + jump + DAY_S;
            assert!(jumped.observe(later).is_steady(later));
        }
        let small = track.observe(now - 3600);
        assert!(small.is_steady(now - 3600), "an hour is a correction, not a jump");
    }

    #[test]
    fn the_highest_time_is_forgotten_once_the_clock_is_steady_again() {
        let ahead = ClockTrack::default().observe(NOON).observe(NOON + 40 * DAY_S);
        let back = ahead.observe(NOON + 600);
        assert_eq!(back.highest_interval(), (NOON + 40 * DAY_S).interval());
        let mut steady = back;
        for hour in 1..=25 {
            steady = steady.observe(NOON + 600 + hour * 3600);
        }
        assert_eq!(steady.highest_interval(), (NOON + 600 + 25 * 3600).interval());
    }

    #[test]
    fn a_signed_file_proves_the_time_within_reason() {
        let track = ClockTrack::default().observe(NOON).prove(NOON + 5 * DAY_S, NOON);
        assert!(track.is_behind(NOON));
        assert!(!track.is_behind(NOON + 5 * DAY_S - TOLERANCE_S));
        let absurd = ClockTrack::default().observe(NOON).prove(NOON + 31 * DAY_S, NOON);
        assert!(!absurd.is_behind(NOON));
    }
}
