//! What each kind of request leaves on the disk of PostgreSQL: rows and bytes of every table, indexes included, for docs/scale.md.

use crate::bare;
use crate::database::Database;
use crate::node::{Installation, number};
use std::collections::BTreeMap;

/// Enough that the first page of a table does not count.
const REQUESTS: usize = 5_000;
const REPORTS: usize = 600;
/// A person declares and checks in a few times.
const CITIZENS: usize = 2_000;

pub fn table() {
    let database = Database::with(bare::SETTINGS, None).unwrap();
    let installation = Installation::new(Some(bare::url(&database)));
    installation.prepare(CITIZENS, 200, REPORTS);
    let node = installation.node();
    println!("bytes on the disk for each request, PostgreSQL, after VACUUM\n");
    println!("{:<14}{:<24}{:>10}{:>10}{:>10}{:>10}", "", "table", "rows", "heap", "indexes", "WAL");
    for (what, count, flags) in [
        ("check-in", REQUESTS, ["--check-in", "max"]),
        ("declaration", REQUESTS, ["--declare", "max"]),
        ("report", REPORTS, ["--publish", "max"]),
    ] {
        let (before, wal) = (sizes(&database), wal(&database));
        let mut done = 0.0;
        let mut seed = 0;
        while done < count as f64 && (what != "report" || seed == 0) {
            seed += 1;
            let connections = if what == "report" { "512" } else { "64" };
            let seed = seed.to_string();
            let args =
                ["--cast", "cast.json", "--seed", &seed, "--connections", connections, flags[0], flags[1]];
            done += number(&installation.load(&node.address, 10, &args)[0], &["done"]);
        }
        let written = (self::wal(&database) - wal) / done;
        let after = sizes(&database);
        let mut all = [0.0; 3];
        for (table, after) in after {
            let before = before.get(&table).copied().unwrap_or_default();
            let grown = [0, 1, 2].map(|at| (after[at] - before[at]) / done);
            if grown[0] > 0.01 {
                println!("{what:<14}{table:<24}{:>10.2}{:>10.0}{:>10.0}", grown[0], grown[1], grown[2]);
                all.iter_mut().zip(grown).for_each(|(all, one)| *all += one);
            }
        }
        println!("{what:<14}{:<24}{:>10.2}{:>10.0}{:>10.0}{written:>10.0}\n", "all", all[0], all[1], all[2]);
    }
}

/// Rows, bytes of the rows with what is stored beside them, bytes of indexes.
fn sizes(database: &Database) -> BTreeMap<String, [f64; 3]> {
    database.sql("bluezone", "VACUUM ANALYZE");
    let mut sizes = BTreeMap::new();
    for table in bare::tables(database) {
        let sql =
            format!("SELECT count(*), pg_table_size('{table}'), pg_indexes_size('{table}') FROM \"{table}\"");
        let said = database.answer("bluezone", &sql);
        let numbers: Vec<f64> = said.split('|').map(|text| text.parse().unwrap()).collect();
        sizes.insert(table, [numbers[0], numbers[1], numbers[2]]);
    }
    sizes
}

/// Bytes of the write-ahead log so far.
fn wal(database: &Database) -> f64 {
    database.answer("bluezone", "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')").parse().unwrap()
}
