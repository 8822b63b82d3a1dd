//! `bluezone admin backup` and `restore`, with keys and a reader of age that are not ours (Debian's `age`).

use crate::program;
use crate::serve::{Server, admin_keys, bluezone, ok};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Makes a key pair in `key.txt`; its public half.
fn age_key(dir: &Path, name: &str) -> String {
    let made = Command::new("age-keygen").args(["-o", name]).current_dir(dir).output().unwrap();
    assert!(made.status.success(), "age-keygen: {}", String::from_utf8_lossy(&made.stderr));
    let text = fs::read_to_string(dir.join(name)).unwrap();
    text.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap().to_owned()
}

fn admin(dir: &Path, args: &[&str]) -> Output {
    program::run(bluezone(dir).arg("admin").args(args))
}

fn refused(output: Output) -> String {
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

/// A server's directory with keys and an officer, which published a file.
fn town() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    ok(admin_keys(dir.path(), &["init"]));
    let station = ["--code", "TYT-05710", "--kind", "commune-station", "--territory", "19/05710"];
    ok(admin(dir.path(), &[&["unit", "add", "--name", "Trạm y tế"], &station[..]].concat()));
    dir
}

#[test]
fn a_copy_made_while_it_serves_is_a_server_again_elsewhere() {
    let (from, to) = (town(), tempfile::tempdir().unwrap());
    let recipient = age_key(from.path(), "key.txt");
    let server = Server::start(from.path(), &[], 4);
    while server.get("/exports/index.txt").split("\r\n\r\n").nth(1).unwrap().is_empty() {
        std::thread::yield_now();
    }
    let index = server.get("/exports/index.txt");
    let copy = to.path().join("copy.age");
    let made = ["backup", "--to", copy.to_str().unwrap(), "--recipient", &recipient, "--json"];
    let said: serde_json::Value = serde_json::from_str(&ok(admin(from.path(), &made))).unwrap();
    assert!(said["objects"].as_u64().unwrap() >= 2, "{said}: a file and the index");
    assert!(server.get("/readyz").starts_with("HTTP/1.1 200"));
    let keys = ok(admin_keys(from.path(), &["list", "--pem"]));
    assert!(server.terminate());

    // Somebody else's age reads it, and somebody else's tar.
    let listed = Command::new("sh")
        .args(["-c", "age -d -i \"$1\" \"$2\" | tar -t", "sh"])
        .args([from.path().join("key.txt"), copy.clone()])
        .output()
        .unwrap();
    let names = String::from_utf8(listed.stdout).unwrap();
    for name in ["backup.json", "master.key", "bluezone.db", "objects/exports/index.txt"] {
        assert!(names.lines().any(|line| line == name), "{name} in {names}");
    }
    assert!(!String::from_utf8_lossy(&fs::read(&copy).unwrap()).contains("SQLite format"), "sealed");

    let key = from.path().join("key.txt");
    let take = ["restore", "--from", copy.to_str().unwrap(), "--identity", key.to_str().unwrap()];
    ok(admin(to.path(), &take));
    assert_eq!(ok(admin_keys(to.path(), &["list", "--pem"])), keys);
    assert!(ok(admin(to.path(), &["unit", "list"])).contains("TYT-05710"));
    let server = Server::start(to.path(), &["--no-jobs"], 4);
    let body = |answer: &str| answer.split("\r\n\r\n").nth(1).unwrap().to_owned();
    assert_eq!(body(&server.get("/exports/index.txt")), body(&index));
    assert!(server.terminate());

    let message = refused(admin(to.path(), &take));
    assert!(message.contains("--replace"), "{message}");
    ok(admin(to.path(), &[&take[..], &["--replace"]].concat()));
    assert_eq!(ok(admin_keys(to.path(), &["list", "--pem"])), keys);
}

#[test]
fn what_is_no_copy_for_this_key_changes_nothing() {
    let (from, to) = (town(), tempfile::tempdir().unwrap());
    let (recipient, _other) = (age_key(from.path(), "key.txt"), age_key(from.path(), "other.txt"));
    let copy = from.path().join("copy.age");
    let copy = copy.to_str().unwrap();
    ok(admin(from.path(), &["backup", "--to", copy, "--recipient", &recipient]));
    let again = refused(admin(from.path(), &["backup", "--to", copy, "--recipient", &recipient]));
    assert!(again.contains("there is data already"), "{again}");
    let wrong = refused(admin(from.path(), &["backup", "--to", "x", "--recipient", "age1nobody"]));
    assert!(wrong.contains("age1nobody"), "{wrong}");

    let mut bytes = fs::read(copy).unwrap();
    let last = bytes.len() - 20;
    bytes[last] ^= 1;
    fs::write(from.path().join("changed.age"), &bytes).unwrap();
    fs::write(from.path().join("short.age"), &bytes[..bytes.len() / 2]).unwrap();
    fs::write(from.path().join("empty.age"), "").unwrap();
    let path = |name: &str| from.path().join(name).to_str().unwrap().to_owned();
    for (file, key) in [
        ("copy.age", "other.txt"),
        ("changed.age", "key.txt"),
        ("short.age", "key.txt"),
        ("empty.age", "key.txt"),
        ("copy.age", "copy.age"),
        ("nothing.age", "key.txt"),
    ] {
        let take = ["restore", "--from", &path(file), "--identity", &path(key)];
        let message = refused(admin(to.path(), &take));
        assert_eq!(message.lines().count(), 1, "{file}, {key}: {message}");
        let left = fs::read_dir(to.path().join("bluezone-data")).map_or(0, Iterator::count);
        assert_eq!(left, 0, "{file}, {key}: something was left behind");
    }
}
