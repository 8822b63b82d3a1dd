//! `bluezone plan`: what adoption, delay and compliance would do to an outbreak in a province.

use super::{Refused, output, plan_replay};
use bluezone_planner::Scenario;
use bluezone_planner::plan::{
    Error as FolderError, Folder, Plan, Progress, Summary, days_csv, run as run_plan, runs_parquet,
    seeds_csv, summary_csv,
};
use bluezone_planner::report;
use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Flags of `bluezone plan`.
#[derive(clap::Args)]
pub struct Args {
    /// Province of 2025 by its code, 01 to 96; everything else as usual.
    #[arg(long, value_name = "CODE", required_unless_present_any = ["scenario", "compare"], conflicts_with_all = ["scenario", "compare"])]
    province: Option<String>,
    /// A scenario file: which province, which disease, what is done and when (docs/planner.md).
    #[arg(long, value_name = "FILE", conflicts_with = "compare")]
    scenario: Option<PathBuf>,
    /// Scenario files to set beside each other.
    #[arg(long, value_name = "FILE", num_args = 2..)]
    compare: Vec<PathBuf>,
    /// Shares of the population with the app in per cent: FROM..TO:STEP, or some separated by commas.
    #[arg(long, value_name = "PERCENT", default_value = "0..80:20")]
    adoption: Adoption,
    /// Runs of each step; more of them narrow the ranges.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    seeds: u32,
    /// Most people to simulate; each stands for several of a larger province.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1_000..))]
    agents: u32,
    /// Simulate every single person of the province.
    #[arg(long, conflicts_with = "agents")]
    full: bool,
    /// Threads; without it as many as the machine has. The result is the same.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Give so many people of a run real phones on a simulated air, and compare their warnings with what is assumed.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..=2_000))]
    replay: Option<u16>,
    /// Days of the run that they play.
    #[arg(long, value_name = "D", default_value_t = 14, requires = "replay", value_parser = clap::value_parser!(u16).range(2..=60))]
    replay_days: u16,
    /// Folder for report.html, summary.csv, days.csv, seeds.csv, runs.parquet. Started again with the same arguments, it goes on where
    /// it was.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Print the summary as JSON.
    #[arg(long)]
    json: bool,
}

/// Shares of the population, ascending.
#[derive(Clone, Debug, PartialEq)]
struct Adoption(Vec<f64>);

impl FromStr for Adoption {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |part: &str| {
            let value: u32 = part.trim().parse().map_err(|_| format!("{part:?} is not a whole number"))?;
            if value > 100 { Err(format!("{value} %: more than everybody")) } else { Ok(value) }
        };
        let mut all = Vec::new();
        for part in text.split(',') {
            match part.split_once("..") {
                None => all.push(number(part)?),
                Some((from, rest)) => {
                    let (to, step) = rest.split_once(':').unwrap_or((rest, "10"));
                    let step = number(step)?;
                    if step == 0 {
                        return Err("a step of 0 never arrives".to_owned());
                    }
                    all.extend((number(from)?..=number(to)?).step_by(step as usize));
                }
            }
        }
        all.sort_unstable();
        all.dedup();
        if all.is_empty() {
            return Err("the range is empty".to_owned());
        }
        Ok(Self(all.into_iter().map(|percent| f64::from(percent) / 100.0).collect()))
    }
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    let plan = asked(&args)?;
    let folder = Folder::open(&args.out, &plan).map_err(|error| match error {
        FolderError::OtherPlan(_) => anyhow::Error::new(Refused(error.to_string())),
        error => error.into(),
    })?;
    let threads = args
        .threads
        .map_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get), usize::from);
    let shown = Shown::new();
    let outcomes = run_plan(&plan, &folder, threads, |progress| shown.tell(progress))?;
    let summary = Summary::of(&plan, &outcomes);
    folder.write("summary.csv", summary_csv(&plan, &summary).as_bytes())?;
    folder.write("days.csv", days_csv(&plan, &summary).as_bytes())?;
    folder.write("seeds.csv", seeds_csv(&plan, &outcomes).as_bytes())?;
    folder.write("runs.parquet", &runs_parquet(&plan, &outcomes)?)?;
    // Whoever waits for a replay has the rest already.
    folder.write("report.html", report::page(&plan, &summary).as_bytes())?;
    let replayed = match args.replay {
        Some(phones) => Some(plan_replay::of(&plan, &folder, &args.out, phones.into(), args.replay_days)?),
        // One that the folder holds is of this plan too.
        None => plan_replay::found(&args.out),
    };
    if let Some(replay) = &replayed {
        folder.write("report.html", report::page_with_replay(&plan, &summary, replay).as_bytes())?;
    }
    if args.json {
        return output::print(|to| {
            let cells = &summary.cells;
            let all = serde_json::json!({ "out": args.out, "plan": plan.record(), "cells": cells, "replay": replayed });
            Ok(writeln!(to, "{all:#}")?)
        });
    }
    print(&plan, &summary)?;
    if let Some(replay) = &replayed {
        plan_replay::print(replay)?;
    }
    output::print(|to| Ok(writeln!(to, "{}", args.out.join("report.html").display())?))
}

/// What is to be run; whatever can be known to be wrong is refused before anything is.
fn asked(args: &Args) -> Result<Plan, Refused> {
    let agents = if args.full { u32::MAX } else { args.agents };
    let mut scenarios = Vec::new();
    if let Some(province) = &args.province {
        scenarios.push(Scenario::usual(province, agents).map_err(|error| Refused(error.to_string()))?);
    }
    for path in args.scenario.iter().chain(&args.compare) {
        let shown = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Refused(format!("cannot read {shown}: {error}")))?;
        let mut scenario =
            Scenario::read(&text, agents).map_err(|error| Refused(format!("{shown}: {error}")))?;
        if scenario.name.is_empty() {
            scenario.name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        }
        scenarios.push(scenario);
    }
    let days = scenarios.first().map(|scenario| scenario.parameters.days);
    if scenarios.iter().any(|scenario| Some(scenario.parameters.days) != days) {
        let why = "the scenarios have different numbers of days: nothing could be set beside anything";
        return Err(Refused(why.to_owned()));
    }
    let plan = Plan { scenarios, adoption: args.adoption.0.clone(), seeds: args.seeds };
    if args.replay.is_some() {
        plan_replay::possible(&plan)?;
    }
    Ok(plan)
}

fn print(plan: &Plan, summary: &Summary) -> anyhow::Result<()> {
    output::print(|to| {
        for (number, scenario) in plan.scenarios.iter().enumerate() {
            writeln!(to, "{} {}", scenario.province.name, scenario.name)?;
            writeln!(
                to,
                "{:>8} {:>24} {:>10} {:>24}",
                "adoption", "infected", "averted", "days of isolation"
            )?;
            for cell in summary.steps(number) {
                let averted = cell.effect.as_ref().map_or(0.0, |effect| effect.averted_share.mean);
                let range = |band: bluezone_planner::plan::Band| {
                    format!("{:.0} [{:.0}, {:.0}]", band.mean, band.low, band.high)
                };
                writeln!(
                    to,
                    "{:>7.0}% {:>24} {:>9.1}% {:>24}",
                    cell.adoption * 100.0,
                    range(cell.infections),
                    averted * 100.0,
                    range(cell.isolation_days)
                )?;
            }
        }
        Ok(())
    })
}

/// The line about how far it is, on standard error.
struct Shown {
    started: Instant,
    terminal: bool,
    /// Tenths that have been told where there is no terminal.
    told: Mutex<usize>,
}

impl Shown {
    fn new() -> Self {
        Self { started: now(), terminal: std::io::stderr().is_terminal(), told: Mutex::new(0) }
    }

    fn tell(&self, progress: Progress) {
        let Progress { done, found, of } = progress;
        let mut line = format!("{done} of {of} runs");
        if done == found && found > 0 {
            line += &format!(", {found} of them found finished");
        }
        if done > found && done < of {
            let each = now().duration_since(self.started) / (done - found) as u32;
            line += &format!(", about {} left", spoken(each * (of - done) as u32));
        }
        let mut told = self.told.lock().expect("no thread panics while it prints");
        let mut err = std::io::stderr().lock();
        // Nothing can be done about a terminal that is gone.
        let _ = if self.terminal {
            write!(err, "\r\x1b[K{line}{}", if done == of { "\n" } else { "" })
        } else if done * 10 / of >= *told || done == of {
            *told = done * 10 / of + 1;
            writeln!(err, "{line}")
        } else {
            Ok(())
        };
        let _ = err.flush();
    }
}

fn spoken(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..=99 => format!("{seconds} s"),
        seconds @ 100..=5_999 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3_600),
    }
}

#[expect(clippy::disallowed_methods, reason = "a stopwatch for the time that is left")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adoption_is_a_range_or_a_list_of_possible_shares() {
        assert_eq!("0..80:40".parse(), Ok(Adoption(vec![0.0, 0.4, 0.8])));
        assert_eq!("60,20".parse(), Ok(Adoption(vec![0.2, 0.6])));
        for wrong in ["140", "0..140:10", "0..80:0", "80..0:10", "-5", "ten", ""] {
            assert!(wrong.parse::<Adoption>().is_err(), "{wrong}");
        }
    }
}
