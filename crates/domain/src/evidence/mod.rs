//! What two phones' histories say together: did each record the other?
//!
//! A case and a contact have each shared part of what their phone heard, and the keys that their own identifiers come from.
//! What one heard of the other is found by deriving identifiers ([`hits`]); the difference of their clocks comes from the
//! sightings themselves ([`clock`]); what is left is grouped into encounters and judged:
//!
//! * *two-sided*: each recorded the other within [`PAIR_S`], by one clock;
//! * *one-sided*: one recorded the other. That the other did not is no contradiction: phones sleep, pockets shield, days
//!   can be left out;
//! * *contradicted*: something that was recorded cannot have happened ([`Conflict`]).
//!
//! A one-way relay, at once or delayed, gives sightings in one direction; a relay that holds back both directions for longer
//! than [`clock::SEEN_DELAY_S`] together needs two clocks. Neither is ever two-sided. A live relay in both directions
//! is: that is the residual of every protocol without distance bounding, and `tests/attacks` shows it.

pub mod clock;
mod estimate;
mod hits;

use crate::Timestamp;
use bluezone_protocol::history::History;
use bluezone_proximity::HiddenMarkov;
pub use estimate::DayEvidence;
use estimate::Listenings;
use hits::{Direction, Hit};
use serde::{Deserialize, Serialize};

/// Sightings of each other this close together, seconds, are of one moment: half of the longest usual time between scans,
/// so that two phones that both scan every four minutes find a counterpart for most of their scans. In the recordings of
/// `docs/proximity.md` 78 % of all sightings of pairs that heard each other have one.
pub const PAIR_S: i64 = 120;

/// Sightings further apart than this, seconds, are of different encounters: three of the longest usual times between scans.
pub const ENCOUNTER_GAP_S: i64 = 900;

/// One clock difference is looked for in each stretch of sightings without a pause of this length, seconds, so that a clock
/// that was set right in between makes no contradiction.
pub const STRETCH_GAP_S: i64 = 1800;

/// How much more strongly one phone may hear the other than it is heard, dB, median over at least [`STRENGTH_PAIRS`] moments.
///
/// A radio path is the same both ways; phones differ in what they send and how well they hear. In 854 pairs of the recordings
/// (14 models, calibrated receivers) the greatest difference was 19 dB, 99 % were below 12; 11 dB are left for phones that
/// nobody has calibrated.
pub const STRENGTH_BOUND_DB: f64 = 30.0;

/// Fewer moments than this say nothing about strengths: a single one differed by up to 24 dB (99.9 %).
pub const STRENGTH_PAIRS: usize = 3;

/// What cannot have happened.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Conflict {
    /// An identifier was heard when it could not be on the air by any clock that phones accept: before its ten minutes, or
    /// long after.
    OutOfTime,
    /// No one clock difference explains it together with the other sightings around it: it was held back.
    Clocks,
    /// One phone heard the other far more strongly than it was heard: the signal was changed on its way.
    Strengths,
}

/// How an encounter is judged.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Verdict {
    /// Each recorded the other.
    TwoSided,
    /// One recorded the other.
    OneSided,
    /// It cannot have happened as recorded.
    Contradicted(Conflict),
}

/// What one phone recorded of the other in an encounter. Strengths are of the sightings that have one.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Side {
    /// Scans that heard the other.
    pub scans: usize,
    /// The listening time that they stand for, minutes.
    pub minutes: f64,
    /// Median of the scans' mean strengths, dBm.
    pub median_dbm: Option<i8>,
    /// The strongest scan, dBm.
    pub strongest_dbm: Option<i8>,
}

/// One encounter.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Encounter {
    /// The judgement.
    pub verdict: Verdict,
    /// First sighting, by the case's clock.
    pub from: Timestamp,
    /// Last sighting, by the case's clock.
    pub to: Timestamp,
    /// What the case's phone recorded of the contact's.
    pub by_case: Side,
    /// What the contact's phone recorded of the case's.
    pub by_contact: Side,
    /// Moments at which each recorded the other.
    pub pairs: usize,
    /// Median over these moments of what the contact's phone measured less what the case's phone did, dB.
    pub difference_db: Option<f64>,
    /// How likely the encounter alone was a contact of the disease's definition, 0 to 1. For a contradicted one it says what
    /// the record would mean if it were true.
    pub probability: f64,
}

/// What two histories say together.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Comparison {
    /// The encounters, oldest first.
    pub encounters: Vec<Encounter>,
    /// The days on which something uncontradicted was recorded, oldest first.
    pub days: Vec<DayEvidence>,
    /// The contact's clock less the case's, seconds, where mutual sightings tell it.
    pub clock_offset_s: Option<i64>,
}

impl Verdict {
    /// Its name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Verdict::TwoSided => "two-sided",
            Verdict::OneSided => "one-sided",
            Verdict::Contradicted(_) => "contradicted",
        }
    }
}

impl Comparison {
    /// In one word: two-sided if anything is, else contradicted if anything is, else one-sided; `None` if nothing was
    /// recorded.
    pub fn verdict(&self) -> Option<Verdict> {
        let of = |wanted: fn(&Verdict) -> bool| self.encounters.iter().map(|e| e.verdict).find(wanted);
        of(|v| *v == Verdict::TwoSided)
            .or_else(|| of(|v| matches!(v, Verdict::Contradicted(_))))
            .or_else(|| of(|v| *v == Verdict::OneSided))
    }
}

/// Compares what a case and a contact shared, each in one or several parts. `model` is the disease profile's.
///
/// Work grows with the sightings of each other, which are cut off at [`hits::MAX_HITS`] in each direction; nothing in a
/// history can make it fail.
pub fn compare(case: &[History], contact: &[History], model: &HiddenMarkov) -> Comparison {
    let mut hits = hits::find(case, contact);
    // Any order but the case's clock would mix both sides up.
    hits.sort_by_key(|hit| (hit.by_case_clock(), hit.direction));
    let listening = Listenings::of(case, contact);
    let stretches = split(&hits, STRETCH_GAP_S, Hit::by_case_clock);
    let mut judged: Vec<Judged> = stretches.into_iter().flat_map(judge).collect();
    judged.sort_by_key(|judged| judged.span());
    let offset = judged.iter().find(|judged| judged.verdict == Verdict::TwoSided);
    Comparison {
        clock_offset_s: offset.map(|judged| judged.offset_s),
        days: estimate::days(&judged, &listening, model),
        encounters: judged.iter().map(|judged| judged.describe(&listening, model)).collect(),
    }
}

/// The sightings of one encounter.
struct Judged {
    verdict: Verdict,
    /// The contact's clock less the case's.
    offset_s: i64,
    hits: Vec<Hit>,
}

impl Judged {
    /// First and last sighting, by the case's clock.
    fn span(&self) -> (Timestamp, Timestamp) {
        let times = || self.hits.iter().map(|hit| Timestamp(hit.common(self.offset_s)));
        (times().min().unwrap_or_default(), times().max().unwrap_or_default())
    }

    fn describe(&self, listening: &Listenings, model: &HiddenMarkov) -> Encounter {
        let (from, to) = self.span();
        Encounter {
            verdict: self.verdict,
            from,
            to,
            by_case: side(&self.hits, Direction::ByCase),
            by_contact: side(&self.hits, Direction::ByContact),
            pairs: mutual_moments(&self.hits, self.offset_s).len(),
            difference_db: median(differences(&self.hits, self.offset_s)),
            probability: estimate::probability(&self.hits, listening, model),
        }
    }
}

/// Groups the sightings of a stretch into encounters, each with the clock difference that it goes by.
fn judge(stretch: &[Hit]) -> Vec<Judged> {
    let (mut rest, never): (Vec<Hit>, Vec<Hit>) = stretch.iter().partition(|hit| hit.fits_some_clock());
    let mut judged = groups(never, 0, Verdict::Contradicted(Conflict::OutOfTime));
    // Mostly once; again where a clock was set right in between.
    let mut mutual = Vec::new();
    let mut offset_s = 0;
    while let Some(offset) = clock::estimate(&rest) {
        if !offset.is_mutual() {
            if mutual.is_empty() {
                offset_s = offset.seconds;
                let (fitting, late) = rest.into_iter().partition(|hit| hit.fits(offset_s));
                judged.extend(groups(fitting, offset_s, Verdict::OneSided));
                rest = late;
            }
            break;
        }
        let (fitting, late) = rest.into_iter().partition(|hit| hit.fits(offset.seconds));
        mutual.push((offset.seconds, fitting));
        rest = late;
    }
    // Somebody who holds back one direction cannot make what each recorded of the other untrue. But what fits no clock in
    // either direction was held back in both, and then that some sightings still fit one is chance.
    let held_back = Direction::BOTH.into_iter().all(|of| rest.iter().any(|hit| hit.direction == of));
    for (offset_s, fitting) in mutual {
        judged.extend(match held_back {
            true => groups(fitting, offset_s, Verdict::Contradicted(Conflict::Clocks)),
            false => encounters(fitting, offset_s),
        });
    }
    judged.extend(groups(rest, offset_s, Verdict::Contradicted(Conflict::Clocks)));
    judged
}

/// Groups sightings that fit one clock: around the moments that each recorded, and what is left.
fn encounters(mut left: Vec<Hit>, offset_s: i64) -> Vec<Judged> {
    let mut judged = Vec::new();
    for moments in split(&mutual_moments(&left, offset_s), ENCOUNTER_GAP_S, |moment| *moment) {
        let span = moments[0] - PAIR_S..=moments[moments.len() - 1] + PAIR_S;
        let (hits, outside) = left.into_iter().partition(|hit| span.contains(&hit.common(offset_s)));
        left = outside;
        judged.push(Judged { verdict: two_sided(&hits, offset_s), offset_s, hits });
    }
    judged.extend(groups(left, offset_s, Verdict::OneSided));
    judged
}

/// Two-sided, unless the strengths say that the signal was changed.
fn two_sided(hits: &[Hit], offset_s: i64) -> Verdict {
    let differences = differences(hits, offset_s);
    let too_different = differences.len() >= STRENGTH_PAIRS
        && median(differences).is_some_and(|difference| difference.abs() > STRENGTH_BOUND_DB);
    if too_different { Verdict::Contradicted(Conflict::Strengths) } else { Verdict::TwoSided }
}

fn groups(mut hits: Vec<Hit>, offset_s: i64, verdict: Verdict) -> Vec<Judged> {
    hits.sort_by_key(|hit| hit.common(offset_s));
    let groups = split(&hits, ENCOUNTER_GAP_S, |hit| hit.common(offset_s));
    groups.into_iter().map(|group| Judged { verdict, offset_s, hits: group.to_vec() }).collect()
}

/// The moments, by the case's clock, at which each recorded the other, in order.
fn mutual_moments(hits: &[Hit], offset_s: i64) -> Vec<i64> {
    let [case, contact] = Direction::BOTH.map(|direction| {
        let of = hits.iter().filter(|hit| hit.direction == direction);
        let mut times: Vec<i64> = of.map(|hit| hit.common(offset_s)).collect();
        times.sort_unstable();
        times
    });
    case.into_iter().filter(|moment| nearest(&contact, *moment).is_some()).collect()
}

/// The index of the nearest of sorted times, if it is within [`PAIR_S`].
fn nearest(times: &[i64], moment: i64) -> Option<usize> {
    let after = times.partition_point(|time| *time < moment);
    let around = [after.checked_sub(1), Some(after)].into_iter().flatten().filter(|at| *at < times.len());
    let best = around.min_by_key(|at| times[*at].abs_diff(moment))?;
    (times[best].abs_diff(moment) <= PAIR_S.unsigned_abs()).then_some(best)
}

/// At each moment of the case's phone that has a counterpart, what the contact's phone measured less what it measured, dB.
fn differences(hits: &[Hit], offset_s: i64) -> Vec<f64> {
    let of = |direction| {
        let hits = hits.iter().filter(move |hit| hit.direction == direction);
        hits.filter_map(|hit| Some((hit.common(offset_s), f64::from(hit.mean_dbm?))))
    };
    let mut by_contact: Vec<_> = of(Direction::ByContact).collect();
    by_contact.sort_by_key(|(time, _)| *time);
    let times: Vec<i64> = by_contact.iter().map(|(time, _)| *time).collect();
    of(Direction::ByCase)
        .filter_map(|(moment, dbm)| Some(by_contact[nearest(&times, moment)?].1 - dbm))
        .collect()
}

fn side(hits: &[Hit], direction: Direction) -> Side {
    let of: Vec<&Hit> = hits.iter().filter(|hit| hit.direction == direction).collect();
    let mut strengths: Vec<i8> = of.iter().filter_map(|hit| hit.mean_dbm).collect();
    strengths.sort_unstable();
    Side {
        scans: of.len(),
        minutes: of.iter().map(|hit| hit.minutes()).sum(),
        median_dbm: strengths.get(strengths.len() / 2).copied(),
        strongest_dbm: strengths.last().copied(),
    }
}

/// Cuts a sorted list where two neighbours are further apart than `gap`.
fn split<T>(sorted: &[T], gap: i64, time: impl Fn(&T) -> i64) -> Vec<&[T]> {
    if sorted.is_empty() {
        return Vec::new();
    }
    sorted.chunk_by(|a, b| time(b).saturating_sub(time(a)) <= gap).collect()
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        _ if values.is_empty() => None,
        0 => Some((values[middle - 1] + values[middle]) / 2.0),
        _ => Some(values[middle]),
    }
}
