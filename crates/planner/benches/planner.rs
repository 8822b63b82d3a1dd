//! `cargo bench -p bluezone-planner [-- million]`: processor seconds and bytes a person, beside OpenABM-Covid19 built with
//! -O3 on a 2.6 GHz EPYC (its measured user times). One run a row; set-up is building the town.
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::time::Duration;

use bluezone_planner::{Measures, Parameters, Simulation, Town};
use rustix::time::{ClockId, clock_gettime};

/// Name, people, adoption (none: no measures at all), infectious rate, OpenABM's seconds.
type Row = (&'static str, u32, Option<f64>, f64, f64);

const ROWS: [Row; 6] = [
    ("100k uncontrolled", 100_000, None, 5.8, 14.1),
    ("100k app 60 %", 100_000, Some(0.6), 5.8, 13.5),
    ("100k contained", 100_000, Some(0.6), 2.0, 13.5),
    ("1M uncontrolled", 1_000_000, None, 5.8, 229.0),
    ("1M app 60 %", 1_000_000, Some(0.6), 5.8, 212.0),
    ("1M contained", 1_000_000, Some(0.6), 2.0, 212.0),
];

fn main() {
    let million = std::env::args().any(|argument| argument == "million");
    println!("200 days         set-up s   run s  OpenABM s   times  bytes a person  attack");
    for (name, population, adoption, rate, theirs) in ROWS {
        if population > 100_000 && !million {
            continue;
        }
        let mut parameters = Parameters { population, ..Parameters::default() };
        parameters.disease.infectious_rate = rate;
        parameters.measures = adoption.map_or_else(Measures::default, Measures::validation);
        let start = cpu();
        let town = Town::build(&parameters);
        let built = cpu();
        let run = Simulation::new(&parameters, &town).run();
        let (set_up, seconds) = ((built - start).as_secs_f64(), (cpu() - built).as_secs_f64());
        let bytes = run.bytes as f64 / f64::from(population);
        let times = theirs / (set_up + seconds);
        println!(
            "{name:<18} {set_up:>6.2} {seconds:>7.2} {theirs:>10.1} {times:>7.1} {bytes:>15.0} {:>7.4}",
            run.attack()
        );
    }
}

/// Processor time of this process.
fn cpu() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs() as u32)
}
