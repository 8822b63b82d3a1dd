//! `bluezone load`.

use super::output::print;
use super::server_data::{ServerData, runtime};
use crate::load::cast::Cast;
use crate::load::{Found, Journal, Kind, Plan, Rate, check, run as run_plan, table};
use anyhow::Context as _;
use bluezone_server::admin::rehearsal;
use std::io::Write as _;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::PathBuf;
use std::time::Duration;

/// Flags of `bluezone load`.
#[derive(clap::Args)]
#[command(after_help = "Example, on an installation that serves nobody yet:
  bluezone load prepare --citizens 200 --codes 500 --cast cast.json
  bluezone load run --cast cast.json --poll 200 --declare 20 --check-in 50 --publish 2 --seconds 60 --journal journal.jsonl
  bluezone load check --journal journal.jsonl")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Make citizens, places and codes that do not exist, in the database of an installation for tests
    Prepare(Prepare),
    /// Send requests, each when it is due
    Run(Run),
    /// Hold what was acknowledged against the database
    Check(Check),
}

#[derive(clap::Args)]
struct Prepare {
    #[command(flatten)]
    data: ServerData,
    /// Citizens who are signed in
    #[arg(long, default_value_t = 100)]
    citizens: usize,
    /// Places
    #[arg(long, default_value_t = 20)]
    places: usize,
    /// One-time codes: one for each report of the run
    #[arg(long, default_value_t = 200)]
    codes: usize,
    /// The file for `load run`; whoever has it can act as these citizens
    #[arg(long, value_name = "FILE", default_value = "cast.json")]
    cast: PathBuf,
}

#[derive(clap::Args)]
struct Run {
    /// Address of the server, without TLS; of several, with commas, each is asked, and the next when one is away
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8080", value_delimiter = ',')]
    server: Vec<String>,
    /// From `load prepare`; polls and dummies need none
    #[arg(long, value_name = "FILE")]
    cast: Option<PathBuf>,
    /// Polls a second (index and an unchanged file), or max
    #[arg(long, value_name = "RATE")]
    poll: Option<Rate>,
    /// Reports a second (code, certificate, 14 keys), or max
    #[arg(long, value_name = "RATE")]
    publish: Option<Rate>,
    /// Get all certificates before the clock starts: a report is then its keys alone
    #[arg(long, requires = "publish")]
    certified: bool,
    /// Declarations a second, or max
    #[arg(long, value_name = "RATE")]
    declare: Option<Rate>,
    /// Check-ins a second, or max
    #[arg(long, value_name = "RATE")]
    check_in: Option<Rate>,
    /// Dummy sequences a second (four requests each, as of a phone that reports), or max
    #[arg(long, value_name = "RATE")]
    dummy: Option<Rate>,
    /// For how long
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// Connections for each kind of request
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Send again what was not acknowledged, the same request, until it is
    #[arg(long)]
    again: bool,
    /// Seed of all chance
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where to write what was acknowledged
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct Check {
    #[command(flatten)]
    data: ServerData,
    /// From `load run`
    #[arg(long, value_name = "FILE")]
    journal: PathBuf,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    let runtime = runtime()?;
    match args.action {
        Action::Prepare(args) => runtime.block_on(prepare(args)),
        Action::Run(args) => runtime.block_on(drive(args)),
        Action::Check(args) => runtime.block_on(compare(args)),
    }
}

async fn prepare(args: Prepare) -> anyhow::Result<()> {
    let most = rehearsal::MOST_CITIZENS;
    anyhow::ensure!(args.citizens <= most, "--citizens: at most {most}, each with a number that nobody has");
    let state = args.data.open().await?;
    anyhow::ensure!(
        rehearsal::is_free(&state).await?,
        "this installation has officers or citizens of its own: a load test would mix people who do not exist with \
         people who do. Make another one, with --data or DATABASE_URL"
    );
    let cast = Cast::from(rehearsal::prepare(&state, args.citizens, args.places, args.codes).await?);
    state.store.close().await;
    cast.write(&args.cast)?;
    print(|out| {
        let made = (args.citizens, args.places, args.codes);
        writeln!(
            out,
            "{} citizens, {} places and {} codes are in {}",
            made.0,
            made.1,
            made.2,
            args.cast.display()
        )?;
        Ok(())
    })
}

async fn drive(args: Run) -> anyhow::Result<()> {
    let rates: Vec<(Kind, Rate)> = Kind::ALL
        .into_iter()
        .zip([args.poll, args.publish, args.declare, args.check_in, args.dummy])
        .filter_map(|(kind, rate)| Some((kind, rate?)))
        .collect();
    anyhow::ensure!(
        !rates.is_empty(),
        "nothing to do: give one of --poll, --publish, --declare, --check-in and --dummy"
    );
    let cast = match &args.cast {
        Some(path) => Cast::read(path)?,
        None if rates.iter().all(|(kind, _)| !kind.is_kept()) => Cast::default(),
        None => anyhow::bail!("who is to do it? Give --cast, from `bluezone load prepare`"),
    };
    let servers = args.server.iter().map(|server| resolve(server)).collect::<anyhow::Result<Vec<_>>>()?;
    let plan = Plan {
        servers,
        host: args.server.first().cloned().unwrap_or_default(),
        rates,
        time: Duration::from_secs(args.seconds),
        connections: args.connections.max(1),
        certified: args.certified,
        again: args.again,
        seed: args.seed,
    };
    let (measured, journal) = run_plan(plan, cast).await?;
    if let Some(path) = &args.journal {
        journal.write(path)?;
    }
    print(|out| match args.json {
        true => {
            let all: Vec<_> = measured.iter().map(|one| one.json()).collect();
            Ok(writeln!(out, "{}", serde_json::to_string(&all)?)?)
        }
        false => Ok(write!(out, "{}", table(&measured))?),
    })
}

fn resolve(server: &str) -> anyhow::Result<SocketAddr> {
    let wrong = || format!("{server} is no HOST:PORT");
    server.to_socket_addrs().with_context(wrong)?.next().with_context(wrong)
}

async fn compare(args: Check) -> anyhow::Result<()> {
    let journal = Journal::read(&args.journal)?;
    let state = args.data.open_existing().await?;
    let found = check(&state, &journal).await?;
    state.store.close().await;
    print(|out| {
        if args.json {
            return Ok(writeln!(out, "{}", serde_json::to_string(&found)?)?);
        }
        let columns = ["acknowledged", "unknown", "lost", "mixed up", "doubled"];
        let [acked, unsure, lost, mixed_up, doubled] = columns;
        writeln!(out, "{:<10}{acked:>14}{unsure:>9}{lost:>7}{mixed_up:>10}{doubled:>9}", "")?;
        for one in &found {
            let Found { kind, acked, unsure, lost, mixed_up, doubled } = one;
            writeln!(out, "{:<10}{acked:>14}{unsure:>9}{lost:>7}{mixed_up:>10}{doubled:>9}", kind.as_str())?;
        }
        Ok(())
    })?;
    match found.iter().all(|one| one.is_right()) {
        true => Ok(()),
        false => anyhow::bail!(
            "something that was acknowledged is missing or another's, or something is there twice"
        ),
    }
}
