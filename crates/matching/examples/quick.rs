use bluezone_matching::{parts::*, *};
use bluezone_protocol::{diagnosis::*, gaen::*, identifier::*, time::*};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::hint::black_box;
use std::time::Duration;
fn cpu() -> Duration {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(t.tv_sec as u64, t.tv_nsec as u32)
}
fn best(n: u32, mut f: impl FnMut()) -> f64 {
    (0..n).map(|_| { let a = cpu(); f(); (cpu() - a).as_secs_f64() }).fold(f64::MAX, f64::min)
}
fn main() {
    let rng = &mut StdRng::seed_from_u64(1);
    let keys: Vec<DiagnosisKey> = (0..20000).map(|i| DiagnosisKey {
        key: TemporaryExposureKey::generate(rng), rolling_start: IntervalNumber(2_700_000 + 144 * (i % 14)),
        rolling_period: 144, transmission_risk: 0, report_type: ReportType::ConfirmedTest, days_since_onset: None }).collect();
    for sha in Sha::available() {
        let mut d = Deriver::new(sha);
        let mut k = [[1u8; 16]; BATCH];
        let t = best(300, || for _ in 0..50 { d.identifier_keys(black_box(&mut k)) });
        println!("hkdf {sha:?} {:.2} M/s", 50. * BATCH as f64 / t / 1e6);
    }
    for aes in Aes::available() {
        let k = [[1u8; 16]; BATCH];
        let some: Vec<[u8; 16]> = (0..10_000).map(|_| rng.random()).collect(); let filter = Filter::new(some.iter());
        let plan = [[7u32; 16]; 9];
        let plans = [&plan[..]; BATCH];
        let t = best(500, || for _ in 0..20 { aes.identifiers(black_box(&k), black_box(&plans), &filter, |_, _, b| { black_box(b); }) });
        println!("aes {aes:?} {:.1} M blocks/s = {:.2} M keys/s", 20. * BATCH as f64 * 144. / t / 1e6, 20. * BATCH as f64 / t / 1e6);
    }
    if std::env::args().count() > 1 { return }
    for n in [10_000, 50_000, 200_000, 500_000, 1_000_000] {
        let ids = (0..n).map(|_| Identifier::Gaen { rpi: RollingProximityIdentifier(rng.random()), aem: [0; 4] });
        let index = SightingIndex::without_times(ids);
        for (sha, aes) in [(Sha::best(), Aes::available()[1]), (Sha::best(), Aes::best())] {
            let mut m = Matcher::with(&index, sha, aes);
            let mut hits = 0;
            let mut at = 0; let t = best(600, || { m.run(&keys[at..at+2000], |_, h| hits += h.len()); at = (at + 2000) % 20000; });
            println!("{n:8} {sha:?} {aes:?} {:.2} M keys/s hits {hits}", 2000. / t / 1e6);
        }
    }
}
