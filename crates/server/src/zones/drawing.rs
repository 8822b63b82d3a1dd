//! A map's shapes as paths of SVG: made once, kept, and filled by how things stand.

use super::view::{View, Views};
use bluezone_domain::area::{CommuneCode, ProvinceCode};
use bluezone_domain::map::{Bounds, Map, Position, communes, provinces};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// How far a simplified line may leave its course, in units: less than a pixel of a wide screen.
const TOLERANCE: f64 = 0.7;
/// What comes nearer than this to the mainland is shown with it, in steps: in the country, and in a province.
const COUNTRY_TOGETHER: i32 = 160_000;
const PROVINCE_TOGETHER: i32 = 50_000;
/// How much of the surroundings is shown around a commune, as a part of its size.
const SURROUNDINGS: i32 = 8;

/// Shapes ready to be drawn.
#[derive(Debug)]
pub struct Drawing<C> {
    /// The windows.
    pub views: Views,
    /// Every shape that is in sight.
    pub shapes: Vec<Drawn<C>>,
    /// For each inset, the units that lie in it, wholly or in part.
    pub inset_units: Vec<Vec<C>>,
}

/// One unit's shape.
#[derive(Debug)]
pub struct Drawn<C> {
    /// The unit.
    pub code: C,
    /// The `d` of its path.
    pub path: String,
    /// Where a sign stands well inside of it.
    pub sign: (i32, i32),
    /// How wide the shape is there, in units.
    pub room: i32,
}

/// The country.
pub fn country() -> Arc<Drawing<ProvinceCode>> {
    static COUNTRY: LazyLock<Arc<Drawing<ProvinceCode>>> = LazyLock::new(|| {
        let views = Views::of(provinces(), COUNTRY_TOGETHER).expect("the country has provinces");
        Arc::new(Drawing::new(provinces(), views))
    });
    COUNTRY.clone()
}

/// A province with its communes; `None` for a code that is no province's.
pub fn province(code: ProvinceCode) -> Option<Arc<Drawing<CommuneCode>>> {
    static PROVINCES: Mutex<BTreeMap<ProvinceCode, Arc<Drawing<CommuneCode>>>> = Mutex::new(BTreeMap::new());
    // Whoever panicked while drawing has kept nothing.
    let mut drawn = PROVINCES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(drawing) = drawn.get(&code) {
        return Some(drawing.clone());
    }
    let map = communes(code)?;
    let drawing = Arc::new(Drawing::new(map, Views::of(map, PROVINCE_TOGETHER)?));
    drawn.insert(code, drawing.clone());
    Some(drawing)
}

/// One commune and what is around it.
pub fn commune(province: ProvinceCode, code: CommuneCode) -> Option<Drawing<CommuneCode>> {
    let map = communes(province)?;
    let Bounds { min, max } = map.shape(code)?.bounds?;
    let around = (max.lat - min.lat).max(max.lon - min.lon) / SURROUNDINGS;
    let bounds = Bounds {
        min: Position { lat: min.lat - around, lon: min.lon - around },
        max: Position { lat: max.lat + around, lon: max.lon + around },
    };
    let mut drawing = Drawing::new(map, Views::only(bounds));
    // The commune itself lies on top of its neighbours.
    drawing.shapes.sort_by_key(|shape| shape.code == code);
    Some(drawing)
}

impl<C: Copy + PartialEq> Drawing<C> {
    fn new(map: &Map<C>, views: Views) -> Self {
        let map = map.simplified(TOLERANCE * views.main.steps());
        let mut shapes = Vec::with_capacity(map.shapes().len());
        let mut inset_units = vec![Vec::new(); views.insets.len()];
        for shape in map.shapes() {
            let mut path = String::new();
            let mut largest: (f64, (i32, i32)) = (-1.0, (0, 0));
            for polygon in &shape.polygons {
                let Some(bounds) = map.bounds(polygon) else { continue };
                let Some(view) = in_sight(&views, bounds) else { continue };
                if let Some(at) = views.insets.iter().position(|inset| inset == view) {
                    let units: &mut Vec<C> = &mut inset_units[at];
                    if units.last() != Some(&shape.code) {
                        units.push(shape.code);
                    }
                }
                for ring in polygon {
                    line(&mut path, view, &map.ring(ring));
                }
                let room = polygon.first().map(|ring| room(view, &map.ring(ring)));
                if let Some(room) = room.filter(|room| room.0 > largest.0) {
                    largest = room;
                }
            }
            if !path.is_empty() {
                let (room, sign) = (largest.0 as i32, largest.1);
                shapes.push(Drawn { code: shape.code, path, sign, room });
            }
        }
        Drawing { views, shapes, inset_units }
    }

    /// The `points` of a line around these corners.
    pub fn points(&self, corners: &[Position]) -> String {
        let view = corners.first().map_or(&self.views.main, |at| self.views.showing(*at));
        let mut points = String::new();
        for corner in corners {
            let (x, y) = rounded(view.place(*corner));
            write!(points, "{x},{y} ").expect("writing into a string");
        }
        points
    }
}

/// The view that shows a polygon, if one does.
fn in_sight(views: &Views, bounds: Bounds) -> Option<&View> {
    let all = std::iter::once(&views.main).chain(&views.insets);
    all.into_iter().find(|view| view.bounds.near(bounds, 0))
}

fn rounded((x, y): (f64, f64)) -> (i32, i32) {
    (x.round() as i32, y.round() as i32)
}

/// Adds a closed line to a path. What is too small to have an inside becomes a dot: no island is lost.
fn line(path: &mut String, view: &View, ring: &[Position]) {
    let mut corners: Vec<_> = ring.iter().map(|at| rounded(view.place(*at))).collect();
    corners.dedup();
    let Some(&first) = corners.first() else { return };
    put(path, "M", first);
    if corners.len() < 3 {
        path.push_str("h2v2h-2z");
        return;
    }
    let steps = corners.windows(2).map(|pair| (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1));
    for (at, (x, y)) in steps.enumerate() {
        put(
            path,
            if at == 0 {
                "l"
            } else if x < 0 {
                ""
            } else {
                " "
            },
            (x, y),
        );
    }
    path.push('z');
}

/// A sign separates numbers as well as a space does.
fn put(path: &mut String, before: &str, (x, y): (i32, i32)) {
    write!(path, "{before}{x}{}{y}", if y < 0 { "" } else { " " }).expect("writing into a string");
}

/// The widest room inside a ring, along a few lines from west to east: its width, and its middle.
fn room(view: &View, ring: &[Position]) -> (f64, (i32, i32)) {
    let corners: Vec<_> = ring.iter().map(|at| view.place(*at)).collect();
    let (low, high) = corners
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (_, y)| (low.min(*y), high.max(*y)));
    let mut widest = (0.0, corners.first().copied().unwrap_or_default());
    for part in [0.5, 0.4, 0.6, 0.3, 0.7] {
        let y = low + part * (high - low);
        let mut crossings: Vec<f64> = corners
            .iter()
            .zip(corners.iter().cycle().skip(1))
            .filter(|(a, b)| (a.1 > y) != (b.1 > y))
            .map(|(a, b)| a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0))
            .collect();
        crossings.sort_by(f64::total_cmp);
        for pair in crossings.chunks_exact(2) {
            if pair[1] - pair[0] > widest.0 {
                widest = (pair[1] - pair[0], (f64::midpoint(pair[0], pair[1]), y));
            }
        }
    }
    (widest.0, rounded(widest.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_drawn_and_the_drawings_are_light() {
        let bytes = |paths: Vec<usize>| paths.iter().sum::<usize>();
        let country = country();
        assert_eq!(country.shapes.len(), 34);
        let size = bytes(country.shapes.iter().map(|shape| shape.path.len()).collect());
        assert!(size < 60_000, "{size}");
        for shape in provinces().shapes() {
            let drawing = province(shape.code).unwrap();
            assert_eq!(drawing.shapes.len(), communes(shape.code).unwrap().shapes().len(), "{}", shape.code);
            let size = bytes(drawing.shapes.iter().map(|shape| shape.path.len()).collect());
            assert!(size < 150_000, "{}: {size}", shape.code);
            for shape in &drawing.shapes {
                let (x, y) = (f64::from(shape.sign.0), f64::from(shape.sign.1));
                assert!(x >= 0.0 && x <= drawing.views.width && y >= 0.0 && y <= drawing.views.height);
            }
        }
        assert!(province("99".parse().unwrap()).is_none());
    }

    #[test]
    fn a_commune_stands_out_of_its_surroundings() {
        let (province, code) = ("19".parse().unwrap(), "05443".parse().unwrap());
        let drawing = commune(province, code).unwrap();
        assert_eq!(drawing.shapes.last().unwrap().code, code);
        assert!(drawing.shapes.len() > 1 && drawing.shapes.len() < 92, "neighbours, not the province");
        assert!(commune(province, "00004".parse().unwrap()).is_none());
    }

    #[test]
    fn paths_are_short_and_closed() {
        let view =
            Views::only(Bounds { min: Position { lat: 0, lon: 0 }, max: Position { lat: 1000, lon: 1000 } });
        let mut path = String::new();
        line(&mut path, &view.main, &[Position { lat: 0, lon: 0 }, Position { lat: 0, lon: 1 }]);
        assert!(path.starts_with("M12 1188h2v2"), "a dot: {path}");
        path.clear();
        let ring = [(0, 0), (0, 1000), (1000, 1000)].map(|(lat, lon)| Position { lat, lon });
        line(&mut path, &view.main, &ring);
        assert_eq!(path, "M12 1188l1176 0 0-1176z");
    }
}
