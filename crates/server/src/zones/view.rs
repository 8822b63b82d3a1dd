//! From places on the earth to places on a drawing: one frame around what lies together, and insets for islands far out.

use bluezone_domain::map::{Bounds, Map, Position};

/// Longer side of the main frame, in units of the drawing.
const LONGER_SIDE: f64 = 1200.0;
/// Margin around what a frame shows, in units.
const MARGIN: f64 = 12.0;
/// Room above an inset for its name, in units.
const NAME: f64 = 52.0;
/// An inset's largest side, as a part of the main frame's shorter one.
const INSET: f64 = 0.42;
/// Islands that come this near to each other share an inset, in steps: the reefs of an archipelago lie far apart.
const ARCHIPELAGO: i32 = 200_000;

/// A window onto a part of the earth. Flat: a degree of longitude has one width everywhere in it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct View {
    /// What it shows.
    pub bounds: Bounds,
    /// Its left upper corner on the drawing, without the margin.
    left: f64,
    top: f64,
    /// Units for a step east and for a step north.
    per_lon: f64,
    per_lat: f64,
}

impl View {
    /// A view of these bounds with its left upper corner there, as large as fits into a square of `side` units.
    fn fitted(bounds: Bounds, left: f64, top: f64, side: f64) -> View {
        let (lat, _) =
            Position { lat: i32::midpoint(bounds.min.lat, bounds.max.lat), ..bounds.min }.degrees();
        let narrower = lat.to_radians().cos();
        let wide = f64::from(bounds.max.lon - bounds.min.lon).max(1.0) * narrower;
        let high = f64::from(bounds.max.lat - bounds.min.lat).max(1.0);
        let per_lat = (side - 2.0 * MARGIN) / wide.max(high);
        View { bounds, left: left + MARGIN, top: top + MARGIN, per_lon: per_lat * narrower, per_lat }
    }

    /// Width and height on the drawing, margins included.
    pub fn size(&self) -> (f64, f64) {
        let Bounds { min, max } = self.bounds;
        let wide = f64::from(max.lon - min.lon) * self.per_lon;
        let high = f64::from(max.lat - min.lat) * self.per_lat;
        (wide + 2.0 * MARGIN, high + 2.0 * MARGIN)
    }

    /// Left upper corner on the drawing.
    pub fn corner(&self) -> (f64, f64) {
        (self.left - MARGIN, self.top - MARGIN)
    }

    /// Where a place comes to lie.
    pub fn place(&self, at: Position) -> (f64, f64) {
        let east = f64::from(at.lon - self.bounds.min.lon);
        let south = f64::from(self.bounds.max.lat - at.lat);
        (self.left + east * self.per_lon, self.top + south * self.per_lat)
    }

    /// Steps that one unit of the drawing covers.
    pub fn steps(&self) -> f64 {
        1.0 / self.per_lat
    }

    /// For a script that goes the other way: degrees north and east of the drawing's left upper corner, and units for a
    /// degree of each.
    pub fn inverse(&self) -> [f64; 4] {
        let (lat, lon) = Position { lat: self.bounds.max.lat, lon: self.bounds.min.lon }.degrees();
        let (a_lat, a_lon) = (self.per_lat * 100_000.0, self.per_lon * 100_000.0);
        [lat + self.top / a_lat, lon - self.left / a_lon, a_lat, a_lon]
    }

    fn shows(&self, at: Position) -> bool {
        self.bounds.near(Bounds { min: at, max: at }, 0)
    }
}

/// The windows of a drawing.
#[derive(Clone, PartialEq, Debug)]
pub struct Views {
    /// The largest group of what lies together.
    pub main: View,
    /// What lies further out.
    pub insets: Vec<View>,
    /// Width of the drawing.
    pub width: f64,
    /// Its height.
    pub height: f64,
}

impl Views {
    /// Views of a whole map. What comes nearer than `together` steps to the main group belongs to it.
    pub fn of<C>(map: &Map<C>, together: i32) -> Option<Views> {
        let boxes = map.shapes().iter().flat_map(|shape| &shape.polygons);
        let mut groups = grouped(boxes.filter_map(|polygon| map.bounds(polygon)).collect(), together);
        // By the land, not by the box around it: an archipelago's box is mostly sea.
        groups
            .sort_by_key(|group| std::cmp::Reverse(group.iter().map(|bounds| spread(*bounds)).sum::<i64>()));
        let far = if groups.is_empty() { Vec::new() } else { groups.split_off(1) };
        let insets = grouped(far.into_iter().flatten().collect(), ARCHIPELAGO);
        Some(Views::framed(
            around(groups.first()?)?,
            insets.iter().filter_map(|group| around(group)).collect(),
        ))
    }

    /// One view, without insets.
    pub fn only(bounds: Bounds) -> Views {
        Views::framed(bounds, Vec::new())
    }

    /// Insets stand in a strip to the right, each about as far up as what it shows lies north.
    fn framed(bounds: Bounds, mut far: Vec<Bounds>) -> Views {
        let main = View::fitted(bounds, 0.0, 0.0, LONGER_SIDE);
        let (mut width, mut height) = main.size();
        let (left, side) = (width + MARGIN, width.min(height) * INSET);
        far.sort_by_key(|bounds| std::cmp::Reverse(bounds.max.lat));
        let mut insets: Vec<View> = Vec::new();
        let mut free = NAME;
        for bounds in far {
            let size = View::fitted(bounds, 0.0, 0.0, side).size();
            let (_, wanted) = main.place(bounds.max);
            let top = wanted.min(height - size.1).max(free);
            insets.push(View::fitted(bounds, left, top, side));
            free = top + size.1 + NAME;
            width = width.max(left + size.0);
            height = height.max(top + size.1);
        }
        Views { main, insets, width, height }
    }

    /// The view that shows a place: the main one unless only an inset does.
    pub fn showing(&self, at: Position) -> &View {
        let inset = self.insets.iter().find(|view| view.shows(at));
        inset.filter(|_| !self.main.shows(at)).unwrap_or(&self.main)
    }
}

/// Groups of boxes that come nearer to each other than this, one after the other.
fn grouped(boxes: Vec<Bounds>, steps: i32) -> Vec<Vec<Bounds>> {
    let mut groups: Vec<Vec<Bounds>> = Vec::new();
    for bounds in boxes {
        // The box around a group holds much that is not in it: its members are asked.
        let near = |group: &Vec<Bounds>| group.iter().any(|member| member.near(bounds, steps));
        let (near, mut others): (Vec<_>, Vec<_>) = groups.into_iter().partition(near);
        others.push(near.into_iter().flatten().chain([bounds]).collect());
        groups = others;
    }
    groups
}

/// The box around a group.
fn around(group: &[Bounds]) -> Option<Bounds> {
    group.iter().copied().reduce(Bounds::with)
}

fn spread(bounds: Bounds) -> i64 {
    i64::from(bounds.max.lat - bounds.min.lat) * i64::from(bounds.max.lon - bounds.min.lon)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bluezone_domain::map::{communes, provinces};

    #[test]
    fn north_is_up_and_east_is_right() {
        let views = Views::of(communes("19".parse().unwrap()).unwrap(), 40_000).unwrap();
        let at = |lat, lon| views.main.place(Position::from_degrees(lat, lon));
        let ((x, y), (further_east, _), (_, further_north)) =
            (at(21.6, 105.8), at(21.6, 105.9), at(21.7, 105.8));
        assert!(further_east > x && further_north < y);
        assert!(x > 0.0 && y > 0.0 && x < views.width && y < views.height && views.insets.is_empty());
        let [lat, lon, per_lat, per_lon] = views.main.inverse();
        assert!((lat - y / per_lat - 21.6).abs() < 1e-5 && (lon + x / per_lon - 105.8).abs() < 1e-5);
    }

    #[test]
    fn both_archipelagos_have_their_inset() {
        let views = Views::of(provinces(), 160_000).unwrap();
        assert_eq!(views.insets.len(), 2);
        let (hoang_sa, truong_sa) =
            (Position::from_degrees(16.5, 112.0), Position::from_degrees(10.0, 114.0));
        for (inset, island) in views.insets.iter().zip([hoang_sa, truong_sa]) {
            assert_eq!(views.showing(island), inset);
            let (x, y) = inset.place(island);
            assert!(x < views.width && y < views.height);
        }
        assert_eq!(views.showing(Position::from_degrees(21.0, 105.8)), &views.main);
        // In their provinces too, and the mainland fills the frame.
        for (province, mainland, island) in
            [("48", (16.05, 108.2), (16.5, 112.0)), ("56", (12.25, 109.19), (10.0, 114.0))]
        {
            let views = Views::of(communes(province.parse().unwrap()).unwrap(), 50_000).unwrap();
            let view = |(lat, lon)| views.showing(Position::from_degrees(lat, lon));
            assert_eq!((view(mainland), view(island)), (&views.main, &views.insets[0]), "{province}");
            assert_eq!(views.insets.len(), 1, "{province}");
            assert!(views.insets[0].corner().1 >= NAME, "{province}: room for its name");
        }
    }
}
