//! The machine's clock and generator: the only place that reads them.

use bluezone_protocol::time::{Clock, Timestamp};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rustix::time::{ClockId, clock_gettime};
use std::io::IsTerminal as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

/// What ends with the program: nothing without the feature `otel`.
pub struct Logging {
    #[cfg(feature = "otel")]
    _traces: Option<crate::telemetry::Traces>,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Default, Debug, clap::ValueEnum)]
pub enum LogFormat {
    /// For people
    #[default]
    Text,
    /// One object a line, for what gathers logs
    Json,
}

/// Logs to standard error; `RUST_LOG` chooses what, otherwise `default` does.
pub fn start_logging(default: &str, format: LogFormat) -> Logging {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let lines = tracing_subscriber::fmt::layer().with_target(false);
    // Colours are for people: a log in a file is read by programs too.
    let lines = lines.with_ansi(std::io::stderr().is_terminal()).with_writer(std::io::stderr);
    let lines = match format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let log = tracing_subscriber::registry().with(lines.with_filter(filter));
    #[cfg(feature = "otel")]
    let logging = {
        let traces = crate::telemetry::Traces::start();
        log.with(traces.as_ref().map(crate::telemetry::Traces::layer)).init();
        Logging { _traces: traces }
    };
    #[cfg(not(feature = "otel"))]
    let logging = {
        log.init();
        Logging {}
    };
    // Whatever `RUST_LOG` asks for: at its most talkative level the HTTP client writes down every byte that it sends and
    // receives, and those are keys, codes and tokens.
    log::set_max_level(log::LevelFilter::Debug);
    logging
}

/// The machine's clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
        let now = SystemTime::now();
        // Before 1970 the machine's clock is not set; 0 makes every check fail safe (nothing is valid yet).
        let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
        Timestamp(i64::try_from(seconds).unwrap_or(i64::MAX))
    }
}

/// For how long the machine has been running, sleep included: nobody sets this clock.
pub fn running() -> Duration {
    #[cfg(target_os = "linux")]
    const RUNNING: ClockId = ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    const RUNNING: ClockId = ClockId::Monotonic;
    let now = clock_gettime(RUNNING);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs() as u32)
}

/// A cryptographic generator seeded by the operating system.
pub fn os_rng() -> StdRng {
    #[expect(
        clippy::disallowed_types,
        reason = "the one place that reads the operating system's generator"
    )]
    use rand::rngs::SysRng;
    StdRng::try_from_rng(&mut SysRng)
        .expect("without the operating system's generator nothing can be kept secret")
}

/// Measures what a piece of work takes, to tell a person; nothing depends on it.
#[derive(Copy, Clone, Debug)]
pub struct Stopwatch(Spent);

/// Time that was taken.
#[derive(Copy, Clone, Debug)]
pub struct Spent {
    /// On the wall.
    pub wall: Duration,
    /// Of the processors, all threads of this process together.
    pub cpu: Duration,
}

impl Stopwatch {
    /// From now on.
    pub fn start() -> Self {
        let read = |clock| {
            let now = clock_gettime(clock);
            Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs() as u32)
        };
        Self(Spent { wall: read(ClockId::Monotonic), cpu: read(ClockId::ProcessCPUTime) })
    }

    /// Since then.
    pub fn spent(&self) -> Spent {
        let Self(now) = Self::start();
        Spent { wall: now.wall.saturating_sub(self.0.wall), cpu: now.cpu.saturating_sub(self.0.cpu) }
    }
}
