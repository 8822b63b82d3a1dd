//! Load: requests that arrive when they are due, whether or not the server keeps up, and what became of each.
//!
//! Open loop: request number k is due k / rate after the start. Its time counts from then, also while all connections are busy, so
//! a server that stalls is not asked less and does not look better for it ("coordinated omission").

pub mod cast;
mod check;
mod client;
mod declaring;
mod dummying;
mod journal;
mod polling;
mod publishing;
mod report;
mod visiting;

pub use check::{Found, check};
pub use journal::{Entry, Journal};
pub use report::{Measured, table};

use anyhow::Context as _;
use bluezone_protocol::api::PublishRequest;
use cast::Cast;
use client::Client;
use hdrhistogram::Histogram;
use polling::Polled;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};

/// The pause before a request is sent again.
const AGAIN_AFTER: Duration = Duration::from_millis(200);

/// What is asked of the server.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A phone looks for new keys: the index, and a file that it has already.
    Poll,
    /// A phone reports: code, certificate, 14 keys.
    Publish,
    /// A citizen declares, all questions.
    Declare,
    /// A citizen checks in at a place.
    CheckIn,
    /// A phone sends a dummy sequence: the calls of a report whose owner then shares more, without the pauses between them.
    Dummy,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 5] = [Kind::Poll, Kind::Publish, Kind::Declare, Kind::CheckIn, Kind::Dummy];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Poll => "poll",
            Kind::Publish => "publish",
            Kind::Declare => "declare",
            Kind::CheckIn => "check-in",
            Kind::Dummy => "dummy",
        }
    }

    /// Whether it leaves something behind by which it is known.
    pub fn is_kept(self) -> bool {
        !matches!(self, Kind::Poll | Kind::Dummy)
    }
}

/// How many a second.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Rate {
    /// So many.
    Of(f64),
    /// As many as the connections can carry, one after another on each: what the server can do at most.
    Most,
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "max" {
            return Ok(Rate::Most);
        }
        match text.parse::<f64>() {
            Ok(rate) if rate > 0.0 && rate.is_finite() => Ok(Rate::Of(rate)),
            _ => Err("expected a number of requests a second above 0, or max".to_owned()),
        }
    }
}

/// What is to be done.
#[derive(Clone)]
pub struct Plan {
    /// Where the servers listen; connections are spread over them.
    pub servers: Vec<SocketAddr>,
    /// The `Host` header.
    pub host: String,
    /// What, and how many a second.
    pub rates: Vec<(Kind, Rate)>,
    /// For how long requests become due.
    pub time: Duration,
    /// Connections for each kind.
    pub connections: usize,
    /// Whether each phone has its certificate before the clock starts: then a report is its last step alone.
    pub certified: bool,
    /// Whether a request whose end is unknown, or that was refused for now, is sent again until it is acknowledged.
    pub again: bool,
    /// Whose chance it is.
    pub seed: u64,
}

impl Plan {
    /// A request's own chance: sent again it is the same request, and no other of this or another seed.
    fn chance(&self, number: u64, kind: Kind) -> StdRng {
        StdRng::seed_from_u64(self.seed.rotate_right(16) ^ (number << 3 | kind as u64))
    }
}

/// How one request ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It is done, and this names it.
    Acked(Entry),
    /// It was refused with a status.
    Refused(u16),
    /// Nobody knows: the connection broke off, or no answer came in time.
    Unknown,
}

struct Worker {
    at: usize,
    plan: Arc<Plan>,
    cast: Arc<Cast>,
    polled: Arc<Option<Polled>>,
    certified: Arc<Option<Vec<PublishRequest>>>,
    kind: Kind,
    rate: Rate,
    next: Arc<AtomicU64>,
    begin: Instant,
}

/// Runs the plan.
pub async fn run(plan: Plan, cast: Cast) -> anyhow::Result<(Vec<Measured>, Journal)> {
    let (plan, cast) = (Arc::new(plan), Arc::new(cast));
    let polled = match plan.rates.iter().any(|(kind, _)| *kind == Kind::Poll) {
        true => Some(polling::look(&plan).await.context("cannot read the published files")?),
        false => None,
    };
    let certified = match plan.certified {
        true => Some(publishing::certify_all(&plan, &cast).await?),
        false => None,
    };
    let (polled, certified, begin) = (Arc::new(polled), Arc::new(certified), Instant::now());
    let mut measured = Vec::new();
    let mut journal = Journal::default();
    let mut running = Vec::new();
    for (kind, rate) in plan.rates.iter().copied() {
        let next = Arc::new(AtomicU64::new(0));
        let workers = (0..plan.connections).map(|at| {
            let worker = Worker {
                at,
                plan: plan.clone(),
                cast: cast.clone(),
                polled: polled.clone(),
                certified: certified.clone(),
                kind,
                rate,
                next: next.clone(),
                begin,
            };
            tokio::spawn(worker.work())
        });
        running.push((kind, rate, workers.collect::<Vec<_>>()));
    }
    for (kind, rate, workers) in running {
        let mut all = Measured::new(kind, rate)?;
        for worker in workers {
            let (one, entries) = worker.await.context("a worker broke off")??;
            all.add(&one);
            journal.entries.extend(entries);
        }
        // As many as can be: those under way at the end took their time, too.
        let longest = if rate == Rate::Most { f64::INFINITY } else { plan.time.as_secs_f64() };
        all.seconds = begin.elapsed().as_secs_f64().min(longest).max(1e-9);
        measured.push(all);
    }
    Ok((measured, journal))
}

impl Worker {
    async fn work(self) -> anyhow::Result<(Measured, Vec<Entry>)> {
        let mut client = Client::new(self.plan.servers.clone(), self.at, self.plan.host.clone());
        let mut measured = Measured::new(self.kind, self.rate)?;
        let mut entries = Vec::new();
        let end = self.begin + self.plan.time;
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let due = match self.rate {
                Rate::Of(rate) => self.begin + Duration::from_secs_f64(number as f64 / rate),
                Rate::Most => Instant::now(),
            };
            if due >= end {
                // Others are not done yet: a connection is open as long as the load lasts.
                sleep_until(end).await;
                return Ok((measured, entries));
            }
            sleep_until(due).await;
            let Some(first) = self.once(&mut client, number).await else {
                measured.exhausted = true;
                return Ok((measured, entries));
            };
            let mut outcome = first;
            while self.plan.again && !matches!(outcome, Outcome::Acked(_)) && Instant::now() < end {
                measured.again += 1;
                sleep(AGAIN_AFTER).await;
                outcome = self.once(&mut client, number).await.unwrap_or(Outcome::Unknown);
            }
            measured.count(&outcome, due.elapsed());
            match outcome {
                _ if !self.kind.is_kept() => {}
                Outcome::Acked(entry) => entries.push(entry),
                Outcome::Refused(_) | Outcome::Unknown => entries.push(Entry::unsure(self.kind)),
            }
        }
    }

    /// `None`: there is nothing left to do it with.
    async fn once(&self, client: &mut Client, number: u64) -> Option<Outcome> {
        let cast = &self.cast;
        let rng = self.plan.chance(number, self.kind);
        match self.kind {
            Kind::Poll => Some(polling::poll(client, self.polled.as_ref().as_ref()?).await),
            Kind::Publish => match &*self.certified {
                Some(certified) => {
                    let request = certified.get(usize::try_from(number).ok()?)?;
                    Some(publishing::send(client, request).await.unwrap_or_else(|outcome| outcome))
                }
                None => publishing::publish(client, cast, number, rng).await,
            },
            Kind::Declare => declaring::declare(client, cast, number, rng).await,
            Kind::CheckIn => visiting::check_in(client, cast, number, rng).await,
            Kind::Dummy => Some(dummying::sequence(client, rng).await),
        }
    }
}

/// From a microsecond to ten minutes, to three digits.
fn histogram() -> anyhow::Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, 600_000_000, 3)?)
}
