//! Both signals are recorded, carried, and sent beside the other later: as long as each waits, so that both phones' records
//! look alike and even lie at the same times.
//!
//! Succeeded (two-sided) with `is_mutual` not asked and every sighting of `judge`'s mutual part taken as fitting. For delays
//! below [`SEEN_DELAY_S`] it also did with `held_back` always false: some sightings fit one clock by chance.

use crate::phones::{HOUR, MINUTE, NOON, Phone, compared, verdicts};
use bluezone_domain::evidence::clock::SEEN_DELAY_S;
use bluezone_domain::evidence::{Comparison, Verdict};

fn relayed(to_victim_s: i64, to_case_s: i64, span_s: i64, phase: i64) -> Comparison {
    let (mut case, mut victim) = (Phone::new(1, 0, 0), Phone::new(2, 0, 100));
    victim.hears(&case, NOON + phase..NOON + phase + span_s, to_victim_s, -50);
    case.hears(&victim, NOON + phase..NOON + phase + span_s, to_case_s, -50);
    compared(&case, &victim)
}

fn never_two_sided(delays: &[(i64, i64)], spans: &[i64]) {
    for (to_victim, to_case) in delays {
        for span in spans {
            for phase in (0..600).step_by(120) {
                let found = relayed(*to_victim, *to_case, *span, phase);
                let shown = verdicts(&found);
                assert!(
                    !shown.contains(&Verdict::TwoSided),
                    "{to_victim} {to_case} {span} {phase}: {shown:?}"
                );
            }
        }
    }
}

/// However short.
#[test]
fn it_is_never_two_sided_from_the_stated_delay_on() {
    let half = SEEN_DELAY_S / 2 + 1;
    let delays = [(half, half), (2 * half, 0), (0, 2 * half), (HOUR, HOUR), (HOUR, 5 * MINUTE)];
    never_two_sided(&delays, &[4 * MINUTE, 8 * MINUTE, 20 * MINUTE, HOUR]);
}

/// In a meeting of twenty minutes or more from twelve minutes on, both directions together.
#[test]
fn a_longer_record_shows_shorter_delays() {
    let delays =
        [(6, 6), (10, 10), (12, 0), (0, 12), (3, 9), (8, 5)].map(|(a, b)| (a * MINUTE + 1, b * MINUTE));
    never_two_sided(&delays, &[20 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR]);
}

/// The residual: a relay that holds back for less is as a live one.
#[test]
fn what_is_held_back_for_less_may_pass() {
    assert_eq!(verdicts(&relayed(90, 90, 8 * MINUTE, 0)), [Verdict::TwoSided]);
}
