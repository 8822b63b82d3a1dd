//! `bluezone admin vault`.

use crate::commands::output::print as to_stdout;
use crate::commands::server_data::{ServerData, runtime};
use serde_json::json;
use std::io::Write as _;

/// Flags of `bluezone admin vault`.
#[derive(clap::Args)]
#[command(after_help = "Example:
  bluezone admin vault rotate      a new key; stopped half-way, the same command goes on")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Replace the key that names, numbers, addresses and notes are sealed with. Servers may run meanwhile
    Rotate(Rotate),
}

#[derive(clap::Args)]
struct Rotate {
    #[command(flatten)]
    data: ServerData,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    let Action::Rotate(args) = args.action;
    runtime()?.block_on(async {
        let state = args.data.open_existing().await?;
        let key = state.store.begin_vault_rotation(state.now(), &mut *state.rng()).await?;
        let mut rows = 0;
        loop {
            let step = state.store.reseal_step(&mut *state.rng()).await?;
            rows += step.rows;
            if step.done {
                break;
            }
        }
        to_stdout(|out| {
            if args.json {
                writeln!(out, "{}", json!({ "key": key, "rows": rows }))?;
            } else {
                writeln!(
                    out,
                    "key {key} seals everything now: {rows} rows were sealed again, older keys are gone"
                )?;
            }
            Ok(())
        })
    })
}
