//! Scenario files: which province, which disease, what is done and when. Format: docs/planner.md.

mod overlay;
mod province;

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use crate::parameters::{Catalogue, Parameters, Phase};
use overlay::{Overlay, line_of};
pub use province::Province;

/// What a day of somebody's life costs, in days of work or school.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Costs {
    /// Days lost with each infection that has symptoms.
    pub illness_days: f64,
    /// Days lost with each death, beyond that.
    pub death_days: f64,
}

/// A scenario: parameters without a seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// What it is called in the report.
    pub name: String,
    /// Where.
    pub province: Province,
    /// Name of the society's set of parameters.
    pub society: String,
    /// Name of the disease's.
    pub disease: String,
    /// People infected at the start, of the whole province.
    pub infected_at_start: u32,
    /// What a day costs.
    pub costs: Costs,
    /// Everything else.
    pub parameters: Parameters,
}

/// Why a scenario cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// Not TOML.
    #[error("line {line}: {problem}")]
    Syntax {
        /// From 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// A field that is unknown, of the wrong kind or impossible.
    #[error("line {line}: {field}: {problem}")]
    Field {
        /// From 1.
        line: usize,
        /// Path: `measures.adoption`.
        field: String,
        /// What is wrong.
        problem: String,
    },
    /// The same where no line holds the value: it comes from an argument or a set.
    #[error("{field}: {problem}")]
    Value {
        /// Path.
        field: String,
        /// What is wrong.
        problem: String,
    },
}

/// Agents infected at the start at least, as far as so many people of the province are: an outbreak of hundreds of people does not die out,
/// but one that begins with a few agents does. With R at 1.5 and infectiousness as uneven as that of COVID-19 the line of one ends by itself in
/// about three of four runs, the lines of all twenty in fewer than one of a hundred.
pub const LEAST_INFECTED: u32 = 20;

/// The fields of a file with what they are if nobody says.
const DEFAULTS: &str = r#"
name = ""
province = "19"
people = 0
days = 200
infected_at_start = 200
[society]
base = "vietnam"
[disease]
base = "covid-19"
[measures]
base = ""
[costs]
illness_days = 7.0
death_days = 0.0
"#;

impl Scenario {
    /// Reads a file's text. `agents` is the most people that are simulated; a larger province is represented by so
    /// many, each standing for several.
    ///
    /// # Errors
    ///
    /// [`Error`] with the line, where the text has one.
    pub fn read(text: &str, agents: u32) -> Result<Self, Error> {
        Self::read_for(text, agents, None)
    }

    /// The same for a province where the text names none.
    ///
    /// # Errors
    ///
    /// As [`Self::read`].
    pub fn read_for(text: &str, agents: u32, province: Option<&str>) -> Result<Self, Error> {
        let document = DeTable::parse(text).map_err(|error| Error::Syntax {
            line: line_of(text, error.span().map_or(0, |span| span.start)),
            problem: error.message().to_owned(),
        })?;
        let mut file = document.into_inner();
        let phases = file.remove("phase");
        let defaults: Table = DEFAULTS.parse().expect("the defaults are TOML");
        let overlay = Overlay { text };
        let mut top = defaults.clone();
        for kind in ["society", "disease", "measures"] {
            top.remove(kind);
        }
        if let Some(province) = province {
            top.insert("province".to_owned(), Value::String(province.to_owned()));
        }
        let own_ages = file.get("society").is_some_and(|set| set.get_ref().get("ages").is_some());
        let mut sets = Table::new();
        let mut names = Vec::new();
        for kind in ["society", "disease", "measures"] {
            let usual = match defaults[kind]["base"].as_str() {
                Some("") => product_for(&names),
                usual => usual.unwrap_or_default().to_owned(),
            };
            let (name, set) = overlay.set(kind, file.remove(kind), &usual)?;
            names.push(name);
            sets.insert(kind.to_owned(), Value::Table(set));
        }
        overlay.lay("", &mut top, &file)?;
        let measures = sets["measures"].clone();
        let phases = overlay.phases(phases, &measures)?;
        let lines = Lines { overlay: &overlay, text };
        Self::build(&top, &sets, &names, own_ages, phases, agents).map_err(|problem| lines.place(problem))
    }

    /// The scenario that no file changes, for a province.
    ///
    /// # Errors
    ///
    /// If there is no such province.
    pub fn usual(province: &str, agents: u32) -> Result<Self, Error> {
        Self::read(&format!("province = {province:?}"), agents)
    }

    fn build(
        top: &Table,
        sets: &Table,
        names: &[String],
        own_ages: bool,
        phases: Vec<(u16, Value)>,
        agents: u32,
    ) -> Result<Self, Error> {
        let text = |field: &str| top[field].as_str().unwrap_or_default().to_owned();
        let number = |field: &str| top[field].as_integer().and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        let code = text("province");
        let mut province = Province::find(&code).ok_or_else(|| Error::Value {
            field: "province".to_owned(),
            problem: format!("{code:?} is no province of 2025: 01 for Hà Nội … 96 for Cà Mau"),
        })?;
        if number("people") > 0 {
            province.people = number("people");
        }
        let population = province.people.min(agents.max(1));
        let infected_at_start = number("infected_at_start");
        let scaled = f64::from(infected_at_start) * f64::from(population) / f64::from(province.people.max(1));
        let mut parameters = Parameters {
            seed: 1,
            population,
            days: u16::try_from(number("days")).unwrap_or(u16::MAX),
            infected_at_start: (scaled.round() as u32)
                .max(infected_at_start.min(LEAST_INFECTED).min(population)),
            society: take("society", &sets["society"])?,
            disease: take("disease", &sets["disease"])?,
            measures: take("measures", &sets["measures"])?,
            phases: Vec::new(),
        };
        if names[0].starts_with("vietnam") && !own_ages {
            parameters.society.ages = province.ages;
        }
        for (from, value) in &phases {
            parameters.phases.push(Phase { from: *from, measures: take("phase", value)? });
        }
        parameters
            .check()
            .map_err(|problem| Error::Value { field: problem.field, problem: problem.problem })?;
        let costs: Costs = take("costs", &top["costs"])?;
        for (field, days) in [("illness_days", costs.illness_days), ("death_days", costs.death_days)] {
            if !(0.0..=36_500.0).contains(&days) {
                let problem = format!("{days} is not between 0 and 36500");
                return Err(Error::Value { field: format!("costs.{field}"), problem });
            }
        }
        Ok(Self {
            name: text("name"),
            province,
            society: names[0].clone(),
            disease: names[1].clone(),
            infected_at_start,
            costs,
            parameters,
        })
    }

    /// Whether a file's text names its province.
    #[must_use]
    pub fn names_province(text: &str) -> bool {
        DeTable::parse(text).is_ok_and(|file| file.get_ref().contains_key("province"))
    }

    /// How many people of the province one agent stands for.
    #[must_use]
    pub fn scale(&self) -> f64 {
        f64::from(self.province.people) / f64::from(self.parameters.population)
    }

    /// How many people of the province the agents stand for who are infected at the start.
    #[must_use]
    pub fn start_stands_for(&self) -> f64 {
        f64::from(self.parameters.infected_at_start) * self.scale()
    }

    /// The same with the app installed by a share of the population throughout.
    #[must_use]
    pub fn with_adoption(&self, adoption: f64) -> Self {
        let mut other = self.clone();
        other.parameters.measures.adoption = adoption;
        other.parameters.phases.iter_mut().for_each(|phase| phase.measures.adoption = adoption);
        other
    }
}

/// The product's measures for the disease that was named.
fn product_for(names: &[String]) -> String {
    let own = format!("product-{}", names.last().map_or("", String::as_str));
    let known = Catalogue::built_in().names("measures").contains(&own.as_str());
    if known { own } else { "product".to_owned() }
}

/// A complete table as what it is.
fn take<T: serde::de::DeserializeOwned>(field: &str, value: &Value) -> Result<T, Error> {
    value.clone().try_into().map_err(|error: toml::de::Error| Error::Value {
        field: field.to_owned(),
        problem: error.message().to_owned(),
    })
}

/// Finds the line of a field that was read without one.
struct Lines<'a> {
    overlay: &'a Overlay<'a>,
    text: &'a str,
}

impl Lines<'_> {
    fn place(&self, error: Error) -> Error {
        let Error::Value { field, problem } = error else { return error };
        let found = DeTable::parse(self.text).ok().and_then(|table| {
            let root = Spanned::new(table.span(), DeValue::Table(table.into_inner()));
            self.overlay.line(&root, &field)
        });
        match found {
            Some(line) => Error::Field { line, field, problem },
            None => Error::Value { field, problem },
        }
    }
}
