//! `bluezone keys inspect`.

use crate::commands::output::{print, vietnam_time};
use anyhow::Context as _;
use bluezone_protocol::diagnosis::DiagnosisKey;
use bluezone_protocol::export::{ExportError, ExportFile, ExportSummary, KeyKind, SignatureInfo};
use serde::Serialize;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  bluezone keys inspect 1622505600-1622509200-00001.zip
  bluezone keys inspect export.bin --list --json";

/// Flags of `bluezone keys inspect`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// An export: the zip, or a bare export.bin.
    file: PathBuf,
    /// List the keys too.
    #[arg(long)]
    list: bool,
    /// Print JSON: {"keys","revised","region","start","end","signatures",...}, with --list also "list".
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Summary<'a> {
    keys: u64,
    revised: u64,
    region: &'a str,
    /// Unix seconds.
    start: i64,
    end: i64,
    batch_num: i32,
    batch_size: i32,
    /// SHA-256 of export.bin.
    sha256: String,
    /// Who signed, unchecked; empty for a bare export.bin.
    signatures: Vec<Signature<'a>>,
}

#[derive(Serialize)]
struct Signature<'a> {
    key_id: &'a str,
    key_version: &'a str,
    algorithm: &'a str,
}

#[derive(Serialize)]
struct Key {
    key: String,
    rolling_start: u32,
    rolling_period: u32,
    transmission_risk: u8,
    report_type: bluezone_protocol::diagnosis::ReportType,
    days_since_onset: Option<i32>,
    revised: bool,
}

/// A key that no phone can use, in its place in the list.
#[derive(Serialize)]
struct BadKey {
    error: String,
}

/// Runs the command.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let name = || args.file.display().to_string();
    let mut file = super::open(&args.file)?;
    let infos: Option<Vec<SignatureInfo>> = match file.signatures() {
        Ok(signatures) => Some(signatures.into_iter().map(|signature| signature.info).collect()),
        Err(ExportError::Unsigned) => None,
        Err(error) => return Err(error).with_context(name),
    };
    let summary = file.summary().with_context(name)?.clone();
    print(|out| {
        match args.json {
            true => json(out, &mut file, &summary, infos.as_deref().unwrap_or_default(), args.list),
            false => text(out, &mut file, &summary, infos.as_deref(), args),
        }
        .with_context(name)
    })
}

fn key(kind: KeyKind, key: &DiagnosisKey) -> Key {
    Key {
        key: hex::encode(key.key.as_bytes()),
        rolling_start: key.rolling_start.0,
        rolling_period: key.rolling_period,
        transmission_risk: key.transmission_risk,
        report_type: key.report_type,
        days_since_onset: key.days_since_onset,
        revised: kind == KeyKind::Revised,
    }
}

/// Calls `each` for every key; a file may hold 750,000, so they are never held together.
fn for_each_key(
    file: &mut ExportFile<File>,
    mut each: impl FnMut(Result<Key, String>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    for item in file.keys()? {
        match item {
            Ok((kind, read)) => each(Ok(key(kind, &read)))?,
            Err(error @ ExportError::Key { .. }) => each(Err(error.to_string()))?,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn json(
    out: &mut impl Write,
    file: &mut ExportFile<File>,
    summary: &ExportSummary,
    infos: &[SignatureInfo],
    list: bool,
) -> anyhow::Result<()> {
    let header = &summary.header;
    let body = Summary {
        keys: summary.keys,
        revised: summary.revised,
        region: &header.region,
        start: header.start.0,
        end: header.end.0,
        batch_num: header.batch_num,
        batch_size: header.batch_size,
        sha256: hex::encode(summary.sha256),
        signatures: infos
            .iter()
            .map(|info| Signature {
                key_id: &info.key_id,
                key_version: &info.key_version,
                algorithm: &info.algorithm,
            })
            .collect(),
    };
    let body = serde_json::to_string(&body)?;
    if !list {
        return Ok(writeln!(out, "{body}")?);
    }
    let open = body.strip_suffix('}').expect("an object ends with a brace");
    write!(out, "{open},\"list\":[")?;
    let mut separator = "";
    for_each_key(file, |key| {
        write!(out, "{separator}")?;
        separator = ",";
        match key {
            Ok(key) => serde_json::to_writer(&mut *out, &key)?,
            Err(error) => serde_json::to_writer(&mut *out, &BadKey { error })?,
        }
        Ok(())
    })?;
    Ok(writeln!(out, "]}}")?)
}

fn text(
    out: &mut impl Write,
    file: &mut ExportFile<File>,
    summary: &ExportSummary,
    infos: Option<&[SignatureInfo]>,
    args: &Args,
) -> anyhow::Result<()> {
    let header = &summary.header;
    writeln!(out, "{}", args.file.display())?;
    writeln!(out, "  region      {}", header.region.escape_debug())?;
    writeln!(out, "  from        {}", vietnam_time(header.start))?;
    writeln!(out, "  to          {}", vietnam_time(header.end))?;
    writeln!(out, "  batch       {} of {}", header.batch_num, header.batch_size)?;
    writeln!(out, "  keys        {} new, {} revised", summary.keys, summary.revised)?;
    match infos {
        None => writeln!(out, "  signatures  none: a bare export.bin")?,
        Some([]) => writeln!(out, "  signatures  none")?,
        Some(infos) => {
            for (place, info) in infos.iter().enumerate() {
                let label = if place == 0 { "signatures" } else { "" };
                writeln!(out, "  {label:10}  {info}, not checked here")?;
            }
        }
    }
    writeln!(out, "  sha256      {}", hex::encode(summary.sha256))?;
    if !args.list {
        return Ok(());
    }
    writeln!(
        out,
        "\n{:32}  {:>8}  {:>6}  {:18}  {:>4}  {:>5}",
        "key", "start", "period", "report", "risk", "onset"
    )?;
    for_each_key(file, |key| {
        let key = match key {
            Ok(key) => key,
            Err(error) => return Ok(writeln!(out, "{error}")?),
        };
        let onset = key.days_since_onset.map_or_else(|| "-".to_owned(), |days| format!("{days:+}"));
        let revised = if key.revised { "  revised" } else { "" };
        let report = serde_json::to_value(key.report_type)?;
        writeln!(
            out,
            "{}  {:>8}  {:>6}  {:18}  {:>4}  {onset:>5}{revised}",
            key.key,
            key.rolling_start,
            key.rolling_period,
            report.as_str().unwrap_or_default(),
            key.transmission_risk,
        )?;
        Ok(())
    })
}
