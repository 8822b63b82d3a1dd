//! From a case to its contacts, by the app and by people.

use std::ops::RangeInclusive;

use crate::calendar::Event;
use crate::claims::{Claim, Claimed};
use crate::contacts::{Contact, DayKeys, Setting};
use crate::measures::Reason;
use crate::random::{Stream, below, threshold};
use crate::simulation::Simulation;
use crate::state::NONE;

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
            self.quarantine_household(who, end, Claim::on(who, self.today));
        }
        let mut until = since + measures.when_warned.days;
        if !(known && measures.warn_on_symptoms) || measures.warn_again {
            until = until.max(self.publish_later(who));
        }
        let rings = self.time_of_rings();
        let manual = measures.manual;
        let asked = manual.interviews > 0.0 && (!manual.in_hospital || self.people.away(who));
        for (used, delay, event) in [
            (asked, measures.manual.delay, Event::Interview),
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

    /// Warns the contacts of somebody who enters a code and agrees, as late as that takes; the last day on which a phone is warned.
    pub(crate) fn publish_later(&mut self, who: u32) -> u16 {
        let delay = self.measures.warning_delay;
        if delay == 0 && !self.measures.infectious_days.only {
            self.warn_if_published(who);
        } else if delay == 0 {
            // A phone warns whoever lives with the case, too, whom officers have asked to stay at home.
            self.publish(who);
        } else {
            self.calendar.add(self.today + delay, Event::Publication, who);
        }
        self.today + delay + self.time_of_rings() + u16::from(delay > 0)
    }

    fn time_of_rings(&self) -> u16 {
        self.delay_of_ring() * self.measures.depth.saturating_sub(1)
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
        let report = self.reported(who);
        self.measures.infectious_days.published(report, self.onset_known_on(report, who))
    }

    /// The days that officers ask a case about.
    fn asked_days(&self, who: u32) -> RangeInclusive<u16> {
        let measures = self.measures;
        if !measures.infectious_days.only {
            return 0..=u16::MAX;
        }
        let sample = self.reported(who).saturating_sub(measures.test_result);
        measures.infectious_days.around(self.onset_known_on(self.today, who).unwrap_or(sample))
    }

    /// The day of the result, or of the symptoms as long as there is none.
    fn reported(&self, who: u32) -> u16 {
        self.indices.get(&who).map_or(self.today, |index| index.case.unwrap_or(index.day))
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
            self.warn(contact.other, Claim::on(index, day), level);
        }
        for (other, day) in self.others_near(from, &days, measures.false_warnings, |_, _| true) {
            if self.people.app.has(other) {
                self.warn(other, Claim::on(index, day), level);
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
            self.warn(other, Claim::on(who, day), 1);
        }
    }

    /// An interview with a case, while capacity lasts.
    pub(crate) fn interview(&mut self, who: u32) {
        let manual = self.measures.manual;
        let left_to_it =
            manual.without_app && self.people.app.has(who) && self.today >= self.measures.app_from;
        if self.capacity.0 == 0 || left_to_it || !self.indices.contains_key(&who) {
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
            self.warn(contact.other, Claim::on(who, day), 1);
        }
    }

    /// Contacts of `who` on those of `days` that are looked back, newest first, of those that `kept` keeps.
    pub(crate) fn recent_contacts(
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

    /// A warning reaches `who`, for the first time in this tracing or again.
    fn warn(&mut self, who: u32, claim: Claim, level: u16) {
        if self.people.away(who) || self.people.case.has(who) {
            return;
        }
        let measures = self.measures;
        let positive = self.indices[&claim.index].case.is_some();
        if self.traced(who) {
            // In the product a phone warns once; but whoever turns out to be nearer to the case now has contacts to warn.
            if measures.infectious_days.only && !self.rings.contains_key(&who) {
                return;
            }
        } else {
            self.count.warned += 1;
            self.count.warned_infected += u32::from(self.people[who].infection != NONE);
            let (asked, reason) = match positive {
                true => (measures.when_warned, Reason::Warned),
                false => (measures.when_warned_of_symptoms, Reason::WarnedOfSymptoms),
            };
            let stays = self.complies(who, asked.compliance);
            let end = if stays { claim.day + self.kept(who, reason, claim.index) } else { 0 };
            let household = match positive {
                true => measures.household_of_warned,
                false => measures.household_of_warned_of_symptoms,
            };
            if self.quarantine(who, end, Some(claim)) && household {
                self.quarantine_household(who, end, claim);
            }
        }
        let tested = if positive { measures.test_when_warned } else { measures.test_when_warned_of_symptoms };
        if self.complies(who, tested) {
            self.order_test_after(who, claim.day);
        }
        self.warn_further(who, claim, level);
    }

    /// Orders a test, not before it can find what was caught on `day`.
    fn order_test_after(&mut self, who: u32, day: u16) {
        let first = day + self.parameters.disease.test_from;
        self.order_test(who, first.max(self.today + self.measures.test_order));
    }

    /// Orders a test for somebody who is at home on account of a case and not warned of it afresh.
    fn test_in_isolation(&mut self, who: u32, day: u16) {
        let measures = self.measures;
        if measures.test_when_warned > 0.0 && self.complies(who, measures.test_in_isolation) {
            self.order_test_after(who, day);
        }
    }

    /// Those warned of symptoms learn that it was a case: they now keep the longer quarantine, take the tests and stay at home with
    /// the household that they would have if warned of a case. Where a confirmation is published, phones tell of it later: at once
    /// only the household knows.
    fn tell_symptoms_were_it(&mut self, index: u32) {
        let measures = self.measures;
        let claimed = self.indices[&index].claimed.clone();
        let home = self.town.household(index);
        // Newest first, as OpenABM-Covid19 has them.
        for Claimed { who, era, claim: Claim { day, .. } } in claimed.into_iter().rev() {
            let told = !measures.infectious_days.only || home.contains(&who);
            let reach = !self.people.away(who) && !self.people.case.has(who) && !self.traced(who);
            if !told || !reach || self.people[who].era != era {
                continue;
            }
            if self.complies(who, measures.when_warned.compliance) {
                let end = day + self.kept(who, Reason::Warned, index);
                self.quarantine(who, end, None);
            }
            if self.people.quarantined(who) {
                self.test_in_isolation(who, day);
                let household = measures.household_of_warned && !measures.household_of_warned_of_symptoms;
                if household && !home.contains(&who) {
                    let end = self.people[who].quarantine_end;
                    self.quarantine_household(who, end, Claim::on(index, 0));
                }
            }
            self.people[who].traced = self.tracing;
        }
    }

    /// Has those who live with `who` stay at home on account of an index case; of a case, some of them are tested.
    pub(crate) fn quarantine_household(&mut self, who: u32, end: u16, claim: Claim) {
        let claim = Claim { through: who, ..claim };
        let positive = self.indices.get(&claim.index).is_some_and(|index| index.case.is_some());
        for member in self.town.household(who).filter(|&member| member != who) {
            if !self.people.case.has(member) && self.quarantine(member, end, Some(claim)) && positive {
                self.test_in_isolation(member, claim.day);
            }
        }
        if who != claim.index {
            self.through.entry(who).or_default().push(claim.index);
        }
    }

    /// Begins a tracing: everybody is reached once in it, the index case not at all.
    pub(crate) fn begin_tracing(&mut self, index: u32) {
        self.tracing += 1;
        self.people[index].traced = self.tracing;
        self.rings.clear();
    }

    pub(crate) fn traced(&self, who: u32) -> bool {
        self.people[who].traced == self.tracing
    }
}
