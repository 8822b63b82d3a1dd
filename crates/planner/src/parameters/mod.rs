//! What a scenario consists of. The numbers and their sources stand in `parameters/parameters.toml`; the default is
//! OpenABM-Covid19's baseline (COVID-19, wild type, United Kingdom 2020), because that is what the model is validated
//! against; it is not a forecast for Vietnam.

mod catalogue;
mod check;
mod disease;
mod measures;
mod society;

use serde::{Deserialize, Serialize};

pub(crate) use catalogue::Catalogue;
pub use check::Problem;
pub use disease::Disease;
pub use measures::{InfectiousDays, Manual, Measures, Quarantine, Unit, Venues, Zones};
pub use society::Society;

/// Ages come in decades: 0–9, 10–19, …, 80 and over.
pub const AGE_BANDS: usize = 9;

/// Networks of occupation: primary school, secondary school, work, the retired, the elderly.
pub const NETWORKS: usize = 5;

/// One scenario of one seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// Names all chance of the run.
    pub seed: u64,
    /// People.
    pub population: u32,
    /// Days simulated after the day of seeding.
    pub days: u16,
    /// People infected on day 0. OpenABM's baseline says 10; the validation runs 200.
    pub infected_at_start: u32,
    /// Who lives and meets with whom.
    pub society: Society,
    /// What they catch.
    pub disease: Disease,
    /// What is done about it at first.
    pub measures: Measures,
    /// What is done from later days on, in the order of the days.
    pub phases: Vec<Phase>,
}

/// A change of the measures.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    /// First day.
    pub from: u16,
    /// All measures from then on.
    pub measures: Measures,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            seed: 1,
            population: 100_000,
            days: 200,
            infected_at_start: 200,
            society: Society::default(),
            disease: Disease::default(),
            measures: Measures::default(),
            phases: Vec::new(),
        }
    }
}

impl Parameters {
    /// What is done on `day`.
    pub(crate) fn measures_on(&self, day: u16) -> &Measures {
        self.phases
            .iter()
            .rev()
            .find(|phase| phase.from <= day)
            .map_or(&self.measures, |phase| &phase.measures)
    }

    /// All measures of the run, first those of the beginning.
    pub(crate) fn all_measures(&self) -> impl Iterator<Item = &Measures> {
        std::iter::once(&self.measures).chain(self.phases.iter().map(|phase| &phase.measures))
    }
}

/// A time in days with a Gamma distribution.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Time {
    /// Mean, days.
    pub mean: f64,
    /// Standard deviation, days.
    pub sd: f64,
}
