//! OpenABM-Covid19 agrees; the whole comparison is `--example validate`.

use bluezone_planner::{Measures, Parameters};

use crate::run;

#[test]
fn attack_rates_are_those_of_openabm() {
    // Infectious rate, adoption, OpenABM's mean of three seeds (validation/openabm-adoption.csv); with two of ours the
    // noise is about 0.006 for the first three and 0.012 for the others.
    let cells = [
        (5.8, 0.0, 0.7614, 0.02),
        (5.8, 0.4, 0.6810, 0.02),
        (5.8, 0.8, 0.5220, 0.02),
        (4.0, 0.0, 0.5438, 0.035),
        (4.0, 0.6, 0.3954, 0.035),
    ];
    for (rate, adoption, theirs, tolerance) in cells {
        let attacks = (1..=2).map(|seed| {
            let mut parameters =
                Parameters { seed, measures: Measures::validation(adoption), ..Parameters::default() };
            parameters.disease.infectious_rate = rate;
            run(&parameters).attack()
        });
        let ours = attacks.sum::<f64>() / 2.0;
        assert!((ours - theirs).abs() < tolerance, "{ours} for {theirs} at {rate}, {adoption}");
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
