//! What must hold whatever the parameters.

mod contacts;
mod limits;
mod measures;
mod parity;
mod plan;
mod replay;
mod rules;
mod scenario;

use bluezone_planner::{Measures, Parameters, Run, Simulation, Town};

/// A small town with the measures of the validation runs.
fn small(adoption: f64) -> Parameters {
    Parameters {
        population: 20_000,
        days: 120,
        infected_at_start: 100,
        measures: Measures::validation(adoption),
        ..Parameters::default()
    }
}

fn run(parameters: &Parameters) -> Run {
    Simulation::new(parameters, &Town::build(parameters)).run()
}
