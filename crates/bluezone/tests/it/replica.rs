//! Reports from a streaming replica, which may be late, or away.

use crate::reliability::database::Database;
use bluezone_domain::Timestamp;
use bluezone_domain::unit::{Unit, UnitKind};
use bluezone_store::Store;
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
