//! `bluezone admin move`.

use crate::commands::output::print;
use crate::commands::server_data::runtime;
use crate::system::{SystemClock, os_rng};
use bluezone_protocol::time::Clock;
use bluezone_store::{Step, carry_over, give_up};
use serde_json::json;
use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;
use tokio::time::Instant;

/// How often a line says how far it has come where nobody looks at a terminal, and where somebody does.
const EVERY: Duration = Duration::from_secs(10);
const EVERY_ON_TERMINAL: Duration = Duration::from_millis(200);

/// Flags of `bluezone admin move`.
#[derive(clap::Args)]
#[command(after_help = "Example:
  bluezone admin move --from sqlite:/var/lib/bluezone/bluezone.db --to postgres://bluezone@db.example.vn/bluezone

Stop the server first; the target is an empty database. Broken off at whatever moment, it goes on where it was when it is run
again. At the end every row of both sides is compared. From the first moment nobody serves the file any more, and nobody serves
the target before all is there; --give-up lets the file be served again. The master key and the published files are not in the
database: they stay where they are, and so does `--data`.")]
pub struct Args {
    /// The file that it comes from, sqlite:PATH
    #[arg(long, value_name = "URL")]
    from: String,
    /// The database that it goes to, postgres://…
    #[arg(
        long,
        value_name = "URL",
        env = "DATABASE_URL",
        hide_env_values = true,
        required_unless_present = "give_up"
    )]
    to: Option<String>,
    /// Let the file be served again, if not everything was carried over
    #[arg(long)]
    give_up: bool,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    runtime()?.block_on(async {
        let to = match (args.give_up, &args.to) {
            (false, Some(to)) => to,
            _ => {
                give_up(&args.from).await?;
                return print(|out| Ok(writeln!(out, "the file may be served again")?));
            }
        };
        let mut progress = Progress::new();
        let (now, mut rng) = (SystemClock.now(), os_rng());
        let carried = carry_over(&args.from, to, now, &mut rng, &mut |step| progress.say(&step)).await;
        progress.end();
        let carried = carried?;
        print(|out| match carried {
            Some(carried) if args.json => {
                Ok(writeln!(out, "{}", json!({ "before": false, "tables": carried.tables, "rows": carried.rows }))?)
            }
            Some(carried) => Ok(writeln!(
                out,
                "all is there: {} rows of {} tables, the same on both sides. Start the server with DATABASE_URL",
                carried.rows, carried.tables
            )?),
            None if args.json => Ok(writeln!(out, "{}", json!({ "before": true }))?),
            None => Ok(writeln!(out, "all of it had been carried over before")?),
        })
    })
}

/// Where it stands, on standard error: on a terminal one line that changes.
struct Progress {
    terminal: bool,
    said: Option<Instant>,
}

impl Progress {
    fn new() -> Self {
        Progress { terminal: io::stderr().is_terminal(), said: None }
    }

    fn say(&mut self, step: &Step) {
        let every = if self.terminal { EVERY_ON_TERMINAL } else { EVERY };
        if self.said.is_some_and(|said| said.elapsed() < every) {
            return;
        }
        self.said = Some(Instant::now());
        let doing = if step.comparing { "comparing" } else { "carrying" };
        let line = format!("{doing} {}: {} of {} rows", step.table, step.rows, step.of);
        // Whoever closed standard error does not want to know.
        let mut out = io::stderr().lock();
        let _ = if self.terminal { write!(out, "\r{line}\x1b[K") } else { writeln!(out, "{line}") };
        let _ = out.flush();
    }

    fn end(&self) {
        if self.terminal && self.said.is_some() {
            let _ = writeln!(io::stderr());
        }
    }
}
