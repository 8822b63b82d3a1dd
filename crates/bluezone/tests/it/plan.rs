//! `bluezone plan` from outside: wrong arguments, and a run that is killed.

use crate::program::{bluezone, command, run};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const ARGUMENTS: [&str; 8] = ["plan", "--adoption", "0,40", "--seeds", "6", "--agents", "20000", "--out"];
const RESULTS: [&str; 5] = ["plan.json", "report.html", "summary.csv", "days.csv", "runs.parquet"];

fn read(folder: &Path) -> Vec<Vec<u8>> {
    RESULTS.map(|name| std::fs::read(folder.join(name)).unwrap()).to_vec()
}

/// Files of finished runs.
fn finished(folder: &Path) -> usize {
    let Ok(runs) = std::fs::read_dir(folder.join("runs")) else { return 0 };
    runs.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|end| end == "json")).count()
}

#[test]
fn a_plan_killed_at_any_moment_goes_on_to_the_same_result() {
    let (whole, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let start = |folder: &Path| {
        let mut command = command(&ARGUMENTS);
        command.arg(folder).args(["--province", "19", "--json"]);
        command
    };
    let output = run(&mut start(whole.path()));
    assert!(output.status.success(), "{output:?}");
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed["plan"]["seeds"], 6);
    let all = finished(whole.path());

    // Killed once early and once later, each time as soon as so many runs are there.
    for moment in [1, all / 2] {
        let mut child = start(killed.path()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while finished(killed.path()) < moment && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!killed.path().join("report.html").exists(), "it was killed before the end");
    }
    let output = run(&mut start(killed.path()));
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("found finished"), "{output:?}");
    assert_eq!(read(killed.path()), read(whole.path()));

    let mut other = command(&["plan", "--province", "48", "--out"]);
    let output = run(other.arg(whole.path()));
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("another plan"), "{output:?}");
}

#[test]
fn what_cannot_be_is_refused_before_anything_runs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wrong.toml");
    std::fs::write(&file, "[measures]\nadoption = 1.4\n").unwrap();
    let out = folder.path().join("out");
    let refused = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bluezone"));
        let output = run(command.arg("plan").args(arguments).arg("--out").arg(&out));
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(!out.exists());
        String::from_utf8(output.stderr).unwrap()
    };
    let said = refused(&["--scenario", file.to_str().unwrap()]);
    assert!(said.contains("wrong.toml: line 2: measures.adoption: 1.4 is not between 0 and 1"), "{said}");
    assert!(refused(&["--province", "19", "--adoption", "0..140:10"]).contains("more than everybody"));
    assert!(refused(&["--province", "99"]).contains("province"));
    assert!(refused(&["--adoption", "10"]).contains("--province"));
    assert!(bluezone(&["plan", "--help"]).status.success());
}
