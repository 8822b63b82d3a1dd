//! A full disk under SQLite: whoever wants something written is told to come again, nothing is half written, what is there is read
//! as before, and the same requests are taken when there is room.

use super::declare::declare_first;
use super::declare_forms::forms;
use super::places::{OWNER, register};
use super::report::{ANONYMOUS, PHOTO, REPORT};
use crate::console::browser::{Browser, Seen};
use crate::console::town::Town;
use crate::harness::{create_case, create_officer, issue_code, post};
use axum::http::StatusCode;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::code::CodeKind;
use bluezone_protocol::api::{VerifyRequest, to_json};
use bluezone_protocol::time::DAY_S;
use bluezone_server::admin::keys;
use bluezone_store::testing::TestDatabase;
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;
use tower::ServiceExt as _;

/// Enough for the layout and some rows.
const SIZE: &str = "size=24m,mode=0700";
const ENTRY: &str = "/declare/nhap-canh";
const NO: StatusCode = StatusCode::SERVICE_UNAVAILABLE;
const PDF: &[u8] = b"%PDF-1.4 test report";
/// Somebody whom nobody knows yet.
const NEW: &str = "0912000111";

/// In memory: one that is full answers as every disk that is.
struct SmallDisk(TempDir);

impl SmallDisk {
    fn new() -> Option<SmallDisk> {
        let disk = SmallDisk(tempfile::tempdir().unwrap());
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", SIZE, "bluezone-test"])
            .arg(disk.0.path())
            .status();
        mount.is_ok_and(|status| status.success()).then_some(disk)
    }

    fn database(&self) -> PathBuf {
        self.0.path().join("bluezone.db")
    }

    /// To the last block, and with none left in SQLite's own log either.
    async fn fill(&self, beside: &Connection) {
        let log = "PRAGMA wal_checkpoint(TRUNCATE)";
        let mut looks = 0..500;
        while beside.query_row(log, [], |row| row.get::<_, i64>(0)).unwrap() != 0 {
            looks.next().expect("nobody reads for so long");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let mut ballast = File::create(self.0.path().join("ballast")).unwrap();
        while ballast.write_all(&[0; 4096]).is_ok() {}
    }

    fn free(&self) {
        std::fs::remove_file(self.0.path().join("ballast")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // A test that failed may have it open still.
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}

/// Every row of every table.
fn rows(file: &Connection) -> BTreeMap<String, Vec<String>> {
    let mut tables = file.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").unwrap();
    let tables: Vec<String> =
        tables.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    let of = |table: &String| {
        let mut all = file.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let columns = all.column_count();
        let text = |row: &rusqlite::Row<'_>| {
            Ok((0..columns).map(|at| format!("{:?} ", row.get_ref(at).unwrap())).collect::<String>())
        };
        let mut rows: Vec<String> = all.query_map([], text).unwrap().collect::<Result<_, _>>().unwrap();
        rows.sort();
        rows
    };
    tables.iter().map(|table| (table.clone(), of(table))).collect()
}

/// Pages that were opened while there was room, and what is sent from them.
struct People {
    citizen: Browser,
    officer: Browser,
    stranger: Browser,
    place: String,
    pages: [Seen; 5],
    code: String,
}

impl People {
    async fn of(town: &Town) -> People {
        let mut citizen = town.citizen(OWNER).await;
        let place = register(&mut citizen, &[]).await;
        declare_first(&mut citizen).await;
        let (mut officer, mut stranger) = (town.health_officer().await, town.browser());
        let pages = [
            citizen.get(ENTRY).await,
            citizen.get(&format!("/p/{place}")).await,
            citizen.get(REPORT).await,
            officer.get("/console/cases/new").await,
            stranger.get("/sign-in").await,
        ];
        keys::init(&town.state).await.unwrap();
        let by = create_officer(&town.state).await;
        let case = create_case(&town.state, by, CaseStatus::Confirmed).await;
        let until = town.clock_now() + CodeKind::Short.lifetime_s();
        let code = issue_code(&town.state, by, case, None, CodeKind::Short, until).await;
        People { citizen, officer, stranger, place, pages, code }
    }

    /// What people and officers send.
    async fn send(&mut self) -> [Seen; 5] {
        let [entry, place, report, case, sign_in] = &self.pages;
        let (_, answers, _) = forms().into_iter().find(|(name, ..)| *name == "nhap-canh").unwrap();
        let known = [
            ("reference", "BN-1"),
            ("status", "suspected"),
            ("onset", "2026-11-20"),
            ("disease", "covid-19"),
        ];
        [
            self.citizen.submit_files(entry, ENTRY, &answers, &[("testProof", "a.pdf", PDF)]).await,
            self.citizen.submit(place, &format!("/p/{}/in", self.place), &[]).await,
            self.citizen.submit_files(report, REPORT, &ANONYMOUS, &[("photos", "a.jpg", PHOTO)]).await,
            self.officer.submit(case, "/console/cases/new", &known).await,
            self.stranger.submit(sign_in, "/sign-in", &[("phone", NEW)]).await,
        ]
    }

    /// What a phone sends.
    async fn verify(&self, town: &Town) -> (StatusCode, serde_json::Value) {
        let request = VerifyRequest { code: self.code.clone(), ..VerifyRequest::default() };
        let request = post("/api/verify", to_json(&request), "192.0.2.1", false);
        let answer = town.router().oneshot(request).await.unwrap();
        let status = answer.status();
        let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }

    /// Pages that only show what is there. What officers look up is not shown: that they did is written down before.
    async fn read(&mut self) {
        let place = format!("/p/{}", self.place);
        let declare = "/declare/toan-dan";
        for path in ["/", "/guide", "/inbox", "/visits", declare, "/report", "/exports/index.txt", &place] {
            let seen = self.citizen.get(path).await;
            assert_eq!(seen.status, StatusCode::OK, "{path}: {}", seen.body);
        }
        let seen = self.officer.get("/console/cases").await;
        assert_eq!(seen.status, NO);
        assert!(seen.body.contains("The server cannot do it now"), "{}", seen.body);
    }
}

async fn probes(town: &Town) -> [StatusCode; 4] {
    let mut browser = town.browser();
    let mut found = [StatusCode::OK; 4];
    for (path, found) in ["/readyz", "/readyz/database", "/readyz/node", "/livez"].into_iter().zip(&mut found)
    {
        *found = browser.get(path).await.status;
    }
    found
}

#[tokio::test]
async fn on_a_full_disk_nothing_is_half_written_and_all_is_taken_when_there_is_room() {
    let Some(disk) = SmallDisk::new() else {
        eprintln!("skipped: no small disk can be made here (mount needs root)");
        return;
    };
    let town = Town::on(&TestDatabase::at(format!("sqlite:{}", disk.database().display()))).await;
    let mut people = People::of(&town).await;
    let beside = Connection::open(disk.database()).unwrap();
    let before = rows(&beside);
    disk.fill(&beside).await;
    // As often as somebody tries again: the writer's connection is none the worse for it.
    for _ in 0..2 {
        for (number, seen) in people.send().await.iter().enumerate() {
            assert_eq!(
                (seen.status, seen.headers.get("retry-after").is_some()),
                (NO, true),
                "{number}: {}",
                seen.body
            );
            let words = match number {
                3 => "The server cannot do it now",
                _ => "Your last step was not saved",
            };
            assert!(seen.body.contains(words), "{number}: {}", seen.body);
        }
        let (status, said) = people.verify(&town).await;
        assert_eq!((status, said["errorCode"].as_str()), (NO, Some("internal_error")));
        assert_eq!(rows(&beside), before, "something was written");
        people.read().await;
    }
    assert!(town.texts.last(&NEW.parse().unwrap()).is_none(), "a code that nobody can use was sent");
    assert_eq!(probes(&town).await, [NO, NO, StatusCode::OK, StatusCode::OK]);

    disk.free();
    let seen = people.send().await;
    let found = seen.each_ref().map(|seen| seen.status.is_redirection() || seen.status == StatusCode::OK);
    assert_eq!(found, [true; 5], "{:?}", seen.each_ref().map(|seen| &seen.body));
    assert_eq!(people.verify(&town).await.0, StatusCode::OK);
    let after = rows(&beside);
    let more = [
        "declarations",
        "declaration_handling",
        "declaration_files",
        "consents",
        "visits",
        "signals",
        "cases",
    ]
    .map(|table| after[table].len() - before[table].len());
    assert_eq!(more, [1; 7], "each once, with what belongs to it");
    assert!(town.texts.last(&NEW.parse().unwrap()).is_some());
    // What a look found is good for a second, a commit for ten.
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(11)).await;
    tokio::time::resume();
    assert_eq!(probes(&town).await, [StatusCode::OK; 4]);
}

/// A session's end is moved once a day, which is no reason to keep anybody from reading.
#[tokio::test]
async fn who_comes_back_a_day_later_reads_also_while_the_disk_is_full() {
    let Some(disk) = SmallDisk::new() else {
        eprintln!("skipped: no small disk can be made here (mount needs root)");
        return;
    };
    let town = Town::on(&TestDatabase::at(format!("sqlite:{}", disk.database().display()))).await;
    let mut citizen = town.citizen(OWNER).await;
    declare_first(&mut citizen).await;
    disk.fill(&Connection::open(disk.database()).unwrap()).await;
    town.wait(2 * DAY_S);
    for path in ["/", "/inbox", "/me"] {
        let seen = citizen.get(path).await;
        assert_eq!(seen.status, StatusCode::OK, "{path}: {}", seen.body);
    }
}
