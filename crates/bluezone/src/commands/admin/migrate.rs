//! `bluezone admin migrate`.

use crate::commands::output::print;
use crate::commands::server_data::{ServerData, runtime};
use std::io::Write;

/// Flags of `bluezone admin migrate`.
#[derive(clap::Args)]
#[command(after_help = "Example:
  bluezone admin migrate --data bluezone-data

Brings the database to the layout of this program. `serve` does the same when it starts; with many nodes run this once
before the first of the new version starts. Nodes of the version before go on working meanwhile and afterwards, and may be
started again: layouts only add. One that does not says so, and its notes tell what must be stopped first.")]
pub struct Args {
    #[command(flatten)]
    data: ServerData,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    runtime()?.block_on(async {
        // Opening does it.
        let state = args.data.open_existing().await?;
        let layout = state.store.layout().await?;
        state.store.close().await;
        print(|out| Ok(writeln!(out, "the database has {layout}")?))
    })
}
