//! `bluezone plan --replay`: kept beside the plan, and printed.

use super::{Refused, output};
use crate::replay::replay;
use anyhow::Context as _;
use bluezone_domain::disease;
use bluezone_planner::plan::{Folder, Plan};
use bluezone_planner::replay::{Replay, replay_csv, replay_toml};
use std::io::Write as _;
use std::path::Path;

/// Where it is kept.
const KEPT: &str = "replay.json";

/// Refuses what phones cannot play, before the runs are computed.
pub fn possible(plan: &Plan) -> Result<(), Refused> {
    let Some(scenario) = plan.scenarios.first() else { return Ok(()) };
    if !disease::is_on_phones(&scenario.disease) {
        let other = &scenario.disease;
        return Err(Refused(format!(
            "phones warn of COVID-19: a run of {other} cannot be replayed with them"
        )));
    }
    if plan.reference() <= 0.0 {
        let why = "nobody has the app at the middle adoption of the sweep: there is nothing to replay";
        return Err(Refused(why.to_owned()));
    }
    Ok(())
}

/// Plays it, unless the folder holds the same already.
pub fn of(plan: &Plan, folder: &Folder, out: &Path, asked: usize, days: u16) -> anyhow::Result<Replay> {
    if let Some(found) = found(out).filter(|found| found.asked == asked && found.days_asked == days) {
        return Ok(found);
    }
    let played = replay(plan, asked, days).context("the replay broke off")?;
    folder.write("replay.csv", replay_csv(&played).as_bytes())?;
    folder.write("replay.toml", replay_toml(&played).as_bytes())?;
    folder.write(KEPT, format!("{:#}\n", serde_json::json!(played)).as_bytes())?;
    Ok(played)
}

/// The one that the folder holds.
pub fn found(out: &Path) -> Option<Replay> {
    serde_json::from_slice(&std::fs::read(out.join(KEPT)).ok()?).ok()
}

/// The comparison as a table.
pub fn print(replay: &Replay) -> anyhow::Result<()> {
    output::print(|to| {
        writeln!(
            to,
            "\nreplayed with {} phones over {} days: {} contacts, {} of {} cases published",
            replay.phones, replay.days, replay.contacts, replay.published, replay.positives
        )?;
        writeln!(to, "{:<20} {:>8} {:>24} {:>7}", "", "assumed", "replayed", "people")?;
        for row in &replay.rows {
            let replayed = format!("{:.3} [{:.3}, {:.3}]", row.replayed, row.low, row.high);
            let differs = match (row.tells(), row.differs()) {
                (false, _) => "  too few to tell",
                (true, true) => "  differs",
                (true, false) => "",
            };
            let (name, assumed, of) = (row.measure.code(), row.assumed, row.of);
            writeln!(to, "{name:<20} {assumed:>8.3} {replayed:>24} {of:>7}{differs}")?;
        }
        Ok(())
    })
}
