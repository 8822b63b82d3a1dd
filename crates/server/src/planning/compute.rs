//! Computing a plan in a thread of its own that gives way to everything else.

use super::{REPORT, TABLES, scenario};
use bluezone_domain::outbreak_plan::OutbreakPlan;
use bluezone_planner::plan::{
    Error as FolderError, Folder, Progress, Summary, days_csv, run, runs_parquet, seeds_csv, summary_csv,
};
use bluezone_planner::{ScenarioError, report};
use std::error::Error;
use std::path::Path;
use std::{fs, io};
use thiserror::Error;

/// Why a plan broke off.
#[derive(Debug, Error)]
pub enum ComputeError {
    /// The planner refuses it.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// Its folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The table of all runs.
    #[error("the table of runs: {0}")]
    Table(Box<dyn Error + Send + Sync>),
    /// The thread.
    #[error("the thread: {0}")]
    Thread(io::Error),
    /// A defect.
    #[error("it panicked")]
    Panicked,
}

/// Names and contents.
pub type Files = Vec<(&'static str, Vec<u8>)>;

/// Computes it from where the folder has it.
pub fn compute(
    plan: &OutbreakPlan,
    folder: &Path,
    tell: impl Fn(Progress) + Sync,
) -> Result<Files, ComputeError> {
    give_way();
    let text = scenario::complete(&plan.terms, plan.province);
    let plan = scenario::plan(&plan.terms, plan.province)?;
    let opened = match Folder::open(folder, &plan) {
        // Begun by a version with other parameters.
        Err(FolderError::OtherPlan(_)) => {
            discard(folder);
            Folder::open(folder, &plan)?
        }
        opened => opened?,
    };
    // The other half is for those who use the server.
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(2));
    let outcomes = run(&plan, &opened, threads, tell)?;
    let summary = Summary::of(&plan, &outcomes);
    let table = runs_parquet(&plan, &outcomes).map_err(|error| ComputeError::Table(Box::new(error)))?;
    let [summary_name, days_name, seeds_name, runs_name, plan_name, scenario_name] = TABLES;
    Ok(vec![
        (REPORT, report::page(&plan, &summary).into_bytes()),
        (summary_name, summary_csv(&plan, &summary).into_bytes()),
        (days_name, days_csv(&plan, &summary).into_bytes()),
        (seeds_name, seeds_csv(&plan, &outcomes).into_bytes()),
        (runs_name, table),
        (plan_name, format!("{:#}\n", plan.record()).into_bytes()),
        (scenario_name, text.into_bytes()),
    ])
}

/// Takes the folder away. Whoever still computes finds no place for the next run and ends.
pub fn discard(folder: &Path) {
    let gone = folder.with_extension("gone");
    let moved = fs::rename(folder, &gone).and_then(|()| fs::remove_dir_all(&gone));
    if let Err(error) = moved.or_else(|error| match error.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    }) {
        tracing::warn!(%error, "a plan's folder is not removed");
    }
}

/// From now on this thread, and those that it starts, run when nobody else wants to.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(19) {
        tracing::debug!(%error, "a plan runs like everything else");
    }
}
