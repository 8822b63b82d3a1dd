//! How many wrong codes all guessers together may try.
//!
//! With `L` short codes live out of [`SHORT_CODES`], a blind guess hits with probability `p = L / SHORT_CODES`. A guess
//! that fails is charged `p / (1 - p)`, one that hits is charged nothing. So a guess is charged, on average, exactly what
//! it hits on average: `(1 - p) * p / (1 - p) = p`. Whatever order the guesses come in and however `L` changes, the
//! expected hits in a window equal the expected charges; and since no guess is admitted that could take the charges over
//! the budget, **expected hits never exceed the budget**. It needs no knowledge of who guesses: distributing the guesses
//! over many addresses gains nothing.
//!
//! With 1,000 live codes and a budget of 10⁻³ hits a day that is 99 wrong guesses a day for the whole system; then short
//! codes pause, and links (160 bits) still work. A person's own mistyping is charged like a guess.
//!
//! Charges are counted in integers of 10⁻¹² hits, rounded up, so that sums are exact on every database.

use crate::code::SHORT_CODES;

/// Charges of one expected hit.
pub const UNITS_PER_HIT: i64 = 1_000_000_000_000;

/// Window over which the charges add up.
pub const WINDOW_S: i64 = 24 * 3600;

/// Hits all guessers may expect in [`WINDOW_S`], unless configured otherwise.
pub const DEFAULT_BUDGET_HITS: f64 = 1e-3;

/// A budget in units from expected hits, rounded down. Not a number and negative are no budget at all.
pub fn budget_units(hits: f64) -> i64 {
    // A cast from f64 saturates, and makes NaN zero.
    ((hits * UNITS_PER_HIT as f64).floor() as i64).max(0)
}

/// Expected hits from units.
pub fn hits(units: i64) -> f64 {
    units as f64 / UNITS_PER_HIT as f64
}

/// What a failed guess is charged while this many short codes are live.
pub fn failure_cost(live_short_codes: i64) -> i64 {
    let live = i128::from(live_short_codes.clamp(0, SHORT_CODES - 1));
    let others = i128::from(SHORT_CODES) - live;
    let cost = (live * i128::from(UNITS_PER_HIT) + others - 1) / others;
    i64::try_from(cost).unwrap_or(i64::MAX)
}

/// Whether one more guess may be tried.
pub fn admits(spent: i64, budget: i64, live_short_codes: i64) -> bool {
    spent.saturating_add(failure_cost(live_short_codes)) <= budget
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    #[test]
    fn a_thousand_live_codes_allow_ninety_nine_guesses() {
        let budget = budget_units(DEFAULT_BUDGET_HITS);
        let mut spent = 0;
        let mut failures = 0;
        while admits(spent, budget, 1000) {
            spent += failure_cost(1000);
            failures += 1;
        }
        assert_eq!(failures, 99);
        // Expected hits of guessing until 99 have failed: a negative binomial with hit probability p.
        let p = 1000.0 / SHORT_CODES as f64;
        assert!(f64::from(failures) * p / (1.0 - p) <= DEFAULT_BUDGET_HITS);
    }

    #[test]
    fn costs_are_exact_and_rounded_up() {
        assert_eq!(failure_cost(0), 0);
        assert_eq!(failure_cost(1), 10_001);
        assert_eq!(failure_cost(SHORT_CODES / 2), UNITS_PER_HIT);
        assert_eq!(failure_cost(-5), 0);
        assert_eq!(failure_cost(i64::MAX), failure_cost(SHORT_CODES - 1));
        assert_eq!(budget_units(1e-3), 1_000_000_000);
        assert_eq!(budget_units(f64::NAN), 0);
        assert_eq!(budget_units(-1.0), 0);
        assert!((hits(budget_units(0.25)) - 0.25).abs() < 1e-12);
    }

    #[test]
    fn nothing_is_admitted_past_the_budget() {
        assert!(!admits(0, 0, 1));
        assert!(admits(0, 0, 0), "no live code: a guess cannot hit");
        assert!(!admits(i64::MAX, i64::MAX - 1, 1));
    }

    /// The claim of the module's text, on a small code space made large by many live codes: guessers who try as long as
    /// they are admitted, while the number of live codes jumps about, hit no more often than the budget says.
    #[test]
    fn expected_hits_stay_within_the_budget_however_live_codes_vary() {
        let mut rng = StdRng::seed_from_u64(7);
        let budget = budget_units(0.5);
        let days = 20_000;
        let mut hits = 0_u32;
        for _ in 0..days {
            let mut spent = 0;
            loop {
                let live = rng.random_range(1..SHORT_CODES / 4);
                if !admits(spent, budget, live) {
                    break;
                }
                if rng.random_range(0..SHORT_CODES) < live {
                    hits += 1;
                } else {
                    spent += failure_cost(live);
                }
            }
        }
        let mean = f64::from(hits) / f64::from(days);
        // Three standard errors of a mean whose terms spread by less than one.
        assert!(mean <= 0.5 + 3.0 / f64::from(days).sqrt(), "{mean}");
        assert!(mean > 0.2, "the guessers hardly guessed: {mean}");
    }
}
