//! A phone killed at 120 random instants while its owner shares, answers, refuses and takes back: nothing is uploaded twice,
//! nothing without a yes, nothing after a no, nothing that was agreed to is lost, and what was taken back stays so.
//!
//! As in [`super::kill`], the test starts itself again as a child. The child says what its owner is about to do before it is
//! done, and that it is stored once it is; the parent is the server and knows what may reach it.

mod child;
mod world;

use super::kill::serve;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::env;
use std::time::Duration;
use world::World;

const KILLS: usize = 120;
/// Set in the child: its settings.
const SETTINGS: &str = "BLUEZONE_CONSENT_KILL_TEST_CHILD";
const NAME: &str = "kill_consent::a_phone_killed_at_120_random_instants_tells_what_was_agreed_to_and_once";

#[test]
fn a_phone_killed_at_120_random_instants_tells_what_was_agreed_to_and_once() {
    if let Ok(settings) = env::var(SETTINGS) {
        child::run(&serde_json::from_str(&settings).unwrap());
        return;
    }
    let mut rng = StdRng::seed_from_u64(20_211_222);
    let mut world = World::new();
    for kill in 0..=KILLS {
        let last = kill == KILLS;
        let settings = serde_json::to_string(&world.settings(rng.random(), last)).unwrap();
        let instant = (rng.random_range(1..30), Duration::from_micros(rng.random_range(0..2_000)));
        serve(NAME, SETTINGS, &settings, (!last).then_some(instant), |message| world.hear(message));
    }
    world.check_end();
}
