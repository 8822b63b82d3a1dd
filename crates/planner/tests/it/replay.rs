//! The piece of a run that real phones play.

use std::collections::HashSet;

use bluezone_planner::replay::Excerpt;
use bluezone_planner::{Parameters, Scenario, Setting, Town};

fn run() -> Parameters {
    let scenario = Scenario::read("infected_at_start = 8000\ndays = 80", 20_000).expect("a scenario");
    let parameters = scenario.with_adoption(0.5).parameters;
    Parameters { seed: 3, ..parameters }
}

#[test]
fn a_piece_hangs_together_and_is_the_same_each_time() {
    let parameters = run();
    let town = Town::build(&parameters);
    let piece = Excerpt::of(&parameters, &town, 60, 10).expect("somebody publishes");
    assert_eq!(Some(&piece), Excerpt::of(&parameters, &town, 60, 10).as_ref());
    assert_eq!((piece.people.len(), piece.days), (60, 10));
    let days = piece.first..piece.first + piece.days;

    assert!(piece.positives.iter().any(|case| case.publishes), "there is somebody to warn of");
    for case in &piece.positives {
        assert!(days.contains(&case.day) && case.person < 60);
        assert!(case.symptoms.is_none_or(|symptoms| symptoms <= case.day));
    }
    for meeting in &piece.meetings {
        let [a, b] = meeting.people;
        assert!(days.contains(&meeting.day) && a < b && b < 60);
        let home = town.household(piece.people[a]).contains(&piece.people[b]);
        assert_eq!(home, meeting.setting == Setting::Household, "who meets at home lives there");
    }
    // Homes, schools and work places join them; who is absent in those days, or whose colleagues are, meets nobody of the piece.
    let met: HashSet<usize> = piece.meetings.iter().flat_map(|meeting| meeting.people).collect();
    assert!(met.len() > 40, "{} of 60 meet somebody of the piece", met.len());
}

#[test]
fn nothing_can_be_replayed_where_nobody_publishes() {
    let parameters = Scenario::read("infected_at_start = 8000\ndays = 40", 4_000).expect("a scenario");
    let parameters = parameters.with_adoption(0.0).parameters;
    assert_eq!(Excerpt::of(&parameters, &Town::build(&parameters), 20, 7), None);
}
