//! The whole system on one machine: a server, officers at its console, phones on a simulated air, one diagnosis, the
//! right ones warned, and those who agree traced.
//!
//! One clock for all, moved by the simulation; at its end it goes on in real time. Everything between phones and
//! server, and between officer and console, goes over HTTP as it does between machines.

pub mod authority;
mod browser;
pub mod course;
mod declaring;
mod going_out;
mod officer;
mod outcome;
mod passkey;
pub mod progress;
mod promise;
mod relay;
mod report;
mod stay;
pub mod street;
mod table;
mod telling;
mod texts;
mod tracing;

pub use relay::add_relay;

use anyhow::Context;
use authority::Authority;
use bluezone_air::Scenario;
use bluezone_app::client::Client;
use bluezone_protocol::time::ManualClock;
use course::Course;
use outcome::Outcome;
use progress::Progress;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use street::Street;
use tokio::runtime::Runtime;
use tracing::Scene;

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
        let config = authority.phones();
        let client = Client::new(&authority.url())?;
        let mut street = Street::new(&self.scenario, &config)?;
        let mut progress = Progress::new(&self.scenario);
        let course = Course {
            scenario: &self.scenario,
            runtime: &runtime,
            authority: &authority,
            client: &client,
            clock: &clock,
            telling: self.tracing,
        };
        course.run(&mut street, &mut progress)?;
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
