//! Starts the air and the phones of `tests/bumble`, and talks to them.

use bluezone_protocol::bluezone2020::BluezoneId;
use bluezone_protocol::frame::{DEFAULT_SERVICE_UUID, Frame};
use bluezone_protocol::gaen::RollingProximityIdentifier;
use bluezone_protocol::identifier::Identifier;
use bluezone_radio::hci::{HciConfig, HciRadio};
use bluezone_radio::{Advertisement, Radio, RandomAddress, Sighting};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::LazyLock;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

/// Longest wait for something that must happen. It usually takes a hundredth of this; machines that test are busy.
pub const PATIENCE: Duration = Duration::from_secs(60);

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bumble")
}

/// The Python that has Bumble; made if it is not there yet.
static PYTHON: LazyLock<String> = LazyLock::new(|| {
    let output = std::process::Command::new(scripts().join("venv.sh")).output().expect("venv.sh can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
});

pub fn python(script: &str) -> Command {
    let mut command = Command::new(&*PYTHON);
    command.arg(scripts().join(script));
    spawnable(&mut command);
    command
}

/// A Python module that came with Bumble.
pub fn python_module(module: &str) -> Command {
    let mut command = Command::new(&*PYTHON);
    command.args(["-m", module]);
    spawnable(&mut command);
    command
}

fn spawnable(command: &mut Command) {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).env("BUMBLE_LOGLEVEL", "ERROR");
}

/// A script that prints JSON lines.
pub struct Script {
    child: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Script {
    pub fn start(mut command: Command) -> Self {
        let mut child = command.spawn().expect("python starts");
        let stdin = child.stdin.take().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, stdin, lines }
    }

    /// The next event.
    pub async fn event(&mut self) -> Value {
        let line =
            timeout(PATIENCE, self.lines.next_line()).await.expect("an event within patience").unwrap();
        let line = line.expect("the script runs on");
        serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}"))
    }

    /// The next event that `wanted` takes something from.
    pub async fn until<T>(&mut self, mut wanted: impl FnMut(&Value) -> Option<T>) -> T {
        let search = async {
            loop {
                let event = self.event().await;
                assert_ne!(event["event"], "failed", "{event}");
                if let Some(found) = wanted(&event) {
                    return found;
                }
            }
        };
        timeout(PATIENCE, search).await.expect("the event comes within patience")
    }

    /// The next event of this name.
    pub async fn named(&mut self, name: &str) -> Value {
        self.until(|e| (e["event"] == name).then(|| e.clone())).await
    }

    /// Gives a command and waits until it is done; gives the events before that.
    pub async fn does(&mut self, command: Value) -> Vec<Value> {
        self.begin(&command).await;
        let mut before = Vec::new();
        self.until(|e| {
            let done = e["event"] == "done" && e["do"] == command["do"];
            before.push(e.clone());
            done.then_some(())
        })
        .await;
        before
    }

    /// Gives a command.
    pub async fn begin(&mut self, command: &Value) {
        self.stdin.write_all(format!("{command}\n").as_bytes()).await.unwrap();
    }

    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

/// Our air with controllers at these places (metres on a line).
pub struct Air {
    pub script: Script,
    pub ports: Vec<u16>,
}

impl Air {
    pub async fn start(metres: &[f64], options: &[&str]) -> Self {
        let mut command = python("air.py");
        command.args(metres.iter().map(|x| format!("0:{x}:0"))).args(options);
        let mut script = Script::start(command);
        let ready = script.named("ready").await;
        let ports = ready["ports"].as_array().unwrap().iter().map(|p| p.as_u64().unwrap() as u16).collect();
        Self { script, ports }
    }

    /// Our radio on one of the controllers.
    pub async fn radio(&self, controller: usize, config: HciConfig) -> HciRadio {
        HciRadio::open(&format!("tcp:127.0.0.1:{}", self.ports[controller]), config).await.unwrap()
    }

    /// A Bumble phone on one of the controllers, with a static address that ends in its number.
    pub async fn phone(&self, controller: usize) -> Script {
        phone(self.ports[controller], &phone_address(controller)).await
    }
}

pub fn phone_address(number: usize) -> String {
    format!("C4:11:22:33:44:{number:02X}")
}

pub async fn phone(port: u16, address: &str) -> Script {
    let mut command = python("phone.py");
    command.arg(format!("tcp-client:127.0.0.1:{port}")).args(["--address", address]);
    let mut script = Script::start(command);
    script.named("ready").await;
    script
}

/// Ports that were free a moment ago.
pub fn free_ports<const N: usize>() -> [u16; N] {
    let listeners = [(); N].map(|()| std::net::TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|l| l.local_addr().unwrap().port())
}

/// A quick advertiser, so that tests are quick.
pub fn config() -> HciConfig {
    HciConfig { advertising_interval_ms: 30, ..HciConfig::default() }
}

pub fn gaen(n: u8) -> Identifier {
    Identifier::Gaen { rpi: RollingProximityIdentifier([n; 16]), aem: [n, 1, 2, 3] }
}

pub fn original(n: u8) -> Identifier {
    Identifier::Bluezone2020(BluezoneId([n; 12]))
}

/// An advertisement in the identifier's own frame, its address made of the same number.
pub fn advertisement(identifier: Identifier, n: u8) -> Advertisement {
    let frame = Frame::for_identifier(&identifier, DEFAULT_SERVICE_UUID);
    Advertisement { frame, identifier, address: RandomAddress([0x3A, n, n, n, n, n]) }
}

/// The same identifier the iPhone way: only the service, the identifier over GATT.
pub fn iphone_advertisement(identifier: Identifier, n: u8) -> Advertisement {
    Advertisement { frame: Frame::BluezoneIos, ..advertisement(identifier, n) }
}

/// An address as the scripts print it.
pub fn printed(address: RandomAddress) -> String {
    address.0.map(|b| format!("{b:02X}")).join(":")
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

pub fn advertise(data: &[u8]) -> Value {
    json!({"do": "advertise", "data": hex(data)})
}

/// The next sighting of this identifier.
pub async fn sighting_of(radio: &mut HciRadio, identifier: Identifier) -> Sighting {
    let search = async {
        loop {
            let sighting = radio.next().await.unwrap();
            if sighting.identifier == identifier {
                return sighting;
            }
        }
    };
    timeout(PATIENCE, search).await.expect("the sighting comes within patience")
}
