//! `bluezone keeper`.

use super::log_policy::PolicyFlags;
use super::output::print;
use super::serve_small::serve;
use super::server_data::runtime;
use super::state_dir::{self, FileJournal};
use crate::system::{SystemClock, os_rng};
use anyhow::Context as _;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use bluezone_protocol::api::{decode_base64, encode_base64};
use bluezone_protocol::time::Clock;
use bluezone_transparency::checkpoint::LogPolicy;
use bluezone_transparency::keeper::{Keeper, OpenRequest, Refusal};
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::seal::{MAX_UPLOAD, PrivateKey, PublicKey};
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Longest request: the longest upload in base64, and the proofs.
const MAX_BODY: usize = MAX_UPLOAD / 3 * 4 + (256 << 10);

/// Flags of `bluezone keeper`.
#[derive(clap::Args)]
#[command(after_help = "Example:
  bluezone keeper init --state keeper                  prints its public key, for phones to pin
  bluezone keeper serve --state keeper --log log.example.vn/bluezone+1234abcd+AZ... \\
      --witness witness.example.vn/w1+... --witness witness.example.org/w2+...

A keeper takes the outer seal off an upload only for an opening that stands in the public log (POST /open; also
GET /latest, /openings and /key). It is worth something only if it is not run by the health authority, and only as long as
its state is not lost or set back: back it up, never restore an older copy.")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Make its key and its state directory; prints the public key
    Init {
        /// Directory for key and journal
        #[arg(long, value_name = "DIR", default_value = "bluezone-keeper")]
        state: PathBuf,
        /// Print JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// Answer requests
    Serve(Box<ServeArgs>),
}

#[derive(clap::Args)]
struct ServeArgs {
    /// Directory that `init` made
    #[arg(long, value_name = "DIR", default_value = "bluezone-keeper")]
    state: PathBuf,
    #[command(flatten)]
    policy: PolicyFlags,
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8092")]
    listen: SocketAddr,
    /// Print JSON when it runs, for programs
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    match args.action {
        Action::Init { state, json } => {
            let key = init(&state)?.to_string();
            print(|out| match json {
                true => Ok(writeln!(out, "{}", json!({ "key": key }))?),
                false => Ok(writeln!(out, "{key}")?),
            })
        }
        Action::Serve(args) => {
            let (router, key) = service(&args.state, args.policy.policy()?, Arc::new(SystemClock))?;
            let shown = args.json.then(|| json!({ "key": key.to_string() }));
            runtime()?.block_on(serve(router, args.listen, shown, &[format!("keeper {key}")]))
        }
    }
}

/// Makes the key and the state directory of a keeper.
pub fn init(state: &Path) -> anyhow::Result<PublicKey> {
    let key = PrivateKey::generate(&mut os_rng());
    state_dir::init(state, &hex::encode(*key.to_bytes()))?;
    Ok(key.public())
}

/// What a keeper answers, from the directory that [`init`] made.
pub fn service(
    state: &Path,
    policy: LogPolicy,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<(Router, PublicKey)> {
    let key = state_dir::read_key(state)?;
    let mut bytes = zeroize::Zeroizing::new([0; 32]);
    hex::decode_to_slice(key.as_bytes(), &mut *bytes)
        .ok()
        .context("the keeper's key is not 64 hexadecimal digits")?;
    let (journal, lines) = FileJournal::open(state)?;
    let key = PrivateKey::from_bytes(&bytes);
    let keeper = Keeper::start(key, policy, lines.iter().map(String::as_str))?;
    let key = keeper.public();
    Ok((router(Arc::new(Mutex::new(Serving { keeper, journal, clock }))), key))
}

struct Serving {
    keeper: Keeper,
    journal: FileJournal,
    clock: Arc<dyn Clock>,
}

type Shared = Arc<Mutex<Serving>>;

fn router(shared: Shared) -> Router {
    Router::new()
        .route("/open", post(open))
        .route("/latest", get(latest))
        .route("/openings", get(openings))
        .route("/key", get(key))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(shared)
}

/// What the keeper is asked, as JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenBody {
    /// Base64.
    upload: String,
    /// The opening, as it stands in the log.
    entry: String,
    /// The statement that the upload answers.
    #[serde(default)]
    statement: Option<String>,
    /// A tlog-proof of the opening.
    proof: String,
    /// Hashes, base64.
    #[serde(default)]
    consistency: Vec<Hash>,
}

async fn open(State(shared): State<Shared>, Json(body): Json<OpenBody>) -> (StatusCode, Json<Value>) {
    let Some(upload) = decode_base64(&body.upload) else {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": "the upload is not base64" })));
    };
    let request = OpenRequest {
        upload,
        entry: body.entry.into_bytes(),
        statement: body.statement.map(String::into_bytes),
        proof: body.proof.into_bytes(),
        consistency: body.consistency,
    };
    // It waits for the disk.
    let answered = tokio::task::spawn_blocking(move || {
        let mut serving = shared.lock().expect("no panic while it is held");
        let Serving { keeper, journal, clock } = &mut *serving;
        keeper.open(&request, clock.now(), journal)
    });
    match answered.await {
        Ok(Ok(stripped)) => (StatusCode::OK, Json(json!({ "stripped": encode_base64(&stripped) }))),
        Ok(Err(refusal)) => (status(&refusal), Json(json!({ "error": refusal.to_string() }))),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "error": "the keeper broke off" }))),
    }
}

fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::Format(_) => StatusCode::BAD_REQUEST,
        // Another checkpoint may do; GET /latest says where to begin the proof.
        Refusal::Follow(_) => StatusCode::CONFLICT,
        Refusal::Journal(error) => {
            tracing::error!("{error}");
            StatusCode::INTERNAL_SERVER_ERROR
        }
        _ => StatusCode::FORBIDDEN,
    }
}

async fn latest(State(shared): State<Shared>) -> Json<Value> {
    let head = shared.lock().expect("no panic while it is held").keeper.latest();
    Json(json!(head))
}

async fn openings(State(shared): State<Shared>) -> Json<Value> {
    let serving = shared.lock().expect("no panic while it is held");
    let openings = serving.keeper.openings().iter().map(|record| {
        json!({ "time": record.time, "upload": record.upload, "index": record.index, "log": record.head })
    });
    Json(openings.collect())
}

async fn key(State(shared): State<Shared>) -> Json<Value> {
    let key = shared.lock().expect("no panic while it is held").keeper.public();
    Json(json!({ "key": key.to_string() }))
}
