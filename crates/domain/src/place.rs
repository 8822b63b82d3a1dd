//! Places and vehicles where people check in.

use crate::Timestamp;
use crate::area::Area;
use crate::fold::fold;
use crate::id::CitizenId;
use crate::message::Whereabouts;
use crate::person::Phone;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

pub use bluezone_codes::place::PlaceCode;

/// Places that one citizen may have.
pub const MOST_PLACES: usize = 50;
/// People who may control one place besides its owner.
pub const MOST_DELEGATES: usize = 50;
/// Longest name of a place, of its line, and of who registered it, in characters.
pub const LONGEST_NAME: usize = 100;
/// Longest address, in characters.
pub const LONGEST_ADDRESS: usize = 200;
/// The most people that a place may say it holds.
pub const MOST_CAPACITY: u32 = 100_000;
/// How long visits of a place may usually take, in minutes.
pub const DWELL_MINUTES: std::ops::RangeInclusive<i64> = 10..=1440;

/// What a place is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    /// A market.
    Market,
    /// A shop or a supermarket.
    Shop,
    /// A place to eat or drink.
    Restaurant,
    /// An office, a factory, an authority.
    Workplace,
    /// A school, a kindergarten, a university.
    School,
    /// A hospital, a clinic, a pharmacy.
    Health,
    /// A pagoda, a church, a temple.
    Worship,
    /// A cinema, a sports hall, a park, a bar.
    Leisure,
    /// A hotel, a hostel, an apartment house.
    Lodging,
    /// A railway or bus station, an airport, a harbour.
    Station,
    /// A wedding, a meeting, a festival.
    Event,
    /// Another place.
    Other,
    /// A bus or a coach.
    Bus,
    /// A taxi or a hired car.
    Taxi,
    /// A train.
    Train,
    /// A boat or a ferry.
    Boat,
    /// A plane.
    Plane,
}

/// A text that names no kind of place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("not a kind of place")]
pub struct InvalidPlaceKind;

impl PlaceKind {
    /// Every kind, in the order of lists.
    pub const ALL: [PlaceKind; 17] = [
        PlaceKind::Market,
        PlaceKind::Shop,
        PlaceKind::Restaurant,
        PlaceKind::Workplace,
        PlaceKind::School,
        PlaceKind::Health,
        PlaceKind::Worship,
        PlaceKind::Leisure,
        PlaceKind::Lodging,
        PlaceKind::Station,
        PlaceKind::Event,
        PlaceKind::Other,
        PlaceKind::Bus,
        PlaceKind::Taxi,
        PlaceKind::Train,
        PlaceKind::Boat,
        PlaceKind::Plane,
    ];

    /// Its name in the database and in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            PlaceKind::Market => "market",
            PlaceKind::Shop => "shop",
            PlaceKind::Restaurant => "restaurant",
            PlaceKind::Workplace => "workplace",
            PlaceKind::School => "school",
            PlaceKind::Health => "health",
            PlaceKind::Worship => "worship",
            PlaceKind::Leisure => "leisure",
            PlaceKind::Lodging => "lodging",
            PlaceKind::Station => "station",
            PlaceKind::Event => "event",
            PlaceKind::Other => "other",
            PlaceKind::Bus => "bus",
            PlaceKind::Taxi => "taxi",
            PlaceKind::Train => "train",
            PlaceKind::Boat => "boat",
            PlaceKind::Plane => "plane",
        }
    }

    /// Whether it moves: check-in asks for trip and seat.
    pub const fn is_vehicle(self) -> bool {
        matches!(
            self,
            PlaceKind::Bus | PlaceKind::Taxi | PlaceKind::Train | PlaceKind::Boat | PlaceKind::Plane
        )
    }

    /// As people who were there are told.
    pub const fn whereabouts(self) -> Whereabouts {
        if self.is_vehicle() { Whereabouts::Vehicle } else { Whereabouts::Place }
    }

    /// For how many minutes people usually stay, if the owner says nothing else: rather too long than too short.
    pub const fn usual_minutes(self) -> i64 {
        match self {
            PlaceKind::Shop | PlaceKind::Taxi | PlaceKind::Station => 60,
            PlaceKind::Market | PlaceKind::Restaurant | PlaceKind::Worship | PlaceKind::Other => 120,
            PlaceKind::Health | PlaceKind::Leisure | PlaceKind::Event => 180,
            PlaceKind::Bus | PlaceKind::Boat | PlaceKind::Plane => 360,
            PlaceKind::Workplace | PlaceKind::School => 600,
            PlaceKind::Lodging | PlaceKind::Train => 1440,
        }
    }
}

impl FromStr for PlaceKind {
    type Err = InvalidPlaceKind;

    fn from_str(text: &str) -> Result<PlaceKind, InvalidPlaceKind> {
        PlaceKind::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(InvalidPlaceKind)
    }
}

/// What is written about a place. The store keeps it sealed, because it names who registered it; `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PlaceDetails {
    /// What it is called: a shop's name, a line, a train's number.
    pub name: String,
    /// House and street; empty for a vehicle.
    pub address: String,
    /// Plate or registration of a vehicle; empty for a place.
    pub plate: String,
    /// Who registered it.
    pub registrant: String,
}

impl fmt::Debug for PlaceDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlaceDetails(redacted)")
    }
}

/// A place or a vehicle.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// Names it, on posters too.
    pub code: PlaceCode,
    /// Who registered it; none when that account is gone.
    pub owner: Option<CitizenId>,
    /// What it is.
    pub kind: PlaceKind,
    /// What is written about it.
    pub details: PlaceDetails,
    /// Where it stands; of a vehicle, where it is at home.
    pub area: Area,
    /// How many people it holds, if the owner said so.
    pub capacity: Option<u32>,
    /// For how many minutes people usually stay.
    pub dwell_minutes: i64,
    /// The edition of the poster that hangs there, from 1.
    pub edition: u16,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When its owner closed it: nobody checks in any more.
    pub closed_at: Option<Timestamp>,
}

impl Place {
    /// For how many seconds people usually stay.
    pub fn dwell_s(&self) -> i64 {
        self.dwell_minutes * 60
    }

    /// Whether another place of the same owner has the same name, marks and capitals aside: registered twice, perhaps.
    pub fn looks_like(&self, other: &Place) -> bool {
        self.owner.is_some()
            && self.owner == other.owner
            && self.code != other.code
            && fold(&self.details.name) == fold(&other.details.name)
    }
}

/// What a citizen is to a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// They registered it: everything.
    Owner,
    /// They were asked to control: scan, and see who is inside.
    Delegate,
}

/// Somebody who controls a place besides its owner. `Debug` shows no number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delegate {
    /// Tells them apart at their place, from 1; never given twice.
    pub number: u32,
    /// Their telephone: whoever confirmed it may control.
    pub phone: Phone,
    /// Since when.
    pub since: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_names_and_times() {
        for kind in PlaceKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("{:?}", kind.as_str()));
            assert!(DWELL_MINUTES.contains(&kind.usual_minutes()), "{kind:?}");
        }
        assert!("".parse::<PlaceKind>().is_err());
    }

    #[test]
    fn debug_shows_nothing_of_who_registered_it() {
        let details = PlaceDetails {
            name: "canary".to_owned(),
            registrant: "canary".to_owned(),
            ..PlaceDetails::default()
        };
        assert!(!format!("{details:?}").contains("canary"));
    }
}
