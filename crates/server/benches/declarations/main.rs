//! How many declarations a second: `cargo bench -p bluezone-server --bench declarations -- [citizens] [declarations]` (200 and
//! 6,000 unless given otherwise).
//!
//! The real router on SQLite, from the request to the answer: session, forgery, validation, sealing, consents as evidence, the commit
//! on the disk. First as many as it takes with 64 at a time, then at 80 % of that from request to answer, arriving evenly. Beside
//! it, in the same run on the same disk: rows of the same size by SQLite alone, one in a transaction and 200 in one.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench prints, and has failed if it cannot go on"
)]
#![expect(clippy::disallowed_methods, reason = "a stopwatch")]

mod bare;
#[path = "../../tests/it/console/browser.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod browser;
#[path = "../../tests/it/console/town.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod town;

use bluezone_server::Config;
use bluezone_server::texting::TextsConfig;
use browser::Browser;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};
use town::Town;

/// Requests that are under way at a time.
const AT_A_TIME: usize = 64;
/// Of the greatest rate, for the times of an answer.
const SHARE: f64 = 0.8;
const FORM: &str = "/declare/toan-dan";

/// What everybody declares. No name or number of anybody.
fn fields(phone: &str) -> Vec<(&'static str, String)> {
    let plain = [
        ("fullName", "TRẦN THỊ THỬ"),
        ("birthYear", "1985"),
        ("gender", "female"),
        ("nation", "VN"),
        ("provinceId", "19"),
        ("wardId", "05443"),
        ("address", "Tổ 5"),
        ("showCountryPassing", "yes"),
        ("countryPassing", "Hà Nội, Bắc Ninh"),
        ("showSignal", "cough"),
        ("signalSince", "2026-11-20"),
        ("showSignalNote", "Ho khan về đêm"),
        ("hasPatient", "no"),
        ("hasFromSickCountry", "no"),
        ("hasSick", "no"),
        ("consent-declaration", "yes"),
        ("consent-call-back", "yes"),
    ];
    let plain = plain.into_iter().map(|(name, value)| (name, value.to_owned()));
    plain.chain([("phone", phone.to_owned())]).collect()
}

/// A citizen's browser and the token of their forms.
#[derive(Clone)]
struct Sender {
    browser: Browser,
    csrf: String,
    fields: Vec<(&'static str, String)>,
}

impl Sender {
    /// Sends a declaration of its own.
    async fn send(&mut self, number: usize) {
        let ticket = format!("bench-{number}");
        let mut fields: Vec<_> = self.fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        fields.extend([("csrf", self.csrf.as_str()), ("ticket", &ticket)]);
        let seen = self.browser.post(FORM, &fields).await;
        assert!(seen.to().starts_with("/declared/"));
    }
}

#[tokio::main]
async fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let number = |at: usize, otherwise| numbers.get(at).copied().unwrap_or(otherwise);
    let (citizens, count) = (number(0, 200), number(1, 6_000));
    // All citizens ask for their code from one address here.
    let texts = TextsConfig { source_an_hour: u32::MAX, ..TextsConfig::default() };
    let town = Town::in_files(Config { texts, ..Config::default() }).await;
    let senders = senders(&town, citizens).await;
    println!("{citizens} citizens signed in; {count} declarations each time\n");

    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let workers = (0..AT_A_TIME).map(|worker| {
        let (mut sender, next) = (senders[worker % citizens].clone(), next.clone());
        tokio::spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return;
                }
                sender.send(number).await;
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    let rate = count as f64 / started.elapsed().as_secs_f64();
    println!("{:<56} {rate:>9.0} a second", format!("declarations, {AT_A_TIME} at a time"));

    let pause = Duration::from_secs_f64(1.0 / (rate * SHARE));
    let begin = Instant::now();
    let mut arriving = Vec::with_capacity(count);
    for number in 0..count {
        let due = begin + pause * u32::try_from(number).unwrap();
        sleep_until(due).await;
        let mut sender = senders[number % citizens].clone();
        arriving.push(tokio::spawn(async move {
            sender.send(count + number).await;
            // Also what it waited for before it could begin.
            due.elapsed().as_secs_f64() * 1e3
        }));
    }
    let mut took = Vec::with_capacity(count);
    for answer in arriving {
        took.push(answer.await.unwrap());
    }
    took.sort_by(f64::total_cmp);
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    println!(
        "{:<56} {:>9.1} ms p50 {:>9.1} ms p99",
        format!("an answer at {:.0} % of that", SHARE * 100.0),
        at(0.5),
        at(0.99)
    );

    let size = bare::bytes_a_declaration(&town);
    println!("\nrows of the same size ({size} bytes) by SQLite alone, on the same disk:");
    for (name, batch) in [("one in a transaction", 1), ("200 in a transaction", 200)] {
        let bare = bare::rate(town.directory(), size, batch, if batch == 1 { count / 4 } else { count * 4 });
        let share = rate / bare * 100.0;
        println!("{name:<56} {bare:>9.0} a second: declarations come to {share:.0} % of it");
    }
}

async fn senders(town: &Town, citizens: usize) -> Vec<Sender> {
    let mut senders = Vec::with_capacity(citizens);
    for number in 0..citizens {
        let phone = format!("09{number:08}");
        let mut browser = town.citizen(&phone).await;
        let page = browser.get(FORM).await;
        let csrf = page.form(FORM).into_iter().find(|(name, _)| name == "csrf").unwrap().1;
        senders.push(Sender { browser, csrf, fields: fields(&phone) });
    }
    senders
}
