//! Measures do what they say.

use bluezone_planner::{Manual, Measures, Parameters};

use crate::{run, small};

#[test]
fn more_adoption_protects_more_and_ever_faster() {
    let attack = |adoption| {
        let runs = (1..=4).map(|seed| {
            let mut parameters = Parameters { seed, days: 150, ..small(adoption) };
            parameters.disease.infectious_rate = 4.0;
            run(&parameters).attack()
        });
        runs.sum::<f64>() / 4.0
    };
    let [none, some, more, most] = [0.0, 0.2, 0.4, 0.8].map(attack);
    assert!(none > some && some > more && more > most, "{none} {some} {more} {most}");
    assert!(none - more > 2.0 * (none - some), "convex at first: {none} {some} {more}");
}

#[test]
fn a_phone_that_detects_nothing_and_a_case_that_publishes_nothing_warn_nobody() {
    let mut blind = small(0.8);
    blind.measures.detection = 0.0;
    let mut silent = small(0.8);
    silent.measures.consent = 0.0;
    let nobody = run(&small(0.0));
    for parameters in [blind, silent] {
        let run = run(&parameters);
        assert_eq!(run.total(|day| day.warned), 0);
        assert_eq!(run.days, nobody.days, "common random numbers: the same epidemic");
    }
}

#[test]
fn delay_weakens_and_further_reach_strengthens() {
    let infected = |change: fn(&mut Measures)| {
        let runs = (1..=3).map(|seed| {
            let mut parameters = Parameters { seed, ..small(0.6) };
            parameters.disease.infectious_rate = 4.0;
            change(&mut parameters.measures);
            run(&parameters).infections.len()
        });
        runs.sum::<usize>()
    };
    let base = infected(|_| ());
    assert!(infected(|m| m.warning_delay = 4) > base);
    assert!(infected(|m| m.when_warned.compliance = 0.3) > base);
    let second = infected(|m| m.depth = 2);
    assert!(second < base && infected(|m| m.depth = 3) < second);
    assert!(infected(|m| m.warn_on_symptoms = true) < base);
    assert!(infected(|m| (m.household_of_case, m.household_of_warned) = (true, true)) < base);
    assert!(infected(|m| (m.manual.interviews, m.manual.told) = (180.0, 360.0)) < base);
}

#[test]
fn manual_tracing_stops_where_its_capacity_ends() {
    let mut parameters = small(0.0);
    let manual = parameters.measures.manual;
    parameters.measures.manual = Manual { interviews: 15.0, told: 100.0, ..manual };
    let run = run(&parameters);
    let most = run.days.iter().map(|day| day.warned).max();
    assert!(most.is_some_and(|most| most > 10 && most <= 20), "{most:?}");
}

/// Among few agents there is less than one interview a day: what is left of one is there on a later day.
#[test]
fn a_part_of_an_interview_a_day_is_one_on_some_days() {
    let mut parameters = small(0.0);
    let manual = parameters.measures.manual;
    parameters.measures.manual = Manual { interviews: 1.0, told: 1_000.0, ..manual };
    let days = run(&parameters).days;
    let days: Vec<usize> = (1..).zip(&days).filter(|(_, day)| day.warned > 0).map(|(day, _)| day).collect();
    // A fifth of one a day.
    assert!(days.len() > 5 && days.iter().all(|day| day % 5 == 0), "{days:?}");
}
