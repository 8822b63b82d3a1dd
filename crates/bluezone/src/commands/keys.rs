//! `bluezone keys`: looks into export files, checks them, makes test sets.

mod heard;
mod inspect;
mod make;
mod verify;

use anyhow::Context as _;
use bluezone_protocol::export::ExportFile;
use std::fs::File;
use std::path::Path;

/// Flags of `bluezone keys`.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Show what an export file holds.
    Inspect(inspect::Args),
    /// Check an export file's signature against a public key.
    Verify(verify::Args),
    /// Make signed export files full of random keys, for tests.
    Make(make::Args),
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    match args.command {
        Command::Inspect(args) => inspect::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Make(args) => make::run(&args),
    }
}

fn open(path: &Path) -> anyhow::Result<ExportFile<File>> {
    let file = File::open(path).and_then(|file| match file.metadata()?.is_dir() {
        true => Err(std::io::Error::other("is a directory; give an export file")),
        false => Ok(file),
    });
    let file = file.with_context(|| path.display().to_string())?;
    ExportFile::open(file).with_context(|| path.display().to_string())
}
