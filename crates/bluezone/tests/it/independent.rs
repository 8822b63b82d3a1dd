//! `bluezone witness`, `bluezone keeper` and `bluezone log verify` as separate processes that know each other by their
//! public keys only.

use crate::program::{self, bluezone};
use bluezone_protocol::api::{decode_base64, encode_base64};
use bluezone_transparency::checkpoint::LogPolicy;
use bluezone_transparency::entry::{DataKind, Entry, Event, OfficerTag, Opening, Scope, Terms};
use bluezone_transparency::log::{Log, with_cosignatures};
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::note::{Note, SignatureKind, Signer, VerifierKey};
use bluezone_transparency::proof::LogProof;
use bluezone_transparency::seal::{PrivateKey, Upload};
use bluezone_transparency::storage::MemoryFiles;
use bluezone_transparency::subject::SubjectHandle;
use bluezone_transparency::text::Line;
use bluezone_transparency::witness::AddCheckpoint;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command};

pub const ORIGIN: &str = "log.example.vn/bluezone";
/// Nothing here expires before the year 2100.
const LATE: i64 = 4_102_444_800;

pub fn init(arguments: &[&str]) -> String {
    let output = bluezone(&[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let made: Value = serde_json::from_slice(&output.stdout).unwrap();
    made["key"].as_str().unwrap().to_owned()
}

/// A process of ours that answers HTTP. Killed without warning when dropped.
pub struct Process {
    child: Child,
    pub address: String,
    agent: ureq::Agent,
}

impl Process {
    pub fn start(arguments: &[&str]) -> Self {
        let listen = ["--listen", "127.0.0.1:0", "--json"];
        let mut child = program::start(&mut program::command(&[arguments, &listen].concat()));
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value =
            serde_json::from_str(&line).unwrap_or_else(|_| panic!("it did not start: {line:?}"));
        let config = ureq::Agent::config_builder().proxy(None).http_status_as_error(false);
        Process {
            child,
            address: ready["address"].as_str().unwrap().to_owned(),
            agent: config.build().into(),
        }
    }

    /// Status and body, or nothing if it died meanwhile.
    pub fn post(&self, path: &str, kind: &str, body: &str) -> Option<(u16, String)> {
        let request = self.agent.post(format!("{}{path}", self.address)).header("content-type", kind);
        let mut answer = request.send(body).ok()?;
        Some((answer.status().as_u16(), answer.body_mut().read_to_string().ok()?))
    }

    pub fn get(&self, path: &str) -> (u16, String) {
        let mut answer = self.agent.get(format!("{}{path}", self.address)).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    pub fn kill(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-KILL", &pid]).status().unwrap().success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn log_signer() -> Signer {
    Signer::from_seed(ORIGIN, SignatureKind::Ed25519, &[1; 32]).unwrap()
}

pub fn add_checkpoint(log: &Log<MemoryFiles>, old_size: u64) -> String {
    let consistency = log.tiles().consistency_proof(old_size).unwrap();
    let note = Note::parse(log.signed_head().as_bytes()).unwrap();
    AddCheckpoint { old_size, consistency, note }.to_text()
}

/// Two witness processes, and the log that they watch.
pub struct Promise {
    pub dir: tempfile::TempDir,
    pub log: Log<MemoryFiles>,
    keys: Vec<String>,
    pub witnesses: Vec<Process>,
}

impl Promise {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let log = Log::open(MemoryFiles::default(), log_signer()).unwrap();
        let mut promise = Promise { dir, log, keys: Vec::new(), witnesses: Vec::new() };
        for number in 0..2 {
            let name = format!("witness.example.vn/w{number}");
            promise.keys.push(init(&["witness", "init", "--name", &name, "--state", &promise.state(number)]));
            let witness = promise.witness(number);
            promise.witnesses.push(witness);
        }
        promise
    }

    fn state(&self, number: usize) -> String {
        self.dir.path().join(format!("w{number}")).display().to_string()
    }

    pub fn witness(&self, number: usize) -> Process {
        let log = log_signer().verifier().to_string();
        Process::start(&["witness", "serve", "--state", &self.state(number), "--log", &log])
    }

    fn policy(&self) -> LogPolicy {
        let witnesses = self.keys.iter().map(|key| key.parse::<VerifierKey>().unwrap()).collect();
        LogPolicy::new(log_signer().verifier().clone(), witnesses, 2, LogPolicy::DEFAULT_MAX_AGE_S).unwrap()
    }

    fn policy_flags(&self) -> Vec<String> {
        let mut flags = vec!["--log".to_owned(), log_signer().verifier().to_string()];
        for key in &self.keys {
            flags.extend(["--witness".to_owned(), key.clone()]);
        }
        flags
    }

    pub fn keeper(&self, state: &str) -> Process {
        let flags = self.policy_flags();
        let mut arguments = vec!["keeper", "serve", "--state", state];
        arguments.extend(flags.iter().map(String::as_str));
        Process::start(&arguments)
    }

    /// Appends an entry, has it cosigned by both processes, publishes it. Gives its index.
    pub fn publish(&mut self, entry: &str) -> u64 {
        let old = self.log.head().size;
        self.log.append(&[entry]).unwrap();
        let body = add_checkpoint(&self.log, old);
        let lines: Vec<_> = self
            .witnesses
            .iter()
            .map(|witness| {
                let (status, line) = witness.post("/add-checkpoint", "text/plain", &body).unwrap();
                assert_eq!(status, 200, "{line}");
                line
            })
            .collect();
        let note = with_cosignatures(
            &self.log.signed_head(),
            self.policy().witnesses(),
            lines.iter().map(String::as_str),
        );
        let checkpoint = self.policy().check_undated(note.as_bytes()).unwrap();
        self.log.publish(&checkpoint).unwrap();
        old
    }

    /// What the keeper is asked, for an opening at this index and a keeper that saw `seen` entries.
    pub fn open_body(&self, upload: &Upload, entry: &str, index: u64, seen: u64) -> String {
        let inclusion = self.log.tiles().inclusion_proof(index).unwrap();
        let checkpoint = self.log.files().snapshot().remove("checkpoint").unwrap();
        let checkpoint = String::from_utf8(checkpoint).unwrap();
        json!({
            "upload": encode_base64(&upload.to_bytes()),
            "entry": entry,
            "proof": LogProof { index, inclusion, checkpoint }.to_string(),
            "consistency": self.log.tiles().consistency_proof(seen).unwrap(),
        })
        .to_string()
    }

    fn write_log(&self, to: &Path) {
        for (path, bytes) in self.log.files().snapshot() {
            let path = to.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
}

fn line(text: &str) -> Line {
    Line::new(text).unwrap()
}

/// An upload that someone sent unasked, and the opening that fits it.
pub fn upload(keeper: &str, unit: &PrivateKey, rng: &mut StdRng) -> (Upload, String) {
    let subject = SubjectHandle::generate(rng).commit(rng);
    let keeper = keeper.parse().unwrap();
    let upload = Upload::unasked(line("TN-CDC"), subject, &unit.public(), &keeper, b"a report", rng).unwrap();
    let kinds = BTreeSet::from([DataKind::Contacts]);
    let at = bluezone_protocol::time::Timestamp;
    let opening = Opening {
        terms: Terms {
            unit: line("TN-CDC"),
            basis: line("Luật Phòng bệnh 2025"),
            purpose: line("Truy vết"),
            scope: Scope { from: at(1), until: at(2), kinds },
            expires: at(LATE),
        },
        subject,
        request: None,
        upload: upload.hash(),
        officer: OfficerTag([1; 16]),
    };
    let entry = Entry { time: at(1_622_505_600), event: Event::Opening(opening) };
    (upload, entry.to_text())
}

#[test]
fn keys_are_made_once_and_for_their_owner_only() {
    let dir = tempfile::tempdir().unwrap();
    for command in [&["keeper", "init"][..], &["witness", "init", "--name", "w.example"]] {
        let state = dir.path().join(command[0]).display().to_string();
        let arguments = [command, &["--state", &state]].concat();
        init(&arguments);
        let again = bluezone(&arguments);
        assert!(!again.status.success());
        assert!(String::from_utf8_lossy(&again.stderr).contains("there is a key already"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let key = Path::new(&state).join("key");
            assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
            std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
            let log = log_signer().verifier().to_string();
            let mut serve = vec![command[0], "serve", "--state", &state, "--log", &log];
            let witnesses = [1, 2].map(|n| {
                let name = format!("w{n}");
                Signer::from_seed(&name, SignatureKind::Cosignature, &[100 + n; 32])
                    .unwrap()
                    .verifier()
                    .to_string()
            });
            if command[0] == "keeper" {
                serve.extend(["--witness", &witnesses[0], "--witness", &witnesses[1]]);
            }
            let refused = bluezone(&serve);
            assert!(String::from_utf8_lossy(&refused.stderr).contains("chmod 600"));
        }
    }
    let missing =
        bluezone(&["witness", "serve", "--state", "nowhere", "--log", &log_signer().verifier().to_string()]);
    assert!(String::from_utf8_lossy(&missing.stderr).contains("run `init`"));
}

#[test]
fn the_promise_is_kept_by_processes_that_share_nothing() {
    let mut promise = Promise::new();
    let mut rng = StdRng::seed_from_u64(1);
    let state = promise.dir.path().join("keeper").display().to_string();
    let key = init(&["keeper", "init", "--state", &state]);
    let keeper = promise.keeper(&state);
    let unit = PrivateKey::generate(&mut rng);
    let (upload, entry) = upload(&key, &unit, &mut rng);

    // Not in the log yet.
    promise.publish("something else");
    let body = promise.open_body(&upload, &entry, 0, 0);
    let (status, answer) = keeper.post("/open", "application/json", &body).unwrap();
    assert_eq!((status, answer.contains("does not stand in the log")), (403, true), "{answer}");

    let index = promise.publish(&entry);
    let body = promise.open_body(&upload, &entry, index, 0);
    let (status, answer) = keeper.post("/open", "application/json", &body).unwrap();
    assert_eq!(status, 200, "{answer}");
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let stripped = decode_base64(answer["stripped"].as_str().unwrap()).unwrap();
    assert_eq!(upload.open_stripped(&stripped, &unit).unwrap(), b"a report");
    let openings: Value = serde_json::from_str(&keeper.get("/openings").1).unwrap();
    assert_eq!(openings[0]["upload"], upload.hash().to_string());
    let latest: Value = serde_json::from_str(&keeper.get("/latest").1).unwrap();
    assert_eq!(latest, json!(promise.log.head()));

    // A second process on the same state is refused.
    let flags = promise.policy_flags();
    let mut second = vec!["keeper", "serve", "--state", &state, "--listen", "127.0.0.1:0"];
    second.extend(flags.iter().map(String::as_str));
    assert!(String::from_utf8_lossy(&bluezone(&second).stderr).contains("another process uses it"));

    // Monitors get the latest checkpoint from the witness, without knowing the log's address.
    let origin_hash = hex::encode(Hash::of(ORIGIN.as_bytes()).0);
    let (status, note) = promise.witnesses[0].get(&format!("/{origin_hash}/checkpoint"));
    assert!(status == 200 && note.starts_with(&format!("{ORIGIN}\n2\n")), "{note}");
    assert_eq!(promise.witnesses[0].get("/00/checkpoint").0, 404);
    let conflict =
        promise.witnesses[0].post("/add-checkpoint", "text/plain", &add_checkpoint(&promise.log, 1));
    assert_eq!(conflict, Some((409, "2\n".to_owned())));
    let garbage = promise.witnesses[0].post("/add-checkpoint", "text/plain", "garbage");
    assert_eq!(garbage.unwrap().0, 400);
}

/// Whoever looks for a fault with the most talkative log does not get what goes over the wire into it: keys and tokens do.
#[test]
fn no_log_holds_what_goes_over_the_wire() {
    let promise = Promise::new();
    let flags = promise.policy_flags();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let answers = std::thread::spawn(move || {
        let (mut asked, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        assert!(asked.read(&mut request).unwrap() > 0);
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\nconnection: close\r\n\r\nfrom afar.";
        asked.write_all(answer).unwrap();
    });
    let mut verify = program::command(&["log", "verify", &address, "--rp-id", "console.example.vn"]);
    let output = verify.args(&flags).env("RUST_LOG", "trace,ureq_proto=trace").output().unwrap();
    answers.join().unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(log.contains("DEBUG"), "the client logs something: {log}");
    // It would be there as pairs of bytes and as text, both in pieces.
    for piece in ["4854 5450", "HTTP/1.1.200.OK", "from.afar", "from afar"] {
        assert!(!log.contains(piece), "{piece} in {log}");
    }
}

#[test]
fn an_auditor_verifies_the_log_and_names_what_breaks_a_rule() {
    let mut promise = Promise::new();
    let mut rng = StdRng::seed_from_u64(2);
    let keeper = PrivateKey::generate(&mut rng).public().to_string();
    let (_, entry) = upload(&keeper, &PrivateKey::generate(&mut rng), &mut rng);
    promise.publish(&entry);
    let files = promise.dir.path().join("log");
    promise.write_log(&files);
    let older = promise.dir.path().join("older");
    std::fs::copy(files.join("checkpoint"), &older).unwrap();
    promise.publish(&entry);
    promise.write_log(&files);

    let flags = promise.policy_flags();
    let (files_name, older_name) = (files.display().to_string(), older.display().to_string());
    let verify = |more: &[&str]| {
        let mut arguments = vec!["log", "verify", &files_name, "--rp-id", "console.example.vn"];
        arguments.extend(flags.iter().map(String::as_str));
        arguments.extend(more);
        bluezone(&arguments)
    };
    let output = verify(&["--since", &older_name, "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&found["size"], &found["since"], &found["kinds"]),
        (&json!(2), &json!(1), &json!({ "opening": 2 }))
    );
    assert!(String::from_utf8_lossy(&verify(&[]).stdout).starts_with("2 entries, root "));

    promise.publish("garbage");
    promise.write_log(&files);
    let output = verify(&[]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("entry 2 cannot be read"));
    assert!(String::from_utf8_lossy(&output.stderr).contains("one entry breaks a rule"));
    let tile = files.join("tile/0/000.p/3");
    let mut bytes = std::fs::read(&tile).unwrap();
    bytes[40] ^= 1;
    std::fs::write(&tile, bytes).unwrap();
    let output = verify(&["--since", &older_name]);
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1);
    assert!(!output.status.success());
}
