//! Visits: who was at which place, when, and how that came to be known.

mod arranging;
mod suspicion;

pub use arranging::{Arranged, Known, arrange};
pub use bluezone_codes::visit::{Ending, MARGIN_S, SAME_VISIT_S, Stay, day_end, day_start, overlaps};
pub use suspicion::{Suspicion, Suspicions, too_fast};

use crate::Timestamp;
use crate::fold::tidy;
use crate::id::{CitizenId, ProfileId, VisitId};
use crate::person::{Gender, Identity};
use crate::place::PlaceCode;
use bluezone_protocol::time::DAY_S;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// How far ahead of ours the clock of a controller may be, in seconds.
pub const CLOCK_LEEWAY_S: i64 = 120;
/// For how many days visits are kept: no fewer than 21, no more than 30.
pub const RETENTION_DAYS: std::ops::RangeInclusive<i64> = 21..=30;
/// Longest trip and seat, in characters.
pub const LONGEST_SEAT: usize = 40;

/// How a visit came to be known.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// The person scanned the place's poster.
    Poster,
    /// The person typed the place's code.
    Typed,
    /// A controller scanned the person's own code.
    Pass,
    /// … their code in the national format (decision 1405).
    National,
    /// … their identity card.
    IdentityCard,
    /// … their health insurance card.
    InsuranceCard,
    /// A controller looked them up by their telephone, which they confirmed.
    Phone,
    /// A controller wrote them down.
    Manual,
}

/// A text that names no way to enter.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("not a way to check in")]
pub struct InvalidEntry;

impl Entry {
    /// Every way.
    pub const ALL: [Entry; 8] = [
        Entry::Poster,
        Entry::Typed,
        Entry::Pass,
        Entry::National,
        Entry::IdentityCard,
        Entry::InsuranceCard,
        Entry::Phone,
        Entry::Manual,
    ];

    /// Its name in the database and in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Entry::Poster => "poster",
            Entry::Typed => "typed",
            Entry::Pass => "pass",
            Entry::National => "national",
            Entry::IdentityCard => "identity_card",
            Entry::InsuranceCard => "insurance_card",
            Entry::Phone => "phone",
            Entry::Manual => "manual",
        }
    }
}

impl FromStr for Entry {
    type Err = InvalidEntry;

    fn from_str(text: &str) -> Result<Entry, InvalidEntry> {
        Entry::ALL.into_iter().find(|entry| entry.as_str() == text).ok_or(InvalidEntry)
    }
}

/// Who visited. `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visitor {
    /// Somebody with an account, or for whom one declares.
    Profile(ProfileId),
    /// Somebody without: what their card said, or what the controller wrote down.
    Guest(Guest),
}

/// Somebody without an account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guest {
    /// Who they are.
    pub identity: Identity,
    /// Number of the health insurance card, or the national platform's identifier: what is known of no other kind.
    #[serde(default)]
    pub number: String,
}

impl fmt::Debug for Visitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Visitor::Profile(_) => "Profile(..)",
            Visitor::Guest(_) => "Guest(..)",
        })
    }
}

impl fmt::Debug for Guest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guest(..)")
    }
}

impl Visitor {
    /// What is the same at each of a person's visits; none for a guest who gave no number: each visit stands alone.
    pub fn key(&self) -> Option<String> {
        match self {
            Visitor::Profile(profile) => Some(format!("profile {profile}")),
            Visitor::Guest(Guest { identity, number }) => {
                let card = identity.national_id.as_ref().map(|number| format!("card {number}"));
                let phone = || identity.phone.as_ref().map(|number| format!("phone {number}"));
                let other = || (!number.is_empty()).then(|| format!("number {number}"));
                card.or_else(phone).or_else(other)
            }
        }
    }
}

/// What the people of a place see of a visitor. Made when somebody enters, so that no list of a place ever holds more.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Glimpse {
    /// `N. V. An`.
    pub name: String,
    /// Gender.
    pub gender: Option<Gender>,
    /// Year of birth.
    pub birth_year: Option<u16>,
}

impl fmt::Debug for Glimpse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Glimpse(..)")
    }
}

impl Glimpse {
    /// Of somebody.
    pub fn of(identity: &Identity) -> Glimpse {
        Glimpse {
            name: abbreviated(&identity.name),
            gender: identity.gender,
            birth_year: identity.birth.map(|birth| birth.year()),
        }
    }
}

/// A name with only the given name, which stands last, written out: `Nguyễn Văn An` is `N. V. An`.
pub fn abbreviated(name: &str) -> String {
    let name = tidy(name);
    let Some((before, given)) = name.rsplit_once(' ') else { return name };
    let initials = before.split(' ').filter_map(|word| word.chars().next());
    initials.map(|initial| format!("{initial}. ")).collect::<String>() + given
}

/// What is sealed of a visit. `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitDetails {
    /// Who.
    pub visitor: Visitor,
    /// What the place sees of them.
    pub glimpse: Glimpse,
    /// Of a vehicle: which trip.
    #[serde(default)]
    pub trip: String,
    /// Of a vehicle: which seat or carriage.
    #[serde(default)]
    pub seat: String,
    /// Who let them in, if it was not they themselves.
    #[serde(default)]
    pub controller: Option<CitizenId>,
}

impl fmt::Debug for VisitDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VisitDetails(..)")
    }
}

/// A visit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Visit {
    /// Names it. Made by whoever asks for the visit to be kept: asking again keeps it once.
    pub id: VisitId,
    /// Where.
    pub place: PlaceCode,
    /// From when to when.
    pub stay: Stay,
    /// How it came to be known.
    pub entry: Entry,
    /// What speaks against it.
    pub suspicions: Suspicions,
    /// Who, and what else.
    pub details: VisitDetails,
    /// When it was written down: later than it began if the controller had no connection.
    pub recorded_at: Timestamp,
}

/// Why a time of a visit is not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum BadTime {
    /// It has not come yet.
    #[error("the time of the visit has not come yet: check the clock of the scanning phone")]
    Future,
    /// Visits as old as that are deleted already.
    #[error("the visit is too old to be kept")]
    TooOld,
}

/// Checks when something happened that is told now.
pub fn check_time(at: Timestamp, now: Timestamp, retention_days: i64) -> Result<(), BadTime> {
    if at > now + CLOCK_LEEWAY_S {
        Err(BadTime::Future)
    } else if at < now - retention_days * DAY_S {
        Err(BadTime::TooOld)
    } else {
        Ok(())
    }
}

/// The most people who were at a place at once, and when that was first so.
pub fn peak(stays: &[Stay]) -> Option<(usize, Timestamp)> {
    // Who leaves as another comes was there with them.
    let mut steps: Vec<(Timestamp, bool)> =
        stays.iter().flat_map(|stay| [(stay.from, false), (stay.to, true)]).collect();
    steps.sort_unstable();
    let (mut inside, mut most) = (0_usize, None);
    for (at, leaves) in steps {
        if leaves {
            inside = inside.saturating_sub(1);
        } else {
            inside += 1;
            if most.is_none_or(|(count, _)| inside > count) {
                most = Some((inside, at));
            }
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_abbreviated_to_the_given_name() {
        for (name, seen) in [
            ("Nguyễn Văn An", "N. V. An"),
            ("  Đặng   Thị Ánh ", "Đ. T. Ánh"),
            ("An", "An"),
            ("", ""),
            ("H'Hen Niê", "H. Niê"),
        ] {
            assert_eq!(abbreviated(name), seen);
        }
    }

    #[test]
    fn a_person_is_the_same_at_every_visit() {
        let profile = ProfileId::from_bytes([1; 16]);
        assert_eq!(Visitor::Profile(profile).key(), Some(format!("profile {profile}")));
        let guest =
            |identity, number: &str| Visitor::Guest(Guest { identity, number: number.to_owned() }).key();
        let card = Identity { national_id: "019185001234".parse().ok(), ..Identity::default() };
        let both = Identity { phone: "0912345678".parse().ok(), ..card.clone() };
        assert_eq!(guest(card.clone(), ""), guest(both, "7"), "the card counts most");
        assert_eq!(guest(Identity::default(), ""), None);
        let phone = Identity { phone: "0912345678".parse().ok(), ..Identity::default() };
        assert_eq!(guest(phone, "7"), Some("phone +84912345678".to_owned()));
        assert_eq!(guest(Identity::default(), "7"), Some("number 7".to_owned()));
        assert_eq!(
            format!("{:?}", Visitor::Guest(Guest { identity: card, number: String::new() })),
            "Guest(..)"
        );
    }

    #[test]
    fn times_have_come_and_are_not_too_old() {
        let now = Timestamp(1_700_000_000);
        for (at, checked) in [
            (now, Ok(())),
            (now + CLOCK_LEEWAY_S, Ok(())),
            (now + CLOCK_LEEWAY_S + 1, Err(BadTime::Future)),
            (now - 21 * DAY_S, Ok(())),
            (now - 21 * DAY_S - 1, Err(BadTime::TooOld)),
        ] {
            assert_eq!(check_time(at, now, 21), checked);
        }
    }

    #[test]
    fn the_peak_is_the_most_at_once() {
        let stay = |from, to| Stay { from: Timestamp(from), to: Timestamp(to), ending: Ending::Dwell };
        assert_eq!(peak(&[]), None);
        assert_eq!(peak(&[stay(0, 10), stay(20, 30)]), Some((1, Timestamp(0))));
        assert_eq!(peak(&[stay(0, 10), stay(10, 30), stay(5, 7)]), Some((2, Timestamp(5))));
        assert_eq!(peak(&[stay(0, 100), stay(10, 30), stay(20, 40), stay(31, 50)]), Some((3, Timestamp(20))));
    }
}
