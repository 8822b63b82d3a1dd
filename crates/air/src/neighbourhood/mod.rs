//! A neighbourhood of people for two days: homes, a bus, an office, a market, and one of them diagnosed.
//!
//! Made for the demo and for tests; every place and habit below is invented to be plausible, none is fitted to make a
//! result look better. People live in blocks of about [`BLOCK`] with a bus stop and a market each; the bus takes
//! those with an office job there in the morning and back in the evening.

mod day;
mod places;
mod walker;

use crate::scenario::{Area, Diagnosed, Phone, SCENARIO_VERSION, Scenario};
use bluezone_protocol::time::Timestamp;
use day::{Errands, Person, Role};
use places::{Block, House};
use rand::rngs::ChaCha8Rng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{RngExt, SeedableRng};

/// People of one block.
const BLOCK: usize = 70;

/// Hours after the start (which is 6 in the morning).
pub(crate) const HOUR_S: f64 = 3_600.0;

/// Two days.
const END_S: f64 = 48.0 * HOUR_S;

/// Shares of household sizes 1 to 6; mean 3.6, as the Vietnamese census of 2019 has it.
const HOUSEHOLD_SHARES: [u32; 6] = [8, 17, 22, 28, 15, 10];

/// Makes a scenario of `phones` people (at least 1), second 0 being 6 in the morning at `start`.
///
/// The one who is diagnosed works in an office, goes to the market on the way home, feels ill in the first night,
/// stays at home on the second day and enters the code at two in the afternoon.
pub fn neighbourhood(phones: usize, seed: u64, start: Timestamp) -> Scenario {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut people = settle(phones.max(1), &mut rng);
    let case = choose_case(&mut people, &mut rng);
    let tracks = day::tracks(&people, END_S, &mut rng);
    let phones = people
        .iter()
        .zip(tracks)
        .enumerate()
        .map(|(index, (person, track))| Phone {
            id: format!("{}-{index:03}", person.role.name()),
            track,
            off: off_at_night(&mut rng),
            clock_skew_s: skew(&mut rng),
        })
        .collect::<Vec<_>>();
    let diagnosed = Diagnosed {
        id: phones[case].id.clone(),
        at_s: 32.0 * HOUR_S,
        onset_s: Some((14.0 * HOUR_S + rng.random_range(0.0..2.0 * HOUR_S)).round()),
    };
    Scenario {
        version: SCENARIO_VERSION,
        seed,
        start,
        step_s: 5.0,
        area: Area::default(),
        phones,
        diagnosed: vec![diagnosed],
        relays: Vec::new(),
    }
}

/// Families in houses, houses in blocks, a role for each person.
fn settle(count: usize, rng: &mut ChaCha8Rng) -> Vec<Person> {
    let blocks = ((count + BLOCK / 2) / BLOCK).max(1);
    let mut people: Vec<Person> = Vec::with_capacity(count);
    let mut houses = vec![0_usize; blocks];
    while people.len() < count {
        // Blocks fill evenly.
        let home = people.len() * blocks / count;
        let house = House { block: Block(home), index: houses[home] };
        houses[home] += 1;
        let size = household_size(rng).min(count - people.len());
        for member in 0..size {
            let role = match rng.random_range(0..100) {
                0..40 => Role::Office,
                40..48 => Role::Vendor,
                _ => Role::Home,
            };
            // One in eight works or sells in the next block.
            let away = if blocks > 1 && rng.random_ratio(1, 8) { 1 } else { 0 };
            let workplace = Block((home + away) % blocks);
            people.push(Person { house, member, size, role, workplace, errands: Errands::Usual });
        }
    }
    people
}

fn household_size(rng: &mut ChaCha8Rng) -> usize {
    let mut draw = rng.random_range(0..HOUSEHOLD_SHARES.iter().sum::<u32>());
    for (index, share) in HOUSEHOLD_SHARES.iter().enumerate() {
        if draw < *share {
            return index + 1;
        }
        draw -= share;
    }
    HOUSEHOLD_SHARES.len()
}

fn choose_case(people: &mut [Person], rng: &mut ChaCha8Rng) -> usize {
    let with_office: Vec<usize> = (0..people.len()).filter(|&i| people[i].role == Role::Office).collect();
    let case = with_office.choose(rng).copied().unwrap_or_else(|| rng.random_range(0..people.len()));
    people[case].role = Role::Office;
    people[case].errands = Errands::Case;
    case
}

/// One in twenty switches the phone off for the night.
fn off_at_night(rng: &mut ChaCha8Rng) -> Vec<[f64; 2]> {
    if !rng.random_ratio(1, 20) {
        return Vec::new();
    }
    let from = 17.0 * HOUR_S + rng.random_range(0..3_600) as f64;
    vec![[from, from + 6.5 * HOUR_S]]
}

/// One clock in ten is off by up to three minutes.
fn skew(rng: &mut ChaCha8Rng) -> f64 {
    if rng.random_ratio(1, 10) { f64::from(rng.random_range(-180_i32..=180)) } else { 0.0 }
}

/// In a random order.
fn shuffled<T>(mut items: Vec<T>, rng: &mut ChaCha8Rng) -> Vec<T> {
    items.shuffle(rng);
    items
}
