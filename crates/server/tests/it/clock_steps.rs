//! The machine's clock is set, back and ahead, while the server runs.

use crate::harness::*;
use axum::http::StatusCode;
use bluezone_domain::case::CaseStatus;
use bluezone_protocol::time::{Clock, ManualClock, Timestamp};
use bluezone_server::operation::clock::SteadyClock;
use bluezone_server::operation::probes::operators;
use bluezone_server::{AppState, jobs};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tower::ServiceExt;

const DAY: i64 = 86_400;

struct Wall(Arc<ManualClock>);

impl Clock for Wall {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// A server on a machine whose clock is set by hand. It begins at the database's time.
struct Machine {
    server: TestServer,
    running: Arc<AtomicU64>,
}

impl Machine {
    async fn new(engine: Engine) -> Machine {
        let mut server = TestServer::with(engine, config()).await;
        server.clock.set(Timestamp(server.state.store.time().await.unwrap()));
        let running = Arc::new(AtomicU64::new(0));
        let runs = running.clone();
        let steady = move || Duration::from_secs(runs.load(Ordering::Relaxed));
        let clock = Arc::new(SteadyClock::new(Wall(server.clock.clone()), steady));
        server.set_clock(clock);
        Machine { server, running }
    }

    fn wait(&self, seconds: i64) {
        self.running.fetch_add(seconds.unsigned_abs(), Ordering::Relaxed);
        self.server.clock.advance(seconds);
    }

    fn state(&self) -> &AppState {
        &self.server.state
    }

    async fn readiness(&self) -> (StatusCode, String) {
        let answer = self.server.get("/readyz").await;
        (answer.status, String::from_utf8(answer.body).unwrap())
    }

    async fn metric(&self, name: &str) -> Option<i64> {
        let request = axum::http::Request::get("/metrics").body(axum::body::Body::empty()).unwrap();
        let answer = operators(self.state().clone()).oneshot(request).await.unwrap();
        let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        text.lines().find_map(|line| line.strip_prefix(&format!("{name} "))?.parse().ok())
    }

    /// The jobs as a server runs them, one round.
    async fn round(&self) {
        jobs::run(self.state().clone(), std::future::ready(())).await;
    }
}

#[tokio::test]
async fn what_has_ended_does_not_begin_again_when_the_clock_is_set_back() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let machine = Machine::new(engine).await;
        let server = &machine.server;
        let code = server.new_code(CaseStatus::Confirmed).await;
        machine.wait(16 * 60);
        assert_ne!(server.verify(&code, "").await.status, StatusCode::OK, "it has ended");
        server.clock.advance(-3600);
        assert_ne!(server.verify(&code, "").await.status, StatusCode::OK, "and stays so");
        let (status, said) = machine.readiness().await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(said.contains("clock: down") && said.contains("database: ok"), "{said}");
        assert_eq!(machine.metric("bluezone_clock_step_seconds").await, Some(-3600));
        machine.wait(3600);
        assert_eq!(machine.readiness().await.0, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_repeats_no_publication_and_loses_none() {
    let machine = Machine::new(Engine::Sqlite).await;
    let server = &machine.server;
    machine.wait(7200);
    let first = jobs::run_once(machine.state()).await.unwrap().published.unwrap();
    server.clock.advance(-DAY);
    assert_eq!(jobs::run_once(machine.state()).await.unwrap().published, None);
    assert_eq!(server.index().await, std::slice::from_ref(&first));
    // Keys come in meanwhile, and are in the next file when the time has come.
    let phone = Phone::new(server.now(), &mut server.rng());
    server.publish(&server.new_code(CaseStatus::Confirmed).await, &phone).await;
    machine.wait(DAY + 2 * 7200);
    let second = jobs::run_once(machine.state()).await.unwrap().published.unwrap();
    assert_eq!(server.index().await, [first, second.clone()]);
    let keys = server.export(&second).await;
    assert!(keys.iter().any(|(_, key)| phone.keys.iter().any(|own| own.key == key.key)));
}

/// A year too many: nothing is deleted, nothing published for a time that is to come, and all goes on when it is mended.
#[tokio::test]
async fn a_clock_that_leaps_ahead_is_not_believed_at_once() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let machine = Machine::new(engine).await;
        let server = &machine.server;
        machine.round().await;
        let published = server.index().await;
        assert_eq!(published.len(), 1);
        let code = server.new_code(CaseStatus::Confirmed).await;
        server.clock.advance(365 * DAY);
        machine.round().await;
        assert_eq!(server.index().await, published);
        assert_eq!(machine.metric("bluezone_clock_step_seconds").await, Some(365 * DAY));
        assert_eq!(machine.readiness().await.0, StatusCode::SERVICE_UNAVAILABLE);
        server.clock.advance(-365 * DAY);
        assert_eq!(
            server.verify(&code, "").await.status,
            StatusCode::OK,
            "its quarter of an hour is not over"
        );
        assert_eq!(machine.readiness().await.0, StatusCode::OK);
    }
}

/// Started with a clock that is wrong, it has nothing of its own to compare: the database's clock tells.
#[tokio::test]
async fn jobs_whose_clock_is_ahead_of_the_databases_wait() {
    let mut machine = Machine::new(Engine::Postgres).await;
    machine.server.clock.advance(30 * DAY);
    machine
        .server
        .set_clock(Arc::new(SteadyClock::new(Wall(machine.server.clock.clone()), || Duration::ZERO)));
    machine.round().await;
    assert_eq!(machine.server.index().await, [""; 0]);
    assert!(machine.metric("bluezone_clock_apart_seconds").await.unwrap() > 29 * DAY);
    // After a restart that set it right.
    machine.server.clock.advance(-30 * DAY);
    machine
        .server
        .set_clock(Arc::new(SteadyClock::new(Wall(machine.server.clock.clone()), || Duration::ZERO)));
    machine.round().await;
    assert_eq!(machine.server.index().await.len(), 1);
}
