//! Known limits of the model.

use std::collections::HashSet;

use bluezone_planner::{Parameters, Simulation, Time, Town};

use crate::{run, small};

#[test]
fn same_seed_same_result_on_any_number_of_threads() {
    let parameters = small(0.6);
    let town = Town::build(&parameters);
    let run = |threads| Simulation::new(&parameters, &town).threads(threads).run();
    let one = run(1);
    let digest = |run: &bluezone_planner::Run| format!("{:?}{:?}", run.days, run.infections);
    assert_eq!(digest(&one), digest(&run(2)));
    assert_eq!(digest(&one), digest(&run(3)));
    let other = Parameters { seed: 2, ..parameters.clone() };
    assert_ne!(one.infections, crate::run(&other).infections, "the seed matters");
}

#[test]
fn without_infectiousness_nobody_is_infected() {
    let mut parameters = small(0.6);
    parameters.disease.infectious_rate = 0.0;
    assert_eq!(run(&parameters).infections.len(), 100);
}

#[test]
fn people_are_conserved() {
    let mut parameters = small(0.6);
    parameters.days = 250;
    let run = run(&parameters);
    let distinct: HashSet<u32> = run.infections.iter().map(|infection| infection.who).collect();
    assert_eq!(distinct.len(), run.infections.len(), "nobody is infected twice");
    assert!(distinct.iter().all(|&who| who < parameters.population));
    assert_eq!(run.total(|day| day.infections) as usize + 100, run.infections.len());
    let last = run.days.last().expect("there are days");
    assert_eq!(last.hospital, 0, "whom the outbreak sent to hospital has left it");
    assert!(run.days.iter().all(|day| day.quarantined_infected <= day.quarantined));
    assert!(run.days.iter().all(|day| day.quarantined + day.hospital <= parameters.population));
    assert!(run.total(|day| day.deaths) <= run.infections.len() as u64);
    for infection in &run.infections[100..] {
        let by = run.infections.iter().find(|other| other.who == infection.by).expect("the infector");
        assert!(by.day < infection.day && infection.day <= by.until, "infectors are infectious");
    }
}

/// With uniform mixing and no differences between people, the epidemic is the renewal equation of its infectious curve:
/// S′ = −S·Σ β(τ)·I(t−τ)/N, the mean-field limit of the SEIR family.
#[test]
fn uniform_mixing_is_the_mean_field() {
    let mut parameters = Parameters { population: 100_000, days: 150, infected_at_start: 500, ..small(0.0) };
    parameters.measures = bluezone_planner::Measures::default();
    let society = &mut parameters.society;
    society.household_sizes = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    society.occupation_contacts = [0.0; 3];
    society.random_mean = [10.0; 3];
    society.random_sd = [0.0; 3];
    let disease = &mut parameters.disease;
    disease.infectious_rate = 2.0;
    disease.infectiousness_sd = 0.0;
    disease.susceptibility = [1.0; 9];
    disease.asymptomatic = [1.0; 9];
    disease.asymptomatic_factor = 1.0;
    // Nobody recovers before the curve has run out.
    disease.asymptomatic_to_recovery = Time { mean: 60.0, sd: 1.0 };
    let run = run(&parameters);

    let n = f64::from(parameters.population);
    let curve = gamma_shares(5.5, 2.14);
    let (mut susceptible, mut new) = (n - 500.0, vec![500.0]);
    for day in 1..=usize::from(parameters.days) {
        let reach = curve.iter().enumerate().take(day).map(|(i, share)| share * new[day - 1 - i]);
        let force = 2.0 * reach.sum::<f64>() / n;
        let infected = susceptible * (1.0 - (-force).exp());
        susceptible -= infected;
        new.push(infected);
    }
    for day in [20u16, 40, 60, 150] {
        let expected: f64 = new[..=usize::from(day)].iter().sum();
        let ours = f64::from(run.cumulative(day));
        assert!((ours / expected - 1.0).abs() < 0.05, "day {day}: {ours} for {expected}");
    }
    assert!((run.attack() - 0.797).abs() < 0.01, "the final size equation for R = 2: {}", run.attack());
}

/// Shares of a Gamma distribution by day, by numerical integration: another way than the library's.
fn gamma_shares(mean: f64, sd: f64) -> Vec<f64> {
    let (shape, scale) = (mean * mean / (sd * sd), sd * sd / mean);
    let density = |t: f64| (t / scale).powf(shape - 1.0) * (-t / scale).exp();
    let day = |d: usize| (0..1000).map(|i| density(d as f64 + (f64::from(i) + 0.5) / 1000.0)).sum::<f64>();
    let shares: Vec<f64> = (0..25).map(day).collect();
    let total: f64 = shares.iter().sum();
    shares.iter().map(|share| share / total).collect()
}
