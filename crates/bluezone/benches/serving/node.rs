//! An installation, a node of it, and the load generator, each a process of the program.

use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// Connections of the generator, for each kind of request.
pub const CONNECTIONS: usize = 64;

/// A folder with a server's data; its records may be in PostgreSQL.
pub struct Installation {
    pub dir: TempDir,
    url: Option<String>,
}

impl Installation {
    /// With signing keys. Files lie where PostgreSQL's do: on the disk that is measured.
    pub fn new(url: Option<String>) -> Installation {
        let dir = tempfile::Builder::new().prefix("bluezone-bench-").tempdir_in("/tmp").unwrap();
        let made = Installation { dir, url };
        made.run(&["admin", "keys", "init"]);
        made
    }

    fn command(&self) -> Command {
        // As many connections as the system allows.
        let mut command = Command::new("sh");
        command.args([
            "-c",
            "ulimit -n \"$(ulimit -Hn)\"; exec \"$0\" \"$@\"",
            env!("CARGO_BIN_EXE_bluezone"),
        ]);
        command
            .current_dir(self.dir.path())
            .env_remove("BLUEZONE_MASTER_KEY")
            .env_remove("BLUEZONE_MASTER_KEY_FILE");
        command.env_remove("BLUEZONE_OBJECTS");
        match &self.url {
            Some(url) => command.env("DATABASE_URL", url),
            None => command.env_remove("DATABASE_URL"),
        };
        command.env("RUST_LOG", "error").stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, args: &[&str]) -> String {
        let output = self.command().args(args).stderr(Stdio::inherit()).output().unwrap();
        assert!(output.status.success(), "bluezone {}", args.join(" "));
        String::from_utf8(output.stdout).unwrap()
    }

    /// People, places and codes for the load.
    pub fn prepare(&self, citizens: usize, places: usize, codes: usize) {
        let [citizens, places, codes] = [citizens, places, codes].map(|count| count.to_string());
        self.run(&["load", "prepare", "--citizens", &citizens, "--places", &places, "--codes", &codes]);
    }

    /// The codes from one on, so many, in a cast of their own: each code is good once.
    pub fn codes(&self, from: usize, count: usize) {
        let mut cast: Value = serde_json::from_slice(&fs::read(self.path("cast.json")).unwrap()).unwrap();
        let codes: Vec<Value> =
            cast["codes"].as_array().unwrap().iter().skip(from).take(count).cloned().collect();
        assert_eq!(codes.len(), count, "too few codes");
        cast["codes"] = json!(codes);
        fs::write(self.path("codes.json"), cast.to_string()).unwrap();
    }

    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join(name)
    }

    /// A node, without the jobs.
    pub fn node(&self) -> Node {
        let mut command = self.command();
        command.args(["serve", "--no-jobs", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
        Node { process, address }
    }

    /// Asks a node, or any other server; what was measured, one object a kind.
    pub fn load(&self, address: &str, seconds: u64, args: &[&str]) -> Vec<Value> {
        self.start_load(address, seconds, args).end()
    }

    /// Begins to.
    pub fn start_load(&self, address: &str, seconds: u64, args: &[&str]) -> Load {
        let mut command = self.command();
        command.args(["load", "run", "--json", "--server", address, "--seconds", &seconds.to_string()]);
        Load(command.args(args).stdout(Stdio::piped()).spawn().unwrap())
    }
}

/// The generator at work.
pub struct Load(Child);

impl Load {
    /// Waits for its end.
    pub fn end(self) -> Vec<Value> {
        let output = self.0.wait_with_output().unwrap();
        assert!(output.status.success(), "the load broke off");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

/// A node. Killed when dropped.
pub struct Node {
    process: Child,
    /// Host and port.
    pub address: String,
}

impl Node {
    /// Memory of the process now, and its most so far, in MB.
    pub fn memory(&self) -> (f64, f64) {
        memory_of(self.process.id())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// proc(5): `VmRSS` and `VmHWM`, in MB.
fn memory_of(process: u32) -> (f64, f64) {
    let status = fs::read_to_string(Path::new("/proc").join(process.to_string()).join("status")).unwrap();
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().trim_end_matches("kB").trim().parse::<f64>().unwrap() / 1e3
    };
    (of("VmRSS:"), of("VmHWM:"))
}

/// A number of what was measured.
pub fn number(measured: &Value, names: &[&str]) -> f64 {
    names.iter().fold(measured, |value, name| &value[*name]).as_f64().unwrap()
}
