//! What was measured.

use super::{Kind, Outcome, Rate, histogram};
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

/// One kind of request.
pub struct Measured {
    /// What.
    pub kind: Kind,
    /// How many a second were asked for.
    pub rate: Rate,
    /// Those that were done.
    pub done: u64,
    /// Those that were refused, by status; 0: no answer.
    pub failed: BTreeMap<u16, u64>,
    /// Requests that were sent once more.
    pub again: u64,
    /// There was nothing left to do it with: too few codes.
    pub exhausted: bool,
    /// For how long requests became due.
    pub seconds: f64,
    took: Histogram<u64>,
}

impl Measured {
    /// Nothing yet.
    pub fn new(kind: Kind, rate: Rate) -> anyhow::Result<Self> {
        let (failed, took) = (BTreeMap::new(), histogram()?);
        Ok(Measured { kind, rate, done: 0, failed, again: 0, exhausted: false, seconds: 0.0, took })
    }

    pub(super) fn count(&mut self, outcome: &Outcome, took: Duration) {
        match outcome {
            Outcome::Acked(_) => {
                self.done += 1;
                self.took.saturating_record(u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1));
            }
            Outcome::Refused(status) => *self.failed.entry(*status).or_default() += 1,
            Outcome::Unknown => *self.failed.entry(0).or_default() += 1,
        }
    }

    pub(super) fn add(&mut self, other: &Measured) {
        self.done += other.done;
        self.again += other.again;
        self.exhausted |= other.exhausted;
        for (status, count) in &other.failed {
            *self.failed.entry(*status).or_default() += count;
        }
        // Both have the same bounds.
        let _ = self.took.add(&other.took);
    }

    /// Done a second.
    pub fn rate_done(&self) -> f64 {
        self.done as f64 / self.seconds
    }

    /// Milliseconds within which such a share was done.
    pub fn within_ms(&self, share: f64) -> f64 {
        self.took.value_at_quantile(share) as f64 / 1e3
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let asked = match self.rate {
            Rate::Of(rate) => json!(rate),
            Rate::Most => json!("max"),
        };
        json!({
            "kind": self.kind, "asked_a_second": asked, "done": self.done, "done_a_second": self.rate_done(),
            "failed": self.failed, "again": self.again, "exhausted": self.exhausted,
            "ms": {
                "p50": self.within_ms(0.5), "p90": self.within_ms(0.9), "p99": self.within_ms(0.99),
                "p999": self.within_ms(0.999), "max": self.took.max() as f64 / 1e3,
            },
        })
    }
}

/// For people.
pub fn table(measured: &[Measured]) -> String {
    let mut text = format!(
        "{:<10}{:>10}{:>10}{:>9}{:>9}{:>9}{:>9}{:>9}  {}\n",
        "", "asked/s", "done/s", "p50 ms", "p90", "p99", "p99.9", "max", "not done"
    );
    for one in measured {
        let asked = match one.rate {
            Rate::Of(rate) => format!("{rate:.0}"),
            Rate::Most => "max".to_owned(),
        };
        let failed: Vec<String> = one
            .failed
            .iter()
            .map(|(status, count)| match status {
                0 => format!("{count} without answer"),
                status => format!("{count} x {status}"),
            })
            .collect();
        let mut remarks = if failed.is_empty() { "none".to_owned() } else { failed.join(", ") };
        if one.exhausted {
            remarks.push_str("; all codes used: prepare more");
        }
        let [p50, p90, p99, p999] = [0.5, 0.9, 0.99, 0.999].map(|share| one.within_ms(share));
        let max = one.took.max() as f64 / 1e3;
        // Writing into a string does not fail.
        let _ = writeln!(
            text,
            "{:<10}{asked:>10}{:>10.0}{p50:>9.1}{p90:>9.1}{p99:>9.1}{p999:>9.1}{max:>9.1}  {remarks}",
            one.kind.as_str(),
            one.rate_done(),
        );
    }
    text
}
