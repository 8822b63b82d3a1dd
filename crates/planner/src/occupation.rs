//! Schools, work places and clubs: small-world networks with fixed edges, each active on some days.

use crate::parameters::{AGE_BANDS, Society};
use crate::permutation::Permutation;
use crate::random::{Philox, Stream, below, pair_hash, threshold};

/// Primary school, secondary school, work, the retired, the elderly.
const NETWORKS: usize = 5;
const NETWORK_OF_AGE: [usize; AGE_BANDS] = [0, 1, 2, 2, 2, 2, 2, 3, 4];
const WORK: usize = 2;
/// The kind of contact pattern of each network: child, adult, elderly.
const KIND: [usize; NETWORKS] = [0, 0, 1, 2, 2];

/// Everybody's neighbours (compressed rows).
#[derive(Clone, Debug)]
pub struct Occupation {
    first: Vec<u32>,
    neighbour: Vec<u32>,
    active: u64,
}

impl Occupation {
    /// Draws the networks for people of these ages.
    pub fn build(philox: &Philox, society: &Society, ages: &[u8]) -> Self {
        let lattices = lattices(philox, society, ages);
        let mut first = vec![0u32; ages.len() + 1];
        // Edges are a function of their place, so they are drawn twice rather than kept: once to count, once to place.
        for_each_edge(philox, society, &lattices, |a, b| {
            first[a as usize] += 1;
            first[b as usize] += 1;
        });
        let mut total = 0;
        for slot in &mut first {
            total += *slot;
            *slot = total;
        }
        let mut neighbour = vec![0u32; total as usize];
        for_each_edge(philox, society, &lattices, |a, b| {
            for (from, to) in [(a, b), (b, a)] {
                first[from as usize] -= 1;
                neighbour[first[from as usize] as usize] = to;
            }
        });
        Self { first, neighbour, active: threshold(society.occupation_daily) }
    }

    /// All neighbours of `who`, met today or not.
    pub fn neighbours(&self, who: u32) -> &[u32] {
        &self.neighbour[self.first[who as usize] as usize..self.first[who as usize + 1] as usize]
    }

    /// Calls `met` for those of them whose edge is active under the day's key. They are gathered first, without a branch
    /// that no processor could predict.
    #[inline]
    pub fn active(&self, who: u32, key: u64, mut met: impl FnMut(u32)) {
        let mut gathered = [0; 64];
        for part in self.neighbours(who).chunks(gathered.len()) {
            let mut count = 0;
            for &other in part {
                gathered[count] = other;
                count += usize::from(u64::from(pair_hash(key, who, other)) < self.active);
            }
            gathered[..count].iter().for_each(|&other| met(other));
        }
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        (self.first.capacity() + self.neighbour.capacity()) * 4
    }
}

/// The members of each network in the order of its ring.
fn lattices(philox: &Philox, society: &Society, ages: &[u8]) -> [Vec<u32>; NETWORKS] {
    let mut size = [0.0; NETWORKS];
    ages.iter().for_each(|&age| size[NETWORK_OF_AGE[usize::from(age)]] += 1.0);
    let staff = |network: usize| match KIND[network] {
        0 => size[network] * society.staff[0],
        2 => size[network] * society.staff[1],
        _ => 0.0,
    };
    let mut members: [Vec<u32>; NETWORKS] = Default::default();
    for (who, &age) in (0..).zip(ages) {
        let own = NETWORK_OF_AGE[usize::from(age)];
        let elsewhere = (own == WORK).then(|| {
            let mut place = philox.uniform(Stream::Occupation, who, 0) * size[WORK];
            (0..NETWORKS).find(|&network| {
                place -= staff(network);
                place < 0.0
            })
        });
        members[elsewhere.flatten().unwrap_or(own)].push(who);
    }
    let mut network = 0;
    members.map(|list| {
        network += 1;
        shuffled(&list, philox.key(Stream::Occupation, network, 1))
    })
}

fn shuffled(list: &[u32], key: u64) -> Vec<u32> {
    let permutation = Permutation::new(list.len() as u32, key);
    (0..permutation.domain()).filter_map(|i| list.get(permutation.forward(i) as usize).copied()).collect()
}

/// Every edge once: neighbours on the ring, each end rewired with the given probability.
fn for_each_edge(
    philox: &Philox,
    society: &Society,
    lattices: &[Vec<u32>; NETWORKS],
    mut edge: impl FnMut(u32, u32),
) {
    let rewired = (society.occupation_rewired * 65_536.0).round() as u32;
    for (network, ring) in lattices.iter().enumerate() {
        let n = ring.len() as u32;
        let degree = (society.occupation_contacts[KIND[network]] / society.occupation_daily)
            .min(f64::from(n.saturating_sub(1)));
        let reach = degree / 2.0;
        let key = philox.key(Stream::Occupation, network as u32, 2);
        for (place, &who) in (0..n).zip(ring) {
            let extra = reach.fract() > 0.0 && philox.uniform(Stream::Edge, who, 0) < reach.fract();
            for step in 1..=reach as u32 + u32::from(extra) {
                let (mut a, mut b) = (place, (place + step) % n);
                // Both ends' chances in one cheap word; only few ends need another place.
                let word = pair_hash(key, who, step);
                let (near, far) = (word & 0xFFFF < rewired, word >> 16 < rewired);
                if near || far {
                    let [to_near, to_far, ..] = philox.words(Stream::Edge, who, step as u16);
                    a = if near { below(to_near, n) } else { a };
                    b = if far { below(to_far, n) } else { b };
                }
                if a != b {
                    edge(ring[a as usize], ring[b as usize]);
                }
            }
        }
    }
}
