//! The case's signal is recorded and sent beside the victim later, while phones would still accept it, or after that.
//!
//! Alone it succeeded (two-sided) with what `one_way_replay` takes out; beside a real meeting (a longer meeting) with every
//! sighting of `judge`'s mutual part taken as fitting; after two hours (evidence, by a clock that nobody has) with
//! `MAX_OFFSET_S` a hundred times as large.

use crate::phones::{HOUR, MINUTE, NOON, Phone, compared, meet, verdicts};
use bluezone_domain::evidence::{Conflict, Verdict};

#[test]
fn alone_it_ends_as_one_sided() {
    let (case, mut victim) = (Phone::new(1, 0, 0), Phone::new(2, 0, 100));
    victim.hears(&case, NOON..NOON + HOUR, 20 * MINUTE, -50);
    assert_eq!(verdicts(&compared(&case, &victim)), [Verdict::OneSided]);
}

#[test]
fn beside_a_real_meeting_it_is_contradicted_and_the_meeting_stands() {
    let (mut case, mut victim) = (Phone::new(1, 0, 0), Phone::new(2, 0, 100));
    meet(&mut case, &mut victim, NOON..NOON + 20 * MINUTE, -70);
    // Far more sightings than the real ones: they do not outvote what each recorded of the other.
    victim.hears(&case, NOON + 15 * MINUTE..NOON + 2 * HOUR, 15 * MINUTE, -50);
    let found = compared(&case, &victim);
    let two_sided: Vec<_> = found.encounters.iter().filter(|e| e.verdict == Verdict::TwoSided).collect();
    assert_eq!(two_sided.len(), 1);
    assert!(two_sided[0].by_contact.minutes <= 24.0, "{found:?}");
    assert!(verdicts(&found).contains(&Verdict::Contradicted(Conflict::Clocks)));
    assert!(!verdicts(&found).contains(&Verdict::OneSided));
}

#[test]
fn after_hours_it_is_contradicted() {
    let (case, mut victim) = (Phone::new(1, 0, 0), Phone::new(2, 0, 100));
    victim.hears(&case, NOON..NOON + HOUR, 3 * HOUR, -50);
    let found = compared(&case, &victim);
    assert_eq!(verdicts(&found), [Verdict::Contradicted(Conflict::OutOfTime)]);
    assert!(found.days.is_empty(), "it makes no evidence");
}
