//! How many wrong codes of text messages all guessers together may type.
//!
//! The arithmetic is that of [`crate::guess`]: a wrong code is charged what a guess hits on average, so the expected hits of a day
//! never exceed the budget, however many addresses guess, at however many numbers. A code opens one account, so a guess at a code of
//! `N` possibilities hits with `1 / N`. Who never types the same code twice hits a little more often, `1 / (N - k)` after `k` wrong
//! ones; since the budget admits far fewer than `N / 11` of them, a charge of `1.1 / N` covers that.
//!
//! Codes have six digits as long as little is spent. Half of the budget is theirs: 454 wrong ones a day, with the default of 10⁻³.
//! From half of that on, codes are sent with nine digits, which cost a thousandth; they have the rest of the budget, and another
//! 455,000 wrong ones fit into it. So who spends the budget of the short codes makes people type three digits more and shuts nobody
//! out.

use crate::citizen::CodeLength;
use crate::guess::UNITS_PER_HIT;

/// What a wrong code is charged.
pub const fn cost(length: CodeLength) -> i64 {
    UNITS_PER_HIT / length.codes() / 10 * 11
}

/// Whether one more code of this length may be tried.
pub fn admits(spent: i64, budget: i64, length: CodeLength) -> bool {
    let most = match length {
        CodeLength::Short => budget / 2,
        CodeLength::Long => budget,
    };
    spent.saturating_add(cost(length)) <= most
}

/// How long a code is that is sent now: short ones that are on their way can still be typed when the first long ones are sent.
pub fn length(spent: i64, budget: i64) -> CodeLength {
    if spent <= budget / 4 { CodeLength::Short } else { CodeLength::Long }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guess::{DEFAULT_BUDGET_HITS, budget_units, hits};

    /// The worst guesser: types at one code, never the same, as long as the budget admits it; first at short ones, then at long ones.
    #[test]
    fn the_chance_of_any_account_stays_below_one_in_a_thousand_a_day() {
        let budget = budget_units(DEFAULT_BUDGET_HITS);
        let (mut spent, mut chance, mut typed) = (0, 0.0, Vec::new());
        for length in CodeLength::ALL {
            let mut wrong = 0_i64;
            while admits(spent, budget, length) {
                // What is charged for a wrong guess is at least what such a guess hits: p / (1 - p).
                let p = 1.0 / (length.codes() - wrong) as f64;
                assert!(hits(cost(length)) >= p / (1.0 - p));
                spent += cost(length);
                chance += p;
                wrong += 1;
            }
            typed.push(wrong);
        }
        assert_eq!(typed, [454, 455_090]);
        assert!(chance < DEFAULT_BUDGET_HITS, "{chance}");
        assert!(chance > 0.9 * DEFAULT_BUDGET_HITS, "the guesser hardly guessed: {chance}");
    }

    #[test]
    fn codes_grow_before_the_short_ones_pause() {
        let budget = budget_units(DEFAULT_BUDGET_HITS);
        assert_eq!(length(0, budget), CodeLength::Short);
        let spent = budget / 4 + 1;
        assert_eq!(length(spent, budget), CodeLength::Long);
        assert!(admits(spent, budget, CodeLength::Short), "those on their way");
        assert!(
            !admits(budget / 2, budget, CodeLength::Short) && admits(budget / 2, budget, CodeLength::Long)
        );
        assert!(!admits(budget, budget, CodeLength::Long));
    }
}
