//! A server that is killed: what it acknowledged is there, and nothing is there by half.

use crate::support::*;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::publication::Stream;
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_store::Published;
use bluezone_store::testing::{TestDatabase, postgres, sqlite};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

const CHILD: &str = "BLUEZONE_STORE_TEST_CHILD";
/// Keys of one publication.
const KEYS: u32 = 5;

/// Not a test of its own: what the killed child does. It publishes and says so, line by line, until it is killed.
#[tokio::test]
async fn child() {
    let Ok(url) = std::env::var(CHILD) else { return };
    let mut world = World::new(TestDatabase::at(url)).await;
    loop {
        let keys = world.keys(KEYS, ReportType::ConfirmedTest);
        let publish = world.publication(CaseStatus::Confirmed, &keys, NOW).await;
        assert!(matches!(world.store.publish(&publish).await.unwrap(), Published::Stored { .. }));
        // Straight to the descriptor: the harness keeps back what tests print.
        let mut out = std::io::stdout().lock();
        let acknowledged: String = keys.iter().map(|key| format!(" {}", hex(key))).collect();
        writeln!(out, "acknowledged{acknowledged}").and_then(|()| out.flush()).unwrap();
    }
}

fn hex(key: &DiagnosisKey) -> String {
    format!("{:032x}", u128::from_be_bytes(*key.key.as_bytes()))
}

/// Kills a child after it has acknowledged `lines` publications; returns the keys it acknowledged.
fn kill_after(url: &str, lines: usize) -> BTreeSet<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["crash::child", "--exact", "--nocapture"])
        .env(CHILD, url)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut acknowledged = BTreeSet::new();
    let mut seen = 0;
    // After the kill the pipe still gives what was written before it.
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let Some((_, keys)) = line.split_once("acknowledged ") else { continue };
        let keys: Vec<&str> = keys.split(' ').collect();
        // The last line may have been cut short by the kill.
        if keys.len() == KEYS as usize && keys.iter().all(|key| key.len() == 32) {
            acknowledged.extend(keys.into_iter().map(str::to_owned));
        }
        seen += 1;
        if seen == lines {
            // SIGKILL on Unix.
            child.kill().unwrap();
        }
    }
    assert!(!child.wait().unwrap().success(), "the child ended by itself");
    assert!(seen >= lines, "the child said too little");
    acknowledged
}

async fn survives(database: TestDatabase, lines: usize) {
    let acknowledged = kill_after(&database.url, lines);
    assert!(acknowledged.len() >= lines * KEYS as usize);
    let store = database.open().await;
    let batch = store.open_batch(Stream::Cases, NOW + HOUR, HOUR).await.unwrap().unwrap();
    let found: BTreeSet<String> = members(&store, &batch).await.0.iter().map(hex).collect();
    assert!(found.is_superset(&acknowledged), "an acknowledged key is lost");
    assert_eq!(found.len() % KEYS as usize, 0, "a publication is there by half");
}

#[tokio::test]
async fn sqlite_killed_while_publishing() {
    for lines in [1, 2, 9, 40] {
        survives(sqlite().await, lines).await;
    }
}

#[tokio::test]
async fn postgres_server_killed_while_publishing() {
    for lines in [1, 2, 9, 40] {
        survives(postgres().await, lines).await;
    }
}
