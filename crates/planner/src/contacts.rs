//! Whom somebody met on a day: a pure function, evaluated when needed.

use crate::permutation::Permutation;
use crate::presence::Absent;
use crate::random::{Philox, Stream};
use crate::town::Town;

/// Where a contact takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Setting {
    /// At home.
    Household,
    /// At school, at work, among the retired.
    Occupation,
    /// Anywhere else.
    Random,
}

/// One contact of somebody on a day. Two people can have several a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contact {
    /// The other person.
    pub other: u32,
    /// Where.
    pub setting: Setting,
}

/// What decides a day's contacts besides the town and who is absent.
#[derive(Clone, Copy, Debug)]
pub struct DayKeys {
    occupation: u64,
    pairing: Permutation,
    /// Key for what the two phones of a contact record.
    pub detected: u64,
    /// Key for whom somebody can name.
    pub named: u64,
}

impl DayKeys {
    /// The keys of `day`.
    pub fn new(philox: &Philox, town: &Town, day: u16) -> Self {
        let key = |what| philox.key(Stream::Contacts, what, day);
        Self { occupation: key(0), pairing: town.mixing.pairing(key(1)), detected: key(2), named: key(3) }
    }
}

impl Town {
    /// Calls `met` for each contact of `who` on the day of `keys`, whose morning saw `absent`.
    #[inline]
    pub fn contacts(&self, who: u32, keys: &DayKeys, absent: &Absent, mut met: impl FnMut(Contact)) {
        if absent.home.has(who) {
            return;
        }
        for other in self.household(who) {
            if other != who && !absent.home.has(other) {
                met(Contact { other, setting: Setting::Household });
            }
        }
        if absent.outside.has(who) {
            return;
        }
        self.occupation.active(who, keys.occupation, |other| {
            if !absent.outside.has(other) {
                met(Contact { other, setting: Setting::Occupation });
            }
        });
        let present = |other| !absent.outside.has(other);
        self.mixing
            .partners(who, &keys.pairing, present, |other| met(Contact { other, setting: Setting::Random }));
    }
}
