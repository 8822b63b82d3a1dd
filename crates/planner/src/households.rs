//! Households: plausible compositions, raked until their sizes and ages are those of the population.

use std::collections::BTreeMap;

use crate::parameters::{AGE_BANDS, Society};

/// How many of each age live in a household, and how often that occurs.
#[derive(Clone, Debug)]
pub struct Composition {
    /// Members by age band.
    pub members: [u8; AGE_BANDS],
    /// Share of all households.
    pub share: f64,
}

impl Composition {
    fn size(&self) -> usize {
        self.members.iter().map(|&m| usize::from(m)).sum()
    }
}

/// Age gaps of partners in decades and how common they are; and of parents and children. Rules of thumb: raking
/// corrects what they get wrong about ages, not who lives with whom.
const PARTNERS: [(isize, f64); 3] = [(0, 0.7), (-1, 0.2), (1, 0.1)];
const GENERATION: [(isize, f64); 3] = [(3, 0.65), (2, 0.15), (4, 0.2)];
/// Share of households of two or more adults that hold a couple rather than a parent with grown children.
const COUPLES: f64 = 0.85;
/// Rounds of raking until sizes and ages are right to a thousandth, and the same with pairs of ages.
const ROUNDS: usize = 400;
const ROUNDS_WITH_PAIRS: usize = 120;

/// Shares by composition, those of the same members together. The order is that of the members, so that it is always the
/// same.
type Shares = BTreeMap<[u8; AGE_BANDS], f64>;

/// All compositions with their shares.
pub fn compositions(society: &Society) -> Vec<Composition> {
    let mut shares = Shares::new();
    for size in 1..=6 {
        for children in 0..size {
            let share = society.household_sizes[size - 1] * society.children[size - 1][children];
            if share > 0.0 {
                families(size - children, children, share, &mut shares);
            }
        }
    }
    let mut all: Vec<_> = shares.into_iter().map(|(members, share)| Composition { members, share }).collect();
    rake(&mut all, society);
    all
}

/// Adds families of `adults` and `children` (below 20 years) for every age of their eldest.
fn families(adults: usize, children: usize, share: f64, shares: &mut Shares) {
    for head in 2..AGE_BANDS as isize {
        for (gap, partner) in PARTNERS {
            for (generation, parent) in GENERATION {
                for couple in [true, false] {
                    let mut members = [0u8; AGE_BANDS];
                    let mut add = |age: isize, low: isize, high: isize| {
                        members[age.clamp(low, high) as usize] += 1;
                    };
                    let oldest = AGE_BANDS as isize - 1;
                    add(head, 2, oldest);
                    if adults > 1 {
                        add(if couple { head + gap } else { head - generation }, 2, oldest);
                    }
                    for _ in 2..adults {
                        add(head - generation, 2, oldest);
                    }
                    for child in 0..children as isize {
                        // Brothers and sisters are at most a decade apart.
                        add(head - generation + child % 2 * (generation % 2), 0, 1);
                    }
                    // Children live with those of an age to be their parents.
                    let likely =
                        if children > 0 && !(0..=2).contains(&(head - generation)) { 0.05 } else { 1.0 };
                    let kind = if couple { COUPLES } else { 1.0 - COUPLES };
                    *shares.entry(members).or_insert(0.0) += share * partner * parent * kind * likely;
                }
            }
        }
    }
}

/// Iterative proportional fitting of the shares to sizes and ages (Deming and Stephan 1940), and to who lives with whom where that is
/// known.
fn rake(all: &mut [Composition], society: &Society) {
    let ages = normalised(&society.ages);
    let sizes = normalised(&society.household_sizes);
    let pairs = Pairs::new(society, all);
    for _ in 0..if pairs.is_some() { ROUNDS_WITH_PAIRS } else { ROUNDS } {
        let mut people = [0.0; AGE_BANDS];
        let mut households = [0.0; 6];
        for composition in all.iter() {
            households[composition.size() - 1] += composition.share;
            for (band, &count) in people.iter_mut().zip(&composition.members) {
                *band += composition.share * f64::from(count);
            }
        }
        let (people, households) = (normalised(&people), normalised(&households));
        // A damped step for each member: every household moves several ages at once.
        let mut step = [1.0; AGE_BANDS];
        (0..AGE_BANDS).for_each(|age| step[age] = ratio(ages[age], people[age]).cbrt());
        if let Some(pairs) = &pairs {
            pairs.step(all);
        }
        for composition in all.iter_mut() {
            let size = composition.size();
            composition.share *= ratio(sizes[size - 1], households[size - 1]);
            for (step, &count) in step.iter().zip(&composition.members) {
                composition.share *= step.powi(i32::from(count));
            }
        }
        let total: f64 = all.iter().map(|c| c.share).sum();
        all.iter_mut().for_each(|c| c.share /= total);
    }
}

/// Pairs of ages, the older times [`AGE_BANDS`] and the younger.
const PAIRS: usize = AGE_BANDS * AGE_BANDS;

/// Which pairs of ages live together: in how many pairs of people, and how many each composition has.
struct Pairs {
    wanted: [f64; PAIRS],
    /// Pair of ages and how many pairs of people, composition by composition.
    held: Vec<Vec<(usize, i32)>>,
}

impl Pairs {
    /// None if nothing is known of them.
    fn new(society: &Society, all: &[Composition]) -> Option<Self> {
        let given = society.household_pairs.as_flattened();
        if given.iter().all(|&pairs| pairs == 0.0) {
            return None;
        }
        let mut wanted = [0.0; PAIRS];
        wanted.copy_from_slice(given);
        let held = |composition: &Composition| {
            let count = |age: usize| i32::from(composition.members[age]);
            let pairs = (0..AGE_BANDS).flat_map(|old| (0..=old).map(move |young| (old, young)));
            let held = pairs.map(|(old, young)| {
                let others = if old == young { count(old) - 1 } else { count(young) * 2 };
                (old * AGE_BANDS + young, count(old) * others / 2)
            });
            held.filter(|&(_, count)| count > 0).collect()
        };
        Some(Self { wanted: normalised(&wanted), held: all.iter().map(held).collect() })
    }

    /// A step towards the wanted pairs. It is small, as a household has up to fifteen pairs, and bounded, for the pairs that only few
    /// compositions have.
    fn step(&self, all: &mut [Composition]) {
        let mut have = [0.0; PAIRS];
        for (composition, held) in all.iter().zip(&self.held) {
            held.iter().for_each(|&(pair, count)| have[pair] += composition.share * f64::from(count));
        }
        let have = normalised(&have);
        let mut step = [1.0; PAIRS];
        for (step, (&wanted, have)) in step.iter_mut().zip(self.wanted.iter().zip(have)) {
            *step = ratio(wanted, have).powf(0.12).clamp(0.5, 2.0);
        }
        for (composition, held) in all.iter_mut().zip(&self.held) {
            held.iter().for_each(|&(pair, count)| composition.share *= step[pair].powi(count));
        }
    }
}

fn ratio(wanted: f64, have: f64) -> f64 {
    if have > 0.0 { wanted / have } else { 1.0 }
}

fn normalised<const N: usize>(values: &[f64; N]) -> [f64; N] {
    let total: f64 = values.iter().sum();
    values.map(|v| if total > 0.0 { v / total } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_ages_are_those_of_the_population() {
        let society = Society::default();
        let all = compositions(&society);
        let (ages, sizes) = (normalised(&society.ages), normalised(&society.household_sizes));
        let mut people = [0.0; AGE_BANDS];
        let mut households = [0.0; 6];
        for composition in &all {
            households[composition.size() - 1] += composition.share;
            (0..AGE_BANDS).for_each(|a| people[a] += composition.share * f64::from(composition.members[a]));
        }
        let people = normalised(&people);
        assert!((0..AGE_BANDS).all(|a| (people[a] - ages[a]).abs() < 0.002), "{people:?} {ages:?}");
        assert!((0..6).all(|s| (households[s] - sizes[s]).abs() < 0.002), "{households:?} {sizes:?}");
        let mut pairs = [[0.0; AGE_BANDS]; AGE_BANDS];
        for composition in &all {
            for (old, row) in pairs.iter_mut().enumerate() {
                for (young, pairs) in row.iter_mut().enumerate().take(old + 1) {
                    let count = |age: usize| f64::from(composition.members[age]);
                    let others = if old == young { (count(old) - 1.0) / 2.0 } else { count(young) };
                    *pairs += composition.share * count(old) * others;
                }
            }
        }
        let flat = |pairs: &[[f64; AGE_BANDS]; AGE_BANDS]| {
            let total: f64 = pairs.as_flattened().iter().sum();
            pairs.as_flattened().iter().map(|pair| pair / total).collect::<Vec<_>>()
        };
        let (pairs, wanted) = (flat(&pairs), flat(&society.household_pairs));
        let off: f64 = pairs.iter().zip(&wanted).map(|(have, wanted)| (have - wanted).abs()).sum();
        assert!(off < 0.03, "{off} of the pairs live elsewhere: {pairs:?}");
        let alone = |c: &&Composition| c.members[0] > 0 && c.members[2..].iter().all(|&m| m == 0);
        assert!(
            all.iter().filter(alone).map(|c| c.share).sum::<f64>() < 1e-9,
            "no household of small children"
        );
    }
}
