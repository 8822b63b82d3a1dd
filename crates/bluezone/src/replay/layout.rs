//! A piece of a planner's run as a scenario of the air: who stands beside whom, how near, for how long.
//!
//! The planner knows only that two people had a contact on a day. Here it gets what the planner's detection rate was measured on
//! (docs/proximity.md): 15 to 60 minutes within 2 m, and, where a case is outside the household, five others farther away for as
//! long. All of it is drawn from the seed.

use bluezone_air::{Area, Diagnosed, Phone, SCENARIO_VERSION, Scenario};
use bluezone_planner::Setting;
use bluezone_planner::replay::{Excerpt, Meeting, OTHERS_NEAR, Positive};
use bluezone_protocol::time::Timestamp;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use std::f64::consts::PI;

/// Midnight in Vietnam before Monday, 2 March 2026. Fixed, because the hour decides where the days of the keys are cut.
const START: Timestamp = Timestamp(1_772_384_400);

const DAY_S: u32 = 86_400;
/// People are out from 6 in the morning to 10 at night …
const MORNING_S: u32 = 6 * 3_600;
/// … in so many pieces …
const SLOTS: usize = 192;
/// … of five minutes.
const SLOT_S: u32 = 300;
/// How long a contact lasts, in pieces: from the 15 minutes of the definition to an hour.
const LASTS: std::ops::RangeInclusive<usize> = 3..=12;
/// How near, metres.
const CONTACT_M: [f64; 2] = [0.5, 2.0];
/// How near those are who are no contacts, metres.
const NEAR_M: [f64; 2] = [2.5, 10.0];
/// From one place to the next: nothing is heard so far.
const APART_M: f64 = 100.0;
/// Results come from 8 in the morning on, one every five minutes: the officer's authenticator has a code every 30 s.
const RESULTS_S: u32 = 8 * 3_600;

/// What somebody near a case was to them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// A contact, as the planner has it.
    Contact,
    /// No contact, but near.
    Near,
}

/// Somebody beside a case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Beside {
    /// Whose phone.
    pub person: usize,
    /// The case, by its place among the positives.
    pub case: usize,
    /// Day of the run.
    pub day: u16,
    /// When it was over, seconds since the start.
    pub until_s: u32,
    /// In what way.
    pub how: How,
}

/// The scenario, and what it was laid out as.
pub struct Layout {
    /// For the air.
    pub scenario: Scenario,
    /// Everybody beside a case that publishes, on the days that the planner warns.
    pub beside: Vec<Beside>,
    /// Contacts that took place.
    pub contacts: usize,
    /// Contacts for which the day had no time.
    pub left_out: usize,
}

/// Lays a piece out.
pub fn layout(excerpt: &Excerpt, seed: u64) -> Layout {
    let people = excerpt.people.len();
    let mut town = Town {
        rng: ChaCha8Rng::seed_from_u64(seed),
        busy: vec![[false; SLOTS]; people],
        stops: vec![Vec::new(); people],
        places: 0,
    };
    let mut beside = Vec::new();
    let (mut contacts, mut left_out) = (0, 0);
    for day in excerpt.first..excerpt.first + excerpt.days {
        town.busy.fill([false; SLOTS]);
        let today = excerpt.meetings.iter().filter(|meeting| meeting.day == day);
        // First those that need most room.
        let (of_cases, others): (Vec<_>, Vec<_>) =
            today.partition(|meeting| !cases(excerpt, meeting).is_empty());
        for meeting in of_cases.into_iter().chain(others) {
            let cases = cases(excerpt, meeting);
            let Some(when) = town.contact(excerpt, meeting) else {
                left_out += 1;
                continue;
            };
            contacts += 1;
            let until_s = seconds(excerpt, day, when.from + when.lasts);
            for &case in &cases {
                let met = meeting.people.into_iter().find(|&who| who != excerpt.positives[case].person);
                let contact = |person| Beside { person, case, day, until_s, how: How::Contact };
                beside.extend(met.map(contact));
            }
            if meeting.setting != Setting::Household && !cases.is_empty() {
                for person in town.others(excerpt, meeting, when) {
                    let near = |&case: &usize| Beside { person, case, day, until_s, how: How::Near };
                    beside.extend(cases.iter().map(near));
                }
            }
        }
    }
    let scenario = town.scenario(excerpt, seed);
    Layout { scenario, beside, contacts, left_out }
}

/// The cases in a meeting whose contacts of that day the planner warns.
fn cases(excerpt: &Excerpt, meeting: &Meeting) -> Vec<usize> {
    let warns = |case: &Positive| {
        case.publishes
            && meeting.people.contains(&case.person)
            && excerpt.assumed.reaches(case).contains(&meeting.day)
    };
    (0..excerpt.positives.len()).filter(|&case| warns(&excerpt.positives[case])).collect()
}

/// When a result comes, seconds since the start.
pub fn result_s(excerpt: &Excerpt, case: usize) -> u32 {
    let day = excerpt.positives[case].day;
    let earlier = excerpt.positives[..case].iter().filter(|other| other.day == day).count() as u32;
    u32::from(day - excerpt.first) * DAY_S + RESULTS_S + earlier * SLOT_S
}

fn seconds(excerpt: &Excerpt, day: u16, slot: usize) -> u32 {
    u32::from(day - excerpt.first) * DAY_S + MORNING_S + slot as u32 * SLOT_S
}

/// A time of a day and a place.
#[derive(Clone, Copy)]
struct When {
    from: usize,
    lasts: usize,
    place: [f64; 2],
}

#[derive(Clone)]
struct Stop {
    from_s: u32,
    until_s: u32,
    at: [f64; 2],
}

struct Town {
    rng: ChaCha8Rng,
    busy: Vec<[bool; SLOTS]>,
    stops: Vec<Vec<Stop>>,
    places: u32,
}

impl Town {
    /// Two people beside each other, if the day has time for it.
    fn contact(&mut self, excerpt: &Excerpt, meeting: &Meeting) -> Option<When> {
        let lasts = self.rng.random_range(LASTS);
        let (starts, first) = (SLOTS - lasts, self.rng.random_range(0..SLOTS));
        let distance = self.between(CONTACT_M);
        let mut tried = (0..starts).map(|n| (first + n) % starts);
        let from = tried.find(|&from| meeting.people.iter().all(|&who| self.free(who, from, lasts)))?;
        let place = [f64::from(self.places % 1_000) * APART_M, f64::from(self.places / 1_000) * APART_M];
        self.places += 1;
        let when = When { from, lasts, place };
        for (who, along) in meeting.people.into_iter().zip([0.0, distance]) {
            self.stop(excerpt, meeting.day, who, when, [along, 0.0]);
        }
        Some(when)
    }

    /// Those who are near it and no contacts: nobody who is a case, on the side away from the other of the two.
    fn others(&mut self, excerpt: &Excerpt, meeting: &Meeting, when: When) -> Vec<usize> {
        let people = excerpt.people.len();
        let first = self.rng.random_range(0..people);
        let may = |who: &usize| {
            !meeting.people.contains(who) && excerpt.positives.iter().all(|case| case.person != *who)
        };
        let free = |who: &usize| may(who) && self.free(*who, when.from, when.lasts);
        let them: Vec<usize> =
            (0..people).map(|n| (first + n) % people).filter(free).take(OTHERS_NEAR as usize).collect();
        // The case stands where the place is, or beside it: these are as far from both.
        for (number, &who) in (0_u32..).zip(&them) {
            let angle = PI * (0.55 + 0.9 * f64::from(number) / f64::from(OTHERS_NEAR));
            let metres = self.between(NEAR_M);
            self.stop(excerpt, meeting.day, who, when, [metres * angle.cos(), metres * angle.sin()]);
        }
        them
    }

    /// As likely near as far, on a scale of ratios.
    fn between(&mut self, [from, to]: [f64; 2]) -> f64 {
        from * (to / from).powf(self.rng.random_range(0.0..1.0))
    }

    fn free(&self, who: usize, from: usize, lasts: usize) -> bool {
        self.busy[who][from..from + lasts].iter().all(|busy| !busy)
    }

    fn stop(&mut self, excerpt: &Excerpt, day: u16, who: usize, when: When, beside: [f64; 2]) {
        self.busy[who][when.from..when.from + when.lasts].fill(true);
        let at = [when.place[0] + beside[0], when.place[1] + beside[1]];
        let [from_s, until_s] = [when.from, when.from + when.lasts].map(|slot| seconds(excerpt, day, slot));
        self.stops[who].push(Stop { from_s, until_s, at });
    }

    fn scenario(self, excerpt: &Excerpt, seed: u64) -> Scenario {
        let phones = self.stops.into_iter().enumerate().map(|(number, mut stops)| {
            // Alone at home between two stops.
            let home = [number as f64 * APART_M, -10.0 * APART_M];
            let mut track = vec![[0.0, home[0], home[1]]];
            stops.sort_by_key(|stop| stop.from_s);
            for Stop { from_s, until_s, at } in stops {
                let (from_s, until_s) = (f64::from(from_s), f64::from(until_s));
                track.extend([[from_s, home[0], home[1]], [from_s, at[0], at[1]]]);
                track.extend([[until_s, at[0], at[1]], [until_s, home[0], home[1]]]);
            }
            Phone { id: id(number), track, off: Vec::new(), clock_skew_s: 0.0 }
        });
        let diagnosed = excerpt.positives.iter().enumerate().filter(|(_, case)| case.publishes);
        let diagnosed = diagnosed.map(|(number, case)| Diagnosed {
            id: id(case.person),
            at_s: result_s(excerpt, number).into(),
            onset_s: case.symptoms.map(|day| {
                (f64::from(day) - f64::from(excerpt.first)) * f64::from(DAY_S) + f64::from(MORNING_S)
            }),
        });
        Scenario {
            version: SCENARIO_VERSION,
            seed,
            start: START,
            step_s: 60.0,
            area: Area::default(),
            phones: phones.collect(),
            diagnosed: diagnosed.collect(),
            relays: Vec::new(),
        }
    }
}

fn id(number: usize) -> String {
    format!("agent-{number}")
}
