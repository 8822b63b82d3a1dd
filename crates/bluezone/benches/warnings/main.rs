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

mod meetings;
mod run;

use anyhow::{Context, bail};
use run::{Summary, demo, share};

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
    neighbourhoods(seeds, &phones, &model)?;
    meetings::table(seeds, &model)
}

fn neighbourhoods(seeds: u64, phones: &str, model: &str) -> anyhow::Result<()> {
    println!("air {model}, neighbourhoods of {phones} phones, seeds 1 to {seeds}");
    println!(
        "{:>5}  {:>11}  {:>11}  {:>8}  {:>14}",
        "seed", ">= 15 min", ">= 30 min", "besides", "never <= 10 m"
    );
    let mut all = Summary::default();
    let mut speed = String::new();
    for seed in 1..=seeds {
        let number = seed.to_string();
        let (outcome, said) = demo(&["--phones", phones, "--seed", &number, "--model", model])?;
        row(&number, &outcome.summary);
        all += outcome.summary;
        speed = said;
    }
    row("all", &all);
    println!(
        "warned of those within 2 m of the case for so long on one day; warned besides who came within 10 m;"
    );
    println!("warned of those who never did. Shares with 95 % Wilson intervals:");
    println!("  recall, 15 minutes or more        {}", share(all.near_15_warned, all.near_15));
    println!("  recall, 30 minutes or more        {}", share(all.near_30_warned, all.near_30));
    println!("  false warnings, never within 10 m {}", share(all.false_warnings, all.never_within_10m));
    println!("last run: {speed}");
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
