//! `bluezone proximity`: how well estimators tell contacts, on labelled recordings; learns the model's parameters.

mod bootstrap;
mod data;
mod eval;
mod fit;
mod folds;
mod metrics;
mod plot;
mod report;
mod rules;
mod search;

use std::path::PathBuf;

/// Flags of `bluezone proximity`.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Measure the rules: misses, false warnings, area under the curve, calibration.
    Eval(eval::Args),
    /// Learn the model's parameters and write the file.
    Fit(fit::Args),
}

/// Where the recordings are.
#[derive(clap::Args)]
struct Recordings {
    /// Scans: columns test, rx, tx, t (s), rssi (dBm, packets separated by spaces), txp (dBm); scen, rx_model and tx_model
    /// if there.
    #[arg(long, value_name = "CSV")]
    scans: PathBuf,
    /// Every directed pair: columns test, rx, tx, min2 (minutes within 2 m); scen, rx_sit and tx_sit if there.
    #[arg(long, value_name = "CSV")]
    pairs: PathBuf,
    /// Add the column off to received strengths (recordings that are not calibrated yet).
    #[arg(long)]
    apply_offset: bool,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    match args.command {
        Command::Eval(args) => eval::run(&args),
        Command::Fit(args) => fit::run(&args),
    }
}
