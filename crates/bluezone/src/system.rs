//! The machine's clock and generator: the only place that reads them.

use tracing_subscriber::EnvFilter;

/// Logs to standard error; `RUST_LOG` chooses what (default: warnings, and `info` of our own crates).
pub fn start_logging() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,bluezone=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).init();
}
