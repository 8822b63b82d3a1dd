//! How fast keys are matched, beside what the processor's AES and SHA units would allow: `cargo bench -p
//! bluezone-matching`. Times are of the thread's own processor time, so that other programs disturb little.

#![expect(clippy::print_stdout, reason = "it is for a person to read")]

mod ceiling;
mod export;
mod support;

use bluezone_matching::parts::{Aes, BATCH, Deriver, LANES, Sha};
use bluezone_matching::{Matcher, SightingIndex, TOLERANCE_S};
use criterion::{BenchmarkGroup, Criterion, Throughput};
use std::hint::black_box;
use support::{Cpu, Figures, identifiers, keys, sightings};

/// Keys a pass; small enough that the fastest pass is one that nothing interrupted.
const KEYS: usize = 2048;
/// Passes take so many sets of keys in turn: what one looked up is not in the cache for the next.
const SETS: usize = 64;
const HEARD: [usize; 5] = [10_000, 50_000, 200_000, 500_000, 1_000_000];
/// Days of a file, and the share of intervals in which somebody was heard.
const DAYS: u32 = 14;

fn main() {
    let mut criterion = Criterion::default().with_measurement(Cpu).configure_from_args();
    let mut figures = Figures::default();
    parts(&mut criterion, &mut figures);
    all_intervals(&mut criterion, &mut figures);
    realistic(&mut criterion, &mut figures);
    export::bench(&mut criterion, &mut figures);
    criterion.final_summary();
    table(&figures);
    export::table(&figures);
}

/// The name of a path, without its proof.
fn path(path: impl std::fmt::Debug) -> String {
    format!("{path:?}").replace("(detected)", "")
}

fn parts(criterion: &mut Criterion<Cpu>, figures: &mut Figures) {
    let mut group = criterion.benchmark_group("parts");
    for sha in Sha::available() {
        let mut deriver = Deriver::new(sha);
        let mut keys = [[7; 16]; BATCH];
        group.throughput(Throughput::Elements(BATCH as u64));
        figures.measure(("parts", &mut group), &format!("hkdf {}", path(sha)), BATCH, || {
            deriver.identifier_keys(black_box(&mut keys));
        });
    }
    for aes in Aes::available() {
        let blocks = ceiling::BLOCKS;
        group.throughput(Throughput::Elements(blocks as u64));
        figures
            .measure(("parts", &mut group), &format!("aes {}", path(aes)), blocks, || ceiling::encrypt(aes));
    }
    group.finish();
}

fn all_intervals(criterion: &mut Criterion<Cpu>, figures: &mut Figures) {
    let mut group = criterion.benchmark_group("all intervals");
    group.throughput(Throughput::Elements(KEYS as u64));
    let keys = keys(KEYS * SETS, DAYS);
    for heard in HEARD {
        let index = SightingIndex::without_times(identifiers(heard));
        let mut run = |group: &mut BenchmarkGroup<'_, Cpu>, name: &str, sha, aes| {
            let mut matcher = Matcher::with(&index, sha, aes);
            let mut sets = keys.chunks(KEYS).cycle();
            figures.measure(("all intervals", group), &format!("{name} {heard}"), KEYS, || {
                let keys = sets.next().expect("there are sets");
                matcher.run(black_box(keys), |_, _| unreachable!("strangers"));
            });
        };
        run(&mut group, "best", Sha::best(), Aes::best());
        if heard == 50_000 {
            for aes in Aes::available() {
                run(&mut group, &path(aes), Sha::best(), aes);
            }
            run(&mut group, "crates", Sha::Portable, Aes::Portable);
        }
    }
    group.finish();
}

/// Somebody heard in three of ten intervals of two weeks, spread over all days or over some.
fn realistic(criterion: &mut Criterion<Cpu>, figures: &mut Figures) {
    let mut group = criterion.benchmark_group("with times");
    group.throughput(Throughput::Elements(KEYS as u64));
    let keys = keys(KEYS, DAYS);
    let patterns: [(&str, support::HeardIn); 3] = [
        ("7 hours of all 14 days", |_, interval| (48..91).contains(&interval)),
        ("14 hours of every other day", |day, interval| day % 2 == 0 && (36..122).contains(&interval)),
        ("20 hours of 5 days", |day, interval| (4..9).contains(&day) && (12..132).contains(&interval)),
    ];
    for (name, heard_in) in patterns {
        let index = SightingIndex::new(sightings(50_000, DAYS, heard_in), TOLERANCE_S);
        let mut matcher = Matcher::new(&index);
        let work = matcher.run(&keys, |_, _| unreachable!("strangers"));
        figures.note(name, work);
        figures.measure(("with times", &mut group), name, KEYS, || {
            matcher.run(black_box(&keys), |_, _| unreachable!("strangers"));
        });
    }
    group.finish();
}

fn table(figures: &Figures) {
    let hkdf = figures.per_second(&format!("hkdf {}", path(Sha::best())));
    let aes = figures.per_second(&format!("aes {}", path(Aes::best())));
    let (Some(hkdf), Some(aes)) = (hkdf, aes) else {
        return println!("\n(the table needs all benches)");
    };
    let (openssl_aes, openssl_sha) = (ceiling::openssl_aes(), ceiling::openssl_sha());
    let show = |figure: Option<f64>| {
        figure.map_or("not run".to_owned(), |figure| format!("{:.1} M/s", figure / 1e6))
    };
    let blocks = (LANES * 9) as f64;
    println!("\nAES-128 blocks   {} here, {} openssl", show(Some(aes)), show(openssl_aes));
    println!(
        "HKDF             {} here, {} openssl (SHA-256 of long input, six blocks a key)",
        show(Some(hkdf)),
        show(openssl_sha)
    );
    let aes = aes.max(openssl_aes.unwrap_or(0.0)) / blocks;
    let hkdf = hkdf.max(openssl_sha.unwrap_or(0.0));
    let ceiling = 1.0 / (1.0 / aes + 1.0 / hkdf);
    println!(
        "A = {:.2} M keys/s, H = {:.2} M keys/s, 1/(1/A+1/H) = {:.2} M keys/s\n",
        aes / 1e6,
        hkdf / 1e6,
        ceiling / 1e6
    );
    println!("all intervals                 M keys/CPU-s   of the ceiling");
    for (name, rate) in figures.named("all intervals") {
        println!("{name:28}  {:12.2}   {:13.0} %", rate / 1e6, 100.0 * rate / ceiling);
    }
    let all = figures.per_second("best 50000");
    println!("\nwith times, 50,000 heard      M keys/CPU-s   of all intervals   derived   keys skipped");
    for (name, rate) in figures.named("with times") {
        let times = all.map_or(0.0, |all| rate / all);
        let work = figures.noted(name);
        let derived = 100.0 * work.derived as f64 / (work.derived + work.skipped) as f64;
        let skipped = 100.0 * work.keys_skipped as f64 / work.keys as f64;
        println!("{name:28}  {:12.2}   {times:14.2} x {derived:9.0} % {skipped:11.0} %", rate / 1e6);
    }
}
