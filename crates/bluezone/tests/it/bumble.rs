//! A Bluetooth stack that is not ours takes part: the app on one virtual controller, Bumble phones on the others.
//!
//! The scripts are those of `crates/radio/tests/bumble`; here the whole program is on the other side.

use crate::program::Program;
use crate::scene::MORNING;
use async_trait::async_trait;
use bluezone_app::radio_loop::RadioSource;
use bluezone_app::shelf::Shelf;
use bluezone_app::storage::SqliteStorage;
use bluezone_app::{App, AppConfig, CONTACT_LOG};
use bluezone_device::{DeviceConfig, DutyCycle, MemoryStorage, Storage};
use bluezone_protocol::bluezone2020::BluezoneId;
use bluezone_protocol::frame::{DEFAULT_SERVICE_UUID, Frame, Heard, decode};
use bluezone_protocol::gaen::RollingProximityIdentifier;
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::{ManualClock, Timestamp};
use bluezone_radio::hci::{HciConfig, HciRadio};
use bluezone_radio::{Radio, RadioError};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, LazyLock};

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../radio/tests/bumble")
}

/// The Python that has Bumble; made if it is not there yet.
static PYTHON: LazyLock<String> = LazyLock::new(|| {
    let output = Command::new(scripts().join("venv.sh")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
});

/// A script that takes commands and prints events, both JSON lines. Killed when dropped.
struct Script {
    child: Child,
    commands: ChildStdin,
    events: Lines<BufReader<ChildStdout>>,
}

impl Script {
    fn start(script: &str, arguments: &[String]) -> Script {
        let mut child = Command::new(&*PYTHON)
            .arg(scripts().join(script))
            .args(arguments)
            .env("BUMBLE_LOGLEVEL", "ERROR")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let commands = child.stdin.take().unwrap();
        let events = BufReader::new(child.stdout.take().unwrap()).lines();
        Script { child, commands, events }
    }

    /// The next event of a name; others are passed over. The scripts themselves give up after a minute.
    fn until(&mut self, name: &str) -> Value {
        loop {
            let line = self.events.next().expect("the script runs on").unwrap();
            let event: Value = serde_json::from_str(&line).unwrap();
            assert_ne!(event["event"], "failed", "{event}");
            if event["event"] == name {
                return event;
            }
        }
    }

    fn does(&mut self, command: &Value) {
        writeln!(self.commands, "{command}").unwrap();
        self.until("done");
    }

    fn advertises(&mut self, data: &[u8]) {
        self.does(&json!({ "do": "advertise", "data": hex::encode(data) }));
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Controllers a metre apart: the app's, then one for each Bumble phone.
struct Air {
    ports: Vec<u64>,
    _script: Script,
}

impl Air {
    fn of(phones: usize) -> (Air, Vec<Script>) {
        let places: Vec<String> = (0..=phones).map(|metres| format!("0:{metres}:0")).collect();
        let mut script = Script::start("air.py", &places);
        let ports: Vec<u64> = script.until("ready")["ports"]
            .as_array()
            .unwrap()
            .iter()
            .map(|port| port.as_u64().unwrap())
            .collect();
        let phone = |(number, port): (usize, &u64)| {
            let address = format!("C4:11:22:33:44:{number:02X}");
            let mut phone = Script::start(
                "phone.py",
                &[format!("tcp-client:127.0.0.1:{port}"), "--address".to_owned(), address],
            );
            phone.until("ready");
            phone
        };
        let phones = ports.iter().enumerate().skip(1).map(phone).collect();
        (Air { ports, _script: script }, phones)
    }

    fn endpoint(&self) -> String {
        format!("tcp:127.0.0.1:{}", self.ports[0])
    }
}

fn gaen(number: u8) -> Identifier {
    Identifier::Gaen { rpi: RollingProximityIdentifier([number; 16]), aem: [number, 1, 2, 3] }
}

fn original(number: u8) -> Identifier {
    Identifier::Bluezone2020(BluezoneId([number; 12]))
}

fn frame(identifier: &Identifier) -> Vec<u8> {
    Frame::for_identifier(identifier, DEFAULT_SERVICE_UUID).encode().to_vec()
}

/// What the phone's contact log holds, read after the program has ended.
fn logged(data: &Path) -> BTreeSet<Identifier> {
    let log = SqliteStorage::open(data.join(CONTACT_LOG)).unwrap();
    log.sightings(Timestamp(0)).unwrap().into_iter().map(|sighting| sighting.identifier).collect()
}

/// A controller behind a port.
struct Hci(String);

#[async_trait]
impl RadioSource for Hci {
    async fn open(&mut self) -> Result<Box<dyn Radio>, RadioError> {
        Ok(Box::new(HciRadio::open(&self.0, HciConfig::default()).await?))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bumble_sees_bytes_and_address_change_in_the_same_rotation() {
    let (air, mut phones) = tokio::task::spawn_blocking(|| Air::of(1)).await.unwrap();
    let mut phone = phones.remove(0);
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(MORNING));
    let config = AppConfig {
        server_url: "http://127.0.0.1:1".to_owned(),
        data_dir: folder.path().join("phone"),
        listen: "127.0.0.1:0".parse().unwrap(),
        device: DeviceConfig { duty_cycle: DutyCycle::BLUEZONE_FOREGROUND, ..DeviceConfig::default() },
        poll_s: 3600,
        station_phone: None,
    };
    let (shelf, rng) = (Shelf::new(MemoryStorage::new()), Box::new(StdRng::seed_from_u64(1)));
    let source = Box::new(Hci(air.endpoint()));
    let app = App::with_storage(config, shelf, source, clock.clone(), rng).await.unwrap();
    let running = app.phone().clone();
    let ended = tokio::spawn(app.run(std::future::pending()));

    let heard = tokio::task::spawn_blocking(move || {
        // The app looks at its clock whenever it hears something: this phone's packets wake it.
        phone.advertises(&frame(&gaen(9)));
        phone.does(&json!({ "do": "listen" }));
        let mut rotations: Vec<(String, String)> = Vec::new();
        while rotations.len() < 4 {
            let event = phone.until("heard");
            let seen =
                (event["address"].as_str().unwrap().to_owned(), event["data"].as_str().unwrap().to_owned());
            if !rotations.contains(&seen) {
                rotations.push(seen);
                clock.advance(600);
            }
        }
        rotations
    })
    .await
    .unwrap();
    running.stop();
    ended.await.unwrap().unwrap();

    let addresses: BTreeMap<_, _> = heard.iter().cloned().collect();
    let bytes: BTreeSet<_> = heard.iter().map(|(_, data)| data).collect();
    assert_eq!((addresses.len(), bytes.len()), (4, 4), "neither ever changes without the other");
    for (address, data) in &heard {
        let Heard::Frame(Frame::ServiceData { uuid: DEFAULT_SERVICE_UUID, .. }) =
            decode(&hex::decode(data).unwrap(), DEFAULT_SERVICE_UUID)
        else {
            panic!("not our frame: {data}")
        };
        let first = u8::from_str_radix(&address[..2], 16).unwrap();
        assert_eq!(first & 0xC0, 0, "a non-resolvable private address: {address}");
    }
}

#[test]
fn it_logs_service_data_the_original_android_frame_and_what_an_iphone_tells_over_gatt() {
    let (air, mut phones) = Air::of(3);
    phones[0].advertises(&frame(&gaen(1)));
    phones[1].advertises(&frame(&original(2)));
    let value = hex::encode(original(3).to_bytes());
    phones[2].does(&json!({ "do": "serve", "value": value, "writable": true }));
    phones[2].advertises(&Frame::BluezoneIos.encode());
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("phone");
    let radio = format!("hci:{}", air.endpoint());
    let app = Program::app(&data, &["--server", "http://127.0.0.1:1", "--radio", &radio]);
    phones[2].until("written"); // so it was read
    app.until("the first scan was recorded", |status| !status["contact_days"].as_array().unwrap().is_empty());
    assert!(app.stop().success());
    assert_eq!(logged(&data), BTreeSet::from([gaen(1), original(2), original(3)]));
}

/// The air keeps a controller going when nobody is at its other end, as a serial line does.
#[test]
fn after_sigterm_nothing_is_on_the_air() {
    let (air, mut phones) = Air::of(2);
    let folder = tempfile::tempdir().unwrap();
    let radio = format!("hci:{}", air.endpoint());
    let app =
        Program::app(&folder.path().join("phone"), &["--server", "http://127.0.0.1:1", "--radio", &radio]);
    phones[0].does(&json!({ "do": "listen" }));
    phones[0].until("heard");
    phones[0].does(&json!({ "do": "deaf" }));
    assert!(app.stop().success());

    // What is heard from now on was sent after the end. The other phone's packets tell that time has passed: 50 of them
    // are ten of the app's.
    phones[1].advertises(&frame(&gaen(9)));
    phones[0].does(&json!({ "do": "listen" }));
    for _ in 0..50 {
        let heard = phones[0].until("heard");
        assert_eq!(heard["data"], hex::encode(frame(&gaen(9))), "the app is still on the air");
    }
}

#[test]
fn garbage_of_every_length_does_nothing() {
    let (air, mut phones) = Air::of(1);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("phone");
    let radio = format!("hci:{}", air.endpoint());
    let listening = ["--server", "http://127.0.0.1:1", "--radio", &radio, "--duty", "bluezone-foreground"];
    let app = Program::app(&data, &listening);
    app.until("the radio works", |status| status["bluetooth"] == "on");
    phones[0].does(&json!({ "do": "garbage", "seed": 1 }));
    assert_eq!(app.status()["bluetooth"], "on");
    // It still hears: who comes after the garbage reads us, and stands in the log alone.
    phones[0].does(&json!({ "do": "listen" }));
    let address = phones[0].until("heard")["address"].as_str().unwrap().to_owned();
    phones[0].does(&json!({ "do": "deaf" }));
    let visit = json!({ "do": "visit", "address": address, "write": [hex::encode(gaen(5).to_bytes())] });
    phones[0].does(&visit);
    assert!(app.stop().success());
    assert_eq!(logged(&data), BTreeSet::from([gaen(5)]));
}
