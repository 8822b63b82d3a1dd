//! The case's signal is sent again beside the victim, at once. The victim's phone records the case; the case's phone hears
//! nobody.
//!
//! Succeeded (two-sided) with both checks for the other direction taken out of `evidence`: `is_mutual` not asked, and
//! `mutual_moments` looking for the counterpart among the sightings of either direction. Either of the two is enough.

use crate::phones::{HOUR, MINUTE, NOON, Phone, compared, meet, verdicts};
use bluezone_domain::evidence::Verdict;

#[test]
fn it_ends_as_one_sided() {
    let (case, mut victim) = (Phone::new(1, 0, 0), Phone::new(2, 0, 100));
    victim.hears(&case, NOON..NOON + HOUR, 0, -50);
    let found = compared(&case, &victim);
    assert_eq!(verdicts(&found), [Verdict::OneSided]);
    assert_eq!(found.days[0].two_sided_minutes, 0.0);
}

/// Victims of one replayer who also met each other: only their meeting is two-sided.
#[test]
fn a_real_meeting_beside_it_stays_what_it_was() {
    let (mut case, mut victim) = (Phone::new(1, 0, 0), Phone::new(2, 0, 100));
    meet(&mut case, &mut victim, NOON - HOUR..NOON - HOUR + 20 * MINUTE, -70);
    victim.hears(&case, NOON..NOON + HOUR, 0, -50);
    let found = compared(&case, &victim);
    assert_eq!(verdicts(&found), [Verdict::TwoSided, Verdict::OneSided]);
    assert_eq!(found.days[0].two_sided_minutes, 20.0);
}
