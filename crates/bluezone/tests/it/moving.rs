//! `bluezone admin move`, broken off by SIGKILL at whatever moment.

use crate::program;
use crate::reliability::database::Database;
use crate::serve::{Server, admin_keys, bluezone, ok};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// A province: keys, and people, places and codes as the load generator has them.
fn province() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    ok(admin_keys(dir.path(), &["init"]));
    let prepare = ["load", "prepare", "--citizens", "800", "--places", "60", "--codes", "500", "--cast", "c"];
    ok(program::run(bluezone(dir.path()).args(prepare)));
    dir
}

fn moving(dir: &Path, to: &str) -> Command {
    let mut command = bluezone(dir);
    command.args(["admin", "move", "--json", "--from", "sqlite:bluezone-data/bluezone.db", "--to", to]);
    command
}

fn refused(command: &mut Command) -> String {
    let output = program::run(command);
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn killed_at_any_moment_it_goes_on_and_doubles_nothing() {
    let dir = province();
    let database = Database::new(None).unwrap();
    let to = format!("postgres://postgres@{}/bluezone", database.address);

    let server = Server::start(dir.path(), &[], 3);
    let said = refused(&mut moving(dir.path(), &to));
    assert!(said.contains("in use"), "{said}");
    assert!(server.terminate());

    let mut killed = 0_u32;
    let carried: Value = loop {
        let mut command = moving(dir.path(), &to);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        sleep(Duration::from_millis(60 * u64::from(killed + 1)));
        if process.try_wait().unwrap().is_none() && killed < 40 {
            process.kill().unwrap();
            process.wait().unwrap();
            killed += 1;
            continue;
        }
        break serde_json::from_str(&ok(process.wait_with_output().unwrap())).unwrap();
    };
    assert!(killed > 2, "{killed}");
    // The last one that was killed may have been done, and not come to say so.
    assert!(carried["before"] == true || carried["rows"].as_u64().unwrap() > 2500, "{carried}");
    let again: Value = serde_json::from_str(&ok(program::run(&mut moving(dir.path(), &to)))).unwrap();
    assert_eq!(again, serde_json::json!({ "before": true }));

    // With other programs than ours.
    let source = rusqlite::Connection::open(dir.path().join("bluezone-data/bluezone.db")).unwrap();
    for (table, least) in
        [("citizens", 700), ("profiles", 700), ("places", 60), ("codes", 500), ("vault_keys", 1)]
    {
        let count = format!("SELECT COUNT(*) FROM {table}");
        let here: i64 = source.query_row(&count, [], |row| row.get(0)).unwrap();
        assert!(here >= least, "{table}: {here}");
        database.sql("bluezone", &format!("DO $$ BEGIN ASSERT ({count}) = {here}; END $$"));
    }
    drop(source);

    let said = refused(bluezone(dir.path()).args(["admin", "unit", "list"]));
    assert!(said.contains("carried over"), "{said}");
    let served = Server::of(
        program::start(bluezone(dir.path()).env("DATABASE_URL", &to).args([
            "serve",
            "--listen",
            "127.0.0.1:0",
        ])),
        3,
    );
    assert!(served.get("/readyz").starts_with("HTTP/1.1 200"));
    assert!(served.terminate());
}
