//! The phone that is killed, and its owner.

use super::super::kill::child::{heard_at, say};
use super::super::promise::{STATION, pinned};
use bluezone_app::storage::SqliteStorage;
use bluezone_device::*;
use bluezone_protocol::api::{ConsentRequest, TestType, VerifyResponse, WithdrawRequest};
use bluezone_protocol::time::Timestamp;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::stdin;
use std::path::PathBuf;

/// What the parent tells a child.
#[derive(Serialize, Deserialize)]
pub struct Settings {
    pub folder: PathBuf,
    /// Later than any time used before.
    pub start: i64,
    pub seed: u64,
    /// Send what is due and exit, instead of running until killed.
    pub finish: bool,
}

/// What the owner is about to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wish {
    /// Share these days as a case; or let themselves be asked.
    Share { days: Vec<i64>, asked: bool },
    /// Answer a request for these days.
    Answer { request: String, days: Vec<i64> },
    /// Say no to it.
    Refuse { request: String },
    /// Take something back: the hash by which the server knows it.
    Withdraw,
}

/// What is sent to the server, without its filler.
#[derive(Serialize, Deserialize)]
pub enum Request {
    Consent(ConsentRequest),
    Withdraw(WithdrawRequest),
}

pub fn config() -> DeviceConfig {
    DeviceConfig { authority: Some(pinned()), ..DeviceConfig::default() }
}

pub fn run(settings: &Settings) {
    let storage = SqliteStorage::open(settings.folder.join("contacts.sqlite")).unwrap();
    let device = Device::open(config(), storage).unwrap();
    let rng = StdRng::seed_from_u64(settings.seed);
    let mut phone = Phone { device, rng, folder: settings.folder.clone() };
    let mut now = Timestamp(settings.start);
    phone.read_log(now);
    loop {
        now = now + phone.rng.random_range(200..2000);
        say(&format!("NOW {}", now.0));
        if settings.finish {
            if !phone.send(now) {
                return;
            }
            continue;
        }
        phone.device.rotation(now, &mut phone.rng).unwrap();
        match phone.rng.random_range(0..8) {
            0 => phone.listen(now),
            1 => phone.report(now),
            2 | 3 => phone.decide(now),
            4 if phone.rng.random_bool(0.3) => phone.withdraw(now),
            _ => {
                phone.send(now);
            }
        }
    }
}

struct Phone {
    device: Device<SqliteStorage>,
    rng: StdRng,
    folder: PathBuf,
}

impl Phone {
    /// The log as the parent laid it down.
    fn read_log(&mut self, now: Timestamp) {
        let file = |name: &str| fs::read(self.folder.join(name)).unwrap();
        let mut read = self.device.begin_log(&file("requests"), now).unwrap();
        let entries: Vec<String> = serde_json::from_slice(&file("entries")).unwrap();
        let range = read.range().start as usize..read.range().end as usize;
        entries[range].iter().for_each(|entry| read.push(entry.as_bytes()));
        self.device.finish_log(read.finish().unwrap(), now).unwrap();
        if self.device.wants_units().unwrap() {
            self.device.take_units(&file("units")).unwrap();
        }
    }

    fn listen(&mut self, now: Timestamp) {
        let scan = Scan { started: now, seconds_since_last_scan: 240, heard: heard_at(now.0) };
        self.device.record_scan(&scan).unwrap();
    }

    /// A report that goes through at once, for the token that it leaves.
    fn report(&mut self, now: Timestamp) {
        if self.device.report_next(now, &mut self.rng).unwrap() != ReportStep::Idle {
            self.device.report_cancel().unwrap();
        }
        let code = format!("{:08}", self.rng.random_range(0..100_000_000));
        self.device.report_start(&code, &mut self.rng, now).unwrap();
        let verified = VerifyResponse {
            test_type: TestType::Confirmed,
            symptom_date: String::new(),
            test_date: String::new(),
            publish_from: String::new(),
            token: "token".to_owned(),
            padding: String::new(),
        };
        self.device.report_answer(ReportAnswer::Verify(verified), now).unwrap();
        let days = self.device.report_preview(None, now).unwrap();
        let days: Vec<_> = days.iter().map(|day| day.day).collect();
        if self.device.report_consent(&days, None, now, &mut self.rng).is_err() {
            return self.device.report_cancel().unwrap();
        }
        self.device.report_answer(ReportAnswer::Certificate(Default::default()), now).unwrap();
        self.device.report_answer(ReportAnswer::Publish(Default::default()), now).unwrap();
    }

    /// The owner looks at what is asked or offered, and does one thing or nothing.
    fn decide(&mut self, now: Timestamp) {
        if let Some(request) = self.device.requests(now).unwrap().first() {
            let (hash, name) = (request.hash(), request.hash().to_string());
            let days = self.some(&self.device.answer_days(request, now).unwrap());
            match self.rng.random_range(0..3) {
                0 if !days.is_empty() => {
                    let choice = choice(&days, &[Purpose::AnswerRequest]);
                    wish(&Wish::Answer { request: name, days: days.iter().map(|day| day.0).collect() });
                    self.device.answer(&hash, &choice, now, &mut self.rng).unwrap();
                    say("STORED");
                }
                1 => {
                    wish(&Wish::Refuse { request: name });
                    self.device.decline(&hash, now).unwrap();
                    say("STORED");
                }
                _ => {}
            }
            return;
        }
        let Some(offer) = self.device.share_offer(now).unwrap() else { return };
        let days = self.some(&offer.days);
        let asked = !offer.asked && self.rng.random_bool(0.5);
        let mut purposes = Vec::new();
        purposes.extend((!days.is_empty()).then_some(Purpose::ShareContacts));
        purposes.extend(asked.then_some(Purpose::BeAsked));
        if !purposes.is_empty() {
            wish(&Wish::Share { days: days.iter().map(|day| day.0).collect(), asked });
            self.device.share(&choice(&days, &purposes), now, &mut self.rng).unwrap();
            say("STORED");
        }
    }

    fn some(&mut self, days: &[ToldDay]) -> Vec<Timestamp> {
        days.iter().map(|day| day.day).filter(|_| self.rng.random_bool(0.6)).collect()
    }

    fn withdraw(&mut self, now: Timestamp) {
        let sharings = self.device.sharings().unwrap();
        let standing: Vec<_> = sharings.into_iter().filter(|sharing| sharing.withdrawable).collect();
        let Some(sharing) = standing.choose(&mut self.rng) else { return };
        wish(&Wish::Withdraw);
        self.device.withdraw(&sharing.id, now).unwrap();
        say("STORED");
    }

    /// Whether there was anything to send.
    fn send(&mut self, now: Timestamp) -> bool {
        let (step, tag) = self.device.consent_next(&mut self.rng).unwrap();
        let request = match step {
            ConsentStep::Idle => return false,
            ConsentStep::Upload(request) => {
                Request::Consent(ConsentRequest { padding: String::new(), ..request })
            }
            ConsentStep::Withdraw(request) => {
                Request::Withdraw(WithdrawRequest { padding: String::new(), ..request })
            }
        };
        say(&format!("ASK {}", serde_json::to_string(&request).unwrap()));
        let mut line = String::new();
        stdin().read_line(&mut line).unwrap();
        let answer = match line.trim() {
            "OK" => ConsentAnswer::Acknowledged,
            _ => ConsentAnswer::Refused { code: String::new(), status: 503 },
        };
        self.device.consent_taken(tag.as_ref(), answer, now).unwrap();
        say("ANSWERED");
        true
    }
}

fn wish(wish: &Wish) {
    say(&format!("WISH {}", serde_json::to_string(wish).unwrap()));
}

fn choice(days: &[Timestamp], purposes: &[Purpose]) -> Choice {
    let yes = |purpose: &Purpose| Yes { purpose: *purpose, words: "words".to_owned(), language: "vi" };
    Choice {
        unit: STATION.to_owned(),
        days: days.to_vec(),
        yes: purposes.iter().map(yes).collect(),
        reporter: None,
    }
}
