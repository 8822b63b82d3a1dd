//! From a contact to theirs: the second ring.

use std::ops::RangeInclusive;

use crate::claims::{Claim, Index};
use crate::random::Stream;
use crate::simulation::Simulation;

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
    /// Has the contacts of a contact warned, unless that was done when they were as near to the case.
    pub(crate) fn warn_further(&mut self, who: u32, claim: Claim, level: u16) {
        if self.measures.depth > 1 {
            let nearest = self.rings.entry(who).or_insert(u16::MAX);
            if level < *nearest {
                *nearest = level;
                if level < self.measures.depth {
                    self.warn_next_ring(who, claim, level);
                }
            }
        }
    }

    /// Has the contacts of a contact warned. In OpenABM-Covid19 at once, of all days that are looked back. In the product the contact gets
    /// a code too, may say yes to publishing, and that takes as long as a case's.
    fn warn_next_ring(&mut self, who: u32, claim: Claim, level: u16) {
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
                self.rings.insert(contact, 0);
            }
            self.warn_contacts(claim.index, who, days, level + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::parameters::Parameters;
    use crate::town::Town;

    /// Everybody within so many contacts of the case is warned, whoever of them was reached first and by how long a way.
    #[test]
    fn as_many_rings_are_warned_as_there_are_to_be() {
        for depth in 1..=3 {
            let mut parameters = Parameters { population: 20_000, ..Parameters::default() };
            let measures = &mut parameters.measures;
            (measures.adoption, measures.detection, measures.look_back, measures.depth) =
                (1.0, 1.0, 1, depth);
            let town = Town::build(&parameters);
            let mut simulation = Simulation::new(&parameters, &town);
            (1..=3).for_each(|day| simulation.step(day));
            let index = 7;
            let (mut near, mut last) = (HashSet::from([index]), HashSet::from([index]));
            for _ in 0..depth {
                let met = |&who: &u32| simulation.recent_contacts(who, &(0..=u16::MAX), |_, _| true);
                let met: HashSet<u32> = last.iter().flat_map(met).map(|(contact, _)| contact.other).collect();
                last = met.difference(&near).copied().collect();
                near.extend(&last);
            }
            near.remove(&index);
            simulation.open_index(index).case = Some(3);
            simulation.begin_tracing(index);
            simulation.warn_contacts(index, index, 0..=u16::MAX, 1);
            let warned: HashSet<u32> =
                (0..20_000).filter(|&who| who != index && simulation.traced(who)).collect();
            assert!(warned == near && near.len() > 4, "{depth}: {} for {}", warned.len(), near.len());
        }
    }
}
