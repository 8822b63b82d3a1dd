//! `bluezone admin restore`.

use crate::commands::output::print as to_stdout;
use crate::commands::server_data::{ServerData, runtime};
use crate::system::{SystemClock, os_rng};
use bluezone_pages::time::rfc3339;
use bluezone_server::backup::restore;
use serde_json::json;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

/// Flags of `bluezone admin restore`.
#[derive(clap::Args)]
#[command(after_help = "Example:
  bluezone admin restore --from 2026-11-25.age --identity backup-key.txt --data bluezone-data

Stop the server first. What retention has passed since the copy was made is dropped at once. People who withdrew
something since then must be asked to do it again: the copy does not know.")]
pub struct Args {
    #[command(flatten)]
    data: ServerData,
    /// The copy
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// File with the age private key
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,
    /// Lose what is there already
    #[arg(long)]
    replace: bool,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    runtime()?.block_on(async {
        let (clock, rng) = (Arc::new(SystemClock), Arc::new(os_rng));
        let options = args.data.options()?;
        let copy = restore(options, &args.from, &args.identity, args.replace, clock, rng).await?;
        to_stdout(|out| {
            if args.json {
                writeln!(out, "{}", json!({ "made_at": copy.made_at, "program": copy.program }))?;
            } else {
                writeln!(
                    out,
                    "restored the copy of {} (program {}); what was past its time is gone again",
                    rfc3339(copy.made_at),
                    copy.program
                )?;
            }
            Ok(())
        })
    })
}
