//! Reads TopoJSON: shapes that share their borders, so that neighbours still fit when a border is simplified.
//!
//! Format: <https://github.com/topojson/topojson-specification>, of which only what `data/map` uses: quantised arcs,
//! polygons and multi-polygons in one object named `units`.

use super::position::{Bounds, Position, distance, encloses};
use serde::Deserialize;
use std::str::FromStr;
use thiserror::Error;

/// A map that cannot be read.
#[derive(Debug, Error)]
pub enum MapError {
    /// Not JSON of this form.
    #[error("not a map: {0}")]
    Json(#[from] serde_json::Error),
    /// A shape's `id` is no code of a unit.
    #[error("the map has a shape that belongs to no unit: {0}")]
    Code(String),
    /// A shape names an arc that is not there, or has a ring of none.
    #[error("the map has a shape of arcs that are not there: {0}")]
    Arc(String),
}

/// A map: shapes, and the arcs that they share.
#[derive(Clone, Debug)]
pub struct Map<C> {
    arcs: Vec<Vec<Position>>,
    shapes: Vec<Shape<C>>,
}

/// A unit's shape: one or more polygons, each of an outer ring and its holes. A ring is a list of arcs (see [`Map::ring`]).
#[derive(Clone, Debug)]
pub struct Shape<C> {
    /// The unit's code.
    pub code: C,
    /// Its polygons.
    pub polygons: Vec<Vec<Vec<i32>>>,
    /// The box around all of it, as it was read.
    pub bounds: Option<Bounds>,
}

#[derive(Deserialize)]
struct Topology {
    arcs: Vec<Vec<[i32; 2]>>,
    transform: Transform,
    objects: Objects,
}

#[derive(Deserialize)]
struct Transform {
    scale: [f64; 2],
    translate: [f64; 2],
}

#[derive(Deserialize)]
struct Objects {
    units: Collection,
}

#[derive(Deserialize)]
struct Collection {
    geometries: Vec<Geometry>,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Geometry {
    Polygon { id: String, arcs: Vec<Vec<i32>> },
    MultiPolygon { id: String, arcs: Vec<Vec<Vec<i32>>> },
}

impl<C: FromStr> Map<C> {
    /// Reads a map.
    pub fn read(json: &[u8]) -> Result<Map<C>, MapError> {
        let Topology { arcs, transform, objects } = serde_json::from_slice(json)?;
        let arcs: Vec<_> = arcs.iter().map(|arc| decoded(arc, &transform)).collect();
        let mut shapes = Vec::with_capacity(objects.units.geometries.len());
        for geometry in objects.units.geometries {
            let (id, polygons) = match geometry {
                Geometry::Polygon { id, arcs } => (id, vec![arcs]),
                Geometry::MultiPolygon { id, arcs } => (id, arcs),
            };
            let there = |&arc: &i32| index(arc) < arcs.len();
            if polygons.iter().flatten().any(|ring| ring.is_empty() || !ring.iter().all(there)) {
                return Err(MapError::Arc(id));
            }
            let code = id.parse().map_err(|_| MapError::Code(id))?;
            let bounds = Bounds::around(polygons.iter().flatten().flat_map(|ring| joined(&arcs, ring)));
            shapes.push(Shape { code, polygons, bounds });
        }
        Ok(Map { arcs, shapes })
    }
}

impl<C> Map<C> {
    /// Every shape.
    pub fn shapes(&self) -> &[Shape<C>] {
        &self.shapes
    }

    /// The shape of a unit.
    pub fn shape(&self, code: C) -> Option<&Shape<C>>
    where
        C: PartialEq,
    {
        self.shapes.iter().find(|shape| shape.code == code)
    }

    /// The places of a ring, in order; its end joins its beginning, which is not repeated.
    pub fn ring(&self, arcs: &[i32]) -> Vec<Position> {
        joined(&self.arcs, arcs)
    }

    /// The same map with fewer places: no arc leaves its old course by more than this, in steps. Arcs are simplified one
    /// by one, so shapes that met still meet.
    pub fn simplified(&self, steps: f64) -> Map<C>
    where
        C: Clone,
    {
        Map { arcs: self.arcs.iter().map(|arc| thinned(arc, steps)).collect(), shapes: self.shapes.clone() }
    }

    /// The box around a polygon.
    pub fn bounds(&self, polygon: &[Vec<i32>]) -> Option<Bounds> {
        Bounds::around(polygon.iter().flat_map(|ring| self.ring(ring)))
    }

    /// Whether a place lies in a shape.
    pub fn contains(&self, shape: &Shape<C>, at: Position) -> bool {
        // A place in a hole is enclosed twice.
        let rings = shape.polygons.iter().flatten();
        rings.filter(|ring| encloses(&self.ring(ring), at)).count() % 2 == 1
    }

    /// Whether a place lies in a shape, or no further from it than this, in steps.
    pub fn nearly_contains(&self, shape: &Shape<C>, at: Position, steps: f64) -> bool {
        let near = |ring: &Vec<i32>| {
            let ring = self.ring(ring);
            let ends = ring.iter().zip(ring.iter().cycle().skip(1));
            ends.into_iter().any(|(a, b)| distance(at, *a, *b) <= steps)
        };
        self.contains(shape, at) || shape.polygons.iter().flatten().any(near)
    }
}

/// A ring of some of a map's arcs.
fn joined(of: &[Vec<Position>], arcs: &[i32]) -> Vec<Position> {
    let mut ring: Vec<Position> = Vec::new();
    for &number in arcs {
        // An arc's first place is the last of the arc before.
        ring.pop();
        let arc = &of[index(number)];
        if number < 0 { ring.extend(arc.iter().rev()) } else { ring.extend(arc) }
    }
    ring.pop();
    ring
}

/// Which arc a number names: below zero, the same arc backwards.
fn index(number: i32) -> usize {
    (if number < 0 { !number } else { number }) as usize
}

/// An arc's places: each is written as the steps from the one before.
fn decoded(arc: &[[i32; 2]], transform: &Transform) -> Vec<Position> {
    let ([sx, sy], [tx, ty]) = (transform.scale, transform.translate);
    let mut at = [0_i32; 2];
    arc.iter()
        .map(|step| {
            at = [at[0].saturating_add(step[0]), at[1].saturating_add(step[1])];
            Position::from_degrees(f64::from(at[1]) * sy + ty, f64::from(at[0]) * sx + tx)
        })
        .collect()
}

/// Douglas and Peucker's line: the ends, and whatever lies too far from the line between those that are kept.
fn thinned(arc: &[Position], steps: f64) -> Vec<Position> {
    let Some(last) = arc.len().checked_sub(1) else { return Vec::new() };
    let mut keep = vec![false; arc.len()];
    keep[0] = true;
    keep[last] = true;
    if arc[0] == arc[last] && last >= 3 {
        // An island: two ends in one place would let it shrink to a point or a line.
        keep[last / 3] = true;
        keep[2 * last / 3] = true;
    }
    let kept: Vec<usize> = (0..arc.len()).filter(|&at| keep[at]).collect();
    let mut spans: Vec<(usize, usize)> = kept.windows(2).map(|pair| (pair[0], pair[1])).collect();
    while let Some((from, to)) = spans.pop() {
        let furthest = (from + 1..to)
            .map(|at| (at, distance(arc[at], arc[from], arc[to])))
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .filter(|(_, far)| *far > steps);
        if let Some((at, _)) = furthest {
            keep[at] = true;
            spans.extend([(from, at), (at, to)]);
        }
    }
    arc.iter().zip(keep).filter(|(_, keep)| *keep).map(|(place, _)| *place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::ProvinceCode;

    /// Two squares side by side; the second's left border is the first's right one, backwards. One has a hole.
    const SQUARES: &str = r#"{"type":"Topology","transform":{"scale":[0.00001,0.00001],"translate":[0,0]},
        "arcs":[[[100,0],[0,100]],[[100,100],[-100,0],[0,-100],[100,0]],[[100,0],[100,0],[0,100],[-100,0]],
                [[20,20],[0,10],[10,0],[0,-10],[-10,0]]],
        "objects":{"units":{"type":"GeometryCollection","geometries":[
            {"type":"Polygon","id":"01","arcs":[[0,1],[3]]},{"type":"MultiPolygon","id":"04","arcs":[[[2,-1]]]}]}}}"#;

    #[test]
    fn shapes_share_their_borders() {
        let map: Map<ProvinceCode> = Map::read(SQUARES.as_bytes()).unwrap();
        let at = |lat, lon| Position { lat, lon };
        let [first, second] = map.shapes() else { panic!("two shapes") };
        assert_eq!(map.ring(&first.polygons[0][0]), [at(0, 100), at(100, 100), at(100, 0), at(0, 0)]);
        assert_eq!(map.ring(&second.polygons[0][0]), [at(0, 100), at(0, 200), at(100, 200), at(100, 100)]);
        assert!(map.contains(first, at(50, 50)) && !map.contains(second, at(50, 50)));
        assert!(!map.contains(first, at(25, 25)), "in the hole");
        assert!(
            map.nearly_contains(second, at(50, 95), 5.0) && !map.nearly_contains(second, at(50, 94), 5.0)
        );
        assert_eq!(map.bounds(&second.polygons[0]), Some(Bounds { min: at(0, 100), max: at(100, 200) }));
        assert_eq!(map.shape("04".parse().unwrap()).unwrap().code, second.code);
    }

    #[test]
    fn what_is_no_map_is_refused() {
        let refused = |json: &str| Map::<ProvinceCode>::read(json.as_bytes()).is_err();
        assert!(refused("") && refused("{}") && refused(&SQUARES[..SQUARES.len() - 1]));
        assert!(refused(&SQUARES.replace("[[0,1],[3]]", "[[0,9]]")), "no such arc");
        assert!(refused(&SQUARES.replace("[[0,1],[3]]", "[[0,-9]]")), "no such arc backwards");
        assert!(refused(&SQUARES.replace("[[0,1],[3]]", "[[]]")), "a ring of nothing");
        assert!(refused(&SQUARES.replace("\"01\"", "\"x\"")));
    }

    #[test]
    fn a_simpler_line_stays_near_and_keeps_its_ends() {
        let at = |lat, lon| Position { lat, lon };
        let arc = [at(0, 0), at(1, 10), at(0, 20), at(30, 30), at(0, 40)];
        assert_eq!(thinned(&arc, 2.0), [at(0, 0), at(0, 20), at(30, 30), at(0, 40)]);
        assert_eq!(thinned(&arc, 0.0), arc);
        let island = [at(0, 0), at(0, 2), at(2, 2), at(2, 0), at(0, 0)];
        assert!(thinned(&island, 100.0).len() >= 4, "an island stays one");
        assert_eq!(thinned(&[], 1.0), []);
    }
}
