//! The outbreak of 2020 in Đà Nẵng beside runs with the measures of that time:
//! `cargo run --release -p bluezone-planner --example danang -- [SEEDS [FILE]]`. Exits with 1 if fewer than 95 % of the days lie
//! in the range of 95 % of the runs, or the sum does not.
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::process::ExitCode;

use bluezone_planner::plan::{Band, Outcome};
use bluezone_planner::{Parameters, Scenario, Simulation, Town};

const SCENARIO: &str = include_str!("../../../scenarios/plan/da-nang-2020.toml");
/// Newly reported cases from 2 July 2020 (day 1), official counts.
const REPORTED: &str = include_str!("../validation/danang-2020.csv");
/// Days over which reported numbers are summed: they came in batches.
const WEEK: usize = 7;

fn main() -> ExitCode {
    let seeds: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(100);
    let given = std::env::args().nth(2).map(|path| std::fs::read_to_string(path).expect("a scenario file"));
    let text = given.as_deref().unwrap_or(SCENARIO);
    let scenario = Scenario::read(text, u32::MAX).expect("a scenario").with_adoption(0.4);
    let runs: Vec<Outcome> = (1..=seeds)
        .map(|seed| {
            let parameters = Parameters { seed, ..scenario.parameters.clone() };
            Outcome::of(&Simulation::new(&parameters, &Town::build(&parameters)).run())
        })
        .collect();
    let reported: Vec<f64> =
        REPORTED.lines().skip(1).filter_map(|line| line.split(',').nth(1)?.parse().ok()).collect();
    let days = reported.len().min(usize::from(scenario.parameters.days));
    let (mut inside, mut inside_week) = (0, 0);
    println!("day reported  runs [95 %]   7 days: reported  runs [95 %]");
    for day in 0..days {
        let over = |span: std::ops::Range<usize>| {
            let theirs: f64 = reported[span.clone()].iter().sum();
            let ours = Band::of(
                runs.iter()
                    .map(|run| run.days[span.clone()].iter().map(|row| f64::from(row.cases)).sum::<f64>()),
            );
            (theirs, ours, (ours.low..=ours.high).contains(&theirs))
        };
        let (one, band, is_inside) = over(day..day + 1);
        let (seven, week, week_is_inside) = over((day + 1).saturating_sub(WEEK)..day + 1);
        inside += usize::from(is_inside);
        inside_week += usize::from(week_is_inside);
        println!(
            "{:>3} {one:>5} {:>7.1} [{:.0}, {:.0}]{:>3} {seven:>8} {:>8.1} [{:.0}, {:.0}]{}",
            day + 1,
            band.mean,
            band.low,
            band.high,
            if is_inside { "" } else { " !" },
            week.mean,
            week.low,
            week.high,
            if week_is_inside { "" } else { " !" },
        );
    }
    let total: f64 = reported[..days].iter().sum();
    let ours = Band::of(runs.iter().map(|run| run.total(days, |row| row.cases)));
    println!("sum: {total} reported, {:.0} [{:.0}, {:.0}] in the runs", ours.mean, ours.low, ours.high);
    println!("{inside} of {days} days inside, {inside_week} of {days} sums of seven days");
    let good = inside * 100 >= days * 95 && (ours.low..=ours.high).contains(&total);
    ExitCode::from(u8::from(!good))
}
