//! How well the phones warn: the demo over many seeds, counted together.
//!
//! ```text
//! cargo bench -p bluezone --bench warnings                                # 20 seeds, 60 phones, air `measured`
//! cargo bench -p bluezone --bench warnings -- --seeds 5 --model clear
//! cargo bench -p bluezone --bench warnings -- --seeds 1 --phones 1000     # memory and speed are in the last line
//! ```
//!
//! Each seed is a neighbourhood of its own: other homes, other meetings, another case.

#![expect(clippy::print_stdout, reason = "a table is what it is for")]

use anyhow::{Context, bail};
use serde::Deserialize;
use std::ops::AddAssign;
use std::process::{Command, Stdio};

/// What is read of a run's result.
#[derive(Deserialize)]
struct Outcome {
    summary: Summary,
}

#[derive(Deserialize, Default, Clone, Copy)]
struct Summary {
    near_15: u32,
    near_15_warned: u32,
    near_30: u32,
    near_30_warned: u32,
    warned_others: u32,
    false_warnings: u32,
    never_within_10m: u32,
}

impl AddAssign for Summary {
    fn add_assign(&mut self, more: Self) {
        self.near_15 += more.near_15;
        self.near_15_warned += more.near_15_warned;
        self.near_30 += more.near_30;
        self.near_30_warned += more.near_30_warned;
        self.warned_others += more.warned_others;
        self.false_warnings += more.false_warnings;
        self.never_within_10m += more.never_within_10m;
    }
}

fn main() -> anyhow::Result<()> {
    let (mut seeds, mut phones, mut model) = (20_u64, "60".to_owned(), "measured".to_owned());
    // Cargo adds `--bench`.
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    while let Some(flag) = args.next() {
        let value = args.next().with_context(|| format!("{flag} needs a value"))?;
        match flag.as_str() {
            "--seeds" => seeds = value.parse().context("--seeds takes a number")?,
            "--phones" => phones = value,
            "--model" => model = value,
            _ => bail!("unknown flag {flag}: there are --seeds, --phones and --model"),
        }
    }
    println!("air {model}, {phones} phones, seeds 1 to {seeds}");
    println!(
        "{:>5}  {:>11}  {:>11}  {:>8}  {:>14}",
        "seed", ">= 15 min", ">= 30 min", "besides", "never <= 10 m"
    );
    let mut all = Summary::default();
    for seed in 1..=seeds {
        let (summary, speed) = run(&phones, seed, &model)?;
        row(&seed.to_string(), &summary);
        if seed == seeds {
            println!("last run: {speed}");
        }
        all += summary;
    }
    row("all", &all);
    println!(
        "warned of those within 2 m of the case for so long on one day, of those warned besides who came"
    );
    println!("within 10 m, and of those who never did; shares with their 95 % Wilson intervals:");
    for (name, hits, of) in [
        ("recall, 15 minutes or more", all.near_15_warned, all.near_15),
        ("recall, 30 minutes or more", all.near_30_warned, all.near_30),
        ("false warnings, never within 10 m", all.false_warnings, all.never_within_10m),
    ] {
        let (low, high) = wilson(hits, of);
        println!("  {name:<35}{:>6.3}  [{low:.3}, {high:.3}]", f64::from(hits) / f64::from(of.max(1)));
    }
    Ok(())
}

fn row(name: &str, s: &Summary) {
    println!(
        "{name:>5}  {:>4} of {:>3}  {:>4} of {:>3}  {:>8}  {:>5} of {:>4}",
        s.near_15_warned,
        s.near_15,
        s.near_30_warned,
        s.near_30,
        s.warned_others,
        s.false_warnings,
        s.never_within_10m
    );
}

/// One run: its counts, and the line in which it says how fast it was.
fn run(phones: &str, seed: u64, model: &str) -> anyhow::Result<(Summary, String)> {
    let seed = seed.to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_bluezone"))
        .args(["demo", "--exit", "--json", "--phones", phones, "--seed", &seed, "--model", model])
        .stdin(Stdio::null())
        .output()
        .context("the demo does not start")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("the demo with seed {seed} failed: {said}");
    }
    let outcome: Outcome = serde_json::from_slice(&output.stdout).context("the demo's JSON")?;
    Ok((outcome.summary, said.lines().last().unwrap_or_default().to_owned()))
}

/// Wilson's score interval for a share, 95 % (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927).
fn wilson(hits: u32, of: u32) -> (f64, f64) {
    const Z: f64 = 1.96;
    if of == 0 {
        return (0.0, 1.0);
    }
    let (n, p) = (f64::from(of), f64::from(hits) / f64::from(of));
    let middle = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    ((middle - half) / scale, (middle + half) / scale)
}
