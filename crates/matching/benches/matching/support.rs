//! Keys and sightings made up, and a clock of the thread's own time.

use bluezone_matching::Work;
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::gaen::{RollingProximityIdentifier, TemporaryExposureKey};
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::{INTERVALS_PER_DAY, IntervalNumber, Timestamp};
use criterion::BenchmarkGroup;
use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rustix::time::{ClockId, clock_gettime};
use std::collections::BTreeMap;
use std::time::Duration;

const FIRST: IntervalNumber = IntervalNumber(2_700_000);

/// `count` keys of the last `days` days in random order, as an export has them.
pub fn keys(count: usize, days: u32) -> Vec<DiagnosisKey> {
    let mut rng = StdRng::seed_from_u64(1);
    let key = |_| DiagnosisKey {
        key: TemporaryExposureKey::generate(&mut rng),
        rolling_start: FIRST + INTERVALS_PER_DAY * rng.random_range(0..days),
        rolling_period: INTERVALS_PER_DAY,
        transmission_risk: 0,
        report_type: ReportType::ConfirmedTest,
        days_since_onset: None,
    };
    (0..count).map(key).collect()
}

/// Identifiers of strangers.
pub fn identifiers(count: usize) -> impl Iterator<Item = Identifier> {
    let mut rng = StdRng::seed_from_u64(2);
    (0..count).map(move |_| Identifier::Gaen { rpi: RollingProximityIdentifier(rng.random()), aem: [0; 4] })
}

/// Whether somebody was heard on a day, in an interval of it.
pub type HeardIn = fn(u32, u32) -> bool;

/// Strangers heard in the intervals of the days for which `heard_in(day, interval of the day)`, evenly.
pub fn sightings(count: usize, days: u32, heard_in: HeardIn) -> Vec<(Identifier, Timestamp)> {
    let intervals: Vec<IntervalNumber> = (0..days)
        .flat_map(|day| (0..INTERVALS_PER_DAY).map(move |interval| (day, interval)))
        .filter(|(day, interval)| heard_in(*day, *interval))
        .map(|(day, interval)| FIRST + (day * INTERVALS_PER_DAY + interval))
        .collect();
    let share = intervals.len() as f64 / f64::from(days * INTERVALS_PER_DAY);
    assert!((0.29..0.31).contains(&share), "{share} of the intervals");
    identifiers(count).enumerate().map(|(at, id)| (id, intervals[at % intervals.len()].start())).collect()
}

/// Time that this thread had the processor.
pub struct Cpu;

impl Measurement for Cpu {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        let now = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs() as u32)
    }
    fn end(&self, start: Duration) -> Duration {
        self.start() - start
    }
    fn add(&self, a: &Duration, b: &Duration) -> Duration {
        *a + *b
    }
    fn zero(&self) -> Duration {
        Duration::ZERO
    }
    fn to_f64(&self, value: &Duration) -> f64 {
        value.as_nanos() as f64
    }
    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

/// The fastest pass of each bench: what the code takes when nothing else runs.
#[derive(Default)]
pub struct Figures {
    /// Group, name, seconds an element; in the order measured.
    best: Vec<(&'static str, String, f64)>,
    notes: BTreeMap<String, Work>,
}

impl Figures {
    /// Measures `pass`, which does `elements`.
    pub fn measure(
        &mut self,
        group: (&'static str, &mut BenchmarkGroup<'_, Cpu>),
        name: &str,
        elements: usize,
        mut pass: impl FnMut(),
    ) {
        let mut best = f64::INFINITY;
        let (group_name, group) = group;
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|passes| {
                let mut sum = Duration::ZERO;
                for _ in 0..passes {
                    let start = Cpu.start();
                    pass();
                    let took = Cpu.end(start);
                    best = best.min(took.as_secs_f64());
                    sum += took;
                }
                sum
            });
        });
        if best.is_finite() {
            self.best.push((group_name, name.to_owned(), best / elements as f64));
        }
    }

    pub fn note(&mut self, name: &str, work: Work) {
        self.notes.insert(name.to_owned(), work);
    }

    pub fn noted(&self, name: &str) -> Work {
        self.notes[name]
    }

    /// Elements a second, if it was measured.
    pub fn per_second(&self, name: &str) -> Option<f64> {
        self.best.iter().find(|(_, measured, _)| measured == name).map(|(.., seconds)| 1.0 / seconds)
    }

    /// Name and elements a second of a group.
    pub fn named(&self, group: &str) -> impl Iterator<Item = (&str, f64)> {
        let of_group = self.best.iter().filter(move |(of, ..)| *of == group);
        of_group.map(|(_, name, seconds)| (name.as_str(), 1.0 / seconds))
    }
}
