//! OpenABM-Covid19's runs, what is compared with them, and how far ours may be off. Used by `--example validate` and by the tests.

use bluezone_planner::{AGE_BANDS, Measures, Parameters, Phase, Run};

const DAILY: &str = include_str!("openabm-cumulative-daily.csv");
const FAMILIES: &str = include_str!("openabm-families-daily.csv");

/// From so many runs on, the spread of a family that no tolerance was agreed for is its own.
const ENOUGH: usize = 5;

/// Standard errors by which two means of the same thing may differ.
const ERRORS: f64 = 3.0;

/// What is compared.
pub const FIGURES: [&str; 6] = ["attack", "peak/day", "peak day", "by d60", "by d100", "growth/day"];

/// What a run has come to, in the order of [`FIGURES`].
pub type Figures = [f64; 6];

/// Of the infections until each day, from day 1 on.
fn figures(cumulative: &[f64], people: f64) -> Figures {
    let of = |day: usize| cumulative.get(day - 1).copied().unwrap_or_default();
    let (mut peak, mut peak_day) = (0.0, 0.0);
    for day in 2..=cumulative.len() {
        let new = of(day) - of(day - 1);
        if new > peak {
            (peak, peak_day) = (new, day as f64);
        }
    }
    // Slope of the logarithm of new infections between days 10 and 22.
    let points: Vec<(f64, f64)> =
        (10..=22).map(|day| (day as f64, (of(day) - of(day - 1)).max(1.0).ln())).collect();
    let n = points.len() as f64;
    let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.0 / n, y + point.1 / n));
    let (xy, xx) = points.iter().fold((0.0, 0.0), |(xy, xx), point| {
        (xy + (point.0 - x) * (point.1 - y), xx + (point.0 - x) * (point.0 - x))
    });
    [of(cumulative.len()) / people, peak, peak_day, of(60), of(100), xy / xx]
}

/// What one of our runs has come to.
pub fn ours(run: &Run) -> Figures {
    let days = 1..=run.days.len() as u16;
    let cumulative: Vec<f64> = days.map(|day| f64::from(run.cumulative(day))).collect();
    figures(&cumulative, f64::from(run.population))
}

/// A family of OpenABM's runs: its name, the share of people with the app (NaN where it has no one number), the parameters that
/// it had in our terms, and the tolerance of the attack rate, if one was agreed.
pub struct Family {
    pub name: &'static str,
    pub adoption: f64,
    parameters: fn(&mut Parameters, f64),
    attack: Option<f64>,
}

fn rate(parameters: &mut Parameters, rate: f64, adoption: f64) {
    parameters.disease.infectious_rate = rate;
    parameters.measures = Measures::validation(adoption);
}

fn lockdown(parameters: &mut Parameters, adoption: f64) {
    rate(parameters, 4.0, adoption);
    let open = parameters.measures.clone();
    let closed = Measures { contacts_left: [0.33; 2], at_home: 1.5, ..open.clone() };
    parameters.phases = vec![Phase { from: 30, measures: closed }, Phase { from: 60, measures: open }];
}

/// Smartphones by age in the United Kingdom, as OpenABM has them.
const SHAPE: [f64; AGE_BANDS] = [0.09, 0.80, 0.97, 0.96, 0.94, 0.86, 0.70, 0.48, 0.32];

/// The two families that tolerances were agreed for, at all their adoptions.
pub fn agreed() -> Vec<Family> {
    let of = |name, adoptions: &[u32], tolerance, parameters: fn(&mut Parameters, f64)| {
        let family = move |&percent: &u32| Family {
            name,
            adoption: f64::from(percent) / 100.0,
            parameters,
            attack: Some(tolerance),
        };
        adoptions.iter().map(family).collect::<Vec<_>>()
    };
    let mut all = of("P58", &[0, 20, 40, 60, 80], 0.015, |p, adoption| rate(p, 5.8, adoption));
    let nine = [0, 10, 20, 30, 40, 50, 60, 70, 80];
    all.extend(of("P40", &nine, 0.025, |p, adoption| rate(p, 4.0, adoption)));
    all
}

/// Families with something else changed: another R, one place of infection, other apps, other compliance, other measures.
pub fn others() -> Vec<Family> {
    let of = |name, adoption, parameters: fn(&mut Parameters, f64)| Family {
        name,
        adoption,
        parameters,
        attack: None,
    };
    vec![
        of("rate 3", 0.6, |p, adoption| rate(p, 3.0, adoption)),
        of("no measures", 0.0, |p, _| p.disease.infectious_rate = 4.0),
        of("homes alone", 0.0, |p, _| p.disease.setting_weight = [2.0, 0.0, 0.0]),
        of("app by age", f64::NAN, |p, _| {
            let people: f64 = p.society.ages.iter().sum();
            let users: f64 = p.society.ages.iter().zip(SHAPE).map(|(people, share)| people * share).sum();
            rate(p, 4.0, users / people);
            p.measures.adoption_by_age = SHAPE;
        }),
        of("half comply", 0.6, |p, adoption| {
            rate(p, 4.0, adoption);
            p.measures.when_warned.compliance = 0.5;
        }),
        of("on symptoms", 0.6, |p, adoption| {
            rate(p, 4.0, adoption);
            p.measures.warn_on_symptoms = true;
        }),
        of("households", 0.6, |p, adoption| {
            rate(p, 4.0, adoption);
            (p.measures.household_of_case, p.measures.household_of_symptoms) = (true, true);
        }),
        of("half recorded", 0.6, |p, adoption| {
            rate(p, 4.0, adoption);
            p.measures.detection = 0.5;
        }),
        of("second ring", 0.6, |p, adoption| {
            rate(p, 4.0, adoption);
            (p.measures.depth, p.measures.detection) = (2, 0.5);
        }),
        of("tests of warned", 0.6, |p, adoption| {
            rate(p, 4.0, adoption);
            p.measures.test_when_warned = 0.5;
        }),
        of("symptoms then tests", 0.6, |p, adoption| {
            rate(p, 4.0, adoption);
            (p.measures.warn_on_symptoms, p.measures.test_when_warned) = (true, 0.8);
        }),
        of("symptoms then households", 0.6, |p, adoption| {
            rate(p, 4.0, adoption);
            (p.measures.warn_on_symptoms, p.measures.household_of_warned) = (true, true);
        }),
        of("symptoms warn again", 0.6, |p, adoption| {
            rate(p, 4.0, adoption);
            (p.measures.warn_on_symptoms, p.measures.warn_again) = (true, true);
            p.measures.test_when_warned = 0.8;
        }),
        of("households of symptoms", 0.6, |p, adoption| {
            rate(p, 4.0, adoption);
            (p.measures.warn_on_symptoms, p.measures.household_of_warned_of_symptoms) = (true, true);
        }),
        of("tests of symptoms", 0.6, |p, adoption| {
            rate(p, 4.0, adoption);
            (p.measures.warn_on_symptoms, p.measures.test_when_warned) = (true, 0.8);
            p.measures.test_when_warned_of_symptoms = 0.5;
        }),
        of("tests and households", 0.6, |p, adoption| {
            rate(p, 4.0, adoption);
            (p.measures.household_of_case, p.measures.household_of_warned) = (true, true);
            p.measures.test_when_warned = 0.8;
        }),
        of("third ring", 0.6, |p, adoption| {
            rate(p, 4.0, adoption);
            (p.measures.depth, p.measures.detection) = (3, 0.5);
        }),
        of("negative ignored", 0.6, |p, adoption| {
            rate(p, 4.0, adoption);
            p.measures.negative_counts = false;
        }),
        of("by people and app", 0.6, |p, adoption| {
            rate(p, 4.0, adoption);
            (p.measures.manual.interviews, p.measures.manual.told) = (180.0, 360.0);
            p.measures.manual.without_app = true;
        }),
        of("by people in hospital", 0.0, |p, adoption| {
            rate(p, 4.0, adoption);
            (p.measures.manual.interviews, p.measures.manual.told) = (180.0, 360.0);
            p.measures.manual.in_hospital = true;
        }),
        of("schools closed", 0.0, |p, adoption| {
            rate(p, 4.0, adoption);
            let open = p.measures.clone();
            let occupation_left = [0.1, 0.1, 0.8, 0.5, 0.5];
            let closed =
                Measures { contacts_left: [1.0, 0.7], occupation_left, at_home: 1.5, ..open.clone() };
            p.phases = vec![Phase { from: 30, measures: closed }, Phase { from: 100, measures: open }];
        }),
        of("by people", 0.0, |p, adoption| {
            rate(p, 4.0, adoption);
            (p.measures.manual.interviews, p.measures.manual.told) = (180.0, 360.0);
        }),
        of("lockdown", 0.0, lockdown),
        // Where few are infected on the way, chance among the first 200 decides most: the same from 2,000 says more of the model.
        of("rate 3 from 2000", 0.6, |p, adoption| {
            rate(p, 3.0, adoption);
            p.infected_at_start = 2000;
        }),
        of("lockdown from 2000", 0.0, |p, adoption| {
            lockdown(p, adoption);
            p.infected_at_start = 2000;
        }),
    ]
}

/// Means of OpenABM's runs and how far the mean of ours may be off.
pub struct Theirs {
    pub mean: Figures,
    pub tolerance: Figures,
}

/// A run of OpenABM: family, adoption, figures.
type Row = (&'static str, f64, Figures);

fn rows(table: &'static str) -> Vec<Row> {
    let number = |text: &str| text.parse::<f64>().expect("the tables hold numbers");
    let row = |line: &'static str| {
        let cells: Vec<&str> = line.split(',').collect();
        let cumulative: Vec<f64> = cells[3..].iter().map(|cell| number(cell)).collect();
        (cells[0], number(cells[1]), figures(&cumulative, 100_000.0))
    };
    table.lines().skip(1).map(row).collect()
}

/// Their means.
pub fn mean_of(runs: &[Figures]) -> Figures {
    std::array::from_fn(|figure| runs.iter().map(|run| run[figure]).sum::<f64>() / runs.len() as f64)
}

/// Standard deviation between seeds, pooled over all families and adoptions among these rows; as a share of their mean, if `relative`.
fn spread(rows: &[Row], relative: bool) -> Figures {
    let (mut squares, mut free) = (Figures::default(), 0.0);
    for (family, adoption, run) in rows {
        let alike = rows.iter().filter(|row| (row.0, row.1) == (*family, *adoption));
        let alike: Vec<Figures> = alike.map(|row| row.2).collect();
        let mean = mean_of(&alike);
        for figure in 0..FIGURES.len() {
            let unit = if relative { mean[figure] } else { 1.0 };
            squares[figure] += ((run[figure] - mean[figure]) / unit).powi(2);
        }
        // Each row of so many stands for its share of the degrees of freedom.
        free += 1.0 - 1.0 / alike.len() as f64;
    }
    squares.map(|sum| (sum / free).sqrt())
}

impl Family {
    /// Our parameters.
    pub fn parameters(&self, seed: u64) -> Parameters {
        let mut parameters = Parameters { seed, ..Parameters::default() };
        (self.parameters)(&mut parameters, self.adoption);
        parameters
    }

    /// Whether tolerances were agreed for it.
    pub fn agreed(&self) -> bool {
        self.attack.is_some()
    }

    /// What the mean of so many of our runs is compared with. The tolerance is three standard errors of the difference of two means, from
    /// the spread between OpenABM's own seeds in this family; but where one was agreed for the attack rate, it is that. Of two seeds
    /// a spread says next to nothing: a family with no more has the spread of the agreed ones, as a share of its own mean. How much our
    /// runs differ among themselves excuses nothing.
    pub fn theirs(&self, seeds: usize) -> Theirs {
        let here = |row: &&Row| {
            row.0 == self.name && (self.adoption.is_nan() || (row.1 - self.adoption).abs() < 1e-6)
        };
        let mut all = rows(DAILY);
        let mut others = if self.agreed() { Vec::new() } else { rows(FAMILIES) };
        let mine: Vec<Figures> = all.iter().chain(&others).filter(here).map(|row| row.2).collect();
        assert!(!mine.is_empty(), "{} at {}: no run", self.name, self.adoption);
        let mean = mean_of(&mine);
        let spreads = if self.agreed() {
            all.retain(|row| row.0 == self.name);
            spread(&all, false)
        } else if mine.len() >= ENOUGH {
            others.retain(|row| row.0 == self.name);
            spread(&others, false)
        } else {
            let shares = spread(&all, true);
            std::array::from_fn(|figure| shares[figure] * mean[figure].abs())
        };
        let errors = (1.0 / mine.len() as f64 + 1.0 / seeds as f64).sqrt();
        let mut tolerance = spreads.map(|spread| ERRORS * spread * errors);
        tolerance[0] = self.attack.unwrap_or(tolerance[0]);
        Theirs { mean, tolerance }
    }
}

/// What is wrong with the effect of adoption: shares of infections averted, ours and theirs, by adoption from 0 on in equal steps. It
/// grows, ever faster up to 40 %, and is as large as theirs within what both attack rates may be off.
pub fn effect_problems(
    name: &str,
    ours: &[(f64, f64)],
    theirs: &[(f64, f64)],
    tolerance: f64,
) -> Vec<String> {
    let averted = |all: &[(f64, f64)], at: usize| 1.0 - all[at].1 / all[0].1;
    let mut problems = Vec::new();
    for at in 1..ours.len() {
        let (we, they) = (averted(ours, at), averted(theirs, at));
        if (we - they).abs() > tolerance {
            problems.push(format!("{name}: {} averts {we:.3}, theirs {they:.3}", ours[at].0));
        }
        if ours[at].1 >= ours[at - 1].1 {
            problems.push(format!("{name}: {} averts no more than less adoption", ours[at].0));
        }
    }
    let place = |adoption: f64| ours.iter().position(|step| (step.0 - adoption).abs() < 1e-6);
    if let (Some(fifth), Some(two)) = (place(0.2), place(0.4)) {
        let (fifth, two) = (averted(ours, fifth), averted(ours, two));
        if two < 2.0 * fifth || !(0.02..=0.08).contains(&fifth) {
            problems.push(format!("{name}: 20 % averts {fifth:.3}, 40 % {two:.3}: not convex"));
        }
    }
    problems
}
