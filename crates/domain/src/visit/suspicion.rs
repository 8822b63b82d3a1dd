//! What speaks against a check-in. Nothing is refused for it: a code photographed for somebody who stays at home looks like
//! this, and so does a clock that is wrong. Who traces contacts sees it beside the visit.

use crate::area::Area;
use crate::map::{self, Bounds};

/// Faster than this between two check-ins, in metres a second (200 km/h), nobody travels on the ground.
const FASTEST: f64 = 55.6;
/// Distances below this are not judged: check-ins next to each other may come at once.
const NEAR_M: f64 = 2_000.0;
/// Metres of a step of a map's position.
const STEP_M: f64 = 1.112;

/// What speaks against a check-in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Suspicion {
    /// The poster that was scanned was replaced: a photograph of it, most likely.
    OldPoster,
    /// The person said that they were elsewhere at that time.
    TwoPlaces,
    /// Nobody comes that far in that time.
    TooFast,
}

/// All that speaks against a check-in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Suspicions(u8);

impl Suspicion {
    /// Every suspicion.
    pub const ALL: [Suspicion; 3] = [Suspicion::OldPoster, Suspicion::TwoPlaces, Suspicion::TooFast];

    /// Its name in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Suspicion::OldPoster => "old_poster",
            Suspicion::TwoPlaces => "two_places",
            Suspicion::TooFast => "too_fast",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl Suspicions {
    /// Nothing speaks against it.
    pub const NONE: Suspicions = Suspicions(0);

    /// These and one more.
    #[must_use]
    pub const fn with(self, more: Suspicion) -> Suspicions {
        Suspicions(self.0 | more.bit())
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Suspicion> {
        Suspicion::ALL.into_iter().filter(move |one| self.0 & one.bit() != 0)
    }

    /// As a number, for the database.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// From that number; none if it is no such number.
    pub fn from_bits(bits: u8) -> Option<Suspicions> {
        let all = Suspicion::ALL.iter().fold(0, |all, one| all | one.bit());
        (bits & !all == 0).then_some(Suspicions(bits))
    }
}

/// Whether nobody comes from one commune to another in so many seconds, except by plane. Judged by the space between the boxes
/// around the communes, so that neighbours are never far from each other; not judged where a commune is not known.
pub fn too_fast(a: Area, b: Area, seconds: i64) -> bool {
    let (Some(from), Some(to)) = (bounds(a), bounds(b)) else { return false };
    let metres = gap_m(from, to);
    metres > NEAR_M && metres > FASTEST * seconds.unsigned_abs() as f64
}

fn bounds(area: Area) -> Option<Bounds> {
    map::communes(area.province)?.shape(area.commune?)?.bounds
}

/// Metres between two boxes; none if they touch.
fn gap_m(a: Bounds, b: Bounds) -> f64 {
    let apart = |a: [i32; 2], b: [i32; 2]| {
        let [[a_min, a_max], [b_min, b_max]] = [a.map(f64::from), b.map(f64::from)];
        (b_min - a_max).max(a_min - b_max).max(0.0)
    };
    let north = apart([a.min.lat, a.max.lat], [b.min.lat, b.max.lat]);
    let east = apart([a.min.lon, a.max.lon], [b.min.lon, b.max.lon]);
    // Degrees of longitude are shorter the further north: taken at the northern end, where they are shortest.
    let (latitude, _) = a.max.degrees();
    north.hypot(east * latitude.max(b.max.degrees().0).to_radians().cos()) * STEP_M
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(province: &str, commune: &str) -> Area {
        Area { province: province.parse().unwrap(), commune: commune.parse().ok() }
    }

    #[test]
    fn suspicions_survive_the_database() {
        let all = Suspicion::ALL.into_iter().fold(Suspicions::NONE, Suspicions::with);
        assert_eq!(Suspicions::from_bits(all.bits()), Some(all));
        assert_eq!(all.iter().count(), 3);
        assert_eq!(Suspicions::from_bits(8), None);
        let one = Suspicions::NONE.with(Suspicion::TooFast);
        assert_eq!(one.iter().collect::<Vec<_>>(), [Suspicion::TooFast]);
    }

    #[test]
    fn nobody_is_in_hanoi_and_in_thai_nguyen_within_ten_minutes() {
        // Hoàn Kiếm ward and Phan Đình Phùng ward: some 60 km.
        let (hanoi, thai_nguyen) = (area("01", "00070"), area("19", "05443"));
        assert!(too_fast(hanoi, thai_nguyen, 600) && too_fast(thai_nguyen, hanoi, -600));
        assert!(!too_fast(hanoi, thai_nguyen, 3600));
        assert!(!too_fast(hanoi, hanoi, 0), "the same commune");
        // Phan Đình Phùng touches its neighbours.
        let near = map::communes("19".parse().unwrap()).unwrap();
        let next = near.shapes().iter().filter(|shape| {
            let other = Area { province: "19".parse().unwrap(), commune: Some(shape.code) };
            gap_m(bounds(thai_nguyen).unwrap(), bounds(other).unwrap()) < 1.0
        });
        assert!(next.count() > 3, "neighbours touch");
        let unknown = Area { commune: None, ..hanoi };
        assert!(!too_fast(unknown, thai_nguyen, 0) && !too_fast(area("99", "99999"), hanoi, 0));
        assert!(!too_fast(area("19", "00070"), hanoi, 0), "a commune of another province");
    }
}
