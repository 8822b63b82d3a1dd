//! A hundredth of a nation's peak on this machine, for docs/scale.md: 60 million phones that poll every two hours through a content
//! delivery network that leaves a fifth to the nodes, 10 million declarations and 50 million check-ins on one day, the phones' dummies; and
//! of reports five times as many as 50,000 within seven hours, so that there are some. The database has what a hundredth of the nation left
//! there in the weeks before (past.sql).

use crate::bare;
use crate::database::Database;
use crate::median;
use crate::node::{Installation, number};
use std::thread::sleep;
use std::time::Duration;

/// Kind, its flag, and a hundredth of the peak, a second.
const RATES: [(&str, &str, f64); 5] = [
    ("polls (20 % of 8,333 a second)", "--poll", 16.7),
    ("declarations (1,700 a second)", "--declare", 17.0),
    ("check-ins (6,000 a second)", "--check-in", 60.0),
    ("reports of 14 keys (2; here 10)", "--publish", 0.1),
    ("dummy sequences (708 a second)", "--dummy", 7.1),
];
/// As the generator calls them.
const KINDS: [&str; 5] = ["poll", "declare", "check-in", "publish", "dummy"];

pub fn table(seconds: u64) {
    println!(
        "a hundredth of the peak, and ten of them, for {seconds} s each, on one node and PostgreSQL on this machine\n"
    );
    println!(
        "{:<34}{:>7}{:>10}{:>9}{:>9}{:>9}{:>10}",
        "", "times", "asked/s", "done/s", "p50 ms", "p99 ms", "not done"
    );
    let database = Database::with(bare::SETTINGS, None).unwrap();
    let installation = Installation::new(Some(bare::url(&database)));
    installation.prepare(1_000, 200, 60);
    eprintln!("the weeks before: some minutes, and 10 GB below /tmp");
    bare::run(&database, include_str!("past.sql"));
    let node = installation.node();
    for (used, times) in [(0, 1.0), (20, 10.0)] {
        installation.codes(used, 40);
        let rates = RATES.map(|(_, _, rate)| format!("{:.1}", rate * times));
        let mut args = vec!["--cast", "codes.json"];
        for ((_, flag, _), rate) in RATES.iter().zip(&rates) {
            args.extend([*flag, rate]);
        }
        let load = installation.start_load(&node.address, seconds, &args);
        let processors = std::thread::spawn(move || busy(seconds));
        let mut measured = load.end();
        // The generator tells its kinds in an order of its own.
        measured.sort_by_key(|one| KINDS.iter().position(|kind| one["kind"] == *kind));
        for ((what, _, rate), one) in RATES.iter().zip(&measured) {
            let failed: u64 =
                one["failed"].as_object().unwrap().values().filter_map(|count| count.as_u64()).sum();
            println!(
                "{what:<34}{times:>7}{:>10.1}{:>9.1}{:>9.1}{:>9.1}{failed:>10}",
                rate * times,
                number(one, &["done_a_second"]),
                number(one, &["ms", "p50"]),
                number(one, &["ms", "p99"]),
            );
            if failed > 0 {
                println!("{:<34}{}", "", one["failed"]);
            }
        }
        println!("{:<34}{times:>7}{:>9.0} %", "processors, all of them busy", processors.join().unwrap());
    }
    println!();
}

/// How busy the machine's processors are, of 100: `/proc/stat`, once a second, the median.
fn busy(seconds: u64) -> f64 {
    let read = || {
        let text = std::fs::read_to_string("/proc/stat").unwrap();
        let times: Vec<f64> = text
            .lines()
            .next()
            .unwrap()
            .split_whitespace()
            .skip(1)
            .filter_map(|text| text.parse().ok())
            .collect();
        (times.iter().sum::<f64>(), times[3] + times[4])
    };
    let mut shares = Vec::new();
    for _ in 1..seconds {
        let (all, idle) = read();
        sleep(Duration::from_secs(1));
        let (all, idle) = {
            let now = read();
            (now.0 - all, now.1 - idle)
        };
        shares.push((1.0 - idle / all) * 100.0);
    }
    median(shares)
}
