//! Plans for an outbreak: from what an officer ticked to the planner's scenario, and the job that computes it.

mod compute;
pub mod job;
mod scenario;
mod summary;

pub use compute::ComputeError;
pub use scenario::{MEASURES, Sweep, plan, terms, usual};
pub use summary::{Seeds, Step, difference, seeds, steps};

/// What a plan that is done leaves.
pub const REPORT: &str = "report.html";
/// The table with a row for each step of adoption.
pub const SUMMARY: &str = "summary.csv";
/// The table with a row for each run.
pub const SEEDS: &str = "seeds.csv";
/// Its tables and everything that decided them.
pub const TABLES: [&str; 6] = [SUMMARY, "days.csv", SEEDS, "runs.parquet", "plan.json", "scenario.toml"];
