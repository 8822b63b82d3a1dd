//! Zones that close when they have many cases: neighbouring households, as a commune's are.

use std::collections::VecDeque;

use crate::presence::Bits;
use crate::random::threshold;
use crate::simulation::Simulation;

/// Days of which the cases count.
const WINDOW: u16 = 7;

/// The zones closed on a day.
#[derive(Clone, Debug)]
pub struct Closed {
    people: u32,
    zones: Bits,
    /// Threshold of contacts that take place in spite of it.
    pub left: u64,
}

impl Closed {
    /// Whether `who` lives in one.
    pub fn has(&self, who: u32) -> bool {
        self.zones.has(who / self.people)
    }
}

/// What is known of the zones.
#[derive(Clone, Debug, Default)]
pub struct Closing {
    /// Recent cases, oldest first.
    cases: VecDeque<(u16, u32)>,
    /// Last day on which a zone is closed, by zone.
    until: Vec<u16>,
}

impl Simulation<'_> {
    pub(crate) fn note_case_in_zone(&mut self, who: u32) {
        if let Some(zone) = who.checked_div(self.measures.zones.people) {
            self.closing.cases.push_back((self.today, zone));
        }
    }

    /// In the morning: which zones are closed, by the cases of the days before.
    pub(crate) fn close_zones(&mut self) -> Option<Closed> {
        let (rule, today, n) = (self.measures.zones, self.today, self.town.population());
        self.count.closed = 0;
        if rule.people == 0 {
            self.closing.cases.clear();
            return None;
        }
        let Closing { cases, until } = &mut self.closing;
        until.resize(n.div_ceil(rule.people) as usize, 0);
        while cases.front().is_some_and(|&(day, _)| day + WINDOW < today) {
            cases.pop_front();
        }
        let mut count = vec![0u32; until.len()];
        cases.iter().for_each(|&(_, zone)| count[zone as usize] += 1);
        let mut zones = Bits::new(until.len() as u32);
        for (zone, (until, count)) in (0..).zip(until.iter_mut().zip(count)) {
            let people = rule.people.min(n - zone * rule.people);
            if f64::from(count) >= rule.cases * f64::from(people) / 1000.0 && count > 0 {
                *until = today + rule.days;
            }
            if *until >= today && *until > 0 {
                zones.set(zone, true);
                self.count.closed += people;
            }
        }
        Some(Closed { people: rule.people, zones, left: threshold(rule.contacts_left) })
            .filter(|_| self.count.closed > 0)
    }
}
