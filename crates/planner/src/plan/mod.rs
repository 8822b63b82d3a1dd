//! A plan: scenarios × adoption × measures left out × seeds, run on all cores, kept run by run, summed up.

mod folder;
mod lever;
mod outcome;
mod record;
mod run;
mod summary;
mod tables;

use crate::parameters::{Measures, Parameters};
use crate::scenario::Scenario;
pub use folder::{Error, Folder};
pub use lever::Lever;
pub use outcome::{Outcome, Row};
pub use record::{Basis, VERSION};
pub use run::{Progress, run};
pub(crate) use summary::unfinished;
pub use summary::{Band, Cell as CellSummary, Curve, Effect, Summary};
pub use tables::{days_csv, runs_parquet, seeds_csv, summary_csv};

/// What is to be run.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The scenarios that are compared, at least one.
    pub scenarios: Vec<Scenario>,
    /// Shares of the population with the app, ascending.
    pub adoption: Vec<f64>,
    /// Runs a cell: seeds 1, 2, ….
    pub seeds: u32,
}

/// One set of runs that differ by their seed alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Which scenario.
    pub scenario: usize,
    /// Share of the population with the app.
    pub adoption: f64,
    /// The measure that is left out, if any.
    pub without: Option<Lever>,
    /// With seed 0.
    pub parameters: Parameters,
}

impl Plan {
    /// The adoption at which measures are left out one by one: the one in the middle.
    #[must_use]
    pub fn reference(&self) -> f64 {
        self.adoption.get(self.adoption.len() / 2).copied().unwrap_or(0.0)
    }

    /// All cells: each scenario at each adoption, then each measure left out.
    #[must_use]
    pub fn cells(&self) -> Vec<Cell> {
        let mut cells = Vec::new();
        for (number, scenario) in self.scenarios.iter().enumerate() {
            for &adoption in &self.adoption {
                let parameters = scenario.with_adoption(adoption).parameters;
                cells.push(Cell { scenario: number, adoption, without: None, parameters });
            }
            let adoption = self.reference();
            let full = scenario.with_adoption(adoption).parameters;
            for lever in Lever::ALL {
                let mut parameters = full.clone();
                for_all_measures(&mut parameters, |measures| lever.switch_off(measures));
                if parameters != full {
                    cells.push(Cell { scenario: number, adoption, without: Some(lever), parameters });
                }
            }
        }
        cells
    }
}

fn for_all_measures(parameters: &mut Parameters, mut change: impl FnMut(&mut Measures)) {
    change(&mut parameters.measures);
    parameters.phases.iter_mut().for_each(|phase| change(&mut phase.measures));
}
