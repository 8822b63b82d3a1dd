//! The outline of a part of a commune, as an officer draws or types it.

use super::position::{InvalidPosition, Position};
use super::topojson::{Map, Shape};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// Most corners of an outline.
pub const LONGEST_OUTLINE: usize = 200;

/// How far outside its commune a corner may lie, in steps (about 300 m): the map's borders are simplified.
const SLACK: f64 = 270.0;

/// The outline of an area: three or more corners that enclose it. The end joins the beginning.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outline(Vec<Position>);

/// Corners that are no outline.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum OutlineError {
    /// A line is no position.
    #[error("corner {corner}: {why}")]
    Corner {
        /// Which, counted from 1.
        corner: usize,
        /// What is wrong.
        why: InvalidPosition,
    },
    /// Fewer than three corners, or all on one line.
    #[error("an outline needs three corners that enclose something")]
    Flat,
    /// Too many corners.
    #[error("an outline has at most {LONGEST_OUTLINE} corners")]
    TooLong,
    /// Two sides meet elsewhere than in a corner.
    #[error("the outline crosses itself: put the corners in the order in which one walks around the area")]
    CrossesItself,
    /// A corner lies too far from the commune.
    #[error("corner {corner} lies outside of the commune")]
    Outside {
        /// Which, counted from 1.
        corner: usize,
    },
}

impl Outline {
    /// From its corners.
    pub fn new(mut corners: Vec<Position>) -> Result<Outline, OutlineError> {
        corners.dedup();
        if corners.len() > 1 && corners.first() == corners.last() {
            corners.pop();
        }
        if corners.len() > LONGEST_OUTLINE {
            return Err(OutlineError::TooLong);
        }
        if corners.len() < 3 || corners.iter().all(|at| corners[0].turn(corners[1], *at) == 0) {
            return Err(OutlineError::Flat);
        }
        if crosses_itself(&corners) { Err(OutlineError::CrossesItself) } else { Ok(Outline(corners)) }
    }

    /// Its corners, in order.
    pub fn corners(&self) -> &[Position] {
        &self.0
    }

    /// Refuses an outline with a corner outside of a shape.
    pub fn check_within<C>(&self, map: &Map<C>, shape: &Shape<C>) -> Result<(), OutlineError> {
        match self.0.iter().position(|at| !map.nearly_contains(shape, *at, SLACK)) {
            Some(at) => Err(OutlineError::Outside { corner: at + 1 }),
            None => Ok(()),
        }
    }
}

impl FromStr for Outline {
    type Err = OutlineError;

    /// One corner a line, or separated by `;`.
    fn from_str(text: &str) -> Result<Outline, OutlineError> {
        let lines = text.split(['\n', '\r', ';']).map(str::trim).filter(|line| !line.is_empty());
        let mut corners = Vec::new();
        for (at, line) in lines.enumerate() {
            if at > LONGEST_OUTLINE {
                return Err(OutlineError::TooLong);
            }
            corners.push(line.parse().map_err(|why| OutlineError::Corner { corner: at + 1, why })?);
        }
        Outline::new(corners)
    }
}

/// What [`Outline::from_str`] reads back: one corner a line.
impl fmt::Display for Outline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, corner) in self.0.iter().enumerate() {
            write!(f, "{}{corner}", if at == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

fn crosses_itself(corners: &[Position]) -> bool {
    let count = corners.len();
    let side = |at: usize| (corners[at], corners[(at + 1) % count]);
    (0..count).any(|i| {
        let (a, b) = side(i);
        let next = side((i + 1) % count).1;
        // The next side lies on this one: it went back where it came from.
        let back = b.turn(a, next) == 0 && ahead(b, a, next);
        let others = (i + 2..count).filter(|&j| (j + 1) % count != i);
        back || others.into_iter().any(|j| meet((a, b), side(j)))
    })
}

/// Whether `c`, on a line with the other two, lies on the same side of `from` as `to`.
fn ahead(from: Position, to: Position, c: Position) -> bool {
    let along = |p: Position| (i64::from(p.lon - from.lon), i64::from(p.lat - from.lat));
    let ((ax, ay), (bx, by)) = (along(to), along(c));
    ax * bx + ay * by > 0
}

/// Whether two sides have a place in common.
fn meet((a, b): (Position, Position), (c, d): (Position, Position)) -> bool {
    let [abc, abd, cda, cdb] = [a.turn(b, c), a.turn(b, d), c.turn(d, a), c.turn(d, b)].map(i64::signum);
    let within = |p: Position, a: Position, b: Position| {
        (a.lon.min(b.lon)..=a.lon.max(b.lon)).contains(&p.lon)
            && (a.lat.min(b.lat)..=a.lat.max(b.lat)).contains(&p.lat)
    };
    (abc * abd < 0 && cda * cdb < 0)
        || (abc == 0 && within(c, a, b))
        || (abd == 0 && within(d, a, b))
        || (cda == 0 && within(a, c, d))
        || (cdb == 0 && within(b, c, d))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn outline(corners: &[(i32, i32)]) -> Result<Outline, OutlineError> {
        Outline::new(corners.iter().map(|&(lat, lon)| Position { lat, lon }).collect())
    }

    #[test]
    fn what_encloses_nothing_or_crosses_itself_is_no_outline() {
        assert!(outline(&[(0, 0), (0, 10), (10, 10), (10, 0)]).is_ok());
        assert!(outline(&[(0, 0), (0, 10), (10, 10), (0, 0)]).is_ok(), "closed by hand");
        for flat in [&[][..], &[(0, 0)], &[(0, 0), (5, 5)], &[(0, 0), (5, 5), (9, 9)], &[(1, 1); 5]] {
            assert_eq!(outline(flat), Err(OutlineError::Flat), "{flat:?}");
        }
        for crossed in [
            &[(0, 0), (10, 10), (0, 10), (10, 0)][..],
            // Back over its own side.
            &[(0, 0), (0, 10), (0, 4), (10, 5)],
            // A corner on another side.
            &[(0, 0), (0, 10), (10, 10), (0, 5), (10, 0)],
            // The same corner twice.
            &[(0, 0), (5, 5), (0, 10), (10, 10), (5, 5), (10, 0)],
        ] {
            assert_eq!(outline(crossed), Err(OutlineError::CrossesItself), "{crossed:?}");
        }
        let many: Vec<_> = (0..300).map(|n| (n, n * n)).collect();
        assert_eq!(outline(&many), Err(OutlineError::TooLong));
    }

    #[test]
    fn typed_corners_are_read_and_the_wrong_one_is_named() {
        let typed = "21.59, 105.83\r\n21.60, 105.83\n\n21.60 105.84; 21.59 105.84";
        let outline: Outline = typed.parse().unwrap();
        assert_eq!(outline.corners().len(), 4);
        assert_eq!(outline.to_string().parse(), Ok(outline));
        let wrong = "21.59, 105.83\nx\n21.6 105.8".parse::<Outline>();
        assert_eq!(wrong, Err(OutlineError::Corner { corner: 2, why: InvalidPosition::Unreadable }));
    }

    #[test]
    fn an_outline_belongs_to_its_commune() {
        let map = crate::map::communes("19".parse().unwrap()).unwrap();
        let here = "21.5895, 105.8320".parse().unwrap();
        let shape = map.shapes().iter().find(|shape| map.contains(shape, here)).unwrap();
        let near: Outline = "21.5895 105.8320; 21.5905 105.8320; 21.5905 105.8330".parse().unwrap();
        assert_eq!(near.check_within(map, shape), Ok(()));
        let far: Outline = "21.5895 105.8320; 21.5905 105.8320; 21.7 105.9".parse().unwrap();
        assert_eq!(far.check_within(map, shape), Err(OutlineError::Outside { corner: 3 }));
    }

    proptest! {
        #[test]
        fn no_text_panics_and_what_is_read_is_read_again(text in "[-0-9., ;\n]{0,80}|.{0,40}") {
            if let Ok(outline) = text.parse::<Outline>() {
                prop_assert_eq!(outline.to_string().parse::<Outline>(), Ok(outline));
            }
        }

        /// Corners around a point in the order of their angles never cross.
        #[test]
        fn a_star_is_an_outline(radii in proptest::collection::vec(1000.0..50_000.0_f64, 3..60)) {
            let step = std::f64::consts::TAU / radii.len() as f64;
            let corners = radii.iter().enumerate().map(|(at, radius)| {
                let (sin, cos) = (step * at as f64).sin_cos();
                Position { lat: 2_000_000 + (radius * sin) as i32, lon: 10_500_000 + (radius * cos) as i32 }
            });
            prop_assert!(Outline::new(corners.collect()).is_ok());
        }
    }
}
