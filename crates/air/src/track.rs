//! Where a phone is, and whether its radio is on.

use crate::scenario::Phone;

/// A phone's positions and radio, ready to be asked.
#[derive(Clone, Debug)]
pub struct Track {
    /// Never empty, times not decreasing.
    points: Vec<[f64; 3]>,
    /// Sorted, apart from each other.
    off: Vec<[f64; 2]>,
}

/// A piece of a track: a straight line at one speed.
#[derive(Copy, Clone, PartialEq, Debug)]
pub(crate) struct Leg {
    pub from_s: f64,
    pub to_s: f64,
    pub from: [f64; 2],
    pub to: [f64; 2],
}

impl Track {
    /// The track of a checked phone.
    pub fn new(phone: &Phone) -> Self {
        let points = if phone.track.is_empty() { vec![[0.0; 3]] } else { phone.track.clone() };
        let mut spans = phone.off.clone();
        spans.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let mut off: Vec<[f64; 2]> = Vec::with_capacity(spans.len());
        for span in spans {
            match off.last_mut() {
                Some(last) if span[0] <= last[1] => last[1] = last[1].max(span[1]),
                _ => off.push(span),
            }
        }
        Self { points, off }
    }

    /// Metres east and north of the origin at a second since the start.
    pub fn position(&self, t_s: f64) -> [f64; 2] {
        self.position_from(0, t_s).1
    }

    /// Whether the radio is on.
    pub fn is_on(&self, t_s: f64) -> bool {
        let next = self.off.partition_point(|span| span[0] <= t_s);
        next == 0 || t_s >= self.off[next - 1][1]
    }

    /// The position, and the index of the point before it, to begin the next search at.
    pub(crate) fn position_from(&self, hint: usize, t_s: f64) -> (usize, [f64; 2]) {
        let at = |index: usize| [self.points[index][1], self.points[index][2]];
        let hint = if self.points.get(hint).is_some_and(|point| point[0] <= t_s) { hint } else { 0 };
        let after = hint + self.points[hint..].partition_point(|point| point[0] <= t_s);
        match after {
            0 => (0, at(0)),
            _ if after == self.points.len() => (after - 1, at(after - 1)),
            _ => {
                let (a, b) = (self.points[after - 1], self.points[after]);
                let share = (t_s - a[0]) / (b[0] - a[0]);
                (after - 1, [a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share])
            }
        }
    }

    /// The straight pieces between two times, in order, without gaps. A jump is a piece of no duration; a jump at the
    /// very end belongs to what follows.
    pub(crate) fn legs(&self, from_s: f64, to_s: f64) -> impl Iterator<Item = Leg> + '_ {
        let (mut before, mut here) = self.position_from(0, from_s);
        let mut now = from_s;
        std::iter::from_fn(move || {
            if now >= to_s {
                return None;
            }
            let next = if self.points[before][0] > now { before } else { before + 1 };
            let (end, target) = match self.points.get(next) {
                Some(&[t, x, y]) if t <= to_s => {
                    before = next;
                    (t, if next == 0 { here } else { [x, y] })
                }
                _ => (to_s, self.position_from(before, to_s).1),
            };
            let leg = Leg { from_s: now, to_s: end, from: here, to: target };
            (now, here) = (end, target);
            Some(leg)
        })
    }

    /// The spans within two times in which the radio is on, in order.
    pub(crate) fn on_spans(&self, from_s: f64, to_s: f64) -> impl Iterator<Item = (f64, f64)> + '_ {
        let ends = self.off.iter().map(|span| span[0]).chain([f64::INFINITY]);
        let begins = [f64::NEG_INFINITY].into_iter().chain(self.off.iter().map(|span| span[1]));
        begins
            .zip(ends)
            .map(move |(from, to)| (from.max(from_s), to.min(to_s)))
            .filter(|(from, to)| from < to)
    }
}
