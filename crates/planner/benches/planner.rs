//! `cargo bench -p bluezone-planner [-- million province country]`: processor seconds and bytes a person, beside
//! OpenABM-Covid19. One line a run; set-up is building the town, its time is in the ratio.
//!
//! Without more, OpenABM's seconds are those it took, built with -O3, on a quiet 2.6 GHz EPYC. A busy or another machine
//! needs its own: with `OPENABM` naming a checkout of it with its built `src/covid19ibm.exe`, that runs in turn with ours,
//! on the same settings, and its processor time of today is what is compared.
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use bluezone_planner::{Measures, Parameters, Province, Scenario, Simulation, Town};
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

/// Ticks a second of the times in /proc/*/stat, on every Linux.
const TICKS: f64 = 100.0;

fn main() {
    let asked = |what: &str| std::env::args().any(|argument| argument == what);
    let openabm = std::env::var_os("OPENABM").map(PathBuf::from);
    println!("200 days          set-up s   run s  OpenABM s   times  bytes a person  attack");
    for row @ (name, population, _, _, quiet) in ROWS {
        if population > 100_000 && !asked("million") {
            continue;
        }
        // Ours before and after theirs, so that both meet the same neighbours on the machine.
        let parameters = parameters(row);
        let before = Taken::by(&parameters, 1);
        let theirs = openabm.as_deref().map_or(quiet, |checkout| run_openabm(checkout, row));
        let after = Taken::by(&parameters, 1);
        let mean = |of: fn(&Taken) -> f64| (of(&before) + of(&after)) / 2.0;
        let (set_up, seconds) = (mean(|taken| taken.set_up), mean(|taken| taken.run));
        let times = theirs / (set_up + seconds);
        println!(
            "{name:<18} {set_up:>7.2} {seconds:>7.2} {theirs:>10.1} {times:>7.1} {:>15.0} {:>7.4}",
            before.bytes, before.attack
        );
    }
    if asked("province") {
        let scenario = Scenario::usual("19", u32::MAX).expect("a province");
        alone("Thái Nguyên, 200 days, two threads", &scenario.parameters, 2);
    }
    if asked("country") {
        alone("Vietnam, 120 days, one thread", &country(), 1);
    }
}

fn parameters((_, population, adoption, rate, _): Row) -> Parameters {
    let mut parameters = Parameters { population, ..Parameters::default() };
    parameters.disease.infectious_rate = rate;
    parameters.measures = adoption.map_or_else(Measures::default, Measures::validation);
    parameters
}

/// Everybody in Vietnam, the product's measures at 40 % adoption, an outbreak that most of them keep small.
fn country() -> Parameters {
    let people: u32 = Province::all().map(|province| province.people).sum();
    let text =
        format!("people = {people}\ndays = 120\ndisease.infectious_rate = 3.5\nmeasures.adoption = 0.4");
    let mut parameters = Scenario::read(&text, u32::MAX).expect("a scenario").parameters;
    for (age, all) in parameters.society.ages.iter_mut().enumerate() {
        *all = Province::all().map(|province| province.ages[age]).sum();
    }
    parameters
}

fn alone(name: &str, parameters: &Parameters, threads: usize) {
    let start = now(ClockId::Monotonic);
    let taken = Taken::by(parameters, threads);
    println!(
        "{name}: {} people, set-up {:.1} s and run {:.1} s of processor time, {:.1} s on the clock, attack {:.4}, {:.0} bytes a \
         person, at most {:.1} GB of memory",
        parameters.population,
        taken.set_up,
        taken.run,
        (now(ClockId::Monotonic) - start).as_secs_f64(),
        taken.attack,
        taken.bytes,
        peak_memory(),
    );
}

/// What one run took.
struct Taken {
    set_up: f64,
    run: f64,
    bytes: f64,
    attack: f64,
}

impl Taken {
    fn by(parameters: &Parameters, threads: usize) -> Self {
        let start = cpu();
        let town = Town::build(parameters);
        let built = cpu();
        let run = Simulation::new(parameters, &town).threads(threads).run();
        Self {
            set_up: (built - start).as_secs_f64(),
            run: (cpu() - built).as_secs_f64(),
            bytes: run.bytes as f64 / f64::from(parameters.population),
            attack: run.attack(),
        }
    }
}

/// OpenABM's processor seconds for the same row.
fn run_openabm(checkout: &Path, (_, population, adoption, rate, _): Row) -> f64 {
    let folder = tempfile::tempdir().expect("a folder");
    let data = checkout.join("tests/data");
    let baseline = std::fs::read_to_string(data.join("baseline_parameters.csv")).expect("its parameters");
    let mut lines = baseline.lines().map(|line| line.split(',').map(str::trim).collect::<Vec<_>>());
    let (names, values) = (lines.next().expect("names"), lines.next().expect("values"));
    let app = adoption.map(|share| share.to_string());
    let (population, rate) = (population.to_string(), rate.to_string());
    let changed = |name: &str| match name {
        "n_total" => Some(population.as_str()),
        "end_time" | "n_seed_infection" => Some("200"),
        "infectious_rate" => Some(rate.as_str()),
        "test_on_symptoms" | "trace_on_positive" | "quarantine_on_traced" | "app_turn_on_time" => {
            app.is_some().then_some("1")
        }
        "self_quarantine_fraction" => app.is_some().then_some("0.8"),
        name if name.starts_with("app_users_fraction") => app.as_deref(),
        _ => None,
    };
    let values: Vec<_> =
        names.iter().zip(values).map(|(name, value)| changed(name).unwrap_or(value)).collect();
    let file = folder.path().join("parameters.csv");
    std::fs::write(&file, format!("{}\n{}\n", names.join(","), values.join(","))).expect("a file");
    let before = children();
    let status = Command::new(checkout.join("src/covid19ibm.exe"))
        .args([file.as_path(), Path::new("1"), folder.path()])
        .arg(data.join("baseline_household_demographics.csv"))
        .stdout(Stdio::null())
        .status();
    assert!(status.is_ok_and(|status| status.success()), "OpenABM ran");
    children() - before
}

/// Processor time of this process.
fn cpu() -> Duration {
    now(ClockId::ProcessCPUTime)
}

fn now(clock: ClockId) -> Duration {
    let now = clock_gettime(clock);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs() as u32)
}

/// Processor seconds of the processes it has started.
fn children() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    // After the name in brackets the state follows as field 3; user and system time of children are 16 and 17.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(13).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / TICKS
}

/// The most memory that this process has held, GB.
fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or_default() / 1e6
}
