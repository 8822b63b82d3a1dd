//! What a load balancer, a process manager and Prometheus ask.

use super::clock::LEAP_S;
use crate::promise::files::object_path;
use crate::published;
use crate::state::AppState;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bluezone_domain::publication::Stream;
use bluezone_store::Health;
use bluezone_transparency::log::CHECKPOINT_PATH;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// Longer than this and it counts as no answer: whoever asks has a time-out, too.
const PATIENCE: Duration = Duration::from_secs(2);
/// How old an answer may be.
const FRESH: Duration = Duration::from_secs(1);
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// `/livez`, `/readyz`, `/readyz/node`, `/readyz/database`: they tell nobody anything that should be hidden.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/livez", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/readyz/node", get(ready_node))
        .route("/readyz/database", get(ready_database))
}

/// The same and `/metrics`, for an address of its own that the public does not reach.
pub fn operators(state: AppState) -> Router {
    router().route("/metrics", get(metrics)).with_state(state)
}

/// The truth, for people and alerts: the database answers and can be written to, published files can be read, the machine's
/// clock was not just set, and the process is not about to stop.
async fn ready(State(state): State<AppState>) -> Response {
    let looked = look(&state).await;
    // Of a clock that is far off nobody knows what has ended.
    let clock = state.clock.step().map(|step| ("clock", step.abs() <= LEAP_S));
    let parts = [("database", looked.database), ("published files", looked.published)];
    said(&state, &parts.into_iter().chain(clock).collect::<Vec<_>>())
}

/// What routes traffic asks: only what is this node's own. A database or bucket that is away is away for all nodes: taken out
/// of service for it they would be gone together, with all that needs only the other one.
async fn ready_node(State(state): State<AppState>) -> Response {
    said(&state, &[("program", !look(&state).await.outgrown)])
}

/// The same and the database, for a proxy that prefers nodes that reach it and falls back to the others.
async fn ready_database(State(state): State<AppState>) -> Response {
    said(&state, &[("database", look(&state).await.database)])
}

fn said(state: &AppState, parts: &[(&str, bool)]) -> Response {
    let draining = state.operation.is_draining();
    let well = !draining && parts.iter().all(|(_, up)| *up);
    let mut text = if draining { "draining\n".to_owned() } else { String::new() };
    for (part, up) in parts {
        text.push_str(&format!("{part}: {}\n", if *up { "ok" } else { "down" }));
    }
    (if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, text).into_response()
}

/// What answered when it was last looked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Looked {
    database: bool,
    /// The layout takes newer programs only. Of a database that does not answer nobody knows.
    outgrown: bool,
    published: bool,
}

/// At most one look a second, however many ask: nobody makes work for the database with it.
async fn look(state: &AppState) -> Looked {
    let mut last = state.operation.looked.lock().await;
    if let Some((at, looked)) = *last
        && at.elapsed() < FRESH
    {
        return looked;
    }
    let (database, objects) = tokio::join!(database(state), objects(state));
    let looked = Looked {
        database: database.is_some_and(|health| health.writable && !health.outgrown),
        outgrown: database.is_some_and(|health| health.outgrown),
        published: objects.is_some(),
    };
    *last = Some((Instant::now(), looked));
    looked
}

async fn database(state: &AppState) -> Option<Health> {
    let began = Instant::now();
    let answer = timeout(PATIENCE, state.store.health());
    let (answer, (taken, under_way)) = tokio::join!(answer, state.operation.commits.taken(&state.store));
    state.operation.metrics.database(began.elapsed().max(under_way).as_secs_f64());
    match answer {
        Ok(Ok(health)) => Some(Health { writable: health.writable && taken, ..health }),
        Ok(Err(error)) => down("database", &error),
        Err(_) => down("database", &"no answer in time"),
    }
}

/// When the index was written, if there is one.
async fn objects(state: &AppState) -> Option<Option<i64>> {
    match timeout(PATIENCE, written(state, published::index_path(Stream::Cases))).await {
        Ok(Ok(at)) => Some(at),
        Ok(Err(error)) => down("published files", &error),
        Err(_) => down("published files", &"no answer in time"),
    }
}

fn down<T>(part: &str, why: &dyn std::fmt::Display) -> Option<T> {
    tracing::warn!(part, %why, "not ready");
    None
}

/// Seconds since 1970 at which an object was written; none if there is none.
async fn written(state: &AppState, path: &Path) -> Result<Option<i64>, object_store::Error> {
    match state.objects.head(path).await {
        Ok(meta) => Ok(Some(meta.last_modified.timestamp())),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn metrics(State(state): State<AppState>) -> Response {
    let database = database(&state).await;
    let now = &state.operation.metrics.now;
    now.database_up.set(database.as_ref().is_some_and(|health| health.writable).into());
    if let Some(health) = database {
        now.pool_in_use.set(health.connections_in_use.into());
        now.pool_size.set(health.connections.into());
        now.pool_max.set(health.connections_max.into());
    }
    if let Some(step) = state.clock.step() {
        now.clock_step.get_or_create(&[]).set(step);
        if let Ok(Ok(time)) = timeout(PATIENCE, state.store.time()).await {
            now.clock_apart.get_or_create(&[]).set(state.now().0 - time);
        }
    }
    let objects = objects(&state).await;
    now.objects_up.set(objects.is_some().into());
    let age = |written: i64| state.now().0 - written;
    if let Some(at) = now.index_written.or_before(objects.flatten()) {
        now.index_age.get_or_create(&[]).set(age(at));
    }
    let checkpoint = object_path(CHECKPOINT_PATH);
    let checkpoint = timeout(PATIENCE, written(&state, &checkpoint)).await;
    if let Some(at) = now.checkpoint_written.or_before(checkpoint.ok().and_then(Result::ok).flatten()) {
        now.checkpoint_age.get_or_create(&[]).set(age(at));
    }
    state.operation.metrics.shared([&state.store, &state.ahead]);
    if let Some(bytes) = resident_bytes() {
        now.resident_bytes.set(bytes);
    }
    ([(header::CONTENT_TYPE, OPENMETRICS)], state.operation.metrics.text()).into_response()
}

/// Memory of this process, where the system tells (proc(5), `VmRSS`).
fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}
