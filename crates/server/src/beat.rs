//! The beat of the clock at which answers leave that must not tell by their time what was done for them.

use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// One answer's wait, counted from its request.
#[derive(Debug)]
pub struct Beat {
    began: Instant,
    every: Duration,
}

impl Beat {
    /// Starts to count. With `every_ms` 0 nothing ever waits: for tests.
    pub fn start(every_ms: u64) -> Self {
        Beat { began: Instant::now(), every: Duration::from_millis(every_ms) }
    }

    /// Waits for the next multiple of the beat: what happened since the start is hidden in the wait.
    pub async fn wait(self) {
        if !self.every.is_zero() {
            sleep_until(self.began + next_multiple(self.began.elapsed(), self.every)).await;
        }
    }
}

/// The first multiple of `every` (not zero) at or after `elapsed`, at least one.
fn next_multiple(elapsed: Duration, every: Duration) -> Duration {
    let beats = elapsed.as_nanos().div_ceil(every.as_nanos()).max(1);
    every.saturating_mul(u32::try_from(beats).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_leave_at_multiples_of_the_beat() {
        let ms = Duration::from_millis;
        for (elapsed, expected) in [(0, 250), (1, 250), (250, 250), (251, 500), (1000, 1000), (1001, 1250)] {
            assert_eq!(next_multiple(ms(elapsed), ms(250)), ms(expected), "{elapsed}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn work_is_hidden_in_the_wait() {
        for (work_ms, left_ms) in [(0, 250), (17, 250), (249, 250), (260, 500)] {
            let began = Instant::now();
            let beat = Beat::start(250);
            tokio::time::advance(Duration::from_millis(work_ms)).await;
            beat.wait().await;
            assert_eq!(began.elapsed().as_millis(), left_ms, "{work_ms} ms of work");
        }
        let began = Instant::now();
        Beat::start(0).wait().await;
        assert!(began.elapsed().is_zero());
    }
}
