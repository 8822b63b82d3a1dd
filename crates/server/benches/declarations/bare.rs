//! SQLite alone, as durable as the server's database.

use crate::town::Town;
use rusqlite::{Connection, params};
use std::path::Path;
use std::time::Instant;

/// What a declaration takes in the database: its own row, and its consents. The profile is one row however often it is written.
pub fn bytes_a_declaration(town: &Town) -> usize {
    let database = Connection::open(town.directory().join("bluezone.db")).unwrap();
    let sum = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let rows = sum("SELECT COUNT(*) FROM declarations");
    let declarations = sum("SELECT SUM(LENGTH(content) + LENGTH(form) + 200) FROM declarations");
    let consents = sum("SELECT SUM(LENGTH(id) + LENGTH(sha256) + 150) FROM consents");
    usize::try_from((declarations + consents) / rows).unwrap()
}

/// Rows of so many bytes a second, so many in a transaction.
pub fn rate(directory: &Path, size: usize, batch: usize, rows: usize) -> f64 {
    let path = directory.join(format!("bare-{batch}.db"));
    let mut database = Connection::open(path).unwrap();
    database
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             CREATE TABLE bare (id TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT;",
        )
        .unwrap();
    let content = vec![7_u8; size];
    let started = Instant::now();
    let mut written = 0;
    while written < rows {
        let transaction = database.transaction().unwrap();
        {
            let mut insert = transaction.prepare_cached("INSERT INTO bare VALUES (?, ?)").unwrap();
            for number in written..written + batch {
                // Identifiers are random: in no order.
                let id = format!(
                    "{:032x}",
                    (number as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_0cc8_b1a5_d1e3)
                );
                insert.execute(params![id, content]).unwrap();
            }
        }
        transaction.commit().unwrap();
        written += batch;
    }
    written as f64 / started.elapsed().as_secs_f64()
}
