//! The outbreak planner: an agent-based epidemic in which the product's own measures can be switched on, to answer
//! what adoption, delay and compliance would do to an outbreak.
//!
//! Shape of the model: people live in households, work or learn in a small-world network and meet at random; a day is
//! the unit of time. It follows OpenABM-Covid19 (Hinch et al., PLoS Comput Biol 2021, 17(7): e1009146), against which
//! it is validated, but no contact is stored: whom somebody met on a day is a pure function of (seed, network, day)
//! and is evaluated for the infectious and for the traced only. Every random number is a function of (seed, purpose,
//! person, day), so a result depends neither on threads nor on the order of events.
//!
//! ```
//! use bluezone_planner::{Parameters, Simulation, Town};
//! let mut parameters = Parameters { population: 2_000, days: 30, ..Parameters::default() };
//! parameters.measures.adoption = 0.6;
//! let town = Town::build(&parameters);
//! let run = Simulation::new(&parameters, &town).run();
//! assert_eq!(run.days.len(), 30);
//! ```

mod calendar;
mod claims;
mod contacts;
mod course;
mod distribution;
mod households;
mod measures;
mod mixing;
mod occupation;
mod parameters;
mod permutation;
pub mod plan;
mod presence;
mod random;
pub mod replay;
pub mod report;
mod rings;
mod scenario;
mod simulation;
mod state;
mod town;
mod tracing;
mod transmission;
mod zones;

pub use contacts::{Contact, Setting};
pub use parameters::{
    AGE_BANDS, Disease, InfectiousDays, Manual, Measures, Parameters, Phase, Problem, Quarantine, Society,
    Time, Unit, Venues, Zones,
};
pub use random::{Philox, Stream};
pub use scenario::{Costs, Error as ScenarioError, Province, Scenario};
pub use simulation::{Day, Infection, Run, Simulation};
pub use town::Town;
