//! A server that is killed (SIGKILL) at random instants, while phones publish and files are written.
//!
//! The server runs in a process of its own: this test program, started again with the one test [`child`]. Its clock runs
//! fast, so that it writes a file every few milliseconds. Phones do what phones do: they repeat a request until it is
//! answered. Whatever was answered must be published, once; whatever was published must stay as it was. Every third phone is
//! that of a contact (F1), whose keys go into files of their own and into no other.

use crate::contact_level::create_contact;
use crate::harness::*;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::code::{CodeKind, ContactFacts};
use bluezone_domain::publication::Stream;
use bluezone_protocol::api::*;
use bluezone_protocol::export::{ExportFile, KeyKind};
use bluezone_protocol::time::{DAY_S, ManualClock, Timestamp};
use bluezone_server::{AppState, Config, admin, jobs};
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
/// Files of each stream that must have been published meanwhile.
const FILES: usize = 50;
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
    stream: Stream,
    code: String,
    nonce: String,
    phone: Phone,
    token: Option<String>,
    certificate: Option<String>,
    answer: Option<PublishResponse>,
}

/// Published files of a stream: name and hash at first sight, and the index.
#[derive(Default)]
struct Files {
    files: BTreeMap<String, [u8; 32]>,
    index: Vec<String>,
}

/// What the test found while a world lived.
#[derive(Default)]
struct Seen {
    cases: Files,
    contacts: Files,
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
    let mut reporters: Vec<Reporter> =
        codes.into_iter().map(|(stream, code)| reporter(stream, code, &mut rng)).collect();
    let mut seen = Seen::default();
    let mut kills = 0;
    // On a slow machine fewer files come between two kills: it takes more of them for the test to test what it says.
    while kills < KILLS_PER_WORLD || kills < 3 * KILLS_PER_WORLD && seen.fewest_files() < FILES {
        kills += 1;
        let start = NOON + kills * CYCLE_S;
        // Mostly while it works, now and then while it starts.
        let moment = if rng.random_bool(0.1) {
            Moment { answers: None, then: Duration::from_micros(rng.random_range(0..60_000)) }
        } else {
            let answers = Some(rng.random_range(0..7));
            Moment { answers, then: Duration::from_micros(rng.random_range(0..20_000)) }
        };
        live(dir.path(), start, moment, &mut reporters, &mut seen);
        seen.check_files(dir.path());
    }
    let repeated = seen.repeats;
    let acknowledged = reporters.iter().filter(|reporter| reporter.answer.is_some()).count();
    let of_contacts =
        reporters.iter().filter(|one| one.answer.is_some() && one.stream == Stream::Contacts).count();
    runtime.block_on(check_end(dir.path(), kills, &reporters, &mut seen));
    // Otherwise the test would not test what it says.
    assert!(acknowledged >= 50, "only {acknowledged} publications were acknowledged");
    assert!(of_contacts >= 15, "only {of_contacts} of contacts");
    assert!(repeated >= 10, "only {repeated} requests were cut off");
    for files in [&seen.cases.files, &seen.contacts.files] {
        assert!(files.len() >= FILES, "only {} files were published", files.len());
    }
    let text = format!(
        "world {seed}: {kills} kills ({} before it listened), {acknowledged} publications, {of_contacts} of them \
         of contacts, {repeated} requests repeated, {} and {} files\n",
        seen.interrupted_starts,
        seen.cases.files.len(),
        seen.contacts.files.len()
    );
    std::io::stderr().write_all(text.as_bytes()).unwrap();
}

/// Keys, an officer, cases and contacts, and links for all phones.
async fn prepare(dir: &Path) -> Vec<(Stream, String)> {
    let clock = Arc::new(ManualClock::new(NOON));
    let state = open_world(dir, clock.clone()).await;
    admin::keys::init(&state).await.unwrap();
    let officer = create_officer(&state).await;
    let mut codes = Vec::new();
    let publish_from = NOON.day_start() - 3 * DAY_S;
    for number in 0..PHONES {
        let (stream, case, contact) = if number % 3 == 0 {
            let contact = create_contact(&state, officer).await;
            (Stream::Contacts, contact.case, Some((contact.id, ContactFacts { publish_from })))
        } else {
            (Stream::Cases, create_case(&state, officer, CaseStatus::Confirmed).await, None)
        };
        let ends = NOON + 30 * DAY_S;
        codes.push((stream, issue_code(&state, officer, case, contact, CodeKind::Link, ends).await));
    }
    state.store.close().await;
    codes
}

fn reporter(stream: Stream, code: String, rng: &mut StdRng) -> Reporter {
    let mut phone = Phone::new(NOON, rng);
    // Past their embargo, and few: many publications are wanted, not large ones.
    phone.keys = phone.keys.split_off(2);
    // At most four days old now, none is too old for the server in the last life, eleven days on.
    phone.keys.truncate(rng.random_range(1..3));
    let nonce = encode_base64(&rng.random::<[u8; 32]>());
    Reporter { stream, code, nonce, phone, token: None, certificate: None, answer: None }
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
            let accept = vec![TestType::Confirmed, TestType::Contact];
            let request = VerifyRequest { code, nonce, accept, ..VerifyRequest::default() };
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

fn folder(dir: &Path, stream: Stream) -> PathBuf {
    let exports = dir.join("objects").join("exports");
    match stream {
        Stream::Cases => exports,
        Stream::Contacts => exports.join("f1"),
    }
}

impl Seen {
    fn fewest_files(&self) -> usize {
        self.cases.files.len().min(self.contacts.files.len())
    }

    fn check_files(&mut self, dir: &Path) {
        self.cases.check(&folder(dir, Stream::Cases));
        self.contacts.check(&folder(dir, Stream::Contacts));
    }
}

impl Files {
    /// What lies in the object store now: whole, as its name says, unchanged; and an index that only grows.
    fn check(&mut self, folder: &Path) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            // Files in the making have another ending, and are never served.
            if !name.ends_with(".zip") {
                continue;
            }
            let hash: [u8; 32] = Sha256::digest(fs::read(&path).unwrap()).into();
            assert!(name.contains(&hex::encode(hash)), "{name} is half written");
            assert_eq!(*self.files.entry(name.clone()).or_insert(hash), hash, "{name} changed");
        }
        let index = fs::read_to_string(folder.join("index.txt")).unwrap_or_default();
        let index: Vec<String> = index.lines().map(str::to_owned).collect();
        assert!(index.starts_with(&self.index), "the index only grows");
        for name in &index {
            assert!(self.files.contains_key(name), "{name} is in the index but not there");
        }
        self.index = index;
    }

    /// How often each key stands in the files of the index, and that no span of time is missing or told twice.
    fn keys(&self, folder: &Path) -> BTreeMap<[u8; 16], u32> {
        let mut times: BTreeMap<[u8; 16], u32> = BTreeMap::new();
        let mut end_before = None;
        for name in &self.index {
            let mut file = ExportFile::open(Cursor::new(fs::read(folder.join(name)).unwrap())).unwrap();
            let header = file.header().unwrap();
            assert!(end_before.is_none_or(|end| end == header.start), "no span is missing or told twice");
            end_before = Some(header.end);
            for key in file.keys().unwrap() {
                let (kind, key) = key.unwrap();
                if kind == KeyKind::New {
                    *times.entry(*key.key.as_bytes()).or_default() += 1;
                }
            }
        }
        let distinct: BTreeSet<&String> = self.index.iter().collect();
        assert_eq!(distinct.len(), self.index.len());
        assert!(times.values().all(|times| *times == 1), "a key is in two files");
        times
    }
}

/// The last server is not killed: everything acknowledged stands in exactly one file, of its own stream.
async fn check_end(dir: &Path, kills: i64, reporters: &[Reporter], seen: &mut Seen) {
    let clock = Arc::new(ManualClock::new(NOON + (kills + 1) * CYCLE_S));
    let state = open_world(dir, clock).await;
    while jobs::run_once(&state).await.unwrap().published.is_some() {}
    seen.check_files(dir);
    let cases = seen.cases.keys(&folder(dir, Stream::Cases));
    let contacts = seen.contacts.keys(&folder(dir, Stream::Contacts));
    for reporter in reporters.iter().filter(|reporter| reporter.answer.is_some()) {
        let (own, other) = match reporter.stream {
            Stream::Cases => (&cases, &contacts),
            Stream::Contacts => (&contacts, &cases),
        };
        for key in &reporter.phone.keys {
            assert!(own.contains_key(key.key.as_bytes()), "an acknowledged key was lost");
            assert!(!other.contains_key(key.key.as_bytes()), "a key stands in the other stream");
        }
    }
}
