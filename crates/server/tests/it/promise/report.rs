//! From what a case shared and what others reported to contacts with evidence.

use super::consent::case_token;
use super::phone::*;
use super::release::{order, path_of};
use super::world::*;
use crate::console::browser::Browser;
use crate::console::town::UNIT;
use axum::http::StatusCode;
use bluezone_domain::contact::{Class, Source};
use bluezone_domain::id::{CaseId, ContactId};
use bluezone_domain::officer::Role;
use bluezone_protocol::gaen::TemporaryExposureKey;
use bluezone_protocol::history::*;
use bluezone_protocol::time::Timestamp;
use bluezone_transparency::seal::Upload;
use std::ops::Range;

const MINUTE: i64 = 60;

/// What a phone calls itself and heard on one day.
struct Meeting {
    key: TemporaryExposureKey,
    history: History,
}

impl Meeting {
    fn new(world: &World, key: u8, name: &str) -> Meeting {
        let mut history = history(world.town.clock_now());
        let day = &mut history.days[0];
        let key = TemporaryExposureKey::from_bytes([key; 16]);
        day.keys = vec![IdentifierKey {
            key: key.identifier_key(),
            rolling_start: day.day.interval(),
            rolling_period: 144,
        }];
        day.heard.clear();
        history.reporter = Some(Reporter { name: name.to_owned(), ..history.reporter.unwrap() });
        Meeting { key, history }
    }

    /// Hears another phone every four minutes of a span of the day, what it sent `delay_s` before.
    fn hears(&mut self, other: &TemporaryExposureKey, minutes: Range<i64>, delay_s: i64) {
        let day = &mut self.history.days[0];
        for minute in minutes.step_by(4) {
            let at: Timestamp = day.day + minute * MINUTE;
            day.heard.push(Heard {
                identifier: other.identifier_key().identifier((at - delay_s).interval()),
                at,
                mean_dbm: Some(-58),
                packets: 3,
                seconds_since_last_scan: 240,
            });
        }
    }
}

/// A case that met An for forty minutes; Bình's phone got the case's signals three hours later from somebody else.
struct Street {
    world: World,
    case: CaseId,
    case_phone: Phone,
    shared: Upload,
    near: Upload,
    fooled: Upload,
    officer: Browser,
}

impl Street {
    async fn new() -> Street {
        let world = World::new().await;
        let (case, token) = case_token(&world).await;
        let mut ill = Meeting::new(&world, 1, "");
        let mut an = Meeting::new(&world, 2, "Nguyễn Văn An");
        let mut binh = Meeting::new(&world, 3, "Trần Bình");
        (ill.history.kind, ill.history.reporter) = (HistoryKind::Case, None);
        ill.hears(&an.key, 600..640, 0);
        an.hears(&ill.key, 600..640, 0);
        binh.hears(&ill.key, 780..820, 3 * 3600);
        let (mut case_phone, mut a, mut b) = (Phone::new(1), Phone::new(2), Phone::new(3));
        let shared = case_phone.tells_this(&world, UNIT, &token, &ill.history).await;
        let near = a.tells_this(&world, UNIT, "", &an.history).await;
        let fooled = b.tells_this(&world, UNIT, "", &binh.history).await;
        let mut officer = world.town.signed_in("lan", Role::ProvincialCdc, UNIT).await.1;
        for upload in [&near, &fooled] {
            order(&mut officer, upload).await;
        }
        world.hour().await;
        Street { world, case, case_phone, shared, near, fooled, officer }
    }

    async fn open_shared(&mut self) {
        order(&mut self.officer, &self.shared).await;
        self.world.hour().await;
    }

    fn form(&self, report: &Upload) -> String {
        format!("/console/cases/{}/contacts/new?upload={}", self.case, hex::encode(report.hash().0))
    }

    /// Registers the contact that a report makes, as the form has it.
    async fn register(&mut self, report: &Upload) -> ContactId {
        let page = self.officer.get(&self.form(report)).await;
        assert_eq!(page.status, StatusCode::OK);
        let action = format!("/console/cases/{}/contacts/new", self.case);
        let to = self.officer.submit(&page, &action, &[]).await.to().to_owned();
        let id = to.strip_prefix("/console/contacts/").unwrap();
        id.split('?').next().unwrap().parse().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sides_are_a_contact_with_evidence_and_a_replayed_signal_is_not() {
    let mut street = Street::new().await;
    let seen = street.officer.get(&path_of(&street.near)).await;
    assert!(seen.body.contains("No case fits yet"), "nothing is compared before the case's own is open");
    street.open_shared().await;
    let (near, fooled) = (street.near.clone(), street.fooled.clone());
    for (upload, verdict) in [(&near, "Two-sided"), (&fooled, "Contradicted")] {
        let seen = street.officer.get(&path_of(upload)).await;
        assert!(seen.body.contains("A-1") && seen.body.contains(verdict), "{}", seen.body);
        assert!(seen.body.contains(&street.form(upload)));
    }
    let form = street.officer.get(&street.form(&near)).await;
    for said in ["Two-sided", "value=\"Nguyễn Văn An\"", "value=\"0912000111\""] {
        assert!(form.body.contains(said), "{said}: {}", form.body);
    }

    let contact = street.register(&near).await;
    assert_eq!(street.register(&near).await, contact, "registered twice it is one");
    let store = &street.world.town.state.store;
    let stored = store.contact(contact).await.unwrap().unwrap();
    assert_eq!((stored.source, stored.class, stored.number), (Source::BleTwoSided, Class::Unclear, 1));
    assert_eq!(store.count_contacts(street.case).await.unwrap(), 1);
    assert_eq!(store.evidence_of(contact).await.unwrap().len(), 1);
    let other = street.register(&fooled).await;
    let store = &street.world.town.state.store;
    let stored = store.contact(other).await.unwrap().unwrap();
    assert_eq!((stored.source, stored.number), (Source::BleOneSided, 2));
    let page = street.officer.get(&format!("/console/contacts/{other}")).await;
    assert!(page.body.contains("Contradicted") && page.body.contains("Trần Bình"), "{}", page.body);
    let graph = street.officer.get(&format!("/console/cases/{}/graph", street.case)).await;
    for said in ["Two-sided", "Contradicted"] {
        assert!(graph.body.contains(said), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_becomes_a_contact_of_a_case_that_shared_nothing_and_gets_its_evidence_later() {
    let mut street = Street::new().await;
    let near = street.near.clone();
    // The officer knows whose contact it is, by the reference.
    let found = street.officer.get(&format!("{}?reference=a-1", path_of(&near))).await;
    assert!(found.body.contains(&street.form(&near)), "{}", found.body);
    let none = street.officer.get(&format!("{}?reference=zzz", path_of(&near))).await;
    assert!(none.body.contains("No case within your reach"), "{}", none.body);
    let contact = street.register(&near).await;
    let store = street.world.town.state.store.clone();
    assert_eq!(store.contact(contact).await.unwrap().unwrap().source, Source::SelfListed);
    assert!(store.evidence_of(contact).await.unwrap().is_empty());
    street.open_shared().await;
    let seen = street.officer.get(&path_of(&near)).await;
    assert!(seen.body.contains("Add the evidence"), "{}", seen.body);
    assert_eq!(street.register(&near).await, contact);
    assert_eq!(store.evidence_of(contact).await.unwrap().len(), 1);
    // What the case shared is compared no more once it is taken back, and what was made of it is gone.
    let body = street.case_phone.withdrawal();
    assert_eq!(send(&street.world, "/v1/consent/withdraw", body).await.status, 200);
    assert!(store.evidence_of(contact).await.unwrap().is_empty());
    let seen = street.officer.get(&path_of(&near)).await;
    assert!(seen.body.contains("No case fits yet"), "{}", seen.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_open_report_that_the_officer_reaches_becomes_a_contact() {
    let mut street = Street::new().await;
    let sealed = street.shared.clone();
    assert_eq!(street.officer.get(&street.form(&sealed)).await.status, StatusCode::NOT_FOUND);
    let nobody = format!("/console/cases/{}/contacts/new?upload={}", street.case, "0".repeat(64));
    assert_eq!(street.officer.get(&nobody).await.status, StatusCode::NOT_FOUND);
    street.open_shared().await;
    let of_case = street.officer.get(&street.form(&sealed)).await;
    assert_eq!(of_case.status, StatusCode::NOT_FOUND, "a case's own history is no report");
}
