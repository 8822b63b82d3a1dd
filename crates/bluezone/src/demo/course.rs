//! A scenario from its start to its end: phones on the air, cases registered, reported and published, everybody looks.

use super::authority::{Authority, CENTRE};
use super::officer::Officer;
use super::progress::Progress;
use super::street::{self, Published, Street};
use super::{report, telling};
use anyhow::Context;
use bluezone_air::{Diagnosed, Scenario};
use bluezone_app::client::Client;
use bluezone_device::Publisher;
use bluezone_protocol::time::ManualClock;
use tokio::runtime::Runtime;

/// The server looks for work this often, in simulated seconds.
const JOBS_S: i64 = 600;

/// What phones download from.
struct Download<'a>(&'a Client);

impl Published for Download<'_> {
    fn index(&self) -> anyhow::Result<String> {
        Ok(self.0.index(Publisher::Case)?)
    }

    fn file(&self, name: &str) -> anyhow::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.0.export(Publisher::Case, name, &mut bytes)?;
        Ok(bytes)
    }
}

/// What a scenario runs on.
pub struct Course<'a> {
    /// Checked.
    pub scenario: &'a Scenario,
    /// The server's threads.
    pub runtime: &'a Runtime,
    /// The server.
    pub authority: &'a Authority,
    /// How phones reach it.
    pub client: &'a Client,
    /// The one clock.
    pub clock: &'a ManualClock,
    /// Whether cases share their contact history too.
    pub telling: bool,
}

impl Course<'_> {
    /// Moves the clock to the end: every case reported, published, and looked at by everybody.
    pub fn run(&self, street: &mut Street, progress: &mut Progress) -> anyhow::Result<()> {
        let mut cases: Vec<(usize, &Diagnosed)> = self.scenario.diagnosed.iter().enumerate().collect();
        cases.sort_by(|a, b| b.1.at_s.total_cmp(&a.1.at_s));
        let end_s = self.end_s();
        while street.now_s() < end_s {
            let now_s = street.now_s();
            while let Some((number, case)) = cases.pop_if(|(_, case)| case.at_s <= now_s as f64) {
                self.diagnose(number, case, street, progress)
                    .with_context(|| format!("diagnosing {:?}", case.id))?;
            }
            street.tick(&Download(self.client))?;
            let now_s = street.now_s();
            self.clock.set(self.scenario.start + now_s);
            if now_s % JOBS_S == 0
                && let Some(file) = self.authority.run_jobs(self.runtime)?
            {
                progress.published(now_s, &file);
            }
            progress.at(now_s, street.counts());
        }
        progress.finish(street.now_s(), self.scenario.phones.len(), street.counts());
        Ok(())
    }

    /// Until when: the last key is released after the embargo, goes into the next file, and every phone has looked by
    /// then. Never before the scenario itself is over.
    fn end_s(&self) -> i64 {
        let config = self.authority.config();
        let last_report = self.scenario.diagnosed.iter().map(|case| case.at_s).fold(0.0, f64::max) as i64;
        let interval = bluezone_protocol::time::INTERVAL_S;
        let published = last_report + interval + config.embargo_s + 2 * config.export_period_s + JOBS_S;
        let end = (published + street::LONGEST_POLL_S).max(self.scenario.end_s().ceil() as i64);
        (end + street::TICK_S - 1) / street::TICK_S * street::TICK_S
    }

    fn diagnose(
        &self,
        number: usize,
        case: &Diagnosed,
        street: &mut Street,
        progress: &mut Progress,
    ) -> anyhow::Result<()> {
        let now_s = street.now_s();
        let index = self.scenario.phone_index(&case.id).context("the scenario has no such phone")?;
        let onset = case.onset_s.map(|s| self.scenario.start + s.round() as i64);
        let now = self.scenario.start + now_s;
        let reference = format!("DEMO-{:03}", number + 1);
        let mut officer = Officer::sign_in(self.authority, &self.authority.officer)?;
        let code = officer.issue_code(&reference, onset, now)?;
        officer.leave()?;
        progress
            .event(now_s, &format!("{} tested positive; the officer registers case {reference}", case.id));
        let phone = street.phone(index);
        let local = phone.local(now_s);
        let days = report::report(phone, self.client, &code, onset, local)?;
        progress.event(now_s, &format!("{} enters the code and shares the keys of {days} days", case.id));
        if self.telling {
            let days = telling::share(phone, self.client, CENTRE, local)?;
            progress
                .event(now_s, &format!("{} also shares the contact history of {days} days, sealed", case.id));
        }
        Ok(())
    }
}
