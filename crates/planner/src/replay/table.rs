//! The comparison for spreadsheets, and for another plan.

use std::fmt::Write as _;

use super::compare::ENOUGH;
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

/// What the phones did as a piece of a scenario file, to plan with that instead of what is assumed, with 95 % intervals as comments. A kind
/// that nobody had is left out, and one that fewer than [`ENOUGH`] people had is a comment; the delay is in whole days.
#[must_use]
pub fn replay_toml(replay: &Replay) -> String {
    let mut toml = format!(
        "# What a replay with real phones found; people's hesitation is not in the delay. What rests on fewer than\n\
         # {ENOUGH} people is left out: the scenario keeps what is assumed.\n[measures]\n"
    );
    for row in &replay.rows {
        let found = row.replayed;
        let line = match row.measure {
            Measure::Detection => format!("detection = {found:.4}"),
            Measure::FalseWarnings => format!("false_warnings = {found:.4}"),
            Measure::Delay => format!("warning_delay = {:.0}", found.max(0.0)),
            Measure::Warned | Measure::WarnedOfPublished | Measure::NearNobody => continue,
        };
        let left_out = if row.tells() { "" } else { "# left out: " };
        let _ = writeln!(
            toml,
            "{left_out}{line} # {found:.4} [{:.4}, {:.4}], {} people",
            row.low, row.high, row.of
        );
    }
    toml
}

#[cfg(test)]
mod tests {
    use super::super::Row;
    use super::*;
    use crate::scenario::Scenario;

    #[test]
    fn what_rests_on_a_few_people_is_not_planned_with() {
        let row = |measure, replayed, of| Row { measure, assumed: 0.5, replayed, low: 0.2, high: 2.0, of };
        let replay = Replay::sample(vec![
            row(Measure::Detection, 0.978, 3),
            row(Measure::FalseWarnings, 1.345, 71),
            row(Measure::Delay, 0.09, 20),
        ]);
        let toml = replay_toml(&replay);
        assert!(
            toml.contains("\n# left out: detection = 0.9780 # 0.9780 [0.2000, 2.0000], 3 people\n"),
            "{toml}"
        );
        let usual = Scenario::read("", 1_000).expect("a scenario").parameters.measures;
        let planned = Scenario::read(&toml, 1_000).expect("a scenario").parameters.measures;
        assert_eq!((planned.detection, planned.false_warnings), (usual.detection, 1.345));
        assert_eq!(planned.warning_delay, 0);
    }
}
