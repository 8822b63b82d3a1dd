//! The binary as a user runs it.

use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

/// How often the state of another process is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);
const LOOKS_A_MINUTE: u32 = 600;

/// `bluezone`, to be run to its end.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bluezone"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs `bluezone` to its end. What it says on standard error goes into the suite's log too.
pub fn bluezone(arguments: &[&str]) -> Output {
    run(&mut command(arguments))
}

/// As [`bluezone`].
pub fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    bluezone_canary::log_file("bluezone").write_all(&output.stderr).unwrap();
    output
}

/// Starts `bluezone`: standard output is there to be read, and all that it can log goes into the suite's log.
pub fn start(command: &mut Command) -> Child {
    let log = bluezone_canary::log_file("bluezone");
    command.env("RUST_LOG", "trace").stdout(Stdio::piped()).stderr(log).spawn().unwrap()
}

/// A running `bluezone app`. Killed when dropped.
pub struct Program {
    child: Child,
    /// What it printed when its pages were up.
    pub ready: Value,
    agent: ureq::Agent,
    cookie: String,
    data: PathBuf,
}

impl Program {
    /// Starts a phone with its data in a folder and opens its link.
    pub fn app(data: &Path, arguments: &[&str]) -> Program {
        let mut child = start(command(&["app", "--json", "--data"]).arg(data).args(arguments));
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value =
            serde_json::from_str(&line).unwrap_or_else(|_| panic!("it did not start: {line:?}"));
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build()
            .into();
        let opened = agent.get(ready["link"].as_str().unwrap()).call().unwrap();
        let cookie = opened.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        Program { child, ready, agent, cookie, data: data.to_owned() }
    }

    /// How the phone is, as `/status.json` says.
    pub fn status(&self) -> Value {
        let url = format!("{}/status.json", self.ready["pages"].as_str().unwrap());
        let mut answer = self.agent.get(url).header("cookie", &self.cookie).call().unwrap();
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
    }

    /// Waits until the phone is so, a minute at most.
    pub fn until(&self, what: &str, so: impl Fn(&Value) -> bool) -> Value {
        self.until_within(1, what, so)
    }

    /// Waits until the phone is so.
    pub fn until_within(&self, minutes: u32, what: &str, so: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..minutes * LOOKS_A_MINUTE {
            let status = self.status();
            if so(&status) {
                return status;
            }
            // Another process in real time: there is nothing to wait on but its answers.
            std::thread::sleep(LOOK_EVERY);
        }
        panic!("not within {minutes} min: {what}; {}", self.status())
    }

    /// Ends it as a service manager does.
    pub fn stop(mut self) -> ExitStatus {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let ended = self.child.wait().unwrap();
        self.mark();
        ended
    }

    /// The keys of this phone and the identifiers that it heard must not stand in any log.
    fn mark(&self) {
        let file = rusqlite::Connection::open(self.data.join(bluezone_app::CONTACT_LOG)).unwrap();
        for query in ["SELECT key FROM own_keys", "SELECT bytes FROM identifiers"] {
            let mut rows = file.prepare(query).unwrap();
            let rows = rows.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
            rows.for_each(|row| bluezone_canary::mark(&row.unwrap()));
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
