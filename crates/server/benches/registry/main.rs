//! How fast the registry is, on SQLite: `cargo bench -p bluezone-server --bench registry -- [people] [cases] [rows]`
//! (1,000,000 people for the search, 10,000 cases for the pages, 50,000 rows for the line lists unless given otherwise).

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench prints, and has failed if it cannot go on"
)]
#![expect(clippy::disallowed_methods, reason = "a stopwatch")]

mod lists;
mod people;
mod world;

/// Resident memory of this process, in megabytes; 0 where there is no `/proc`.
fn memory_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or("VmRSS: 0 kB");
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

/// The middle and the 95th of a hundred of some times, in milliseconds.
fn quantiles(mut times: Vec<f64>) -> (f64, f64) {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    (at(0.5), at(0.95))
}

#[tokio::main]
async fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let number = |at: usize, otherwise| numbers.get(at).copied().unwrap_or(otherwise);
    people::run(number(0, 1_000_000)).await;
    lists::run(number(1, 10_000), number(2, 50_000)).await;
}
