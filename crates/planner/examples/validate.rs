//! Ours beside OpenABM-Covid19: `cargo run --release -p bluezone-planner --example validate -- [SEEDS]`. A mean outside its
//! tolerance (validation/README.md) is marked with `!` and listed at the end. Exits with 1 if it is of a family that tolerances were agreed
//! for.
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

#[path = "../validation/openabm.rs"]
mod openabm;

use std::process::ExitCode;

use bluezone_planner::{Run, Simulation, Town};
use openabm::{FIGURES, Family, Figures, Theirs, agreed, effect_problems, mean_of, others, ours};

const ADOPTION: &str = include_str!("../validation/openabm-adoption.csv");

/// What is shown and not judged: name, ours, column of OpenABM's table.
type Shown = (&'static str, fn(&Run) -> f64, usize);

const SHOWN: [Shown; 6] = [
    ("cases", |run| run.total(|day| day.cases) as f64, 6),
    ("deaths", |run| run.total(|day| day.deaths) as f64, 7),
    ("tests", |run| run.total(|day| day.tests) as f64, 13),
    ("hospital", |run| most(run, |day| day.hospital), 14),
    ("peak quar", |run| most(run, |day| day.quarantined), 10),
    ("q-days", |run| run.total(|day| day.quarantined) as f64, 11),
];

fn main() -> ExitCode {
    let seeds: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(10);
    let (mut outside, mut others_outside) = (Vec::new(), Vec::new());
    println!("{seeds} seeds: ours / theirs (tolerance)");
    let head: Vec<String> = FIGURES.iter().map(|name| format!("{name:>24}")).collect();
    println!("{:>21} {}", "", head.join(" "));
    let (mut steps, mut compared) = (Vec::new(), Vec::new());
    let agreed = agreed();
    for (number, family) in agreed.iter().enumerate() {
        let runs = runs(family, seeds);
        let (mean, theirs) = judged(family, &runs, &mut outside);
        steps.push((family.adoption, mean[0]));
        compared.push((family.adoption, theirs.mean[0]));
        println!("{:>21} {}", "", beside(family, &runs));
        let last = agreed.get(number + 1).is_none_or(|next| next.name != family.name);
        if last {
            // Both attack rates may be off by as much.
            let tolerance = theirs.tolerance[0] * 2.0 / steps[0].1;
            let problems = effect_problems(family.name, &steps, &compared, tolerance);
            let averted = steps.iter().zip(&compared).map(|(we, they)| {
                format!("{:.3}/{:.3}", 1.0 - we.1 / steps[0].1, 1.0 - they.1 / compared[0].1)
            });
            let averted = averted.collect::<Vec<_>>().join(" ");
            println!("{:>21} averted (±{tolerance:.3}): {averted}", family.name);
            outside.extend(problems);
            (steps, compared) = (Vec::new(), Vec::new());
        }
    }
    for family in others() {
        judged(&family, &runs(&family, seeds), &mut others_outside);
    }
    for (which, problems) in [("agreed", &outside), ("others", &others_outside)] {
        println!("{which}: {} outside", problems.len());
        problems.iter().for_each(|problem| println!("outside: {problem}"));
    }
    ExitCode::from(u8::from(!outside.is_empty()))
}

fn runs(family: &Family, seeds: u64) -> Vec<Run> {
    let run = |seed| {
        let parameters = family.parameters(seed);
        Simulation::new(&parameters, &Town::build(&parameters)).run()
    };
    (1..=seeds).map(run).collect()
}

/// Prints a family's line; means of ours and theirs.
fn judged(family: &Family, runs: &[Run], outside: &mut Vec<String>) -> (Figures, Theirs) {
    let all: Vec<Figures> = runs.iter().map(ours).collect();
    let (mean, theirs) = (mean_of(&all), family.theirs(all.len()));
    let mut cells = Vec::new();
    for (figure, name) in FIGURES.iter().enumerate() {
        let (we, they, tolerance) = (mean[figure], theirs.mean[figure], theirs.tolerance[figure]);
        let off = (we - they).abs() > tolerance;
        if off {
            let (we, they, tolerance) = (shown(we), shown(they), shown(tolerance));
            outside
                .push(format!("{} at {}: {name} {we} for {they} ±{tolerance}", family.name, family.adoption));
        }
        let mark = if off { "!" } else { "" };
        cells.push(format!("{:>24}", format!("{mark}{}/{} ({})", shown(we), shown(they), shown(tolerance))));
    }
    println!("{:>16} {:>4} {}", family.name, family.adoption, cells.join(" "));
    (mean, theirs)
}

/// What else the table of adoption has.
fn beside(family: &Family, runs: &[Run]) -> String {
    let rows = ADOPTION.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    let number = |text: &str| text.parse::<f64>().expect("the table holds numbers");
    let here = |row: &Vec<&str>| row[0] == family.name && (number(row[1]) - family.adoption).abs() < 1e-6;
    let rows: Vec<_> = rows.filter(here).collect();
    let cell = |(name, ours, column): Shown| {
        let we = runs.iter().map(ours).sum::<f64>() / runs.len() as f64;
        let they = rows.iter().map(|row| number(row[column])).sum::<f64>() / rows.len() as f64;
        format!("{name} {}/{}", shown(we), shown(they))
    };
    SHOWN.map(cell).join(", ")
}

fn most(run: &Run, count: impl Fn(&bluezone_planner::Day) -> u32) -> f64 {
    f64::from(run.days.iter().map(count).max().unwrap_or(0))
}

fn shown(value: f64) -> String {
    match value {
        small if small.abs() < 10.0 => format!("{small:.4}"),
        _ => format!("{value:.0}"),
    }
}
