//! Many rows on PostgreSQL, each way in one transaction: `cargo bench -p bluezone-store --bench batches`.
//!
//! Keys of publications by an array for each column (what the store does), by lists of a hundred rows (what it did), and row by
//! row. Prints thousands of rows a second, and how many times as many the first way takes.

#![expect(clippy::print_stdout, reason = "a bench's product is what it prints")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on has failed")]

use bluezone_store::testing::{insert_keys, postgres};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::time::Instant;

const INSERT: &str = "INSERT INTO published_keys (key, rolling_start, rolling_period, transmission_risk, report_type, \
                      released_at)";
const LIST: usize = 100;
const ROUNDS: usize = 5;

#[tokio::main]
async fn main() {
    let database = postgres().await;
    let store = database.open().await;
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    let mut rng = StdRng::seed_from_u64(7);
    println!(
        "{:>8} {:>14} {:>14} {:>14} {:>10} {:>10}",
        "rows", "arrays k/s", "lists k/s", "single k/s", "/lists", "/single"
    );
    for rows in [14, 100, 1_000, 10_000, 50_000] {
        let mut best = [0.0_f64; 3];
        for _ in 0..ROUNDS {
            let mut keys = || -> Vec<[u8; 16]> { (0..rows).map(|_| key(&mut rng)).collect() };
            let (first, second, third) = (keys(), keys(), keys());
            let start = stopwatch();
            insert_keys(&store, &first).await.unwrap();
            best[0] = best[0].max(rate(rows, start));
            let start = stopwatch();
            in_lists(&mut connection, &second, LIST).await;
            best[1] = best[1].max(rate(rows, start));
            let start = stopwatch();
            in_lists(&mut connection, &third, 1).await;
            best[2] = best[2].max(rate(rows, start));
        }
        let [arrays, lists, single] = best;
        println!(
            "{rows:>8} {arrays:>14.1} {lists:>14.1} {single:>14.1} {:>10.2} {:>10.2}",
            arrays / lists,
            arrays / single
        );
    }
}

async fn in_lists(connection: &mut PgConnection, keys: &[[u8; 16]], at_once: usize) {
    let mut tx = connection.begin().await.unwrap();
    for list in keys.chunks(at_once) {
        let row = |at: usize| {
            let values: Vec<String> = (1..=6).map(|column| format!("${}", at * 6 + column)).collect();
            format!("({})", values.join(","))
        };
        let rows: Vec<String> = (0..list.len()).map(row).collect();
        let sql = AssertSqlSafe(format!("{INSERT} VALUES {}", rows.join(",")));
        let query = list.iter().fold(sqlx::query(sql), |query, key| {
            query.bind(&key[..]).bind(1_i64).bind(144_i64).bind(4_i64).bind(1_i64).bind(7_i64)
        });
        query.execute(&mut *tx).await.unwrap();
    }
    tx.commit().await.unwrap();
}

fn key(rng: &mut StdRng) -> [u8; 16] {
    let mut key = [0; 16];
    rng.fill_bytes(&mut key);
    key
}

fn rate(rows: usize, start: Instant) -> f64 {
    rows as f64 / start.elapsed().as_secs_f64() / 1000.0
}

#[expect(clippy::disallowed_methods, reason = "a bench measures real time")]
fn stopwatch() -> Instant {
    Instant::now()
}
