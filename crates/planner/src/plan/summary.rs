//! What all runs together say, in people of the province.

use serde::Serialize;

use super::run::Outcomes;
use super::{Lever, Outcome, Plan, Row};
use crate::distribution::infectious_curve;
use crate::scenario::Scenario;

/// A mean over runs and the range in which 95 % of them lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Band {
    /// Mean.
    pub mean: f64,
    /// 2.5 % quantile.
    pub low: f64,
    /// 97.5 % quantile.
    pub high: f64,
}

impl Band {
    /// Of some values; nothing without any.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let Some(last) = values.len().checked_sub(1) else { return Self::default() };
        let quantile = |share: f64| {
            let place = share * last as f64;
            let (below, above) = (values[place.floor() as usize], values[place.ceil() as usize]);
            below + (above - below) * place.fract()
        };
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        Self { mean, low: quantile(0.025), high: quantile(0.975) }
    }
}

/// A band a day.
pub type Curve = Vec<Band>;

/// What a change brings, seed by seed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Effect {
    /// Infections averted.
    pub averted: Band,
    /// Share of the infections without it that are averted.
    pub averted_share: Band,
    /// Deaths averted.
    pub deaths_averted: Band,
    /// Days of isolation that it adds, of everybody.
    pub isolation_days: Band,
    /// Days that people who were never infected spend in isolation more.
    pub needless_days: Band,
    /// First day from which on fewer days were lost with it than without, in the mean of the runs.
    pub pays_from: Option<u16>,
}

/// One cell.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cell {
    /// Number of the scenario.
    pub scenario: usize,
    /// Share of the population with the app.
    pub adoption: f64,
    /// What is left out.
    pub without: Option<Lever>,
    /// People infected, those of the start included.
    pub infections: Band,
    /// Share of the people infected.
    pub attack: Band,
    /// Cases found.
    pub cases: Band,
    /// Deaths.
    pub deaths: Band,
    /// Most people in hospital on a day.
    pub hospital_peak: Band,
    /// Day with most new infections.
    pub peak_day: Band,
    /// Times that somebody began an isolation.
    pub isolated: Band,
    /// Of them, somebody who had not been infected.
    pub isolated_needlessly: Band,
    /// Days of isolation.
    pub isolation_days: Band,
    /// Of them, of people who had not been infected.
    pub needless_days: Band,
    /// Warnings that reached somebody.
    pub warned: Band,
    /// Share of the warned who were or had been infected.
    pub warned_rightly: Band,
    /// Most people in closed zones on a day.
    pub closed_peak: Band,
    /// Against the lowest adoption of the plan, or what the measure left out would bring.
    pub effect: Option<Effect>,
    /// Runs in which the outbreak died out ([`Outcome::died_out`]).
    pub died_out: usize,
    /// Infected people more than in the first scenario with the same adoption, seed by seed; where the runs have their chance in common.
    pub difference: Option<Band>,
    /// New infections a day.
    #[serde(skip)]
    pub daily: Curve,
    /// People in isolation, and in isolation needlessly.
    #[serde(skip)]
    pub isolation: [Curve; 2],
    /// How many others somebody infected on a day infects, over seven days around it; as far as it is known and as many were
    /// infected as a mean needs.
    #[serde(skip)]
    pub reproduction: Vec<Option<f64>>,
}

/// All cells.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// In the order of [`Plan::cells`].
    pub cells: Vec<Cell>,
}

/// Infected people (agents of all runs) that a mean of R needs.
const ENOUGH: f64 = 50.0;

impl Summary {
    /// Sums up.
    #[must_use]
    pub fn of(plan: &Plan, outcomes: &Outcomes) -> Self {
        let cells = plan.cells();
        let find = |scenario: usize, adoption: f64| {
            cells.iter().position(|c| c.scenario == scenario && c.adoption == adoption && c.without.is_none())
        };
        let first = plan.adoption.first().copied().unwrap_or(0.0);
        let paired: Vec<bool> = (0..plan.scenarios.len()).map(|number| plan.is_paired(number)).collect();
        let summed = cells.iter().zip(outcomes).map(|(cell, runs)| {
            let scenario = &plan.scenarios[cell.scenario];
            let effect = match cell.without {
                // The step's effect is measured from the lowest adoption of the plan.
                None => find(cell.scenario, first)
                    .filter(|_| cell.adoption > first)
                    .map(|without| effect(scenario, &outcomes[without], runs)),
                Some(_) => {
                    find(cell.scenario, cell.adoption).map(|with| effect(scenario, runs, &outcomes[with]))
                }
            };
            let first = find(0, cell.adoption)
                .filter(|_| cell.scenario > 0 && cell.without.is_none() && paired[cell.scenario]);
            let difference = first.map(|first| difference(scenario, &outcomes[first], runs));
            Cell { difference, ..sum(scenario, cell, runs, effect) }
        });
        Self { cells: summed.collect() }
    }

    /// The cells of a scenario with everything, by adoption.
    pub fn steps(&self, scenario: usize) -> impl Iterator<Item = &Cell> {
        self.cells.iter().filter(move |cell| cell.scenario == scenario && cell.without.is_none())
    }

    /// The cells of a scenario with something left out.
    pub fn levers(&self, scenario: usize) -> impl Iterator<Item = (Lever, &Cell)> {
        let left_out = move |cell: &&Cell| cell.scenario == scenario;
        self.cells.iter().filter(left_out).filter_map(|cell| cell.without.map(|lever| (lever, cell)))
    }
}

fn sum(scenario: &Scenario, cell: &super::Cell, runs: &[Outcome], effect: Option<Effect>) -> Cell {
    let scale = scenario.scale();
    let agents = f64::from(scenario.parameters.population);
    let days = usize::from(scenario.parameters.days);
    let of = |value: &dyn Fn(&Outcome) -> f64| Band::of(runs.iter().map(value));
    let total = |count: fn(&Row) -> u32| of(&|run| run.total(days, count) * scale);
    let most =
        |count: fn(&Row) -> u32| of(&|run| f64::from(run.days.iter().map(count).max().unwrap_or(0)) * scale);
    let daily = |count: fn(&Row) -> u32| -> Curve {
        (0..days)
            .map(|day| Band::of(runs.iter().map(|run| f64::from(count(&run.days[day])) * scale)))
            .collect()
    };
    Cell {
        scenario: cell.scenario,
        adoption: cell.adoption,
        without: cell.without,
        infections: of(&|run| infected(run, days) * scale),
        attack: of(&|run| infected(run, days) / agents),
        cases: total(|row| row.cases),
        deaths: total(|row| row.deaths),
        hospital_peak: most(|row| row.hospital),
        peak_day: of(&|run| {
            let peak = run.days.iter().map(|row| row.infections).max().unwrap_or(0);
            run.days.iter().position(|row| row.infections == peak).map_or(0.0, |day| day as f64 + 1.0)
        }),
        isolated: total(|row| row.isolated),
        isolated_needlessly: total(|row| row.isolated - row.isolated_infected),
        isolation_days: total(|row| row.quarantined),
        needless_days: total(needless),
        warned: total(|row| row.warned),
        warned_rightly: of(&|run| {
            let warned = run.total(days, |row| row.warned);
            if warned > 0.0 { run.total(days, |row| row.warned_infected) / warned } else { 0.0 }
        }),
        closed_peak: most(|row| row.closed),
        effect,
        died_out: runs.iter().filter(|run| run.died_out()).count(),
        difference: None,
        daily: daily(|row| row.infections),
        isolation: [daily(|row| row.quarantined), daily(needless)],
        reproduction: reproduction(runs, days, unfinished(scenario)),
    }
}

pub fn infected(run: &Outcome, until: usize) -> f64 {
    f64::from(run.infected_at_start) + run.total(until, |row| row.infections)
}

fn needless(row: &Row) -> u32 {
    row.quarantined - row.quarantined_infected
}

/// Days at the end whose infected have not infected everybody yet: as many as somebody infects others.
pub fn unfinished(scenario: &Scenario) -> usize {
    let infectious = scenario.parameters.disease.infectious;
    infectious_curve(infectious.mean, infectious.sd).len()
}

/// How many more are infected in a scenario than in another with the same seeds.
fn difference(scenario: &Scenario, first: &[Outcome], runs: &[Outcome]) -> Band {
    let days = usize::from(scenario.parameters.days);
    let pairs = runs.iter().zip(first);
    Band::of(pairs.map(|(run, first)| (infected(run, days) - infected(first, days)) * scenario.scale()))
}

fn reproduction(runs: &[Outcome], days: usize, unfinished: usize) -> Vec<Option<f64>> {
    (0..days.saturating_sub(unfinished))
        .map(|day| {
            let around = day.saturating_sub(3)..(day + 4).min(days - unfinished);
            let over = |count: fn(&Row) -> u32| -> f64 {
                runs.iter().flat_map(|run| &run.days[around.clone()]).map(|row| f64::from(count(row))).sum()
            };
            let infected = over(|row| row.infections);
            (infected >= ENOUGH).then(|| over(|row| row.caused) / infected)
        })
        .collect()
}

/// Days of work and school lost by the end of each day: by the ill, by those isolated for nothing, in closed zones.
fn lost(scenario: &Scenario, run: &Outcome) -> Vec<f64> {
    let costs = scenario.costs;
    let mut sum = 0.0;
    let by_day = (1..).zip(&run.days).map(|(day, row)| {
        let at_home = 1.0 - scenario.parameters.measures_on(day).zones.contacts_left;
        sum += f64::from(row.onsets) * costs.illness_days
            + f64::from(row.hospital)
            + f64::from(row.deaths) * costs.death_days
            + f64::from(needless(row))
            + f64::from(row.closed) * at_home;
        sum
    });
    by_day.collect()
}

fn effect(scenario: &Scenario, without: &[Outcome], with: &[Outcome]) -> Effect {
    let (scale, days) = (scenario.scale(), usize::from(scenario.parameters.days));
    let pairs = || without.iter().zip(with);
    let less = |count: fn(&Row) -> u32| {
        Band::of(pairs().map(|(a, b)| (a.total(days, count) - b.total(days, count)) * scale))
    };
    let more = |count: fn(&Row) -> u32| {
        Band::of(pairs().map(|(a, b)| (b.total(days, count) - a.total(days, count)) * scale))
    };
    let mut saved = vec![0.0; days];
    for (a, b) in pairs() {
        let both = lost(scenario, a).into_iter().zip(lost(scenario, b));
        saved.iter_mut().zip(both).for_each(|(saved, (a, b))| *saved += a - b);
    }
    // From the day after the last on which it had cost more than it saved.
    let last_loss = saved.iter().rposition(|&saved| saved <= 0.0);
    let pays = last_loss.map_or(0, |day| day + 1);
    Effect {
        averted: less(|row| row.infections),
        averted_share: Band::of(pairs().map(|(a, b)| {
            let (a, b) = (infected(a, days), infected(b, days));
            if a > 0.0 { (a - b) / a } else { 0.0 }
        })),
        deaths_averted: less(|row| row.deaths),
        isolation_days: more(|row| row.quarantined),
        needless_days: more(needless),
        pays_from: (pays < days).then_some(pays as u16 + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_is_mean_and_quantiles() {
        let band = Band::of((0..=40).map(f64::from));
        assert_eq!(band, Band { mean: 20.0, low: 1.0, high: 39.0 });
        assert_eq!(Band::of([]), Band::default());
        assert_eq!(Band::of([3.0]), Band { mean: 3.0, low: 3.0, high: 3.0 });
    }

    #[test]
    fn a_closed_zone_costs_what_its_phase_leaves_of_the_contacts() {
        let text = "days = 3\n[measures]\nzones.people = 1000\nzones.contacts_left = 0.25\n\
                    [[phase]]\nfrom = 3\nmeasures.zones.contacts_left = 0.5\n";
        let scenario = Scenario::read(text, 1_000).expect("a scenario");
        let run = Outcome { days: vec![Row { closed: 100, ..Row::default() }; 3], ..Outcome::default() };
        assert_eq!(lost(&scenario, &run), [75.0, 150.0, 200.0]);
    }
}
