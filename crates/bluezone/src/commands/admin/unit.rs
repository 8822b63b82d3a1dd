//! `bluezone admin unit`.

use crate::commands::server_data::{ServerData, runtime};
use bluezone_domain::Timestamp;
use bluezone_domain::area::Territory;
use bluezone_domain::unit::{InvalidUnitKind, Unit, UnitKind};
use bluezone_server::admin::unit::{create_unit, end_unit, list_units, phone_unit, place_unit};
use chrono::DateTime;
use serde_json::json;
use std::io::Write;

/// Flags of `bluezone admin unit`.
#[derive(clap::Args)]
#[command(after_help = "Example:
  bluezone admin unit add --code CDC-19 --kind provincial-cdc --territory 19 --name 'CDC Thái Nguyên'
  bluezone admin unit add --code TYT-05443 --kind commune-station --territory 19/05443 --name 'Trạm Y tế Phan Đình Phùng'
  bluezone admin unit list
  bluezone admin unit place --code TN --kind provincial-cdc --territory 19   what an older unit answers for
  bluezone admin unit phone --code TYT-05443 --phone '0208 3855 245'     whom people call after declaring
  bluezone admin unit end --code TYT-05443         its officers cannot sign in any more")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Make a unit
    Add {
        #[command(flatten)]
        common: Common,
        /// Names it to officers and in records
        #[arg(long, value_name = "CODE")]
        code: String,
        /// Its name
        #[arg(long, value_name = "TEXT")]
        name: String,
        #[command(flatten)]
        position: Position,
    },
    /// Show the units
    List(Common),
    /// Say what a unit is and what it answers for
    Place {
        #[command(flatten)]
        common: Common,
        /// Which unit
        #[arg(long, value_name = "CODE")]
        code: String,
        #[command(flatten)]
        position: Position,
    },
    /// Give the number that people call at a unit: it stands in the advice to whoever declared
    Phone {
        #[command(flatten)]
        common: Common,
        /// Which unit
        #[arg(long, value_name = "CODE")]
        code: String,
        /// The number; empty takes it away
        #[arg(long, value_name = "NUMBER")]
        phone: String,
    },
    /// End a unit and sign its officers out; it stays on record
    End {
        #[command(flatten)]
        common: Common,
        /// Which unit
        #[arg(long, value_name = "CODE")]
        code: String,
    },
}

#[derive(clap::Args)]
struct Common {
    #[command(flatten)]
    data: ServerData,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct Position {
    /// What it is: ministry, provincial-cdc, commune-station, lab or isolation-site
    #[arg(long, value_name = "KIND", value_parser = parse_kind)]
    kind: UnitKind,
    /// What it answers for: nation, a province (19), or a commune of a province (19/05443)
    #[arg(long, value_name = "CODES")]
    territory: Territory,
}

/// The kind's name, with a dash or an underscore.
fn parse_kind(text: &str) -> Result<UnitKind, InvalidUnitKind> {
    text.replace('-', "_").parse()
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    runtime()?.block_on(async {
        match args.action {
            Action::Add { common, code, name, position } => {
                let state = common.data.open().await?;
                let Position { kind, territory } = position;
                let unit = Unit { code, name, kind, territory, valid_from: state.now(), valid_until: None };
                print_list(&common, &[create_unit(&state, unit).await?], state.now())
            }
            Action::List(common) => {
                let state = common.data.open_existing().await?;
                print_list(&common, &list_units(&state).await?, state.now())
            }
            Action::Place { common, code, position } => {
                let state = common.data.open_existing().await?;
                let unit = place_unit(&state, &code, position.kind, position.territory).await?;
                print_list(&common, &[unit], state.now())
            }
            Action::Phone { common, code, phone } => {
                let state = common.data.open_existing().await?;
                let unit = phone_unit(&state, &code, &phone).await?;
                print_list(&common, &[unit], state.now())
            }
            Action::End { common, code } => {
                let state = common.data.open_existing().await?;
                let unit = end_unit(&state, &code, state.now()).await?;
                print_list(&common, &[unit], state.now())
            }
        }
    })
}

fn print_list(common: &Common, units: &[Unit], now: Timestamp) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if common.json {
        let shown = units.iter().map(|unit| {
            json!({
                "code": unit.code,
                "name": unit.name,
                "kind": unit.kind.as_str(),
                "territory": unit.territory.to_string(),
                "valid_from": unit.valid_from.0,
                "valid_until": unit.valid_until.map(|at| at.0),
            })
        });
        serde_json::to_writer_pretty(&mut out, &json!({ "units": shown.collect::<Vec<_>>() }))?;
        writeln!(out)?;
        return Ok(out.flush()?);
    }
    writeln!(out, "{:<16} {:<15} {:<10} {:<11} NAME", "CODE", "KIND", "TERRITORY", "STATE")?;
    for unit in units {
        let state = match unit.valid_until {
            Some(until) if !unit.is_valid(now) => format!("until {}", day(until)),
            _ => "at work".to_owned(),
        };
        let Unit { code, kind, territory, name, .. } = unit;
        writeln!(out, "{code:<16} {:<15} {:<10} {state:<11} {name}", kind.as_str(), territory.to_string())?;
    }
    if units.is_empty() {
        writeln!(out, "There are no units yet. Type: bluezone admin unit add --help")?;
    }
    Ok(out.flush()?)
}

fn day(at: Timestamp) -> String {
    DateTime::from_timestamp(at.0, 0).map_or_else(String::new, |at| at.format("%Y-%m-%d").to_string())
}
