//! What people and the health authority do: quarantine and tests.

use crate::calendar::Event;
use crate::claims::Claim;
use crate::distribution::Days;
use crate::parameters::{Measures, Quarantine};
use crate::random::Stream;
use crate::simulation::Simulation;
use crate::state::{NONE, Test};

/// How long quarantines are kept, as tables.
#[derive(Clone, Debug)]
pub struct Keeping {
    on_symptoms: Days,
    on_positive: Days,
    when_warned: Days,
    when_warned_of_symptoms: Days,
}

/// Why somebody is asked to stay at home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    Symptoms,
    Positive,
    Warned,
    WarnedOfSymptoms,
}

impl Keeping {
    /// Tabulates the quarantines.
    pub fn new(measures: &Measures) -> Self {
        let table = |quarantine: Quarantine| Days::geometric(quarantine.dropout, quarantine.days);
        Self {
            on_symptoms: table(measures.on_symptoms),
            on_positive: table(measures.on_positive),
            when_warned: table(measures.when_warned),
            when_warned_of_symptoms: table(measures.when_warned_of_symptoms),
        }
    }
}

impl Simulation<'_> {
    /// Symptoms, of this disease or another: stay at home, take a test.
    pub(crate) fn respond_to_symptoms(&mut self, who: u32) {
        if self.indices.contains_key(&who) {
            return;
        }
        let measures = self.measures;
        if self.people.quarantined(who) || self.complies(who, measures.on_symptoms.compliance) {
            self.open_index(who);
            self.begin_tracing(who);
            let end = self.today + self.kept(who, Reason::Symptoms, who);
            self.quarantine(who, end, None);
            if measures.household_of_symptoms {
                self.quarantine_household(who, end, Claim::on(who, self.today));
            }
            let mut until = self.today + measures.when_warned_of_symptoms.days;
            if measures.warn_on_symptoms {
                until = until.max(self.publish_later(who));
            }
            self.close_index_on(who, until);
        }
        if self.complies(who, measures.test_on_symptoms) {
            self.order_test(who, self.today + measures.test_order);
        }
        if self.philox.uniform(Stream::Declaration, who, 0) < measures.declare {
            self.order_test(who, self.today + measures.declare_delay);
        }
    }

    /// A hospital tests at once. In OpenABM-Covid19 it does not wait for the result to call it a case; the product warns of
    /// confirmed cases alone.
    pub(crate) fn respond_to_hospital(&mut self, who: u32) {
        if self.people[who].test == Test::No && !self.people.case.has(who) {
            self.order_test(who, self.today);
            if !self.measures.infectious_days.only {
                self.respond_to_case(who);
            }
        }
    }

    pub(crate) fn order_test(&mut self, who: u32, day: u16) {
        if self.people[who].test == Test::No && !self.people.case.has(who) {
            self.people[who].test = Test::Ordered;
            self.calendar.add(day, Event::TestTaken, who);
        }
    }

    pub(crate) fn take_test(&mut self, who: u32) {
        let (measures, disease, today) = (self.measures, &self.parameters.disease, self.today);
        let place = self.people[who].infection;
        let found = place != NONE && {
            let infection = &self.infections[place as usize];
            let since = today - infection.day;
            let symptomatic = infection.symptoms <= today && today - infection.symptoms <= disease.test_until;
            (symptomatic || since >= disease.test_from) && since < disease.test_until
        };
        let chance = if found { measures.test_sensitivity } else { 1.0 - measures.test_specificity };
        let positive = self.philox.uniform(Stream::Test, who, today) < chance;
        self.people[who].test = Test::Taken { on: today, positive };
        self.count.tests += 1;
        self.calendar.add(today + measures.test_result, Event::TestResult, who);
    }

    pub(crate) fn receive_result(&mut self, who: u32) {
        let Test::Taken { on, positive } = self.people[who].test else { return };
        if positive {
            if !self.people.case.has(who) {
                self.count.cases += 1;
                self.people.case.set(who, true);
                self.note_case_in_zone(who);
            }
            // Who is in hospital has been responded to on entering it, unless only results count.
            let only_results = self.measures.infectious_days.only;
            if !self.people.away(who) || (only_results && !self.dead(who)) {
                self.respond_to_case(who);
            }
        } else if self.measures.negative_counts {
            self.drop_claims_on(who, on);
            self.end_index(who);
            if self.measures.release_on_negative && self.people[who].claims == 0 {
                self.release(who);
            }
        }
        self.people[who].test = Test::No;
    }

    fn dead(&self, who: u32) -> bool {
        let infection = self.infections.get(self.people[who].infection as usize);
        self.people.away(who) && infection.is_some_and(|infection| infection.until <= self.today)
    }

    /// Sends `who` into quarantine until `end` or leaves them there for longer; whether they go. With a claim, once a
    /// tracing.
    pub(crate) fn quarantine(&mut self, who: u32, end: u16, claim: Option<Claim>) -> bool {
        if self.people.away(who) {
            return false;
        }
        if let Some(claim) = claim
            && !self.lay_claim(who, claim)
        {
            return false;
        }
        if end <= self.today {
            return false;
        }
        let until = self.people[who].quarantine_end;
        if until == 0 {
            self.people.absent.outside.set(who, true);
            self.count.quarantined += 1;
            self.count.isolated += 1;
            if self.people[who].infection != NONE {
                self.count.quarantined_infected += 1;
                self.count.isolated_infected += 1;
            }
        }
        if end >= until {
            self.people[who].quarantine_end = end;
            self.calendar.add(end, Event::QuarantineEnd, who);
        }
        true
    }

    pub(crate) fn end_of_quarantine(&mut self, who: u32) {
        if self.people[who].quarantine_end == self.today {
            self.release(who);
        }
    }

    /// Ends a quarantine, if there is one.
    pub(crate) fn release(&mut self, who: u32) {
        if self.people.quarantined(who) {
            self.people[who].quarantine_end = 0;
            self.people.absent.outside.set(who, self.people.away(who));
            self.count.quarantined -= 1;
            self.count.quarantined_infected -= u32::from(self.people[who].infection != NONE);
        }
    }

    /// Whether somebody is among the `share` that complies.
    pub(crate) fn complies(&self, who: u32, share: f64) -> bool {
        self.philox.uniform(Stream::Compliance, who, 0) < share
    }

    /// How many days somebody keeps a quarantine asked for because of `index`.
    pub(crate) fn kept(&self, who: u32, reason: Reason, index: u32) -> u16 {
        let words = self.philox.more(Stream::Quarantine, who, self.today, index);
        match reason {
            Reason::Symptoms => self.keeping.on_symptoms.draw(words[0]),
            Reason::Positive => self.keeping.on_positive.draw(words[1]),
            Reason::Warned => self.keeping.when_warned.draw(words[2]),
            Reason::WarnedOfSymptoms => self.keeping.when_warned_of_symptoms.draw(words[3]),
        }
    }
}
