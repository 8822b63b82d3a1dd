//! The comparison for spreadsheets, and for another plan.

use std::fmt::Write as _;

use super::{Measure, Replay};

/// One row a measure.
#[must_use]
pub fn replay_csv(replay: &Replay) -> String {
    let mut csv = "measure,assumed,replayed,low,high,people,differs\n".to_owned();
    for row in &replay.rows {
        let _ = writeln!(
            csv,
            "{},{:.4},{:.4},{:.4},{:.4},{},{}",
            row.measure.code(),
            row.assumed,
            row.replayed,
            row.low,
            row.high,
            row.of,
            row.differs()
        );
    }
    csv
}

/// What the phones did as a piece of a scenario file, to plan with that instead of what is assumed. A kind that nobody had is left
/// out; the delay is in whole days.
#[must_use]
pub fn replay_toml(replay: &Replay) -> String {
    let mut toml =
        "# What a replay with real phones found; people's hesitation is not in the delay.\n[measures]\n"
            .to_owned();
    for row in &replay.rows {
        let found = row.replayed;
        let _ = match row.measure {
            Measure::Detection => writeln!(toml, "detection = {found:.4}"),
            Measure::FalseWarnings => writeln!(toml, "false_warnings = {found:.4}"),
            Measure::Delay => writeln!(toml, "warning_delay = {:.0}", found.max(0.0)),
            Measure::Warned | Measure::WarnedOfPublished | Measure::NearNobody => Ok(()),
        };
    }
    toml
}
