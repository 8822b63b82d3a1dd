//! `bluezone plan` from outside: wrong arguments, and a run that is killed.

use crate::program::{bluezone, command, run};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const ARGUMENTS: [&str; 8] = ["plan", "--adoption", "0,40", "--seeds", "6", "--agents", "20000", "--out"];
const RESULTS: [&str; 6] =
    ["plan.json", "report.html", "summary.csv", "days.csv", "seeds.csv", "runs.parquet"];

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
    assert_eq!(output.status.code(), Some(2));
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
    let written = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).unwrap();
        folder.path().join(name).to_str().unwrap().to_owned()
    };
    let (short, long) = (written("short.toml", "days = 50"), written("long.toml", "days = 60"));
    assert!(refused(&["--compare", &short, &long]).contains("different numbers of days"));
    assert!(refused(&["--scenario", &format!("{short}.not")]).contains("cannot read"));
    let measles = written("measles.toml", "disease.base = \"measles\"");
    assert!(refused(&["--scenario", &measles, "--replay", "20"]).contains("phones warn of COVID-19"));
    assert!(
        refused(&["--scenario", &short, "--replay", "20", "--adoption", "0"]).contains("nobody has the app")
    );
    assert!(bluezone(&["plan", "--help"]).status.success());
}

#[test]
fn real_phones_play_a_piece_of_a_run_and_the_report_says_what_came_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("quick.toml");
    std::fs::write(&scenario, "days = 40\ninfected_at_start = 12000\n").unwrap();
    let replayed = |name: &str| {
        let out = folder.path().join(name);
        let mut command =
            command(&["plan", "--adoption", "50", "--seeds", "1", "--agents", "4000", "--json"]);
        command.args(["--replay", "20", "--replay-days", "4", "--scenario"]).arg(&scenario);
        let output = run(command.arg("--out").arg(&out));
        assert!(output.status.success(), "{output:?}");
        let files = ["replay.json", "replay.csv", "report.html"];
        let files = files.map(|name| std::fs::read_to_string(out.join(name)).unwrap());
        (files, output)
    };
    let (files, output) = replayed("one");
    assert_eq!(replayed("two").0, files, "a replay is a function of its seed");
    let (again, found) = replayed("one");
    assert_eq!(again, files);
    // Summed up again without being asked for it, the report keeps what the folder holds.
    let mut command = command(&["plan", "--adoption", "50", "--seeds", "1", "--agents", "4000", "--json"]);
    let out = folder.path().join("one");
    let without = run(command.arg("--scenario").arg(&scenario).arg("--out").arg(&out));
    assert!(without.status.success(), "{without:?}");
    assert_eq!(std::fs::read_to_string(out.join("report.html")).unwrap(), files[2]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("20 phones on the simulated air"), "{output:?}");
    assert!(!String::from_utf8_lossy(&found.stderr).contains("simulated air"), "it is there already");

    let [json, csv, report] = files;
    let replay: serde_json::Value = serde_json::from_str(&json).unwrap();
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed["replay"], replay);
    assert_eq!((replay["phones"].as_u64(), replay["days"].as_u64()), (Some(20), Some(4)));
    assert!(replay["contacts"].as_u64() > Some(20) && replay["published"].as_u64() > Some(0), "{json}");
    let row = |measure: &str| {
        let rows = replay["rows"].as_array().unwrap();
        rows.iter().find(|row| row["measure"] == measure).unwrap_or_else(|| panic!("no {measure}: {json}"))
    };
    let detection = row("detection");
    assert_eq!(detection["assumed"], 0.832);
    assert!(detection["replayed"].as_f64() > Some(0.0), "somebody who met a case was warned: {json}");
    let delay = row("delay")["replayed"].as_f64().unwrap();
    assert!((0.05..1.5).contains(&delay), "embargo, a file, a look: {delay} days");
    assert!(
        csv.starts_with("measure,assumed,replayed,low,high,people,differs\n")
            && csv.contains("detection,0.8320,")
    );
    let found = std::fs::read_to_string(folder.path().join("one/replay.toml")).unwrap();
    let planned = bluezone_planner::Scenario::read(&found, 1_000).unwrap().parameters.measures;
    // Few of twenty met a case: what rests on fewer people than twenty is not planned with.
    let few = |measure: &str| row(measure)["of"].as_u64() < Some(20);
    let replayed = if few("detection") { &detection["assumed"] } else { &detection["replayed"] };
    assert!((planned.detection - replayed.as_f64().unwrap()).abs() < 1e-4, "{found}");
    assert_eq!(found.contains("# left out: detection"), few("detection"), "{found}");
    assert!(planned.warning_delay <= 1 && found.contains("warning_delay"), "{found}");
    assert!(report.contains("Beside real phones") && report.contains("Đối chiếu với điện thoại thật"));
}
