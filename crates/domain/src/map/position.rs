//! Places on the earth in whole numbers, so that every question about them has one exact answer.

use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// Steps in a degree: one step is about 1.1 m.
const STEPS: f64 = 100_000.0;

/// A place, in steps of 1/100,000 degree (WGS 84).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Position {
    /// Steps north of the equator.
    pub lat: i32,
    /// Steps east of Greenwich.
    pub lon: i32,
}

/// A text that is no place in Vietnam.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum InvalidPosition {
    /// Not two numbers.
    #[error("not a position: write latitude and longitude in degrees, such as 21.59422, 105.84817")]
    Unreadable,
    /// Two numbers, but elsewhere: perhaps the longitude stands first.
    #[error("not in Vietnam: write the latitude (8 to 24) first, then the longitude (102 to 118)")]
    Elsewhere,
}

impl Position {
    /// From degrees, rounded.
    pub fn from_degrees(lat: f64, lon: f64) -> Self {
        // `as` keeps to the ends of the range, and turns what is no number into 0.
        Position { lat: (lat * STEPS).round() as i32, lon: (lon * STEPS).round() as i32 }
    }

    /// Degrees north and degrees east.
    pub fn degrees(self) -> (f64, f64) {
        (f64::from(self.lat) / STEPS, f64::from(self.lon) / STEPS)
    }

    /// The turn from `a` to `b` as seen from here: positive to the left, zero when the three lie on a line.
    pub(super) fn turn(self, a: Position, b: Position) -> i64 {
        let [ax, ay, bx, by] = [a.lon - self.lon, a.lat - self.lat, b.lon - self.lon, b.lat - self.lat];
        i64::from(ax) * i64::from(by) - i64::from(ay) * i64::from(bx)
    }
}

impl FromStr for Position {
    type Err = InvalidPosition;

    /// Latitude first, as maps on the phone give it to copy: `21.59422, 105.84817`.
    fn from_str(text: &str) -> Result<Self, InvalidPosition> {
        let mut numbers = text
            .split([',', ' ', '\t'])
            .filter(|part| !part.is_empty())
            .map(|part| part.parse::<f64>().map_err(|_| InvalidPosition::Unreadable));
        let (Some(lat), Some(lon), None) = (numbers.next(), numbers.next(), numbers.next()) else {
            return Err(InvalidPosition::Unreadable);
        };
        let (lat, lon) = (lat?, lon?);
        // From the southernmost reef of Trường Sa to Lũng Cú, from A Pa Chải to the easternmost reef.
        if (6.0..24.0).contains(&lat) && (102.0..118.5).contains(&lon) {
            Ok(Position::from_degrees(lat, lon))
        } else {
            Err(InvalidPosition::Elsewhere)
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (lat, lon) = self.degrees();
        write!(f, "{lat:.5}, {lon:.5}")
    }
}

/// A box around places.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// Its south-western corner.
    pub min: Position,
    /// Its north-eastern corner.
    pub max: Position,
}

impl Bounds {
    /// The smallest box; `None` around nothing.
    pub fn around(places: impl IntoIterator<Item = Position>) -> Option<Bounds> {
        places.into_iter().fold(None, |so_far, at| {
            let own = Bounds { min: at, max: at };
            Some(so_far.map_or(own, |bounds: Bounds| bounds.with(own)))
        })
    }

    /// The box around two.
    pub fn with(self, other: Bounds) -> Bounds {
        let pick = |of: fn(i32, i32) -> i32, a: Position, b: Position| Position {
            lat: of(a.lat, b.lat),
            lon: of(a.lon, b.lon),
        };
        Bounds { min: pick(i32::min, self.min, other.min), max: pick(i32::max, self.max, other.max) }
    }

    /// Whether the two come closer than this, in steps.
    pub fn near(self, other: Bounds, steps: i32) -> bool {
        self.min.lat - steps <= other.max.lat
            && other.min.lat - steps <= self.max.lat
            && self.min.lon - steps <= other.max.lon
            && other.min.lon - steps <= self.max.lon
    }
}

/// Whether a place lies inside a ring (its end joins its beginning). On the line itself it may fall to either side.
pub fn encloses(ring: &[Position], at: Position) -> bool {
    let mut inside = false;
    for (i, &b) in ring.iter().enumerate() {
        let a = ring[i.checked_sub(1).unwrap_or(ring.len() - 1)];
        if (a.lat > at.lat) != (b.lat > at.lat) {
            let (low, high) = if a.lat < b.lat { (a, b) } else { (b, a) };
            inside ^= low.turn(high, at) > 0;
        }
    }
    inside
}

/// Steps from a place to the line from `a` to `b`, on a plane: good enough within a commune.
pub fn distance(at: Position, a: Position, b: Position) -> f64 {
    let to = |p: Position| (f64::from(p.lon - a.lon), f64::from(p.lat - a.lat));
    let ((px, py), (bx, by)) = (to(at), to(b));
    let length = bx * bx + by * by;
    let along = if length > 0.0 { ((px * bx + py * by) / length).clamp(0.0, 1.0) } else { 0.0 };
    (px - along * bx).hypot(py - along * by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_as_maps_write_it() {
        let at: Position = "21.59422, 105.84817".parse().unwrap();
        assert_eq!(at, Position { lat: 2_159_422, lon: 10_584_817 });
        assert_eq!(at.to_string().parse(), Ok(at));
        assert_eq!("21.59422 105.84817".parse(), Ok(at));
        for (text, why) in [
            ("", InvalidPosition::Unreadable),
            ("21.5", InvalidPosition::Unreadable),
            ("21,59422, 105,84817", InvalidPosition::Unreadable),
            ("21.5, x", InvalidPosition::Unreadable),
            ("105.84817, 21.59422", InvalidPosition::Elsewhere),
            ("NaN, 105.8", InvalidPosition::Elsewhere),
            ("inf, 105.8", InvalidPosition::Elsewhere),
            ("1e300, -1e300", InvalidPosition::Elsewhere),
        ] {
            assert_eq!(text.parse::<Position>(), Err(why), "{text:?}");
        }
    }

    #[test]
    fn a_ring_encloses_what_lies_in_it() {
        let at = |lat, lon| Position { lat, lon };
        let hook = [at(0, 0), at(0, 10), at(10, 10), at(10, 6), at(4, 6), at(4, 4), at(10, 4), at(10, 0)];
        assert!(encloses(&hook, at(2, 5)) && encloses(&hook, at(8, 2)) && encloses(&hook, at(8, 8)));
        for outside in [at(8, 5), at(-1, 5), at(11, 2), at(5, 11), at(5, -1)] {
            assert!(!encloses(&hook, outside), "{outside:?}");
        }
        assert!(!encloses(&[], at(0, 0)));
        assert!((distance(at(3, 5), at(0, 0), at(0, 10)) - 3.0).abs() < 1e-9);
        assert!((distance(at(0, 13), at(0, 0), at(0, 10)) - 3.0).abs() < 1e-9);
        assert!((distance(at(3, 4), at(0, 0), at(0, 0)) - 5.0).abs() < 1e-9);
    }
}
