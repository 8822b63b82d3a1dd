//! Ours beside OpenABM-Covid19: `cargo run --release -p bluezone-planner --example validate -- [SEEDS [FAMILY]]`.
//! Exits with 1 if an attack rate lies outside the tolerance (0.015 for P58, 0.025 for P40, means over all seeds).
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::process::ExitCode;

use bluezone_planner::{Measures, Parameters, Run, Simulation, Town};

const ADOPTION: &str = include_str!("../validation/openabm-adoption.csv");
const DAILY: &str = include_str!("../validation/openabm-cumulative-daily.csv");

/// What is compared: name, unit of the table, ours, column of theirs or day of their cumulative infections.
type Measure = (&'static str, fn(&Run) -> f64, Theirs);

enum Theirs {
    Column(usize),
    Cumulative(usize),
    Growth,
}

const MEASURES: [Measure; 12] = [
    ("attack", Run::attack, Theirs::Column(4)),
    ("peak/day", |run| f64::from(run.peak().1), Theirs::Column(8)),
    ("peak day", |run| f64::from(run.peak().0), Theirs::Column(9)),
    ("by d60", |run| f64::from(run.cumulative(60)), Theirs::Cumulative(60)),
    ("by d100", |run| f64::from(run.cumulative(100)), Theirs::Cumulative(100)),
    ("r d10-22", |run| growth(|day| f64::from(run.cumulative(day as u16))), Theirs::Growth),
    ("cases", |run| run.total(|day| day.cases) as f64, Theirs::Column(6)),
    ("deaths", |run| run.total(|day| day.deaths) as f64, Theirs::Column(7)),
    ("tests", |run| run.total(|day| day.tests) as f64, Theirs::Column(13)),
    ("hospital", |run| f64::from(run.days.iter().map(|d| d.hospital).max().unwrap_or(0)), Theirs::Column(14)),
    (
        "peak quar",
        |run| f64::from(run.days.iter().map(|d| d.quarantined).max().unwrap_or(0)),
        Theirs::Column(10),
    ),
    ("q-days", |run| run.total(|day| day.quarantined) as f64, Theirs::Column(11)),
];

/// A change of the measures, and OpenABM's attack rate with it at an infectious rate of 4 and 40 % and 80 % adoption (means
/// of two seeds, so ±0.02).
type Sensitivity = (&'static str, fn(&mut Measures), [f64; 2]);

const SENSITIVITIES: [Sensitivity; 5] = [
    ("as P40", |_| (), [0.464, 0.314]),
    ("tests the same day", |m| (m.test_order, m.test_result) = (0, 0), [0.472, 0.290]),
    ("results after 1 + 3 days", |m| m.test_result = 3, [0.470, 0.355]),
    ("half of the warned comply", |m| m.when_warned.compliance = 0.5, [0.496, 0.408]),
    (
        "households of cases and warned",
        |m| (m.household_of_case, m.household_of_warned) = (true, true),
        [0.315, 0.191],
    ),
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let seeds: u64 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(10);
    let only = arguments.next();
    let towns: Vec<Town> =
        (1..=seeds).map(|seed| Town::build(&Parameters { seed, ..base(5.8, 0.0) })).collect();
    let mut outside = 0;
    for (family, rate, tolerance) in [("P58", 5.8, 0.015), ("P40", 4.0, 0.025)] {
        if only.as_ref().is_some_and(|only| only != family) {
            continue;
        }
        println!("{family}, {seeds} seeds: ours / theirs");
        println!("{:>4} {}", "u", MEASURES.map(|(name, ..)| format!("{name:>17}")).join(" "));
        for step in 0..=8 {
            let adoption = f64::from(step) / 10.0;
            let runs: Vec<Run> = (1..=seeds)
                .zip(&towns)
                .map(|(seed, town)| Simulation::new(&Parameters { seed, ..base(rate, adoption) }, town).run())
                .collect();
            let cells = MEASURES.map(|(name, ours, theirs)| {
                let ours = runs.iter().map(ours).sum::<f64>() / runs.len() as f64;
                let Some(theirs) = mean_of_theirs(family, adoption, &theirs) else {
                    return format!("{:>17}", figure(ours));
                };
                let off = name == "attack" && (ours - theirs).abs() > tolerance;
                outside += usize::from(off);
                format!(
                    "{:>17}",
                    format!("{}{}/{}", if off { "!" } else { "" }, figure(ours), figure(theirs))
                )
            });
            println!("{adoption:>4} {}", cells.join(" "));
        }
    }
    if only.is_none() {
        sensitivities(seeds, &towns);
    }
    println!("attack rates outside the tolerance: {outside}");
    ExitCode::from(u8::from(outside > 0))
}

fn sensitivities(seeds: u64, towns: &[Town]) {
    println!("attack rate with other measures at 40 % and 80 % adoption: ours / theirs");
    for (name, change, theirs) in SENSITIVITIES {
        let cells = [0.4, 0.8].map(|adoption| {
            let runs = (1..=seeds).zip(towns).map(|(seed, town)| {
                let mut parameters = Parameters { seed, ..base(4.0, adoption) };
                change(&mut parameters.measures);
                Simulation::new(&parameters, town).run().attack()
            });
            runs.sum::<f64>() / seeds as f64
        });
        println!("{name:<31} {:.3}/{:.3} {:.3}/{:.3}", cells[0], theirs[0], cells[1], theirs[1]);
    }
}

fn base(infectious_rate: f64, adoption: f64) -> Parameters {
    let mut parameters = Parameters { measures: Measures::validation(adoption), ..Parameters::default() };
    parameters.disease.infectious_rate = infectious_rate;
    parameters
}

/// Growth rate a day of new infections between days 10 and 22: slope of their logarithm.
fn growth(cumulative: impl Fn(usize) -> f64) -> f64 {
    let points: Vec<(f64, f64)> =
        (10..=22).map(|day| (day as f64, (cumulative(day) - cumulative(day - 1)).max(1.0).ln())).collect();
    let n = points.len() as f64;
    let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), p| (x + p.0 / n, y + p.1 / n));
    let (xy, xx) = points
        .iter()
        .fold((0.0, 0.0), |(xy, xx), p| (xy + (p.0 - x) * (p.1 - y), xx + (p.0 - x) * (p.0 - x)));
    xy / xx
}

fn mean_of_theirs(family: &str, adoption: f64, theirs: &Theirs) -> Option<f64> {
    let table = if matches!(theirs, Theirs::Column(_)) { ADOPTION } else { DAILY };
    let values: Vec<f64> = table
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>())
        .filter(|row| row[0] == family && (number(row[1]) - adoption).abs() < 1e-6)
        .map(|row| match theirs {
            Theirs::Column(column) => number(row[*column]),
            Theirs::Cumulative(day) => number(row[2 + day]),
            Theirs::Growth => growth(|day| number(row[2 + day])),
        })
        .collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn number(text: &str) -> f64 {
    text.parse().expect("the tables hold numbers")
}

fn figure(value: f64) -> String {
    match value {
        small if small.abs() < 10.0 => format!("{small:.4}"),
        _ => format!("{value:.0}"),
    }
}
