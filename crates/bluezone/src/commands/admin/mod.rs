//! `bluezone admin`: one module a subject.

mod keys;
mod officer;
mod unit;

/// Flags of `bluezone admin`.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    subject: Subject,
}

/// What is administered.
#[derive(clap::Subcommand)]
enum Subject {
    /// Signing keys: of export files, certificates and tokens.
    Keys(keys::Args),
    /// Officers' accounts.
    Officer(officer::Args),
    /// The units that officers work at.
    Unit(unit::Args),
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    match args.subject {
        Subject::Keys(args) => keys::run(args),
        Subject::Officer(args) => officer::run(args),
        Subject::Unit(args) => unit::run(args),
    }
}
