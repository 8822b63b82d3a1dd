//! The memory and the time that export files take: `cargo bench -p bluezone-server --bench export -- [keys]`.
//!
//! So many keys (10 million unless given otherwise) of fourteen days become files of two hours each, by the job that servers run, on
//! SQLite. Another process puts the keys into the database: what it needs is not counted.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench prints, and has failed if it cannot go on"
)]
#![expect(clippy::disallowed_methods, reason = "a stopwatch")]

use bluezone_domain::publication::Stream;
use bluezone_protocol::time::{DAY_S, ManualClock, Timestamp};
use bluezone_server::admin::keys;
use bluezone_server::{AppState, Options, jobs};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rusqlite::{Connection, params};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

/// Noon (UTC) of an ordinary day.
const START: Timestamp = Timestamp(1_700_049_600);
const PERIOD_S: i64 = 7200;
const DAYS: i64 = 14;
/// The classes of infectiousness that keys are published with.
const CLASSES: [i64; 2] = [1, 10];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if let [step, directory, count] = &args[..]
        && step == "fill"
    {
        return fill(Path::new(directory), count.parse().unwrap());
    }
    let count: u64 = args.first().map_or(10_000_000, |count| count.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(build(count));
}

async fn build(count: u64) {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(START));
    let rng = || StdRng::seed_from_u64(1);
    let state =
        AppState::open(Options::in_directory(dir.path()), clock.clone(), Arc::new(rng)).await.unwrap();
    keys::init(&state).await.unwrap();
    // The first file begins a period before.
    jobs::run_once(&state).await.unwrap();
    let filler = Command::new(std::env::current_exe().unwrap())
        .args(["fill", dir.path().to_str().unwrap(), &count.to_string()])
        .status();
    assert!(filler.unwrap().success());
    let (rest, _) = memory();
    println!("{count} keys of {DAYS} days in the database; {rest:.0} MB at rest");

    let (began, mut longest) = (Instant::now(), 0.0_f64);
    for _ in 0..DAYS * DAY_S / PERIOD_S {
        clock.advance(PERIOD_S);
        let one = Instant::now();
        jobs::run_once(&state).await.unwrap().published.unwrap();
        longest = longest.max(one.elapsed().as_secs_f64());
    }
    let (now, most) = memory();
    let (mut files, mut bytes, mut largest) = (0, 0, 0);
    for file in state.store.published(Stream::Cases).await.unwrap() {
        let size =
            std::fs::metadata(dir.path().join("objects/exports").join(&file.object_name)).unwrap().len();
        (files, bytes, largest) = (files + 1, bytes + size, largest.max(size));
    }
    println!("{:<32}{:>12}", "files", files);
    println!("{:<32}{:>12.1}", "all of them, MB", bytes as f64 / 1e6);
    println!("{:<32}{:>12.2}", "the largest, MB", largest as f64 / 1e6);
    println!("{:<32}{:>12.1}", "time, s", began.elapsed().as_secs_f64());
    println!("{:<32}{:>12.2}", "of the slowest, s", longest);
    println!("{:<32}{:>12.0}", "memory afterwards, MB", now);
    println!("{:<32}{:>12.0}", "most memory, MB", most);
}

/// Keys that are released evenly over the days.
fn fill(directory: &Path, count: u64) {
    let mut rng = StdRng::seed_from_u64(2);
    let mut keys: Vec<[u8; 16]> = (0..count).map(|_| rng.random()).collect();
    // In the order of the table's index: at random it would take an hour.
    keys.sort_unstable();
    let mut database = Connection::open(directory.join("bluezone.db")).unwrap();
    database.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000").unwrap();
    let transaction = database.transaction().unwrap();
    {
        let sql = "INSERT INTO published_keys (key, rolling_start, rolling_period, transmission_risk, report_type, \
                   days_since_onset, released_at) VALUES (?1, ?2, 144, 0, 1, ?3, ?4)";
        let mut insert = transaction.prepare(sql).unwrap();
        for key in keys {
            let released = START + 1 + rng.random_range(0..DAYS * DAY_S);
            let day = released.day_start() - DAY_S * rng.random_range(1..=DAYS);
            let class = CLASSES[rng.random_range(0..CLASSES.len())];
            insert.execute(params![key, day.interval().0, class, released.0]).unwrap();
        }
    }
    transaction.commit().unwrap();
}

/// proc(5): `VmRSS` and `VmHWM`, in MB.
fn memory() -> (f64, f64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().trim_end_matches("kB").trim().parse::<f64>().unwrap() / 1e3
    };
    (of("VmRSS:"), of("VmHWM:"))
}
