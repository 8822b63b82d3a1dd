//! `bluezone keys make`: test sets. The same flags give the same bytes, on every machine.

use super::heard::Heard;
use crate::commands::output::print;
use anyhow::{Context as _, ensure};
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::export::{ExportMeta, SignatureInfo, SigningKey, write_export};
use bluezone_protocol::gaen::{MAX_ROLLING_PERIOD, TemporaryExposureKey};
use bluezone_protocol::time::Timestamp;
use rand::rngs::ChaCha12Rng;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  bluezone keys make --keys 1000 --seed 7 --out testset
  bluezone keys make --keys 1000 --ids 5000 --overlap 12 --seed 7 --out testset
  bluezone keys make --keys 1500000 --revised 100 --seed 7 --per-file 500000 --out large --json

The directory receives the zips, index.txt with their names, and public.pem for `keys verify`; with --ids also ids.bin
and ids.csv, the same identifiers as `match` reads them without and with times, and matches.csv, which it must find.
The signing key comes from the seed: never pin it in a real phone.";

/// A batch lasts an hour.
const PERIOD_S: i64 = 3600;

/// Flags of `bluezone keys make`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// How many new keys in all.
    #[arg(long, value_name = "N")]
    keys: u64,
    /// How many revised keys in all.
    #[arg(long, value_name = "N", default_value_t = 0)]
    revised: u64,
    /// How many identifiers to write that a phone could have heard; none unless given.
    #[arg(long, value_name = "M", default_value_t = 0)]
    ids: usize,
    /// How many of them are of the new keys.
    #[arg(long, value_name = "K", default_value_t = 0, requires = "ids")]
    overlap: usize,
    /// The same seed gives the same bytes.
    #[arg(long, value_name = "S")]
    seed: u64,
    /// Directory to write to; made if missing.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Most keys in one file.
    #[arg(long, value_name = "N", default_value_t = 500_000)]
    per_file: u64,
    /// Region of the keys.
    #[arg(long, default_value = "VN")]
    region: String,
    /// Start of the first batch, Unix seconds; the default is 2021-06-01 00:00 UTC. Keys are of the 14 days before.
    #[arg(long, value_name = "UNIX", default_value_t = 1_622_505_600)]
    start: i64,
    /// Id of the signing key.
    #[arg(long, value_name = "ID", default_value = "452")]
    key_id: String,
    /// Version of the signing key.
    #[arg(long, value_name = "VERSION", default_value = "v1")]
    key_version: String,
    /// Print JSON: {"files":[{"path","keys","revised"}],"pem","ids":[paths]}.
    #[arg(long)]
    json: bool,
}

struct Made {
    path: PathBuf,
    keys: u64,
    revised: u64,
}

/// Runs the command.
pub fn run(args: &Args) -> anyhow::Result<()> {
    // What readers take at most, our own included.
    ensure!((1..=2_000_000).contains(&args.per_file), "--per-file is 1 to 2000000");
    ensure!((0..=u32::MAX.into()).contains(&args.start), "--start is in Unix seconds, 0 to {}", u32::MAX);
    ensure!(args.overlap <= args.ids, "--overlap is at most --ids");
    ensure!(args.overlap == 0 || args.keys > 0, "--overlap takes --keys");
    fs::create_dir_all(&args.out).with_context(|| args.out.display().to_string())?;
    let rng = &mut ChaCha12Rng::seed_from_u64(args.seed);
    let signer = SigningKey::generate(SignatureInfo::new(&args.key_id, &args.key_version), rng);

    let mut heard = Heard::new(args.seed);
    let mut made = Vec::new();
    let (mut keys, mut revised) = (args.keys, args.revised);
    while made.is_empty() || keys + revised > 0 {
        let new_here = keys.min(args.per_file);
        let revised_here = revised.min(args.per_file - new_here);
        let number = made.len() as i64;
        let new_keys = make_file(args, number, new_here, revised_here, &signer, rng, &mut made)?;
        // Of every file its share: so many of those left as it has of the keys left.
        let left = (args.overlap - heard.count()) as u128;
        let share = (left * u128::from(new_here)).checked_div(u128::from(keys)).unwrap_or(0);
        heard.hear(&new_keys, share as usize)?;
        keys -= new_here;
        revised -= revised_here;
    }
    let pem = args.out.join("public.pem");
    write(&pem, signer.verifying_key().to_pem().as_bytes())?;
    let names: Vec<_> = made.iter().filter_map(|file| file.path.file_name()?.to_str()).collect();
    write(&args.out.join("index.txt"), names.join("\n").as_bytes())?;
    let ids = heard.write(args.ids, args.start, &args.out)?;
    report(args, &made, &pem, &ids)
}

fn make_file(
    args: &Args,
    number: i64,
    keys: u64,
    revised: u64,
    signer: &SigningKey,
    rng: &mut ChaCha12Rng,
    made: &mut Vec<Made>,
) -> anyhow::Result<Vec<DiagnosisKey>> {
    let start = Timestamp(args.start) + number * PERIOD_S;
    let end = start + PERIOD_S;
    let path = args.out.join(format!("{}-{}-00001.zip", start.0, end.0));
    let (new_keys, revised_keys) = (random_keys(keys, start, rng), random_keys(revised, start, rng));
    let meta = ExportMeta::new(start, end, &args.region);
    let name = || path.display().to_string();
    let out = BufWriter::new(File::create(&path).with_context(name)?);
    write_export(out, &meta, new_keys.iter(), revised_keys.iter(), std::slice::from_ref(signer))
        .with_context(name)?;
    made.push(Made { path, keys, revised });
    Ok(new_keys)
}

/// In the order of their bytes, as if published in the hour from `start` on.
fn random_keys(count: u64, start: Timestamp, rng: &mut ChaCha12Rng) -> Vec<DiagnosisKey> {
    let today = start.interval().day_start();
    let mut keys: Vec<_> = (0..count)
        .map(|_| {
            let key = TemporaryExposureKey::generate(rng);
            let days_ago = rng.random_range(1..=14u32);
            let onset_days_ago = rng.random_range(0..=10u32);
            let likely = rng.random_range(0..5u32) == 0;
            DiagnosisKey {
                key,
                rolling_start: today - days_ago * MAX_ROLLING_PERIOD,
                rolling_period: MAX_ROLLING_PERIOD,
                transmission_risk: 0,
                report_type: if likely { ReportType::ConfirmedClinical } else { ReportType::ConfirmedTest },
                days_since_onset: Some(onset_days_ago as i32 - days_ago as i32),
            }
        })
        .collect();
    keys.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    keys
}

pub(super) fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    fs::write(path, bytes).with_context(|| path.display().to_string())
}

fn report(args: &Args, made: &[Made], pem: &Path, ids: &[PathBuf]) -> anyhow::Result<()> {
    print(|out| {
        if args.json {
            let file = |file: &Made| json!({ "path": file.path, "keys": file.keys, "revised": file.revised });
            let files: Vec<_> = made.iter().map(file).collect();
            return Ok(writeln!(out, "{}", json!({ "files": files, "pem": pem, "ids": ids }))?);
        }
        for file in made {
            writeln!(out, "{}  {} new, {} revised", file.path.display(), file.keys, file.revised)?;
        }
        for path in ids {
            writeln!(out, "{}", path.display())?;
        }
        writeln!(out, "{}  key {} {}", pem.display(), args.key_id, args.key_version)?;
        Ok(())
    })
}
