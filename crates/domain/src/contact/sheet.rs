//! The evaluation sheet: the same questions answered twice, as the person declared and as the officer found out.

use super::named;
use crate::Timestamp;
use std::fmt;

named! {
    /// The least distance.
    Distance, "a distance" {
        /// Touch: a handshake, an embrace, care, one bed.
        Touched = "touched",
        /// Within 2 m, without touch.
        Within2m = "within-2m",
        /// Farther, in one room, hall or vehicle.
        SameSpace = "same-space",
        /// Farther, not in one space.
        Apart = "apart",
    }
}

named! {
    /// Who wore a mask over mouth and nose.
    Masks, "who wore a mask" {
        /// Both, the whole time.
        Both = "both",
        /// One of them.
        One = "one",
        /// Nobody.
        Nobody = "nobody",
        /// The contact wore full protective equipment.
        Protected = "protected",
    }
}

named! {
    /// What kind of place it was.
    Space, "a kind of place" {
        /// A room, a lift, a vehicle with its windows shut.
        Closed = "closed",
        /// Open air.
        Open = "open",
    }
}

/// The answers of one side; `None` where it was not asked or nobody knows. `Debug` shows none of them.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Sheet {
    /// The least distance.
    pub distance: Option<Distance>,
    /// Minutes of it, in all on one day.
    pub minutes: Option<u16>,
    /// Masks.
    pub masks: Option<Masks>,
    /// The place.
    pub space: Option<Space>,
    /// When they were last together.
    pub last_contact: Option<Timestamp>,
}

impl fmt::Debug for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sheet(..)")
    }
}

/// Both sides.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Evaluation {
    /// What the person, or the case, said.
    pub declared: Sheet,
    /// What the officer found out.
    pub investigated: Sheet,
}

impl Evaluation {
    /// The answers that count: what was found out, and where nothing was, what was said.
    pub fn counted(&self) -> Sheet {
        let (found, said) = (self.investigated, self.declared);
        Sheet {
            distance: found.distance.or(said.distance),
            minutes: found.minutes.or(said.minutes),
            masks: found.masks.or(said.masks),
            space: found.space.or(said.space),
            last_contact: found.last_contact.or(said.last_contact),
        }
    }
}
