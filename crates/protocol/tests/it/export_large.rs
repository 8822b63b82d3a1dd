//! 750,000 keys, the most a file was ever known to hold, in memory that does not depend on their number.

use crate::support::{meta, signer};
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::export::{ExportFile, write_export};
use bluezone_protocol::gaen::TemporaryExposureKey;
use bluezone_protocol::time::IntervalNumber;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fs::File;
use std::io::BufWriter;

/// Counts what this thread holds, so that tests running beside it do not disturb the measurement.
struct Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
    static TIMES: Cell<usize> = const { Cell::new(0) };
}

#[expect(
    unsafe_code,
    reason = "an allocator cannot be written otherwise; it hands everything to the system's"
)]
// SAFETY: all calls go unchanged to `System`; counting allocates nothing (const-initialised thread locals).
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.get() + layout.size() as isize;
        HELD.set(held);
        TIMES.set(TIMES.get() + 1);
        PEAK.set(PEAK.get().max(held));
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.set(HELD.get() - layout.size() as isize);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most that this thread held at once during `work`, beyond what it held before, in bytes.
fn peak_of<T>(work: impl FnOnce() -> T) -> (T, isize) {
    let before = HELD.get();
    PEAK.set(before);
    let result = work();
    (result, PEAK.get() - before)
}

/// How often memory was asked for during `work`.
fn allocations(work: impl FnOnce()) -> usize {
    let before = TIMES.get();
    work();
    TIMES.get() - before
}

/// Sorted, all different, hard to compress as real keys are.
fn keys(count: u64) -> impl Iterator<Item = DiagnosisKey> {
    (0..count).map(|number| {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&(number << 40).to_be_bytes());
        bytes[8..].copy_from_slice(&number.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(17).to_be_bytes());
        DiagnosisKey {
            key: TemporaryExposureKey::from_bytes(bytes),
            rolling_start: IntervalNumber(2_700_000 + 144 * (number % 14) as u32),
            rolling_period: 144,
            transmission_risk: 2,
            report_type: ReportType::ConfirmedTest,
            days_since_onset: Some(number as i32 % 15),
        }
    })
}

const COUNT: u64 = 750_000;
const BOUND: isize = 1 << 20;

#[test]
fn a_file_of_750_000_keys_is_written_and_read_within_a_megabyte() {
    let path = format!("{}/750000-keys.zip", env!("CARGO_TARGET_TMPDIR"));
    let signer = signer("452", "v1", 1);

    let ((), peak) = peak_of(|| {
        let out = BufWriter::new(File::create(&path).unwrap());
        write_export(out, &meta(), keys(COUNT), std::iter::empty(), std::slice::from_ref(&signer)).unwrap();
    });
    assert!(peak < BOUND, "writing held {peak} bytes at once");
    let size = std::fs::metadata(&path).unwrap().len();
    assert!(size > COUNT * 8, "{size} bytes");

    let trusted = [signer.verifying_key()];
    let ((), peak) = peak_of(|| {
        let mut file = ExportFile::open(File::open(&path).unwrap()).unwrap();
        file.verify(&trusted).unwrap();
        assert_eq!(file.summary().unwrap().keys, COUNT);
        let mut expected = keys(COUNT);
        for item in file.keys().unwrap() {
            assert_eq!(Some(item.unwrap().1), expected.next());
        }
        assert!(expected.next().is_none());
    });
    assert!(peak < BOUND, "reading held {peak} bytes at once");
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn nothing_is_allocated_for_a_key() {
    let signer = signer("452", "v1", 1);
    let trusted = [signer.verifying_key()];
    let write = |count: u64, out: &mut Vec<u8>| {
        let out = std::io::Cursor::new(out);
        write_export(out, &meta(), keys(count), std::iter::empty(), std::slice::from_ref(&signer)).unwrap();
    };
    let read = |zip: &[u8], count: u64| {
        let mut file = ExportFile::open(std::io::Cursor::new(zip)).unwrap();
        assert_eq!(file.verified_keys(&trusted).unwrap().filter(Result::is_ok).count() as u64, count);
    };
    let counted = [1_000, 50_000].map(|count| {
        // Room for the whole file, so that the output itself needs no more.
        let mut zip = Vec::with_capacity(4 << 20);
        let written = allocations(|| write(count, &mut zip));
        (written, allocations(|| read(&zip, count)))
    });
    // One more at most: a buffer for keys that lie across the end of what was read.
    let [(written, read), (more_written, more_read)] = counted;
    assert!(more_written <= written + 1 && more_read <= read + 1, "{counted:?} (written, read)");
}
