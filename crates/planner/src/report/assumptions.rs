//! What a scenario rests on: everything that it assumes and does, and nothing that it does not.

use bluezone_pages::Lang;
use maud::{Markup, html};
use serde::Serialize;
use serde_json::Value;

use super::{doing, words};
use crate::parameters::{Catalogue, Disease, Society};
use crate::plan::CellSummary as Cell;
use crate::scenario::{Province, Scenario};
use crate::town::Town;

/// All that is assumed, as a list.
pub fn listed(lang: Lang, scenario: &Scenario, steps: &[&Cell], disease: &str) -> Markup {
    let parameters = &scenario.parameters;
    let (measures, society) = (&parameters.measures, &parameters.society);
    let percent = |share| words::percent(lang, share);
    let of_province = scenario.province.people;
    let first_r =
        steps.first().and_then(|cell| Some((cell, cell.reproduction.iter().take(10).flatten().next()?)));
    let immune = &parameters.disease.immune;
    let mut before = measures;
    let phases = parameters.phases.iter().map(|phase| {
        let before = std::mem::replace(&mut before, &phase.measures);
        doing::changed(lang, before, phase.from, &phase.measures, of_province)
    });
    html! {
        ul {
            li { (people(lang, scenario)) }
            li { (start(lang, scenario)) }
            @if let Some((cell, r)) = first_r {
                li { (words::ASSUME_DISEASE.fill(lang, &[
                    ("disease", disease),
                    ("r", &words::decimal(lang, *r, 1)),
                    ("adoption", &percent(cell.adoption)),
                ])) }
            }
            @if immune.iter().any(|&share| share > 0.0) {
                @let ages = immune.map(percent).join("; ");
                li { (words::ASSUME_IMMUNE.fill(lang, &[("ages", &ages)])) }
            }
            li { (words::ASSUME_CONTACTS.fill(lang, &[
                ("contacts", &words::decimal(lang, Town::contacts_outside(society), 1)),
                ("society", &scenario.society),
            ])) }
            @for (set, fields) in other_numbers(lang, scenario) {
                li { (words::ASSUME_CHANGED.fill(lang, &[("set", set), ("fields", &fields)])) }
            }
            @for line in doing::listed(lang, measures, of_province) { li { (line) } }
            @for phase in phases { li { (phase) } }
            li { (words::ASSUME_COSTS.fill(lang, &[
                ("illness", &words::decimal(lang, scenario.costs.illness_days, 0)),
                ("death", &words::decimal(lang, scenario.costs.death_days, 0)),
            ])) }
            li { (words::ASSUME_FREE.get(lang)) }
        }
    }
}

/// Who lives there, and where that is known from.
fn people(lang: Lang, scenario: &Scenario) -> String {
    let (province, society) = (&scenario.province, &scenario.parameters.society);
    let counted = Province::find(&province.code).is_some_and(|census| census.people == province.people);
    let scale = scenario.scale();
    let scale = words::decimal(lang, scale, usize::from(scale > 1.0 && scale < 10.0));
    let people = words::people(lang, f64::from(province.people));
    let mut text = if counted { words::PEOPLE_CENSUS } else { words::PEOPLE_GIVEN }
        .fill(lang, &[("people", &people), ("former", &province.former)]);
    let ages = if society.ages == province.ages { words::AGES_PROJECTED } else { words::AGES_GIVEN };
    text += &ages.fill(lang, &[("society", &scenario.society)]);
    text + &words::SCALE.fill(lang, &[("scale", &scale)])
}

/// Who is infected at the start, how many people those of the model stand for, and why if that is more than rounding.
fn start(lang: Lang, scenario: &Scenario) -> String {
    let people = |value: f64| words::people(lang, value);
    let agents = f64::from(scenario.parameters.infected_at_start);
    let (asked, stand) = (f64::from(scenario.infected_at_start), scenario.start_stands_for());
    let mut text = words::ASSUME_START
        .fill(lang, &[("infected", &people(asked)), ("agents", &people(agents)), ("stand", &people(stand))]);
    if stand > asked + scenario.scale() {
        text += words::START_MORE.get(lang);
    }
    text + words::START_ALONE.get(lang)
}

/// The numbers of society and disease that are others than in their sets: the name of the set and the fields. Ages and immunity are
/// said in words of their own.
fn other_numbers(lang: Lang, scenario: &Scenario) -> Vec<(&str, String)> {
    let parameters = &scenario.parameters;
    let catalogue = Catalogue::built_in();
    let society: Society = catalogue.parse("society", &scenario.society);
    let disease: Disease = catalogue.parse("disease", &scenario.disease);
    let society = Society { ages: parameters.society.ages, ..society };
    let disease = Disease { immune: parameters.disease.immune, ..disease };
    let sets = [
        (scenario.society.as_str(), fields(lang, &society, &parameters.society)),
        (scenario.disease.as_str(), fields(lang, &disease, &parameters.disease)),
    ];
    sets.into_iter().filter(|(_, fields)| !fields.is_empty()).collect()
}

/// The fields that differ, as a scenario file has them.
fn fields<T: Serialize>(lang: Lang, usual: &T, own: &T) -> String {
    let (Ok(Value::Object(usual)), Ok(Value::Object(own))) =
        (serde_json::to_value(usual), serde_json::to_value(own))
    else {
        return String::new();
    };
    let differ = own.iter().filter(|(name, value)| usual.get(*name) != Some(value));
    differ.map(|(name, value)| format!("{name} = {}", shown(lang, value))).collect::<Vec<_>>().join("; ")
}

/// A number, or those of a list.
fn shown(lang: Lang, value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| shown(lang, item)).collect();
            format!("[{}]", items.join("; "))
        }
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{name} {}", shown(lang, value))).collect();
            fields.join("; ")
        }
        Value::Number(number) => {
            let text = number.to_string();
            if lang == Lang::Vi { text.replace('.', ",") } else { text }
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenario(text: &str) -> Scenario {
        Scenario::read(text, 100_000).expect("a scenario")
    }

    /// A province of 1.6 million of whom 200 are infected: thirteen of 100,000 agents would be, and the outbreak may die out.
    #[test]
    fn a_start_of_more_than_was_asked_is_said() {
        let usual = scenario("");
        assert_eq!(usual.parameters.infected_at_start, 20);
        let said = start(Lang::En, &usual);
        assert!(
            said.contains(
                "200 people infected on day 0: 20 people in the model, who stand for 320 of the province."
            ),
            "{said}"
        );
        assert!(said.contains("more than were asked for"), "{said}");
        for (enough, stand) in [
            ("infected_at_start = 1000", "992"),
            ("people = 100000", "200"),
            ("infected_at_start = 3\npeople = 90000", "3"),
        ] {
            let said = start(Lang::Vi, &scenario(enough));
            assert!(said.contains(&format!("đại diện cho {stand} người của tỉnh")), "{enough}: {said}");
            assert!(!said.contains("nhiều hơn số đã ghi"), "{enough}: {said}");
        }
        assert_eq!(
            scenario("infected_at_start = 3").parameters.infected_at_start,
            3,
            "no more than in the province"
        );
        assert_eq!(scenario("infected_at_start = 0").parameters.infected_at_start, 0);
    }

    #[test]
    fn other_people_other_ages_and_other_numbers_are_said() {
        let said = |text: &str| people(Lang::En, &scenario(text));
        assert!(said("").contains("census of 2019; ages as projected"));
        assert!(said("people = 1000000").contains("as the scenario says; ages as projected"));
        for other in ["[society]\nages = 1000", "society.base = \"openabm\""] {
            assert!(said(other).contains("ages as the scenario or its set"), "{other}: {}", said(other));
        }
        assert!(other_numbers(Lang::En, &scenario("")).is_empty());
        let text = "[disease]\ninfectious_rate = 4.2\nimmune = 0.1\n[society]\nrandom_sd = [1, 2, 3.5]";
        let expected = [
            ("vietnam", "random_sd = [1.0; 2.0; 3.5]".to_owned()),
            ("covid-19", "infectious_rate = 4.2".to_owned()),
        ];
        assert_eq!(other_numbers(Lang::En, &scenario(text)), expected);
    }
}
