//! The difference of two phones' clocks, from what they heard of each other.
//!
//! An identifier is on the air for ten minutes of its owner's clock. Hearing it at some moment of the hearer's clock bounds the
//! difference of the clocks from both sides. In the two directions the bounds run opposite ways: a signal that is held back
//! makes the contact's clock look ahead in one direction and behind in the other, a wrong clock does not. So sightings in
//! both directions that leave one difference possible were not held back for long, whatever the clocks say.

use super::hits::{Direction, Hit};
use bluezone_protocol::time::INTERVAL_S;

/// Clocks that differ by more than this, seconds, are not believed: phones themselves match within two hours.
pub const MAX_OFFSET_S: i64 = 7200;

/// How much earlier or later than its ten minutes an identifier may be heard by a right clock, seconds: a scan is dated by its
/// start, and an identifier changes when the radio has stopped, not on the second.
pub const SLACK_S: i64 = 60;

/// Signals held back by more than this, seconds, both directions together, never fit one clock: the first and the last second
/// of an identifier's ten minutes are that far apart in the two directions. Far less is seen where both phones heard a whole
/// identifier of the other: twelve minutes in all, in a meeting of twenty.
pub const SEEN_DELAY_S: i64 = 2 * (INTERVAL_S + SLACK_S);

/// The difference that explains most, and what it explains.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Offset {
    /// The contact's clock less the case's, seconds.
    pub seconds: i64,
    /// Sightings that fit it, by the case's and by the contact's phone.
    pub fitting: [usize; 2],
}

impl Offset {
    /// Whether sightings in both directions support it: only then is it more than a guess.
    pub fn is_mutual(&self) -> bool {
        self.fitting.iter().all(|count| *count > 0)
    }
}

/// The difference within [`MAX_OFFSET_S`] that most sightings of a stretch fit, where those of both directions count most: what
/// is heard in one direction only cannot outvote what each heard of the other. Where a whole range fits, the value that brings
/// most sightings of both directions together, and among those the nearest to none. `None` if nothing fits any.
pub fn estimate(stretch: &[Hit]) -> Option<Offset> {
    let (least, greatest, fitting) = best_range(stretch)?;
    let of = |direction| {
        let hits = stretch.iter().filter(move |hit| hit.direction == direction && hit.fits(least));
        let mut times: Vec<i64> = hits.map(|hit| hit.heard_s).collect();
        times.sort_unstable();
        times
    };
    let [case, contact] = Direction::BOTH.map(of);
    let together =
        |offset: i64| contact.iter().filter(|time| super::nearest(&case, **time - offset).is_some()).count();
    // Half a minute is far finer than what counts as one moment.
    let candidates = (least..=greatest).step_by(30).chain([greatest, 0_i64.clamp(least, greatest)]);
    let seconds = candidates.max_by_key(|offset| (together(*offset), -offset.abs()))?;
    Some(Offset { seconds, fitting })
}

/// Least and greatest difference, and how many sightings in each direction fit.
type Range = (i64, i64, [usize; 2]);

/// The range of differences that fits best: its ends, and how many sightings of each direction fit.
fn best_range(stretch: &[Hit]) -> Option<Range> {
    // (difference, +1 or -1, direction): where a sighting begins to fit, and where it ends.
    let mut edges: Vec<(i64, i32, usize)> = Vec::with_capacity(2 * stretch.len());
    for hit in stretch.iter().filter(|hit| hit.fits_some_clock()) {
        let (least, greatest) = hit.offsets();
        edges.push((least.max(-MAX_OFFSET_S), 1, hit.direction as usize));
        edges.push((greatest.min(MAX_OFFSET_S) + 1, -1, hit.direction as usize));
    }
    edges.sort_unstable();
    let mut fitting = [0_usize; 2];
    let mut best: Option<((usize, usize, i64), Range)> = None;
    let mut edges = edges.as_slice();
    while let Some((at, ..)) = edges.first() {
        let at = *at;
        let here = edges.partition_point(|edge| edge.0 == at);
        for (_, step, direction) in &edges[..here] {
            fitting[*direction] = if *step > 0 { fitting[*direction] + 1 } else { fitting[*direction] - 1 };
        }
        edges = &edges[here..];
        let Some(next) = edges.first() else { break };
        let (least, greatest) = (at, next.0 - 1);
        let mutual = fitting[0].min(fitting[1]);
        let score = (mutual, fitting[0] + fitting[1], -0_i64.clamp(least, greatest).abs());
        if best.as_ref().is_none_or(|(other, _)| score > *other) {
            best = Some((score, (least, greatest, fitting)));
        }
    }
    best.map(|(_, range)| range)
}
