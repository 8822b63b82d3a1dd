//! `bluezone log`.

use super::log_files::{DirectoryFiles, HttpFiles};
use super::log_policy::PolicyFlags;
use super::output::print;
use crate::system::SystemClock;
use anyhow::{Context as _, bail};
use bluezone_protocol::time::Clock as _;
use bluezone_transparency::merkle::TreeHead;
use bluezone_transparency::storage::ReadFiles;
use bluezone_transparency::verify::{Audit, published_checkpoint, verify_consistency, verify_log};
use bluezone_transparency::webauthn::RelyingParty;
use serde_json::json;
use std::io::Write as _;
use std::path::PathBuf;

/// Flags of `bluezone log`.
#[derive(clap::Args)]
#[command(after_help = "Example:
  bluezone log verify https://log.example.vn/bluezone --log log.example.vn/bluezone+1234abcd+AZ... \\
      --witness witness.example.vn/w1+... --witness witness.example.org/w2+... \\
      --rp-id console.example.vn --since checkpoint-of-last-month

Reads the whole log, rebuilds its tree and judges every entry. Exit code 0 only if nothing was found.")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Verify a whole log, and that it grew out of an older checkpoint
    Verify(VerifyArgs),
}

/// Flags of `verify`.
#[derive(clap::Args)]
pub struct VerifyArgs {
    /// Directory of the log's files, or their URL
    #[arg(value_name = "DIR|URL")]
    log_files: String,
    #[command(flatten)]
    policy: PolicyFlags,
    /// Domain that the officers' passkeys belong to
    #[arg(long, value_name = "DOMAIN")]
    rp_id: String,
    /// Origin at which they are used [default: https://DOMAIN]
    #[arg(long, value_name = "URL")]
    rp_origin: Vec<String>,
    /// A checkpoint that was kept earlier, a file
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,
    /// Accept a checkpoint that was cosigned long ago: a log of the past
    #[arg(long)]
    undated: bool,
    /// Print JSON: {"size","root","witnessed_at","kinds","since","findings":[{"index","problem"}]}
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    let Action::Verify(args) = args.action;
    run_verify(args)
}

/// Runs `verify`, here and as `bluezone admin log verify`.
pub fn run_verify(args: VerifyArgs) -> anyhow::Result<()> {
    if args.log_files.starts_with("https://") || args.log_files.starts_with("http://") {
        verify(&args, &HttpFiles::new(&args.log_files))
    } else {
        verify(&args, &DirectoryFiles(PathBuf::from(&args.log_files)))
    }
}

fn verify(args: &VerifyArgs, files: &impl ReadFiles) -> anyhow::Result<()> {
    let policy = args.policy.policy()?;
    let mut origins = args.rp_origin.clone();
    if origins.is_empty() {
        origins.push(format!("https://{}", args.rp_id));
    }
    let site = RelyingParty { id: args.rp_id.clone(), origins };
    let now = (!args.undated).then(|| SystemClock.now());
    let checkpoint = published_checkpoint(files, &policy, now).with_context(|| args.log_files.clone())?;
    let since = match &args.since {
        None => None,
        Some(path) => {
            let name = || path.display().to_string();
            let old = policy.check_undated(&std::fs::read(path).with_context(name)?).with_context(name)?;
            verify_consistency(files, old.head(), &checkpoint).with_context(name)?;
            Some(old.head())
        }
    };
    let audit = verify_log(files, &checkpoint, &site).with_context(|| args.log_files.clone())?;
    print(|out| match args.json {
        true => Ok(writeln!(out, "{}", as_json(&audit, checkpoint.witnessed_at().0, since))?),
        false => {
            let witnessed = super::output::vietnam_time(checkpoint.witnessed_at());
            writeln!(out, "{} entries, root {}, cosigned {witnessed}", audit.head.size, audit.head.root)?;
            for (kind, count) in &audit.kinds {
                writeln!(out, "{count:>8} {kind}")?;
            }
            if let Some(old) = since {
                writeln!(out, "grew out of the {} entries of the older checkpoint", old.size)?;
            }
            for (index, finding) in &audit.findings {
                writeln!(out, "entry {index} {finding}")?;
            }
            Ok(())
        }
    })?;
    match audit.findings.len() {
        0 => Ok(()),
        1 => bail!("the log is whole, but one entry breaks a rule"),
        many => bail!("the log is whole, but {many} entries break a rule"),
    }
}

fn as_json(audit: &Audit, witnessed_at: i64, since: Option<TreeHead>) -> serde_json::Value {
    let findings: Vec<_> = audit
        .findings
        .iter()
        .map(|(index, finding)| json!({ "index": index, "problem": finding.to_string() }))
        .collect();
    json!({
        "size": audit.head.size, "root": audit.head.root, "witnessed_at": witnessed_at,
        "kinds": audit.kinds, "since": since.map(|head| head.size), "findings": findings,
    })
}
