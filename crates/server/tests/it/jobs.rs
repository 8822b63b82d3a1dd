//! The jobs beside each other: what stops one does not stop the others.

use crate::harness::*;
use bluezone_domain::case::CaseStatus;
use bluezone_protocol::time::DAY_S;
use bluezone_server::jobs;
use bluezone_store::Purged;

const LAST: &str = "bluezone_job_last_success_timestamp_seconds";

/// Something of which the time is over.
async fn something_old(server: &TestServer) {
    server.new_code(CaseStatus::Confirmed).await;
    server.clock.advance(20 * DAY_S);
}

async fn nothing_is_left_to_forget(server: &TestServer) {
    assert_eq!(jobs::purge(&server.state).await.unwrap(), Purged::default());
}

#[tokio::test]
async fn without_the_bucket_the_server_still_forgets() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let mut server = TestServer::with(engine, config()).await;
        something_old(&server).await;
        server.shaky_objects().go_away(true);
        let error = jobs::run_once(&server.state).await.unwrap_err().to_string();
        assert!(error.contains("published files"), "{error}");
        assert_eq!(server.metric(&format!("{LAST}{{task=\"retention\"}}")).await, Some(server.now().0));
        nothing_is_left_to_forget(&server).await;
    }
}

#[tokio::test]
async fn without_a_signing_key_the_server_still_forgets() {
    let server = TestServer::new().await;
    something_old(&server).await;
    server.database.execute("DELETE FROM signing_keys").await;
    let error = jobs::run_once(&server.state).await.unwrap_err().to_string();
    assert!(error.contains("bluezone admin keys init"), "{error}");
    nothing_is_left_to_forget(&server).await;
}

/// A job that fails from the first round on is seen to be late, and one that never ran.
#[tokio::test]
async fn every_job_has_its_numbers_from_the_start() {
    let mut server = TestServer::new().await;
    server.shaky_objects().go_away(true);
    let started = server.now().0;
    jobs::run(server.state.clone(), std::future::ready(())).await;
    for job in ["export", "place_export", "log", "opening", "files", "retention"] {
        assert_eq!(server.metric(&format!("{LAST}{{task=\"{job}\"}}")).await, Some(started), "{job}");
        let failures = server.metric(&format!("bluezone_job_failures_total{{task=\"{job}\"}}")).await;
        assert_eq!(failures, Some(i64::from(job.ends_with("export"))), "{job}");
    }
    // One that answers requests only has none: the alert JobsNowhere goes by that.
    let other = TestServer::new().await;
    assert!(!other.metrics().await.contains(LAST));
}
