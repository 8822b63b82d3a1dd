//! What people and phones send, a second: through the whole stack, beside the database alone.

use crate::bare;
use crate::database::Database;
use crate::median;
use crate::node::{CONNECTIONS, Installation, Node, number};
use serde_json::Value;
use std::fs;

const ROUNDS: u64 = 3;
/// A person is at a few places a day.
const CITIZENS: usize = 20_000;
const PLACES: usize = 200;
/// Codes for each measurement, more than are used in its seconds: with the last of them it would end, and phones that wait for
/// their step would be a good part of what is measured.
const CODES: usize = 30_000;
const CODES_ON_SQLITE: usize = 5_000;
/// To warm up all are used: what a certificate leaves is counted with what is published with it.
const CODES_TO_WARM_UP: usize = 3_000;
/// Who waits for an answer at the same time: those who come together share a transaction.
const PEOPLE: usize = 256;
/// Answers to phones wait for their step of 250 ms: to be busy a node needs more of them at once.
const PHONES: usize = 1_024;
/// On SQLite more find no connection for their certificates in time.
const PHONES_ON_SQLITE: usize = 512;
/// Of the greatest rate, for the times of an answer.
const SHARE: f64 = 0.7;
/// What `serve` asks PostgreSQL with at most.
const SERVERS_CONNECTIONS: usize = 16;

/// A kind of request: its name, the generator's flags, and whether it needs codes.
const KINDS: [(&str, &[&str], bool); 3] = [
    ("check-ins", &["--check-in"], false),
    ("declarations", &["--declare"], false),
    ("publishing 14 keys", &["--certified", "--publish"], true),
];

pub fn table(seconds: u64) {
    println!(
        "requests a second, {PEOPLE} connections, {PHONES} of phones ({PHONES_ON_SQLITE} on SQLite), {seconds} s, medians of \
         {ROUNDS} rounds in turn with the database alone\n"
    );
    println!(
        "{:<32}{:>9}{:>13}{:>9}{:>7}{:>12}{:>9}{:>9}",
        "", "bluezone", "bytes", "bare", "share", "at 70 %: ms", "p50", "p99"
    );
    let database = Database::with(bare::SETTINGS, None).unwrap();
    let postgres = Installation::new(Some(bare::url(&database)));
    database.sql("bluezone", bare::TABLES);
    let mut bench = Bench::new(postgres, PHONES, CODES, seconds);
    let mut sizes = Vec::new();
    for kind in KINDS {
        let before = bare::bytes_in_postgres(&database);
        let done = bench.warm_up(kind);
        // Autovacuum does so within a minute: until then the planner takes the tables for empty.
        database.sql("bluezone", "ANALYZE");
        let bytes = ((bare::bytes_in_postgres(&database) - before) / done) as usize;
        sizes.push(bytes);
        let script = bench.installation.path("bare.sql");
        let text = if kind.2 { bare::keys(14) } else { bare::one_row(bytes) };
        fs::write(&script, text).unwrap();
        let bare = |clients| bare::pgbench(&database, &script, clients, seconds);
        bench.row("PostgreSQL", kind, bytes, || {
            // Whichever suits pgbench better; each of its clients is a connection to the database.
            [SERVERS_CONNECTIONS, CONNECTIONS].into_iter().filter_map(bare).fold(0.0, f64::max)
        });
    }
    drop(bench);
    drop(database);
    let mut bench = Bench::new(Installation::new(None), PHONES_ON_SQLITE, CODES_ON_SQLITE, seconds);
    let dir = tempfile::tempdir_in("/tmp").unwrap();
    for (kind, bytes) in KINDS.into_iter().zip(sizes) {
        bench.warm_up(kind);
        let rows = if kind.2 { 14 } else { 1 };
        bench.row("SQLite", kind, bytes, || bare::sqlite(dir.path(), rows, bytes / rows as usize, seconds));
    }
    println!();
}

struct Bench {
    installation: Installation,
    node: Node,
    phones: usize,
    /// Codes for each measurement.
    codes: usize,
    seconds: u64,
    /// Each run's requests are others than those before.
    seed: u64,
    /// Codes that were used.
    used: usize,
}

impl Bench {
    fn new(installation: Installation, phones: usize, codes: usize, seconds: u64) -> Bench {
        installation.prepare(CITIZENS, PLACES, CODES_TO_WARM_UP + codes * (ROUNDS as usize + 1));
        let node = installation.node();
        Bench { installation, node, phones, codes, seconds, seed: 0, used: 0 }
    }

    fn load(
        &mut self,
        (_, flags, codes): (&str, &[&str], bool),
        rate: &str,
        seconds: u64,
        many: usize,
    ) -> Value {
        self.seed += 1;
        let seed = self.seed.to_string();
        let cast = if codes { "codes.json" } else { "cast.json" };
        if codes {
            self.installation.codes(self.used, many);
            self.used += many;
        }
        let connections = if codes { self.phones } else { PEOPLE }.to_string();
        let mut args = vec!["--cast", cast, "--seed", &seed, "--connections", &connections];
        args.extend(flags);
        args.push(rate);
        let mut measured = self.installation.load(&self.node.address, seconds, &args);
        let measured = measured.remove(0);
        assert_eq!(measured["failed"].as_object().unwrap().len(), 0, "{measured}");
        measured
    }

    /// How many were done.
    fn warm_up(&mut self, kind: (&str, &[&str], bool)) -> f64 {
        number(&self.load(kind, "max", 2, CODES_TO_WARM_UP), &["done"])
    }

    fn row(&mut self, engine: &str, kind: (&str, &[&str], bool), bytes: usize, bare: impl Fn() -> f64) {
        let (mut ours, mut alone) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            alone.push(bare());
            let measured = self.load(kind, "max", self.seconds, self.codes);
            assert_eq!(measured["exhausted"], false, "too few codes");
            ours.push(number(&measured, &["done_a_second"]));
        }
        let (ours, alone) = (median(ours), median(alone));
        let at = self.load(kind, &format!("{:.0}", ours * SHARE), self.seconds, self.codes);
        println!(
            "{:<32}{ours:>9.0}{bytes:>13}{alone:>9.0}{:>6.0}%{:>12}{:>9.1}{:>9.1}",
            format!("{} on {engine}", kind.0),
            ours / alone * 100.0,
            "",
            number(&at, &["ms", "p50"]),
            number(&at, &["ms", "p99"]),
        );
    }
}
