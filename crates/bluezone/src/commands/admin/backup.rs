//! `bluezone admin backup`.

use crate::commands::output::print as to_stdout;
use crate::commands::server_data::{ServerData, runtime};
use crate::system::SystemClock;
use bluezone_protocol::time::Clock as _;
use bluezone_server::backup::{is_postgres, write};
use serde_json::json;
use std::io::Write as _;
use std::path::PathBuf;

/// Flags of `bluezone admin backup`.
#[derive(clap::Args)]
#[command(after_help = "Example:
  age-keygen -o backup-key.txt                       once; keep the file where the server is not
  bluezone admin backup --to 2026-11-25.age --recipient age1…

In the file: the database of one instant, the master key if it lies in the directory, the published files (not those in a
bucket). Whoever has the private key can read all of it. PostgreSQL needs pg_dump of the server's version.")]
pub struct Args {
    #[command(flatten)]
    data: ServerData,
    /// The file to make
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Who can open it: an age public key; more than one may be named
    #[arg(long, value_name = "age1…", required = true)]
    recipient: Vec<String>,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    runtime()?.block_on(async {
        // With PostgreSQL and a bucket the directory has nothing that a copy needs: not even the key that opens what is sealed.
        let elsewhere = args.data.database_url.as_deref().is_some_and(is_postgres);
        if !elsewhere || args.data.objects.is_none() {
            args.data.check_existing()?;
        }
        let written = write(&args.data.options()?, &args.recipient, &args.to, SystemClock.now()).await?;
        to_stdout(|out| {
            if args.json {
                let said = json!({ "bytes": written.bytes, "objects": written.objects, "master_key": written.master_key });
                writeln!(out, "{said}")?;
            } else {
                writeln!(
                    out,
                    "{}: {} bytes, with {} published files and {} the master key",
                    args.to.display(),
                    written.bytes,
                    written.objects,
                    if written.master_key { "with" } else { "without" }
                )?;
            }
            Ok(())
        })
    })
}
