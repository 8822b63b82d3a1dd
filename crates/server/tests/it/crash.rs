//! A server that is killed (SIGKILL) at random instants, while phones publish and files are written.
//!
//! The server runs in a process of its own: this test program, started again with the one test [`child`]. Its clock runs
//! fast, so that it writes a file every few milliseconds. Phones do what phones do: they repeat a request until it is
//! answered. Whatever was answered must be published, once; whatever was published must stay as it was.

use crate::harness::*;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::code::{Code, CodeKind};
use bluezone_domain::id::CodeId;
use bluezone_protocol::api::*;
use bluezone_protocol::export::{ExportFile, KeyKind};
use bluezone_protocol::time::{DAY_S, ManualClock, Timestamp};
use bluezone_server::secrets::Hashed;
use bluezone_server::{AppState, Config, admin, jobs};
use bluezone_store::NewCode;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Cursor, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// Two worlds at once, one a core.
const WORLDS: u64 = 2;
const KILLS_PER_WORLD: i64 = 100;
/// The clock of the server that was started as number N begins here after [`NOON`]: no server gets that far.
const CYCLE_S: i64 = 5_000;
const PHONES: usize = 1500;
const DIRECTORY: &str = "BLUEZONE_TEST_CRASH_DIRECTORY";
const START: &str = "BLUEZONE_TEST_CRASH_START";

fn crash_config() -> Config {
    // Tokens and certificates that last: the clock runs ahead by more than an hour from one life of the server to the next,
    // and by minutes between two requests of a client that a busy machine makes wait.
    Config {
        export_period_s: 60,
        padding_floor: 1,
        retention_days: 60,
        token_lifetime_s: 604_800,
        certificate_lifetime_s: 86_400,
        ..config()
    }
}

async fn open_world(dir: &Path, clock: Arc<ManualClock>) -> AppState {
    let database = format!("sqlite:{}", dir.join("bluezone.db").display());
    // Every life of the server on the same data draws other numbers.
    let first = u64::from(std::process::id()) << 32;
    open(&database, dir, crash_config(), clock, seeds(first)).await
}

/// Not a test: the server that [`killed_servers_lose_nothing_and_publish_nothing_twice`] starts and kills.
#[test]
#[ignore = "the process that the crash test starts and kills"]
fn child() {
    let (Ok(dir), Ok(start)) = (std::env::var(DIRECTORY), std::env::var(START)) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let clock = Arc::new(ManualClock::new(Timestamp(start.parse().unwrap())));
        let state = open_world(Path::new(&dir), clock.clone()).await;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(bluezone_server::serve(listener, state.clone(), std::future::pending()));
        writeln!(std::io::stdout(), "\nPORT {port}").unwrap();
        for _ in 0..CYCLE_S / 60 - 1 {
            clock.advance(60);
            jobs::run_once(&state).await.unwrap();
            // Let requests in between; the test kills this process long before.
            tokio::task::yield_now().await;
        }
        std::future::pending::<()>().await;
    });
}

/// A phone on its way, in the steps that the phone keeps across a broken connection.
struct Reporter {
    code: String,
    nonce: String,
    phone: Phone,
    token: Option<String>,
    certificate: Option<String>,
    answer: Option<PublishResponse>,
}

/// What the test found while a world lived.
#[derive(Default)]
struct Seen {
    /// Published files: name and hash at first sight.
    files: BTreeMap<String, [u8; 32]>,
    index: Vec<String>,
    repeats: u32,
    interrupted_starts: u32,
}

/// When a server is killed. Counted in answers, because a busy machine may be slow; then a little later, because the
/// instants that matter lie anywhere.
struct Moment {
    /// After so many answers; `None`: from its start.
    answers: Option<u32>,
    then: Duration,
}

#[test]
fn killed_servers_lose_nothing_and_publish_nothing_twice() {
    let worlds: Vec<_> = (0..WORLDS).map(|seed| std::thread::spawn(move || world(seed))).collect();
    for world in worlds {
        world.join().unwrap();
    }
}

fn world(seed: u64) {
    let dir = tempfile::tempdir().unwrap();
    let mut rng = StdRng::seed_from_u64(seed);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let codes = runtime.block_on(prepare(dir.path()));
    let mut reporters: Vec<Reporter> = codes.into_iter().map(|code| reporter(code, &mut rng)).collect();
    let mut seen = Seen::default();
    for cycle in 1..=KILLS_PER_WORLD {
        let start = NOON + cycle * CYCLE_S;
        // Mostly while it works, now and then while it starts.
        let moment = if rng.random_bool(0.1) {
            Moment { answers: None, then: Duration::from_micros(rng.random_range(0..60_000)) }
        } else {
            let answers = Some(rng.random_range(0..7));
            Moment { answers, then: Duration::from_micros(rng.random_range(0..20_000)) }
        };
        live(dir.path(), start, moment, &mut reporters, &mut seen);
        check_files(dir.path(), &mut seen);
    }
    let repeated = seen.repeats;
    let acknowledged = reporters.iter().filter(|reporter| reporter.answer.is_some()).count();
    runtime.block_on(check_end(dir.path(), &reporters, &mut seen));
    // Otherwise the test would not test what it says.
    assert!(acknowledged >= 50, "only {acknowledged} publications were acknowledged");
    assert!(repeated >= 10, "only {repeated} requests were cut off");
    assert!(seen.files.len() >= 50, "only {} files were published", seen.files.len());
    let text = format!(
        "world {seed}: {KILLS_PER_WORLD} kills ({} before it listened), {acknowledged} publications, {repeated} requests \
         repeated, {} files\n",
        seen.interrupted_starts,
        seen.files.len()
    );
    std::io::stderr().write_all(text.as_bytes()).unwrap();
}

/// Keys, an officer, a case and links for all phones.
async fn prepare(dir: &Path) -> Vec<String> {
    let clock = Arc::new(ManualClock::new(NOON));
    let state = open_world(dir, clock.clone()).await;
    admin::keys::init(&state).await.unwrap();
    let officer = create_officer(&state).await;
    let mut codes = Vec::new();
    for _ in 0..PHONES {
        let case = create_case(&state, officer, CaseStatus::Confirmed).await;
        let code = Code::generate(CodeKind::Link, &mut state.rng());
        let issue = NewCode {
            id: CodeId::generate(&mut state.rng()),
            case,
            contact: None,
            kind: CodeKind::Link,
            code_hash: state.secrets.hash(Hashed::Code, code.as_str().as_bytes()),
            issued_by: officer,
            issued_at: NOON,
            expires_at: NOON + 30 * DAY_S,
        };
        state.store.issue_code(&issue).await.unwrap();
        codes.push(code.as_str().to_owned());
    }
    state.store.close().await;
    codes
}

fn reporter(code: String, rng: &mut StdRng) -> Reporter {
    let mut phone = Phone::new(NOON, rng);
    // Past their embargo, and few: many publications are wanted, not large ones.
    phone.keys = phone.keys.split_off(2);
    // At most four days old now, none is too old for the server in the last life, eleven days on.
    phone.keys.truncate(rng.random_range(1..3));
    let nonce = encode_base64(&rng.random::<[u8; 32]>());
    Reporter { code, nonce, phone, token: None, certificate: None, answer: None }
}

/// One life of the server.
fn live(dir: &Path, start: Timestamp, moment: Moment, reporters: &mut [Reporter], seen: &mut Seen) {
    let mut server = start_server(dir, start);
    let mut out = BufReader::new(server.stdout.take().unwrap());
    let (answered, answers) = mpsc::channel();
    let killer = std::thread::spawn(move || {
        // One message says that it listens, and one comes with each answer. An end before that: it died by itself.
        let wanted = moment.answers.map_or(0, |answers| answers as usize + 1);
        let died = answers.iter().take(wanted).count() < wanted;
        std::thread::sleep(moment.then);
        server.kill().unwrap();
        server.wait().unwrap();
        assert!(!died, "the server ended before it was killed");
    });
    match port(&mut out) {
        Some(port) => {
            let _ = answered.send(());
            for reporter in reporters.iter_mut().filter(|reporter| reporter.answer.is_none()) {
                if reporter.go_on(port, &answered).is_none() {
                    seen.repeats += 1;
                    break;
                }
            }
        }
        None => seen.interrupted_starts += 1,
    }
    drop(answered);
    killer.join().unwrap();
}

fn start_server(dir: &Path, start: Timestamp) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["crash::child", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env(DIRECTORY, dir)
        .env(START, start.0.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

fn port(out: &mut impl BufRead) -> Option<u16> {
    out.lines().map_while(Result::ok).find_map(|line| line.strip_prefix("PORT ")?.parse().ok())
}

impl Reporter {
    /// The remaining steps; `None` when the connection broke, or what came was not whole.
    fn go_on(&mut self, port: u16, answered: &mpsc::Sender<()>) -> Option<()> {
        if self.token.is_none() {
            let (code, nonce) = (self.code.clone(), self.nonce.clone());
            let request = VerifyRequest { code, nonce, ..VerifyRequest::default() };
            self.token = Some(call::<VerifyResponse>(port, "/api/verify", &to_json(&request))?.token);
            let _ = answered.send(());
        }
        if self.certificate.is_none() {
            let ekeyhmac = encode_base64(&tek_mac(&self.phone.hmac_key, &self.phone.keys));
            let token = self.token.clone().unwrap();
            let request = CertificateRequest { token, ekeyhmac, padding: String::new() };
            let answer: CertificateResponse = call(port, "/api/certificate", &to_json(&request))?;
            self.certificate = Some(answer.certificate);
            let _ = answered.send(());
        }
        // After a restart its quarter of an hour is over: ask for another next time.
        let certificate = self.certificate.take().unwrap();
        let answer: PublishResponse = call(port, "/v1/publish", &self.phone.request(&certificate))?;
        assert_eq!(answer.inserted_exposures as usize, self.phone.keys.len());
        self.answer = Some(answer);
        let _ = answered.send(());
        Some(())
    }
}

fn call<T: DeserializeOwned>(port: u16, path: &str, body: &[u8]) -> Option<T> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let text = String::from_utf8(answer).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length: usize = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())?;
    if body.len() < length {
        return None;
    }
    assert!(head.starts_with("HTTP/1.1 200"), "{path}: {head}\n{body}");
    Some(serde_json::from_str(body).unwrap())
}

fn folder(dir: &Path) -> PathBuf {
    dir.join("objects").join("exports")
}

/// What lies in the object store now: whole, as its name says, unchanged; and an index that only grows.
fn check_files(dir: &Path, seen: &mut Seen) {
    let Ok(entries) = fs::read_dir(folder(dir)) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        // Files in the making have another ending, and are never served.
        if !name.ends_with(".zip") {
            continue;
        }
        let hash: [u8; 32] = Sha256::digest(fs::read(&path).unwrap()).into();
        assert!(name.contains(&hex::encode(hash)), "{name} is half written");
        assert_eq!(*seen.files.entry(name.clone()).or_insert(hash), hash, "{name} changed");
    }
    let index = fs::read_to_string(folder(dir).join("index.txt")).unwrap_or_default();
    let index: Vec<String> = index.lines().map(str::to_owned).collect();
    assert!(index.starts_with(&seen.index), "the index only grows");
    for name in &index {
        assert!(seen.files.contains_key(name), "{name} is in the index but not there");
    }
    seen.index = index;
}

/// The last server is not killed: everything acknowledged stands in exactly one file.
async fn check_end(dir: &Path, reporters: &[Reporter], seen: &mut Seen) {
    let clock = Arc::new(ManualClock::new(NOON + (KILLS_PER_WORLD + 1) * CYCLE_S));
    let state = open_world(dir, clock).await;
    while jobs::run_once(&state).await.unwrap().published.is_some() {}
    check_files(dir, seen);
    let mut times_published: BTreeMap<[u8; 16], u32> = BTreeMap::new();
    let mut end_before = None;
    for name in &seen.index {
        let mut file = ExportFile::open(Cursor::new(fs::read(folder(dir).join(name)).unwrap())).unwrap();
        let header = file.header().unwrap();
        assert!(end_before.is_none_or(|end| end == header.start), "no span is missing or told twice");
        end_before = Some(header.end);
        for key in file.keys().unwrap() {
            let (kind, key) = key.unwrap();
            if kind == KeyKind::New {
                *times_published.entry(*key.key.as_bytes()).or_default() += 1;
            }
        }
    }
    assert!(times_published.values().all(|times| *times == 1), "a key is in two files");
    let distinct: BTreeSet<&String> = seen.index.iter().collect();
    assert_eq!(distinct.len(), seen.index.len());
    for reporter in reporters.iter().filter(|reporter| reporter.answer.is_some()) {
        for key in &reporter.phone.keys {
            assert!(times_published.contains_key(key.key.as_bytes()), "an acknowledged key was lost");
        }
    }
}
