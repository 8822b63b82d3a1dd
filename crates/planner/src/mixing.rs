//! Random meetings: everybody brings a number of "stubs", and each day pairs all stubs anew. Nothing of it is stored; any
//! day, also a past one, can be asked who met whom.

use std::hint::black_box;

use crate::permutation::Permutation;

/// The owner of a place without a stub.
const NOBODY: u32 = u32::MAX;

/// The stubs of all people, dealt at random to the places of a round-robin tournament in which each day is a round.
#[derive(Clone, Debug)]
pub struct Mixing {
    /// Where each person's stubs begin in `place`.
    first: Vec<u32>,
    /// The place of each stub.
    place: Vec<u32>,
    /// Whose stub has a place.
    owner: Vec<u32>,
    rematch: u32,
}

/// A round: place p meets place 2m + 1 − p, modulo the number of places, which is even. So the places between which the
/// ring is folded meet each other, and their neighbours outwards: the pairs have an order, and near pairs form groups.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    places: u32,
    middle: u32,
}

impl Round {
    fn back(self, place: u32, by: u32) -> u32 {
        if place >= by { place - by } else { place + self.places - by }
    }

    #[inline]
    fn opposite(self, place: u32) -> u32 {
        // Both are below `places`, so the sum needs at most one step into the ring; as does the difference.
        let sum = 2 * self.middle + 1;
        self.back(if sum >= self.places { sum - self.places } else { sum }, place)
    }

    /// The pair of a place and its side in it.
    fn pair(self, place: u32) -> (u32, u32) {
        let after = self.back(self.back(place, self.middle), 1);
        if after < self.places / 2 { (after, 0) } else { (self.places - 1 - after, 1) }
    }

    /// The place of a pair's side.
    fn place(self, pair: u32, side: u32) -> u32 {
        if side == 1 {
            return self.back(self.middle, pair);
        }
        let place = self.middle + 1 + pair;
        if place >= self.places { place - self.places } else { place }
    }
}

impl Mixing {
    /// `stubs[i]` meetings a day for person i, dealt by `key`.
    pub fn new(stubs: &[u32], rematch: u32, key: u64) -> Self {
        let mut first = Vec::with_capacity(stubs.len() + 1);
        let mut total = 0;
        for &count in stubs {
            first.push(total);
            total += count;
        }
        first.push(total);
        let deal = Permutation::new(total, key);
        let mut place = Vec::with_capacity(total as usize);
        let mut owner = vec![NOBODY; (total + total % 2) as usize];
        for (who, &count) in (0..).zip(stubs) {
            for _ in 0..count {
                let at = deal.within(place.len() as u32, total);
                owner[at as usize] = who;
                place.push(at);
            }
        }
        Self { first, place, owner, rematch }
    }

    /// How many meetings a day somebody has when nobody is absent.
    pub fn meetings(&self, who: u32) -> u32 {
        self.first[who as usize + 1] - self.first[who as usize]
    }

    /// The day's pairing.
    pub fn round(&self, key: u64) -> Round {
        let places = self.owner.len() as u32;
        Round { places, middle: crate::random::below(key as u32, places / 2) }
    }

    /// Whom `who` meets when `present` says who is about, of those of their meetings whose place `asked` names. Symmetric
    /// if it names all: they meet `who` as often.
    #[inline]
    pub fn partners(
        &self,
        who: u32,
        round: Round,
        asked: impl Fn(u32) -> bool,
        present: impl Fn(u32) -> bool + Copy,
        mut met: impl FnMut(u32),
    ) {
        let own = self.places(who);
        // First the look-ups, then the decisions, so that the processor can fetch several owners at a time.
        let mut found = [(0, NOBODY); 8];
        for part in own.chunks(found.len()) {
            let mut count = 0;
            for &place in part {
                found[count].0 = place;
                count += usize::from(asked(place));
            }
            for (place, found) in &mut found[..count] {
                *found = self.owner[round.opposite(*place) as usize];
            }
            for &(place, other) in &found[..count] {
                let other = if other != NOBODY && present(other) {
                    Some(other)
                } else {
                    self.another(place, round, present)
                };
                if let Some(other) = other.filter(|&other| other != who) {
                    met(other);
                }
            }
        }
    }

    /// Asks memory for what [`Self::partners`] will need of these people, of whose places `asked` names some: one thing of
    /// all of them at a time, so that it answers many at once.
    pub fn approach(&self, people: &[(u32, [u64; 2])], round: Round, asked: impl Fn(u32, u64, u32) -> bool) {
        for &(who, _) in people {
            black_box(self.first[who as usize]);
        }
        for &(who, _) in people {
            black_box(self.place.get(self.first[who as usize] as usize).copied());
        }
        for &(who, [_, share]) in people {
            for &place in self.places(who).iter().filter(|&&place| asked(who, share, place)) {
                black_box(self.owner[round.opposite(place) as usize]);
            }
        }
    }

    fn places(&self, who: u32) -> &[u32] {
        &self.place[self.first[who as usize] as usize..self.first[who as usize + 1] as usize]
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        (self.first.capacity() + self.place.capacity() + self.owner.capacity()) * 4
    }

    /// Whoever finds the other absent goes on to meet the one left over from the neighbouring pair, then from the
    /// neighbouring two pairs, then four, …
    #[cold]
    fn another(&self, place: u32, round: Round, present: impl Fn(u32) -> bool + Copy) -> Option<u32> {
        let (pair, _) = round.pair(place);
        (0..self.rematch).find_map(|level| self.left_over((pair >> level) ^ 1, level, round, present))
    }

    /// Who of a group of 2^level pairs has found no partner within it: somebody if and only if an odd number of its members
    /// is present.
    fn left_over(
        &self,
        group: u32,
        level: u32,
        round: Round,
        present: impl Fn(u32) -> bool + Copy,
    ) -> Option<u32> {
        let (one, other) = match level.checked_sub(1) {
            Some(below) => {
                let half = |side| self.left_over(group << 1 | side, below, round, present);
                (half(0), half(1))
            }
            None if group >= round.places / 2 => return None,
            None => {
                let side = |side| {
                    let owner = self.owner[round.place(group, side) as usize];
                    Some(owner).filter(|&owner| owner != NOBODY && present(owner))
                };
                (side(0), side(1))
            }
        };
        match (one, other) {
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
        let n = 6000;
        let rematch = crate::parameters::Society::default().rematch;
        let mixing = Mixing::new(&vec![3; n as usize], u32::from(rematch), 7);
        for away in [0, 2, 10, 50] {
            let present = |who: u32| who.wrapping_mul(2_654_435_761) % 100 >= away;
            let round = mixing.round(0xFEED ^ u64::from(away) << 8);
            let met: Vec<Vec<u32>> = (0..n)
                .map(|who| {
                    let mut met = Vec::new();
                    if present(who) {
                        mixing.partners(who, round, |_| true, present, |other| met.push(other));
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
            assert!(lost < 0.003, "{lost} lost with {away} % away");
        }
    }

    #[test]
    fn a_round_folds_the_ring() {
        for places in [2, 8, 10] {
            for middle in 0..places / 2 {
                let round = Round { places, middle };
                for place in 0..places {
                    let (pair, side) = round.pair(place);
                    assert!(pair < places / 2);
                    assert_eq!(round.place(pair, side), place);
                    assert_eq!(round.place(pair, 1 - side), round.opposite(place));
                }
            }
        }
    }

    /// Within some weeks hardly anybody meets the same person twice.
    #[test]
    fn partners_change_from_day_to_day() {
        let mixing = Mixing::new(&vec![3; 3000], 5, 7);
        let philox = crate::random::Philox::new(3);
        let mut met = std::collections::HashMap::new();
        for day in 0..20 {
            let round = mixing.round(philox.key(crate::random::Stream::Contacts, 1, day));
            mixing.partners(17, round, |_| true, |_| true, |other| *met.entry(other).or_insert(0) += 1);
        }
        assert!(met.len() >= 55 && met.values().all(|&times| times <= 2), "{met:?}");
    }
}
