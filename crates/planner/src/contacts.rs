//! Whom somebody met on a day: a pure function, evaluated when needed.

use crate::mixing::Round;
use crate::parameters::{Measures, NETWORKS};
use crate::presence::Absent;
use crate::random::{ALL, Philox, Stream, pair_hash, threshold};
use crate::town::Town;
use crate::zones::Closed;

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

impl Contact {
    /// The contact's own chance under one of the day's keys, to be compared with a threshold. Two people can meet twice
    /// a day.
    pub(crate) fn chance(&self, key: u64, who: u32) -> u64 {
        u64::from(pair_hash(key.wrapping_add(self.setting as u64), who, self.other))
    }
}

/// Thresholds of the contacts that take place.
#[derive(Clone, Copy, Debug)]
struct Kept {
    /// In each network of occupation.
    occupation: [u64; NETWORKS],
    /// At random.
    random: u64,
}

/// What decides a day's contacts besides the town and who is absent.
#[derive(Clone, Debug)]
pub struct DayKeys {
    occupation: u64,
    round: Round,
    /// Key for what the two phones of a contact record.
    pub detected: u64,
    /// Key for whom somebody can name.
    pub named: u64,
    /// Key for who has checked in.
    pub checked_in: u64,
    /// Key for who else was near.
    pub near: u64,
    left: u64,
    /// Key for which contacts are asked for when not all are.
    asked: u64,
    /// Thresholds of contacts that take place; nothing if all do.
    kept: Option<Kept>,
    closed: Option<Closed>,
}

impl DayKeys {
    /// The keys of `day` under `measures`, with these zones closed.
    pub fn new(philox: &Philox, town: &Town, day: u16, measures: &Measures, closed: Option<Closed>) -> Self {
        let key = |what| philox.key(Stream::Contacts, what, day);
        let [occupation, random] = measures.contacts_left;
        let left = measures.occupation_left.map(|share| threshold(share * occupation));
        let kept = Kept { occupation: left, random: threshold(random) };
        let all = occupation == 1.0 && random == 1.0 && measures.occupation_left == [1.0; NETWORKS];
        let all = all && closed.is_none();
        Self {
            occupation: key(0),
            round: town.mixing.round(key(1)),
            detected: key(2),
            named: key(3),
            checked_in: key(4),
            near: key(5),
            left: key(6),
            asked: key(7),
            kept: (!all).then_some(kept),
            closed,
        }
    }

    /// Whether a meeting at random is looked up when only a share is.
    #[inline]
    fn asks(&self, who: u32, place: u32, share: u64) -> bool {
        share == ALL || u64::from(pair_hash(self.asked, who, place)) < share
    }

    /// Whether two who would have met outside the household do so in spite of what is closed.
    #[inline]
    fn takes_place(&self, town: &Town, who: u32, other: u32, setting: Setting) -> bool {
        let Some(kept) = &self.kept else { return true };
        let outside = match setting {
            Setting::Occupation => kept.occupation[town.occupation.network(who)],
            _ => kept.random,
        };
        let left = match &self.closed {
            Some(closed) if closed.has(who) || closed.has(other) => outside.min(closed.left),
            _ => outside,
        };
        u64::from(pair_hash(self.left.wrapping_add(setting as u64), who, other)) < left
    }
}

impl Town {
    /// Asks memory for what [`Self::some_contacts`] will need of these people and shares.
    pub fn approach(&self, people: &[(u32, [u64; 2])], keys: &DayKeys) {
        let who = || people.iter().map(|&(who, _)| who);
        self.approach_homes(who());
        self.occupation.approach(who());
        self.mixing.approach(people, keys.round, |who, share, place| keys.asks(who, place, share));
    }

    /// Calls `met` for each contact of `who` on the day of `keys`, whose morning saw `absent`.
    #[inline]
    pub fn contacts(&self, who: u32, keys: &DayKeys, absent: &Absent, met: impl FnMut(Contact)) {
        self.some_contacts(who, keys, absent, [ALL; 2], met);
    }

    /// The same for all contacts at home, but only a share of those in occupation and at random, each given as a threshold.
    /// Which ones is chance, and their share of the cost.
    #[inline]
    pub fn some_contacts(
        &self,
        who: u32,
        keys: &DayKeys,
        absent: &Absent,
        share: [u64; 2],
        mut met: impl FnMut(Contact),
    ) {
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
        self.occupation.active(who, keys.occupation, share[0], |other| {
            if !absent.outside.has(other) && keys.takes_place(self, who, other, Setting::Occupation) {
                met(Contact { other, setting: Setting::Occupation });
            }
        });
        let present = |other| !absent.outside.has(other);
        self.mixing.partners(
            who,
            keys.round,
            |place| keys.asks(who, place, share[1]),
            present,
            |other| {
                if keys.takes_place(self, who, other, Setting::Random) {
                    met(Contact { other, setting: Setting::Random });
                }
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::Parameters;

    /// Tracing asks for the contacts of past days and of both sides: all must hear the same.
    #[test]
    fn contacts_are_mutual_and_settings_have_their_share() {
        let parameters = Parameters { population: 5_000, ..Parameters::default() };
        let (town, philox) = (Town::build(&parameters), Philox::new(parameters.seed));
        let keys = DayKeys::new(&philox, &town, 9, &parameters.measures, None);
        let mut absent = Absent::new(town.population());
        (0..town.population()).step_by(7).for_each(|who| absent.outside.set(who, true));
        (0..town.population()).step_by(91).for_each(|who| absent.home.set(who, true));
        let mut all = Vec::new();
        for who in 0..town.population() {
            town.contacts(who, &keys, &absent, |contact| all.push((who, contact.other, contact.setting)));
        }
        let mut turned: Vec<_> = all.iter().map(|&(who, other, setting)| (other, who, setting)).collect();
        all.sort_unstable();
        turned.sort_unstable();
        assert_eq!(all, turned);
        let share = |setting| all.iter().filter(|contact| contact.2 == setting).count() as f64 / 5_000.0;
        assert!(share(Setting::Household) > 1.5 && share(Setting::Random) > 2.0, "contacts take place");
        assert!(all.iter().all(|contact| !absent.home.has(contact.0)));
        let outside = all.iter().filter(|contact| absent.outside.has(contact.0));
        assert!(
            outside.clone().count() > 0 && outside.clone().all(|contact| contact.2 == Setting::Household)
        );
    }

    /// Who is looked up by chance is one of the contacts, as often as the share says; at home it is everybody.
    #[test]
    fn some_contacts_are_a_share_of_all() {
        let parameters = Parameters { population: 5_000, ..Parameters::default() };
        let (town, philox) = (Town::build(&parameters), Philox::new(parameters.seed));
        let keys = DayKeys::new(&philox, &town, 9, &parameters.measures, None);
        let mut absent = Absent::new(town.population());
        (0..town.population()).step_by(7).for_each(|who| absent.outside.set(who, true));
        let (mut all, mut some) = ([0; 3], [0; 3]);
        for who in 0..town.population() {
            let mut met = Vec::new();
            town.contacts(who, &keys, &absent, |contact| met.push(contact));
            met.iter().for_each(|contact| all[contact.setting as usize] += 1);
            town.some_contacts(who, &keys, &absent, [0.25, 0.5].map(threshold), |contact| {
                assert!(met.contains(&contact));
                some[contact.setting as usize] += 1;
            });
        }
        let share = |setting: usize| f64::from(some[setting]) / f64::from(all[setting]);
        assert!(
            some[0] == all[0] && (share(1) - 0.25).abs() < 0.01 && (share(2) - 0.5).abs() < 0.02,
            "{all:?} {some:?}"
        );
    }
}
