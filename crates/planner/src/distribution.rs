//! Distributions as tables of quantiles, so that a draw is one look-up.

/// Whole days drawn from a distribution: the quantile function at (i+1)/1001, as OpenABM-Covid19 tabulates it.
#[derive(Clone, Debug)]
pub struct Days(Vec<u16>);

const POINTS: usize = 1000;

impl Days {
    /// A Gamma distribution rounded to whole days, at least one.
    pub fn gamma(mean: f64, sd: f64) -> Self {
        let (shape, scale) = (mean * mean / (sd * sd), sd * sd / mean);
        let step = |i: usize| (i + 1) as f64 / (POINTS + 1) as f64;
        let mut days = 0;
        let table = (0..POINTS).map(|i| {
            // The rounded quantile is the first whole day whose upper edge day + ½ has reached this probability.
            while gamma_cdf(shape, (f64::from(days) + 0.5) / scale) < step(i) {
                days += 1;
            }
            days.max(1)
        });
        Self(table.collect())
    }

    /// One of the two whole numbers around `mean`.
    pub fn around(mean: f64) -> Self {
        let upper = ((mean - mean.floor()) * POINTS as f64).round() as usize;
        Self((0..POINTS).map(|i| mean.floor() as u16 + u16::from(i < upper)).collect())
    }

    /// Geometric from 0 with the daily probability `stop`, cut at `most`: how long somebody keeps a quarantine.
    pub fn geometric(stop: f64, most: u16) -> Self {
        let table = (0..POINTS).map(|i| {
            let kept = 1.0 - (i as f64 + 0.5) / POINTS as f64;
            let day = if stop <= 0.0 { f64::MAX } else { kept.ln() / (1.0 - stop).ln() };
            day.min(f64::from(most)) as u16
        });
        Self(table.collect())
    }

    /// The draw for a random word.
    pub fn draw(&self, word: u32) -> u16 {
        self.0[crate::random::below(word, POINTS as u32) as usize]
    }

    /// Mean of the table, days.
    #[cfg(test)]
    pub fn mean(&self) -> f64 {
        self.0.iter().map(|&d| f64::from(d)).sum::<f64>() / POINTS as f64
    }
}

/// How infectiousness is spread over the days after infection: entry t−1 is the share of day t; the shares sum to 1. The tail after 99.9 %
/// is cut.
pub fn infectious_curve(mean: f64, sd: f64) -> Vec<f64> {
    let (shape, scale) = (mean * mean / (sd * sd), sd * sd / mean);
    let mut curve = Vec::new();
    let mut reached = 0.0;
    while reached < 0.999 {
        let next = gamma_cdf(shape, (curve.len() + 1) as f64 / scale);
        curve.push(next - reached);
        reached = next;
    }
    curve.iter().map(|share| share / reached).collect()
}

/// Counts with the negative binomial distribution of a mean and standard deviation (its variance above its mean;
/// otherwise one of the two whole numbers around the mean, so that it stays the mean).
#[derive(Clone, Debug)]
pub struct Counts {
    /// Probability of at most i + `least`.
    reached: Vec<f64>,
    least: u32,
}

impl Counts {
    /// Tabulates it.
    pub fn negative_binomial(mean: f64, sd: f64) -> Self {
        if sd * sd <= mean {
            return Self { reached: vec![1.0 - mean.fract()], least: mean.floor() as u32 };
        }
        let p = mean / (sd * sd);
        let size = mean * p / (1.0 - p);
        let mut probability = p.powf(size);
        let mut reached = vec![probability];
        for count in 0..1000 {
            let sum = reached.last().copied().unwrap_or(0.0);
            if sum >= 1.0 - 1e-10 {
                break;
            }
            probability *= (f64::from(count) + size) / f64::from(count + 1) * (1.0 - p);
            reached.push(sum + probability);
        }
        Self { reached, least: 0 }
    }

    /// The count of the quantile `u`.
    pub fn draw(&self, u: f64) -> u32 {
        self.least + self.reached.iter().take_while(|&&reached| reached < u).count() as u32
    }
}

/// Regularised lower incomplete gamma function P(a, x): series below a + 1, continued fraction above (Lentz), as in
/// Abramowitz and Stegun 6.5.29 and 6.5.31.
fn gamma_cdf(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let front = (a * x.ln() - x - ln_gamma(a)).exp();
    if x < a + 1.0 {
        let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
        while term > sum * 1e-14 {
            n += 1.0;
            term *= x / n;
            sum += term;
        }
        return front * sum;
    }
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (1e300, 1.0 / b);
    let mut h = d;
    for i in 1..500 {
        let an = -f64::from(i) * (f64::from(i) - a);
        b += 2.0;
        d = 1.0 / (an * d + b);
        c = b + an / c;
        h *= c * d;
        if (c * d - 1.0).abs() < 1e-14 {
            break;
        }
    }
    1.0 - front * h
}

/// ln Γ(x) for x > 0 by Stirling's series after shifting x above 15.
fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 0.0);
    while x < 15.0 {
        shift += x.ln();
        x += 1.0;
    }
    let series = 1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / (1680.0 * x * x)) / (x * x)) / (x * x);
    (x - 0.5) * x.ln() - x + 0.5 * std::f64::consts::TAU.ln() + series / x - shift
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gamma_function_against_tables() {
        // P(1, x) = 1 − e^−x; P(0.5, x) = erf(√x), erf(1) = 0.842700793; Γ(6.6) = 344.7017…
        assert!((gamma_cdf(1.0, 2.0) - (1.0 - (-2.0f64).exp())).abs() < 1e-12);
        assert!((gamma_cdf(0.5, 1.0) - 0.842_700_792_949_715).abs() < 1e-12);
        assert!((ln_gamma(5.0) - 24f64.ln()).abs() < 1e-10);
    }

    /// A spread that no negative binomial has leaves the mean as it is, whole or not.
    #[test]
    fn counts_have_their_mean() {
        for (mean, sd) in [(0.4, 0.1), (2.5, 1.0), (5.56, 0.0), (3.0, 0.0), (4.0, 4.0)] {
            let counts = Counts::negative_binomial(mean, sd);
            let draws = (0..10_000).map(|i| f64::from(counts.draw((f64::from(i) + 0.5) / 10_000.0)));
            let found = draws.sum::<f64>() / 10_000.0;
            assert!((found - mean).abs() < 0.01, "{found} for {mean} ±{sd}");
        }
    }

    #[test]
    fn tables_have_their_means() {
        assert!((Days::gamma(5.42, 2.7).mean() - 5.42).abs() < 0.05);
        assert!((Days::around(5.14).mean() - 5.14).abs() < 1e-9);
        assert!((infectious_curve(5.5, 2.14).iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let kept = Days::geometric(0.02, 7).mean();
        let exact: f64 = (1..=7).map(|d| 0.98f64.powi(d)).sum();
        assert!((kept - exact).abs() < 0.02, "{kept} {exact}");
        let n = 20_000;
        let counts = Counts::negative_binomial(4.0, 4.0);
        let sum: u32 = (0..n).map(|i| counts.draw((f64::from(i) + 0.5) / f64::from(n))).sum();
        assert!((f64::from(sum) / f64::from(n) - 4.0).abs() < 0.02);
    }
}
