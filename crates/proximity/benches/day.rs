//! A phone's day: 5,000 sightings of people who all turn out to be cases. Prints milliseconds of processor time and the most
//! memory.
//!
//! ```text
//! cargo bench -p bluezone-proximity
//! ```

#![expect(clippy::print_stdout, reason = "figures are what it is for")]
#![expect(unsafe_code, reason = "an allocator that counts")]

use bluezone_proximity::{ContactDefinition, Encounter, Heard, HiddenMarkov, Listening, Parameters};
use rustix::time::{ClockId, clock_gettime};
use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The system's allocator, counting what is in use and the most there was.
struct Counting {
    used: AtomicUsize,
    most: AtomicUsize,
}

#[global_allocator]
static HEAP: Counting = Counting { used: AtomicUsize::new(0), most: AtomicUsize::new(0) };

// SAFETY: every call goes to the system's allocator as it came; growing falls back on these two.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let used = self.used.fetch_add(layout.size(), Relaxed) + layout.size();
        self.most.fetch_max(used, Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        self.used.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// The phone listens every four minutes.
const PERIOD_S: u32 = 240;
const SCANS: usize = 360;
const SIGHTINGS: usize = 5_000;
const RUNS: usize = 21;

fn main() {
    // One person all day; people for an hour each; people met for a quarter of an hour.
    for scans_each in [SCANS, 15, 4] {
        let (milliseconds, bytes) = day(scans_each);
        println!(
            "{SIGHTINGS} sightings, {:>4} persons for {:>4} minutes each: {milliseconds:>6.1} ms, {:>5.0} kB at most",
            SIGHTINGS / scans_each,
            scans_each * PERIOD_S as usize / 60,
            bytes as f64 / 1e3,
        );
    }
}

/// Median time in which all persons of the day are estimated, and the heap that takes beyond the sightings.
fn day(scans_each: usize) -> (f64, usize) {
    let listening: Vec<_> = (0_i64..)
        .map(|n| Listening { time_s: n * i64::from(PERIOD_S), seconds_since_last: Some(PERIOD_S) })
        .take(SCANS)
        .collect();
    let strengths = [55.0, 61.0, 58.0, 66.0, 72.0].into_iter().cycle();
    let persons: Vec<Vec<Heard>> = (0..SIGHTINGS / scans_each)
        .map(|person| {
            let from = person * 7 % (SCANS - scans_each + 1);
            let scans = &listening[from..from + scans_each];
            let heard = scans.iter().zip(strengths.clone().skip(person));
            heard
                .map(|(l, db)| Heard { time_s: l.time_s, mean_db: db, min_db: db - 3.0, packets: 6 })
                .collect()
        })
        .collect();
    let before = HEAP.used.load(Relaxed);
    HEAP.most.store(before, Relaxed);
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = processor_ms();
            let definition = ContactDefinition { within_m: 2.0, minutes: 15.0 };
            let model = HiddenMarkov::new(Parameters::built_in(), definition);
            for heard in &persons {
                black_box(model.estimate(&Encounter::new(&listening, heard, -25)));
            }
            processor_ms() - start
        })
        .collect();
    times.sort_by(f64::total_cmp);
    (times[RUNS / 2], HEAP.most.load(Relaxed) - before)
}

/// Of this process so far: other programs on the machine do not count.
fn processor_ms() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}
