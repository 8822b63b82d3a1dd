//! What a scenario rests on: everything that it assumes and does, and nothing that it does not.

use bluezone_pages::{Lang, Text};
use maud::{Markup, html};

use super::words;
use crate::parameters::Measures;
use crate::plan::{CellSummary as Cell, Lever};
use crate::scenario::Scenario;
use crate::town::Town;

/// All that is assumed, as a list.
pub fn listed(lang: Lang, scenario: &Scenario, steps: &[&Cell], disease: &str) -> Markup {
    let (measures, society) = (&scenario.parameters.measures, &scenario.parameters.society);
    let people = |value: f64| words::people(lang, value);
    let percent = |share| words::percent(lang, share);
    let province = &scenario.province;
    let hundred_thousands = f64::from(province.people) / 100_000.0;
    let first_r =
        steps.first().and_then(|cell| Some((cell, cell.reproduction.iter().take(10).flatten().next()?)));
    let scale = words::decimal(
        lang,
        scenario.scale(),
        usize::from(scenario.scale() > 1.0 && scenario.scale() < 10.0),
    );
    html! {
        ul {
            li { (words::ASSUME_PEOPLE.fill(lang, &[
                ("people", &people(f64::from(province.people))),
                ("former", &province.former),
                ("scale", &scale),
            ])) }
            li { (words::ASSUME_START.fill(lang, &[("infected", &people(f64::from(scenario.infected_at_start)))])) }
            @if let Some((cell, r)) = first_r {
                li { (words::ASSUME_DISEASE.fill(lang, &[
                    ("disease", disease),
                    ("r", &words::decimal(lang, *r, 1)),
                    ("adoption", &percent(cell.adoption)),
                ])) }
            }
            li { (words::ASSUME_CONTACTS.fill(lang, &[
                ("contacts", &words::decimal(lang, Town::contacts_outside(society), 1)),
                ("society", &scenario.society),
            ])) }
            li { (words::ASSUME_APP.fill(lang, &[
                ("working", &percent(measures.working)),
                ("detection", &percent(measures.detection)),
                ("false", &words::decimal(lang, measures.false_warnings, 2)),
                ("publish", &percent(measures.code * measures.consent)),
                ("delay", &measures.warning_delay.to_string()),
            ])) }
            li { (warned_days(lang, measures)) }
            li { (words::ASSUME_PEOPLE_DO.fill(lang, &[
                ("symptoms", &percent(measures.on_symptoms.compliance)),
                ("tests", &percent(measures.test_on_symptoms)),
                ("warned", &percent(measures.when_warned.compliance)),
                ("days", &measures.when_warned.days.to_string()),
            ])) }
            @if measures.manual.interviews > 0.0 {
                li { (words::ASSUME_TRACING.fill(lang, &[
                    ("interviews", &people(measures.manual.interviews * hundred_thousands)),
                    ("told", &people(measures.manual.told * hundred_thousands)),
                ])) }
            }
            @for assumed in active(lang, measures) { li { (assumed) } }
            @for phase in &scenario.parameters.phases {
                li { (words::ASSUME_PHASE.fill(lang, &[
                    ("day", &phase.from.to_string()),
                    ("measures", &taken(lang, &phase.measures)),
                ])) }
            }
            li { (words::ASSUME_COSTS.fill(lang, &[
                ("illness", &words::decimal(lang, scenario.costs.illness_days, 0)),
                ("death", &words::decimal(lang, scenario.costs.death_days, 0)),
            ])) }
            li { (words::ASSUME_FREE.get(lang)) }
        }
    }
}

/// What is assumed of measures that are not always taken: of those that are.
fn active(lang: Lang, measures: &Measures) -> Vec<String> {
    let percent = |share: f64| words::percent(lang, share);
    let (venues, zones) = (&measures.venues, &measures.zones);
    let mut assumed = Vec::new();
    let mut assume = |used: bool, words: Text, values: &[(&str, &str)]| {
        if used {
            assumed.push(words.fill(lang, values));
        }
    };
    let (share, days) = (percent(measures.declare), measures.declare_delay.to_string());
    assume(measures.declare > 0.0, words::ASSUME_DECLARATIONS, &[("share", &share), ("days", &days)]);
    let (share, days) = (percent(venues.check_in), venues.delay.to_string());
    let others = words::decimal(lang, venues.bystanders, 1);
    let values = [("share", share.as_str()), ("days", &days), ("others", &others)];
    assume(venues.check_in > 0.0, words::ASSUME_VENUES, &values);
    assume(measures.household_of_case, words::ASSUME_HOUSEHOLD_OF_CASE, &[]);
    assume(measures.household_of_symptoms, words::ASSUME_HOUSEHOLD_OF_SYMPTOMS, &[]);
    assume(measures.household_of_warned, words::ASSUME_HOUSEHOLD_OF_WARNED, &[]);
    let share = percent(measures.test_when_warned);
    assume(measures.test_when_warned > 0.0, words::ASSUME_TESTS_OF_WARNED, &[("share", &share)]);
    assume(measures.warn_on_symptoms, words::ASSUME_WARN_ON_SYMPTOMS, &[]);
    let latency = measures.infectious_days.latency.to_string();
    let second_ring = if measures.infectious_days.only {
        words::ASSUME_SECOND_RING
    } else {
        words::ASSUME_SECOND_RING_AT_ONCE
    };
    assume(measures.depth > 1, second_ring, &[("days", &latency)]);
    let (people, cases) = (words::people(lang, zones.people.into()), words::decimal(lang, zones.cases, 1));
    let (days, left) = (zones.days.to_string(), percent(zones.contacts_left));
    let values = [("people", people.as_str()), ("cases", &cases), ("days", &days), ("left", &left)];
    assume(zones.people > 0, words::ASSUME_ZONES, &values);
    let [occupation, elsewhere] = measures.contacts_left.map(percent);
    let values = [("occupation", occupation.as_str()), ("elsewhere", &elsewhere)];
    assume(measures.contacts_left != [1.0; 2], words::ASSUME_CLOSURES, &values);
    let masks = percent(measures.masks);
    assume(measures.masks != 1.0, words::ASSUME_MASKS, &[("share", &masks)]);
    assumed
}

/// The names of the measures that are taken.
fn taken(lang: Lang, measures: &Measures) -> String {
    let does = |lever: &Lever| {
        let mut without = measures.clone();
        lever.switch_off(&mut without);
        without != *measures
    };
    let names: Vec<&str> =
        Lever::ALL.into_iter().filter(does).map(|lever| words::lever(lever).get(lang)).collect();
    if names.is_empty() { words::NOTHING.get(lang).to_owned() } else { names.join("; ") }
}

/// Which days' contacts are warned.
fn warned_days(lang: Lang, measures: &Measures) -> String {
    let days = measures.infectious_days;
    let words = if days.only { words::ASSUME_INFECTIOUS } else { words::ASSUME_LAST_DAYS };
    words.fill(
        lang,
        &[
            ("before", &days.before_onset.to_string()),
            ("after", &days.after_onset.to_string()),
            ("unknown", &days.unknown_onset.to_string()),
            ("days", &measures.look_back.to_string()),
        ],
    )
}
