//! Counter-based random numbers: a value is a function of what it is for, never of what was drawn before it.

/// Philox4x32-10 of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011 (checked against the
/// Random123 known answers).
#[derive(Clone, Copy, Debug)]
pub struct Philox {
    key: [u32; 2],
}

/// What a random number is for. Streams never overlap, so a new use of chance leaves all others as they were: two
/// scenarios of one seed differ only by what they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Stream {
    /// Which household stands where.
    Household,
    /// Who is in which occupation network.
    Occupation,
    /// Edges of an occupation network.
    Edge,
    /// How many people somebody meets at random.
    Meetings,
    /// Keys of the hashes that derive the day's contacts.
    Contacts,
    /// How much infection somebody withstands.
    Resistance,
    /// Who is infected at the start.
    Seeding,
    /// How infectious somebody is.
    Infectiousness,
    /// The course of the disease.
    Course,
    /// Somebody's willingness to comply.
    Compliance,
    /// Who installs the app.
    Adoption,
    /// Who agrees to publish.
    Consent,
    /// Results of tests.
    Test,
    /// How long a quarantine is kept.
    Quarantine,
    /// Symptoms of other diseases.
    Background,
    /// Who declares symptoms.
    Declaration,
    /// Who was immune before.
    Immunity,
    /// Which days of little infectiousness count.
    Roulette,
}

impl Philox {
    /// A generator for one run.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { key: halves(seed) }
    }

    /// The four words of `counter`.
    #[must_use]
    pub fn block(&self, counter: [u32; 4]) -> [u32; 4] {
        let ([mut c0, mut c1, mut c2, mut c3], [mut k0, mut k1]) = (counter, self.key);
        for _ in 0..10 {
            let [lo0, hi0] = halves(u64::from(c0) * 0xD251_1F53);
            let [lo1, hi1] = halves(u64::from(c2) * 0xCD9E_8D57);
            (c0, c1, c2, c3) = (hi1 ^ c1 ^ k0, lo1, hi0 ^ c3 ^ k1, lo0);
            k0 = k0.wrapping_add(0x9E37_79B9);
            k1 = k1.wrapping_add(0xBB67_AE85);
        }
        [c0, c1, c2, c3]
    }

    /// Four words for `who` (a person, a household) on `day`.
    #[must_use]
    pub fn words(&self, stream: Stream, who: u32, day: u16) -> [u32; 4] {
        self.block([who, u32::from(day), 0, stream as u32])
    }

    /// As [`Self::words`], the `k`-th four of them.
    #[must_use]
    pub fn more(&self, stream: Stream, who: u32, day: u16, k: u32) -> [u32; 4] {
        self.block([who, u32::from(day), k, stream as u32])
    }

    /// A number in the open interval (0, 1).
    #[must_use]
    pub fn uniform(&self, stream: Stream, who: u32, day: u16) -> f64 {
        unit(self.words(stream, who, day)[0])
    }

    /// A key for a hash of `what` on `day`.
    #[must_use]
    pub fn key(&self, stream: Stream, what: u32, day: u16) -> u64 {
        let [a, b, ..] = self.words(stream, what, day);
        u64::from(a) << 32 | u64::from(b)
    }

    /// A Gamma variate of mean 1 and standard deviation `sd`, by Marsaglia and Tsang (ACM TOMS 26, 2000).
    #[must_use]
    pub fn gamma(&self, stream: Stream, who: u32, sd: f64) -> f64 {
        if sd <= 0.0 {
            return 1.0;
        }
        let shape = 1.0 / (sd * sd);
        let d = shape.max(shape + if shape < 1.0 { 1.0 } else { 0.0 }) - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        let mut k = 0;
        loop {
            let [a, b, u, boost] = self.more(stream, who, 0, k).map(unit);
            let normal = (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos();
            let v = (1.0 + c * normal).powi(3);
            if v > 0.0 && u.ln() < 0.5 * normal * normal + d * (1.0 - v + v.ln()) {
                let small = if shape < 1.0 { boost.powf(1.0 / shape) } else { 1.0 };
                return d * v * small / shape;
            }
            k += 1;
        }
    }
}

/// A word as a number in the open interval (0, 1).
#[must_use]
pub fn unit(word: u32) -> f64 {
    (f64::from(word) + 0.5) / 4_294_967_296.0
}

/// A probability as the threshold below which a word must lie.
#[must_use]
pub fn threshold(probability: f64) -> u64 {
    (probability.clamp(0.0, 1.0) * 4_294_967_296.0) as u64
}

/// The threshold below which every word lies.
pub const ALL: u64 = 1 << 32;

/// A word in 0..`n` from a random word (multiply and shift; the bias is below n/2³²).
#[must_use]
pub fn below(word: u32, n: u32) -> u32 {
    ((u64::from(word) * u64::from(n)) >> 32) as u32
}

/// The same word for {`a`, `b`} in either order: is this contact active, is it seen by the phones? For the millions of
/// decisions a day where a Philox block would cost ten times as much; the finalizer of SplitMix64 (Steele et al.,
/// OOPSLA 2014) without its last round.
#[must_use]
#[inline]
pub fn pair_hash(key: u64, a: u32, b: u32) -> u32 {
    let x = (u64::from(a.min(b)) << 32 | u64::from(a.max(b))) ^ key;
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (x >> 32) as u32
}

fn halves(x: u64) -> [u32; 2] {
    [x as u32, (x >> 32) as u32]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `kat_vectors` of Random123 1.14 (D. E. Shaw Research), philox4x32 10.
    #[test]
    fn known_answers() {
        let philox = |a, b| Philox { key: [a, b] };
        assert_eq!(philox(0, 0).block([0; 4]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(
            philox(u32::MAX, u32::MAX).block([u32::MAX; 4]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox(0xa409_3822, 0x299f_31d0).block([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn gamma_has_the_mean_and_deviation_it_promises() {
        let philox = Philox::new(7);
        for sd in [0.4, 1.0, 1.4] {
            let n = 40_000;
            let draws = (0..n).map(|i| philox.gamma(Stream::Infectiousness, i, sd));
            let (sum, squares) = draws.fold((0.0, 0.0), |(s, q), x| (s + x, q + x * x));
            let mean = sum / f64::from(n);
            let deviation = (squares / f64::from(n) - mean * mean).sqrt();
            assert!(
                (mean - 1.0).abs() < 0.03 && (deviation - sd).abs() < 0.06,
                "{mean} {deviation} for {sd}"
            );
        }
    }
}
