//! The people, their households and their networks: what does not change during a run.

use std::hint::black_box;
use std::ops::Range;

use crate::contacts::Setting;
use crate::distribution::Counts;
use crate::households::{Composition, compositions};
use crate::mixing::Mixing;
use crate::occupation::Occupation;
use crate::parameters::{AGE_BANDS, Measures, Parameters, Society};
use crate::random::{Philox, Stream};

/// Children, adults and the old have contacts of their own.
const KIND_OF_AGE: [usize; AGE_BANDS] = [0, 0, 1, 1, 1, 1, 1, 2, 2];

/// A population, one array a property. People of a household have adjacent numbers.
#[derive(Clone, Debug)]
pub struct Town {
    age: Vec<u8>,
    /// How many of the household come before somebody in its order, times 16, and how many it has.
    home: Vec<u8>,
    pub(crate) occupation: Occupation,
    pub(crate) mixing: Mixing,
    mean_contacts: f64,
}

impl Town {
    /// Draws a town; a function of the seed, the population and the society alone, so scenarios can share it.
    #[must_use]
    pub fn build(parameters: &Parameters) -> Self {
        let (society, n) = (&parameters.society, parameters.population);
        let philox = Philox::new(parameters.seed);
        let (age, home) = settle(&philox, &compositions(society), n);
        let occupation = Occupation::build(&philox, society, &age);
        let counts = [0, 1, 2]
            .map(|kind| Counts::negative_binomial(society.random_mean[kind], society.random_sd[kind]));
        let meetings = |who, age: u8| {
            counts[KIND_OF_AGE[usize::from(age)]].draw(philox.uniform(Stream::Meetings, who, 0))
        };
        let stubs: Vec<u32> = (0..).zip(&age).map(|(who, &age)| meetings(who, age)).collect();
        let mixing = Mixing::new(&stubs, u32::from(society.rematch), philox.key(Stream::Meetings, 0, 1));
        let mut town = Self { age, home, occupation, mixing, mean_contacts: 0.0 };
        town.mean_contacts = town.weighted_contacts(parameters) / f64::from(n.max(1));
        town
    }

    /// Whether two scenarios have the same town.
    pub(crate) fn same(one: &Parameters, other: &Parameters) -> bool {
        one.seed == other.seed
            && one.population == other.population
            && one.society == other.society
            && one.disease.setting_weight == other.disease.setting_weight
    }

    /// How many people.
    #[must_use]
    pub fn population(&self) -> u32 {
        self.age.len() as u32
    }

    /// Age band of `who`.
    #[must_use]
    pub fn age(&self, who: u32) -> usize {
        usize::from(self.age[who as usize])
    }

    /// Mean daily contacts outside the household that a society prescribes.
    pub(crate) fn contacts_outside(society: &Society) -> f64 {
        let kind = |age: usize| KIND_OF_AGE[age];
        let of = |age: usize| society.occupation_contacts[kind(age)] + society.random_mean[kind(age)];
        let people: f64 = society.ages.iter().sum();
        (0..AGE_BANDS).map(|age| society.ages[age] * of(age)).sum::<f64>() / people
    }

    /// Everybody in the household of `who`.
    #[must_use]
    pub fn household(&self, who: u32) -> Range<u32> {
        let home = u32::from(self.home[who as usize]);
        let first = who - home / 16;
        first..first + home % 16
    }

    /// Asks memory for what [`Self::household`] will need of these people.
    pub(crate) fn approach_homes(&self, people: impl Iterator<Item = u32>) {
        for who in people {
            black_box(self.home[who as usize]);
        }
    }

    /// How many of these people there are of each age.
    pub(crate) fn ages(&self, people: Range<u32>) -> [f64; AGE_BANDS] {
        let mut count = [0.0; AGE_BANDS];
        self.age[people.start as usize..people.end as usize]
            .iter()
            .for_each(|&age| count[usize::from(age)] += 1.0);
        count
    }

    /// The people of each unit of these measures: neighbouring households, none in two units; everybody without units.
    pub(crate) fn units(&self, measures: &Measures) -> Vec<Range<u32>> {
        let n = self.population();
        let mut units = Vec::new();
        let (mut start, mut reached) = (0, 0.0);
        for unit in &measures.units {
            reached += unit.share;
            let end = (reached * f64::from(n)).round() as u32;
            let end = if end < n { self.household(end).start } else { n };
            units.push(start..end);
            start = end;
        }
        match units.last_mut() {
            Some(last) => last.end = n,
            None => units.push(0..n),
        }
        units
    }

    /// Mean daily contacts, weighted by setting: what the infectious rate is divided by.
    #[must_use]
    pub fn mean_contacts(&self) -> f64 {
        self.mean_contacts
    }

    /// Bytes held.
    #[must_use]
    pub fn bytes(&self) -> usize {
        2 * self.age.capacity() + self.occupation.bytes() + self.mixing.bytes()
    }

    fn weighted_contacts(&self, parameters: &Parameters) -> f64 {
        let weight = |setting: Setting| parameters.disease.setting_weight[setting as usize];
        (0..self.population())
            .map(|who| {
                let home = f64::from(self.home[who as usize] % 16) - 1.0;
                let work = self.occupation.neighbours(who).len() as f64 * parameters.society.occupation_daily;
                home * weight(Setting::Household)
                    + work * weight(Setting::Occupation)
                    + f64::from(self.mixing.meetings(who)) * weight(Setting::Random)
            })
            .sum()
    }
}

/// Households until `n` people have a home; the last one may be smaller than drawn.
fn settle(philox: &Philox, all: &[Composition], n: u32) -> (Vec<u8>, Vec<u8>) {
    let mut reached = 0.0;
    let cumulative: Vec<f64> = all
        .iter()
        .map(|composition| {
            reached += composition.share;
            reached
        })
        .collect();
    let n = n as usize;
    let (mut ages, mut homes) = (Vec::with_capacity(n), Vec::with_capacity(n));
    let mut household = 0;
    while ages.len() < n {
        let at = philox.uniform(Stream::Household, household, 0) * reached;
        let members = &all[cumulative.partition_point(|&c| c < at).min(all.len() - 1)].members;
        let first = ages.len();
        for age in (0..AGE_BANDS as u8).rev() {
            ages.extend(std::iter::repeat_n(age, usize::from(members[usize::from(age)])));
        }
        ages.truncate(n);
        let size = ages.len() - first;
        homes.extend((0..size as u8).map(|place| place * 16 + size as u8));
        household += 1;
    }
    (ages, homes)
}
