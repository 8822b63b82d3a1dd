//! The table at the end.

use super::outcome::{Outcome, PhoneOutcome, Summary};
use std::fmt;

/// Those with less time near a case, and no warning, are only counted.
const SHOWN_FROM_S: f64 = 60.0;

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cases = match self.cases.len() {
            0 => "nobody tested positive".to_owned(),
            _ => format!("tested positive: {}", self.cases.join(", ")),
        };
        writeln!(
            f,
            "{} phones, {:.0} hours, air: {}, seed {}",
            self.phones.len(),
            self.hours,
            self.model,
            self.seed
        )?;
        writeln!(f, "{cases}\n")?;
        let mut shown: Vec<&PhoneOutcome> = self
            .phones
            .iter()
            .filter(|p| !p.diagnosed && (p.warned || p.seconds_near_case_on_worst_day >= SHOWN_FROM_S))
            .collect();
        let time = |p: &PhoneOutcome| p.seconds_near_case_on_worst_day;
        shown.sort_by(|a, b| time(b).total_cmp(&time(a)).then_with(|| a.id.cmp(&b.id)));
        let width = shown.iter().map(|p| p.id.chars().count()).max().unwrap_or(0).max("phone".len());
        writeln!(
            f,
            "{:width$}  {:>11}  {:>9}  {:>9}  {:>6}  {:>6}",
            "phone", "within 2 m", "nearest", "contact", "should", "warned"
        )?;
        for phone in &shown {
            let verdict = match (phone.expected, phone.warned, phone.nearest_case_m) {
                (true, false, _) => "  missed",
                (_, true, None) if phone.relayed => "  deceived",
                (_, true, None) => "  false",
                _ => "",
            };
            let nearest = phone.nearest_case_m.map_or("> 10 m".to_owned(), |m| format!("{m:.1} m"));
            writeln!(
                f,
                "{:width$}  {:>7.1} min  {:>9}  {:>7.0} %  {:>6}  {:>6}{verdict}",
                phone.id,
                time(phone) / 60.0,
                nearest,
                100.0 * phone.contact_probability,
                yes(phone.expected),
                yes(phone.warned),
            )?;
        }
        let rest = self.phones.len() - self.cases.len() - shown.len();
        writeln!(f, "{:width$}  (and {rest} with less than a minute, not warned)", "")?;
        writeln!(
            f,
            "within 2 m: on the day with the most; contact: how likely the phone takes one to be; 17 % warn\n"
        )?;
        self.summary.fmt(f)?;
        if !self.tracing.is_empty() {
            write!(f, "\n{}", self.tracing)?;
        }
        Ok(())
    }
}

fn yes(yes: bool) -> &'static str {
    if yes { "yes" } else { "-" }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line =
            |f: &mut fmt::Formatter<'_>, label: &str, count: usize| writeln!(f, "{label:<58}{count:>4}");
        line(f, "should be warned: 15 minutes within 2 m on one day", self.near_15)?;
        line(f, "  warned", self.near_15_warned)?;
        line(f, "  missed", self.missed)?;
        line(f, "of these 30 minutes or more", self.near_30)?;
        line(f, "  warned", self.near_30_warned)?;
        line(f, "warned besides: within 10 m, not 15 minutes within 2 m", self.warned_others)?;
        line(f, "false: warned, never within 10 m", self.false_warnings)?;
        if self.relayed > 0 {
            line(f, "an attacker repeated a case's signals beside", self.relayed)?;
            line(f, "  warned", self.relayed_warned)?;
        }
        line(f, "never within 10 m", self.never_within_10m)
    }
}
