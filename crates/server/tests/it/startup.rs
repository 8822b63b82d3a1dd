//! What the server starts with, and what it refuses to start with.

use crate::harness::*;
use bluezone_server::{AppState, Options, ServerError};
use bluezone_store::testing::{postgres, sqlite};
use std::path::Path;
use std::sync::Arc;

async fn start(database: &str, data: &Path, master_key: Option<&str>) -> Result<AppState, ServerError> {
    let options = Options {
        database_url: Some(database.to_owned()),
        master_key: master_key.map(str::to_owned),
        config: config(),
        ..Options::in_directory(data)
    };
    let clock = bluezone_protocol::time::ManualClock::new(NOON);
    AppState::open(options, Arc::new(clock), seeds(data.as_os_str().len() as u64)).await
}

/// Started with another directory, a server would seal new keys that the first could never open, and stop it.
#[tokio::test]
async fn a_database_is_used_with_its_own_master_key_only() {
    for database in [sqlite().await, postgres().await] {
        let (own, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        start(&database.url, own.path(), None).await.unwrap();
        start(&database.url, own.path(), None).await.unwrap();
        let refused = start(&database.url, other.path(), None).await.unwrap_err();
        assert!(refused.to_string().contains("--data"), "{refused}");
        assert_eq!(std::fs::read_dir(other.path()).unwrap().count(), 0, "no second key is made");
        let foreign = "11".repeat(32);
        let refused = start(&database.url, own.path(), Some(&foreign)).await.unwrap_err();
        assert!(matches!(refused, ServerError::ForeignMasterKey { .. }), "{refused}");
        let key = std::fs::read_to_string(own.path().join("master.key")).unwrap();
        start(&database.url, other.path(), Some(&key)).await.unwrap();
    }
}
