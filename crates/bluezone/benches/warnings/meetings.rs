//! Single meetings: the case sits still, and others come one after another, each once, for so long at such a distance.
//!
//! The neighbourhood's days are long: whoever is near there is near for hours. Here it is seen what a rule makes of the
//! minutes around its own threshold.

use crate::run::{RULES, Share, demo};
use crate::{heads, row};
use anyhow::Context;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write;

const MINUTES: [u32; 5] = [10, 15, 20, 30, 60];
const METRES: [f64; 5] = [1.0, 1.9, 3.0, 6.0, 12.0];
/// Meetings of each kind in one run.
const EACH: u32 = 2;
/// Far enough not to be heard.
const AWAY_M: f64 = 300.0;
/// Between one visitor and the next.
const GAP_S: u32 = 120;

/// Runs `seeds` scenarios and prints, for each distance and length, the share of visitors who were warned.
pub fn table(seeds: u64, model: &str) -> anyhow::Result<()> {
    let mut shares: BTreeMap<(usize, usize), [Share; RULES.len()]> = BTreeMap::new();
    for seed in 1..=seeds {
        let mut file = tempfile::NamedTempFile::new().context("a temporary file")?;
        file.write_all(scenario(seed, model).to_string().as_bytes())?;
        let path = file.path().to_str().context("the temporary file's path")?;
        let (outcome, _) = demo(&["--scenario", path])?;
        for phone in outcome.phones.iter().filter(|phone| !phone.diagnosed) {
            let mut parts = phone.id.split('-').map(str::parse::<usize>);
            let (Some(Ok(minutes)), Some(Ok(metres))) = (parts.next(), parts.next()) else { continue };
            let shares = shares.entry((metres, minutes)).or_default();
            RULES.iter().zip(shares).for_each(|(rule, share)| share.count((rule.warns)(phone)));
        }
    }
    println!("\nair {model}, a case who sits still, visitors one after another, seeds 1 to {seeds}: warned");
    heads("one meeting");
    for ((metres, minutes), shares) in shares {
        row(&format!("{:>4.1} m, {:>2} min", METRES[metres], MINUTES[minutes]), &shares);
    }
    Ok(())
}

fn scenario(seed: u64, model: &str) -> serde_json::Value {
    let mut phones = Vec::new();
    let mut at_s = 600;
    for round in 0..EACH {
        for (metres, distance) in METRES.iter().enumerate() {
            for (minutes, length) in MINUTES.iter().enumerate() {
                let end_s = at_s + length * 60;
                phones.push(json!({
                    "id": format!("{minutes}-{metres}-{round}"),
                    "track": [
                        [0, AWAY_M, 0], [at_s, AWAY_M, 0], [at_s, distance, 0], [end_s, distance, 0], [end_s, AWAY_M, 0]
                    ],
                }));
                at_s = end_s + GAP_S;
            }
        }
    }
    phones.push(json!({"id": "case", "track": [[0, 0, 0], [at_s, 0, 0]]}));
    json!({
        "version": 1, "seed": seed, "start": "2026-03-02T06:00:00+07:00", "step_s": 1, "area": {"model": model},
        "phones": phones,
        "diagnosed": [{"id": "case", "at_s": at_s, "onset_s": 0}],
    })
}
