//! Plans for an outbreak: from what an officer ticked to the planner's scenario, and the job that computes it.

mod compute;
pub mod job;
mod scenario;

pub use compute::ComputeError;
pub use scenario::{DISEASES, MEASURES, plan, usual};

/// What a plan that is done leaves.
pub const REPORT: &str = "report.html";
/// Its tables and everything that decided them.
pub const TABLES: [&str; 5] = ["summary.csv", "days.csv", "runs.parquet", "plan.json", "scenario.toml"];
