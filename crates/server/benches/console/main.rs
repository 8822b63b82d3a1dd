//! How long an officer waits: `cargo bench -p bluezone-server --bench console -- [cases] [contacts]` (10,000 and 200,000
//! unless given otherwise).
//!
//! The real router on SQLite, from the request to the last byte of the page: session, policy, the audit's line on the disk,
//! queries, drawing. Prints p50 and p95 in milliseconds.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench prints, and has failed if it cannot go on"
)]
#![expect(clippy::disallowed_methods, reason = "a stopwatch")]

#[path = "../../tests/it/console/browser.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod browser;
mod fill;
#[path = "../../tests/it/console/town.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod town;
#[path = "../registry/world.rs"]
#[expect(dead_code, reason = "the other bench uses more of it")]
mod world;

use axum::http::StatusCode;
use bluezone_domain::officer::Role;
use bluezone_server::Config;
use browser::Browser;
use std::time::Instant;
use town::{Town, UNIT};

/// Requests of each kind.
const REQUESTS: usize = 250;
/// Persons in the transmission graph.
const GRAPH: usize = 2_000;
/// Contacts that one form hands over.
const HANDED: usize = 300;

#[tokio::main]
async fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let number = |at: usize, otherwise| numbers.get(at).copied().unwrap_or(otherwise);
    let (cases, contacts) = (number(0, 10_000), number(1, 200_000));
    let town = Town::in_files(Config::default()).await;
    let officer = town.officer("bench", Role::ProvincialCdc, UNIT).await;
    let mut browser = town.browser();
    town.sign_in(&mut browser, &officer).await;
    let started = Instant::now();
    let filled = fill::fill(&town, officer.id, cases, contacts, GRAPH).await;
    println!("{cases} cases and {contacts} contacts made in {:.0} s\n", started.elapsed().as_secs_f64());
    println!("{:<52} {:>8} {:>8} {:>8}", "", "p50 ms", "p95 ms", "kB");

    let of = |ids: &[String], at: usize| ids[at * 7919 % ids.len()].clone();
    pages(&mut browser, "worklist", |_| "/console/worklist".to_owned()).await;
    pages(&mut browser, "worklist, handed to my unit", |_| "/console/worklist?whose=unit".to_owned()).await;
    pages(&mut browser, "worklist, registered by me", |_| "/console/worklist?whose=mine".to_owned()).await;
    pages(&mut browser, "cases, by reference", |at| format!("/console?q={}&status=confirmed", at % 100))
        .await;
    pages(&mut browser, "case", |at| format!("/console/cases/{}", of(&filled.cases, at))).await;
    pages(&mut browser, "contacts of a case, by class", |at| {
        format!("/console/cases/{}/contacts?class=F1.2", of(&filled.cases, at))
    })
    .await;
    pages(&mut browser, "contacts, by class and status", |_| {
        "/console/contacts?class=F1.1&status=following".to_owned()
    })
    .await;
    pages(&mut browser, "contacts, rare class, source and status", |_| {
        "/console/contacts?class=F%3F&source=self-listed&status=lost".to_owned()
    })
    .await;
    pages(&mut browser, "contacts, 300 a page, with names", |_| {
        "/console/contacts?many=yes&names=full".to_owned()
    })
    .await;
    pages(&mut browser, "contact", |at| format!("/console/contacts/{}", of(&filled.contacts, at))).await;
    hand_over(&mut browser, &filled.contacts).await;
    graph(&mut browser, &filled.crowded).await;
}

/// Opens an address many times, and says how long it took.
async fn pages(browser: &mut Browser, name: &str, address: impl Fn(usize) -> String) {
    let (mut took, mut bytes) = (Vec::with_capacity(REQUESTS), 0);
    for at in 0..REQUESTS {
        let address = address(at);
        let started = Instant::now();
        let page = browser.get(&address).await;
        took.push(started.elapsed().as_secs_f64() * 1e3);
        assert_eq!(page.status, StatusCode::OK, "{address}");
        bytes = bytes.max(page.body.len());
    }
    show(name, took, bytes);
}

fn show(name: &str, mut took: Vec<f64>, bytes: usize) {
    took.sort_by(f64::total_cmp);
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    println!("{name:<52} {:>8.1} {:>8.1} {:>8}", at(0.5), at(0.95), bytes / 1024);
}

async fn hand_over(browser: &mut Browser, contacts: &[String]) {
    let mut took = Vec::new();
    for run in 0..10 {
        // The form's ticket makes it one change: another needs another page.
        let page = browser.get("/console/contacts").await;
        let chosen: Vec<String> = (0..HANDED)
            .map(|at| format!("c-{}", contacts[(run * HANDED + at) * 613 % contacts.len()]))
            .collect();
        let unit = [town::STATION, UNIT][run % 2];
        let mut typed: Vec<_> = chosen.iter().map(|name| (name.as_str(), "yes")).collect();
        typed.push(("to_unit", unit));
        let started = Instant::now();
        let answer = browser.submit(&page, "/console/contacts/assign", &typed).await;
        took.push(started.elapsed().as_secs_f64() * 1e3);
        assert!(answer.to().contains("done=handed"), "{}", answer.to());
    }
    show(&format!("{HANDED} contacts handed to a unit"), took, 0);
}

async fn graph(browser: &mut Browser, case: &str) {
    for (name, query) in [("by generation", "?fold=no"), ("by day", "?by=day&fold=no")] {
        let (mut took, mut bytes) = (Vec::new(), 0);
        for _ in 0..11 {
            let started = Instant::now();
            let page = browser.get(&format!("/console/cases/{case}/graph{query}")).await;
            took.push(started.elapsed().as_secs_f64() * 1e3);
            assert_eq!(page.status, StatusCode::OK);
            bytes = page.body.len();
        }
        show(&format!("graph of {GRAPH} persons, {name}"), took, bytes);
    }
}
