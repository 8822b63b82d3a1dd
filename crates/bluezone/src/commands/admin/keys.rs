//! `bluezone admin keys`.

use crate::commands::output::print as to_stdout;
use crate::commands::server_data::{ServerData, runtime};
use bluezone_protocol::time::{DAY_S, Timestamp};
use bluezone_server::AppState;
use bluezone_server::admin::keys::{self, DEFAULT_OVERLAP_S, KeyState};
use bluezone_store::{Purpose, SigningKeyRecord};
use chrono::DateTime;
use serde::Serialize;
use std::io::Write;

/// Flags of `bluezone admin keys`.
#[derive(clap::Args)]
#[command(after_help = "Example:
  bluezone admin keys init                      the first keys, before the first start
  bluezone admin keys list --pem > pins.pem     the public keys that phones pin
  bluezone admin keys rotate --purpose export   a new key; the old one signs beside it for 60 days")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Make the first key of every purpose: export files, certificates, tokens
    Init(Common),
    /// Replace keys: a new one is made, the present ones go on beside it for a while
    Rotate {
        #[command(flatten)]
        common: Common,
        /// Which keys: export, certificate, token [default: all]
        #[arg(long, value_name = "PURPOSE", value_parser = parse_purpose)]
        purpose: Vec<Purpose>,
        /// Days for which the present keys go on
        #[arg(long, value_name = "DAYS", default_value_t = DEFAULT_OVERLAP_S / DAY_S,
              value_parser = clap::value_parser!(i64).range(0..=3650))]
        overlap_days: i64,
    },
    /// Show the keys
    List {
        #[command(flatten)]
        common: Common,
        /// Only these: export, certificate, token
        #[arg(long, value_name = "PURPOSE", value_parser = parse_purpose)]
        purpose: Vec<Purpose>,
    },
}

#[derive(clap::Args)]
struct Common {
    #[command(flatten)]
    data: ServerData,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
    /// Print the public keys as PEM: of export files, unless --purpose says otherwise, and not those that have retired.
    /// With --json or --pem the list is what a phone is given to pin
    #[arg(long, conflicts_with = "json")]
    pem: bool,
}

fn parse_purpose(text: &str) -> Result<Purpose, &'static str> {
    text.parse()
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    runtime()?.block_on(async {
        let (common, shown) = match &args.action {
            Action::Init(common) => {
                let state = common.data.open().await?;
                (common, show(&state, keys::init(&state).await?))
            }
            Action::Rotate { common, purpose, overlap_days } => {
                let state = common.data.open_existing().await?;
                let purposes = if purpose.is_empty() { &Purpose::ALL[..] } else { purpose };
                let made = keys::rotate(&state, purposes, overlap_days * DAY_S).await?;
                (common, show(&state, made))
            }
            Action::List { common, purpose } => {
                let state = common.data.open_existing().await?;
                let mut all = keys::list(&state).await?;
                let only_export = common.pem && purpose.is_empty();
                let purposes = if only_export { &[Purpose::Export][..] } else { purpose };
                all.retain(|record| purposes.is_empty() || purposes.contains(&record.purpose));
                if common.pem {
                    all.retain(|record| KeyState::of(record, state.now()) != KeyState::Retired);
                }
                (common, show(&state, all))
            }
        };
        print(common, &shown)
    })
}

/// A key as it is listed; never its private half.
#[derive(Serialize)]
struct Shown {
    purpose: &'static str,
    key_id: String,
    version: String,
    state: &'static str,
    not_before: i64,
    retire_at: Option<i64>,
    pem: String,
}

fn show(state: &AppState, records: Vec<SigningKeyRecord>) -> Vec<Shown> {
    let now = state.now();
    let show = |record: SigningKeyRecord| Shown {
        state: KeyState::of(&record, now).as_str(),
        purpose: record.purpose.as_str(),
        key_id: record.key_id,
        version: record.version,
        not_before: record.not_before.0,
        retire_at: record.retire_at.map(|at| at.0),
        pem: record.public_pem,
    };
    records.into_iter().map(show).collect()
}

fn print(common: &Common, keys: &[Shown]) -> anyhow::Result<()> {
    to_stdout(|out| {
        if common.json {
            serde_json::to_writer_pretty(&mut *out, keys)?;
            return Ok(writeln!(out)?);
        }
        if common.pem {
            for key in keys {
                // Readers of PEM ignore the text before a block; phones read from it which key it is.
                write!(out, "key_id: {}\nversion: {}\n{}", key.key_id, key.version, key.pem)?;
            }
            return Ok(());
        }
        if keys.is_empty() {
            return Ok(writeln!(out, "There are no keys yet. Type: bluezone admin keys init")?);
        }
        writeln!(
            out,
            "{:<12} {:<12} {:<8} {:<9} {:<11} UNTIL",
            "PURPOSE", "KEY", "VERSION", "STATE", "FROM"
        )?;
        for key in keys {
            let (from, until) = (day(key.not_before), key.retire_at.map_or("-".to_owned(), day));
            let Shown { purpose, key_id, version, state, .. } = key;
            writeln!(out, "{purpose:<12} {key_id:<12} {version:<8} {state:<9} {from:<11} {until}")?;
        }
        Ok(())
    })
}

fn day(at: i64) -> String {
    DateTime::from_timestamp(Timestamp(at).0, 0)
        .map_or_else(String::new, |at| at.format("%Y-%m-%d").to_string())
}
