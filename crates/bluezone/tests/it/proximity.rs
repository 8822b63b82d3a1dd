//! `bluezone proximity`: what it measures, what it does with other people's files, and that it repeats itself.

use crate::program;
use serde_json::Value;
use std::fmt::Write as _;
use std::path::Path;

/// Where the recordings of MIT Lincoln Laboratory lie (`scans.csv` and `pairs.csv`); their licence keeps them out of here.
const RECORDINGS: &str = "BLUEZONE_MITLL";

/// Output of a run that must succeed, or the one line that says why it did not.
fn proximity(args: &[&str]) -> Result<String, String> {
    let output = program::run(program::command(&["proximity"]).args(args).env("RUST_LOG", "error"));
    let [out, error] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    if output.status.success() { Ok(out) } else { Err(error.trim_end().to_owned()) }
}

/// Two files in a folder.
struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new(scans: &str, pairs: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("scans.csv"), scans).unwrap();
        std::fs::write(folder.path().join("pairs.csv"), pairs).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn run(&self, command: &str, more: &[&str]) -> Result<String, String> {
        let (scans, pairs) = (self.path("scans.csv"), self.path("pairs.csv"));
        proximity(&[&[command, "--scans", &scans, "--pairs", &pairs], more].concat())
    }

    fn rules(&self, more: &[&str]) -> Value {
        serde_json::from_str(&self.run("eval", &[more, &["--json"]].concat()).unwrap()).unwrap()
    }
}

fn rule<'a>(evaluation: &'a Value, name: &str) -> &'a Value {
    let rules = evaluation["rules"].as_array().unwrap();
    rules.iter().find(|rule| rule["name"] == name).unwrap()
}

/// So many scans of `rx`, four minutes apart, each with one packet of `tx`; -25 dBm less the attenuation.
fn heard(out: &mut String, rx: &str, tx: &str, scans: u32, attenuation_db: i32) {
    for scan in 0..scans {
        writeln!(out, "one,{rx},{tx},{},{},-25", scan * 240, -25 - attenuation_db).unwrap();
    }
}

/// Five pairs of one test. Minutes at 60 dB or less, four a scan, are 16, 16, 20, 12 and 0; contacts are `a`, `c` and `e`.
fn five() -> (String, String) {
    let mut scans = "test,rx,tx,t,rssi,txp\n".to_owned();
    for (tx, count, attenuation_db) in [("a", 4, 50), ("b", 4, 60), ("c", 5, 55), ("d", 3, 60), ("e", 5, 61)]
    {
        heard(&mut scans, "rx", tx, count, attenuation_db);
    }
    let pairs = "test,rx,tx,min2\none,rx,a,16\none,rx,b,3\none,rx,c,20\none,rx,d,0\none,rx,e,15\n";
    (scans, pairs.to_owned())
}

/// By hand. 60 dB for 12.7 minutes calls a, b and c: of the contacts a, c, e one is missed, of b and d one is called. (The area
/// under the curve is of calibrated probabilities, which so few pairs leave flat.)
#[test]
fn a_rule_is_measured_as_worked_out_by_hand() {
    let (scans, pairs) = five();
    let evaluation = Files::new(&scans, &pairs).rules(&["--rule", "up-to-60-12.7"]);
    let measured = rule(&evaluation, "up-to-60-12.7");
    let is = |name: &str, expected: f64| {
        let value = measured[name].as_f64().unwrap();
        assert!((value - expected).abs() < 1e-9, "{name} is {value}, not {expected}");
    };
    assert_eq!((&measured["pairs"], &measured["contacts"]), (&5.into(), &3.into()));
    is("miss", 1.0 / 3.0);
    is("false_rate", 0.5);
    is("ndcf", 1.0 / 3.0 + 0.5);
}

/// The order of the columns, columns that nobody knows and columns that are not there change nothing; a pair that was never
/// heard counts if its sender was heard by somebody, and does not if by nobody.
#[test]
fn columns_may_be_missing_and_pairs_unheard() {
    let (scans, pairs) = five();
    let plain = Files::new(&scans, &pairs).rules(&[]);
    let more = scans.lines().map(|line| format!("{line},9,x")).collect::<Vec<_>>().join("\n");
    let more = more.replacen("txp,9,x", "txp,conf,colour", 1);
    assert_eq!(Files::new(&more, &pairs).rules(&[]), plain);

    let unheard = scans + "one,other,f,0,-70,-25\n";
    let pairs = pairs + "one,rx,f,0\none,rx,nobody,0\n";
    let evaluation = Files::new(&unheard, &pairs).rules(&["--rule", "any-sighting"]);
    let any = rule(&evaluation, "any-sighting");
    assert_eq!((any["pairs"].as_u64(), any["false_rate"].as_f64()), (Some(6), Some(2.0 / 3.0)));
}

#[test]
fn what_cannot_be_read_is_named_with_file_and_row() {
    let (scans, pairs) = five();
    let refused = |scans: &str, pairs: &str, file: &str, words: &[&str]| {
        let message = Files::new(scans, pairs).run("eval", &[]).unwrap_err();
        assert_eq!(message.lines().count(), 1, "{message}");
        assert!(message.contains(file), "{file} is not in {message}");
        words.iter().for_each(|word| assert!(message.contains(word), "{word:?} is not in {message:?}"));
    };
    let strength = scans.replacen("-75", "strong", 1);
    refused(&strength, &pairs, "scans.csv", &["row 2", "strong"]);
    refused(&scans.replacen(",0,-75", ",soon,-75", 1), &pairs, "scans.csv", &["line: 2", "float"]);
    refused(&scans.replacen(",0,-75", ",inf,-75", 1), &pairs, "scans.csv", &["row 2", "seconds"]);
    refused(&scans.replacen("rssi", "strength", 1), &pairs, "scans.csv", &["rssi"]);
    refused(&scans, &pairs.replacen("b,3", "b,few", 1), "pairs.csv", &["line: 3", "float"]);
    refused(&scans, &pairs.replacen("b,3", "b,NaN", 1), "pairs.csv", &["row 3", "min2"]);
    let none = pairs.replace("16", "1").replace("20", "1").replace(",15", ",1");
    let message = Files::new(&scans, &none).run("eval", &[]).unwrap_err();
    assert!(message.contains("0 contacts of 5"), "{message}");
    let message = Files::new(&scans, &pairs).run("eval", &["--rule", "guess"]).unwrap_err();
    assert!(message.contains("guess") && message.contains("up-to-60-12.7"), "{message}");
    let message = Files::new(&scans, &pairs).run("eval", &["--leave-out", "sit"]).unwrap_err();
    assert!(message.contains("nothing to learn from"), "{message}");
}

/// Twelve tests of which the near and the far are told apart by strength, not perfectly.
fn twelve_tests() -> Files {
    let mut scans = "test,rx,tx,t,rssi,txp\n".to_owned();
    let mut pairs = "test,rx,tx,min2\n".to_owned();
    for test in 0..12 {
        for tx in 0..6 {
            let near = tx < 2;
            let attenuation_db = if near { 50 } else { 62 } + (test * 7 + tx * 5) % 13;
            for scan in 0..6 {
                let rssi = -25 - attenuation_db - (scan * test) % 4;
                writeln!(scans, "{test},rx,{tx},{},{rssi},-25", scan * 240).unwrap();
            }
            writeln!(pairs, "{test},rx,{tx},{}", if near { 24 } else { 0 }).unwrap();
        }
    }
    Files::new(&scans, &pairs)
}

#[test]
fn the_same_seed_learns_the_same_bytes_and_they_can_be_judged() {
    let files = twelve_tests();
    let learnt = |name: &str, seed: &str| {
        let out = files.path(name);
        files.run("fit", &["--data", "made for this test", "--seed", seed, "--out", &out]).unwrap();
        std::fs::read_to_string(Path::new(&out)).unwrap()
    };
    let (first, again, other) = (learnt("1", "7"), learnt("2", "7"), learnt("3", "8"));
    assert_eq!(first, again);
    let [first, other]: [Value; 2] = [&first, &other].map(|text| serde_json::from_str(text).unwrap());
    assert_eq!((&first["provenance"]["seed"], &other["provenance"]["seed"]), (&7.into(), &8.into()));
    assert_eq!(first["provenance"]["pairs"], serde_json::json!([72, 24]));

    let judged = |more: &[&str]| {
        let evaluation = files.rules(&[&["--rule", "hidden-markov"], more].concat());
        rule(&evaluation, "hidden-markov")["auc"].as_f64().unwrap()
    };
    assert!(judged(&["--parameters", &files.path("1")]) > 0.9);
    assert!(judged(&["--leave-out", "test"]) > 0.9);
    std::fs::write(files.path("bad"), "{}").unwrap();
    let message = files.run("eval", &["--parameters", &files.path("bad")]).unwrap_err();
    assert!(message.contains("bad") && message.lines().count() == 1, "{message}");
}

/// The figures of docs/proximity.md and of the publications, within .01.
#[test]
fn baselines_have_their_published_figures_on_the_recordings() {
    let Some(folder) = std::env::var_os(RECORDINGS) else {
        skip("the recordings of MIT Lincoln Laboratory are not here: set BLUEZONE_MITLL to their folder");
        return;
    };
    let [scans, pairs] = ["scans.csv", "pairs.csv"].map(|name| Path::new(&folder).join(name));
    let [scans, pairs] = [&scans, &pairs].map(|path| path.to_str().unwrap());
    let out = proximity(&["eval", "--json", "--scans", scans, "--pairs", pairs]).unwrap();
    let evaluation: Value = serde_json::from_str(&out).unwrap();
    let ndcf = |name: &str, expected: f64| {
        let value = rule(&evaluation, name)["ndcf"].as_f64().unwrap();
        assert!((value - expected).abs() < 0.01, "{name}: {value:.3} instead of {expected}");
    };
    for (name, expected) in [
        ("any-sighting", 0.909),
        ("swiss", 0.642),
        ("cwa", 0.543),
        ("cwa-minimum", 0.573),
        ("up-to-63", 0.578),
        ("italian", 0.773),
        ("up-to-60", 0.504),
        ("up-to-60-12.7", 0.488),
        ("up-to-55-minimum", 0.487),
    ] {
        ndcf(name, expected);
    }
    let counted = &rule(&evaluation, "cwa");
    assert_eq!((&counted["pairs"], &counted["contacts"]), (&2402.into(), &392.into()));
    let difference = &rule(&evaluation, "hidden-markov")["intervals"]["ndcf_difference"];
    assert!(difference["high"].as_f64().unwrap() < 0.0, "the model is no better than 60 dB: {difference}");
}

/// Past the test runner's capture, so that `./test` shows it.
fn skip(why: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}
