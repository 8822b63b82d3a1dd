//! On whose account somebody is in quarantine, and when that ends.

use std::collections::BTreeSet;

use crate::calendar::Event;
use crate::simulation::Simulation;

/// Somebody on whose account others are in quarantine.
#[derive(Clone, Debug)]
pub struct Index {
    /// Day on which they became an index case.
    pub day: u16,
    /// Day on which all claims end.
    until: u16,
    /// Day on which they turned out to be a case; none as long as there are only symptoms.
    pub case: Option<u16>,
    /// Who is claimed.
    pub claimed: Vec<Claimed>,
}

/// Somebody claimed by an index case.
#[derive(Clone, Copy, Debug)]
pub struct Claimed {
    /// Who.
    pub who: u32,
    /// The era of theirs in which it counts.
    pub era: u8,
    /// By whom and since when.
    pub claim: Claim,
}

/// An index case's claim on the quarantine of a contact.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// The index case.
    pub index: u32,
    /// Day of the contact.
    pub day: u16,
    /// Whose household it is laid on; the index case itself where it is no household's.
    pub through: u32,
}

impl Claim {
    /// A claim of an index case for a contact on `day`.
    pub fn on(index: u32, day: u16) -> Self {
        Self { index, day, through: index }
    }
}

impl Index {
    /// Who was reached on its account.
    pub fn reached(&self) -> Vec<u32> {
        self.claimed.iter().map(|claimed| claimed.who).collect()
    }
}

impl Simulation<'_> {
    pub(crate) fn open_index(&mut self, who: u32) -> &mut Index {
        let day = self.today;
        let index = Index { day, until: 0, case: None, claimed: Vec::new() };
        self.indices.entry(who).or_insert(index)
    }

    pub(crate) fn close_index_on(&mut self, who: u32, day: u16) {
        let lasting = self.measures.infectious_days.only;
        if let Some(index) = self.indices.get_mut(&who) {
            index.until = if lasting { index.until.max(day) } else { day };
            self.calendar.add(index.until, Event::IndexEnd, who);
        }
    }

    /// In the product a quarantine lasts as long as the contact of a late day is asked for, not only as long as the index case's.
    fn last_until(&mut self, claim: Claim) {
        let measures = self.measures;
        let index = self.indices.get_mut(&claim.index).filter(|_| measures.infectious_days.only);
        let Some(index) = index else { return };
        let asked =
            if index.case.is_some() { measures.when_warned } else { measures.when_warned_of_symptoms };
        let until = claim.day + asked.days;
        if until > index.until {
            index.until = until;
            self.calendar.add(until, Event::IndexEnd, claim.index);
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
            index.claimed.push(Claimed { who, era, claim });
            let claims = &mut self.people[who].claims;
            *claims = claims.saturating_add(1);
            if self.measures.infectious_days.only && claim.day >= self.first_recent() {
                self.recent.insert((claim.day, who, claim.index));
            }
            self.last_until(claim);
        }
        true
    }

    /// The first day of exposures that a test whose result comes today or later may have been too early for.
    fn first_recent(&self) -> u16 {
        let result = self.parameters.all_measures().map(|measures| measures.test_result).max().unwrap_or(0);
        let oldest = self.parameters.disease.test_from.saturating_add(result);
        (self.today + 1).saturating_sub(oldest)
    }

    /// Forgets claims for exposures that every test to come has seen.
    pub(crate) fn forget_claims(&mut self) {
        if !self.recent.is_empty() {
            self.recent = self.recent.split_off(&(self.first_recent(), 0, 0));
        }
    }

    pub(crate) fn end_of_index(&mut self, who: u32) {
        if self.indices.get(&who).is_some_and(|index| index.until == self.today) {
            self.end_index(who);
        }
    }

    /// Ends all claims of an index case; who is under no other claim and no index case is free, the index case too.
    pub(crate) fn end_index(&mut self, who: u32) {
        let Some(index) = self.indices.remove(&who) else { return };
        for claimed in index.claimed {
            self.end_claim(claimed);
            let through = claimed.claim.through;
            if let Some(indices) = self.through.get_mut(&through) {
                indices.retain(|&index| index != who);
                if indices.is_empty() {
                    self.through.remove(&through);
                }
            }
        }
        if self.people[who].claims == 0 {
            self.release(who);
        }
    }

    fn end_claim(&mut self, Claimed { who, era, .. }: Claimed) {
        if self.people[who].era == era {
            let claims = &mut self.people[who].claims;
            *claims = claims.saturating_sub(1);
            if *claims == 0 && !self.indices.contains_key(&who) {
                self.release(who);
            }
        }
    }

    /// A negative test of a sample taken on `sampled` voids the claims on somebody, except those of index cases in their own household,
    /// and in the product those for exposures that the sample was too early to show; and those on their household that came through
    /// them.
    pub(crate) fn drop_claims_on(&mut self, who: u32, sampled: u16) {
        let home = self.town.household(who);
        let unseen = (sampled + 1).saturating_sub(self.parameters.disease.test_from);
        let too_early = self.recent_claims_on(who, unseen);
        for index in self.through.remove(&who).unwrap_or_default() {
            if too_early.contains(&index) {
                self.through.entry(who).or_default().push(index);
                continue;
            }
            let other = self.indices.get_mut(&index).filter(|_| !home.contains(&index));
            let Some(Index { claimed, .. }) = other else { continue };
            let mine = |claimed: &Claimed| claimed.claim.through == who;
            let ended: Vec<Claimed> = claimed.iter().copied().filter(mine).collect();
            claimed.retain(|claimed| !mine(claimed));
            ended.into_iter().for_each(|claimed| self.end_claim(claimed));
        }
        let era = &mut self.people[who].era;
        let (old, new) = (*era, era.wrapping_add(1));
        *era = new;
        let mut kept = 0u8;
        let at_home = home.clone().filter(|&member| member != who);
        for index in at_home.chain(too_early.into_iter().filter(|index| !home.contains(index))) {
            let Some(Index { claimed, .. }) = self.indices.get_mut(&index) else { continue };
            let mine = |claimed: &&mut Claimed| claimed.who == who && claimed.era == old;
            for claimed in claimed.iter_mut().filter(mine) {
                if home.contains(&index) || claimed.claim.day >= unseen {
                    claimed.era = new;
                    kept = kept.saturating_add(1);
                }
            }
        }
        self.people[who].claims = kept;
    }

    /// Index cases that claim somebody for exposures from `first` on, as far as claims are remembered; each once.
    fn recent_claims_on(&self, who: u32, first: u16) -> BTreeSet<u32> {
        let on = |day: u16| self.recent.range((day, who, 0)..=(day, who, u32::MAX));
        (first..=self.today).flat_map(on).map(|&(_, _, index)| index).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::{Parameters, Quarantine};
    use crate::state::Test;
    use crate::town::Town;

    /// A town without an outbreak in which everybody keeps every quarantine to its end.
    fn quiet(change: impl Fn(&mut Parameters)) -> Parameters {
        let mut parameters =
            Parameters { population: 2_000, days: 60, infected_at_start: 0, ..Parameters::default() };
        let all = |days| Quarantine { days, dropout: 0.0, compliance: 1.0 };
        let measures = &mut parameters.measures;
        (measures.on_symptoms, measures.on_positive, measures.when_warned) = (all(7), all(14), all(14));
        parameters.disease.background_symptoms = 0.0;
        change(&mut parameters);
        parameters
    }

    /// Somebody with symptoms turns out to be a case five days later, and met somebody on that day.
    #[test]
    fn in_the_product_a_late_contact_stays_at_home_as_long_as_they_were_asked_to() {
        for (only, last) in [(true, 29), (false, 24)] {
            let parameters = quiet(|parameters| parameters.measures.infectious_days.only = only);
            let town = Town::build(&parameters);
            let mut simulation = Simulation::new(&parameters, &town);
            (1..=10).for_each(|day| simulation.step(day));
            simulation.respond_to_symptoms(5);
            (11..=15).for_each(|day| simulation.step(day));
            simulation.respond_to_case(5);
            simulation.begin_tracing(5);
            assert!(simulation.quarantine(900, 29, Some(Claim::on(5, 15))));
            let days = (16..=60).find(|&day| {
                simulation.step(day);
                !simulation.people.quarantined(900)
            });
            assert_eq!(days, Some(last), "{only}");
        }
    }

    /// What a negative result does to somebody who is warned, to their household that is at home for it, and to somebody who lives with
    /// the case.
    #[test]
    fn a_negative_result_releases_whom_the_measures_say() {
        let stays = |negative_counts: bool, release_on_negative: bool| {
            let parameters = quiet(|parameters| {
                let measures = &mut parameters.measures;
                (measures.negative_counts, measures.release_on_negative) =
                    (negative_counts, release_on_negative);
            });
            let town = Town::build(&parameters);
            let other = |who: u32| town.household(who).find(|&member| member != who);
            let index = (0..1_000).find(|&who| other(who).is_some()).expect("somebody does not live alone");
            let contact = (1_000..2_000).find(|&who| other(who).is_some()).expect("nor does somebody else");
            let (home, beside) = (other(index).expect("one"), other(contact).expect("one"));
            let mut simulation = Simulation::new(&parameters, &town);
            (1..=10).for_each(|day| simulation.step(day));
            simulation.respond_to_case(index);
            simulation.begin_tracing(index);
            simulation.quarantine(contact, 20, Some(Claim::on(index, 9)));
            simulation.quarantine_household(contact, 20, Claim::on(index, 9));
            simulation.quarantine_household(index, 20, Claim::on(index, 10));
            for who in [contact, home] {
                simulation.people[who].test = Test::Taken { on: 10, positive: false };
                simulation.receive_result(who);
            }
            [contact, beside, home].map(|who| simulation.people.quarantined(who))
        };
        assert_eq!(stays(true, true), [false, false, true], "whoever lives with a case stays");
        assert_eq!(
            stays(true, false),
            [true, false, true],
            "OpenABM-Covid19: the household alone is released"
        );
        assert_eq!(stays(false, true), [true, true, true], "and with test_release_on_negative 0 nobody");
    }

    /// A test finds an infection from the third day after it on. Somebody was warned of a contact on day 9 and of another one on day 11; who
    /// of them and of those at home with them stays after a negative result, and after the end of what the second case asks for.
    #[test]
    fn in_the_product_a_negative_result_says_nothing_of_a_contact_that_it_was_too_early_for() {
        let stays = |only: bool, sampled: u16| {
            let parameters = quiet(|parameters| {
                let measures = &mut parameters.measures;
                (measures.infectious_days.only, measures.test_result) = (only, 2);
                (measures.negative_counts, measures.release_on_negative) = (true, true);
            });
            let town = Town::build(&parameters);
            let other = |who: u32| town.household(who).find(|&member| member != who);
            let contact =
                (1_000..2_000).find(|&who| other(who).is_some()).expect("somebody does not live alone");
            let both = [contact, other(contact).expect("one")];
            let mut simulation = Simulation::new(&parameters, &town);
            (1..=12).for_each(|day| simulation.step(day));
            for (index, day) in [(5, 9), (6, 11)] {
                simulation.respond_to_case(index);
                simulation.begin_tracing(index);
                simulation.quarantine(contact, day + 14, Some(Claim::on(index, day)));
                simulation.quarantine_household(contact, day + 14, Claim::on(index, day));
            }
            let stay = |simulation: &Simulation<'_>| both.map(|who| simulation.people.quarantined(who));
            (13..=sampled + 2).for_each(|day| simulation.step(day));
            simulation.people[contact].test = Test::Taken { on: sampled, positive: false };
            simulation.receive_result(contact);
            let after = stay(&simulation);
            simulation.end_index(6);
            (after, stay(&simulation))
        };
        let (stay, go) = ([true; 2], [false; 2]);
        assert_eq!(stays(true, 11), (stay, stay), "too early for both: the first still asks for it");
        assert_eq!(stays(true, 12), (stay, go), "too early for the second alone");
        assert_eq!(stays(true, 13), (stay, go));
        assert_eq!(stays(true, 14), (go, go), "late enough for both");
        assert_eq!(stays(false, 11), (go, go), "OpenABM-Covid19 releases however early it was");
    }
}
