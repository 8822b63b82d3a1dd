//! A *mốc dịch tễ*: a place, vehicle or flight that a case was at, and when. Whoever else was there may be a contact.

use crate::Timestamp;
use crate::area::Area;
use crate::fold::fold;
use crate::id::{CaseId, EpiPointId, OfficerId};
use crate::place::{Place, PlaceKind};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where it was.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Setting {
    /// A place that stands still.
    Place {
        /// What it is called.
        name: String,
        /// Street and number.
        address: String,
        /// Whom to ask there, and how to reach them.
        contact: String,
    },
    /// A flight.
    Flight {
        /// Its number, `VN 207`.
        number: String,
        /// The case's seat.
        seat: String,
    },
    /// A bus, train, ship, taxi or car.
    Vehicle {
        /// Its plate, line or name.
        name: String,
        /// The case's seat or carriage.
        seat: String,
    },
}

impl Setting {
    /// Its kind in the database and in forms: `place`, `flight` or `vehicle`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Setting::Place { .. } => "place",
            Setting::Flight { .. } => "flight",
            Setting::Vehicle { .. } => "vehicle",
        }
    }
}

/// What is sealed of an epi point: it says where somebody was.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpiDetails {
    /// Where.
    pub setting: Setting,
    /// Who said so (the case, a relative, an employer).
    pub informant: String,
    /// What else is known.
    pub note: String,
}

impl fmt::Debug for EpiDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EpiDetails").field("kind", &self.setting.kind()).finish_non_exhaustive()
    }
}

/// A place, vehicle or flight that a case was at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EpiPoint {
    /// Names it.
    pub id: EpiPointId,
    /// Whose it is.
    pub case: CaseId,
    /// When the case came.
    pub from: Timestamp,
    /// When it left.
    pub to: Timestamp,
    /// Where it lies; of a vehicle or flight, where it was boarded.
    pub area: Area,
    /// Where, who said so, what else.
    pub details: EpiDetails,
    /// Who wrote it down.
    pub created_by: OfficerId,
    /// When it was written down.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl EpiPoint {
    /// Whether it is this place or vehicle, as far as its words say: the same name in the same commune; of a vehicle, which goes
    /// from commune to commune, the same name or plate.
    pub fn is_at(&self, place: &Place) -> bool {
        let said = match &self.details.setting {
            Setting::Place { name, .. } if !place.kind.is_vehicle() && self.area == place.area => name,
            Setting::Vehicle { name, .. } if place.kind.is_vehicle() => name,
            Setting::Flight { number, .. } if place.kind == PlaceKind::Plane => number,
            _ => return false,
        };
        let (said, letters) = (fold(said), |text: &str| fold(text).replace(' ', ""));
        let plate = letters(&place.details.plate);
        !said.is_empty()
            && (said == fold(&place.details.name) || (!plate.is_empty() && letters(&said) == plate))
    }
}

/// Why a time span is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadSpan {
    /// It ends before it begins.
    #[error("the end lies before the beginning")]
    Backwards,
    /// It lies in the future.
    #[error("the beginning has not come yet")]
    Future,
}

/// Checks when a case was somewhere: not backwards, not begun in the future.
pub fn check_span(from: Timestamp, to: Timestamp, now: Timestamp) -> Result<(), BadSpan> {
    if to < from {
        return Err(BadSpan::Backwards);
    }
    if from > now { Err(BadSpan::Future) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::{PlaceCode, PlaceDetails};

    #[test]
    fn a_point_is_a_place_by_name_and_commune_and_a_vehicle_by_name_or_plate() {
        let mut rng: rand::rngs::StdRng = rand::SeedableRng::seed_from_u64(1);
        let here = Area { province: "19".parse().unwrap(), commune: "05443".parse().ok() };
        let there = Area { commune: "05446".parse().ok(), ..here };
        let place = |kind, name: &str, plate: &str| Place {
            code: PlaceCode::generate(&mut rng),
            owner: None,
            kind,
            details: PlaceDetails {
                name: name.to_owned(),
                plate: plate.to_owned(),
                ..PlaceDetails::default()
            },
            area: here,
            capacity: None,
            dwell_minutes: 60,
            edition: 1,
            created_at: Timestamp(0),
            closed_at: None,
        };
        let mut place = place;
        let market = place(PlaceKind::Market, "Chợ Thái", "");
        let bus = place(PlaceKind::Bus, "Xe số 6", "20B-012.34");
        let point = |setting: Setting, area| EpiPoint {
            id: EpiPointId::from_bytes([1; 16]),
            case: CaseId::from_bytes([2; 16]),
            from: Timestamp(0),
            to: Timestamp(1),
            area,
            details: EpiDetails { setting, informant: String::new(), note: String::new() },
            created_by: OfficerId::from_bytes([3; 16]),
            created_at: Timestamp(2),
            updated_at: Timestamp(2),
        };
        let at = |name: &str| Setting::Place {
            name: name.to_owned(),
            address: String::new(),
            contact: String::new(),
        };
        let by = |name: &str| Setting::Vehicle { name: name.to_owned(), seat: String::new() };
        assert!(point(at("cho THAI"), here).is_at(&market));
        assert!(!point(at("Chợ Thái"), there).is_at(&market), "another commune's");
        assert!(!point(at("Chợ"), here).is_at(&market) && !point(by("Chợ Thái"), here).is_at(&market));
        assert!(point(by("xe số 6"), there).is_at(&bus) && point(by("20b 01234"), there).is_at(&bus));
        assert!(!point(by("xe số 7"), here).is_at(&bus) && !point(at("Xe số 6"), here).is_at(&bus));
    }

    #[test]
    fn spans_go_forwards_and_have_begun() {
        let at = Timestamp;
        assert_eq!(check_span(at(5), at(5), at(5)), Ok(()));
        assert_eq!(check_span(at(5), at(9), at(6)), Ok(()), "still there");
        assert_eq!(check_span(at(5), at(4), at(9)), Err(BadSpan::Backwards));
        assert_eq!(check_span(at(6), at(7), at(5)), Err(BadSpan::Future));
    }

    #[test]
    fn debug_tells_only_the_kind() {
        let setting = Setting::Flight { number: "canary".into(), seat: "canary".into() };
        let details = EpiDetails { setting, informant: "canary".into(), note: "canary".into() };
        let shown = format!("{details:?}");
        assert!(shown.contains("flight") && !shown.contains("canary"), "{shown}");
    }
}
