//! What whoever started the demo sees while it runs, on standard error.

use super::street::Counts;
use bluezone_air::Scenario;
use bluezone_protocol::time::{DAY_S, Timestamp};
use std::io::{IsTerminal, Write};
use std::time::Instant;

/// Vietnam is seven hours ahead of UTC.
const OFFSET_S: i64 = 7 * 3_600;

/// The line on a terminal is drawn anew this often, in simulated seconds.
const REDRAW_S: i64 = 1_200;

/// Where there is no terminal, a line appears this often.
const LINE_S: i64 = 6 * 3_600;

/// A line that is drawn over on a terminal, plain lines elsewhere.
pub struct Progress {
    terminal: bool,
    /// Something without a line end stands on the terminal.
    drawn: bool,
    started: Instant,
    start: Timestamp,
    phones: usize,
}

impl Progress {
    /// Starts to measure.
    pub fn new(scenario: &Scenario) -> Self {
        let mut progress = Self {
            terminal: std::io::stderr().is_terminal(),
            drawn: false,
            started: now(),
            start: scenario.start,
            phones: scenario.phones.len(),
        };
        progress.event(0, &format!("{} phones on the simulated air", progress.phones));
        progress
    }

    /// Something worth a line of its own.
    pub fn event(&mut self, now_s: i64, text: &str) {
        self.line(&format!("{}  {text}", self.moment(now_s)));
    }

    /// A file was published.
    pub fn published(&mut self, now_s: i64, file: &str) {
        // One every two hours: for a terminal too many.
        if !self.terminal && now_s % LINE_S == 0 {
            self.event(now_s, &format!("published {file}"));
        }
    }

    /// The simulation has come so far.
    pub fn at(&mut self, now_s: i64, counts: Counts) {
        if now_s % if self.terminal { REDRAW_S } else { LINE_S } != 0 {
            return;
        }
        let text = format!(
            "{}  {} scans, {} sightings, {} files checked",
            self.moment(now_s),
            grouped(counts.scans),
            grouped(counts.sightings),
            grouped(counts.files)
        );
        if self.terminal {
            let mut err = std::io::stderr().lock();
            // Nothing can be done about a terminal that is gone.
            let _ = write!(err, "\r\x1b[K{text}");
            let _ = err.flush();
            self.drawn = true;
        } else {
            self.line(&text);
        }
    }

    /// How fast it was.
    pub fn finish(&mut self, now_s: i64, phones: usize, counts: Counts) {
        let seconds = (now() - self.started).as_secs_f64();
        let hours = phones as f64 * now_s as f64 / 3_600.0;
        let memory = peak_memory_mb().map_or(String::new(), |mb| format!("; peak memory {} MB", grouped(mb)));
        self.event(now_s, "everyone has looked at what was published");
        self.line(&format!(
            "{} scans and {} sightings in {seconds:.1} s: {} phone-hours, {} phone-hours per second{memory}",
            grouped(counts.scans),
            grouped(counts.sightings),
            grouped(hours as u64),
            grouped((hours / seconds.max(1e-3)) as u64),
        ));
    }

    fn line(&mut self, text: &str) {
        let clear = if std::mem::take(&mut self.drawn) { "\r\x1b[K" } else { "" };
        let _ = writeln!(std::io::stderr(), "{clear}{text}");
    }

    /// Day and time in Vietnam.
    fn moment(&self, now_s: i64) -> String {
        let local = |time: Timestamp| time.0 + OFFSET_S;
        let day = local(self.start + now_s).div_euclid(DAY_S) - local(self.start).div_euclid(DAY_S) + 1;
        let minutes = local(self.start + now_s).rem_euclid(DAY_S) / 60;
        format!("day {day}, {:02}:{:02}", minutes / 60, minutes % 60)
    }
}

fn now() -> Instant {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long the simulation takes; nothing in it depends on that"
    )]
    Instant::now()
}

/// 1234567 as 1,234,567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The most memory this process ever had, where the system tells.
fn peak_memory_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
