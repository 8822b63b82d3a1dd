//! What people do in their two days.

use super::places::{Block, House, ROUTE_M, SEATS, STALLS, Spot, seat};
use super::walker::Walker;
use super::{HOUR_S, shuffled};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use std::collections::BTreeMap;

/// How someone spends the day.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Role {
    Office,
    Vendor,
    Home,
}

impl Role {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Office => "office",
            Self::Vendor => "vendor",
            Self::Home => "home",
        }
    }
}

/// What someone does besides.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Errands {
    Usual,
    /// To the market on the way home on the first day, at home on the second.
    Case,
}

/// Someone, and where they belong.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub house: House,
    /// Number within the household.
    pub member: usize,
    /// Size of the household.
    pub size: usize,
    pub role: Role,
    /// The block whose bus, office or market they work with.
    pub workplace: Block,
    pub errands: Errands,
}

/// One ride of one bus.
struct Ride {
    way: Vec<[f64; 3]>,
    /// By person.
    seats: BTreeMap<usize, Spot>,
}

/// What a day has arranged for everybody.
struct Plan {
    /// Day number times 24 hours.
    midnight_s: f64,
    /// By person: to the office and back.
    out: BTreeMap<usize, usize>,
    back: BTreeMap<usize, usize>,
    rides: Vec<Ride>,
    canteen: BTreeMap<usize, usize>,
}

/// Seconds of a clock time; second 0 is 6:00 of the first day.
fn clock(plan: &Plan, hours: f64) -> f64 {
    plan.midnight_s + (hours - 6.0) * HOUR_S
}

/// Everybody's track for two days.
pub(super) fn tracks(people: &[Person], end_s: f64, rng: &mut ChaCha8Rng) -> Vec<Vec<[f64; 3]>> {
    let mut walkers: Vec<Walker> =
        people.iter().map(|person| Walker::new(person.house.bed(person.member))).collect();
    let desks = numbered(people, |person| person.role == Role::Office);
    let stalls = numbered(people, |person| person.role == Role::Vendor);
    for day in 0..2 {
        let plan = plan(people, day, rng);
        for (index, person) in people.iter().enumerate() {
            let walker = &mut walkers[index];
            breakfast(walker, person, &plan, rng);
            let ill = person.errands == Errands::Case && day == 1;
            match person.role {
                Role::Office if !ill => office(walker, index, person, &plan, desks[&index], rng),
                Role::Vendor => market_stand(walker, person, &plan, stalls[&index], rng),
                _ if !ill && rng.random_ratio(1, 2) => {
                    let from = clock(&plan, rng.random_range(7.2..10.5));
                    potter(walker, person, from, rng);
                    shopping(walker, person.house.block, rng);
                }
                _ => {}
            }
            evening(walker, person, &plan, rng);
        }
    }
    walkers
        .into_iter()
        .map(|mut walker| {
            walker.stay_until(end_s);
            walker.into_track()
        })
        .collect()
}

/// Numbers, block by block, for those at work there.
fn numbered(people: &[Person], who: impl Fn(&Person) -> bool) -> BTreeMap<usize, usize> {
    let mut next: BTreeMap<Block, usize> = BTreeMap::new();
    let mut numbers = BTreeMap::new();
    for (index, person) in people.iter().enumerate().filter(|(_, person)| who(person)) {
        let number = next.entry(person.workplace).or_default();
        numbers.insert(index, *number);
        *number += 1;
    }
    numbers
}

fn plan(people: &[Person], day: u32, rng: &mut ChaCha8Rng) -> Plan {
    let midnight_s = f64::from(day) * 24.0 * HOUR_S;
    let mut plan = Plan {
        midnight_s,
        out: BTreeMap::new(),
        back: BTreeMap::new(),
        rides: Vec::new(),
        canteen: BTreeMap::new(),
    };
    let mut workers: BTreeMap<Block, Vec<usize>> = BTreeMap::new();
    for (index, person) in people.iter().enumerate() {
        let ill = person.errands == Errands::Case && day == 1;
        if person.role == Role::Office && !ill {
            workers.entry(person.workplace).or_default().push(index);
        }
    }
    for (block, staff) in workers {
        let seats = shuffled(staff.clone(), rng);
        plan.canteen.extend(seats.iter().enumerate().map(|(seat, &person)| (person, seat)));
        for (hour, outward) in [(7.4, true), (17.2, false)] {
            // A second bus a quarter of an hour later when the first is full.
            for (bus, riders) in shuffled(staff.clone(), rng).chunks(SEATS).enumerate() {
                let leaves = clock(&plan, hour) + bus as f64 * 900.0;
                let seats = shuffled((0..SEATS).collect(), rng);
                let seats = riders.iter().zip(seats).map(|(&rider, index)| (rider, seat(index))).collect();
                let number = plan.rides.len();
                plan.rides.push(Ride { way: bus_way(block, leaves, outward, rng), seats });
                let book = if outward { &mut plan.out } else { &mut plan.back };
                book.extend(riders.iter().map(|&rider| (rider, number)));
            }
        }
    }
    plan
}

/// Doors open two minutes before it leaves; traffic makes each stretch take its own time, 25 to 40 minutes in all.
fn bus_way(block: Block, leaves_s: f64, outward: bool, rng: &mut ChaCha8Rng) -> Vec<[f64; 3]> {
    const STRETCHES: u32 = 10;
    let stop = block.bus_stop();
    let at = |share: f64| [stop[0], stop[1] - ROUTE_M * if outward { share } else { 1.0 - share }];
    let mut now = leaves_s.round();
    let mut way = vec![[now - 90.0, at(0.0)[0], at(0.0)[1]], [now, at(0.0)[0], at(0.0)[1]]];
    for stretch in 1..=STRETCHES {
        now += f64::from(rng.random_range(150_u32..240));
        let [x, y] = at(f64::from(stretch) / f64::from(STRETCHES));
        way.push([now, x, y]);
    }
    way
}

/// Up between 6:05 and 6:30, then twenty minutes at the table.
fn breakfast(walker: &mut Walker, person: &Person, plan: &Plan, rng: &mut ChaCha8Rng) {
    walker.stay_until(clock(plan, 6.1) + rng.random_range(0.0..900.0));
    walker.walk_to(person.house.table(person.member));
    walker.stay_until(clock(plan, 6.65) + rng.random_range(0.0..300.0));
}

/// Moves about the house until a time.
fn potter(walker: &mut Walker, person: &Person, until_s: f64, rng: &mut ChaCha8Rng) {
    while walker.now() < until_s - 60.0 {
        walker.walk_to(person.house.anywhere(rng.random_range(0.0..1.0), rng.random_range(0.0..1.0)));
        walker.stay_until((walker.now() + rng.random_range(900.0..3_600.0)).min(until_s));
    }
}

fn office(
    walker: &mut Walker,
    index: usize,
    person: &Person,
    plan: &Plan,
    desk: usize,
    rng: &mut ChaCha8Rng,
) {
    let block = person.workplace;
    let desk = block.desk(desk);
    let work_ride = &plan.rides[plan.out[&index]];
    let early = rng.random_range(60.0..420.0);
    walker.be_there_at(work_ride.way[0][0] - early, block.queue(rng.random_range(0..25)));
    ride(walker, index, work_ride);
    walker.walk_to(desk);
    stretch_legs(walker, desk, clock(plan, 11.75), rng);
    walker.walk_to(block.canteen(plan.canteen[&index]));
    walker.stay_until(clock(plan, 12.25) + rng.random_range(0.0..900.0));
    walker.walk_to(desk);
    let home_ride = &plan.rides[plan.back[&index]];
    stretch_legs(walker, desk, home_ride.way[0][0] - 240.0, rng);
    ride(walker, index, home_ride);
    if person.errands == Errands::Case || rng.random_ratio(3, 10) {
        shopping(walker, block, rng);
    }
}

/// At the desk, but now and then to the window and back.
fn stretch_legs(walker: &mut Walker, desk: Spot, until_s: f64, rng: &mut ChaCha8Rng) {
    loop {
        let next = walker.now() + rng.random_range(2_400.0..6_000.0);
        if next > until_s - 600.0 {
            walker.stay_until(until_s);
            return;
        }
        walker.stay_until(next);
        walker.walk_to([desk[0] + rng.random_range(-6.0..6.0), desk[1] + rng.random_range(-6.0..6.0)]);
        walker.stay_until(walker.now() + rng.random_range(30.0..180.0));
        walker.walk_to(desk);
    }
}

/// Takes a seat while the doors are open, and is carried.
fn ride(walker: &mut Walker, person: usize, ride: &Ride) {
    walker.stay_until(ride.way[0][0] - 30.0);
    walker.ride(&ride.way, ride.seats[&person]);
}

/// From stall to stall for half an hour, then home is next.
fn shopping(walker: &mut Walker, block: Block, rng: &mut ChaCha8Rng) {
    let leaves = rng.random_range(1_200.0..3_000.0);
    walker.walk_to(block.stall(rng.random_range(0..STALLS)));
    let leaves = walker.now() + leaves;
    while walker.now() < leaves {
        let stall = block.stall(rng.random_range(0..STALLS));
        let (side, front) = (rng.random_range(-0.9..0.9), rng.random_range(0.8..1.6));
        walker.walk_to([stall[0] + side, stall[1] - front]);
        // Drifts along the stall while choosing.
        walker.stay_until(walker.now() + rng.random_range(30.0..150.0));
        walker.walk_to([stall[0] + rng.random_range(-1.2..1.2), stall[1] - rng.random_range(0.8..1.8)]);
        walker.stay_until(walker.now() + rng.random_range(20.0..120.0));
    }
}

/// Sells from seven to half past eleven and from four to six.
fn market_stand(walker: &mut Walker, person: &Person, plan: &Plan, stall: usize, rng: &mut ChaCha8Rng) {
    let stand = person.workplace.stall(stall * 5);
    for (from, to) in [(7.0, 11.5), (16.0, 18.3)] {
        walker.be_there_at(clock(plan, from) + rng.random_range(0.0..600.0), stand);
        let to = clock(plan, to) + rng.random_range(0.0..600.0);
        while walker.now() < to {
            walker.walk_to([stand[0] + rng.random_range(-0.8..0.8), stand[1] + rng.random_range(-0.4..0.4)]);
            walker.stay_until(walker.now() + rng.random_range(120.0..900.0));
        }
        if to < clock(plan, 12.0) {
            potter(walker, person, clock(plan, 15.7), rng);
        }
    }
}

/// About the house, dinner together at seven, about the house, bed between ten and eleven.
fn evening(walker: &mut Walker, person: &Person, plan: &Plan, rng: &mut ChaCha8Rng) {
    potter(walker, person, clock(plan, 19.0), rng);
    walker.walk_to(person.house.table(person.member));
    // The household rises together, give or take.
    walker.stay_until(clock(plan, 19.7) + 60.0 * person.size as f64 + rng.random_range(0.0..240.0));
    potter(walker, person, clock(plan, 22.0) + rng.random_range(0.0..HOUR_S), rng);
    walker.walk_to(person.house.bed(person.member));
}
