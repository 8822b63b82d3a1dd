//! The comparison for spreadsheets.

use std::fmt::Write as _;

use super::Replay;

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
