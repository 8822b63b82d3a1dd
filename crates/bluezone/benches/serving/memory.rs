//! Memory of a node: at rest, and with very many connections that all ask while people write.

use crate::bare;
use crate::database::Database;
use crate::node::{Installation, number};
use std::thread::sleep;
use std::time::Duration;

const OPEN: usize = 10_000;
/// Polls a second: every connection is used within a few seconds.
const POLLS: usize = 2_000;

pub fn table(seconds: u64) {
    println!("{:<64}{:>8}{:>8}", "resident memory of a node, MB", "now", "most");
    let database = Database::new(None).unwrap();
    for (engine, url) in [("SQLite", None), ("PostgreSQL", Some(bare::url(&database)))] {
        let installation = Installation::new(url);
        installation.prepare(500, 50, 0);
        let node = installation.node();
        sleep(Duration::from_secs(2));
        let print = |what: String| {
            let (now, most) = node.memory();
            println!("{what:<64}{now:>8.1}{most:>8.1}");
        };
        print(format!("{engine}, at rest"));
        let seconds = (OPEN / POLLS) as u64 + seconds;
        let [open, polls] = [OPEN, POLLS].map(|count| count.to_string());
        let phones =
            installation.start_load(&node.address, seconds, &["--connections", &open, "--poll", &polls]);
        let people = ["--cast", "cast.json", "--declare", "max", "--check-in", "max"];
        let people = installation.start_load(&node.address, seconds, &people);
        sleep(Duration::from_secs(seconds - 1));
        let connections = connections_to(&node.address);
        let done: f64 =
            phones.end().iter().chain(&people.end()).map(|one| number(one, &["done_a_second"])).sum();
        print(format!("{engine}, {connections} connections, {done:.0} requests a second"));
    }
    println!();
}

/// Connections that are open, as the system counts them: `/proc/net/tcp`, state 1 (established), by the local port.
fn connections_to(address: &str) -> usize {
    let port: u16 = address.rsplit(':').next().unwrap().parse().unwrap();
    let local = format!(":{port:04X}");
    let open = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let columns = open.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    columns.filter(|columns| columns.len() > 3 && columns[1].ends_with(&local) && columns[3] == "01").count()
}
