//! `bluezone keys verify`.

use crate::commands::output::print;
use anyhow::Context as _;
use bluezone_protocol::export::{SignatureInfo, VerifyingKey};
use serde_json::json;
use std::io::Write as _;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  bluezone keys verify 1622505600-1622509200-00001.zip --pem public.pem
  bluezone keys verify 1622505600-1622509200-00001.zip --pem public.pem --key-id 452 --key-version v1 --json";

/// Flags of `bluezone keys verify`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// An export zip.
    file: PathBuf,
    /// The public key: a P-256 key in PEM (`BEGIN PUBLIC KEY`); of several in one file, any may have signed.
    #[arg(long, value_name = "PUB")]
    pem: PathBuf,
    /// Accept the signature only if it names this key id, as a phone does.
    #[arg(long, value_name = "ID", requires = "key_version")]
    key_id: Option<String>,
    /// Accept the signature only if it names this key version, as a phone does.
    #[arg(long, value_name = "VERSION", requires = "key_id")]
    key_version: Option<String>,
    /// Print JSON: {"valid":true,"key_id","key_version"}; the exit code says the same.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let checked = check(args);
    print(|out| {
        match (&checked, args.json) {
            (Ok(info), false) => writeln!(out, "{}: signature of {info} is valid", args.file.display())?,
            (Ok(info), true) => {
                let (id, version) = (&info.key_id, &info.key_version);
                writeln!(out, "{}", json!({ "valid": true, "key_id": id, "key_version": version }))?;
            }
            (Err(error), true) => {
                writeln!(out, "{}", json!({ "valid": false, "error": format!("{error:#}") }))?
            }
            (Err(_), false) => {}
        }
        Ok(())
    })?;
    checked.map(drop)
}

fn check(args: &Args) -> anyhow::Result<SignatureInfo> {
    let pem_name = || args.pem.display().to_string();
    let pem = std::fs::read_to_string(&args.pem).with_context(pem_name)?;
    let named = args.key_id.as_deref().zip(args.key_version.as_deref());
    let (id, version) = named.unwrap_or_default();
    let mut refused = None;
    for block in blocks(&pem) {
        let key = VerifyingKey::from_pem(SignatureInfo::new(id, version), block).with_context(pem_name)?;
        let mut file = super::open(&args.file)?;
        let verified = match named {
            Some(_) => file.verify(std::slice::from_ref(&key)),
            None => file.verify_with(&key),
        };
        match verified {
            Ok(info) => return Ok(info),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    let refused = refused.expect("there is at least one block, and each was refused");
    Err(refused).with_context(|| args.file.display().to_string())
}

/// The keys of a file, at least one text: `bluezone admin keys list --pem` writes several, each after lines that say which
/// it is. A file without any is handed on whole, to be refused by name.
fn blocks(pem: &str) -> Vec<&str> {
    const BEGIN: &str = "-----BEGIN";
    const END: &str = "-----END PUBLIC KEY-----";
    let mut found = Vec::new();
    let mut rest = pem;
    while let Some(start) = rest.find(BEGIN) {
        let block = &rest[start..];
        let length = block.find(END).map_or(block.len(), |end| end + END.len());
        found.push(&block[..length]);
        rest = &block[length..];
    }
    if found.is_empty() { vec![pem] } else { found }
}
