//! `plan.json`: everything that decides a plan's figures, and what two of them must have in common to be set beside each other.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Plan;
use crate::parameters::{Disease, Measures, Society};
use crate::scenario::{Costs, Scenario};

/// Version of the model's rules and of what is kept of a run. What changes the figures of the same parameters raises it: runs of another
/// version are not gone on with, and not set beside those of this one run by run.
pub const VERSION: u32 = 5;

#[derive(Serialize)]
struct Record<'a> {
    name: &'a str,
    province: &'a str,
    people: u32,
    agents: u32,
    days: u16,
    infected_at_start: u32,
    agents_infected_at_start: u32,
    society: &'a Society,
    disease: &'a Disease,
    measures: &'a Measures,
    phases: Vec<(u16, &'a Measures)>,
    costs: Costs,
}

impl<'a> Record<'a> {
    fn of(scenario: &'a Scenario) -> Self {
        let parameters = &scenario.parameters;
        Self {
            name: &scenario.name,
            province: &scenario.province.code,
            people: scenario.province.people,
            agents: parameters.population,
            days: parameters.days,
            infected_at_start: scenario.infected_at_start,
            agents_infected_at_start: parameters.infected_at_start,
            society: &parameters.society,
            disease: &parameters.disease,
            measures: &parameters.measures,
            phases: parameters.phases.iter().map(|phase| (phase.from, &phase.measures)).collect(),
            costs: scenario.costs,
        }
    }
}

impl Plan {
    /// Everything that decides the result, for people and for telling plans apart.
    #[must_use]
    pub fn record(&self) -> Value {
        let scenarios: Vec<Record<'_>> = self.scenarios.iter().map(Record::of).collect();
        json!({
            "version": VERSION,
            "adoption": self.adoption,
            "seeds": self.seeds,
            "scenarios": scenarios,
        })
    }

    /// Whether the runs of a scenario have their chance in common with those of the first.
    #[must_use]
    pub fn is_paired(&self, scenario: usize) -> bool {
        let record = self.record();
        let [first, other] = [0, scenario].map(|number| Basis::of(&record, number));
        first.zip(other).is_some_and(|(first, other)| other.is_paired_with(&first))
    }
}

/// What the figures of a scenario rest on besides what is done about the outbreak, as a `plan.json` of any version has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Basis {
    /// The model's [`VERSION`] that computed them.
    pub version: u32,
    seeds: u32,
    outbreak: Outbreak,
}

/// An outbreak. Society and disease are compared and not read: other versions may have other fields.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Outbreak {
    province: String,
    people: u32,
    agents: u32,
    days: u16,
    infected_at_start: u32,
    /// None before version 5.
    agents_infected_at_start: Option<u32>,
    society: Value,
    disease: Value,
}

impl Basis {
    /// Of the first scenario of a `plan.json`; `None` if it is none.
    #[must_use]
    pub fn read(text: &[u8]) -> Option<Self> {
        Self::of(&serde_json::from_slice(text).ok()?, 0)
    }

    fn of(record: &Value, scenario: usize) -> Option<Self> {
        let count = |field: &str| record[field].as_u64().and_then(|count| u32::try_from(count).ok());
        let outbreak = Outbreak::deserialize(&record["scenarios"][scenario]).ok()?;
        Some(Self { version: count("version")?, seeds: count("seeds")?, outbreak })
    }

    /// Agents infected on day 0, and how many people of the province they stand for. `None` where the version did not write it down.
    #[must_use]
    pub fn start(&self) -> Option<(u32, f64)> {
        let infected = self.outbreak.agents_infected_at_start?;
        Some((infected, f64::from(infected) * self.scale()))
    }

    fn scale(&self) -> f64 {
        f64::from(self.outbreak.people) / f64::from(self.outbreak.agents.max(1))
    }

    /// Whether both are of the same outbreak, so that their figures differ by what is done about it and by chance: same province, people,
    /// contacts, disease, days and start. How many agents stand for the people does not matter, unless more began than were asked for.
    #[must_use]
    pub fn is_same_outbreak(&self, other: &Self) -> bool {
        let asked = f64::from(self.outbreak.infected_at_start);
        let as_asked = |basis: &Self| basis.start().is_some_and(|(_, stand)| stand <= asked + basis.scale());
        let of =
            |basis: &Self| Outbreak { agents: 0, agents_infected_at_start: None, ..basis.outbreak.clone() };
        let same_start = self.outbreak.agents == other.outbreak.agents || (as_asked(self) && as_asked(other));
        same_start && of(self) == of(other)
    }

    /// Whether the runs of both have their chance in common, so that one can be set beside that of the same seed of the other: computed by
    /// the same version, as many, and among the same people by number, who meet the same and begin with the same infected.
    #[must_use]
    pub fn is_paired_with(&self, other: &Self) -> bool {
        // The disease may be another one: it takes another course among the same people.
        let of = |basis: &Self| Outbreak { disease: Value::Null, ..basis.outbreak.clone() };
        (self.version, self.seeds) == (other.version, other.seeds) && of(self) == of(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(text: &str, agents: u32, seeds: u32) -> Value {
        let scenario = Scenario::read(text, agents).expect("a scenario");
        Plan { scenarios: vec![scenario], adoption: vec![0.0, 0.4], seeds }.record()
    }

    fn basis(record: &Value) -> Basis {
        Basis::read(record.to_string().as_bytes()).expect("a record")
    }

    /// Each of what decides chance by itself.
    #[test]
    fn runs_are_paired_where_they_have_their_chance_in_common() {
        let usual = basis(&record("", 4_000, 2));
        let paired = |text: &str, seeds| basis(&record(text, 4_000, seeds)).is_paired_with(&usual);
        assert!(paired("measures.masks = 0.5", 2) && paired("name = \"Other\"", 2));
        assert!(paired("disease.infectious_rate = 4.0", 2), "the same people catch another disease");
        for other in [
            "province = \"01\"",
            "people = 1000000",
            "people = 3000",
            "days = 100",
            "infected_at_start = 9000",
            "society.base = \"vietnam-diaries\"",
            "society.ages = 1000",
            "society.rematch = 5",
        ] {
            assert!(!paired(other, 2), "{other}");
        }
        assert!(!paired("", 3), "other seeds");
        let mut before = record("", 4_000, 2);
        before["version"] = json!(VERSION - 1);
        assert!(!basis(&before).is_paired_with(&usual) && basis(&before).is_paired_with(&basis(&before)));
        assert_eq!(Basis::read(b"{}"), None);
    }

    #[test]
    fn outbreaks_are_the_same_whatever_is_done_about_them() {
        let same = |one: &Value, other: &Value| basis(one).is_same_outbreak(&basis(other));
        // So many that no agents are added.
        let large = "infected_at_start = 9000";
        let usual = record(large, 4_000, 2);
        assert!(same(&usual, &record(&format!("{large}\nmeasures.masks = 0.5"), 8_000, 9)));
        for other in
            ["days = 100", "society.rematch = 5", "disease.infectious_rate = 4.0", "province = \"01\""]
        {
            assert!(!same(&usual, &record(&format!("{large}\n{other}"), 4_000, 2)), "{other}");
        }
        // Where more begin than were asked for, how many depends on the agents.
        assert!(
            !same(&record("", 4_000, 2), &record("", 8_000, 2))
                && same(&record("", 4_000, 2), &record("", 4_000, 9))
        );
        assert_eq!(basis(&record("people = 80000", 4_000, 2)).start(), Some((20, 400.0)));
    }

    /// One of before does not say how many agents began.
    #[test]
    fn records_of_before_are_read() {
        let mut old = record("", 4_000, 2);
        old["version"] = json!(3);
        old["scenarios"][0]["society"] = json!({ "some": "other field" });
        old["scenarios"][0].as_object_mut().expect("a scenario").remove("agents_infected_at_start");
        let old = basis(&old);
        assert_eq!((old.version, old.start()), (3, None));
        assert!(old.is_same_outbreak(&old) && old.is_paired_with(&old));
    }
}
