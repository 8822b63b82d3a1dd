//! `bluezone match`: what it finds, and what it says of files that are none.

use crate::tools::{base64, error, file, json, text, vectors};
use serde_json::Value;

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
