use bluezone_matching::{parts::*, *};
use bluezone_protocol::{diagnosis::*, gaen::*, identifier::*, time::*};
use rand::{RngExt, SeedableRng, rngs::StdRng};
fn main() {
    let n: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    let rng = &mut StdRng::seed_from_u64(1);
    let keys: Vec<DiagnosisKey> = (0..20000).map(|i| DiagnosisKey {
        key: TemporaryExposureKey::generate(rng), rolling_start: IntervalNumber(2_700_000 + 144 * (i % 14)),
        rolling_period: 144, transmission_risk: 0, report_type: ReportType::ConfirmedTest, days_since_onset: None }).collect();
        let ids = (0..n).map(|_| Identifier::Gaen { rpi: RollingProximityIdentifier(rng.random()), aem: [0; 4] });
        let index = SightingIndex::without_times(ids);
            let mut m = Matcher::with(&index, Sha::best(), Aes::best());
            let mut hits = 0;
            for _ in 0..200 { m.run(&keys, |_, h| hits += h.len()); }
}
