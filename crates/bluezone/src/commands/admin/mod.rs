//! `bluezone admin`: one module a subject.

mod audit;
mod backup;
mod doctor;
mod keys;
mod log;
mod migrate;
mod moving;
mod officer;
mod restore;
mod set_back;
mod unit;
mod vault;

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
    /// The transparency log: its key, the units that phones can send to, what phones pin.
    Log(log::Args),
    /// The private record of who looked at what.
    Audit(audit::Args),
    /// Officers' accounts.
    Officer(officer::Args),
    /// The units that officers work at.
    Unit(unit::Args),
    /// Bring the database to the layout of this program.
    Migrate(migrate::Args),
    /// Carry everything over from a SQLite file to PostgreSQL.
    Move(moving::Args),
    /// Look whether an installation is sound, and say what to mend.
    Doctor(doctor::Args),
    /// Copy everything into one encrypted file, while the server runs.
    Backup(backup::Args),
    /// Put a copy back.
    Restore(restore::Args),
    /// Go on with a database that was set back to an earlier moment.
    SetBack(set_back::Args),
    /// The key that names and numbers of persons are sealed with.
    Vault(vault::Args),
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    match args.subject {
        Subject::Keys(args) => keys::run(args),
        Subject::Log(args) => log::run(args),
        Subject::Audit(args) => audit::run(args),
        Subject::Officer(args) => officer::run(args),
        Subject::Unit(args) => unit::run(args),
        Subject::Migrate(args) => migrate::run(args),
        Subject::Move(args) => moving::run(args),
        Subject::Doctor(args) => doctor::run(args),
        Subject::Backup(args) => backup::run(args),
        Subject::Restore(args) => restore::run(args),
        Subject::SetBack(args) => set_back::run(args),
        Subject::Vault(args) => vault::run(args),
    }
}
