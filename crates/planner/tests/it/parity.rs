//! OpenABM-Covid19 agrees; the whole comparison is `--example validate`.

#[path = "../../validation/openabm.rs"]
mod openabm;

use bluezone_planner::{Parameters, Simulation, Town};
use openabm::{FIGURES, Figures, agreed, effect_problems, mean_of, others, ours};

use crate::run;

/// Few seeds: the tolerances are as much wider, but for an attack rate that was agreed, whose noise is a third of that.
fn runs(family: &openabm::Family, seeds: u64) -> Vec<Figures> {
    let run = |seed| {
        let parameters = family.parameters(seed);
        ours(&Simulation::new(&parameters, &Town::build(&parameters)).run())
    };
    (1..=seeds).map(run).collect()
}

#[test]
fn epidemics_are_those_of_openabm() {
    let mut problems = Vec::new();
    for name in ["P58", "P40"] {
        let (mut steps, mut compared, mut widest) = (Vec::new(), Vec::new(), 0.0);
        for family in agreed() {
            let chosen = [0.0, 0.2, 0.4, 0.8].iter().any(|at| (family.adoption - at).abs() < 1e-6);
            if family.name != name || !chosen {
                continue;
            }
            let runs = runs(&family, 3);
            let (we, they) = (mean_of(&runs), family.theirs(runs.len()));
            steps.push((family.adoption, we[0]));
            compared.push((family.adoption, they.mean[0]));
            widest = they.tolerance[0];
            for (figure, what) in FIGURES.iter().enumerate() {
                let (we, they, tolerance) = (we[figure], they.mean[figure], they.tolerance[figure]);
                if (we - they).abs() > tolerance {
                    problems
                        .push(format!("{name} at {}: {what} {we} for {they} ±{tolerance}", family.adoption));
                }
            }
        }
        problems.extend(effect_problems(name, &steps, &compared, 2.0 * widest / steps[0].1));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Families that nothing was chosen by: infection at home alone, an app by age, what the warned do, other measures.
#[test]
fn other_parameters_of_openabm_have_the_same_effect() {
    let mut problems = Vec::new();
    for family in others() {
        let runs = runs(&family, 3);
        let (we, they) = (mean_of(&runs), family.theirs(runs.len()));
        for figure in [0, 4] {
            let (we, they, tolerance) = (we[figure], they.mean[figure], they.tolerance[figure]);
            if (we - they).abs() > tolerance {
                problems.push(format!("{}: {} {we} for {they} ±{tolerance}", family.name, FIGURES[figure]));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// A tenth more or fewer infected is outside with ten seeds, however few they are. With R near 1 chance among the first 200 makes more
/// than that: a sixth; the same family from 2,000 is held to the tenth.
#[test]
fn every_family_can_fail() {
    for family in agreed().into_iter().chain(others()) {
        let theirs = family.theirs(10);
        let share = theirs.tolerance[0] / theirs.mean[0];
        let most = if family.name == "rate 3" { 0.17 } else { 0.1 };
        assert!(share < most, "{} at {}: ±{:.0} %", family.name, family.adoption, share * 100.0);
    }
}

#[test]
fn without_measures_settings_and_generations_are_those_of_openabm() {
    let run = run(&Parameters::default());
    assert!((run.attack() - 0.858).abs() < 0.01, "{}", run.attack());
    let caught = &run.infections[200..];
    let share = |setting: usize| {
        caught.iter().filter(|infection| infection.setting as usize == setting).count() as f64
            / caught.len() as f64
    };
    for (setting, theirs) in [0.20, 0.50, 0.31].into_iter().enumerate() {
        assert!((share(setting) - theirs).abs() < 0.02, "{} for {theirs}", share(setting));
    }
    let day_of: std::collections::HashMap<u32, &bluezone_planner::Infection> =
        run.infections.iter().map(|infection| (infection.who, infection)).collect();
    let times: Vec<f64> = caught.iter().map(|i| f64::from(i.day - day_of[&i.by].day)).collect();
    let mean = times.iter().sum::<f64>() / times.len() as f64;
    assert!((mean - 5.39).abs() < 0.1, "generation time {mean}");
    // Symptoms begin at the end of their day, after its contacts.
    let of_all = |which: fn(u16, u16) -> bool| {
        let count = caught.iter().filter(|i| which(i.day, day_of[&i.by].symptoms)).count();
        count as f64 / caught.len() as f64
    };
    let presymptomatic = of_all(|day, symptoms| day <= symptoms && symptoms < u16::MAX);
    let asymptomatic = of_all(|_, symptoms| symptoms == u16::MAX);
    assert!((presymptomatic - 0.455).abs() < 0.02, "presymptomatic {presymptomatic}");
    assert!((asymptomatic - 0.173).abs() < 0.02, "asymptomatic {asymptomatic}");
}
