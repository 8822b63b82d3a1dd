//! Reports from a streaming replica, which may be late, or away.

use crate::program;
use crate::reliability::database::Database;
use crate::reliability::proxy::Proxy;
use crate::serve::bluezone;
use bluezone_domain::Timestamp;
use bluezone_domain::unit::{Unit, UnitKind};
use bluezone_store::Store;
use serde_json::Value;
use std::time::Duration;

fn unit(code: &str) -> Unit {
    Unit {
        code: code.to_owned(),
        name: "Trung tâm Kiểm soát bệnh tật tỉnh Thái Nguyên".to_owned(),
        kind: UnitKind::ProvincialCdc,
        territory: "19".parse().unwrap(),
        valid_from: Timestamp(0),
        valid_until: None,
    }
}

fn url(database: &Database) -> String {
    format!("postgres://postgres@{}/bluezone", database.address)
}

/// Asks until it is as expected: a replica follows when it follows.
async fn until(mut expected: impl AsyncFnMut() -> bool) {
    for _ in 0..200 {
        if expected().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it did not come to that");
}

#[tokio::test]
async fn reports_are_read_from_a_replica_as_long_as_it_is_of_use() {
    let primary = Database::new(None).unwrap();
    let store = Store::open(&url(&primary)).await.unwrap();
    let mut replica = primary.standby();
    let store = store.with_replica(&url(&replica)).unwrap();
    let units = async || store.for_reports().await.store.list_units().await.unwrap().len();

    store.create_unit(&unit("CDC-19")).await.unwrap();
    until(async || units().await == 1).await;
    let reports = store.for_reports().await;
    assert_eq!(reports.behind_s, Some(0), "it has all that there is");
    let refused = reports.store.create_unit(&unit("CDC-20")).await.unwrap_err();
    assert!(refused.is_unavailable(), "it takes nothing: {refused}");

    replica.sql("bluezone", "SELECT pg_wal_replay_pause()");
    store.create_unit(&unit("CDC-21")).await.unwrap();
    until(async || store.for_reports().await.behind_s.is_some_and(|behind_s| behind_s >= 2)).await;
    assert_eq!(units().await, 1, "late");
    replica.sql("bluezone", "SELECT pg_wal_replay_resume()");
    until(async || units().await == 2).await;

    replica.kill();
    assert_eq!(units().await, 2);
    assert_eq!(store.for_reports().await.behind_s, None, "the primary answered");
    replica.start();
    until(async || store.for_reports().await.behind_s == Some(0)).await;
    assert!(store.clone().with_replica("sqlite:x").is_err());
}

/// What `bluezone admin doctor` finds of it, with these replicas.
#[test]
fn a_doctor_looks_at_the_replica() {
    let (dir, primary) = (tempfile::tempdir().unwrap(), Database::new(None).unwrap());
    let with = |replica: &str, args: &[&str]| {
        let mut command = bluezone(dir.path());
        command
            .env("DATABASE_URL", url(&primary))
            .env("DATABASE_REPLICA_URL", replica)
            .arg("admin")
            .args(args);
        program::run(&mut command)
    };
    assert!(with(&url(&primary), &["keys", "init"]).status.success());
    let mut replica = primary.follower("replica");
    let found = |replica: &str| {
        let said: Value = serde_json::from_slice(&with(replica, &["doctor", "--json"]).stdout).unwrap();
        let found = said.as_array().unwrap().iter().find(|found| found["part"] == "replica").unwrap();
        (found["state"].as_str().unwrap().to_owned(), found["words"].as_str().unwrap().to_owned())
    };
    let says = |replica: &str, state: &str, words: &str| {
        let found = found(replica);
        assert!(found.0 == state && found.1.contains(words), "{found:?}");
    };
    // Until it has played something and follows, it does not know how late it is.
    let follows = || {
        let found = found(&url(&replica));
        found.0 == "well" && found.1.contains("a standby, 0 s behind")
    };
    assert!((0..100).any(|_| follows() || {
        std::thread::sleep(Duration::from_millis(100));
        false
    }));
    says(&url(&primary), "mind", "follows nobody");
    primary.sql("postgres", "CREATE DATABASE empty");
    says(&url(&primary).replace("/bluezone", "/empty"), "mind", "layout");
    // Another server's.
    primary.sql("postgres", "CREATE DATABASE other TEMPLATE bluezone");
    primary.sql("other", "UPDATE master_key SET proof = '\\x00'");
    says(&url(&primary).replace("/bluezone", "/other"), "wrong", "another server's");
    replica.kill();
    says(&url(&replica), "mind", "it does not answer");
}

/// As where the old primary comes back as a standby, and its address still leads to it.
#[tokio::test]
async fn an_address_that_leads_to_a_standby_is_waited_for_until_it_leads_to_the_primary() {
    let primary = Database::new(None).unwrap();
    let proxy = Proxy::before(primary.address);
    let store = Store::open(&format!("postgres://postgres@{}/bluezone", proxy.address)).await.unwrap();
    let standby = primary.standby();
    proxy.cut();
    proxy.up(standby.address);
    let mut asked: Vec<_> = (0..8)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { store.create_unit(&unit(&format!("CDC-{number}"))).await })
        })
        .collect();
    let mut first = asked.remove(0);
    // Those that were connected before fail once, as after any restart.
    let broken = tokio::time::timeout(Duration::from_secs(2), &mut first).await;
    proxy.up(primary.address);
    let mut taken = 0;
    for one in asked {
        match one.await.unwrap() {
            Ok(()) => taken += 1,
            Err(error) => assert!(!error.to_string().contains("25006"), "{error}"),
        }
    }
    assert!(taken >= 5, "{taken} of 7; the first: {broken:?}");
    until(async || store.create_unit(&unit("CDC-19")).await.is_ok()).await;
}
