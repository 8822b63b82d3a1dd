//! One run of the demo, and what is read of its result.

use anyhow::{Context, bail};
use serde::Deserialize;
use std::process::{Command, Stdio};

/// The demo's JSON.
#[derive(Deserialize)]
pub struct Outcome {
    /// Its phones.
    pub phones: Vec<Phone>,
}

/// One phone of it.
#[derive(Deserialize)]
pub struct Phone {
    /// Its id.
    pub id: String,
    /// Whether it belongs to a case.
    pub diagnosed: bool,
    /// Whether it was warned.
    pub warned: bool,
    /// What the fielded rule goes by.
    pub weighted_minutes: f64,
    /// Seconds within 2 m of the case, on the day with the most.
    pub seconds_near_case_on_worst_day: f64,
    /// The nearest the case came, metres; none beyond 10 m.
    pub nearest_case_m: Option<f64>,
}

/// Who is warned by whom.
#[derive(Copy, Clone)]
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// Whether it warns a phone.
    pub warns: fn(&Phone) -> bool,
}

/// The product's own, and the one that nations used: 55/63 dB weighted minutes, from 10 of them on, because scans every
/// five minutes miss the ends of the definition's 15.
pub const RULES: [Rule; 2] = [
    Rule { name: "estimator", warns: |phone| phone.warned },
    Rule { name: "weighted minutes", warns: |phone| phone.weighted_minutes >= 10.0 },
];

/// Runs the demo to its end. Returns its result, and the line in which it says how fast it was.
pub fn demo(flags: &[&str]) -> anyhow::Result<(Outcome, String)> {
    let output = Command::new(env!("CARGO_BIN_EXE_bluezone"))
        .args(["demo", "--exit", "--json", "--no-tracing"])
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

/// So many of so many.
#[derive(Copy, Clone, Default)]
pub struct Share {
    /// Of these …
    pub of: u32,
    /// … so many.
    pub hits: u32,
}

impl Share {
    /// Counts one more.
    pub fn count(&mut self, hit: bool) {
        self.of += 1;
        self.hits += u32::from(hit);
    }
}

/// With Wilson's 95 % score interval (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927).
impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const Z: f64 = 1.96;
        if self.of == 0 {
            return write!(f, "{:>24}", "-");
        }
        let (n, p) = (f64::from(self.of), f64::from(self.hits) / f64::from(self.of));
        let middle = p + Z * Z / (2.0 * n);
        let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + Z * Z / n;
        let (low, high) = (((middle - half) / scale).max(0.0), (middle + half) / scale);
        write!(f, "{:>4}/{:<4} {p:.2} [{low:.2}, {high:.2}]", self.hits, self.of)
    }
}
