//! The phone that is killed.

use super::server::{Answer, Request};
use bluezone_app::storage::SqliteStorage;
use bluezone_device::{
    Device, DeviceConfig, DeviceError, Heard, ReportAnswer, ReportError, ReportStep, Scan, Storage,
};
use bluezone_protocol::export::VerifyingKey;
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{Write, stdin, stdout};
use std::path::PathBuf;

/// What the parent tells a child.
#[derive(Serialize, Deserialize)]
pub struct Settings {
    pub folder: PathBuf,
    /// PEM of the key that exports are signed with.
    pub pinned: String,
    /// Later than any time used before.
    pub start: i64,
    pub seed: u64,
    /// Bring everything to its end and exit, instead of running until killed.
    pub finish: bool,
}

impl Settings {
    pub fn config(&self) -> DeviceConfig {
        let pinned = VerifyingKey::from_pem(super::world::signature_info(), &self.pinned).unwrap();
        DeviceConfig { trusted_export_keys: vec![pinned], retention_days: 21, ..DeviceConfig::default() }
    }

    pub fn log(&self) -> PathBuf {
        self.folder.join("contacts.sqlite")
    }
}

/// Who is heard in the scan that starts then.
pub fn heard_at(time: i64) -> Vec<Heard> {
    let mut rng = StdRng::seed_from_u64(time.unsigned_abs());
    let mut one = || {
        let mut bytes = [0; 20];
        rng.fill_bytes(&mut bytes);
        Heard {
            identifier: Identifier::from_bytes(&bytes).unwrap(),
            rssi_dbm: vec![-60, -70],
            tx_power_dbm: None,
        }
    };
    vec![one(), one(), one()]
}

pub fn run(settings: &Settings) {
    let storage = SqliteStorage::open(settings.log()).unwrap();
    let mut phone = Phone {
        device: Device::open(settings.config(), storage).unwrap(),
        rng: StdRng::seed_from_u64(settings.seed),
    };
    let mut now = Timestamp(settings.start);
    while !(settings.finish && phone.is_done(settings, now)) {
        now = now + phone.rng.random_range(20..400);
        say(&format!("NOW {}", now.0));
        phone.send(now);
        match phone.rng.random_range(0..4) {
            0 => phone.listen(now),
            1 => phone.check(settings, now),
            _ => phone.report(now, settings.finish),
        }
    }
}

struct Phone {
    device: Device<SqliteStorage>,
    rng: StdRng,
}

impl Phone {
    fn send(&mut self, now: Timestamp) {
        let rotation = self.device.rotation(now, &mut self.rng).unwrap();
        say(&format!("ON_AIR {} {}", now.interval().0, hex::encode(rotation.identifier.to_bytes())));
    }

    fn listen(&mut self, now: Timestamp) {
        let scan = Scan { started: now, seconds_since_last_scan: 240, heard: heard_at(now.0) };
        assert_eq!(self.device.record_scan(&scan).unwrap().stored, scan.heard.len());
        say(&format!("SCAN {}", now.0));
    }

    fn unprocessed(&self, settings: &Settings) -> Option<String> {
        let index = fs::read_to_string(settings.folder.join("exports/index.txt")).unwrap();
        self.device.exports_to_fetch(&index).unwrap().first().cloned()
    }

    fn check(&mut self, settings: &Settings, now: Timestamp) {
        let Some(name) = self.unprocessed(settings) else { return };
        let file = File::open(settings.folder.join("exports").join(&name)).unwrap();
        let checked = self.device.check_export(&name, file, now).unwrap();
        say(&format!("EXPORT {name} {}", checked.matches));
        self.device.check_done(now).unwrap();
    }

    /// One step of a report; when one is over, the next begins unless everything is to end.
    fn report(&mut self, now: Timestamp, finish: bool) {
        let step = self.device.report_next(now, &mut self.rng).unwrap();
        let request = match step {
            ReportStep::Idle => {
                if !finish {
                    let Answer::Code(code) = ask(Request::Code) else { panic!("a code was asked for") };
                    self.device.report_start(&code, &mut self.rng, now).unwrap();
                    say("STARTED");
                }
                return;
            }
            ReportStep::Confirm { .. } => return self.consent(now),
            ReportStep::Done { .. } => {
                say("DONE");
                return self.device.report_cancel().unwrap();
            }
            ReportStep::Failed { failure, .. } => panic!("a report failed: {failure:?}"),
            ReportStep::Verify(request) => Request::Verify(request),
            ReportStep::Certificate(request) => Request::Certificate(request),
            ReportStep::Publish(request) => Request::Publish(request),
        };
        let answer = match ask(request) {
            Answer::Verify(response) => ReportAnswer::Verify(response),
            Answer::Certificate(response) => ReportAnswer::Certificate(response),
            Answer::Publish(response) => ReportAnswer::Publish(response),
            Answer::Code(_) => panic!("no code was asked for"),
        };
        self.device.report_answer(answer, now).unwrap();
        say("ANSWERED");
    }

    fn consent(&mut self, now: Timestamp) {
        let mut days: Vec<_> =
            self.device.report_preview(None, now).unwrap().iter().map(|day| day.day).collect();
        // Left out or not is drawn again by each child: only what is stored can make the repeated request the same.
        days.retain(|_| self.rng.random_bool(0.8));
        match self.device.report_consent(&days, None, now, &mut self.rng) {
            Ok(()) => say("CONSENTED"),
            Err(DeviceError::Report(ReportError::NothingToShare)) => {}
            Err(error) => panic!("{error}"),
        }
    }

    fn is_done(&mut self, settings: &Settings, now: Timestamp) -> bool {
        let idle = self.device.report_next(now, &mut self.rng).unwrap() == ReportStep::Idle;
        idle && self.unprocessed(settings).is_none()
    }
}

/// Tells the parent: by then it is done and stored. The text ends with `END`, so that a message cut off by the kill is
/// not mistaken for another.
pub fn say(message: &str) {
    let mut out = stdout().lock();
    write!(out, "\n@{message} END\n").unwrap();
    out.flush().unwrap();
}

fn ask(request: Request) -> Answer {
    say(&format!("ASK {}", serde_json::to_string(&request).unwrap()));
    let mut line = String::new();
    stdin().read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap()
}

/// Storages of both kinds are asked the same questions.
pub fn identifiers_at(storage: &impl Storage, time: i64) -> Vec<Identifier> {
    let from = storage.sightings(Timestamp(time)).unwrap();
    from.iter().filter(|sighting| sighting.time.0 == time).map(|sighting| sighting.identifier).collect()
}
