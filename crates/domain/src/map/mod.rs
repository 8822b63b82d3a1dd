//! Maps of the country's provinces and of each province's communes, since 1 July 2025.
//!
//! The shapes are part of the program (`data/map`, with their source and licence). They are simplified: good for drawing,
//! and for telling whether an outline belongs to a commune at all, not for saying on which side of a border a house stands.

mod outline;
mod position;
mod topojson;

pub use outline::{LONGEST_OUTLINE, Outline, OutlineError};
pub use position::{Bounds, InvalidPosition, Position, distance, encloses};
pub use topojson::{Map, MapError, Shape};

use crate::area::{CommuneCode, ProvinceCode};
use flate2::read::GzDecoder;
use std::io::Read;
use std::sync::OnceLock;

/// Words that credit the source; they stand under every map.
pub const CREDIT: &str = "vietnamese-provinces-database (MIT)";

type CommuneFile = (&'static str, &'static [u8], OnceLock<Map<CommuneCode>>);

macro_rules! communes {
    ($($code:literal),*) => {
        [$((
            $code,
            include_bytes!(concat!("../../data/map/", $code, ".topojson.gz")),
            OnceLock::new(),
        )),*]
    };
}

static COMMUNES: [CommuneFile; 34] = communes![
    "01", "04", "08", "11", "12", "14", "15", "19", "20", "22", "24", "25", "31", "33", "37", "38", "40",
    "42", "44", "46", "48", "51", "52", "56", "66", "68", "75", "79", "80", "82", "86", "91", "92", "96"
];

/// The country's provinces.
pub fn provinces() -> &'static Map<ProvinceCode> {
    static MAP: OnceLock<Map<ProvinceCode>> = OnceLock::new();
    MAP.get_or_init(|| unpack(include_bytes!("../../data/map/provinces.topojson.gz")))
}

/// A province's communes; `None` for a code that is no province's.
pub fn communes(province: ProvinceCode) -> Option<&'static Map<CommuneCode>> {
    let (_, file, map) = COMMUNES.iter().find(|(code, ..)| *code == province.as_str())?;
    Some(map.get_or_init(|| unpack(file)))
}

/// Our own files: a test reads each of them.
fn unpack<C: std::str::FromStr>(file: &[u8]) -> Map<C> {
    let mut json = Vec::new();
    GzDecoder::new(file).read_to_end(&mut json).expect("a map of the program unpacks");
    Map::read(&json).expect("a map of the program can be read")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_map_is_there_and_whole() {
        assert_eq!(provinces().shapes().len(), 34);
        let mut count = 0;
        for province in provinces().shapes() {
            let map = communes(province.code).unwrap();
            count += map.shapes().len();
            for commune in map.shapes() {
                assert!(!commune.polygons.is_empty(), "{}", commune.code);
                for ring in commune.polygons.iter().flatten() {
                    let ring = map.ring(ring);
                    assert!(ring.len() >= 3, "{}", commune.code);
                }
            }
        }
        assert_eq!(count, 3321);
        assert_eq!(communes("19".parse().unwrap()).unwrap().shapes().len(), 92);
        assert!(communes("99".parse().unwrap()).is_none());
    }

    #[test]
    fn a_place_lies_in_its_commune() {
        // Thái Nguyên's railway station stands in Phan Đình Phùng ward (05443).
        let map = communes("19".parse().unwrap()).unwrap();
        let here: Position = "21.5895, 105.8320".parse().unwrap();
        let found: Vec<_> = map.shapes().iter().filter(|s| map.contains(s, here)).map(|s| s.code).collect();
        assert_eq!(found.len(), 1, "communes do not overlap: {found:?}");
        let sea: Position = "18.0, 108.0".parse().unwrap();
        assert!(!map.shapes().iter().any(|shape| map.contains(shape, sea)));
    }
}
