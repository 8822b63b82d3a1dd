//! How likely it was a contact: the proximity model over what was recorded, in both directions where both recorded.
//!
//! A history says nothing of transmit powers, so each phone is taken to send as phones usually do. A contact's proof holds
//! only what it heard of the case, so its scans that did not hear it are not known; a case's history has them.

use super::hits::{Direction, Hit, sightings};
use super::{Judged, Verdict, side};
use crate::Timestamp;
use bluezone_protocol::history::History;
use bluezone_proximity::{Encounter, Estimator, Heard, HiddenMarkov, Listening};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One UTC day near each other.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct DayEvidence {
    /// Its start.
    pub day: Timestamp,
    /// Minutes that both recorded: the less of what the two sides recorded in two-sided encounters.
    pub two_sided_minutes: f64,
    /// How likely the two-sided encounters make a contact of the definition, 0 to 1.
    pub two_sided_probability: f64,
    /// The same of all that is not contradicted.
    pub probability: f64,
}

/// When each phone listened and heard anybody.
pub struct Listenings([Vec<Listening>; 2]);

impl Listenings {
    /// From both histories.
    pub fn of(case: &[History], contact: &[History]) -> Self {
        Self([case, contact].map(|history| {
            let mut times: Vec<_> = sightings(history)
                .map(|heard| Listening {
                    time_s: heard.at.0,
                    seconds_since_last: Some(heard.seconds_since_last_scan),
                })
                .collect();
            times.sort_unstable();
            times.dedup_by_key(|listening| listening.time_s);
            times
        }))
    }

    /// Those of one phone from its first of these sightings to its last.
    fn around(&self, direction: Direction, hits: &[&Hit]) -> &[Listening] {
        let all = &self.0[direction as usize];
        let from = hits.iter().map(|hit| hit.heard_s).min().unwrap_or(i64::MAX);
        let to = hits.iter().map(|hit| hit.heard_s).max().unwrap_or(i64::MIN);
        let start = all.partition_point(|listening| listening.time_s < from);
        let end = all.partition_point(|listening| listening.time_s <= to);
        all.get(start..end).unwrap_or_default()
    }
}

/// Of a contact by the model's definition, from sightings of one day or encounter. 0 without any strength.
pub fn probability(hits: &[Hit], listening: &Listenings, model: &HiddenMarkov) -> f64 {
    let usual = model.parameters().channel.tx_mean_dbm.round().clamp(-128.0, 127.0);
    let scores: Vec<f64> = Direction::BOTH
        .into_iter()
        .filter_map(|direction| {
            let of: Vec<&Hit> =
                hits.iter().filter(|hit| hit.direction == direction && hit.mean_dbm.is_some()).collect();
            let heard: Vec<Heard> = of.iter().filter_map(|hit| heard(hit, usual)).collect();
            (!heard.is_empty())
                .then(|| model.score(&Encounter::new(listening.around(direction, &of), &heard, usual as i8)))
        })
        .collect();
    match scores.as_slice() {
        [] => 0.0,
        [one] => model.parameters().one_sided.probability(*one),
        both => model.parameters().two_sided.probability(both.iter().sum::<f64>() / both.len() as f64),
    }
}

fn heard(hit: &Hit, usual_dbm: f64) -> Option<Heard> {
    let attenuation = (usual_dbm - f64::from(hit.mean_dbm?)).max(0.0);
    Some(Heard { time_s: hit.heard_s, mean_db: attenuation, min_db: attenuation, packets: 1 })
}

/// Day by day, of all that is not contradicted.
pub fn days(judged: &[Judged], listening: &Listenings, model: &HiddenMarkov) -> Vec<DayEvidence> {
    let mut days: BTreeMap<Timestamp, Vec<&Judged>> = BTreeMap::new();
    for judged in judged.iter().filter(|judged| !matches!(judged.verdict, Verdict::Contradicted(_))) {
        days.entry(judged.span().0.day_start()).or_default().push(judged);
    }
    let of_day = |(day, all): (Timestamp, Vec<&Judged>)| {
        let mutual: Vec<&Judged> =
            all.iter().copied().filter(|judged| judged.verdict == Verdict::TwoSided).collect();
        let hits = |of: &[&Judged]| of.iter().flat_map(|judged| &judged.hits).copied().collect::<Vec<Hit>>();
        let minutes = |judged: &&Judged| {
            let [case, contact] = Direction::BOTH.map(|direction| side(&judged.hits, direction).minutes);
            case.min(contact)
        };
        DayEvidence {
            day,
            // Not `sum`: of nothing that is minus zero.
            two_sided_minutes: mutual.iter().map(minutes).fold(0.0, |sum, one| sum + one),
            two_sided_probability: probability(&hits(&mutual), listening, model),
            probability: probability(&hits(&all), listening, model),
        }
    };
    days.into_iter().map(of_day).collect()
}
