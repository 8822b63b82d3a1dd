//! What changes about people during a run.

use std::ops::{Index, IndexMut};

use crate::parameters::{Measures, Parameters};
use crate::presence::{Absent, Bits, Mornings};
use crate::random::{Philox, Stream};
use crate::town::Town;

/// Resistance of somebody who cannot be infected (any more).
pub const IMMUNE: u32 = u32::MAX;

/// Fixed point of resistance and dose: sums of whole numbers do not depend on their order.
pub const SCALE: f64 = (1u64 << 26) as f64;

/// No infection.
pub const NONE: u32 = u32::MAX;

/// A test of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// Not asked for.
    No,
    /// Asked for.
    Ordered,
    /// Taken on a day; what the result will be.
    Taken { on: u16, positive: bool },
}

/// What the course and the measures know about one person, side by side: whoever is asked for one of it is soon asked for
/// the rest.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// Place in the list of infections, or [`NONE`].
    pub infection: u32,
    /// The last tracing that reached them.
    pub traced: u32,
    /// Last day of quarantine, or 0.
    pub quarantine_end: u16,
    /// How many index cases hold a claim on their quarantine …
    pub claims: u8,
    /// … and in which era: a negative test begins a new one and voids the claims of the old.
    pub era: u8,
    /// Test under way.
    pub test: Test,
}

/// Everybody's state.
#[derive(Clone, Debug)]
pub struct People {
    /// How much infection somebody still withstands, in units of 1/[`SCALE`]: an exponential variate over their
    /// susceptibility (Sellke 1983, J. Appl. Probab. 20: 390), so that no contact needs a random number.
    pub resistance: Vec<u32>,
    /// What the measures know about somebody.
    person: Vec<Person>,
    /// Carries a working app.
    pub app: Bits,
    /// Had a positive test.
    pub case: Bits,
    /// Who is absent now.
    pub absent: Absent,
    /// Who was absent on the last mornings.
    pub mornings: Mornings,
}

impl Person {
    const UNTOUCHED: Self =
        Self { infection: NONE, traced: 0, quarantine_end: 0, claims: 0, era: 0, test: Test::No };
}

impl Index<u32> for People {
    type Output = Person;

    fn index(&self, who: u32) -> &Person {
        &self.person[who as usize]
    }
}

impl IndexMut<u32> for People {
    fn index_mut(&mut self, who: u32) -> &mut Person {
        &mut self.person[who as usize]
    }
}

impl People {
    /// Everybody susceptible, at home and untested.
    pub fn new(parameters: &Parameters, town: &Town, philox: &Philox) -> Self {
        let n = town.population();
        let resistance = |who| {
            let age = town.age(who);
            let immune = parameters.disease.immune[age];
            if immune > 0.0 && philox.uniform(Stream::Immunity, who, 0) < immune {
                return IMMUNE;
            }
            let susceptibility = parameters.disease.susceptibility[age];
            let withstands = -philox.uniform(Stream::Resistance, who, 0).ln() / susceptibility;
            ((withstands * SCALE) as u32).clamp(1, IMMUNE - 1)
        };
        let longest = parameters.all_measures().map(|measures| measures.look_back).max().unwrap_or(0);
        let people = n as usize;
        let mut all = Self {
            resistance: (0..n).map(resistance).collect(),
            person: vec![Person::UNTOUCHED; people],
            app: Bits::new(n),
            case: Bits::new(n),
            absent: Absent::new(n),
            mornings: Mornings::new(n, longest),
        };
        all.install(parameters.measures_on(0), town, philox);
        all
    }

    /// Who carries a working app. Whoever has it at some adoption has it at every higher one.
    pub fn install(&mut self, measures: &Measures, town: &Town, philox: &Philox) {
        let units = town.units(measures);
        let share = measures.carriers(&units.iter().map(|unit| town.ages(unit.clone())).collect::<Vec<_>>());
        if share.as_flattened().iter().all(|&share| share == 0.0) {
            self.app = Bits::new(town.population());
            return;
        }
        for (unit, share) in units.into_iter().zip(share) {
            for who in unit {
                let first = town.household(who).start;
                let together = measures.installed_together > 0.0
                    && philox.more(Stream::Adoption, first, 0, 1).map(crate::random::unit)[0]
                        < measures.installed_together;
                let decides = if together { first } else { who };
                self.app.set(who, philox.uniform(Stream::Adoption, decides, 0) < share[town.age(who)]);
            }
        }
    }

    /// Whether somebody is in quarantine.
    pub fn quarantined(&self, who: u32) -> bool {
        self[who].quarantine_end != 0
    }

    /// Whether somebody is in hospital or dead: beyond the reach of measures.
    pub fn away(&self, who: u32) -> bool {
        self.absent.home.has(who)
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.resistance.capacity() * 4
            + self.person.capacity() * size_of::<Person>()
            + self.app.bytes()
            + self.case.bytes()
            + self.absent.home.bytes()
            + self.absent.outside.bytes()
            + self.mornings.bytes()
    }
}
