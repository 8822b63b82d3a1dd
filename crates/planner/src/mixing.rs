//! Random meetings: everybody brings a number of "stubs", and each day pairs all stubs anew by a keyed permutation.
//! Nothing of it is stored; any day, also a past one, can be asked who met whom.

use crate::permutation::Permutation;

/// The owner of the places that fill the permutation's domain.
const NOBODY: u32 = u32::MAX;

/// The stubs of all people, in the order of the people.
#[derive(Clone, Debug)]
pub struct Mixing {
    first: Vec<u32>,
    owner: Vec<u32>,
    rematch: u32,
}

impl Mixing {
    /// `stubs[i]` meetings a day for person i.
    pub fn new(stubs: &[u32], rematch: u32) -> Self {
        let mut first = Vec::with_capacity(stubs.len() + 1);
        let mut owner = Vec::new();
        for (who, &count) in (0..).zip(stubs) {
            first.push(owner.len() as u32);
            owner.extend(std::iter::repeat_n(who, count as usize));
        }
        first.push(owner.len() as u32);
        owner.shrink_to_fit();
        Self { first, owner, rematch }
    }

    /// How many meetings a day somebody has when nobody is absent.
    pub fn meetings(&self, who: u32) -> u32 {
        self.first[who as usize + 1] - self.first[who as usize]
    }

    /// The day's pairing.
    pub fn pairing(&self, key: u64) -> Permutation {
        Permutation::new(self.owner.len() as u32, key)
    }

    /// Whom `who` meets when `present` says who is about. Symmetric: they meet `who` as often.
    #[inline]
    pub fn partners(
        &self,
        who: u32,
        pairing: &Permutation,
        present: impl Fn(u32) -> bool + Copy,
        mut met: impl FnMut(u32),
    ) {
        let (mut stub, end) = (self.first[who as usize], self.first[who as usize + 1]);
        // First the look-ups, then the decisions, so that the processor can fetch several owners at a time.
        let mut pairs = [(0, NOBODY); 8];
        while stub < end {
            let part = &mut pairs[..(end - stub).min(8) as usize];
            for (pair, stub) in part.iter_mut().zip(stub..) {
                let place = pairing.forward(stub);
                *pair = (place, self.owner_at(place ^ 1, pairing));
            }
            for &mut (place, other) in part {
                let other = if other != NOBODY && present(other) {
                    Some(other)
                } else {
                    self.partner(place, pairing, present)
                };
                if let Some(other) = other.filter(|&other| other != who) {
                    met(other);
                }
            }
            stub += 8;
        }
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        (self.first.capacity() + self.owner.capacity()) * 4
    }

    /// The stubs are paired like players in a tournament that nobody loses: places 2i and 2i+1 meet; whoever finds the
    /// other absent goes on to meet the one left over from the neighbouring pair, then from the neighbouring four, …
    #[cold]
    fn partner(
        &self,
        place: u32,
        pairing: &Permutation,
        present: impl Fn(u32) -> bool + Copy,
    ) -> Option<u32> {
        (1..=self.rematch).find_map(|level| self.left_over((place >> level) ^ 1, level, pairing, present))
    }

    #[inline]
    fn owner_at(&self, place: u32, pairing: &Permutation) -> u32 {
        if place >= pairing.domain() {
            return NOBODY;
        }
        self.owner.get(pairing.backward(place) as usize).copied().unwrap_or(NOBODY)
    }

    /// Who of the group (2^level places) has found no partner within it: somebody if and only if an odd number of its
    /// members is present.
    fn left_over(
        &self,
        group: u32,
        level: u32,
        pairing: &Permutation,
        present: impl Fn(u32) -> bool + Copy,
    ) -> Option<u32> {
        if level == 0 {
            return Some(self.owner_at(group, pairing)).filter(|&owner| owner != NOBODY && present(owner));
        }
        let half = |side| self.left_over(group << 1 | side, level - 1, pairing, present);
        match (half(0), half(1)) {
            (Some(one), None) | (None, Some(one)) => Some(one),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever is absent: who meets whom is mutual, and nearly all who are present find somebody.
    #[test]
    fn meetings_are_mutual_and_few_are_lost() {
        let n = 3000;
        let mixing = Mixing::new(&vec![3; n as usize], 5);
        for away in [0, 2, 10, 50] {
            let present = |who: u32| who.wrapping_mul(2_654_435_761) % 100 >= away;
            let pairing = mixing.pairing(0xFEED ^ u64::from(away));
            let met: Vec<Vec<u32>> = (0..n)
                .map(|who| {
                    let mut met = Vec::new();
                    if present(who) {
                        mixing.partners(who, &pairing, present, |other| met.push(other));
                    }
                    met
                })
                .collect();
            let (mut stubs, mut meetings) = (0, 0);
            for who in 0..n {
                stubs += if present(who) { 3 } else { 0 };
                meetings += met[who as usize].len();
                for &other in &met[who as usize] {
                    let times = |list: &[u32], one| list.iter().filter(|&&o| o == one).count();
                    assert_eq!(times(&met[who as usize], other), times(&met[other as usize], who));
                }
            }
            let lost = 1.0 - meetings as f64 / f64::from(stubs);
            assert!(lost < 0.03, "{lost} lost with {away} % away");
        }
    }
}
