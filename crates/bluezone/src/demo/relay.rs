//! An attacker for the built-in neighbourhood: somebody far away is made to hear the case.

use bluezone_air::{Relay, Scenario, Truth};

/// The attack begins so long before the case's report, seconds: within the infectious days, and people are up.
const BEFORE_REPORT_S: f64 = 20.0 * 3_600.0;

/// And goes on for so long: more than what makes a contact.
const LASTS_S: f64 = 2_400.0;

/// Adds an attacker who carries the first case's signals to a phone that never comes within 10 m of it. Nothing if there is no
/// such phone.
pub fn add_relay(scenario: &mut Scenario) {
    let Some(case) = scenario.diagnosed.first() else { return };
    let Some(index) = scenario.phone_index(&case.id) else { return };
    let truth = Truth::of(scenario, scenario.end_s());
    let from_s = (case.at_s - BEFORE_REPORT_S).max(0.0);
    let far = |other: &usize| *other != index && truth.pair(*other, index).is_none();
    let Some(victim) = (0..scenario.phones.len()).find(far) else { return };
    let (from, to) = (case.id.clone(), scenario.phones[victim].id.clone());
    scenario.relays.push(Relay { from, to, span: [from_s, from_s + LASTS_S] });
}
