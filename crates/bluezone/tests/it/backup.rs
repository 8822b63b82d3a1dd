//! `bluezone admin backup` and `restore`, with keys and a reader of age that are not ours (Debian's `age`).

use crate::program;
use crate::reliability::database::Database;
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
    let again = [&take[..], &["--replace"]].concat();
    let message = refused(admin(to.path(), &again));
    assert!(message.contains("stop the server first"), "{message}");
    assert_eq!(body(&server.get("/exports/index.txt")), body(&index), "nothing was touched");
    assert!(server.terminate());

    let message = refused(admin(to.path(), &take));
    assert!(message.contains("--replace"), "{message}");
    ok(admin(to.path(), &again));
    assert_eq!(ok(admin_keys(to.path(), &["list", "--pem"])), keys);
    // What no longer opens as a database is what a copy is for.
    fs::write(to.path().join("bluezone-data/bluezone.db"), "no database").unwrap();
    ok(admin(to.path(), &again));
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

/// An installation on PostgreSQL goes back to its copy, whatever became of it since: also from a newer layout.
#[test]
fn a_copy_of_postgres_replaces_what_is_there() {
    let (town, database) = (tempfile::tempdir().unwrap(), Database::new(None).unwrap());
    let url = format!("postgres://postgres@{}/bluezone", database.address);
    let run =
        |args: &[&str]| program::run(bluezone(town.path()).env("DATABASE_URL", &url).arg("admin").args(args));
    let station = |code| {
        let kind = ["--kind", "commune-station", "--territory", "19/05710"];
        ok(run(&[&["unit", "add", "--name", "Trạm y tế", "--code", code], &kind[..]].concat()));
    };
    ok(run(&["keys", "init"]));
    station("TYT-1");
    let keys = ok(run(&["keys", "list", "--pem"]));
    let recipient = age_key(town.path(), "key.txt");
    ok(run(&["backup", "--to", "copy.age", "--recipient", &recipient]));
    // On a node that has no more than the two addresses, too; and what is missing where one of them is.
    let (node, objects) = (tempfile::tempdir().unwrap(), town.path().join("bluezone-data/objects"));
    let copy = |args: &[&str]| {
        let mut copy = bluezone(node.path());
        let backup = ["admin", "backup", "--to", "node.age", "--recipient", &recipient];
        program::run(copy.env("DATABASE_URL", &url).args(backup).args(args))
    };
    let message = refused(copy(&[]));
    assert!(message.contains("BLUEZONE_MASTER_KEY_FILE"), "{message}");
    database.sql("bluezone", "CREATE DATABASE mistyped");
    let mistyped = url.replace("/bluezone", "/mistyped");
    let message = refused(copy(&["--objects", objects.to_str().unwrap(), "--database-url", &mistyped]));
    assert!(message.contains("does not exist"), "{message}");
    let said = ok(copy(&["--objects", objects.to_str().unwrap()]));
    assert!(said.contains("without the master key"), "{said}");
    // Since then: another unit, a partition, a table of a newer layout that refers to one of ours.
    station("TYT-2");
    database.sql(
        "bluezone",
        "CREATE TABLE visits_day_99999 PARTITION OF visits FOR VALUES FROM (90000000000) TO (90000086400)",
    );
    database.sql("bluezone", "CREATE TABLE newer (id TEXT REFERENCES units (code))");
    database.sql("bluezone", "INSERT INTO layout (version) VALUES (999)");

    let take = ["restore", "--from", "copy.age", "--identity", "key.txt"];
    let message = refused(run(&take));
    assert!(message.contains("--replace"), "{message}");
    ok(run(&[&take[..], &["--replace"]].concat()));
    let units = ok(run(&["unit", "list"]));
    assert!(units.contains("TYT-1") && !units.contains("TYT-2"), "{units}");
    assert_eq!(ok(run(&["keys", "list", "--pem"])), keys);
    database.sql("bluezone", "CREATE TABLE newer (); CREATE TABLE visits_day_99999 ()");

    // A copy that cannot be taken in leaves everything as it is, the published files and the key as well.
    station("TYT-3");
    fs::write(objects.join("mark"), "").unwrap();
    let full =
        run(&[&take[..], &["--replace", "--database-url", &url.replace("bluezone", "nowhere")]].concat());
    assert!(!full.status.success());
    assert!(objects.join("mark").exists() && ok(run(&["unit", "list"])).contains("TYT-3"));
    // And into an empty database.
    database.sql("bluezone", "CREATE DATABASE elsewhere");
    let other = url.replace("/bluezone", "/elsewhere");
    let there = tempfile::tempdir().unwrap();
    let path = |name: &str| town.path().join(name).to_str().unwrap().to_owned();
    let take = ["restore", "--from", &path("copy.age"), "--identity", &path("key.txt")];
    ok(program::run(bluezone(there.path()).env("DATABASE_URL", &other).arg("admin").args(take)));
    // The node's copy into another, for which the key comes from where it is kept.
    database.sql("bluezone", "CREATE DATABASE third");
    let (third, there) = (url.replace("/bluezone", "/third"), tempfile::tempdir().unwrap());
    let with_key = |args: &[&str]| {
        let mut command = bluezone(there.path());
        command.env("DATABASE_URL", &third).env("BLUEZONE_MASTER_KEY_FILE", path("bluezone-data/master.key"));
        program::run(command.arg("admin").args(args))
    };
    let node = node.path().join("node.age");
    ok(with_key(&["restore", "--from", node.to_str().unwrap(), "--identity", &path("key.txt")]));
    assert_eq!(ok(with_key(&["keys", "list", "--pem"])), keys);
}

#[test]
fn a_doctor_and_a_copy_leave_an_older_layout_as_it_is() {
    let town = town();
    let layouts = |sql: &str| {
        let script = "import sqlite3, sys; db = sqlite3.connect('bluezone-data/bluezone.db'); \
                      print(db.execute(sys.argv[1]).fetchall()); db.commit()";
        ok(Command::new("python3").args(["-c", script, sql]).current_dir(town.path()).output().unwrap())
    };
    let newest = layouts("SELECT MAX(version) FROM layout");
    layouts("DELETE FROM layout WHERE version = (SELECT MAX(version) FROM layout)");
    let older = layouts("SELECT MAX(version) FROM layout");
    assert_ne!(older, newest);
    let said = ok(admin(town.path(), &["doctor"]));
    assert!(said.contains("of an older program"), "{said}");
    let recipient = age_key(town.path(), "key.txt");
    ok(admin(town.path(), &["backup", "--to", "copy.age", "--recipient", &recipient]));
    assert_eq!(layouts("SELECT MAX(version) FROM layout"), older);
    // Another folder's name, or settings without the database's address, find nothing, and make nothing.
    let elsewhere = tempfile::tempdir().unwrap();
    let key = "00".repeat(32);
    let migrate =
        program::run(bluezone(elsewhere.path()).env("BLUEZONE_MASTER_KEY", key).args(["admin", "migrate"]));
    let message = refused(migrate);
    assert!(message.contains("DATABASE_URL"), "{message}");
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}
