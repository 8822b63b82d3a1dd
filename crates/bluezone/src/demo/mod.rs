//! The whole system on one machine: a server, officers at its console, phones on a simulated air, one diagnosis, the
//! right ones warned, and those who agree traced.
//!
//! One clock for all, moved by the simulation; at its end it goes on in real time. Everything between phones and
//! server, and between officer and console, goes over HTTP as it does between machines.

mod authority;
mod browser;
mod declaring;
mod going_out;
mod officer;
mod outcome;
mod passkey;
mod progress;
mod promise;
mod relay;
mod report;
mod stay;
mod street;
mod table;
mod telling;
mod texts;
mod tracing;

pub use relay::add_relay;

use anyhow::Context;
use authority::{Authority, CENTRE};
use bluezone_air::{Diagnosed, Scenario};
use bluezone_app::client::Client;
use bluezone_device::{DeviceConfig, Publisher};
use bluezone_protocol::time::ManualClock;
use officer::Officer;
use outcome::Outcome;
use progress::Progress;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use street::{Published, Street};
use tokio::runtime::Runtime;
use tracing::Scene;

/// The server looks for work this often, in simulated seconds.
const JOBS_S: i64 = 600;

/// What to run and what to do with the result.
pub struct Demo {
    /// Checked.
    pub scenario: Scenario,
    /// Keeps the server's data here instead of in a temporary directory.
    pub data: Option<PathBuf>,
    /// Where server and console listen.
    pub listen: SocketAddr,
    /// Where the phone's pages listen.
    pub phone_listen: SocketAddr,
    /// Play what follows the warnings too.
    pub tracing: bool,
    /// The result as JSON on standard output instead of the table.
    pub json: bool,
    /// Stop after the result.
    pub exit: bool,
}

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

impl Demo {
    /// Runs it to its end, or until Ctrl-C.
    pub fn run(self) -> anyhow::Result<()> {
        let runtime = Runtime::new().context("cannot start the threads of the server")?;
        let temporary = match &self.data {
            Some(_) => None,
            None => Some(tempfile::Builder::new().prefix("bluezone-demo-").tempdir()?),
        };
        let data = match (&self.data, &temporary) {
            (Some(data), _) => data.as_path(),
            (None, Some(temporary)) => temporary.path(),
            (None, None) => unreachable!("one of the two was just made"),
        };
        let clock = Arc::new(ManualClock::new(self.scenario.start));
        let authority = runtime
            .block_on(Authority::start(&data.join("server"), self.listen, Arc::clone(&clock)))
            .context("the demo's server does not start")?;
        let config = DeviceConfig {
            trusted_export_keys: authority.export_keys.clone(),
            authority: Some(authority.pins.clone()),
            ..DeviceConfig::default()
        };
        let client = Client::new(&authority.url())?;
        let mut street = Street::new(&self.scenario, &config)?;
        let mut progress = Progress::new(&self.scenario);
        self.simulate(&runtime, &authority, &client, &clock, &mut street, &mut progress)?;
        let mut outcome = Outcome::of(&self.scenario, &mut street, &config.disease)?;
        if self.tracing {
            let mut scene = Scene {
                runtime: &runtime,
                authority: &authority,
                client: &client,
                clock: &clock,
                start: self.scenario.start,
                street: &mut street,
                progress: &mut progress,
            };
            outcome.tracing = scene.play(&outcome).context("the tracing broke off")?;
        }
        self.print(&outcome)?;
        if self.exit {
            return runtime.block_on(authority.stop());
        }
        self.stay(&runtime, authority, clock, street, &outcome, data)
    }

    /// Moves the clock to the end: every case reported, published, and looked at by everybody.
    fn simulate(
        &self,
        runtime: &Runtime,
        authority: &Authority,
        client: &Client,
        clock: &ManualClock,
        street: &mut Street,
        progress: &mut Progress,
    ) -> anyhow::Result<()> {
        let mut cases: Vec<(usize, &Diagnosed)> = self.scenario.diagnosed.iter().enumerate().collect();
        cases.sort_by(|a, b| b.1.at_s.total_cmp(&a.1.at_s));
        let end_s = self.end_s(authority);
        while street.now_s() < end_s {
            let now_s = street.now_s();
            while let Some((number, case)) = cases.pop_if(|(_, case)| case.at_s <= now_s as f64) {
                self.diagnose(number, case, authority, client, street, progress)
                    .with_context(|| format!("diagnosing {:?}", case.id))?;
            }
            street.tick(&Download(client))?;
            let now_s = street.now_s();
            clock.set(self.scenario.start + now_s);
            if now_s % JOBS_S == 0
                && let Some(file) = authority.run_jobs(runtime)?
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
    fn end_s(&self, authority: &Authority) -> i64 {
        let config = authority.config();
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
        authority: &Authority,
        client: &Client,
        street: &mut Street,
        progress: &mut Progress,
    ) -> anyhow::Result<()> {
        let now_s = street.now_s();
        let index = self.scenario.phone_index(&case.id).context("the scenario has no such phone")?;
        let onset = case.onset_s.map(|s| self.scenario.start + s.round() as i64);
        let now = self.scenario.start + now_s;
        let reference = format!("DEMO-{:03}", number + 1);
        let mut officer = Officer::sign_in(authority, &authority.officer)?;
        let code = officer.issue_code(&reference, onset, now)?;
        officer.leave()?;
        progress
            .event(now_s, &format!("{} tested positive; the officer registers case {reference}", case.id));
        let phone = street.phone(index);
        let local = phone.local(now_s);
        let days = report::report(phone, client, &code, onset, local)?;
        progress.event(now_s, &format!("{} enters the code and shares the keys of {days} days", case.id));
        if self.tracing {
            let days = telling::share(phone, client, CENTRE, local)?;
            progress
                .event(now_s, &format!("{} also shares the contact history of {days} days, sealed", case.id));
        }
        Ok(())
    }

    fn print(&self, outcome: &Outcome) -> anyhow::Result<()> {
        use std::io::Write;
        let mut out = std::io::stdout().lock();
        if self.json {
            serde_json::to_writer(&mut out, outcome)?;
            writeln!(out)?;
        } else {
            writeln!(out, "\n{outcome}")?;
        }
        Ok(out.flush()?)
    }

    fn stay(
        &self,
        runtime: &Runtime,
        authority: Authority,
        clock: Arc<ManualClock>,
        mut street: Street,
        outcome: &Outcome,
        data: &Path,
    ) -> anyhow::Result<()> {
        let shown = outcome.shown();
        let id = outcome.phones[shown].id.clone();
        let config = street.phone(shown).device.config().clone();
        let storage = street.into_phone(shown).device.into_storage();
        let phone = stay::ShownPhone { id, config, storage, listen: self.phone_listen };
        authority.start_jobs(runtime);
        let stay = stay::Stay { authority, clock, seed: self.scenario.seed, data, json: self.json };
        runtime.block_on(stay.until_interrupted(phone))
    }
}
