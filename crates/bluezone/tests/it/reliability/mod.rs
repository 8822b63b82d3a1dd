//! Nothing that was acknowledged is lost, and nothing is there twice, whatever fails: three nodes on one PostgreSQL, clients that
//! send again what was not acknowledged, and a comparison of their journal with the database afterwards (`bluezone load check`).
//!
//! One run of each fault here; `BLUEZONE_RELIABILITY_RUNS=50` for as many (docs/reliability.md). Each run's instants come from its
//! number. In half of the runs as much is sent as the machine can do, so that many share a transaction.

pub(crate) mod database;
pub(crate) mod proxy;
mod sums;

use crate::program;
use crate::serve::{Server, bluezone, ok};
use database::Database;
use proxy::{Proxy, Weather};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;
use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::Duration;
use sums::{Load, Sums};

const NODES: usize = 3;
/// Requests become due for so long; the fault is over well before.
const SECONDS: u64 = 12;
/// Megabytes of the disk that is filled: enough for the database and what a run writes.
const SMALL_DISK: u32 = 300;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
    NodeKilled,
    DatabaseKilled,
    Failover,
    NetworkCut,
    DiskFull,
}

fn runs() -> u64 {
    std::env::var("BLUEZONE_RELIABILITY_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(1)
}

/// Nodes, all on one database behind a network that can fail.
struct Cluster {
    dir: tempfile::TempDir,
    proxy: Proxy,
    url: String,
    nodes: Vec<Option<Server>>,
    load: Load,
}

impl Cluster {
    fn on(database: &Database, load: Load) -> Cluster {
        let dir = tempfile::tempdir().unwrap();
        let proxy = Proxy::before(database.address);
        let url = format!("postgres://postgres@{}/bluezone", proxy.address);
        let cast = dir.path().join("cast.json");
        ok(program::run(Cluster::command(dir.path(), &url).args(["admin", "keys", "init"])));
        // Answers that wait for the beat would keep connections from asking.
        std::fs::write(dir.path().join("config.json"), r#"{"response_floor_ms": 20}"#).unwrap();
        let [citizens, codes] = load.cast();
        let prepare =
            ["load", "prepare", "--citizens", citizens, "--places", "6", "--codes", codes, "--cast"];
        ok(program::run(Cluster::command(dir.path(), &url).args(prepare).arg(&cast)));
        let mut cluster = Cluster { dir, proxy, url, nodes: Vec::new(), load };
        cluster.nodes = (0..NODES).map(|_| Some(cluster.node())).collect();
        cluster
    }

    fn command(dir: &Path, url: &str) -> Command {
        let mut command = bluezone(dir);
        command.env("DATABASE_URL", url);
        command
    }

    fn node(&self) -> Server {
        let mut command = Cluster::command(self.dir.path(), &self.url);
        command.args(["serve", "--listen", "127.0.0.1:0", "--operate", "127.0.0.1:0"]);
        if self.load == Load::Crowded {
            command.args(["--config", "config.json"]);
        }
        Server::of(program::start(&mut command), 4)
    }

    fn load(&self, seed: u64) -> Child {
        let servers: Vec<String> = self.nodes.iter().flatten().map(Server::address).collect();
        let mut command = Cluster::command(self.dir.path(), &self.url);
        let [connections, publish, declare, check_in] = self.load.rates();
        command.args(["load", "run", "--again", "--json", "--connections", connections]);
        command.args(["--cast", "cast.json"]);
        command.args(["--journal", "journal.jsonl", "--server", &servers.join(",")]);
        command.args(["--publish", publish, "--declare", declare, "--check-in", check_in]);
        command.args(["--seconds", &SECONDS.to_string(), "--seed", &seed.to_string()]);
        program::start(&mut command)
    }

    /// How many transactions were shared, and by how many, as the nodes tell that still run.
    fn shared(&self) -> [u64; 2] {
        let texts: Vec<String> = self.nodes.iter().flatten().map(Server::metrics).collect();
        let sum = |name: &str| {
            let lines = texts.iter().flat_map(|text| text.lines());
            let of_name = lines.filter_map(|line| line.strip_prefix(name)?.split_once("} "));
            of_name.map(|(_, count)| count.parse::<u64>().unwrap()).sum()
        };
        ["bluezone_shared_transactions_total{", "bluezone_shared_transaction_members_total{"].map(sum)
    }

    /// What was acknowledged, what nobody knows, what is lost, mixed up or doubled.
    fn check(&self) -> Sums {
        let mut command = Cluster::command(self.dir.path(), &self.url);
        let output = program::run(command.args(["load", "check", "--json", "--journal", "journal.jsonl"]));
        let found: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        if !output.status.success() {
            eprintln!("{found}\n{}", String::from_utf8_lossy(&output.stderr));
        }
        let sum =
            |name: &str| found.as_array().unwrap().iter().map(|kind| kind[name].as_u64().unwrap()).sum();
        for kind in found.as_array().unwrap() {
            assert!(kind["acked"].as_u64().unwrap() > 0, "{found}");
        }
        let [acked, unsure, lost, mixed_up, doubled] =
            ["acked", "unsure", "lost", "mixed_up", "doubled"].map(sum);
        Sums { runs: 1, acked, unsure, lost, mixed_up, doubled, ..Sums::default() }
    }
}

/// One run; `None` where this machine cannot do it.
fn run(fault: Fault, number: u64) -> Option<Sums> {
    let mut rng = StdRng::seed_from_u64(number.wrapping_mul(1_000) + fault as u64);
    let mut database = Database::new((fault == Fault::DiskFull).then_some(SMALL_DISK))?;
    let mut cluster = Cluster::on(&database, Load::of(number));
    let standby = (fault == Fault::Failover).then(|| database.standby());
    let bystander =
        (fault == Fault::Failover && number.is_multiple_of(2)).then(|| database.follower("other"));
    let load = cluster.load(number);
    let mut wait = |from: u64, to: u64| sleep(Duration::from_millis(rng.random_range(from..to)));
    wait(1_000, 4_000);
    match fault {
        Fault::NodeKilled => {
            // Dropping kills it.
            let node = number as usize % NODES;
            cluster.nodes[node] = None;
            wait(500, 2_500);
            cluster.nodes[node] = Some(cluster.node());
        }
        Fault::DatabaseKilled => {
            database.kill();
            wait(200, 2_500);
            database.start();
        }
        Fault::Failover => {
            let standby = standby.as_ref().unwrap();
            database.kill();
            cluster.proxy.cut();
            if let Some(bystander) = &bystander {
                // As where the old primary comes back, a standby now, before its address leads to the new one.
                cluster.proxy.up(bystander.address);
            }
            wait(200, 2_000);
            standby.promote();
            cluster.proxy.up(standby.address);
        }
        Fault::NetworkCut => {
            match number % 4 {
                0 => cluster.proxy.weather(Weather::Dropping),
                1 => cluster.proxy.weather(Weather::Slow),
                2 => cluster.proxy.half_close(),
                _ => cluster.proxy.cut(),
            }
            wait(500, 3_000);
            if number.is_multiple_of(4) {
                // What was on its way never arrives.
                cluster.proxy.cut();
            }
            cluster.proxy.up(database.address);
        }
        Fault::DiskFull => {
            database.fill();
            wait(500, 3_000);
            database.free();
            if !database.runs() {
                database.start();
            }
        }
    }
    let again = sent_again(load);
    let [transactions, members] = cluster.shared();
    let found = Sums { again, transactions, members, ..cluster.check() };
    drop(cluster);
    // Or the fault did not hit anything. A slow network only slows.
    let slow = fault == Fault::NetworkCut && number % 4 == 1;
    assert!(again > 0 || slow, "{fault:?} {number}: nothing had to be sent again");
    if Load::of(number) == Load::Crowded {
        assert!(members > transactions, "{fault:?} {number}: nobody shared a transaction with anybody");
    }
    eprintln!("{}", found.line(fault, Load::of(number)));
    Some(found)
}

/// Waits for the load; how many requests it had to send once more.
fn sent_again(mut load: Child) -> u64 {
    let mut said = String::new();
    load.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(load.wait().unwrap().success(), "the load broke off");
    let measured: Value = serde_json::from_str(&said).unwrap();
    measured.as_array().unwrap().iter().map(|kind| kind["again"].as_u64().unwrap()).sum()
}

fn try_all(fault: Fault) {
    let mut sums = [(Load::Calm, Sums::default()), (Load::Crowded, Sums::default())];
    for number in 0..runs() {
        let Some(found) = run(fault, number) else {
            eprintln!("skipped: no small disk can be made here (mount needs root)");
            return;
        };
        assert_eq!([found.lost, found.mixed_up, found.doubled], [0; 3], "{fault:?} {number}");
        for (load, sum) in &mut sums {
            if *load == Load::of(number) {
                sum.add(found);
            }
        }
    }
    eprintln!(
        "fault | runs | acknowledged | to a transaction | sent again | unknown | lost | mixed up | doubled"
    );
    for (load, sum) in sums {
        eprintln!("{}", sum.line(fault, load));
    }
}

/// The comparison itself: what is taken away or added behind its back, it tells.
#[test]
fn a_row_that_is_gone_or_too_many_is_told() {
    let dir = tempfile::tempdir().unwrap();
    ok(program::run(bluezone(dir.path()).args(["admin", "keys", "init"])));
    ok(program::run(bluezone(dir.path()).args(["load", "prepare", "--citizens", "4", "--codes", "3"])));
    let server = Server::start(dir.path(), &[], 3);
    let mut load = bluezone(dir.path());
    load.args([
        "load",
        "run",
        "--cast",
        "cast.json",
        "--journal",
        "j",
        "--seconds",
        "2",
        "--connections",
        "2",
    ]);
    load.args(["--publish", "1", "--declare", "4", "--check-in", "4", "--dummy", "2"]);
    load.args(["--server", &server.address()]);
    let table = ok(program::run(&mut load));
    for kind in ["check-in", "dummy"] {
        let line = table.lines().find(|line| line.starts_with(kind)).unwrap();
        assert!(line.ends_with("none"), "{table}");
    }
    let check = || program::run(bluezone(dir.path()).args(["load", "check", "--journal", "j"]));
    let said = ok(check());
    assert!(said.contains("declare                8        0      0         0        0"), "{said}");
    let database = rusqlite::Connection::open(dir.path().join("bluezone-data/bluezone.db")).unwrap();
    let wrong = |sql: &str, told: &str| {
        assert_eq!(database.execute(sql, []).unwrap(), 1, "{sql}");
        let output = check();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(!output.status.success() && said.contains(told), "{said}");
    };
    wrong(
        "DELETE FROM visits WHERE id IN (SELECT id FROM visits LIMIT 1)",
        "check-in               8        0      1",
    );
    wrong(
        "DELETE FROM published_keys WHERE key IN (SELECT key FROM published_keys LIMIT 1)",
        "publish                2        0      1",
    );
    // Another's, by the identifiers that tell whose a declaration is and where a visit was.
    let somebody = "(SELECT MAX(profile_id) FROM declarations)";
    let other = "WHERE id IN (SELECT id FROM declarations WHERE profile_id <> (SELECT MAX(profile_id) FROM declarations) LIMIT 1)";
    wrong(
        &format!("UPDATE declarations SET profile_id = {somebody} {other}"),
        "declare                8        0      0         1        0",
    );
    wrong(
        "UPDATE visits SET place_id = (SELECT id FROM places WHERE id <> place_id LIMIT 1) \
         WHERE id IN (SELECT id FROM visits LIMIT 1)",
        "check-in               8        0      1         1        0",
    );
    database.execute("CREATE TEMP TABLE twin AS SELECT * FROM declarations LIMIT 1", []).unwrap();
    database.execute("UPDATE twin SET id = 'ffffffffffffffffffffffffffffffff'", []).unwrap();
    wrong(
        "INSERT INTO declarations SELECT * FROM twin",
        "declare                8        0      0         1        1",
    );
    drop(server);
}

#[test]
fn where_somebody_works_nobody_is_made_up() {
    let dir = tempfile::tempdir().unwrap();
    let run = |line: &str| program::run(bluezone(dir.path()).args(line.split(' ')));
    ok(run("load prepare --citizens 1 --codes 1"));
    ok(run("load prepare --citizens 1 --codes 1"));
    ok(run("admin unit add --code CDC-19 --kind provincial-cdc --territory 19 --name CDC"));
    ok(run("admin officer add --username lan --role provincial-cdc --unit CDC-19"));
    let refused = run("load prepare --citizens 1 --codes 1");
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("officers or citizens of its own"));
}

#[test]
fn a_killed_node_loses_nothing() {
    try_all(Fault::NodeKilled);
}

#[test]
fn a_killed_database_loses_nothing() {
    try_all(Fault::DatabaseKilled);
}

#[test]
fn a_failover_to_a_synchronous_standby_loses_nothing() {
    try_all(Fault::Failover);
}

#[test]
fn a_cut_network_loses_nothing() {
    try_all(Fault::NetworkCut);
}

#[test]
fn a_full_disk_loses_nothing() {
    try_all(Fault::DiskFull);
}
