//! The original Bluezone scheme: one published daily key against stored 12-byte identifiers.

use crate::SightingIndex;
use bluezone_protocol::bluezone2020::{BluezoneId, CheckWindow, check_contact, to_ms};

/// The sightings of the phone behind a published daily key, by their position in the index, ascending.
///
/// Exactly the original's check, sighting by sighting: an identifier counts in its own slot, both ends included, with
/// no tolerance for clocks.
pub fn match_published_day(window: &CheckWindow, index: &SightingIndex) -> Vec<usize> {
    let sightings: Vec<_> = index.original.iter().map(|(at, id, time)| (*at, (*id, to_ms(*time)))).collect();
    let mut hits = Vec::new();
    search(window, &sightings, &mut hits);
    hits
}

/// The check answers only whether any of a list is a contact, and each answer derives all the window's identifiers:
/// asking by halves finds a few contacts among many sightings with few answers.
fn search(window: &CheckWindow, sightings: &[(usize, (BluezoneId, i64))], hits: &mut Vec<usize>) {
    let pairs: Vec<_> = sightings.iter().map(|(_, pair)| *pair).collect();
    if !check_contact(window, &pairs) {
        return;
    }
    if let [(position, _)] = sightings {
        hits.push(*position);
    } else {
        let (left, right) = sightings.split_at(sightings.len() / 2);
        search(window, left, hits);
        search(window, right, hits);
    }
}
