//! `bluezone admin officer`.

use crate::commands::server_data::{ServerData, runtime};
use anyhow::{Context, bail};
use bluezone_domain::Timestamp;
use bluezone_domain::officer::{InvalidRole, Officer, Role};
use bluezone_server::admin::officer::{
    CreatedOfficer, NewOfficer, create_officer, disable_officer, list_officers, reset_officer,
};
use chrono::DateTime;
use fast_qr::qr::QRBuilder;
use serde::Serialize;
use serde_json::json;
use std::io::{BufRead, IsTerminal, Write};
use zeroize::Zeroizing;

/// Flags of `bluezone admin officer`.
#[derive(clap::Args)]
#[command(after_help = "Example:
  bluezone admin officer add --username lan.nguyen --role provincial-cdc --unit CDC-19
                                       prints a password and a QR code for the officer's authenticator app, once
  bluezone admin officer list
  bluezone admin officer reset --username lan.nguyen      a new password and a new QR code
  bluezone admin officer disable --username lan.nguyen    for good")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Make an account; its password and second factor are shown once
    Add {
        #[command(flatten)]
        common: Common,
        /// What the officer types to sign in: 3 to 64 of a-z, digits, dot, dash, underscore and @
        #[arg(long, value_name = "NAME")]
        username: String,
        /// What the account is for: provincial-cdc, commune-station, lab, isolation-site, administrator or auditor
        #[arg(long, value_name = "ROLE", value_parser = parse_role)]
        role: Role,
        /// Code of the officer's unit, from `bluezone admin unit list`; it decides what they see
        #[arg(long, value_name = "CODE")]
        unit: String,
        /// Read the password from the first line of standard input instead of making one
        #[arg(long)]
        password_stdin: bool,
    },
    /// Show the accounts
    List(Common),
    /// Give an account a new password and a new second factor, unlock it and sign it out
    Reset {
        #[command(flatten)]
        common: Common,
        /// Whose account
        #[arg(long, value_name = "NAME")]
        username: String,
        /// Read the password from the first line of standard input instead of making one
        #[arg(long)]
        password_stdin: bool,
    },
    /// Disable an account for good and sign it out
    Disable {
        #[command(flatten)]
        common: Common,
        /// Whose account
        #[arg(long, value_name = "NAME")]
        username: String,
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

/// The role's name, with a dash or an underscore.
fn parse_role(text: &str) -> Result<Role, InvalidRole> {
    text.replace('-', "_").parse()
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    runtime()?.block_on(async {
        match args.action {
            Action::Add { common, username, role, unit, password_stdin } => {
                let password = read_password(password_stdin)?;
                let state = common.data.open().await?;
                let new = NewOfficer { username, role, unit, password };
                print_secrets(&common, &create_officer(&state, new).await?)
            }
            Action::List(common) => {
                let state = common.data.open_existing().await?;
                print_list(&common, &list_officers(&state).await?, state.now())
            }
            Action::Reset { common, username, password_stdin } => {
                let password = read_password(password_stdin)?;
                let state = common.data.open_existing().await?;
                print_secrets(&common, &reset_officer(&state, &username, password).await?)
            }
            Action::Disable { common, username } => {
                let state = common.data.open_existing().await?;
                let officer = disable_officer(&state, &username).await?;
                print_list(&common, &[officer], state.now())
            }
        }
    })
}

fn read_password(from_stdin: bool) -> anyhow::Result<Option<Zeroizing<String>>> {
    if !from_stdin {
        return Ok(None);
    }
    let mut line = Zeroizing::new(String::new());
    std::io::stdin().lock().read_line(&mut line).context("cannot read the password from standard input")?;
    let password = Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned());
    if password.is_empty() {
        bail!("standard input holds no password: pipe it in, or leave out --password-stdin to have one made");
    }
    Ok(Some(password))
}

/// What the officer needs to sign in: the only time it is shown.
fn print_secrets(common: &Common, created: &CreatedOfficer) -> anyhow::Result<()> {
    let uri = created.otpauth_uri();
    let mut out = std::io::stdout().lock();
    if common.json {
        let shown = json!({
            "id": created.id.to_string(),
            "username": created.username,
            "password": created.password.as_str(),
            "totp_secret": created.totp_secret.base32(),
            "otpauth_uri": uri,
        });
        serde_json::to_writer_pretty(&mut out, &shown)?;
        writeln!(out)?;
        return Ok(out.flush()?);
    }
    writeln!(out, "Username       {}", created.username)?;
    writeln!(out, "Password       {}", created.password.as_str())?;
    writeln!(out, "Second factor  {}", created.totp_secret.base32())?;
    writeln!(out, "               {uri}")?;
    if out.is_terminal()
        && let Ok(code) = QRBuilder::new(uri.as_str()).build()
    {
        writeln!(out, "\n{}", code.to_str())?;
        writeln!(out, "Scan it with the officer's authenticator app.")?;
    }
    writeln!(out, "\nThis is shown once. Hand it over in person, then clear the screen.")?;
    Ok(out.flush()?)
}

/// An account as it is listed.
#[derive(Serialize)]
struct Shown<'a> {
    username: &'a str,
    role: &'static str,
    unit: &'a str,
    state: &'static str,
    created_at: i64,
    disabled_at: Option<i64>,
}

fn print_list(common: &Common, officers: &[Officer], now: Timestamp) -> anyhow::Result<()> {
    let shown: Vec<_> = officers.iter().map(|officer| show(officer, now)).collect();
    let mut out = std::io::stdout().lock();
    if common.json {
        serde_json::to_writer_pretty(&mut out, &json!({ "officers": shown }))?;
        writeln!(out)?;
        return Ok(out.flush()?);
    }
    writeln!(out, "{:<24} {:<15} {:<12} {:<9} SINCE", "USERNAME", "ROLE", "UNIT", "STATE")?;
    for officer in &shown {
        let since = DateTime::from_timestamp(officer.created_at, 0)
            .map_or_else(String::new, |at| at.format("%Y-%m-%d").to_string());
        let Shown { username, role, unit, state, .. } = officer;
        writeln!(out, "{username:<24} {role:<15} {unit:<12} {state:<9} {since}")?;
    }
    if shown.is_empty() {
        writeln!(out, "There are no officers yet. Type: bluezone admin officer add --help")?;
    }
    Ok(out.flush()?)
}

fn show(officer: &Officer, now: Timestamp) -> Shown<'_> {
    let state = match officer {
        Officer { disabled_at: Some(_), .. } => "disabled",
        Officer { locked_until: Some(until), .. } if now < *until => "locked",
        _ => "active",
    };
    Shown {
        username: &officer.username,
        role: officer.role.as_str(),
        unit: &officer.unit,
        state,
        created_at: officer.created_at.0,
        disabled_at: officer.disabled_at.map(|at| at.0),
    }
}
