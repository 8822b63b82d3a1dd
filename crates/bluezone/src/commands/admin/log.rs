//! `bluezone admin log`.

use crate::commands::log::{VerifyArgs, run_verify};
use crate::commands::output::print;
use crate::commands::server_data::{ServerData, runtime};
use bluezone_server::admin::log;
use serde_json::json;
use std::io::Write as _;

/// Flags of `bluezone admin log`.
#[derive(clap::Args)]
#[command(after_help = "Example:
  bluezone admin log init --origin log.example.vn/bluezone     prints the log's public key; its name is for ever
  bluezone admin log unit --code cdc-19 --name \"CDC Thái Nguyên\"
                                                               gives the unit a key that phones seal to
  bluezone admin log pins                                      what phones and the keeper pin, as JSON
  bluezone admin log verify https://bluezone.example.vn/v1/log --log VKEY --witness VKEY --witness VKEY \\
      --rp-id bluezone.example.vn

Witnesses and keeper are named in `promise` of --config; until they are, nothing is asked for and no upload is taken.")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Make the log's key; prints the public key, for witnesses, keeper and phones
    Init {
        #[command(flatten)]
        common: Common,
        /// Its origin: a URL without https://, kept for ever
        #[arg(long, value_name = "NAME")]
        origin: String,
    },
    /// Give a unit a key that phones seal to; a new one if it has one
    Unit {
        #[command(flatten)]
        common: Common,
        /// The unit's code, as officers' accounts have it
        #[arg(long, value_name = "CODE")]
        code: String,
        /// Its name, as phones show it
        #[arg(long, value_name = "NAME")]
        name: String,
    },
    /// Print what phones pin, as JSON
    Pins {
        #[command(flatten)]
        data: ServerData,
    },
    /// Verify a whole log, and that it grew out of an older checkpoint (the same as `bluezone log verify`)
    Verify(Box<VerifyArgs>),
}

#[derive(clap::Args)]
struct Common {
    #[command(flatten)]
    data: ServerData,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    match args.action {
        Action::Verify(args) => run_verify(*args),
        Action::Init { common, origin } => runtime()?.block_on(async {
            let state = common.data.open().await?;
            let key = log::init(&state, &origin).await?.to_string();
            print(|out| match common.json {
                true => Ok(writeln!(out, "{}", json!({ "key": key }))?),
                false => Ok(writeln!(out, "{key}")?),
            })
        }),
        Action::Unit { common, code, name } => runtime()?.block_on(async {
            let state = common.data.open_existing().await?;
            let entry = log::add_unit(&state, &code, &name).await?;
            print(|out| match common.json {
                true => Ok(writeln!(out, "{}", json!({ "entry": entry }))?),
                false => Ok(writeln!(out, "{code} has a new key from log entry {entry} on")?),
            })
        }),
        Action::Pins { data } => runtime()?.block_on(async {
            let pins = log::pins(&data.open_existing().await?).await?;
            print(|out| Ok(writeln!(out, "{}", serde_json::to_string_pretty(&pins)?)?))
        }),
    }
}
