//! The binary as a user runs it.

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

/// How often the state of another process is looked at, and how many times before a test gives up: a minute.
const LOOK_EVERY: Duration = Duration::from_millis(100);
const LOOKS: u32 = 600;

/// Runs `bluezone` to its end.
pub fn bluezone(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bluezone")).args(arguments).output().unwrap()
}

/// A running `bluezone app`. Killed when dropped.
pub struct Program {
    child: Child,
    /// What it printed when its pages were up.
    pub ready: Value,
    agent: ureq::Agent,
    cookie: String,
}

impl Program {
    /// Starts a phone with its data in a folder and opens its link.
    pub fn app(data: &Path, arguments: &[&str]) -> Program {
        let mut child = Command::new(env!("CARGO_BIN_EXE_bluezone"))
            .arg("app")
            .arg("--json")
            .arg("--data")
            .arg(data)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
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
        Program { child, ready, agent, cookie }
    }

    /// How the phone is, as `/status.json` says.
    pub fn status(&self) -> Value {
        let url = format!("{}/status.json", self.ready["pages"].as_str().unwrap());
        let mut answer = self.agent.get(url).header("cookie", &self.cookie).call().unwrap();
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
    }

    /// Waits until the phone is so.
    pub fn until(&self, what: &str, so: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..LOOKS {
            let status = self.status();
            if so(&status) {
                return status;
            }
            // Another process in real time: there is nothing to wait on but its answers.
            std::thread::sleep(LOOK_EVERY);
        }
        panic!("not within a minute: {what}; {}", self.status())
    }

    /// Ends it as a service manager does.
    pub fn stop(mut self) -> ExitStatus {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.child.wait().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
