//! One run of the demo, and what is read of its result.

use anyhow::{Context, bail};
use serde::Deserialize;
use std::ops::AddAssign;
use std::process::{Command, Stdio};

/// The demo's JSON.
#[derive(Deserialize)]
pub struct Outcome {
    /// Its counts.
    pub summary: Summary,
    /// Its phones.
    pub phones: Vec<Phone>,
}

/// One phone of it.
#[derive(Deserialize)]
pub struct Phone {
    /// Its id.
    pub id: String,
    /// Whether it was warned.
    pub warned: bool,
}

/// The counts.
#[derive(Deserialize, Default, Clone, Copy)]
pub struct Summary {
    pub near_15: u32,
    pub near_15_warned: u32,
    pub near_30: u32,
    pub near_30_warned: u32,
    pub warned_others: u32,
    pub false_warnings: u32,
    pub never_within_10m: u32,
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

/// Runs the demo to its end. Returns its result, and the line in which it says how fast it was.
pub fn demo(flags: &[&str]) -> anyhow::Result<(Outcome, String)> {
    let output = Command::new(env!("CARGO_BIN_EXE_bluezone"))
        .args(["demo", "--exit", "--json"])
        .args(flags)
        .stdin(Stdio::null())
        .output()
        .context("the demo does not start")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("the demo with {flags:?} failed: {said}");
    }
    let outcome = serde_json::from_slice(&output.stdout).context("the demo's JSON")?;
    Ok((outcome, said.lines().last().unwrap_or_default().to_owned()))
}

/// A share as text, with Wilson's 95 % score interval (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927).
pub fn share(hits: u32, of: u32) -> String {
    const Z: f64 = 1.96;
    if of == 0 {
        return "    -".to_owned();
    }
    let (n, p) = (f64::from(of), f64::from(hits) / f64::from(of));
    let middle = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    format!("{p:.3}  [{:.3}, {:.3}]", (middle - half) / scale, (middle + half) / scale)
}
