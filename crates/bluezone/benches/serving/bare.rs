//! What the database alone does: rows of the same size, as durable.

use crate::database::{Database, programs};
use rusqlite::{Connection, params};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// PostgreSQL as it is installed. With the small log of the tests both sides would mostly write pages again that a checkpoint just wrote.
pub const SETTINGS: &[&str] = &[];

/// Tables for pgbench: a row of any size, and the very table of published keys.
pub const TABLES: &str = "CREATE TABLE IF NOT EXISTS bare (id text PRIMARY KEY, content bytea NOT NULL); \
     ALTER TABLE bare ALTER COLUMN content SET STORAGE EXTERNAL; \
     CREATE TABLE IF NOT EXISTS bare_keys (LIKE published_keys INCLUDING ALL)";

/// One row of so many bytes in a transaction.
pub fn one_row(bytes: usize) -> String {
    format!("INSERT INTO bare VALUES (gen_random_uuid()::text, decode(repeat('a7', {bytes}), 'hex'));\n")
}

/// So many keys in one transaction, into a table with the indexes of the real one.
pub fn keys(count: usize) -> String {
    format!(
        "INSERT INTO bare_keys (key, rolling_start, rolling_period, transmission_risk, report_type, days_since_onset, \
         released_at) SELECT decode(md5(random()::text || n), 'hex'), 2000000, 144, 0, 1, 0, 1700000000 \
         FROM generate_series(1, {count}) AS n;\n"
    )
}

/// Transactions a second of a script by pgbench, with prepared statements.
pub fn pgbench(database: &Database, script: &Path, clients: usize, seconds: u64) -> Option<f64> {
    let program = programs().join("pgbench");
    let mut command = Command::new(program);
    command.args(["-n", "-M", "prepared", "-j", "2", "-c", &clients.to_string(), "-T", &seconds.to_string()]);
    command.args(database.client()).arg("-f").arg(script).arg("bluezone");
    let output = command.output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.lines().find_map(|line| line.strip_prefix("tps = "))?.split(' ').next()?.parse().ok()
}

/// Runs a script on the server's database.
pub fn run(database: &Database, script: &str) {
    let mut command = Command::new(programs().join("psql"));
    command.args(database.client()).args(["-q", "-v", "ON_ERROR_STOP=1", "-d", "bluezone"]);
    let mut psql = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    psql.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    assert!(psql.wait().unwrap().success());
}

/// As `DATABASE_URL` has it.
pub fn url(database: &Database) -> String {
    format!("postgres://postgres@{}/bluezone", database.address)
}

/// The tables of the server. What a partition holds is not in its partitioned table once more.
pub fn tables(database: &Database) -> Vec<String> {
    let sql = "SELECT s.relname FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid \
               WHERE c.relkind = 'r' AND s.relname NOT LIKE 'bare%'";
    database.answer("bluezone", sql).lines().map(str::to_owned).collect()
}

/// Bytes of all rows of all tables.
pub fn bytes_in_postgres(database: &Database) -> f64 {
    let sum = |table: &str| format!("(SELECT coalesce(sum(pg_column_size(t.*)), 0) FROM \"{table}\" AS t)");
    let sums: Vec<String> = tables(database).iter().map(|table| sum(table)).collect();
    database.answer("bluezone", &format!("SELECT {}", sums.join(" + "))).parse().unwrap()
}

/// Transactions a second of so many rows of so many bytes by SQLite alone, as durable as the server.
pub fn sqlite(directory: &Path, rows: u32, bytes: usize, seconds: u64) -> f64 {
    let mut database = Connection::open(directory.join("bare.db")).unwrap();
    database
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             CREATE TABLE IF NOT EXISTS bare (id TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT;",
        )
        .unwrap();
    let content = vec![0xa7_u8; bytes];
    let (began, time, mut done) = (Instant::now(), Duration::from_secs(seconds), 0_u32);
    while began.elapsed() < time {
        let transaction = database.transaction().unwrap();
        {
            let sql = "INSERT INTO bare VALUES (lower(hex(randomblob(16))), ?)";
            let mut insert = transaction.prepare_cached(sql).unwrap();
            for _ in 0..rows {
                insert.execute(params![content]).unwrap();
            }
        }
        transaction.commit().unwrap();
        done += 1;
    }
    f64::from(done) / began.elapsed().as_secs_f64()
}
