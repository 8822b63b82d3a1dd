//! Standard output of the tools.

use anyhow::Context as _;
use bluezone_protocol::time::Timestamp;
use chrono::{DateTime, FixedOffset};
use std::io::{self, BufWriter, StdoutLock, Write as _};

/// Lets `write` write to standard output. Whoever reads only the beginning (`| head`) has got what they wanted: a
/// closed pipe is no error.
pub fn print(
    write: impl FnOnce(&mut BufWriter<StdoutLock<'static>>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let written = write(&mut out).and_then(|()| out.flush().context("cannot write to standard output"));
    match written {
        Err(error) if is_closed_pipe(&error) => Ok(()),
        result => result,
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// A moment as people in Vietnam read it: `2021-06-01 07:00:00 +07:00`. What no calendar holds stays a number.
pub fn vietnam_time(time: Timestamp) -> String {
    let zone = FixedOffset::east_opt(7 * 3600).expect("seven hours are a valid offset");
    match DateTime::from_timestamp(time.0, 0) {
        Some(time) => time.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S %:z").to_string(),
        None => time.0.to_string(),
    }
}
