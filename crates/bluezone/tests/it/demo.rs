//! `bluezone demo` as its users meet it: the binary, its table, its JSON, its exit code, and the pages that stay up.

use crate::program;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Output};
use tempfile::NamedTempFile;

fn demo(arguments: &[&str]) -> Output {
    program::bluezone(&[&["demo"], arguments].concat())
}

/// Runs to the end and reads the answer of `--json`.
fn outcome(arguments: &[&str]) -> Value {
    let output = demo(&[&["--exit", "--json"], arguments].concat());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?} failed: {stderr}");
    assert!(stderr.contains("phone-hours per second"), "progress and speed are shown: {stderr}");
    serde_json::from_slice(&output.stdout).expect("standard output is JSON and nothing else")
}

fn scenario(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scenarios").join(name);
    path.display().to_string()
}

fn phone<'a>(outcome: &'a Value, id: &str) -> &'a Value {
    let phones = outcome["phones"].as_array().unwrap();
    phones.iter().find(|phone| phone["id"] == id).unwrap_or_else(|| panic!("no phone {id}"))
}

fn warned(outcome: &Value) -> Vec<&str> {
    let phones = outcome["phones"].as_array().unwrap();
    phones.iter().filter(|p| p["warned"] == true).map(|p| p["id"].as_str().unwrap()).collect()
}

fn seconds_with(phone: &Value, other: &str) -> f64 {
    let encounters = phone["encounters"].as_array().unwrap();
    let found = encounters.iter().find(|encounter| encounter["id"] == other);
    found.map_or(0.0, |encounter| encounter["seconds_within_2m"].as_f64().unwrap())
}

#[test]
fn those_on_the_bench_are_warned_and_those_who_pass_are_not() {
    let outcome = outcome(&["--scenario", &scenario("bench.json")]);
    assert_eq!(warned(&outcome), ["binh", "chi"]);
    // 25 minutes at 1.2 m, then a little of the way off: at 0.98 m/s it takes 0.8 s to leave the 2 m.
    assert!((seconds_with(phone(&outcome, "binh"), "an") - 1_500.8).abs() < 0.2);
    assert!((seconds_with(phone(&outcome, "an"), "binh") - 1_500.8).abs() < 0.2, "both see the same");
    let passing = phone(&outcome, "dung");
    assert!(seconds_with(passing, "an") > 10.0 && passing["nearest_case_m"] == 1.0);
    assert_eq!((passing["expected"].as_bool(), passing["risk"].as_str()), (Some(false), Some("none")));
    let far = phone(&outcome, "giang");
    assert_eq!((far["encounters"].as_array().unwrap().len(), &far["nearest_case_m"]), (0, &Value::Null));
    let binh = phone(&outcome, "binh");
    assert_eq!(binh["risk"], "high");
    let scans: usize =
        binh["windows"].as_array().unwrap().iter().map(|w| w["scans"].as_array().unwrap().len()).sum();
    assert!((5..=8).contains(&scans), "{scans} scans of 25 minutes");
    assert_eq!(outcome["summary"]["missed"], 0);
    assert_eq!(outcome["summary"]["false_warnings"], 0);
}

#[test]
fn a_radio_that_is_off_is_no_contact_and_a_clock_half_an_hour_off_is_one() {
    let outcome = outcome(&["--scenario", &scenario("radio-off.json")]);
    assert_eq!(warned(&outcome), ["chi-clock-fast", "dung-clock-slow"]);
    assert_eq!(phone(&outcome, "binh-radio-off")["encounters"].as_array().unwrap().len(), 0);
}

#[test]
fn contacts_of_each_of_two_cases_are_warned() {
    let outcome = outcome(&["--scenario", &scenario("two-cases.json")]);
    assert_eq!(warned(&outcome), ["binh", "dung", "between"]);
    assert_eq!(outcome["cases"], serde_json::json!(["an", "chi"]));
}

/// The promise of the model `clear`, on neighbourhoods of several seeds: everyone with 15 minutes within 2 m on a day,
/// and nobody who never came within 10 m.
#[test]
fn in_clear_air_nobody_is_missed_and_nobody_warned_from_afar() {
    let (mut near, mut far) = (0, 0);
    for seed in ["1", "2", "3"] {
        let outcome = outcome(&["--model", "clear", "--phones", "24", "--seed", seed]);
        let summary = &outcome["summary"];
        assert_eq!(
            (&summary["missed"], &summary["false_warnings"]),
            (&0.into(), &0.into()),
            "seed {seed}: {summary}"
        );
        near += summary["near_15"].as_u64().unwrap();
        far += summary["never_within_10m"].as_u64().unwrap();
    }
    assert!(near >= 6 && far >= 1, "the neighbourhoods have both kinds, not {near} near and {far} far");
}

#[test]
fn one_seed_prints_one_table() {
    let run = |seed: &str| {
        let output = demo(&["--exit", "--phones", "12", "--seed", seed]);
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let table = run("5");
    assert!(table.contains("should be warned: 15 minutes within 2 m on one day"), "{table}");
    assert_eq!(table, run("5"));
    assert_ne!(table, run("6"));
}

#[test]
fn a_wrong_scenario_is_refused_in_one_line() {
    let file = NamedTempFile::new().unwrap();
    let text = r#"{"version":1,"seed":1,"start":"2026-03-02T08:00:00+07:00","step_s":1,"diagnosed":[],
        "phones":[{"id":"an","track":[]}]}"#;
    std::fs::write(file.path(), text).unwrap();
    let output = demo(&["--exit", "--scenario", &file.path().display().to_string()]);
    assert!(!output.status.success() && output.stdout.is_empty());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("phone \"an\", track: is empty"), "{stderr}");
    assert_eq!(stderr.trim().lines().count(), 1, "{stderr}");
}

/// Killed when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_pages_stay_up_and_tell_what_happened() {
    let mut child = program::start(&mut program::command(&["demo", "--scenario", &scenario("bench.json")]));
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let _running = Running(child);
    let mut links = Vec::new();
    for line in lines {
        let line = line.unwrap();
        links.extend(line.split_whitespace().filter(|word| word.starts_with("http://")).map(str::to_owned));
        if line.contains("Ctrl-C ends everything") {
            break;
        }
    }
    let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).max_redirects(0).build().into();
    let console = links.iter().find(|link| link.ends_with("/console")).unwrap();
    let page = agent.get(format!("{console}/sign-in")).call().unwrap().body_mut().read_to_string().unwrap();
    assert!(page.contains("name=\"password\""));
    // A market and a bus that one can check in at.
    let places: Vec<_> = links.iter().filter(|link| link.contains("/p/")).collect();
    assert_eq!(places.len(), 2, "{links:?}");
    for (place, name) in places.into_iter().zip(["Chợ Mẫu", "Thái Nguyên – Hà Nội"]) {
        let page = agent.get(place).call().unwrap().body_mut().read_to_string().unwrap();
        assert!(page.contains(name), "{name} in {page}");
    }
    let phone = links.iter().find(|link| link.contains("token=")).unwrap();
    let welcome = agent.get(phone).call().unwrap();
    let cookie = welcome.headers().get("set-cookie").unwrap().to_str().unwrap().split(';').next().unwrap();
    let base = phone.split_once("/?").unwrap().0;
    let mut status = agent.get(format!("{base}/status.json")).header("cookie", cookie).call().unwrap();
    let status: Value = serde_json::from_str(&status.body_mut().read_to_string().unwrap()).unwrap();
    assert_eq!(status["level"], "high", "the shown phone is one that was warned");
}

/// The demo's second half: whoever agrees is traced, an attacker's victim is told apart, and the log has all of it.
#[test]
fn what_people_tell_becomes_a_chain_and_the_log_verifies() {
    let outcome = outcome(&["--model", "clear", "--phones", "24", "--seed", "2"]);
    let tracing = &outcome["tracing"];
    let contacts = tracing["contacts"].as_array().unwrap();
    let verdict = |contact: &Value| contact["verdict"].as_str().unwrap().to_owned();
    let verdicts: Vec<_> = contacts.iter().map(verdict).collect();
    assert_eq!(verdicts, ["two-sided", "two-sided", "one-sided"], "{tracing}");
    let deceived = contacts[2]["id"].as_str().unwrap();
    let victim = phone(&outcome, deceived);
    assert_eq!((&victim["relayed"], &victim["warned"]), (&true.into(), &true.into()));
    assert_eq!(victim["nearest_case_m"], Value::Null, "it was never near the case");
    for contact in &contacts[..2] {
        assert_eq!(phone(&outcome, contact["id"].as_str().unwrap())["expected"], true);
    }
    assert_eq!(tracing["asked"], deceived);
    let log = &tracing["log"];
    let openings = log["opening"].as_u64().unwrap();
    assert_eq!(tracing["openings_seen_by_case"].as_u64().unwrap() + 3, openings, "{log}");
    assert_eq!((&log["request"], &log["officer-key"]), (&1.into(), &2.into()), "{log}");
    assert!(log["audit"].as_u64().unwrap() >= 1, "{log}");
    assert_eq!(outcome["summary"]["relayed_warned"], 1);
}
