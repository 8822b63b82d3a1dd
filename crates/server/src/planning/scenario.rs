//! What was asked as a scenario of the planner.

use bluezone_domain::area::ProvinceCode;
use bluezone_domain::outbreak_plan::Terms;
use bluezone_planner::plan::{Lever, Plan};
use bluezone_planner::{Scenario, ScenarioError};

/// What is asked of every plan, whatever its scenario.
#[derive(Clone, Copy, Debug)]
pub struct Sweep {
    /// Shares of the population with the app, per cent: lowest, highest, step.
    pub adoption: [u32; 3],
    /// Runs of each step.
    pub seeds: u32,
    /// Most people that are simulated.
    pub agents: u32,
}

/// Measures that can be ticked, besides the app: what stands in a scenario with each, and without. Where the first is empty the product
/// does it anyway.
const LINES: [(Lever, &str, &str); 10] = [
    (Lever::Manual, "", "manual.interviews = 0.0"),
    (Lever::Symptoms, "", "on_symptoms.compliance = 0.0"),
    (Lever::Tests, "", "test_on_symptoms = 0.0\ntest_when_warned = 0.0"),
    (Lever::Declarations, "", "declare = 0.0"),
    (Lever::Households, "", "household_of_case = false"),
    (Lever::Venues, "", "venues.check_in = 0.0"),
    (Lever::SecondRing, "depth = 2", ""),
    (Lever::Zones, "zones.people = 5000", ""),
    (Lever::Closures, "contacts_left = [0.5, 0.5]", ""),
    (Lever::Masks, "masks = 0.6", ""),
];

/// The measures, in the order of the form.
pub const MEASURES: [Lever; 10] = {
    let mut levers = [Lever::App; 10];
    let mut at = 0;
    while at < levers.len() {
        levers[at] = LINES[at].0;
        at += 1;
    }
    levers
};

/// Whether the product takes a measure if nobody says otherwise.
pub fn usual(measure: Lever) -> bool {
    LINES.iter().any(|(lever, with, _)| *lever == measure && with.is_empty())
}

/// The scenario file as it is handed out: it says whose people are meant also where the one that was sent left that to its sender,
/// since whoever runs it elsewhere would run another province. The rest is as it was sent.
pub fn complete(terms: &Terms, province: ProvinceCode) -> String {
    let text = text(terms, province);
    // Some editors begin a file with a mark that is of no use in its middle.
    let text = text.trim_start_matches('\u{feff}');
    if Scenario::names_province(text) {
        text.to_owned()
    } else {
        format!("province = \"{province}\"\n{text}")
    }
}

/// The scenario file: the one that was sent, or what was ticked.
fn text(terms: &Terms, province: ProvinceCode) -> String {
    if let Some(sent) = &terms.scenario {
        return sent.clone();
    }
    let Terms { disease, days, infected, .. } = terms;
    let mut text = format!(
        "province = \"{province}\"\ndays = {days}\ninfected_at_start = {infected}\n\n\
         [disease]\nbase = {disease:?}\n\n[measures]\n"
    );
    for (lever, with, without) in LINES {
        let taken = terms.measures.iter().any(|measure| measure == lever.code());
        let line = if taken { with } else { without };
        if !line.is_empty() {
            text += line;
            text.push('\n');
        }
    }
    text
}

/// The plan, with the scenario that it was made of.
///
/// # Errors
/// If the planner refuses a value.
pub fn plan(terms: &Terms, province: ProvinceCode) -> Result<Plan, ScenarioError> {
    let scenario = Scenario::read_for(&text(terms, province), terms.agents, Some(province.as_str()))?;
    let [from, to, step] = terms.adoption;
    let adoption = (from..=to).step_by(step.max(1) as usize).map(|percent| f64::from(percent) / 100.0);
    Ok(Plan { scenarios: vec![scenario], adoption: adoption.collect(), seeds: terms.seeds })
}

/// The terms of a scenario file, and the code of its province: that of whoever sends it if the file names none.
///
/// # Errors
/// If the planner refuses it, with line and field.
pub fn terms(
    text: String,
    province: Option<&str>,
    Sweep { adoption, seeds, agents }: Sweep,
) -> Result<(String, Terms), ScenarioError> {
    let scenario = Scenario::read_for(&text, agents, province)?;
    let (code, days) = (scenario.province.code.clone(), scenario.parameters.days);
    let (disease, infected) = (scenario.disease.clone(), scenario.infected_at_start);
    let plan = Plan { scenarios: vec![scenario], adoption: vec![0.0], seeds };
    let left_out: Vec<Lever> = plan.cells().iter().filter_map(|cell| cell.without).collect();
    let measures = MEASURES.into_iter().filter(|lever| left_out.contains(lever));
    let measures = measures.map(|lever| lever.code().to_owned()).collect();
    Ok((code, Terms { disease, adoption, measures, days, infected, seeds, agents, scenario: Some(text) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bluezone_domain::disease::{self, Disease};

    fn terms(disease: &str, measures: &[Lever]) -> Terms {
        Terms {
            disease: disease.to_owned(),
            adoption: [0, 80, 40],
            measures: measures.iter().map(|lever| lever.code().to_owned()).collect(),
            days: 60,
            infected: 200,
            seeds: 2,
            agents: 2_000,
            scenario: None,
        }
    }

    #[test]
    fn what_is_ticked_is_what_is_done() {
        let province = "19".parse().unwrap();
        for Disease { id: disease, .. } in disease::all() {
            for measure in MEASURES {
                let with = plan(&terms(disease, &[measure]), province).unwrap();
                let without = plan(&terms(disease, &[]), province).unwrap();
                let levers = |plan: &Plan| -> Vec<Lever> {
                    plan.cells().iter().filter_map(|cell| cell.without).collect()
                };
                assert_eq!(levers(&without), [Lever::App], "{disease}");
                let mut found = levers(&with);
                found.retain(|lever| *lever != Lever::App);
                assert_eq!(found, [measure], "{disease}");
            }
        }
        let plan = plan(&terms("measles", &MEASURES), province).unwrap();
        assert_eq!(plan.adoption, [0.0, 0.4, 0.8]);
        assert_eq!((plan.seeds, plan.scenarios[0].parameters.population), (2, 2_000));
        assert!(usual(Lever::Manual) && !usual(Lever::Masks));
    }
}
