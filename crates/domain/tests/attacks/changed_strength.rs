//! A live relay in both directions that sends strongly beside the victim, so that an hour at the far end of a hall looks like
//! an hour side by side. What the case's phone receives stays weak.
//!
//! Succeeded (two-sided) with `STRENGTH_BOUND_DB` set to 200.

use crate::phones::{HOUR, MINUTE, NOON, Phone, compared, verdicts};
use bluezone_domain::evidence::{Conflict, Verdict};

#[test]
fn it_is_contradicted() {
    let (mut case, mut victim) = (Phone::new(1, 0, 0), Phone::new(2, 0, 100));
    victim.hears(&case, NOON..NOON + HOUR, 0, -45);
    case.hears(&victim, NOON..NOON + HOUR, 0, -88);
    let found = compared(&case, &victim);
    assert_eq!(verdicts(&found), [Verdict::Contradicted(Conflict::Strengths)]);
    assert!(found.days.is_empty(), "it makes no evidence");
    assert!(found.encounters[0].difference_db.unwrap() > 40.0);
}

/// A scan or two say nothing of strengths: the residual is too short to be a contact.
#[test]
fn two_scans_are_not_judged_by_strength() {
    let (mut case, mut victim) = (Phone::new(1, 0, 0), Phone::new(2, 0, 100));
    victim.hears(&case, NOON..NOON + 8 * MINUTE, 0, -45);
    case.hears(&victim, NOON..NOON + 8 * MINUTE, 0, -88);
    assert_eq!(verdicts(&compared(&case, &victim)), [Verdict::TwoSided]);
}
