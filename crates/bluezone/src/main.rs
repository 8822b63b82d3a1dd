//! The `bluezone` program: one binary, subcommands by role.

mod commands;
mod demo;
mod load;
mod outgoing;
mod replay;
mod system;
#[cfg(feature = "otel")]
mod telemetry;

use clap::Parser;
use std::process::ExitCode;

/// A request allocates some two hundred times: the system's allocator took an eighth of what answers phones
/// (`cargo bench -p bluezone --bench serving -- polling`). Without huge pages, of which 10,000 connections would hold 60 MB more.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Close-contact warning, health authority console and tools, in one program.
#[derive(Parser)]
#[command(name = "bluezone", version, about, propagate_version = true)]
struct Cli {
    /// How the log on standard error is written
    #[arg(long, global = true, value_enum, default_value_t, env = "BLUEZONE_LOG_FORMAT")]
    log_format: system::LogFormat,
    #[command(subcommand)]
    command: commands::Command,
}

fn main() -> ExitCode {
    let Cli { log_format, command } = Cli::parse();
    let _logging = system::start_logging(command.default_log(), log_format);
    match commands::run(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line, the cause chain joined: what happened, then why.
            eprintln!("bluezone: {error:#}");
            // Like a wrong argument: what was asked is wrong, not the world.
            let refused = error.chain().any(|cause| cause.is::<commands::Refused>());
            if refused { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}
