//! Who lives and meets with whom.

use bluezone_planner::{Parameters, Town};

#[test]
fn a_town_has_the_contacts_its_society_prescribes() {
    let parameters = Parameters { population: 50_000, ..Parameters::default() };
    let town = Town::build(&parameters);
    // OpenABM-Covid19 measured: 14.7 weighted contacts a person and day.
    assert!((town.mean_contacts() - 14.7).abs() < 0.3, "{}", town.mean_contacts());
    for who in (0..town.population()).step_by(997) {
        let home = town.household(who);
        assert!(home.contains(&who) && home.len() <= 6);
        assert!(home.clone().all(|member| town.household(member) == home));
    }
}
