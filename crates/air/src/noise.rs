//! Randomness as a pure function of what it belongs to.
//!
//! A generator with a state would make each draw depend on all draws before it. Here a draw depends on a key only, so
//! that the air between two phones is the same whoever else is in the scenario, and phones can be asked in any order.

use std::f64::consts::FRAC_PI_2;
use std::sync::LazyLock;

/// Mixes a value into a key (the finaliser of SplitMix64: every input bit reaches every output bit).
pub(crate) const fn mix(key: u64, value: u64) -> u64 {
    let mut z = key ^ value.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// 4,096 equally likely values of the standard normal distribution (±3.5 at most), scaled to variance 1.
static NORMAL: LazyLock<Vec<f32>> = LazyLock::new(|| {
    const STEPS: u32 = 4_096;
    let raw: Vec<f64> = (0..STEPS).map(|i| quantile((f64::from(i) + 0.5) / f64::from(STEPS))).collect();
    let sd = (raw.iter().map(|x| x * x).sum::<f64>() / f64::from(STEPS)).sqrt();
    #[expect(clippy::cast_possible_truncation, reason = "a table of values around 1")]
    raw.iter().map(|x| (x / sd) as f32).collect()
});

/// Quantile of the standard normal distribution, by bisection of its distribution function; only fills a table.
fn quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-8.0_f64, 8.0_f64);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if distribution(middle) < p { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// Standard normal distribution function, by its series around 0 (enough for |x| < 6).
fn distribution(x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (x, x, 1.0);
    while f64::abs(term) > 1e-17 {
        n += 2.0;
        term *= x * x / n;
        sum += term;
        if n > 400.0 {
            break;
        }
    }
    0.5 + sum * (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

/// The standard normal value of 12 bits.
pub(crate) fn normal(bits: u64) -> f64 {
    f64::from(NORMAL[(bits & 0xFFF) as usize])
}

/// A smooth random curve over time: standard normal at every moment; knots `period_s` apart are independent.
///
/// Between two knots it turns from one value to the other along a quarter circle, which keeps the variance at 1.
pub(crate) fn curve(key: u64, period_s: f64, t_s: f64) -> f64 {
    // Each curve has its knots at other times, or the whole world would change at once.
    let phase = (key >> 40) as f64 / (1_u64 << 24) as f64;
    let at = t_s / period_s + phase;
    let knot = at.floor();
    let (sin, cos) = ((at - knot) * FRAC_PI_2).sin_cos();
    let knot = knot as i64;
    normal(mix(key, knot as u64)) * cos + normal(mix(key, (knot + 1) as u64)) * sin
}

/// Draws in a row from one key.
pub(crate) struct Draws {
    key: u64,
    count: u64,
}

impl Draws {
    pub(crate) fn new(key: u64) -> Self {
        Self { key, count: 0 }
    }

    /// 64 fresh bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.count += 1;
        mix(self.key, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_table_has_the_moments_and_quantiles_of_the_distribution() {
        let all: Vec<f64> = (0..4_096).map(normal).collect();
        let mean = all.iter().sum::<f64>() / 4_096.0;
        let variance = all.iter().map(|x| x * x).sum::<f64>() / 4_096.0;
        assert!(mean.abs() < 1e-3 && (variance - 1.0).abs() < 1e-3, "mean {mean}, variance {variance}");
        let within = |x: f64| all.iter().filter(|v| v.abs() < x).count() as f64 / 4_096.0;
        assert!((within(1.0) - 0.6827).abs() < 2e-3 && (within(1.96) - 0.95).abs() < 2e-3);
    }

    #[test]
    fn curve_is_standard_normal_at_every_moment_and_forgets_after_its_period() {
        let values = |offset: f64| -> Vec<f64> {
            (0..20_000).map(|k| curve(mix(7, k), 240.0, 1_000.0 + offset)).collect()
        };
        let (now, near, late) = (values(0.0), values(30.0), values(480.0));
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>() / 20_000.0;
        assert!((product(&now, &now) - 1.0).abs() < 0.03);
        assert!(product(&now, &near) > 0.9, "30 s later it is nearly the same");
        assert!(product(&now, &late).abs() < 0.03, "two periods later it knows nothing");
    }
}
