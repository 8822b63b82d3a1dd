//! From a case to its contacts, by the app and by people.

use std::ops::RangeInclusive;

use crate::calendar::Event;
use crate::contacts::{Contact, DayKeys, Setting};
use crate::measures::Reason;
use crate::random::{Stream, below, threshold};
use crate::simulation::Simulation;
use crate::state::NONE;

/// Somebody on whose account others are in quarantine.
#[derive(Clone, Debug)]
pub struct Index {
    /// Day on which they became an index case.
    day: u16,
    /// Day on which all claims end.
    until: u16,
    /// Day on which they turned out to be a case; none as long as there are only symptoms.
    case: Option<u16>,
    /// Who is claimed, in which era of theirs, and the day of the contact.
    claimed: Vec<(u32, u8, u16)>,
}

/// An index case's claim on the quarantine of a contact.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// The index case.
    pub index: u32,
    /// Day of the contact.
    pub day: u16,
}

impl Index {
    /// Who was reached on its account.
    pub fn reached(&self) -> Vec<u32> {
        self.claimed.iter().map(|claimed| claimed.0).collect()
    }
}

impl Simulation<'_> {
    /// A case: stays at home, and so may the household; contacts are warned and interviewed for.
    pub(crate) fn respond_to_case(&mut self, who: u32) {
        let measures = self.measures;
        let known = self.indices.contains_key(&who);
        let today = self.today;
        self.open_index(who).case = Some(today);
        self.begin_tracing(who);
        let since = self.indices[&who].day;
        let end = since + self.kept(who, Reason::Positive, who);
        if self.complies(who, measures.on_positive.compliance) {
            self.quarantine(who, end, None);
        }
        if measures.household_of_case && (self.people.quarantined(who) || self.people.away(who)) {
            self.quarantine_household(who, end, Claim { index: who, day: self.today });
        }
        let mut until = since + measures.when_warned.days;
        let rings = self.delay_of_ring() * measures.depth.saturating_sub(1);
        if !(known && measures.warn_on_symptoms) {
            let published = self.today + measures.warning_delay;
            until = until.max(published + rings + u16::from(measures.warning_delay > 0));
            if measures.warning_delay == 0 {
                self.warn_if_published(who);
            } else {
                self.calendar.add(published, Event::Publication, who);
            }
        }
        for (used, delay, event) in [
            (measures.manual.interviews > 0.0, measures.manual.delay, Event::Interview),
            (measures.venues.check_in > 0.0, measures.venues.delay, Event::VenueWarning),
        ] {
            if used {
                until = until.max(self.today + delay + rings);
                self.calendar.add(self.today + delay, event, who);
            }
        }
        if known {
            self.tell_symptoms_were_it(who);
        }
        self.close_index_on(who, until);
    }

    /// Warnings of a case reach the phones.
    pub(crate) fn publish(&mut self, who: u32) {
        if self.indices.contains_key(&who) {
            self.begin_tracing(who);
            self.warn_if_published(who);
        }
    }

    fn warn_if_published(&mut self, who: u32) {
        if self.philox.uniform(Stream::Consent, who, 0) < self.measures.code * self.measures.consent {
            self.warn_contacts(who, who, self.published_days(who), 1);
        }
    }

    /// The days of which the phone of an index case publishes keys.
    pub(crate) fn published_days(&self, who: u32) -> RangeInclusive<u16> {
        let report = self.indices.get(&who).and_then(|index| index.case).unwrap_or(self.today);
        self.measures.infectious_days.published(report, self.onset_known_on(report, who))
    }

    /// The days that officers ask a case about.
    fn asked_days(&self, who: u32) -> RangeInclusive<u16> {
        let measures = self.measures;
        if !measures.infectious_days.only {
            return 0..=u16::MAX;
        }
        let result = self.indices.get(&who).and_then(|index| index.case).unwrap_or(self.today);
        let sample = result.saturating_sub(measures.test_result);
        measures.infectious_days.around(self.onset_known_on(self.today, who).unwrap_or(sample))
    }

    fn onset_known_on(&self, day: u16, who: u32) -> Option<u16> {
        let infection = self.people[who].infection;
        let symptoms = (infection != NONE).then(|| self.infections[infection as usize].symptoms);
        symptoms.filter(|&symptoms| symptoms <= day)
    }

    /// Warns those whose phones recorded `from` on these days, on account of `index`; 1 for the index case's own contacts.
    pub(crate) fn warn_contacts(&mut self, index: u32, from: u32, days: RangeInclusive<u16>, level: u16) {
        let measures = self.measures;
        if !self.people.app.has(from) || self.today < measures.app_from {
            return;
        }
        let seen = threshold(measures.detection);
        let warned = self.recent_contacts(from, &days, |contact, key| {
            self.people.app.has(contact.other) && contact.chance(key.detected, from) < seen
        });
        for (contact, day) in warned {
            self.warn(contact.other, Claim { index, day }, level);
        }
        for (other, day) in self.others_near(from, &days, measures.false_warnings, |_, _| true) {
            if self.people.app.has(other) {
                self.warn(other, Claim { index, day }, level);
            }
        }
    }

    /// Warnings of a case reach those who had checked in at the same place and time, whether they met or not.
    pub(crate) fn warn_by_place(&mut self, who: u32) {
        if !self.indices.contains_key(&who) {
            return;
        }
        self.begin_tracing(who);
        let checked_in = threshold(self.measures.venues.check_in);
        let there = |contact: Contact, key: &DayKeys| {
            contact.setting == Setting::Random && contact.chance(key.checked_in, who) < checked_in
        };
        let days = self.asked_days(who);
        let met = self.recent_contacts(who, &days, there).into_iter();
        let met = met.map(|(contact, day)| (contact.other, day));
        let others = self.others_near(who, &days, self.measures.venues.bystanders, there);
        for (other, day) in met.chain(others).collect::<Vec<_>>() {
            self.warn(other, Claim { index: who, day }, 1);
        }
    }

    /// An interview with a case, while capacity lasts.
    pub(crate) fn interview(&mut self, who: u32) {
        let manual = self.measures.manual;
        if self.capacity.0 == 0 || !self.indices.contains_key(&who) {
            return;
        }
        self.capacity.0 -= 1;
        self.begin_tracing(who);
        let named = manual.named.map(threshold);
        let told = self.recent_contacts(who, &self.asked_days(who), |contact, key| {
            contact.chance(key.named, who) < named[contact.setting as usize]
        });
        for (contact, day) in told {
            if self.capacity.1 == 0 {
                break;
            }
            self.capacity.1 -= 1;
            self.warn(contact.other, Claim { index: who, day }, 1);
        }
    }

    /// Contacts of `who` on those of `days` that are looked back, newest first, of those that `kept` keeps.
    fn recent_contacts(
        &self,
        who: u32,
        days: &RangeInclusive<u16>,
        kept: impl Fn(Contact, &DayKeys) -> bool,
    ) -> Vec<(Contact, u16)> {
        let mut list = Vec::new();
        let remembered = (1..=self.today).rev().take(usize::from(self.measures.look_back));
        for day in remembered.filter(|day| days.contains(day)) {
            let keys = &self.keys[usize::from(day) - 1];
            self.town.contacts(who, keys, self.people.mornings.of(day), |contact| {
                if kept(contact, keys) {
                    list.push((contact, day));
                }
            });
        }
        list
    }

    /// People who were near `who` outside the household without a contact, `ratio` of them on average for each contact
    /// that `kept` keeps, newest first. Who they are is chance: nothing else is known about them.
    fn others_near(
        &self,
        who: u32,
        days: &RangeInclusive<u16>,
        ratio: f64,
        kept: impl Fn(Contact, &DayKeys) -> bool,
    ) -> Vec<(u32, u16)> {
        if ratio <= 0.0 {
            return Vec::new();
        }
        let outside =
            |contact: Contact, key: &DayKeys| contact.setting != Setting::Household && kept(contact, key);
        let mut list = Vec::new();
        for (contact, day) in self.recent_contacts(who, days, outside) {
            let key = self.keys[usize::from(day) - 1].near;
            let more = contact.chance(key, who) < threshold(ratio.fract());
            for number in 1..=ratio as u64 + u64::from(more) {
                let word = contact.chance(key ^ number << 32, who) as u32;
                list.push((below(word, self.town.population()), day));
            }
        }
        list
    }

    /// A warning reaches `who`.
    fn warn(&mut self, who: u32, claim: Claim, level: u16) {
        if self.people.away(who) || self.people.case.has(who) || self.traced(who) {
            return;
        }
        self.count.warned += 1;
        self.count.warned_infected += u32::from(self.people[who].infection != NONE);
        let measures = self.measures;
        let positive = self.indices[&claim.index].case.is_some();
        let (asked, reason) = match positive {
            true => (measures.when_warned, Reason::Warned),
            false => (measures.when_warned_of_symptoms, Reason::WarnedOfSymptoms),
        };
        let stays = self.complies(who, asked.compliance);
        let end = if stays { claim.day + self.kept(who, reason, claim.index) } else { 0 };
        if self.quarantine(who, end, Some(claim)) && positive && measures.household_of_warned {
            self.quarantine_household(who, end, claim);
        }
        if positive && self.complies(who, measures.test_when_warned) {
            self.order_test(
                who,
                (self.today + measures.test_order).max(claim.day + self.parameters.disease.test_from),
            );
        }
        if level < measures.depth {
            self.warn_next_ring(who, claim, level);
        }
    }

    /// Those warned of symptoms learn that it was a case: they now keep the longer quarantine.
    fn tell_symptoms_were_it(&mut self, index: u32) {
        let claimed = self.indices[&index].claimed.clone();
        for (who, era, day) in claimed {
            let reach = !self.people.away(who) && !self.people.case.has(who) && !self.traced(who);
            let asked = self.measures.when_warned;
            if reach && self.people[who].era == era && self.complies(who, asked.compliance) {
                let end = day + self.kept(who, Reason::Warned, index);
                self.quarantine(who, end, None);
            }
        }
    }

    pub(crate) fn quarantine_household(&mut self, who: u32, end: u16, claim: Claim) {
        for member in self.town.household(who).filter(|&member| member != who) {
            if !self.people.case.has(member) {
                self.quarantine(member, end, Some(claim));
            }
        }
    }

    /// Begins a tracing: everybody is reached once in it, the index case not at all.
    pub(crate) fn begin_tracing(&mut self, index: u32) {
        self.tracing += 1;
        self.people[index].traced = self.tracing;
    }

    fn traced(&self, who: u32) -> bool {
        self.people[who].traced == self.tracing
    }

    pub(crate) fn open_index(&mut self, who: u32) -> &mut Index {
        let day = self.today;
        let index = Index { day, until: 0, case: None, claimed: Vec::new() };
        self.indices.entry(who).or_insert(index)
    }

    pub(crate) fn close_index_on(&mut self, who: u32, day: u16) {
        if let Some(index) = self.indices.get_mut(&who) {
            index.until = day;
            self.calendar.add(day, Event::IndexEnd, who);
        }
    }

    /// Notes a claim, once a tracing.
    pub(crate) fn lay_claim(&mut self, who: u32, claim: Claim) -> bool {
        if self.traced(who) {
            return false;
        }
        self.people[who].traced = self.tracing;
        let era = self.people[who].era;
        if let Some(index) = self.indices.get_mut(&claim.index) {
            index.claimed.push((who, era, claim.day));
            let claims = &mut self.people[who].claims;
            *claims = claims.saturating_add(1);
        }
        true
    }

    pub(crate) fn end_of_index(&mut self, who: u32) {
        if self.indices.get(&who).is_some_and(|index| index.until == self.today) {
            self.end_index(who);
        }
    }

    /// Ends all claims of an index case; who is under no other claim and no index case is free, the index case too.
    pub(crate) fn end_index(&mut self, who: u32) {
        let Some(index) = self.indices.remove(&who) else { return };
        for (contact, era, _) in index.claimed {
            if self.people[contact].era == era {
                let claims = &mut self.people[contact].claims;
                *claims = claims.saturating_sub(1);
                if *claims == 0 && !self.indices.contains_key(&contact) {
                    self.release(contact);
                }
            }
        }
        if self.people[who].claims == 0 {
            self.release(who);
        }
    }

    /// A negative test voids the claims on somebody, except those of index cases in their own household.
    pub(crate) fn drop_claims_on(&mut self, who: u32) {
        let era = &mut self.people[who].era;
        let (old, new) = (*era, era.wrapping_add(1));
        *era = new;
        let mut kept = 0u8;
        for member in self.town.household(who).filter(|&member| member != who) {
            let Some(index) = self.indices.get_mut(&member) else { continue };
            for claim in index.claimed.iter_mut().filter(|claim| claim.0 == who && claim.1 == old) {
                claim.1 = new;
                kept = kept.saturating_add(1);
            }
        }
        self.people[who].claims = kept;
    }
}
