//! A clock for a server on a machine whose own clock is set now and then, by a time server or by hand. It never goes back: what has
//! ended - a code, a session - does not begin again. And it does not leap ahead at once: whoever mistypes a year must not make
//! retention delete everything.

use bluezone_protocol::time::{Clock, Timestamp};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// More than a time server corrects in its stride, in seconds.
pub const LEAP_S: i64 = 300;
/// A leap ahead that lasts so long is meant.
const MEANT_AFTER: Duration = Duration::from_secs(3600);

/// The time by a clock that may be set, and by one that only runs: `running` says for how long.
pub struct SteadyClock<W, R> {
    wall: W,
    running: R,
    told: Mutex<Told>,
}

/// What was told last, and when that was.
#[derive(Clone, Copy)]
struct Told {
    time: Timestamp,
    at: Duration,
    /// Since when the wall's clock is far ahead.
    ahead_since: Option<Duration>,
}

impl<W: Clock, R: Fn() -> Duration> SteadyClock<W, R> {
    /// Begins with what the wall's clock says.
    pub fn new(wall: W, running: R) -> Self {
        let told = Told { time: wall.now(), at: running(), ahead_since: None };
        SteadyClock { wall, running, told: Mutex::new(told) }
    }

    /// It is no earlier than this, whatever the wall's clock says: something is known to have happened then.
    pub fn not_before(&self, time: Timestamp) {
        let mut told = self.lock();
        if told.time < time {
            *told = Told { time, at: (self.running)(), ahead_since: None };
        }
    }

    /// A time is whole whatever panicked while it was locked.
    fn lock(&self) -> std::sync::MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What to tell, and what the wall's clock says.
    fn look(&self) -> (Timestamp, Timestamp) {
        let mut told = self.lock();
        let (wall, at) = (self.wall.now(), (self.running)());
        let passed = i64::try_from(at.saturating_sub(told.at).as_secs()).unwrap_or(i64::MAX);
        let steady = told.time + passed;
        if wall - steady <= LEAP_S {
            // Set back, it stands still until the wall's clock has caught up.
            *told = Told { time: wall.max(told.time), at, ahead_since: None };
            return (told.time, wall);
        }
        let since = *told.ahead_since.get_or_insert(at);
        if at.saturating_sub(since) >= MEANT_AFTER {
            *told = Told { time: wall, at, ahead_since: None };
            return (wall, wall);
        }
        (steady, wall)
    }
}

impl<W: Clock, R: Fn() -> Duration + Send + Sync> Clock for SteadyClock<W, R> {
    fn now(&self) -> Timestamp {
        self.look().0
    }

    fn step(&self) -> Option<i64> {
        let (told, wall) = self.look();
        Some(wall - told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bluezone_protocol::time::ManualClock;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    const START: Timestamp = Timestamp(1_700_000_000);

    struct Machine {
        wall: Arc<ManualClock>,
        running: Arc<AtomicU64>,
        clock: Box<dyn Clock>,
    }

    struct Wall(Arc<ManualClock>);

    impl Clock for Wall {
        fn now(&self) -> Timestamp {
            self.0.now()
        }
    }

    fn machine() -> Machine {
        let (wall, running) = (Arc::new(ManualClock::new(START)), Arc::new(AtomicU64::new(7)));
        let runs = running.clone();
        let clock =
            SteadyClock::new(Wall(wall.clone()), move || Duration::from_secs(runs.load(Ordering::Relaxed)));
        Machine { wall, running, clock: Box::new(clock) }
    }

    impl Machine {
        fn wait(&self, seconds: u64) {
            self.running.fetch_add(seconds, Ordering::Relaxed);
            self.wall.advance(seconds as i64);
        }

        fn told(&self) -> i64 {
            self.clock.now() - START
        }
    }

    #[test]
    fn what_a_time_server_corrects_is_followed() {
        let machine = machine();
        machine.wait(10);
        assert_eq!((machine.told(), machine.clock.step()), (10, Some(0)));
        machine.wall.advance(LEAP_S);
        assert_eq!((machine.told(), machine.clock.step()), (10 + LEAP_S, Some(0)));
    }

    #[test]
    fn set_back_it_stands_still_until_the_wall_has_caught_up() {
        let machine = machine();
        machine.wait(10);
        machine.told();
        machine.wall.advance(-86_400);
        assert_eq!((machine.told(), machine.clock.step()), (10, Some(-86_400)));
        machine.wait(86_399);
        assert_eq!(machine.told(), 10);
        machine.wait(5);
        assert_eq!((machine.told(), machine.clock.step()), (14, Some(0)));
    }

    #[test]
    fn a_leap_ahead_is_believed_when_it_lasts() {
        let machine = machine();
        machine.wall.advance(365 * 86_400);
        assert_eq!((machine.told(), machine.clock.step()), (0, Some(365 * 86_400)));
        machine.wait(3599);
        assert_eq!(machine.told(), 3599, "it runs on meanwhile");
        machine.wall.advance(-365 * 86_400);
        machine.wait(10);
        assert_eq!((machine.told(), machine.clock.step()), (3609, Some(0)), "a mistake that was mended");
        machine.wall.advance(7 * 86_400);
        machine.told();
        machine.wait(3600);
        assert_eq!(machine.told(), 7 * 86_400 + 7209);
    }
}
