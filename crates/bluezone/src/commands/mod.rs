//! One module a subcommand: each has `Args` (its flags) and `run`.

mod admin;
mod app;
mod demo;
mod ids;
pub mod keeper;
mod keys;
mod load;
mod log;
pub mod log_files;
mod log_policy;
mod r#match;
mod output;
mod plan;
mod plan_replay;
mod proximity;
mod serve;
mod serve_small;
mod server_data;
mod state_dir;
pub mod witness;

use thiserror::Error;

/// What was asked cannot be done, and nothing was: like a wrong argument, the program ends with 2.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct Refused(pub String);

/// The subcommands.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Run the whole system on one machine: server, phones, one diagnosis, the right ones warned.
    Demo(demo::Args),
    /// Run the server: device API, officer console, published files, jobs.
    Serve(serve::Args),
    /// Run one phone: radio, contact log, matching, its own pages on loopback.
    App(app::Args),
    /// Administer a server: signing keys, officers.
    Admin(admin::Args),
    /// Run the keeper: opens sealed uploads only for what the public log says.
    Keeper(keeper::Args),
    /// Run a witness: cosigns a log's checkpoints as long as it only grows.
    Witness(witness::Args),
    /// Verify a transparency log.
    Log(log::Args),
    /// Derive rolling identifiers from a key.
    Ids(ids::Args),
    /// Inspect, verify and make export files.
    Keys(keys::Args),
    /// Match an export file against a list of sightings.
    Match(r#match::Args),
    /// Plan for an outbreak: what adoption, delay and compliance would do in a province.
    Plan(plan::Args),
    /// Put load on an installation for tests, and hold what it acknowledged against what it kept.
    Load(load::Args),
    /// Measure how well contacts are told apart on labelled recordings; learn the model anew.
    Proximity(proximity::Args),
}

impl Command {
    /// What is logged unless `RUST_LOG` says otherwise: warnings, and `info` of our own crates.
    pub fn default_log(&self) -> &'static str {
        match self {
            // They have a progress line to draw, and say what happens in their own words.
            Command::Demo(_) | Command::Plan(_) => "warn",
            _ => "warn,bluezone=info",
        }
    }
}

/// Runs one subcommand to its end.
pub fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Demo(args) => demo::run(args),
        Command::Serve(args) => serve::run(args),
        Command::App(args) => app::run(args),
        Command::Admin(args) => admin::run(args),
        Command::Keeper(args) => keeper::run(args),
        Command::Witness(args) => witness::run(args),
        Command::Log(args) => log::run(args),
        Command::Ids(args) => ids::run(args),
        Command::Keys(args) => keys::run(args),
        Command::Match(args) => r#match::run(args),
        Command::Plan(args) => plan::run(args),
        Command::Load(args) => load::run(args),
        Command::Proximity(args) => proximity::run(args),
    }
}
