//! The residual, shown and not refused: somebody carries both signals at once, in both directions, equally strong. Each phone
//! records the other as if both stood there. Only measuring the time of flight could tell, which Bluetooth advertising does
//! not allow. An officer asks whether the two know of a meeting; the documentation of the evidence says so.

use crate::phones::{HOUR, NOON, Phone, compared, meet, verdicts};
use bluezone_domain::evidence::Verdict;

#[test]
fn it_looks_like_a_meeting() {
    let (mut case, mut victim) = (Phone::new(1, 0, 0), Phone::new(2, 0, 100));
    victim.hears(&case, NOON..NOON + HOUR, 1, -50);
    case.hears(&victim, NOON..NOON + HOUR, 1, -50);
    let relayed = compared(&case, &victim);
    assert_eq!(verdicts(&relayed), [Verdict::TwoSided]);
    let (mut case, mut contact) = (Phone::new(1, 0, 0), Phone::new(2, 0, 100));
    meet(&mut case, &mut contact, NOON..NOON + HOUR, -50);
    assert_eq!(compared(&case, &contact), relayed, "nothing in the records differs");
}
