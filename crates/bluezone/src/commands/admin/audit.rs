//! `bluezone admin audit`.

use crate::commands::output::print;
use crate::commands::server_data::{ServerData, runtime};
use bluezone_server::admin::audit;
use serde_json::json;
use std::io::Write as _;

/// Flags of `bluezone admin audit`.
#[derive(clap::Args)]
#[command(after_help = "Example:
  bluezone admin audit verify          every link of the chain, and every head that the transparency log holds

Exit code 0 only if nothing was changed, moved or taken out.")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Verify the record of who looked at what
    Verify {
        #[command(flatten)]
        data: ServerData,
        /// Print JSON, for programs
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    let Action::Verify { data, json } = args.action;
    runtime()?.block_on(async {
        let found = audit::verify(&data.open_existing().await?).await?;
        print(|out| match json {
            true => Ok(writeln!(out, "{}", json!({ "links": found.links, "anchored": found.anchored }))?),
            false => Ok(writeln!(
                out,
                "{} links in order, {} of them under a head in the transparency log",
                found.links, found.anchored
            )?),
        })
    })
}
