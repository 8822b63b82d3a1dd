//! What a node does, beside what could do no more than that: the program itself on a real port, asked by `bluezone load`.
//!
//! ```text
//! cargo bench -p bluezone --bench serving                          # all of it
//! cargo bench -p bluezone --bench serving -- writing               # check-ins, declarations, keys: beside pgbench and SQLite alone
//! cargo bench -p bluezone --bench serving -- polling               # index and unchanged file: beside nginx
//! cargo bench -p bluezone --bench serving -- memory                # at rest, and with 10,000 connections
//! cargo bench -p bluezone --bench serving -- rows                  # bytes on the disk for each request
//! cargo bench -p bluezone --bench serving -- peak                  # a hundredth of a nation's peak
//! cargo bench -p bluezone --bench serving -- writing --seconds 20  # of each measurement; 6 unless given otherwise
//! ```
//!
//! Node, generator and database share the machine's processors. What is compared runs in turn, three times, and medians are
//! shown. It installs nothing: `apt-get install postgresql nginx-light wrk`.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints, and has failed if it cannot go on"
)]

mod bare;
#[path = "../../tests/it/reliability/database.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod database;
mod memory;
mod node;
mod peak;
mod polling;
mod rows;
mod writing;

use anyhow::{Context as _, bail};

fn main() -> anyhow::Result<()> {
    let (mut part, mut seconds) = (None, 6);
    // Cargo adds `--bench`.
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--seconds" => {
                seconds =
                    args.next().and_then(|text| text.parse().ok()).context("--seconds takes a number")?
            }
            "writing" | "polling" | "memory" | "rows" | "peak" => part = Some(arg),
            _ => bail!("unknown part {arg}: there are writing, polling, memory, rows and peak"),
        }
    }
    let wanted = |name| part.as_deref().is_none_or(|part| part == name);
    if wanted("writing") {
        writing::table(seconds);
    }
    if wanted("polling") {
        polling::table(seconds);
    }
    if wanted("memory") {
        memory::table(seconds);
    }
    if wanted("rows") {
        rows::table();
    }
    if wanted("peak") {
        peak::table(seconds.max(20));
    }
    Ok(())
}

/// The one in the middle.
fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}
