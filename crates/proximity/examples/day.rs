//! A day of 5,000 sightings of one phone, a hundred times over, for `time` and a memory meter to look at.
#![expect(clippy::print_stdout, reason = "a program for a terminal")]

use bluezone_proximity::{ContactDefinition, Encounter, Heard, HiddenMarkov, Listening, Parameters};

fn main() {
    let model = HiddenMarkov::new(Parameters::built_in(), ContactDefinition { within_m: 2.0, minutes: 15.0 });
    // As many looks as a day can hold are 720; here the day is stretched so that every sighting is a look of its own.
    let listening: Vec<_> =
        (0..5_000).map(|n| Listening { time_s: n * 240, seconds_since_last: Some(240) }).collect();
    let heard: Vec<_> = listening
        .iter()
        .zip([55.0, 61.0, 58.0, 66.0, 72.0].into_iter().cycle())
        .map(|(l, db)| Heard { time_s: l.time_s, mean_db: db, min_db: db - 3.0, packets: 6 })
        .collect();
    let mut last = None;
    for _ in 0..100 {
        last = Some(model.estimate(&Encounter::new(&listening, &heard, -25)));
    }
    println!("{last:?}");
}
