//! What counting the keys of published files tells: with few people exactly as much as with nobody.
//!
//! Two servers with the same secrets and the same clock live through the same days; only the people differ.

use crate::harness::*;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::code::CodeKind;
use bluezone_domain::form::{Cell, Change, REVISED_FLOOR};
use bluezone_domain::id::CaseId;
use bluezone_domain::publication::Stream;
use bluezone_protocol::api::*;
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::export::KeyKind;
use bluezone_protocol::time::{DAY_S, IntervalNumber};
use bluezone_server::jobs;
use std::collections::{BTreeMap, BTreeSet};

const PERIOD_S: i64 = 7200;

type File = Vec<(KeyKind, DiagnosisKey)>;

/// The next file.
async fn next(server: &TestServer) -> File {
    server.clock.set(server.now() - server.now().0 % PERIOD_S + PERIOD_S);
    let name = jobs::run_once(&server.state).await.unwrap().published.expect("a period is over");
    server.export(&name).await
}

fn of_kind(file: &File, kind: KeyKind) -> impl Iterator<Item = &DiagnosisKey> {
    file.iter().filter(move |(of, _)| *of == kind).map(|(_, key)| key)
}

/// How many new keys are in each cell.
fn cells(file: &File) -> BTreeMap<Cell, usize> {
    let mut cells = BTreeMap::new();
    for key in of_kind(file, KeyKind::New) {
        assert_eq!(Cell::of(key).key(key.key.clone()), *key, "nothing is told but the cell");
        *cells.entry(Cell::of(key)).or_default() += 1;
    }
    cells
}

/// What one who keeps all files knows.
#[derive(Default)]
struct Observer {
    new: BTreeMap<[u8; 16], DiagnosisKey>,
    revised: BTreeSet<[u8; 16]>,
}

impl Observer {
    /// How many keys change in which way.
    fn changes(&mut self, file: &File) -> BTreeMap<Change, usize> {
        let mut changes = BTreeMap::new();
        for key in of_kind(file, KeyKind::Revised) {
            let before = self.new.get(key.key.as_bytes()).expect("published before");
            assert_eq!(Cell { report_type: before.report_type, ..Cell::of(key) }, Cell::of(before));
            assert!(self.revised.insert(*key.key.as_bytes()), "revised twice");
            *changes.entry(Change::of(before, key.report_type)).or_default() += 1;
        }
        for key in of_kind(file, KeyKind::New) {
            assert!(self.new.insert(*key.key.as_bytes(), key.clone()).is_none(), "new twice");
        }
        changes
    }
}

async fn publish(server: &TestServer, status: CaseStatus, phone: &Phone) {
    let code = server.new_code(status).await;
    server.publish(&code, phone).await;
}

/// Somebody as there are many.
async fn ordinary(server: &TestServer) {
    let phone = Phone::new(server.now(), &mut server.rng());
    publish(server, CaseStatus::Confirmed, &phone).await;
}

/// Everything about them was once enough to tell them from padding.
async fn peculiar(server: &TestServer) {
    // A key begun in the morning, because an earlier one was published then; the earlier one with it.
    let mut two_reports = Phone::new(server.now(), &mut server.rng());
    let yesterday = two_reports.keys[1].rolling_start;
    two_reports.keys[1].rolling_start = yesterday + 50;
    two_reports.keys[1].rolling_period = 94;
    two_reports.keys[2].rolling_start = yesterday;
    two_reports.keys[2].rolling_period = 50;
    publish(server, CaseStatus::Confirmed, &two_reports).await;
    // Days left out, risk levels of their own.
    let mut choosy = Phone::new(server.now(), &mut server.rng());
    for (key, risk) in choosy.keys.iter_mut().zip([8, 7, 6, 5, 4, 3, 2, 1].into_iter().cycle()) {
        key.transmission_risk = risk;
    }
    choosy.keys.retain(|key| key.rolling_start.0 / 144 % 3 != 0);
    publish(server, CaseStatus::Suspected, &choosy).await;
    // Only two days; today's key sent hours after it was cut short.
    let mut late = Phone::new(server.now(), &mut server.rng());
    late.keys.truncate(2);
    late.keys[0].rolling_period = 20;
    publish(server, CaseStatus::Confirmed, &late).await;
    // Onset long ago.
    let old = server.case_with_onset(CaseStatus::Confirmed, server.now().day_start() - 11 * DAY_S).await;
    let phone = Phone::new(server.now(), &mut server.rng());
    let code = server.code(old, CodeKind::Short).await;
    server.publish(&code, &phone).await;
}

#[tokio::test]
async fn up_to_the_floor_every_file_has_the_same_keys_in_every_cell() {
    let (empty, few, odd, full) =
        (TestServer::new().await, TestServer::new().await, TestServer::new().await, TestServer::new().await);
    for round in 0..14 {
        // Now and then somebody reports, at any time of a period, across midnight too.
        for server in [&empty, &few, &odd, &full] {
            server.clock.advance(round * 500);
        }
        if round % 3 == 0 {
            ordinary(&few).await;
            peculiar(&odd).await;
            for _ in 0..8 {
                ordinary(&full).await;
            }
        }
        let expected = cells(&next(&empty).await);
        assert!(expected.values().all(|count| *count >= 8));
        assert!((56..=68).contains(&expected.len()), "{}", expected.len());
        for (name, server) in [("few", &few), ("odd", &odd), ("full", &full)] {
            assert!(cells(&next(server).await) == expected, "{name} people in round {round}");
        }
    }
}

#[tokio::test]
async fn beyond_the_floor_a_cell_goes_up_a_rung() {
    let (empty, server) = (TestServer::new().await, TestServer::new().await);
    for _ in 0..9 {
        ordinary(&server).await;
    }
    let (expected, found) = (cells(&next(&empty).await), cells(&next(&server).await));
    let mut larger = 0;
    for (cell, count) in found {
        if count != expected[&cell] {
            assert_eq!(count, expected[&cell] + 4, "from 8 to 12");
            assert_eq!((cell.report_type, cell.days_since_onset), (ReportType::ConfirmedTest, Some(1)));
            larger += 1;
        }
    }
    assert_eq!(larger, INFECTIOUS);
}

/// Reports as suspected; later the report changes.
struct Patient {
    case: CaseId,
    phone: Phone,
}

impl Patient {
    async fn report(server: &TestServer) -> Self {
        let case = server.case(CaseStatus::Suspected).await;
        let mut phone = Phone::new(server.now(), &mut server.rng());
        let code = server.code(case, CodeKind::Short).await;
        phone.revision_token = server.publish(&code, &phone).await.revision_token;
        Patient { case, phone }
    }

    async fn result(&self, server: &TestServer, status: CaseStatus) {
        server.change_case(self.case, status).await;
        let code = server.code(self.case, CodeKind::Short).await;
        assert_eq!(server.publish(&code, &self.phone).await.inserted_exposures, INFECTIOUS);
    }
}

#[tokio::test]
async fn revised_keys_are_as_many_with_and_without_patients() {
    let (empty, server) = (TestServer::new().await, TestServer::new().await);
    let (mut of_empty, mut of_server) = (Observer::default(), Observer::default());
    let mut patients = Vec::new();
    for round in 0..30 {
        if round % 4 == 0 {
            patients.push(Patient::report(&server).await);
            patients.push(Patient::report(&server).await);
        }
        if round % 4 == 3 {
            let status = if round % 8 == 3 { CaseStatus::Confirmed } else { CaseStatus::Negative };
            for patient in patients.drain(..) {
                patient.result(&server, status).await;
            }
        }
        let expected = of_empty.changes(&next(&empty).await);
        assert!(of_server.changes(&next(&server).await) == expected, "round {round}");
        if round > 0 {
            assert!(expected.values().all(|count| *count == REVISED_FLOOR));
            // Three changes and two classes, of a fortnight and of days cut short.
            assert!([14, 15, 16].map(|days| 6 * days).contains(&expected.len()), "{}", expected.len());
        }
    }
    assert!(of_server.revised.len() > 30 * 6 * 14);
}

/// Over a fortnight, and after pauses.
#[tokio::test]
async fn no_padding_is_revised_twice_or_before_it_was_published() {
    let server = TestServer::new().await;
    let mut observer = Observer::default();
    for round in 0..200 {
        let changes = observer.changes(&next(&server).await);
        assert!(round == 0 || changes.values().all(|count| *count == REVISED_FLOOR), "{round}");
        if round % 50 == 20 {
            server.clock.advance(round * 3600);
        }
    }
}

#[tokio::test]
async fn a_file_made_again_after_a_restart_is_the_same() {
    let mut names = Vec::new();
    for restart in [false, true] {
        let mut server = TestServer::new().await;
        ordinary(&server).await;
        next(&server).await;
        ordinary(&server).await;
        server.clock.advance(PERIOD_S);
        if restart {
            server.state.store.open_batch(Stream::Cases, server.now(), PERIOD_S).await.unwrap().unwrap();
            server.reopen().await;
            server.clock.advance(3 * PERIOD_S);
        }
        names.push(jobs::run_once(&server.state).await.unwrap().published.unwrap());
    }
    assert_eq!(names[0], names[1], "the name has the hash of the file");
}

/// Whoever has a code can publish any keys they have seen. What they are answered does not tell whose these are.
#[tokio::test]
async fn a_patient_cannot_ask_which_keys_are_padding() {
    let server = TestServer::new().await;
    let victim = Phone::new(server.now(), &mut server.rng());
    publish(&server, CaseStatus::Confirmed, &victim).await;
    let file = next(&server).await;
    let (mut real, mut padding) = (0, 0);
    for key in of_kind(&file, KeyKind::New).filter(|key| key.days_since_onset == Some(1)) {
        if key.start() < server.now().day_start() - 2 * DAY_S {
            continue;
        }
        let mut probe = Phone::new(server.now(), &mut server.rng());
        probe.keys.truncate(1);
        probe.keys[0].key = key.key.clone();
        probe.keys[0].rolling_start = IntervalNumber(key.rolling_start.0);
        probe.keys[0].rolling_period = key.rolling_period;
        let certificate = server.certificate_for(&server.new_code(CaseStatus::Confirmed).await, &probe).await;
        let answer = server.post("/v1/publish", probe.request(&certificate)).await;
        assert_eq!(answer.refusal(), (400, error_code::MISSING_REVISION_TOKEN.to_owned()));
        if victim.keys.iter().any(|own| own.key == key.key) { real += 1 } else { padding += 1 }
    }
    assert!(real >= 2 && padding > 10, "{real} {padding}");
}
