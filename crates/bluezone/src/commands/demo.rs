//! `bluezone demo`.

use crate::demo::{Demo, add_relay};
use anyhow::Context;
use bluezone_air::{LossModel, Scenario, neighbourhood};
use bluezone_protocol::time::Timestamp;
use std::net::SocketAddr;
use std::path::PathBuf;

/// When the built-in neighbourhood begins: Monday, 2 March 2026, 6 in the morning in Vietnam. Fixed, because the hour
/// decides where the days of the keys are cut, and one seed is to give one result.
const START: Timestamp = Timestamp(1_772_406_000);

/// Flags of `bluezone demo`.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  bluezone demo
  bluezone demo --exit --json --seed 7 --model clear
  bluezone demo --scenario scenarios/bench.json

The scenario file is described in docs/scenario.md. Progress goes to standard error, the result to standard output.")]
pub struct Args {
    /// Stop after the result instead of keeping the pages up
    #[arg(long)]
    exit: bool,
    /// Only the warnings: leave out what people tell by consent, and the attacker
    #[arg(long)]
    no_tracing: bool,
    /// Print the result as JSON: every phone with its encounters, warning and exposure windows
    #[arg(long)]
    json: bool,
    /// Decides everything random [default: 1, or what the scenario says]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// How many phones the built-in neighbourhood has
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    phones: u32,
    /// Run this scenario instead of the built-in neighbourhood
    #[arg(long, value_name = "FILE", conflicts_with = "phones")]
    scenario: Option<PathBuf>,
    /// How the air treats advertisements [default: measured, or what the scenario says]
    #[arg(long)]
    model: Option<Model>,
    /// Directory for the server's data, empty or new [default: a temporary one]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where server and console listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Where the pages of the warned phone listen
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    phone_listen: SocketAddr,
}

/// The loss models, as a flag.
#[derive(Copy, Clone, clap::ValueEnum)]
enum Model {
    /// Path loss only
    Clear,
    /// Spread, body blocking and packet loss as real phones measured them
    Measured,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    let mut scenario = match &args.scenario {
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read the scenario {}", path.display()))?;
            Scenario::from_json(&text).with_context(|| path.display().to_string())?
        }
        None => {
            let mut scenario = neighbourhood(args.phones as usize, args.seed.unwrap_or(1), START);
            if !args.no_tracing {
                add_relay(&mut scenario);
            }
            scenario
        }
    };
    if let Some(seed) = args.seed {
        scenario.seed = seed;
    }
    match args.model {
        Some(Model::Clear) => scenario.area.model = LossModel::Clear,
        Some(Model::Measured) => scenario.area.model = LossModel::Measured,
        None => {}
    }
    let Args { data, listen, phone_listen, json, exit, .. } = args;
    Demo { scenario, data, listen, phone_listen, tracing: !args.no_tracing, json, exit }.run()
}
