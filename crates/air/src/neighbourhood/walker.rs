//! A track under construction.

use super::places::Spot;

/// Walking speed, metres a second.
const WALK_M_S: f64 = 1.3;

/// A person who goes from place to place; time only moves forward.
pub(super) struct Walker {
    points: Vec<[f64; 3]>,
}

impl Walker {
    /// Stands there at second 0.
    pub(super) fn new(at: Spot) -> Self {
        Self { points: vec![[0.0, at[0], at[1]]] }
    }

    pub(super) fn now(&self) -> f64 {
        self.last()[0]
    }

    fn last(&self) -> [f64; 3] {
        *self.points.last().expect("a walker starts with a point")
    }

    /// Stays where it is.
    pub(super) fn stay_until(&mut self, t_s: f64) {
        let ([now, x, y], t_s) = (self.last(), t_s.round());
        if t_s > now {
            self.points.push([t_s, x, y]);
        }
    }

    /// Walks, starting now.
    pub(super) fn walk_to(&mut self, to: Spot) {
        let [now, x, y] = self.last();
        let seconds = ((to[0] - x).hypot(to[1] - y) / WALK_M_S).ceil();
        self.arrive(now + seconds, to);
    }

    /// Walks so as to be there at a time, or as soon as it can.
    pub(super) fn be_there_at(&mut self, t_s: f64, to: Spot) {
        self.stay_until(t_s - self.seconds_to(to));
        self.walk_to(to);
        self.stay_until(t_s);
    }

    /// How long the way is.
    pub(super) fn seconds_to(&self, to: Spot) -> f64 {
        let [_, x, y] = self.last();
        ((to[0] - x).hypot(to[1] - y) / WALK_M_S).ceil()
    }

    /// Is carried along points of its own times, at an offset from them.
    pub(super) fn ride(&mut self, way: &[[f64; 3]], offset: Spot) {
        for [t, x, y] in way {
            self.arrive(*t, [x + offset[0], y + offset[1]]);
        }
    }

    fn arrive(&mut self, t_s: f64, at: Spot) {
        let [now, x, y] = self.last();
        let centimetres = |metres: f64| (metres * 100.0).round() / 100.0;
        let to = [centimetres(at[0]), centimetres(at[1])];
        if t_s > now && (t_s, to) != (now, [x, y]) {
            self.points.push([t_s, to[0], to[1]]);
        }
    }

    /// The finished track.
    pub(super) fn into_track(self) -> Vec<[f64; 3]> {
        self.points
    }
}
