//! How well the phones warn: the demo over many seeds, counted together, beside the rule that nations used.
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
use run::{Phone, RULES, Share, demo};

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

/// Who is counted in a row, and on which phones it is right to look.
type Group = (&'static str, fn(&Phone) -> bool);

const GROUPS: [Group; 4] = [
    ("15 minutes or more within 2 m", |phone| phone.seconds_near_case_on_worst_day >= 900.0),
    ("30 minutes or more within 2 m", |phone| phone.seconds_near_case_on_worst_day >= 1800.0),
    ("less, but within 10 m", |phone| {
        phone.seconds_near_case_on_worst_day < 900.0 && phone.nearest_case_m.is_some()
    }),
    ("never within 10 m", |phone| phone.nearest_case_m.is_none()),
];

fn neighbourhoods(seeds: u64, phones: &str, model: &str) -> anyhow::Result<()> {
    let mut shares = [[Share::default(); RULES.len()]; GROUPS.len()];
    let mut speed = String::new();
    for seed in 1..=seeds {
        let (outcome, said) = demo(&["--phones", phones, "--seed", &seed.to_string(), "--model", model])?;
        for phone in outcome.phones.iter().filter(|phone| !phone.diagnosed) {
            for ((_, belongs), shares) in GROUPS.iter().zip(&mut shares) {
                if belongs(phone) {
                    RULES.iter().zip(shares).for_each(|(rule, share)| share.count((rule.warns)(phone)));
                }
            }
        }
        speed = said;
    }
    println!(
        "air {model}, neighbourhoods of {phones} phones over two days, seeds 1 to {seeds}: warned, of those who were"
    );
    heads("near the case, on the day with the most");
    for ((name, _), shares) in GROUPS.iter().zip(shares) {
        row(name, &shares);
    }
    println!("last run: {speed}");
    Ok(())
}

fn heads(first: &str) {
    print!("{first:<42}");
    RULES.iter().for_each(|rule| print!("{:<27}", rule.name));
    println!();
}

fn row(name: &str, shares: &[Share]) {
    print!("  {name:<40}");
    shares.iter().for_each(|share| print!("{:<27}", share.to_string()));
    println!();
}
