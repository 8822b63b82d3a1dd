//! The whole promise in processes that know each other by their public keys only: `bluezone serve`, two witnesses, a keeper, a
//! phone that sends, and an auditor. The server is killed at random instants; what it published stays one history.

use crate::independent::{Process, init};
use crate::program::{self, bluezone};
use bluezone_protocol::api::{ConsentRequest, encode_base64, to_json};
use bluezone_transparency::checkpoint::LogPolicy;
use bluezone_transparency::note::VerifierKey;
use bluezone_transparency::seal::{PublicKey, Upload};
use bluezone_transparency::subject::SubjectHandle;
use bluezone_transparency::text::Line;
use bluezone_transparency::units::UnitsFile;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Child;
use std::time::Duration;
use tokio::time::Instant;

const KILLS: u32 = 12;
const UNIT: &str = "cdc-19";
/// A test gives up after a minute.
const LOOKS: u32 = 600;

fn ok(arguments: &[&str]) -> String {
    let output = bluezone(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Everything in one directory: keys, witnesses, keeper, and the server's settings.
struct Authority {
    dir: tempfile::TempDir,
    log: String,
    witness_keys: Vec<String>,
    keeper_key: String,
    _others: Vec<Process>,
}

impl Authority {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name).display().to_string();
        ok(&["admin", "keys", "init", "--data", &at("server")]);
        let log = init(&["admin", "log", "init", "--data", &at("server"), "--origin", "log.test/bluezone"]);
        let (mut others, mut witnesses, mut witness_keys) = (Vec::new(), Vec::new(), Vec::new());
        for number in [1, 2] {
            let (state, name) = (at(&format!("w{number}")), format!("witness.test/w{number}"));
            let key = init(&["witness", "init", "--state", &state, "--name", &name]);
            let process = Process::start(&["witness", "serve", "--state", &state, "--log", &log]);
            witnesses.push(json!({ "url": process.address, "key": key }));
            witness_keys.push(key);
            others.push(process);
        }
        let keeper_key = init(&["keeper", "init", "--state", &at("keeper")]);
        let mut serve = vec!["keeper", "serve", "--log", &log];
        let state = at("keeper");
        serve.extend(["--state", &state]);
        for key in &witness_keys {
            serve.extend(["--witness", key]);
        }
        let keeper = Process::start(&serve);
        let promise = json!({
            "period_s": 1, "witnesses": witnesses, "keeper": { "url": keeper.address, "key": keeper_key },
        });
        others.push(keeper);
        std::fs::write(at("config.json"), json!({ "promise": promise, "response_floor_ms": 0 }).to_string())
            .unwrap();
        let authority = Authority { dir, log, witness_keys, keeper_key, _others: others };
        authority.add_unit(UNIT);
        authority
    }

    fn at(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    fn add_unit(&self, code: &str) {
        let (data, config) = (self.at("server"), self.at("config.json"));
        ok(&["admin", "log", "unit", "--data", &data, "--config", &config, "--code", code, "--name", "CDC"]);
    }

    fn serve(&self) -> Server {
        Server::start(&self.at("server"), &self.at("config.json"))
    }

    /// A killed server's lease of the jobs runs for two minutes, which a test does not wait for.
    fn end_leases(&self) {
        let database = rusqlite::Connection::open(self.at("server/bluezone.db")).unwrap();
        database.execute("DELETE FROM leases", []).unwrap();
    }

    fn policy(&self) -> LogPolicy {
        let witnesses = self.witness_keys.iter().map(|key| key.parse::<VerifierKey>().unwrap()).collect();
        LogPolicy::new(self.log.parse().unwrap(), witnesses, 2, LogPolicy::DEFAULT_MAX_AGE_S).unwrap()
    }

    /// `bluezone admin log verify` on a URL or a directory.
    fn verify(&self, files: &str, since: Option<&Path>) -> Value {
        let mut arguments =
            vec!["admin", "log", "verify", files, "--log", &self.log, "--rp-id", "127.0.0.1", "--json"];
        for key in &self.witness_keys {
            arguments.extend(["--witness", key]);
        }
        let since = since.map(|path| path.display().to_string());
        if let Some(since) = &since {
            arguments.extend(["--since", since]);
        }
        serde_json::from_str(&ok(&arguments)).unwrap()
    }
}

struct Server {
    child: Child,
    address: String,
    agent: ureq::Agent,
}

impl Server {
    fn start(data: &str, config: &str) -> Self {
        let serve = ["serve", "--listen", "127.0.0.1:0", "--data", data, "--config", config];
        let mut child = program::start(&mut program::command(&serve));
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split_whitespace().last().unwrap().trim_end_matches("/console").to_owned();
        let config = ureq::Agent::config_builder().proxy(None).http_status_as_error(false);
        Server { child, address, agent: config.build().into() }
    }

    fn get(&self, path: &str) -> (u16, Vec<u8>) {
        let mut answer = self.agent.get(format!("{}{path}", self.address)).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_vec().unwrap())
    }

    /// Waits until `wanted` is true of a file.
    fn wait(&self, path: &str, wanted: impl Fn(&[u8]) -> bool) -> Vec<u8> {
        for _ in 0..LOOKS {
            let (status, body) = self.get(path);
            if status == 200 && wanted(&body) {
                return body;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("{path} did not become what it should");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn size(checkpoint: &[u8]) -> u64 {
    String::from_utf8_lossy(checkpoint).lines().nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_server_two_witnesses_and_a_keeper_keep_the_promise_as_processes() {
    let authority = Authority::new();
    let server = authority.serve();
    server.wait("/v1/log/checkpoint", |checkpoint| size(checkpoint) == 1);
    let units = server.wait("/v1/units", |_| true);
    let units = UnitsFile::read(&units, authority.policy().log()).unwrap();
    let mut rng = StdRng::seed_from_u64(1);
    let subject = SubjectHandle::generate(&mut rng).commit(&mut rng);
    let keeper: PublicKey = authority.keeper_key.parse().unwrap();
    let (unit, key) = (Line::new(UNIT).unwrap(), units.unit(UNIT).unwrap().key);
    let upload = Upload::unasked(unit, subject, &key, &keeper, b"who stood near", &mut rng).unwrap();
    let request = ConsentRequest { upload: encode_base64(&upload.to_bytes()), ..ConsentRequest::default() };
    // The units are served a moment before the database says that they are.
    let taken = (0..LOOKS).any(|_| {
        let to = format!("{}/v1/consent", server.address);
        let answer = server.agent.post(to).send(&to_json(&request)[..]).unwrap();
        std::thread::sleep(Duration::from_millis(100));
        answer.status().as_u16() == 200
    });
    assert!(taken);

    let verified = authority.verify(&format!("{}/v1/log", server.address), None);
    assert_eq!((verified["size"].as_u64(), verified["kinds"]["rule"].as_u64()), (Some(1), Some(1)));
    let (data, config) = (authority.at("server"), authority.at("config.json"));
    let pins: Value =
        serde_json::from_str(&ok(&["admin", "log", "pins", "--data", &data, "--config", &config])).unwrap();
    assert_eq!(
        (pins["log"].as_str(), pins["keeper"].as_str()),
        (Some(&*authority.log), Some(&*authority.keeper_key))
    );
    assert!(ok(&["admin", "audit", "verify", "--data", &data]).contains("0 links in order"));
    assert!(!bluezone(&["admin", "log", "init", "--data", &data, "--origin", "other"]).status.success());
}

#[test]
fn a_killed_server_publishes_one_history() {
    let authority = Authority::new();
    let mut rng = StdRng::seed_from_u64(7);
    let (files, kept) = (authority.at("server/objects/log"), authority.dir.path().join("kept"));
    // How long it takes until the log is out, on this machine: a server that is left alone.
    let begun = Instant::now();
    let server = authority.serve();
    server.wait("/v1/log/checkpoint", |checkpoint| size(checkpoint) == 1);
    let whole = begun.elapsed().as_micros() as u64;
    drop(server);
    authority.end_leases();
    let mut published = 0;
    for round in 0..KILLS {
        authority.add_unit(&format!("cdc-{}", 20 + round));
        let server = authority.serve();
        std::thread::sleep(Duration::from_micros(rng.random_range(0..whole)));
        drop(server);
        authority.end_leases();
        let Ok(checkpoint) = std::fs::read(Path::new(&files).join("checkpoint")) else { continue };
        let checked = authority.policy().check_undated(&checkpoint).unwrap();
        assert!(checked.head().size >= published, "round {round}");
        published = checked.head().size;
        authority.verify(&files, kept.exists().then_some(&kept));
        std::fs::write(&kept, &checkpoint).unwrap();
    }
    let server = authority.serve();
    server.wait("/v1/log/checkpoint", |checkpoint| size(checkpoint) == u64::from(KILLS) + 1);
    let units = server.wait("/v1/units", |units| {
        units.windows(5).filter(|part| *part == b"\nunit").count() > KILLS as usize
    });
    assert_eq!(UnitsFile::read(&units, authority.policy().log()).unwrap().units().len(), KILLS as usize + 1);
    authority.verify(&format!("{}/v1/log", server.address), kept.exists().then_some(&kept));
    assert!(published > 1, "some of the kills came after a checkpoint");
}
