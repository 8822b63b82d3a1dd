//! From a contact to theirs: the second ring.

use std::ops::RangeInclusive;

use crate::random::Stream;
use crate::simulation::Simulation;
use crate::tracing::{Claim, Index};

/// A contact who was warned, has a code of their own and says yes to publishing.
#[derive(Clone, Debug)]
pub struct Published {
    /// The contact.
    who: u32,
    /// On whose account they were warned.
    claim: Claim,
    /// 1 for a contact of the case.
    level: u16,
    /// The days of which their phone publishes keys.
    days: RangeInclusive<u16>,
}

impl Simulation<'_> {
    /// Has the contacts of a contact warned. In OpenABM-Covid19 at once, of all days that are looked back. In the product the contact gets
    /// a code too, may say yes to publishing, and that takes as long as a case's.
    pub(crate) fn warn_next_ring(&mut self, who: u32, claim: Claim, level: u16) {
        let measures = self.measures;
        let infectious = measures.infectious_days;
        if !infectious.only {
            self.warn_contacts(claim.index, who, 0..=u16::MAX, level + 1);
            return;
        }
        let publishes = self.philox.uniform(Stream::Consent, who, 1) < measures.code * measures.consent;
        if !publishes || !self.people.app.has(who) {
            return;
        }
        // A contact has no onset: they are taken to infect from some days after the exposure on.
        let days = claim.day + infectious.latency..=self.today;
        match self.delay_of_ring() {
            0 => self.warn_contacts(claim.index, who, days, level + 1),
            delay => {
                let published = Published { who, claim, level, days };
                self.published.entry(self.today + delay).or_default().push(published);
            }
        }
    }

    /// Days from the warning of a contact to that of theirs.
    pub(crate) fn delay_of_ring(&self) -> u16 {
        if self.measures.infectious_days.only { self.measures.warning_delay } else { 0 }
    }

    /// Warnings of contacts who published reach the phones.
    pub(crate) fn publish_contacts(&mut self) {
        for Published { who, claim, level, days } in self.published.remove(&self.today).unwrap_or_default() {
            let Some(reached) = self.indices.get(&claim.index).map(Index::reached) else { continue };
            // Whoever was reached before on the same account is not reached again.
            self.begin_tracing(claim.index);
            for contact in reached {
                self.people[contact].traced = self.tracing;
            }
            self.warn_contacts(claim.index, who, days, level + 1);
        }
    }
}
