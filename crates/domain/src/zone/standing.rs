//! How things stand in each commune: several zones may cover one, and the highest level counts.

use super::{Extent, Level, Zone};
use crate::Timestamp;
use crate::area::CommuneCode;
use std::collections::BTreeMap;
use std::ops::Range;

/// How things stand in a commune. At least one of the two is there.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Standing {
    /// The highest level of all of it.
    pub whole: Option<Level>,
    /// The highest level of a part of it, where that is higher than that of the whole.
    pub part: Option<Level>,
}

impl Standing {
    /// The highest level anywhere in the commune.
    pub fn highest(self) -> Option<Level> {
        self.whole.max(self.part)
    }
}

/// The communes that lie in a zone, wholly or in part, at some instant of a span of time.
pub fn standing<'a>(
    zones: impl IntoIterator<Item = &'a Zone>,
    span: &Range<Timestamp>,
) -> BTreeMap<CommuneCode, Standing> {
    let mut communes: BTreeMap<CommuneCode, Standing> = BTreeMap::new();
    for zone in zones {
        let Some((level, _)) = zone.during(span) else { continue };
        let standing = communes.entry(zone.commune).or_default();
        match zone.extent {
            Extent::Whole => standing.whole = standing.whole.max(Some(level)),
            Extent::Part { .. } => standing.part = standing.part.max(Some(level)),
        }
    }
    for standing in communes.values_mut() {
        standing.part = standing.part.filter(|part| Some(*part) > standing.whole);
    }
    communes
}

#[cfg(test)]
mod tests {
    use super::super::tests::{force, zone};
    use super::*;

    #[test]
    fn where_zones_overlap_the_highest_level_counts() {
        let part = || Extent::Part { places: "Tổ 5".into(), outline: None };
        let zones = [
            zone("05443", Extent::Whole, &[force(2, 0, 100)]),
            zone("05443", Extent::Whole, &[force(3, 50, 100)]),
            zone("05443", part(), &[force(4, 0, 80)]),
            zone("05455", part(), &[force(1, 0, 100)]),
            zone("05500", Extent::Whole, &[force(4, 200, 300)]),
        ];
        let at = |at| {
            let communes = standing(&zones, &(Timestamp(at)..Timestamp(at + 1)));
            let shown = |(code, s): (CommuneCode, Standing)| {
                (code.to_string(), s.whole.map(Level::number), s.part.map(Level::number))
            };
            communes.into_iter().map(shown).collect::<Vec<_>>()
        };
        let code = |code: &str| code.to_owned();
        assert_eq!(at(10), [(code("05443"), Some(2), Some(4)), (code("05455"), None, Some(1))]);
        assert_eq!(at(90), [(code("05443"), Some(3), None), (code("05455"), None, Some(1))]);
        assert_eq!(at(250), [(code("05500"), Some(4), None)]);
        // A part that is no graver than the whole says nothing more.
        let zones =
            [zone("05443", Extent::Whole, &[force(3, 0, 100)]), zone("05443", part(), &[force(3, 0, 100)])];
        let communes = standing(&zones, &(Timestamp(0)..Timestamp(1)));
        assert_eq!(communes.values().next().unwrap().part, None);
        assert_eq!(communes.values().next().unwrap().highest(), Level::new(3).ok());
    }
}
