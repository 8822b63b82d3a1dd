//! What the server counts, in the OpenMetrics text format. Labels are routes, classes and names of jobs, never anything of a
//! request.

use super::Class;
use crate::state::AppState;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use bluezone_protocol::time::Timestamp;
use bluezone_store::Store;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use tokio::time::Instant;
use tracing::Instrument as _;
use tracing::field::Empty;

/// Upper edges of the classes of durations, in seconds.
const SECONDS: [f64; 10] = [0.001, 0.005, 0.02, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0];
/// The target of the span of each request, for who gathers traces. It says route, method and status.
pub const SPANS: &str = "bluezone::requests";
/// The route of what matches none.
const OTHER: &str = "other";

/// As axum writes it, shared with its table of routes: nothing is copied for a request.
#[derive(Clone, Debug)]
struct Route(Option<MatchedPath>);

impl Route {
    fn as_str(&self) -> &str {
        self.0.as_ref().map_or(OTHER, MatchedPath::as_str)
    }
}

impl PartialEq for Route {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Route {}

impl Hash for Route {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl EncodeLabelValue for Route {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
        EncodeLabelValue::encode(&self.as_str(), encoder)
    }
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct Asked {
    route: Route,
    method: &'static str,
    status: u16,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct OfRoute {
    route: Route,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct OfClass {
    class: &'static str,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct OfTask {
    task: &'static str,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct OfWrites {
    of: &'static str,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct OfVersion {
    version: &'static str,
}

/// None: such a family is absent until it is known, where a plain number would say 0.
pub(super) type Unlabelled = [(&'static str, &'static str); 0];

/// Every number, and the registry that writes them down.
pub struct Metrics {
    registry: Registry,
    requests: Family<Asked, Counter>,
    request_seconds: Family<OfRoute, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    shed: Family<OfClass, Counter>,
    job_last_success: Family<OfTask, Gauge>,
    job_failures: Family<OfTask, Counter>,
    texts_failed: Counter,
    database_seconds: Histogram,
    /// What is looked up when the numbers are asked for.
    pub(super) now: Now,
}

/// Numbers of the instant in which they are read.
#[derive(Default)]
pub(super) struct Now {
    pub database_up: Gauge,
    pub pool_in_use: Gauge,
    pub pool_size: Gauge,
    pub objects_up: Gauge,
    pub pool_max: Gauge,
    pub index_age: Family<Unlabelled, Gauge>,
    pub checkpoint_age: Family<Unlabelled, Gauge>,
    pub clock_step: Family<Unlabelled, Gauge>,
    pub clock_apart: Family<Unlabelled, Gauge>,
    shared_transactions: Family<OfWrites, Counter>,
    shared_members: Family<OfWrites, Counter>,
    pub resident_bytes: Gauge,
    /// Of what the two ages are reckoned.
    pub index_written: LastSeen,
    pub checkpoint_written: LastSeen,
}

/// When something was written, epoch seconds, as it was seen last: what nobody can look at grows old all the same.
#[derive(Default)]
pub(super) struct LastSeen(Mutex<Option<i64>>);

impl LastSeen {
    /// What is seen now, or was before.
    pub fn or_before(&self, seen: Option<i64>) -> Option<i64> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *last = seen.or(*last);
        *last
    }
}

fn of_seconds() -> Histogram {
    Histogram::new(SECONDS)
}

impl Metrics {
    /// Of a process that starts `now`.
    pub fn new(now: Timestamp) -> Self {
        let mut metrics = Metrics {
            registry: Registry::default(),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(of_seconds),
            in_flight: Gauge::default(),
            shed: Family::default(),
            job_last_success: Family::default(),
            job_failures: Family::default(),
            texts_failed: Counter::default(),
            database_seconds: of_seconds(),
            now: Now::default(),
        };
        metrics.describe(now);
        metrics
    }

    fn describe(&mut self, started: Timestamp) {
        let registry = &mut self.registry;
        let build = Family::<OfVersion, Gauge>::default();
        build.get_or_create(&OfVersion { version: env!("CARGO_PKG_VERSION") }).set(1);
        registry.register("bluezone_build_info", "Version of the program", build);
        let name = "bluezone_http_requests";
        registry.register(name, "Answers, by route, method and status", self.requests.clone());
        let (name, help) = ("bluezone_http_request", "Time until an answer begins");
        registry.register_with_unit(name, help, Unit::Seconds, self.request_seconds.clone());
        let name = "bluezone_http_in_flight";
        registry.register(name, "Requests that are being answered", self.in_flight.clone());
        let name = "bluezone_http_shed";
        registry.register(name, "Requests refused because there were too many", self.shed.clone());
        let name = "bluezone_job_last_success_timestamp_seconds";
        let help = "When this process last did a job, or began to do jobs, seconds since 1970";
        registry.register(name, help, self.job_last_success.clone());
        let name = "bluezone_job_failures";
        registry.register(name, "Jobs that ended with an error", self.job_failures.clone());
        let name = "bluezone_texts_failed";
        registry.register(name, "Text messages that the gateway did not take", self.texts_failed.clone());
        let now = &self.now;
        let name = "bluezone_database_up";
        registry.register(name, "1: the database answers and can be written to", now.database_up.clone());
        let (name, help) =
            ("bluezone_database", "Time of one look at the database: a question, now and then a commit");
        registry.register_with_unit(name, help, Unit::Seconds, self.database_seconds.clone());
        let name = "bluezone_database_pool_in_use";
        registry.register(name, "Connections to the database in use", now.pool_in_use.clone());
        let name = "bluezone_database_pool_size";
        registry.register(name, "Connections to the database that are open", now.pool_size.clone());
        let name = "bluezone_database_pool_max";
        registry.register(name, "Connections to the database that there may be", now.pool_max.clone());
        let name = "bluezone_objects_up";
        registry.register(name, "1: the store of published files answers", now.objects_up.clone());
        let name = "bluezone_export_index_age_seconds";
        registry.register(name, "Since the index of export files was written", now.index_age.clone());
        let name = "bluezone_log_checkpoint_age_seconds";
        registry.register(name, "Since the log's checkpoint was published", now.checkpoint_age.clone());
        let name = "bluezone_clock_step_seconds";
        let help = "The machine's clock ahead of the time that the server goes by, after it was set";
        registry.register(name, help, now.clock_step.clone());
        let name = "bluezone_clock_apart_seconds";
        let help = "The time that the server goes by ahead of the database's clock";
        registry.register(name, help, now.clock_apart.clone());
        let name = "bluezone_shared_transactions";
        let help = "Transactions of those who wrote the same kind of thing at the same time";
        registry.register(name, help, now.shared_transactions.clone());
        let name = "bluezone_shared_transaction_members";
        registry.register(name, "Those who were in them", now.shared_members.clone());
        let name = "process_resident_memory_bytes";
        registry.register(name, "Memory of this process", now.resident_bytes.clone());
        let start = Gauge::<i64>::default();
        start.set(started.0);
        registry.register("process_start_time_seconds", "When it started, seconds since 1970", start);
    }

    /// A request was refused.
    pub fn shed(&self, class: Class) {
        self.shed.get_or_create(&OfClass { class: class.as_str() }).inc();
    }

    /// This process is to do these jobs from now on. One that never succeeds is late from here.
    pub fn begin_jobs(&self, jobs: &[&'static str], now: Timestamp) {
        for &task in jobs {
            self.job_last_success.get_or_create(&OfTask { task }).set(now.0);
            drop(self.job_failures.get_or_create(&OfTask { task }));
        }
    }

    /// A job ended.
    pub fn job(&self, job: &'static str, succeeded: bool, now: Timestamp) {
        let task = OfTask { task: job };
        match succeeded {
            true => drop(self.job_last_success.get_or_create(&task).set(now.0)),
            false => drop(self.job_failures.get_or_create(&task).inc()),
        }
    }

    /// A text message was not taken.
    pub fn text_failed(&self) {
        self.texts_failed.inc();
    }

    /// The database was asked.
    pub(super) fn database(&self, seconds: f64) {
        self.database_seconds.observe(seconds);
    }

    /// What was written together, of each kind by all stores of this process.
    pub(super) fn shared(&self, stores: [&Store; 2]) {
        let [own, ahead] = stores.map(Store::shared_transactions);
        for ((of, transactions, members), (_, more, more_members)) in own.into_iter().zip(ahead) {
            let of = OfWrites { of };
            let set = |family: &Family<OfWrites, Counter>, count: u64| {
                // They are counted where they happen, and only ever grow.
                family.get_or_create(&of).inner().store(count, Ordering::Relaxed);
            };
            set(&self.now.shared_transactions, transactions + more);
            set(&self.now.shared_members, members + more_members);
        }
    }

    /// All of it as text.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// Counts a request and its time.
pub async fn count(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let route = Route(request.extensions().get::<MatchedPath>().cloned());
    let method = match request.method().as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        _ => OTHER,
    };
    let metrics = &state.operation.metrics;
    let began = Instant::now();
    let in_flight = Counted::one(metrics.in_flight.clone());
    let span = tracing::debug_span!(
        target: SPANS, "request", http.route = route.as_str(), http.request.method = method, http.response.status_code = Empty
    );
    let answer = next.run(request).instrument(span.clone()).await;
    drop(in_flight);
    let status = answer.status().as_u16();
    span.record("http.response.status_code", status);
    let seconds = began.elapsed().as_secs_f64();
    metrics.request_seconds.get_or_create(&OfRoute { route: route.clone() }).observe(seconds);
    metrics.requests.get_or_create(&Asked { route, method, status }).inc();
    answer
}

/// One more for as long as it lives: whoever hangs up ends the request at any of its waits.
struct Counted(Gauge);

impl Counted {
    fn one(gauge: Gauge) -> Self {
        gauge.inc();
        Counted(gauge)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}
