//! The course of the disease.

use crate::calendar::Event;
use crate::contacts::Setting;
use crate::distribution::{Days, infectious_curve};
use crate::parameters::{Disease, Time};
use crate::random::{Stream, unit};
use crate::simulation::{Infection, Simulation};
use crate::state::IMMUNE;

/// The disease's times as tables.
#[derive(Clone, Debug)]
pub struct Course {
    /// Share of all infectiousness by day since infection, from day 1.
    pub infectious: Vec<f64>,
    to_symptoms: Days,
    to_recovery: Days,
    asymptomatic_to_recovery: Days,
    to_hospital: Days,
    to_critical: Days,
    hospital_to_recovery: Days,
    critical_to_ward: Days,
    critical_to_death: Days,
}

impl Course {
    /// Tabulates a disease.
    pub fn new(disease: &Disease) -> Self {
        let table = |time: Time| Days::gamma(time.mean, time.sd);
        Self {
            infectious: infectious_curve(disease.infectious.mean, disease.infectious.sd),
            to_symptoms: table(disease.to_symptoms),
            to_recovery: table(disease.to_recovery),
            asymptomatic_to_recovery: table(disease.asymptomatic_to_recovery),
            to_hospital: Days::around(disease.to_hospital),
            to_critical: table(disease.to_critical),
            hospital_to_recovery: table(disease.hospital_to_recovery),
            critical_to_ward: table(disease.critical_to_ward),
            critical_to_death: table(disease.critical_to_death),
        }
    }
}

impl Simulation<'_> {
    /// Infects `who` today.
    pub(crate) fn infect(&mut self, who: u32, by: u32, setting: Setting) {
        let (disease, age) = (&self.parameters.disease, self.town.age(who));
        let [fate, when, ..] = self.philox.words(Stream::Course, who, 0);
        let fate = unit(fate);
        let (factor, symptoms) = if fate < disease.asymptomatic[age] {
            self.schedule(self.course.asymptomatic_to_recovery.draw(when), Event::Recovered, who);
            (disease.asymptomatic_factor, u16::MAX)
        } else {
            let days = self.course.to_symptoms.draw(when);
            let mild = fate < disease.asymptomatic[age] + disease.mild[age];
            self.schedule(days, Event::Symptoms, who);
            (if mild { disease.mild_factor } else { 1.0 }, self.today + days)
        };
        let own = self.philox.gamma(Stream::Infectiousness, who, disease.infectiousness_sd);
        let place = self.infections.len() as u32;
        self.people.resistance[who as usize] = IMMUNE;
        self.people[who].infection = place;
        self.infectious.push(place);
        let strength = (own * factor) as f32;
        let day = self.today;
        self.infections.push(Infection { who, by, day, symptoms, until: u16::MAX, setting, strength });
        self.count.infections += 1;
        self.count.quarantined_infected += u32::from(self.people.quarantined(who));
    }

    pub(crate) fn begin_symptoms(&mut self, who: u32) {
        let (disease, age) = (&self.parameters.disease, self.town.age(who));
        let [fate, ..] = self.philox.words(Stream::Course, who, 0);
        let severe = unit(fate) >= disease.asymptomatic[age] + disease.mild[age];
        let [worse, when, ..] = self.philox.more(Stream::Course, who, 0, 1);
        if severe && unit(worse) < disease.hospitalised[age] {
            self.schedule(self.course.to_hospital.draw(when), Event::Hospital, who);
        } else {
            self.schedule(self.course.to_recovery.draw(when), Event::Recovered, who);
        }
        self.respond_to_symptoms(who);
    }

    pub(crate) fn enter_hospital(&mut self, who: u32) {
        let (disease, age) = (&self.parameters.disease, self.town.age(who));
        let [worse, place, when, _] = self.philox.more(Stream::Course, who, 0, 2);
        if unit(worse) >= disease.critical[age] {
            self.schedule(self.course.hospital_to_recovery.draw(when), Event::Recovered, who);
        } else if unit(place) < disease.intensive_care[age] {
            self.schedule(self.course.to_critical.draw(when), Event::Critical, who);
        } else {
            self.schedule(self.course.to_critical.draw(when), Event::Death, who);
        }
        self.release(who);
        self.set_away(who, true);
        self.count.hospital += 1;
        self.respond_to_hospital(who);
    }

    pub(crate) fn become_critical(&mut self, who: u32) {
        let [worse, when, ..] = self.philox.more(Stream::Course, who, 0, 3);
        if unit(worse) < self.parameters.disease.fatality[self.town.age(who)] {
            self.schedule(self.course.critical_to_death.draw(when), Event::Death, who);
        } else {
            self.schedule(self.course.critical_to_ward.draw(when), Event::Recovering, who);
        }
    }

    pub(crate) fn return_to_ward(&mut self, who: u32) {
        let [when, ..] = self.philox.more(Stream::Course, who, 0, 4);
        self.schedule(self.course.hospital_to_recovery.draw(when), Event::Recovered, who);
    }

    pub(crate) fn recover(&mut self, who: u32) {
        self.stop_infecting(who);
        if self.people.away(who) {
            self.count.hospital -= 1;
            self.set_away(who, false);
        }
    }

    pub(crate) fn die(&mut self, who: u32) {
        self.stop_infecting(who);
        self.count.hospital -= 1;
        self.count.deaths += 1;
    }

    fn schedule(&mut self, after: u16, event: Event, who: u32) {
        self.calendar.add(self.today + after, event, who);
    }

    fn stop_infecting(&mut self, who: u32) {
        self.infections[self.people[who].infection as usize].until = self.today;
    }

    fn set_away(&mut self, who: u32, away: bool) {
        self.people.absent.home.set(who, away);
        self.people.absent.outside.set(who, away || self.people.quarantined(who));
    }
}
