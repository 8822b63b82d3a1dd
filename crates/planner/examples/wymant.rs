//! What a percentage point of adoption is worth, beside Wymant et al. 2021 (Nature 594: 408), who found 0.8 % (by modelling) to
//! 2.3 % (by statistics) fewer cases for each in England, October to December 2020:
//! `cargo run --release -p bluezone-planner --example wymant -- [SEEDS]`.
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use bluezone_planner::plan::{Band, Outcome};
use bluezone_planner::{Measures, Parameters, Scenario, Simulation, Town};

/// Share of the population of England and Wales that used the app.
const USERS: f64 = 0.28;
/// What is added to and taken off it for the effect of a percentage point.
const STEP: f64 = 0.1;
/// Days of the outbreak before what is counted: the measures need some to act.
const BEFORE: u16 = 14;

/// England in autumn 2020 as far as the model has it: `left` of the contacts outside the household.
fn england(left: f64) -> Parameters {
    let text = format!(
        "days = 104\ninfected_at_start = 1000\npeople = 100000\n[society]\nbase = \"openabm\"\n\
         [disease]\nimmune = 0.08\n\
         [measures]\nbase = \"product\"\ninstalled_together = 0\nworking = 1\ncode = 1\ntest_on_symptoms = 0.8\n\
         test_when_warned = 0\ntest_result = 2\ndeclare = 0\nmanual.interviews = 0\nvenues.check_in = 0\n\
         contacts_left = {left}\n"
    );
    Scenario::read(&text, u32::MAX).expect("a scenario").parameters
}

/// What is otherwise than with the product's rules.
type Setting = (&'static str, fn(&mut Measures));

const SETTINGS: [Setting; 7] = [
    ("product's rules", |_| ()),
    ("a fifth of the warnings, none in error", |m| (m.detection, m.false_warnings) = (0.3, 0.0)),
    ("who lives together installs together", |m| m.installed_together = 1.0),
    ("result and warning a day sooner", |m| (m.test_result, m.warning_delay) = (1, 0)),
    ("all who are warned stay at home", |m| m.when_warned.compliance = 1.0),
    ("households of cases go out", |m| m.household_of_case = false),
    ("households of the warned stay too", |m| m.household_of_warned = true),
];

/// What the runs of one setting have come to, seed by seed.
struct Runs {
    cases: Vec<f64>,
    r: f64,
    found: f64,
    warned: f64,
    infected: f64,
}

fn runs(parameters: &Parameters, towns: &[Town], adoption: f64) -> Runs {
    let outcomes: Vec<Outcome> = (1..)
        .zip(towns)
        .map(|(seed, town)| {
            let mut parameters = Parameters { seed, ..parameters.clone() };
            parameters.measures.adoption = adoption;
            Outcome::of(&Simulation::new(&parameters, town).run())
        })
        .collect();
    let after = |count: fn(&bluezone_planner::plan::Row) -> u32| {
        outcomes.iter().map(move |run| run.total(usize::MAX, count) - run.total(usize::from(BEFORE), count))
    };
    let sum = |count| after(count).sum::<f64>();
    // Whoever was infected in the first two months has infected whom they will.
    let early = |count: fn(&bluezone_planner::plan::Row) -> u32| {
        outcomes.iter().map(|run| run.total(74, count) - run.total(usize::from(BEFORE), count)).sum::<f64>()
    };
    let consenting = sum(|row| row.cases) * adoption * parameters.measures.consent;
    Runs {
        cases: after(|row| row.cases).collect(),
        r: early(|row| row.caused) / early(|row| row.infections),
        found: sum(|row| row.cases) / sum(|row| row.infections),
        warned: sum(|row| row.warned) / consenting,
        infected: sum(|row| row.warned_infected) / sum(|row| row.warned),
    }
}

fn main() {
    let seeds: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(20);
    let towns: Vec<Town> =
        (1..=seeds).map(|seed| Town::build(&Parameters { seed, ..england(1.0) })).collect();
    println!(
        "contacts left, setting, R without the app, infections found, warned an index, of them infected, averted at 28 %,"
    );
    println!("fewer cases a point [95 % of the seeds]");
    for left in [0.45, 0.55] {
        for (name, change) in SETTINGS {
            let mut parameters = england(left);
            change(&mut parameters.measures);
            let [none, less, some, more] =
                [0.0, USERS - STEP, USERS, USERS + STEP].map(|adoption| runs(&parameters, &towns, adoption));
            let averted = 1.0 - some.cases.iter().sum::<f64>() / none.cases.iter().sum::<f64>();
            // In percent of the cases, for each of the points between the two.
            let a_point = |less: f64, more: f64| (1.0 - (more / less).powf(1.0 / (200.0 * STEP))) * 100.0;
            let mean = a_point(less.cases.iter().sum(), more.cases.iter().sum());
            let band = Band::of(less.cases.iter().zip(&more.cases).map(|(&less, &more)| a_point(less, more)));
            println!(
                "{left:.2} {name:<39} {:>5.2} {:>5.2} {:>5.1} {:>6.3} {:>5.1} % {mean:>6.2} % [{:.2}, {:.2}]",
                none.r,
                some.found,
                some.warned,
                some.infected,
                averted * 100.0,
                band.low,
                band.high
            );
        }
    }
}
