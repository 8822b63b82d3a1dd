//! `bluezone ids` and `bluezone keys`: output, exit codes, messages.

use crate::program::bluezone;
use serde_json::Value;
use std::path::{Path, PathBuf};

pub fn text(args: &[&str]) -> String {
    let output = bluezone(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

pub fn json(args: &[&str]) -> Value {
    serde_json::from_str(&text(args)).unwrap()
}

/// The one line on standard error of a command that must fail.
pub fn error(args: &[&str]) -> String {
    let output = bluezone(args);
    assert!(!output.status.success(), "{args:?} succeeded");
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(message.lines().count(), 1, "{message}");
    message.trim_end().to_owned()
}

pub fn vectors(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

pub fn base64(value: &Value) -> Vec<u8> {
    bluezone_protocol::api::decode_base64(value.as_str().unwrap()).unwrap()
}

pub fn file(directory: &tempfile::TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = directory.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn ids_of_a_gaen_key_are_the_vectors() {
    let crypto = &vectors("gaen.json")["crypto_v1_2"];
    let start = crypto["rolling_start_interval_number"].to_string();
    let args =
        ["ids", "--scheme", "gaen", "--key", crypto["tek"].as_str().unwrap(), "--start-interval", &start];
    let day = json(&[&args[..], &["--json"]].concat());
    let identifiers = day["identifiers"].as_array().unwrap();
    assert_eq!(identifiers.len(), 144);
    for (derived, expected) in identifiers.iter().zip(crypto["advertised"].as_array().unwrap()) {
        assert_eq!(derived["interval"], expected["en_interval_number"]);
        assert_eq!(derived["rpi"], expected["rpi"]);
    }
    let two = json(&[&args[..], &["--count", "2", "--json"]].concat());
    assert_eq!(two["identifiers"].as_array().unwrap()[..], identifiers[..2]);
    let shown = text(&[&args[..], &["--count", "1"]].concat());
    assert!(
        shown.contains("2642976  2020-04-02 07:00:00 +07:00  8be6cd371c5c891604bfbe49df845096"),
        "{shown}"
    );
}

#[test]
fn ids_of_the_original_scheme_are_the_vectors() {
    for case in vectors("bluezone-2020.json")["day_vectors"].as_array().unwrap() {
        let (base, day) = (case["base_id"].as_str().unwrap(), case["day_number"].to_string());
        let slots = case["max_sub_keys"].to_string();
        let args =
            ["ids", "--scheme", "bluezone-2020", "--base", base, "--day", &day, "--slots", &slots, "--json"];
        let derived = json(&args);
        assert_eq!(derived["daily_key"], case["daily_key"], "{}", case["name"]);
        let expected: Vec<_> = case["slots"].as_array().unwrap().iter().map(|slot| slot[3].clone()).collect();
        assert_eq!(derived["identifiers"], Value::from(expected), "{}", case["name"]);
    }
    let zero = "0".repeat(64);
    let args = ["ids", "--scheme", "bluezone-2020", "--base", &zero, "--day", "0"];
    assert_eq!(json(&[&args[..], &["--json"]].concat())["identifiers"].as_array().unwrap().len(), 96);
    let shown = text(&args);
    assert!(shown.contains("    0  00:00:00  490c085d937456a4dd07e710\n    1  00:15:00  "), "{shown}");
}

#[test]
fn ids_says_what_is_missing_and_never_shows_a_key() {
    let key = "75c734c6dd1a782de7a965da5eb93125";
    for (args, message) in [
        (vec!["--scheme", "gaen", "--start-interval", "1"], "give --key, 32 hexadecimal digits"),
        (vec!["--scheme", "gaen", "--key", key], "give --start-interval, the first 10-minute interval"),
        (
            vec!["--scheme", "gaen", "--key", &key[1..], "--start-interval", "1"],
            "--key is 32 hexadecimal digits",
        ),
        (
            vec!["--scheme", "gaen", "--key", key, "--start-interval", "1", "--count", "0"],
            "--count is 1 to 1000000",
        ),
        (
            vec!["--scheme", "gaen", "--key", key, "--day", "1"],
            "--day belongs to --scheme bluezone-2020: leave it out",
        ),
        (vec!["--scheme", "bluezone-2020", "--key", key], "--key belongs to --scheme gaen: leave it out"),
        (vec!["--scheme", "bluezone-2020", "--base", key, "--day", "1"], "--base is 64 hexadecimal digits"),
    ] {
        assert_eq!(error(&[&["ids"], &args[..]].concat()), format!("bluezone: {message}"));
    }
    let base = "0".repeat(64);
    let args = ["ids", "--scheme", "bluezone-2020", "--base", &base, "--day", "1", "--slots", "1"];
    assert_eq!(error(&args), "bluezone: --slots: a day has 2 to 86400 slots, not 1");
    assert!(
        error(&["ids", "--scheme", "bluezone-2020", "--base", &base, "--day", "99999999999"])
            .contains("at most")
    );
}

#[test]
fn inspect_shows_the_exports_of_other_programs() {
    let directory = tempfile::tempdir().unwrap();
    let file_of =
        |name: &str, value: &Value| file(&directory, name, &base64(value)).to_str().unwrap().to_owned();
    let all = vectors("gaen.json");
    let sample = file_of("sample.zip", &all["export_signed_sample"]["zip_b64"]);
    let shown = json(&["keys", "inspect", &sample, "--json"]);
    assert_eq!((&shown["keys"], &shown["revised"]), (&Value::from(140), &Value::from(0)));
    assert_eq!((&shown["start"], &shown["end"]), (&Value::from(1_593_633_600), &Value::from(1_593_633_900)));
    assert_eq!(shown["region"], "US");
    assert_eq!(shown["sha256"], all["export_signed_sample"]["export_bin_sha256"]);
    let signatures = shown["signatures"].as_array().unwrap();
    assert_eq!(signatures.len(), 1);
    assert_eq!(
        (&signatures[0]["key_id"], &signatures[0]["key_version"]),
        (&Value::from("310"), &Value::from("v1"))
    );
    assert_eq!(shown.get("list"), None);

    let two = file_of("two.zip", &all["export_two_keys"]["zip_b64"]);
    let shown = json(&["keys", "inspect", &two, "--list", "--json"]);
    let expected = all["export_two_keys"]["parsed"]["keys"].as_array().unwrap();
    let list = shown["list"].as_array().unwrap();
    assert_eq!(list.len(), expected.len());
    for (key, expected) in list.iter().zip(expected) {
        assert_eq!(key["key"], expected["key_data"]);
        assert_eq!(key["rolling_start"], expected["rolling_start_interval_number"]);
        assert_eq!(key["rolling_period"], expected["rolling_period"]);
        assert_eq!(key["transmission_risk"], expected["transmission_risk_level"]);
        assert_eq!((&key["report_type"], &key["revised"]), (&Value::from("unknown"), &Value::from(false)));
    }
    let text = text(&["keys", "inspect", &two, "--list"]);
    assert!(text.contains("keys        2 new, 0 revised"), "{text}");
    assert!(text.contains("key some_id 1, not checked here"), "{text}");
    assert!(text.contains("172fc480e598490c34177604339b1543   2649980       1  unknown"), "{text}");

    let bare = file_of("export.bin", &all["matching_roundtrip"]["export_bin_b64"]);
    let shown = json(&["keys", "inspect", &bare, "--json"]);
    assert_eq!((&shown["keys"], &shown["signatures"]), (&Value::from(110), &Value::Array(vec![])));
}

#[test]
fn verify_accepts_the_genuine_and_names_the_changed_file() {
    let directory = tempfile::tempdir().unwrap();
    let case = &vectors("gaen.json")["export_two_keys"];
    let zip = base64(&case["zip_b64"]);
    let path = file(&directory, "two.zip", &zip).to_str().unwrap().to_owned();
    let pem = file(&directory, "public.pem", case["public_key_pem"].as_str().unwrap().as_bytes());
    let pem = pem.to_str().unwrap();
    assert_eq!(
        text(&["keys", "verify", &path, "--pem", pem]),
        format!("{path}: signature of key some_id 1 is valid\n")
    );
    let pinned =
        ["keys", "verify", &path, "--pem", pem, "--key-id", "some_id", "--key-version", "1", "--json"];
    let valid = serde_json::json!({"valid": true, "key_id": "some_id", "key_version": "1"});
    assert_eq!(json(&pinned), valid);
    let other = ["keys", "verify", &path, "--pem", pem, "--key-id", "some_id", "--key-version", "2"];
    assert_eq!(
        error(&other),
        format!("bluezone: {path}: not signed by a trusted key (signed by: key some_id 1)")
    );

    let (mut changes, mut refused) = (0, 0);
    for at in (0..zip.len()).step_by(7) {
        let mut changed = zip.clone();
        changed[at] ^= 0x55;
        let changed = file(&directory, "changed.zip", &changed).to_str().unwrap().to_owned();
        let output = bluezone(&["keys", "verify", &changed, "--pem", pem]);
        changes += 1;
        // A few bytes of a zip (times, versions) carry nothing that anybody reads.
        if !output.status.success() {
            refused += 1;
            let message = String::from_utf8(output.stderr).unwrap();
            assert!(message.starts_with(&format!("bluezone: {changed}: ")), "{message}");
            assert_eq!(message.lines().count(), 1, "{message}");
        }
    }
    assert!(refused * 2 > changes, "{refused} of {changes} changes refused");
    let foreign = vectors("gaen.json")["export_signed_sample"]["zip_b64"].clone();
    let foreign = file(&directory, "foreign.zip", &base64(&foreign)).to_str().unwrap().to_owned();
    let message = format!("{foreign}: no signature fits this key and the contents (signed by: key 310 v1)");
    assert_eq!(error(&["keys", "verify", &foreign, "--pem", pem]), format!("bluezone: {message}"));
    let output = bluezone(&["keys", "verify", &foreign, "--pem", pem, "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(shown, serde_json::json!({"valid": false, "error": message}));
}

#[test]
fn files_that_are_not_there_or_not_exports_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing.zip").to_str().unwrap().to_owned();
    assert!(error(&["keys", "inspect", &missing]).starts_with(&format!("bluezone: {missing}: No such file")));
    let folder = directory.path().to_str().unwrap();
    assert_eq!(
        error(&["keys", "inspect", folder]),
        format!("bluezone: {folder}: is a directory; give an export file")
    );
    let readme = file(&directory, "readme.txt", b"hello").to_str().unwrap().to_owned();
    let not = format!("bluezone: {readme}: not an export file: begins neither as a zip nor as an export.bin");
    assert_eq!(error(&["keys", "inspect", &readme]), not);
    let pem = error(&["keys", "verify", &readme, "--pem", &readme]);
    assert_eq!(pem, format!("bluezone: {readme}: not a P-256 public key in PEM (`BEGIN PUBLIC KEY`)"));
}

#[test]
fn made_sets_are_the_same_for_the_same_seed_and_verify() {
    let directory = tempfile::tempdir().unwrap();
    let make = |name: &str, seed: &str| {
        let out = directory.path().join(name).to_str().unwrap().to_owned();
        let args = [
            "keys",
            "make",
            "--keys",
            "25",
            "--revised",
            "3",
            "--seed",
            seed,
            "--per-file",
            "10",
            "--out",
            &out,
        ];
        json(&[&args[..], &["--json"]].concat())
    };
    let (first, again, other) = (make("a", "7"), make("b", "7"), make("c", "8"));
    let files = |made: &Value| -> Vec<String> {
        let files =
            made["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap().to_owned());
        files.chain([made["pem"].as_str().unwrap().to_owned()]).collect()
    };
    let bytes =
        |made: &Value| -> Vec<_> { files(made).iter().map(|path| std::fs::read(path).unwrap()).collect() };
    assert_eq!(bytes(&first), bytes(&again));
    for (a, b) in bytes(&first).iter().zip(bytes(&other)) {
        assert_ne!(*a, b);
    }
    let pem = first["pem"].as_str().unwrap();
    let mut names = Vec::new();
    let mut counted = (0, 0);
    for path in files(&first).iter().filter(|path| path.ends_with(".zip")) {
        text(&["keys", "verify", path, "--pem", pem, "--key-id", "452", "--key-version", "v1"]);
        let shown = json(&["keys", "inspect", path, "--list", "--json"]);
        counted.0 += shown["keys"].as_u64().unwrap();
        counted.1 += shown["revised"].as_u64().unwrap();
        let list = shown["list"].as_array().unwrap();
        assert!(list.len() <= 10);
        names.push(Path::new(path).file_name().unwrap().to_str().unwrap().to_owned());
    }
    assert_eq!(counted, (25, 3));
    assert_eq!(names.len(), 3);
    let index = std::fs::read_to_string(directory.path().join("a/index.txt")).unwrap();
    assert_eq!(index, names.join("\n"));
}

#[test]
fn every_tool_has_help_with_an_example() {
    for command in [&["ids"][..], &["keys", "inspect"], &["keys", "verify"], &["keys", "make"], &["match"]] {
        let help = text(&[command, &["--help"]].concat());
        assert!(help.contains(&format!("  bluezone {} ", command.join(" "))), "{help}");
    }
}
