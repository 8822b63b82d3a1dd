//! Who really stood near whom: from the positions, not from the radio.

use crate::cells::Cells;
use crate::scenario::Scenario;
use crate::track::{Leg, Track};
use std::collections::BTreeMap;

/// Nearer than this is a contact, metres.
pub const NEAR_M: f64 = 2.0;

/// Farther than this was never one, metres.
pub const FAR_M: f64 = 10.0;

/// Pairs are looked for in spans of this length.
const SPAN_S: f64 = 300.0;

/// What is true of two phones. Only time counts in which both radios were on.
#[derive(Clone, PartialEq, Debug)]
pub struct PairTruth {
    /// Spans `[from_s, to_s]` within [`NEAR_M`], in order, apart from each other.
    pub near: Vec<(f64, f64)>,
    /// When they first came within [`FAR_M`].
    pub first_within_far_s: f64,
    /// The nearest they came, metres.
    pub min_distance_m: f64,
}

impl PairTruth {
    /// Seconds within [`NEAR_M`] between two times.
    pub fn near_seconds(&self, from_s: f64, to_s: f64) -> f64 {
        self.near_within(from_s, to_s).sum()
    }

    /// The longest stretch within [`NEAR_M`] without a break between two times, seconds.
    pub fn longest_near_seconds(&self, from_s: f64, to_s: f64) -> f64 {
        self.near_within(from_s, to_s).fold(0.0, f64::max)
    }

    fn near_within(&self, from_s: f64, to_s: f64) -> impl Iterator<Item = f64> + '_ {
        self.near.iter().map(move |(from, to)| (to.min(to_s) - from.max(from_s)).max(0.0))
    }
}

/// All pairs that came within [`FAR_M`] of each other.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Truth {
    pairs: BTreeMap<(u32, u32), PairTruth>,
}

impl Truth {
    /// Exact (not sampled), from second 0 to `end_s`.
    pub fn of(scenario: &Scenario, end_s: f64) -> Self {
        let tracks: Vec<Track> = scenario.phones.iter().map(Track::new).collect();
        let mut truth = Self::default();
        let mut cells = Cells::default();
        let mut candidates = Vec::new();
        let mut from_s = 0.0;
        while from_s < end_s {
            let to_s = f64::min(from_s + SPAN_S, end_s);
            cells.fill(&tracks, from_s, to_s, 2.0 * FAR_M, FAR_M / 2.0);
            candidates.clear();
            for group in cells.groups() {
                for (index, (_, a)) in group.iter().enumerate() {
                    candidates.extend(group[index + 1..].iter().map(|(_, b)| (*a, *b)));
                }
            }
            candidates.sort_unstable();
            candidates.dedup();
            let legs: Vec<Vec<Leg>> = tracks.iter().map(|track| track.legs(from_s, to_s).collect()).collect();
            for &(a, b) in &candidates {
                truth.follow((a, b), &tracks, &legs, (from_s, to_s));
            }
            from_s = to_s;
        }
        truth
    }

    /// Two phones, in either order; `None` if they never came within [`FAR_M`].
    pub fn pair(&self, a: usize, b: usize) -> Option<&PairTruth> {
        self.pairs.get(&key(a, b))
    }

    /// The others that a phone came within [`FAR_M`] of, by index.
    pub fn others(&self, phone: usize) -> Vec<(usize, &PairTruth)> {
        let mut others: Vec<_> = self
            .pairs
            .iter()
            .filter_map(|(&(a, b), truth)| match (a as usize == phone, b as usize == phone) {
                (true, _) => Some((b as usize, truth)),
                (_, true) => Some((a as usize, truth)),
                _ => None,
            })
            .collect();
        others.sort_by_key(|(other, _)| *other);
        others
    }

    /// All pairs, by index.
    pub fn pairs(&self) -> impl Iterator<Item = ((usize, usize), &PairTruth)> {
        self.pairs.iter().map(|(&(a, b), truth)| ((a as usize, b as usize), truth))
    }

    fn follow(&mut self, pair: (u32, u32), tracks: &[Track], legs: &[Vec<Leg>], span: (f64, f64)) {
        let (a, b) = (pair.0 as usize, pair.1 as usize);
        let both_on: Vec<_> =
            tracks[a].on_spans(span.0, span.1).flat_map(|(from, to)| tracks[b].on_spans(from, to)).collect();
        let (mut ours, mut theirs) = (legs[a].iter().peekable(), legs[b].iter().peekable());
        while let (Some(mine), Some(other)) = (ours.peek(), theirs.peek()) {
            let (from, to) = (mine.from_s.max(other.from_s), mine.to_s.min(other.to_s));
            for &(on, off) in &both_on {
                let (from, to) = (from.max(on), to.min(off));
                if from < to {
                    self.straight(pair, &Approach::between(mine, other, from, to));
                }
            }
            // Both may end at once; the one that stays has no time left and falls out in the next round.
            if mine.to_s <= other.to_s {
                ours.next();
            } else {
                theirs.next();
            }
        }
    }

    fn straight(&mut self, pair: (u32, u32), approach: &Approach) {
        let Some((far_from, _)) = approach.within(FAR_M) else { return };
        let truth = self.pairs.entry(pair).or_insert_with(|| PairTruth {
            near: Vec::new(),
            first_within_far_s: far_from,
            min_distance_m: f64::INFINITY,
        });
        truth.min_distance_m = truth.min_distance_m.min(approach.nearest_m());
        if let Some((from, to)) = approach.within(NEAR_M) {
            match truth.near.last_mut() {
                // Pieces of one stay; a thousandth of a second is rounding.
                Some(last) if from - last.1 < 1e-3 => last.1 = to,
                _ => truth.near.push((from, to)),
            }
        }
    }
}

fn key(a: usize, b: usize) -> (u32, u32) {
    let index = |i: usize| u32::try_from(i).expect("a scenario has at most 100,000 phones");
    (index(a.min(b)), index(a.max(b)))
}

/// How two phones move past each other while both go straight on.
struct Approach {
    from_s: f64,
    to_s: f64,
    /// From one to the other at `from_s`.
    offset: [f64; 2],
    /// Its change, metres a second.
    velocity: [f64; 2],
}

impl Approach {
    fn between(a: &Leg, b: &Leg, from_s: f64, to_s: f64) -> Self {
        let (a0, va) = at(a, from_s);
        let (b0, vb) = at(b, from_s);
        Self {
            from_s,
            to_s,
            offset: [b0[0] - a0[0], b0[1] - a0[1]],
            velocity: [vb[0] - va[0], vb[1] - va[1]],
        }
    }

    /// The part of the time in which they are at most `radius_m` apart. A touch without duration is none.
    fn within(&self, radius_m: f64) -> Option<(f64, f64)> {
        let duration = self.to_s - self.from_s;
        // Phones set exactly at the radius are within it, whatever the last bit of a difference says.
        let (speed2, along, gap) = self.quadratic(radius_m + 1e-9);
        let (from, to) = if speed2 < 1e-18 {
            if gap > 0.0 {
                return None;
            }
            (0.0, duration)
        } else {
            // |offset + velocity t|^2 = radius^2
            let discriminant = along * along - speed2 * gap;
            if discriminant <= 0.0 {
                return None;
            }
            let root = discriminant.sqrt();
            (((-along - root) / speed2).max(0.0), ((-along + root) / speed2).min(duration))
        };
        (from < to).then_some((self.from_s + from, self.from_s + to))
    }

    fn nearest_m(&self) -> f64 {
        let (speed2, along, gap) = self.quadratic(0.0);
        if speed2 < 1e-18 {
            return gap.sqrt();
        }
        let t = (-along / speed2).clamp(0.0, self.to_s - self.from_s);
        (self.offset[0] + self.velocity[0] * t).hypot(self.offset[1] + self.velocity[1] * t)
    }

    fn quadratic(&self, radius_m: f64) -> (f64, f64, f64) {
        let ([x, y], [vx, vy]) = (self.offset, self.velocity);
        (vx * vx + vy * vy, x * vx + y * vy, x * x + y * y - radius_m * radius_m)
    }
}

/// Position at a time within the leg, and velocity.
fn at(leg: &Leg, t_s: f64) -> ([f64; 2], [f64; 2]) {
    let duration = leg.to_s - leg.from_s;
    if duration <= 0.0 {
        return (leg.to, [0.0, 0.0]);
    }
    let velocity = [(leg.to[0] - leg.from[0]) / duration, (leg.to[1] - leg.from[1]) / duration];
    let since = t_s - leg.from_s;
    ([leg.from[0] + velocity[0] * since, leg.from[1] + velocity[1] * since], velocity)
}
