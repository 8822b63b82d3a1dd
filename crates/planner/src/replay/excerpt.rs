//! People with the app who live, learn and work together, whom of each other they met, and who had a positive test.

use std::collections::HashMap;

use super::Assumed;
use crate::contacts::Setting;
use crate::parameters::Parameters;
use crate::presence::Bits;
use crate::random::Stream;
use crate::simulation::Simulation;
use crate::state::NONE;
use crate::town::Town;

/// The piece is taken where so many of the people had a positive result within it: enough cases to learn from, and not so many
/// that everybody has met several of them.
const CASES: f64 = 0.05;

/// A contact of two people of the piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// Day of the run.
    pub day: u16,
    /// Both, by their places in the piece.
    pub people: [usize; 2],
    /// Where.
    pub setting: Setting,
}

/// A positive result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Positive {
    /// Whose: the place in the piece.
    pub person: usize,
    /// Day of the run on which it came.
    pub day: u16,
    /// Day of the first symptoms, if there were any by then.
    pub symptoms: Option<u16>,
    /// Whether the code reaches them and they agree to publish.
    pub publishes: bool,
}

/// A piece of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Excerpt {
    /// First day.
    pub first: u16,
    /// How many days.
    pub days: u16,
    /// Numbers of the people in the run; all of them carry a working app.
    pub people: Vec<u32>,
    /// Who met whom, by day.
    pub meetings: Vec<Meeting>,
    /// Who of them turned out to be a case, by day.
    pub positives: Vec<Positive>,
    /// What the model assumes of their phones.
    pub assumed: Assumed,
}

/// A positive result of anybody in the run.
#[derive(Clone, Copy)]
struct Found {
    who: u32,
    day: u16,
    symptoms: Option<u16>,
    publishes: bool,
}

impl Excerpt {
    /// At most `size` people for `days` days around somebody who publishes; a function of the run alone. `None` if nobody of the
    /// run publishes.
    ///
    /// # Panics
    ///
    /// If the town is not that of the parameters.
    #[must_use]
    pub fn of(parameters: &Parameters, town: &Town, size: usize, days: u16) -> Option<Self> {
        let days = days.min(parameters.days);
        let results = results(parameters, town);
        let last = last_day(parameters, &results, days);
        let first = last + 1 - days;
        // So late that contacts lie before it, so early that the warnings come before the end.
        let middle = first + days * 2 / 3;
        let within = |result: &&Found| result.publishes && (first..=last).contains(&result.day);
        let start =
            results.iter().filter(within).min_by_key(|result| (result.day.abs_diff(middle), result.who))?;

        let mut simulation = Simulation::new(parameters, town);
        (1..first).for_each(|day| simulation.step(day));
        let people = grow(&simulation, start.who, size);
        let place: HashMap<u32, usize> = people.iter().enumerate().map(|(n, &who)| (who, n)).collect();
        let mut meetings = Vec::new();
        for day in first..=last {
            simulation.step(day);
            let keys = &simulation.keys[usize::from(day) - 1];
            for (number, &who) in people.iter().enumerate() {
                town.contacts(who, keys, simulation.people.mornings.of(day), |contact| {
                    if let Some(&other) = place.get(&contact.other).filter(|&&other| number < other) {
                        meetings.push(Meeting { day, people: [number, other], setting: contact.setting });
                    }
                });
            }
        }
        let mine = |result: &Found| {
            let Found { day, symptoms, publishes, .. } = *result;
            let person = *place.get(&result.who).filter(|_| day >= first && day <= last)?;
            Some(Positive { person, day, symptoms, publishes })
        };
        let positives = results.iter().filter_map(mine).collect();
        let assumed = Assumed::by(simulation.measures);
        Some(Self { first, days, people, meetings, positives, assumed })
    }
}

/// All positive results of a run, by day.
fn results(parameters: &Parameters, town: &Town) -> Vec<Found> {
    let mut simulation = Simulation::new(parameters, town);
    let mut known = Bits::new(town.population());
    let mut results = Vec::new();
    for day in 1..=parameters.days {
        simulation.step(day);
        let (people, measures) = (&simulation.people, simulation.measures);
        for who in (0..town.population()).filter(|&who| people.case.has(who)) {
            if known.has(who) {
                continue;
            }
            known.set(who, true);
            let infection = people[who].infection;
            let symptoms = (infection != NONE).then(|| simulation.infections[infection as usize].symptoms);
            let agrees =
                simulation.philox.uniform(Stream::Consent, who, 0) < measures.code * measures.consent;
            results.push(Found {
                who,
                day,
                symptoms: symptoms.filter(|&symptoms| symptoms <= day),
                publishes: agrees && people.app.has(who) && day >= measures.app_from,
            });
        }
    }
    results
}

/// The first day by which enough have had a positive result within so many days, or that with the most.
fn last_day(parameters: &Parameters, results: &[Found], days: u16) -> u16 {
    let enough = CASES * f64::from(parameters.population);
    let within = |last: u16| {
        let until = |day| results.partition_point(|result| result.day <= day);
        until(last) - until(last - days)
    };
    let mut best = (days, 0);
    for last in days..=parameters.days {
        let count = within(last);
        if count as f64 >= enough {
            return last;
        }
        if count > best.1 {
            best = (last, count);
        }
    }
    best.0
}

/// Households, colleagues and classmates with the app, and theirs, from somebody on. Who had been a case before is left out.
fn grow(simulation: &Simulation<'_>, start: u32, size: usize) -> Vec<u32> {
    let (town, people) = (simulation.town, &simulation.people);
    let mut taken = Bits::new(town.population());
    let mut group = vec![start];
    taken.set(start, true);
    let mut next = 0;
    while let Some(&who) = group.get(next) {
        next += 1;
        let near = town.household(who).chain(town.occupation.neighbours(who).iter().copied());
        for other in near {
            if group.len() < size && people.app.has(other) && !people.case.has(other) && !taken.has(other) {
                taken.set(other, true);
                group.push(other);
            }
        }
    }
    group
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scenario;

    /// Homes and networks join a piece, whatever the seed; who meets nobody in it was absent. At home all who are there meet, a
    /// colleague's edge is active on half of the days.
    #[test]
    fn homes_and_networks_join_a_piece_and_only_absence_parts_it() {
        let scenario = Scenario::read("infected_at_start = 8000\ndays = 80", 20_000).expect("a scenario");
        let scenario = scenario.with_adoption(0.5).parameters;
        for seed in 1..=4 {
            let parameters = Parameters { seed, ..scenario.clone() };
            let town = Town::build(&parameters);
            let piece = Excerpt::of(&parameters, &town, 60, 10).expect("somebody publishes");
            let people = &piece.people;
            let home = |a: usize, b: usize| town.household(people[a]).contains(&people[b]);
            let network = |a: usize, b: usize| town.occupation.neighbours(people[a]).contains(&people[b]);

            let mut reached = vec![0];
            let mut next = 0;
            while let Some(&from) = reached.get(next) {
                next += 1;
                let more = (0..people.len()).filter(|&to| home(from, to) || network(from, to));
                let more: Vec<_> = more.filter(|to| !reached.contains(to)).collect();
                reached.extend(more);
            }
            assert_eq!(reached.len(), 60, "seed {seed}");

            let mut simulation = Simulation::new(&parameters, &town);
            (1..piece.first).for_each(|day| simulation.step(day));
            let (mut at_home, mut at_work) = (0, 0);
            for day in piece.first..piece.first + piece.days {
                simulation.step(day);
                let absent = simulation.people.mornings.of(day);
                for (a, b) in (0..60).flat_map(|b| (0..b).map(move |a| (a, b))) {
                    let there = |away: &Bits| !away.has(people[a]) && !away.has(people[b]);
                    at_home += usize::from(home(a, b) && there(&absent.home));
                    at_work += usize::from(network(a, b) && there(&absent.outside));
                }
            }
            let met = |setting| piece.meetings.iter().filter(|meeting| meeting.setting == setting).count();
            assert_eq!(met(Setting::Household), at_home, "seed {seed}");
            let share = met(Setting::Occupation) as f64 / at_work as f64;
            assert!((0.4..=0.6).contains(&share), "seed {seed}: {share} of {at_work}");
        }
    }
}
