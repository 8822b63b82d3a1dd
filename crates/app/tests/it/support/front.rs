//! The authority's server as phones see it: what a [`Promise`] made, at its addresses; and phones that trust it.

use super::server::{Asked, Server};
use super::{HOUR_S, MORNING, Neighbour, config, export, phone_with, signing_key};
use crate::promise::{Promise, pinned};
use bluezone_app::client::Client;
use bluezone_app::phone::Phone;
use bluezone_app::{consent_loop, errand::Carried, log_sync};
use bluezone_device::{Choice, DeviceConfig, LogChecked, MemoryStorage, Purpose, ReportAnswer, ToldDay, Yes};
use bluezone_protocol::api::{
    CONSENT_REQUEST_BYTES, ConsentRequest, Mailbox, TestType, VerifyResponse, from_json,
};
use bluezone_protocol::time::ManualClock;
use bluezone_transparency::release::OutgoingRequest;
use std::io::Cursor;
use std::sync::Arc;

pub struct Front {
    pub server: Server,
    pub client: Client,
    pub promise: Promise,
}

impl Front {
    pub fn new() -> Front {
        let server = Server::start();
        let client = Client::new(&server.url).unwrap();
        let mut front = Front { server, client, promise: Promise::new(MORNING) };
        for path in ["/v1/consent", "/v1/consent/withdraw"] {
            front.server.answers(path, 200, r#"{"padding":""}"#);
        }
        front.show(&[]);
        front
    }

    /// Publishes what the log is now, and these requests.
    pub fn show(&mut self, requests: &[OutgoingRequest]) {
        let file = self.promise.requests(requests);
        self.show_file(file);
    }

    pub fn show_file(&mut self, file: Vec<u8>) {
        for (path, bytes) in self.promise.log.files().snapshot() {
            self.server.answers(&format!("/v1/log/{path}"), 200, bytes);
        }
        self.server.answers("/v1/requests", 200, file);
        self.server.answers("/v1/units", 200, self.promise.units_file());
    }

    pub async fn read(&self, phone: &Phone) -> LogChecked {
        log_sync::round(phone, &self.client).await.unwrap().unwrap()
    }

    /// Sends all that is due.
    pub async fn carry(&self, phone: &Phone) {
        while consent_loop::step(phone, &self.client).await.unwrap() == Carried::On {}
    }

    /// Requests to `/v1/consent` that were meant.
    pub fn consents(&self) -> Vec<ConsentRequest> {
        let meant = |asked: &Asked| asked.path == "/v1/consent" && asked.headers.get("x-chaff").is_none();
        let asked = self.server.asked();
        let bodies = asked.iter().filter(|asked| meant(asked)).map(|asked| &asked.body);
        bodies
            .inspect(|body| assert_eq!(body.len(), CONSENT_REQUEST_BYTES))
            .map(|body| from_json(body).unwrap())
            .collect()
    }

    /// A phone whose owner lets themselves be asked, as the server knows it.
    pub async fn asked_phone(&self) -> (Phone, Arc<ManualClock>, Mailbox) {
        let (phone, clock) = case();
        // Each phone's randomness is its own.
        for _ in self.consents() {
            phone.with_rng(|rng| rng.next_u64());
        }
        self.read(&phone).await;
        share(&phone, &[], &[Purpose::BeAsked]);
        self.carry(&phone).await;
        let mailbox = self.consents().last().unwrap().mailbox.clone().unwrap();
        (phone, clock, mailbox)
    }
}

/// A phone that trusts log and exports.
pub fn trusting() -> (Phone, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(MORNING));
    let settings = DeviceConfig { authority: Some(pinned()), ..config() };
    (phone_with(settings, MemoryStorage::new(), clock.clone()), clock)
}

/// A phone that met somebody yesterday and today, and published its keys a moment ago.
pub fn case() -> (Phone, Arc<ManualClock>) {
    let (phone, clock) = trusting();
    super::super::reader::two_days(&phone);
    let mut neighbour = Neighbour::new(2);
    neighbour.beside(&phone, MORNING - 25 * HOUR_S, 30, -60);
    neighbour.beside(&phone, MORNING - HOUR_S, 30, -60);
    phone.with(|mind, now, rng| {
        mind.report_start("12345678", rng, now).unwrap();
        let verified = VerifyResponse {
            test_type: TestType::Confirmed,
            symptom_date: String::new(),
            test_date: String::new(),
            publish_from: String::new(),
            token: "tok".to_owned(),
            padding: String::new(),
        };
        mind.report_answer(ReportAnswer::Verify(verified), now).unwrap();
        let days: Vec<_> = mind.report_preview(None, now).unwrap().iter().map(|day| day.day).collect();
        mind.report_consent(&days, None, now, rng).unwrap();
        mind.report_answer(ReportAnswer::Certificate(Default::default()), now).unwrap();
        mind.report_answer(ReportAnswer::Publish(Default::default()), now).unwrap();
    });
    (phone, clock)
}

/// A phone that is warned.
pub fn warned() -> (Phone, Arc<ManualClock>) {
    let (phone, clock) = trusting();
    super::super::reader::two_days(&phone);
    let mut near = Neighbour::new(2);
    near.beside(&phone, MORNING - 26 * HOUR_S, 30, -60);
    let file = export(&near.diagnosed(), &signing_key("v1"));
    phone.with(|mind, now, _| {
        mind.check_export("a.zip", Cursor::new(file), now).unwrap();
        mind.check_done(now).unwrap();
    });
    (phone, clock)
}

pub fn choice(days: &[ToldDay], purposes: &[Purpose]) -> Choice {
    let yes = |purpose: &Purpose| Yes { purpose: *purpose, words: "words".to_owned(), language: "en" };
    Choice {
        unit: crate::promise::STATION.to_owned(),
        days: days.iter().map(|day| day.day).collect(),
        yes: purposes.iter().map(yes).collect(),
        reporter: None,
    }
}

/// The owner's yes.
pub fn share(phone: &Phone, days: &[ToldDay], purposes: &[Purpose]) {
    phone.with(|mind, now, rng| mind.share(&choice(days, purposes), now, rng).unwrap());
}
