//! `bluezone admin doctor`.

use crate::commands::output::print;
use crate::commands::server_data::{ServerData, runtime};
use bluezone_server::admin::doctor::{State, before, examine, wrong};
use std::io::Write as _;

/// Flags of `bluezone admin doctor`.
#[derive(clap::Args)]
#[command(after_help = "Example:
  bluezone admin doctor --data bluezone-data

Looks at database and its replica, clocks, published files, keys, jobs, the transparency log and settings, and says what to do about what it
finds. It may run beside the server. Exit code 0 unless something is wrong; what only needs attention is no error.")]
pub struct Args {
    #[command(flatten)]
    data: ServerData,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    let findings = runtime()?.block_on(async {
        args.data.check_existing()?;
        if let Some(finding) = before(&args.data.options()?).await {
            return Ok(vec![finding]);
        }
        let state = match args.data.open().await {
            Ok(state) => state,
            Err(error) => return Ok(vec![wrong("start", format!("{error:#}"))]),
        };
        let findings = examine(&state).await;
        state.store.close().await;
        anyhow::Ok(findings)
    })?;
    print(|out| {
        if args.json {
            writeln!(out, "{}", serde_json::to_string(&findings)?)?;
            return Ok(());
        }
        for finding in &findings {
            let state = match finding.state {
                State::Well => "well ",
                State::Mind => "mind ",
                State::Wrong => "WRONG",
            };
            writeln!(out, "{state}  {:<18}{}", finding.part, finding.words)?;
        }
        Ok(())
    })?;
    match findings.iter().filter(|finding| finding.state == State::Wrong).count() {
        0 => Ok(()),
        count => anyhow::bail!("{count} of these must be mended before the server is relied on"),
    }
}
