//! `bluezone witness`.

use super::output::print;
use super::serve_small::serve;
use super::server_data::runtime;
use super::state_dir::{self, FileJournal};
use crate::system::{SystemClock, os_rng};
use anyhow::Context as _;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use bluezone_protocol::time::Clock;
use bluezone_transparency::note::{SignatureKind, Signer, VerifierKey};
use bluezone_transparency::witness::{Witness, WitnessError};
use serde_json::json;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Longest request: a note with many signatures and 63 hashes stays far below.
const MAX_BODY: usize = 64 << 10;

/// Flags of `bluezone witness`.
#[derive(clap::Args)]
#[command(after_help = "Example:
  bluezone witness init --state witness --name witness.example.vn/w1     prints its public key, for others to pin
  bluezone witness serve --state witness --log log.example.vn/bluezone+1234abcd+AZ...

A witness cosigns checkpoints of a log as long as the log only grows (C2SP tlog-witness: POST /add-checkpoint,
GET /<origin hash>/checkpoint). It is worth something only if it is not run by those who run the log, and only as
long as its state is not lost or set back: back it up, never restore an older copy.")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Make its key and its state directory; prints the public key
    Init {
        /// Directory for key and journal
        #[arg(long, value_name = "DIR", default_value = "bluezone-witness")]
        state: PathBuf,
        /// Its name: a URL without https://
        #[arg(long, value_name = "NAME")]
        name: String,
        /// Print JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// Answer requests
    Serve {
        /// Directory that `init` made
        #[arg(long, value_name = "DIR", default_value = "bluezone-witness")]
        state: PathBuf,
        /// Public key of a log to watch; may be given several times
        #[arg(long, value_name = "VKEY", required = true)]
        log: Vec<VerifierKey>,
        /// Address and port to listen on; port 0 takes a free one
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8091")]
        listen: SocketAddr,
        /// Print JSON when it runs, for programs
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    match args.action {
        Action::Init { state, name, json } => {
            let key = init(&state, &name)?.to_string();
            print(|out| match json {
                true => Ok(writeln!(out, "{}", json!({ "key": key }))?),
                false => Ok(writeln!(out, "{key}")?),
            })
        }
        Action::Serve { state, log, listen, json } => {
            let (router, key) = service(&state, log, Arc::new(SystemClock))?;
            let shown = json.then(|| json!({ "key": key.to_string() }));
            runtime()?.block_on(serve(router, listen, shown, &[format!("witness {key}")]))
        }
    }
}

/// Makes the key and the state directory of a witness.
pub fn init(state: &Path, name: &str) -> anyhow::Result<VerifierKey> {
    let signer = Signer::generate(name, SignatureKind::Cosignature, &mut os_rng())?;
    state_dir::init(state, &signer.to_text())?;
    Ok(signer.verifier().clone())
}

/// What a witness of these logs answers, from the directory that [`init`] made.
pub fn service(
    state: &Path,
    logs: Vec<VerifierKey>,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<(Router, VerifierKey)> {
    let key = state_dir::read_key(state)?;
    let signer = Signer::from_text(&key).context("the witness's key cannot be used")?;
    let (journal, lines) = FileJournal::open(state)?;
    let witness = Witness::start(signer, logs, lines.iter().map(String::as_str))?;
    let key = witness.verifier().clone();
    Ok((router(Arc::new(Mutex::new(Serving { witness, journal, clock }))), key))
}

struct Serving {
    witness: Witness,
    journal: FileJournal,
    clock: Arc<dyn Clock>,
}

type Shared = Arc<Mutex<Serving>>;

fn router(shared: Shared) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{origin_hash}/checkpoint", get(monitored))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(shared)
}

async fn add_checkpoint(State(shared): State<Shared>, body: Bytes) -> Response {
    // It waits for the disk.
    let answered = tokio::task::spawn_blocking(move || {
        let mut serving = shared.lock().expect("no panic while it is held");
        let Serving { witness, journal, clock } = &mut *serving;
        witness.add_checkpoint(&body, clock.now(), journal)
    });
    match answered.await {
        Ok(Ok(line)) => (StatusCode::OK, line).into_response(),
        Ok(Err(error)) => refusal(&error),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The status codes of C2SP tlog-witness.
fn refusal(error: &WitnessError) -> Response {
    let status = match error {
        WitnessError::BadRequest(_) => StatusCode::BAD_REQUEST,
        WitnessError::UnknownLog => StatusCode::NOT_FOUND,
        WitnessError::NotSigned => StatusCode::FORBIDDEN,
        WitnessError::Conflict(size) => {
            let kind = [(header::CONTENT_TYPE, "text/x.tlog.size")];
            return (StatusCode::CONFLICT, kind, format!("{size}\n")).into_response();
        }
        WitnessError::Inconsistent => StatusCode::UNPROCESSABLE_ENTITY,
        WitnessError::Journal(error) => {
            tracing::error!("{error}");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    };
    (status, format!("{error}\n")).into_response()
}

async fn monitored(
    State(shared): State<Shared>,
    axum::extract::Path(origin_hash): axum::extract::Path<String>,
) -> Response {
    let serving = shared.lock().expect("no panic while it is held");
    match serving.witness.monitored(&origin_hash) {
        Some(note) => note.to_owned().into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
