//! `bluezone serve` and `bluezone admin keys`, from outside.

use crate::program;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

pub fn bluezone(data: &Path) -> Command {
    let mut command = program::command(&[]);
    command
        .current_dir(data)
        .env_remove("DATABASE_URL")
        .env_remove("BLUEZONE_MASTER_KEY")
        .env_remove("BLUEZONE_MASTER_KEY_FILE")
        .env("RUST_LOG", "warn");
    command
}

pub fn admin_keys(data: &Path, args: &[&str]) -> Output {
    program::run(bluezone(data).args(["admin", "keys"]).args(args))
}

pub fn ok(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A server in a process of its own. Killed when dropped, if it still runs.
pub struct Server {
    process: Child,
    greeting: Vec<String>,
}

impl Server {
    /// Starts it and reads what it prints until it says that it listens, and what there is to do.
    pub fn start(data: &Path, args: &[&str], lines: usize) -> Self {
        Self::of(program::start(bluezone(data).args(["serve", "--listen", "127.0.0.1:0"]).args(args)), lines)
    }

    /// One that was started, of which so many lines are read.
    pub fn of(mut process: Child, lines: usize) -> Self {
        let out = BufReader::new(process.stdout.take().unwrap());
        let greeting = out.lines().take(lines).map(Result::unwrap).collect();
        Server { process, greeting }
    }

    pub fn get(&self, path: &str) -> String {
        self.get_with(path, "accept: */*")
    }

    /// With one more header.
    pub fn get_with(&self, path: &str, header: &str) -> String {
        Self::ask(&self.address(), path, header)
    }

    /// What it tells operators, who have an address of their own (`--operate`).
    pub fn metrics(&self) -> String {
        Self::ask(&self.host(true), "/metrics", "accept: */*")
    }

    fn ask(address: &str, path: &str, header: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n{header}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Host and port.
    pub fn address(&self) -> String {
        self.host(false)
    }

    fn host(&self, operators: bool) -> String {
        let line = self.greeting.iter().find(|line| line.starts_with("operators") == operators).unwrap();
        line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned()
    }

    /// As a service manager stops it. Returns whether it ended well.
    pub fn terminate(mut self) -> bool {
        let signalled = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        assert!(signalled.unwrap().success());
        self.process.wait().unwrap().success()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_first_start_works_says_what_to_type_and_stops_on_a_signal() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &["--data", "elsewhere"], 5);
    assert!(server.get("/readyz").starts_with("HTTP/1.1 200"));
    assert!(server.get("/openapi.json").contains("/v1/publish"));
    // What it says to type works, beside the running server.
    for line in &server.greeting[3..] {
        let (_, command) = line.split_once("Type: bluezone ").unwrap_or_else(|| panic!("{line}"));
        ok(program::run(bluezone(dir.path()).args(command.split_whitespace())));
    }
    assert!(server.terminate());
    let server = Server::start(dir.path(), &["--data", "elsewhere", "--no-jobs"], 4);
    assert!(server.greeting.iter().all(|line| !line.contains("keys init")), "{:?}", server.greeting);
    assert!(server.terminate());
}

#[test]
fn a_log_for_programs_is_one_object_a_line() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = bluezone(dir.path());
    command.args(["serve", "--only-jobs", "--log-format", "json"]).stderr(Stdio::piped());
    let mut process = command.stdout(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(process.stderr.take().unwrap()).read_line(&mut line).unwrap();
    process.kill().unwrap();
    process.wait().unwrap();
    let said: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
    assert_eq!((&said["level"], &said["job"]), (&"WARN".into(), &"export".into()));
    assert!(said["message"].as_str().unwrap().contains("bluezone admin keys init"), "{line}");
}

#[cfg(unix)]
#[test]
fn the_master_key_may_come_in_a_file_that_no_others_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("credential");
    std::fs::write(&file, format!("{}\n", "5a".repeat(32))).unwrap();
    let keys = |mode: u32, args: &[&str]| {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        program::run(
            bluezone(dir.path()).env("BLUEZONE_MASTER_KEY_FILE", &file).args(["admin", "keys"]).args(args),
        )
    };
    let said = |output: Output| {
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    for open in [0o604, 0o620, 0o666] {
        let refused = said(keys(open, &["init"]));
        assert!(refused.contains("chmod 600") && refused.contains("credential"), "{open:o}: {refused}");
    }
    // As systemd and Kubernetes give it.
    ok(keys(0o400, &["init"]));
    ok(keys(0o440, &["list"]));
    assert!(!dir.path().join("bluezone-data/master.key").exists(), "no second key is made");
    let without = said(admin_keys(dir.path(), &["list"]));
    assert!(without.contains("BLUEZONE_MASTER_KEY_FILE"), "{without}");
    let mut both = bluezone(dir.path());
    both.env("BLUEZONE_MASTER_KEY_FILE", &file).env("BLUEZONE_MASTER_KEY", "11".repeat(32));
    let both = said(program::run(both.args(["admin", "keys", "list"])));
    assert!(both.contains("cannot be used with"), "{both}");
    std::fs::write(&file, "no key").unwrap();
    let nonsense = said(keys(0o400, &["list"]));
    assert!(nonsense.contains("64 hexadecimal digits"), "{nonsense}");
}

#[test]
fn jobs_alone_publish_what_another_process_serves() {
    let dir = tempfile::tempdir().unwrap();
    ok(admin_keys(dir.path(), &["init"]));
    let jobs = Server::start(dir.path(), &["--only-jobs"], 1);
    let server = Server::start(dir.path(), &["--no-jobs"], 4);
    let name = loop {
        // The first round begins at once; asking costs a few milliseconds.
        let answer = server.get("/exports/index.txt");
        match answer.split("\r\n\r\n").nth(1).unwrap() {
            "" => std::thread::yield_now(),
            name => break name.to_owned(),
        }
    };
    let pins = ok(admin_keys(dir.path(), &["list", "--pem"]));
    std::fs::write(dir.path().join("pins.pem"), pins).unwrap();
    let file = format!("bluezone-data/objects/exports/{name}");
    let verified = program::run(bluezone(dir.path()).args(["keys", "verify", &file, "--pem", "pins.pem"]));
    assert!(ok(verified).contains("key 452 v1"));
    assert!(jobs.terminate() && server.terminate());
}

#[test]
fn keys_are_made_once_replaced_and_listed() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    let nothing_there = admin_keys(data, &["list"]);
    assert!(!nothing_there.status.success(), "a mistyped directory is no empty server");
    assert!(String::from_utf8(nothing_there.stderr).unwrap().contains("bluezone admin keys init"));
    let made: Value = serde_json::from_str(&ok(admin_keys(data, &["init", "--json"]))).unwrap();
    assert_eq!(made.as_array().unwrap().len(), 3);
    let again = admin_keys(data, &["init"]);
    assert!(!again.status.success());
    let message = String::from_utf8(again.stderr).unwrap();
    assert_eq!(
        message,
        "bluezone: there are signing keys already: run `bluezone admin keys rotate` to replace them\n"
    );

    ok(admin_keys(data, &["rotate", "--purpose", "export", "--overlap-days", "30"]));
    let listed: Value =
        serde_json::from_str(&ok(admin_keys(data, &["list", "--purpose", "export", "--json"]))).unwrap();
    let states: Vec<_> =
        listed.as_array().unwrap().iter().map(|key| (&key["version"], &key["state"])).collect();
    assert_eq!(states, [(&"v2".into(), &"current".into()), (&"v1".into(), &"retiring".into())]);
    let table = ok(admin_keys(data, &["list"]));
    assert_eq!(table.lines().count(), 5, "{table}");
    for text in [table, listed.to_string(), ok(admin_keys(data, &["list", "--pem"]))] {
        assert!(!text.contains("PRIVATE"), "private halves stay inside");
    }

    // What is retired at once is pinned by nobody.
    ok(admin_keys(data, &["rotate", "--purpose", "export", "--overlap-days", "0"]));
    let pins = ok(admin_keys(data, &["list", "--pem"]));
    assert_eq!(pins.matches("BEGIN PUBLIC KEY").count(), 1, "{pins}");
    assert!(pins.starts_with("key_id: 452\nversion: v3\n"), "{pins}");
    std::fs::write(data.join("pins.pem"), pins).unwrap();
    let openssl =
        Command::new("openssl").args(["pkey", "-pubin", "-noout", "-in"]).arg(data.join("pins.pem")).status();
    assert!(openssl.unwrap().success(), "openssl reads it");
}

#[test]
fn an_officer_works_at_a_unit() {
    let dir = tempfile::tempdir().unwrap();
    let admin = |line: &str| program::run(bluezone(dir.path()).arg("admin").args(line.split(' ')));
    let refused = |line: &str, words: &str| {
        let output = admin(line);
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(
            !output.status.success() && message.contains(words) && message.lines().count() == 1,
            "{message}"
        );
    };
    let officer = "officer add --username lan --role provincial-cdc --unit CDC-19";
    refused(officer, "bluezone admin unit add");
    let unit = "unit add --code CDC-19 --name CDC --kind provincial-cdc --territory";
    refused(&format!("{unit} 19/05443"), "does not answer for such a territory");
    refused(&format!("{unit} 99"), "no such province");
    ok(admin(&format!("{unit} 19")));
    refused(&format!("{unit} 19"), "already a unit of that code");
    refused(&officer.replace("provincial-cdc", "lab"), "does not work at a unit of that kind");
    ok(admin(officer));
    ok(admin("unit place --code CDC-19 --kind provincial-cdc --territory 01"));
    refused("unit place --code CDC-19 --kind lab --territory 01", "officers with other work");
    let listed: Value = serde_json::from_str(&ok(admin("unit list --json"))).unwrap();
    assert_eq!(listed["units"][0]["territory"], "01");
    ok(admin("unit end --code CDC-19"));
    refused(&officer.replace("lan", "binh"), "no unit of that code at work");
}

#[test]
fn wrong_settings_end_with_one_line_that_says_what_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("typo.json"), r#"{"export_periods": 1}"#).unwrap();
    std::fs::write(dir.path().join("range.json"), r#"{"embargo_s": -1}"#).unwrap();
    let cases: [(&[&str], &str); 4] = [
        (&["--config", "typo.json"], "export_periods"),
        (&["--config", "range.json"], "embargo_s must be"),
        (&["--config", "missing.json"], "missing.json"),
        (&["--database-url", "mysql://x"], "sqlite:PATH or postgres://"),
    ];
    for (args, expected) in cases {
        let output = program::run(bluezone(dir.path()).args(["serve", "--listen", "127.0.0.1:0"]).args(args));
        assert!(!output.status.success(), "{args:?}");
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(message.lines().count(), 1, "{message}");
        assert!(message.contains(expected), "{message}");
    }
}
