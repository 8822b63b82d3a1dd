//! `bluezone ids` and `bluezone keys`: output, exit codes, messages.

use crate::program::bluezone;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn text(args: &[&str]) -> String {
    let output = bluezone(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(args: &[&str]) -> Value {
    serde_json::from_str(&text(args)).unwrap()
}

/// The one line on standard error of a command that must fail.
fn error(args: &[&str]) -> String {
    let output = bluezone(args);
    assert!(!output.status.success(), "{args:?} succeeded");
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(message.lines().count(), 1, "{message}");
    message.trim_end().to_owned()
}

fn vectors(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn base64(value: &Value) -> Vec<u8> {
    bluezone_protocol::api::decode_base64(value.as_str().unwrap()).unwrap()
}

fn file(directory: &tempfile::TempDir, name: &str, bytes: &[u8]) -> PathBuf {
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

/// What `keys make` says must match, as `match` finds it: (key, interval, record), sorted.
fn triples(found: &Value) -> Vec<(String, u64, u64)> {
    let mut triples: Vec<_> = found["matches"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|key| {
            let name = key["key"].as_str().unwrap();
            key["sightings"].as_array().unwrap().iter().map(move |sighting| {
                let number = |field: &str| sighting[field].as_u64().unwrap();
                (name.to_owned(), number("interval"), number("record"))
            })
        })
        .collect();
    triples.sort();
    triples
}

#[test]
fn match_finds_exactly_what_make_hid() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().to_str().unwrap();
    let make = ["keys", "make", "--keys", "3000", "--per-file", "1000", "--ids", "2000", "--overlap", "40"];
    let made = json(&[&make[..], &["--seed", "5", "--out", out, "--json"]].concat());
    let zips: Vec<_> =
        made["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
    assert_eq!(zips.len(), 3);
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let expected = std::fs::read_to_string(path("matches.csv")).unwrap();
    let mut expected: Vec<_> = expected
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<_> = line.split(',').collect();
            (fields[0].to_owned(), fields[1].parse().unwrap(), fields[2].parse().unwrap())
        })
        .collect();
    expected.sort();
    assert_eq!(expected.len(), 40);
    let (bin, csv) = (path("ids.bin"), path("ids.csv"));
    assert_eq!(std::fs::metadata(&bin).unwrap().len(), 2000 * 16);
    for (ids, threads) in [(&bin, "1"), (&bin, "3"), (&csv, "2")] {
        let args = [&["match", "--ids", ids, "--threads", threads, "--json", "--export"], &zips[..]].concat();
        let found = json(&args);
        assert_eq!(triples(&found), expected, "{ids} on {threads} threads");
        let number = |field: &str| found[field].as_u64().unwrap();
        assert_eq!((number("keys"), number("ids"), number("revoked")), (3000, 2000, 0));
        assert_eq!(number("derived") + number("skipped"), 3000 * 144);
        assert_eq!(number("derived") == 3000 * 144, ids == &bin || number("skipped") == 0);
        assert!(found["keys_per_second"].as_f64().unwrap() > 0.0);
    }
    let shown = text(&[&["match", "--ids", &bin, "--export"], &zips[..]].concat());
    assert!(shown.contains("3000 keys read, 2000 identifiers scanned"), "{shown}");
    assert!(shown.contains("432000 identifiers derived, 0 skipped"), "{shown}");
}

#[test]
fn match_of_the_specification_by_time() {
    let directory = tempfile::tempdir().unwrap();
    let all = vectors("gaen.json");
    let case = &all["matching_roundtrip"];
    let bare = file(&directory, "export.bin", &base64(&case["export_bin_b64"])).to_str().unwrap().to_owned();
    let list = json(&["keys", "inspect", &bare, "--list", "--json"]);
    let key = &list["list"][3];
    let start = key["rolling_start"].to_string();
    let hex_key = key["key"].as_str().unwrap();
    let ids = json(&[
        "ids",
        "--scheme",
        "gaen",
        "--key",
        hex_key,
        "--start-interval",
        &start,
        "--count",
        "1",
        "--json",
    ]);
    let rpi = ids["identifiers"][0]["rpi"].as_str().unwrap();
    let time = key["rolling_start"].as_i64().unwrap() * 600;
    let heard = format!("identifier,time,rssi\n{rpi},{},-70\n{rpi},{},-40\n", time + 30, time + 9000);
    let heard = file(&directory, "heard.csv", heard.as_bytes()).to_str().unwrap().to_owned();
    let found = json(&["match", "--ids", &heard, "--export", &bare, "--json"]);
    assert_eq!(found["matched"], 1);
    assert_eq!(found["matches"][0]["key"], hex_key);
    let sightings = found["matches"][0]["sightings"].as_array().unwrap();
    assert_eq!(sightings.len(), 1, "the second was heard more than two hours off");
    assert_eq!((&sightings[0]["record"], &sightings[0]["rssi"]), (&Value::from(0), &Value::from(-70)));
    assert_eq!(
        (&sightings[0]["identifier"], &sightings[0]["time"]),
        (&Value::from(rpi), &Value::from(time + 30))
    );
    let wide = json(&["match", "--ids", &heard, "--export", &bare, "--json", "--tolerance", "20000"]);
    assert_eq!(wide["matches"][0]["sightings"].as_array().unwrap().len(), 2);
}

#[test]
fn match_of_the_original_scheme() {
    let directory = tempfile::tempdir().unwrap();
    let key = "4C".repeat(32);
    let days = format!(
        r#"{{"data":[{{"daily_key":"{key}","time_start":1596844800,"time_end":1596931200,"max":96}}]}}"#
    );
    let days = file(&directory, "days.json", days.as_bytes()).to_str().unwrap().to_owned();
    let ids = json(&["ids", "--scheme", "bluezone-2020", "--base", &key, "--day", "0", "--json"]);
    let id = ids["identifiers"][23].as_str().unwrap();
    let heard = format!("{id},1596865950\n{id},1596866500\n");
    let csv = file(&directory, "heard.csv", heard.as_bytes()).to_str().unwrap().to_owned();
    let args =
        |ids: &str| json(&["match", "--scheme", "bluezone-2020", "--ids", ids, "--export", &days, "--json"]);
    let found = args(&csv);
    assert_eq!(
        (&found["matched"], &found["matches"][0]["start"]),
        (&Value::from(1), &Value::from(1_596_844_800))
    );
    let sightings = found["matches"][0]["sightings"].as_array().unwrap();
    assert_eq!(sightings.len(), 1, "the second is of another slot");
    assert_eq!(sightings[0]["slot_start"], 1_596_844_800 + 23 * 900);
    let raw = file(&directory, "heard.bin", &hex::decode(id).unwrap()).to_str().unwrap().to_owned();
    assert_eq!(args(&raw)["matches"][0]["sightings"][0]["record"], 0);
}

#[test]
fn match_honours_revoked_keys_and_names_bad_files() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let zip = path("revoked.zip");
    let key = |report_type| bluezone_protocol::diagnosis::DiagnosisKey {
        key: bluezone_protocol::gaen::TemporaryExposureKey::from_bytes([7; 16]),
        rolling_start: bluezone_protocol::time::IntervalNumber(2_700_000),
        rolling_period: 144,
        transmission_risk: 0,
        report_type,
        days_since_onset: None,
    };
    use bluezone_protocol::diagnosis::ReportType::{ConfirmedClinical, Revoked};
    use bluezone_protocol::export::{ExportMeta, SignatureInfo, SigningKey, write_export};
    let mut rng: rand::rngs::StdRng = rand::SeedableRng::seed_from_u64(1);
    let signer = SigningKey::generate(SignatureInfo::new("452", "v1"), &mut rng);
    let meta = ExportMeta::new(Default::default(), Default::default(), "VN");
    let mut out = std::io::Cursor::new(Vec::new());
    write_export(&mut out, &meta, [key(ConfirmedClinical)].iter(), [key(Revoked)].iter(), &[signer]).unwrap();
    std::fs::write(&zip, out.into_inner()).unwrap();
    let rpi =
        key(Revoked).key.identifier_key().identifier(bluezone_protocol::time::IntervalNumber(2_700_005));
    std::fs::write(path("ids.bin"), rpi.as_bytes()).unwrap();
    let found = json(&["match", "--ids", &path("ids.bin"), "--export", &zip, "--json"]);
    assert_eq!(
        (&found["keys"], &found["matched"], &found["revoked"]),
        (&Value::from(2), &Value::from(0), &Value::from(1))
    );

    std::fs::write(path("odd.bin"), [1; 17]).unwrap();
    let message = error(&["match", "--ids", &path("odd.bin"), "--export", &zip]);
    assert!(message.contains("odd.bin") && message.contains("records of 16 bytes"), "{message}");
    let message = error(&["match", "--ids", &path("ids.bin"), "--export", &path("odd.bin")]);
    assert!(message.contains("odd.bin: not an export file"), "{message}");
    let message = error(&[
        "keys",
        "make",
        "--keys",
        "1",
        "--ids",
        "9",
        "--overlap",
        "10",
        "--seed",
        "1",
        "--out",
        &path("x"),
    ]);
    assert_eq!(message, "bluezone: --overlap is at most --ids");
}

#[test]
fn every_tool_has_help_with_an_example() {
    for command in [&["ids"][..], &["keys", "inspect"], &["keys", "verify"], &["keys", "make"], &["match"]] {
        let help = text(&[command, &["--help"]].concat());
        assert!(help.contains(&format!("  bluezone {} ", command.join(" "))), "{help}");
    }
}
