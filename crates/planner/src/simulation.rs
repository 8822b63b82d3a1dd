//! One run: the days, and what is counted.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::calendar::{Calendar, Event};
use crate::claims::Index;
use crate::contacts::{DayKeys, Setting};
use crate::course::Course;
use crate::measures::Keeping;
use crate::parameters::{Measures, Parameters};
use crate::random::{Philox, Stream, below};
use crate::rings::Published;
use crate::state::{IMMUNE, People};
use crate::town::Town;
use crate::zones::Closing;

/// A run under way.
#[derive(Clone, Debug)]
pub struct Simulation<'a> {
    pub(crate) parameters: &'a Parameters,
    /// What is done today.
    pub(crate) measures: &'a Measures,
    pub(crate) town: &'a Town,
    pub(crate) philox: Philox,
    pub(crate) course: Course,
    pub(crate) keeping: Keeping,
    pub(crate) people: People,
    pub(crate) calendar: Calendar,
    /// Everybody infected so far, in the order of infection.
    pub(crate) infections: Vec<Infection>,
    /// Places in `infections` of those who still infect others.
    pub(crate) infectious: Vec<u32>,
    /// Index cases whose contacts may be in quarantine for them.
    pub(crate) indices: HashMap<u32, Index>,
    /// On whose account the household of somebody warned is at home with them.
    pub(crate) through: HashMap<u32, Vec<u32>>,
    /// In this tracing, how near to the case those were whose own contacts were warned.
    pub(crate) rings: HashMap<u32, u16>,
    /// Claims for exposures of the last days, by day, person and index case: a test whose result is still to come may be too early for
    /// them.
    pub(crate) recent: BTreeSet<(u16, u32, u32)>,
    /// Contacts who published, by the day on which theirs are warned.
    pub(crate) published: BTreeMap<u16, Vec<Published>>,
    /// Number of the last tracing.
    pub(crate) tracing: u32,
    /// Which zones are closed.
    pub(crate) closing: Closing,
    /// Manual tracing's capacity left today: interviews, contacts told.
    pub(crate) capacity: (u32, u32),
    /// Keys of today and the days before, newest last.
    pub(crate) keys: Vec<DayKeys>,
    pub(crate) today: u16,
    pub(crate) count: Day,
    days: Vec<Day>,
    threads: usize,
}

/// An infection: who, when, by whom, where.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Infection {
    /// The infected.
    pub who: u32,
    /// Who infected them; themselves if infected at the start.
    pub by: u32,
    /// Day of infection.
    pub day: u16,
    /// Day of symptoms; `u16::MAX` without.
    pub symptoms: u16,
    /// Last day on which they infect others; `u16::MAX` until known.
    pub until: u16,
    /// Where; at the start: at random.
    pub setting: Setting,
    /// How infectious they are, relative to the average severe case.
    pub strength: f32,
}

/// One day. Flows are of the day, the others as of its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// New infections.
    pub infections: u32,
    /// Newly found cases.
    pub cases: u32,
    /// Deaths.
    pub deaths: u32,
    /// Tests taken.
    pub tests: u32,
    /// Warnings that reached somebody for the first time in a tracing.
    pub warned: u32,
    /// Of them, to people who are or were infected.
    pub warned_infected: u32,
    /// People whose quarantine began.
    pub isolated: u32,
    /// Of them, people who are or were infected.
    pub isolated_infected: u32,
    /// People in quarantine.
    pub quarantined: u32,
    /// Of them, people who are or were infected.
    pub quarantined_infected: u32,
    /// People in hospital.
    pub hospital: u32,
    /// People who live in a closed zone.
    pub closed: u32,
}

/// What a run leaves.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Days 1, 2, ….
    pub days: Vec<Day>,
    /// Every infection, those of the start first.
    pub infections: Vec<Infection>,
    /// People who could still infect others on the day after the last.
    pub infectious: u32,
    /// People who could still be infected after it.
    pub susceptible: u32,
    /// People.
    pub population: u32,
    /// Bytes that town and state held at the end.
    pub bytes: usize,
}

impl Infection {
    /// Whether they can infect others on `day`, where that takes at most `longest` days from their own infection.
    pub(crate) fn infects_on(&self, day: u16, longest: usize) -> bool {
        self.until >= day && usize::from(day - self.day) <= longest
    }
}

impl<'a> Simulation<'a> {
    /// A town on the day of seeding.
    #[must_use]
    pub fn new(parameters: &'a Parameters, town: &'a Town) -> Self {
        let philox = Philox::new(parameters.seed);
        let mut simulation = Self {
            people: People::new(parameters, town, &philox),
            course: Course::new(&parameters.disease),
            keeping: Keeping::new(parameters.measures_on(0)),
            measures: parameters.measures_on(0),
            closing: Closing::default(),
            calendar: Calendar::new(parameters.days),
            infections: Vec::new(),
            infectious: Vec::new(),
            indices: HashMap::new(),
            through: HashMap::new(),
            rings: HashMap::new(),
            recent: BTreeSet::new(),
            published: BTreeMap::new(),
            tracing: 0,
            capacity: (0, 0),
            keys: Vec::new(),
            today: 0,
            count: Day::default(),
            days: Vec::new(),
            threads: 1,
            parameters,
            town,
            philox,
        };
        simulation.seed();
        simulation
    }

    /// Uses up to `threads` threads within the run; the result is the same.
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads: threads.max(1), ..self }
    }

    /// Runs to the last day.
    #[must_use]
    pub fn run(mut self) -> Run {
        for day in 1..=self.parameters.days {
            self.step(day);
        }
        let bytes = self.town.bytes()
            + self.people.bytes()
            + self.calendar.bytes()
            + self.infections.capacity() * size_of::<Infection>()
            + self.infectious.capacity() * 4;
        let (next, longest) = (self.parameters.days + 1, self.course.infectious.len());
        let places = self.infectious.iter();
        let infectious = places.filter(|&&place| self.infections[place as usize].infects_on(next, longest));
        Run {
            infectious: infectious.count() as u32,
            susceptible: self.people.resistance.iter().filter(|&&left| left != IMMUNE).count() as u32,
            days: self.days,
            infections: self.infections,
            population: self.town.population(),
            bytes,
        }
    }

    fn seed(&mut self) {
        let n = self.town.population();
        let wanted = self.parameters.infected_at_start.min(n) as usize;
        // Where nearly everybody is immune there may not be so many to infect.
        for k in 0..n.saturating_mul(64) {
            if self.infections.len() >= wanted {
                break;
            }
            let who = below(self.philox.more(Stream::Seeding, 0, 0, k)[0], n);
            if self.people.resistance[who as usize] != IMMUNE {
                self.infect(who, who, Setting::Random);
            }
        }
        self.count = Day::default();
    }

    /// The order of a day is OpenABM's: contacts and transmission as of the morning, then the course of the disease,
    /// then background symptoms, tests, tracing, and last the ends of quarantines.
    pub(crate) fn step(&mut self, day: u16) {
        self.today = day;
        self.follow_phase();
        self.forget_claims();
        let closed = self.close_zones();
        self.keys.push(DayKeys::new(&self.philox, self.town, day, self.measures, closed));
        self.people.mornings.record(day, &self.people.absent);
        self.capacity =
            (self.capacity(self.measures.manual.interviews), self.capacity(self.measures.manual.told));
        self.transmit(self.threads);
        self.each(Event::Symptoms, Self::begin_symptoms);
        self.each(Event::Hospital, Self::enter_hospital);
        self.each(Event::Critical, Self::become_critical);
        self.each(Event::Recovering, Self::return_to_ward);
        self.each(Event::Recovered, Self::recover);
        self.each(Event::Death, Self::die);
        self.background();
        // A test of today may have its result today, and that result its publication and interview.
        self.each(Event::TestTaken, Self::take_test);
        self.each(Event::TestResult, Self::receive_result);
        self.each(Event::Publication, Self::publish);
        self.publish_contacts();
        self.each(Event::Interview, Self::interview);
        self.each(Event::VenueWarning, Self::warn_by_place);
        self.each(Event::QuarantineEnd, Self::end_of_quarantine);
        self.each(Event::IndexEnd, Self::end_of_index);
        self.days.push(self.count);
        self.count = Day {
            quarantined: self.count.quarantined,
            quarantined_infected: self.count.quarantined_infected,
            hospital: self.count.hospital,
            closed: self.count.closed,
            ..Day::default()
        };
    }

    /// Takes up the measures of a phase that begins today.
    fn follow_phase(&mut self) {
        let measures = self.parameters.measures_on(self.today);
        if !std::ptr::eq(measures, self.measures) {
            self.measures = measures;
            self.keeping = Keeping::new(measures);
            self.people.install(measures, self.town, &self.philox);
        }
    }

    /// What so many a day for 100,000 people make today. What is left of a whole one is there on a later day: among few agents
    /// there may be less than one a day.
    fn capacity(&self, rate: f64) -> u32 {
        let until =
            |day: u16| (rate * f64::from(self.town.population()) / 100_000.0 * f64::from(day)).floor();
        (until(self.today) - until(self.today - 1)) as u32
    }

    fn each(&mut self, event: Event, handle: impl Fn(&mut Self, u32)) {
        while let Some(who) = self.calendar.next(self.today, event) {
            handle(self, who);
        }
    }

    fn background(&mut self) {
        let n = self.town.population();
        let picks = (f64::from(n) * self.parameters.disease.background_symptoms).round() as u32;
        for k in 0..picks {
            let word = self.philox.words(Stream::Background, k / 4, self.today)[k as usize % 4];
            let who = below(word, n);
            if !self.people.away(who) {
                self.respond_to_symptoms(who);
            }
        }
    }
}

impl Run {
    /// Share of the population that was infected.
    #[must_use]
    pub fn attack(&self) -> f64 {
        self.infections.len() as f64 / f64::from(self.population.max(1))
    }

    /// Infections up to and including `day`.
    #[must_use]
    pub fn cumulative(&self, day: u16) -> u32 {
        self.infections.partition_point(|infection| infection.day <= day) as u32
    }

    /// The day with most new infections and their number.
    #[must_use]
    pub fn peak(&self) -> (u16, u32) {
        let mut best = (0, 0);
        for (day, count) in (1..).zip(&self.days) {
            if count.infections > best.1 {
                best = (day, count.infections);
            }
        }
        best
    }

    /// Sum of a count over all days.
    #[must_use]
    pub fn total(&self, count: impl Fn(&Day) -> u32) -> u64 {
        self.days.iter().map(|day| u64::from(count(day))).sum()
    }
}
