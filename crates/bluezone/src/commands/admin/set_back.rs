//! `bluezone admin set-back`.

use crate::commands::output::print;
use crate::commands::server_data::{ServerData, runtime};
use bluezone_server::admin::set_back;
use serde_json::json;
use std::io::Write as _;

/// Flags of `bluezone admin set-back`.
#[derive(clap::Args)]
#[command(after_help = "Example:
  bluezone admin set-back                 says whether the database is older than what is published
  bluezone admin set-back --accept        goes on all the same

A database that was set back to an earlier moment would use numbers again that phones and witnesses know. `serve` refuses to start with one.
Put the newer state back if there is any; docs/operate.md says how, and what is lost by going on.")]
pub struct Args {
    #[command(flatten)]
    data: ServerData,
    /// Take published files that the database does not know over into it; a public log that is ahead of it ends, for good
    #[arg(long)]
    accept: bool,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Runs the command. Exit code 1 where something is ahead and was not accepted.
pub fn run(args: Args) -> anyhow::Result<()> {
    let found = runtime()?.block_on(async {
        let state = args.data.open_existing().await?;
        let found = match args.accept {
            true => set_back::accept(&state).await?,
            false => set_back::look(&state).await?,
        };
        state.store.close().await;
        anyhow::Ok(found)
    })?;
    print(|out| {
        if args.json {
            let log = found.log.map(|log| json!({ "published": log.published, "kept": log.kept }));
            let names: Vec<&String> = found.files.iter().map(|(_, file)| &file.object_name).collect();
            let said = json!({ "files": names, "others": found.others, "log": log, "accepted": args.accept });
            return Ok(writeln!(out, "{said}")?);
        }
        if found.is_none() {
            return Ok(writeln!(out, "nothing that is published is newer than the database")?);
        }
        if args.accept {
            writeln!(out, "accepted: {found}")?;
            if found.log.is_some() {
                writeln!(
                    out,
                    "the public log has ended: phones believe it no more, and nothing can be asked for"
                )?;
            }
        }
        Ok(())
    })?;
    anyhow::ensure!(args.accept || found.is_none(), "{found}");
    Ok(())
}
