//! `bluezone plan --replay`: some agents of a run get real phones, and what these do is set beside what the planner assumes.
//!
//! Real are the devices, the server and its console, codes, reports, published files and their checks, over HTTP as in the demo.
//! Not real are the air between the phones, the hours of a contact, and people: codes are typed at once.

mod layout;

use crate::demo::authority::Authority;
use crate::demo::course::Course;
use crate::demo::progress::Progress;
use crate::demo::street::Street;
use anyhow::Context;
use bluezone_app::client::Client;
use bluezone_device::DeviceConfig;
use bluezone_planner::plan::Plan;
use bluezone_planner::replay::{Excerpt, Positive, Replay, Seen, rows};
use bluezone_planner::{Parameters, Town};
use bluezone_protocol::api::UNKNOWN_ONSET_DAYS;
use bluezone_protocol::time::ManualClock;
use bluezone_proximity::Infectiousness;
use layout::{How, Layout, layout};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::runtime::Runtime;

/// Of so many people one should be a case that publishes.
const ENOUGH: usize = 40;

const DAY_S: f64 = 86_400.0;

/// Plays a piece of the plan's first scenario, at the adoption at which measures are compared.
pub fn replay(plan: &Plan, asked: usize, days: u16) -> anyhow::Result<Replay> {
    let scenario = plan.scenarios.first().context("the plan has a scenario")?;
    let adoption = plan.reference();
    let parameters = scenario.with_adoption(adoption).parameters;
    let (seed, excerpt) = piece(&parameters, plan.seeds, asked, days).with_context(|| {
        let percent = adoption * 100.0;
        format!("nobody publishes in the runs with {percent:.0} % adoption: there is nothing to replay")
    })?;
    let Layout { scenario, beside, contacts, left_out } = layout(&excerpt, seed);
    scenario.check()?;

    let runtime = Runtime::new().context("cannot start the threads of the server")?;
    let data = tempfile::Builder::new().prefix("bluezone-replay-").tempdir()?;
    let clock = Arc::new(ManualClock::new(scenario.start));
    let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let authority = runtime
        .block_on(Authority::start(data.path(), anywhere, Arc::clone(&clock)))
        .context("the replay's server does not start")?;
    let (client, config) = (Client::new(&authority.url())?, authority.phones());
    let mut street = Street::new(&scenario, &config)?;
    let course = Course {
        scenario: &scenario,
        runtime: &runtime,
        authority: &authority,
        client: &client,
        clock: &clock,
        telling: false,
    };
    course.run(&mut street, &mut Progress::new(&scenario))?;
    runtime.block_on(authority.stop())?;

    let seen = seen(&excerpt, &beside, &mut street, &config);
    Ok(Replay {
        asked,
        days_asked: days,
        phones: excerpt.people.len(),
        seed,
        adoption,
        first: excerpt.first,
        days: excerpt.days,
        contacts,
        left_out,
        positives: excerpt.positives.len(),
        published: scenario.diagnosed.len(),
        assumed: excerpt.assumed,
        rows: rows(&excerpt.assumed, &seen),
    })
}

/// The piece of the first run that has enough cases, or of the one with the most: outbreaks die out by chance.
fn piece(parameters: &Parameters, seeds: u32, asked: usize, days: u16) -> Option<(u64, Excerpt)> {
    let published = |excerpt: &Excerpt| excerpt.positives.iter().filter(|case| case.publishes).count();
    let mut best: Option<(u64, Excerpt)> = None;
    for seed in (1..=seeds).map(u64::from) {
        let parameters = Parameters { seed, ..parameters.clone() };
        let Some(found) = Excerpt::of(&parameters, &Town::build(&parameters), asked, days) else { continue };
        if best.as_ref().is_none_or(|(_, best)| published(best) < published(&found)) {
            let enough = published(&found) * ENOUGH >= found.people.len();
            best = Some((seed, found));
            if enough {
                break;
            }
        }
    }
    best
}

/// What happened to everybody who was no case.
fn seen(
    excerpt: &Excerpt,
    beside: &[layout::Beside],
    street: &mut Street,
    config: &DeviceConfig,
) -> Vec<Seen> {
    let is_case = |person: usize| excerpt.positives.iter().any(|case| case.person == person);
    let others = (0..excerpt.people.len()).filter(|&person| !is_case(person));
    let one = |person: usize| {
        let mine = || beside.iter().filter(move |beside| beside.person == person);
        let contacts = || mine().filter(|beside| beside.how == How::Contact);
        let warned_at_s = street.phone(person).warned_at_s();
        let mut cases: Vec<usize> = mine().map(|beside| beside.case).collect();
        cases.sort_unstable();
        cases.dedup();
        // With several it is not known whose warning came.
        let delay = match (warned_at_s, cases.as_slice()) {
            (Some(at_s), [case]) if contacts().next().is_some() && earlier(excerpt, person) == 0 => {
                Some((at_s as f64 - f64::from(layout::result_s(excerpt, *case))) / DAY_S)
            }
            _ => None,
        };
        let published = |beside: &&layout::Beside| {
            let case = &excerpt.positives[beside.case];
            let before = beside.until_s <= layout::result_s(excerpt, beside.case);
            before && infectious(case, beside.day, config)
        };
        Seen {
            contacts: contacts().count() as u32,
            earlier: earlier(excerpt, person),
            published: contacts().filter(published).count() as u32,
            near: mine().filter(|beside| beside.how == How::Near).count() as u32,
            warned: warned_at_s.is_some(),
            delay,
        }
    };
    others.map(one).collect()
}

/// Contacts with cases that publish, on days that the planner warns nobody of.
fn earlier(excerpt: &Excerpt, person: usize) -> u32 {
    let publishing = excerpt.positives.iter().filter(|case| case.publishes);
    let count = publishing.map(|case| {
        let warned = excerpt.assumed.reaches(case);
        let of_both = |people: &[usize; 2]| people.contains(&person) && people.contains(&case.person);
        let outside = |day| !warned.contains(&day);
        excerpt.meetings.iter().filter(|met| of_both(&met.people) && outside(met.day)).count() as u32
    });
    count.sum()
}

/// Whether the product counts contacts with a case on that day at all.
fn infectious(case: &Positive, day: u16, config: &DeviceConfig) -> bool {
    let onset = case.symptoms.map_or(i32::from(case.day) - UNKNOWN_ONSET_DAYS as i32, i32::from);
    config.disease.infectiousness(Some(i32::from(day) - onset)) != Infectiousness::None
}
