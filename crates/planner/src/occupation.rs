//! Schools, work places and clubs: small-world networks with fixed edges, each active on some days.

use std::hint::black_box;

use crate::parameters::{AGE_BANDS, NETWORKS, Society};
use crate::permutation::Permutation;
use crate::random::{Philox, Stream, below, pair_hash, threshold};

const NETWORK_OF_AGE: [usize; AGE_BANDS] = [0, 1, 2, 2, 2, 2, 2, 3, 4];
const WORK: usize = 2;
/// The kind of contact pattern of each network: child, adult, elderly.
const KIND: [usize; NETWORKS] = [0, 0, 1, 2, 2];

/// Everybody's neighbours (compressed rows). The rows stand in the order of the rings, not of the people: most neighbours
/// on a ring then have neighbouring rows, so that drawing the edges and filling the rows seldom leaves the cache.
#[derive(Clone, Debug)]
pub struct Occupation {
    /// Where each person's row stands.
    place: Vec<u32>,
    /// Where each row begins.
    first: Vec<u32>,
    neighbour: Vec<u32>,
    /// Where the rows of each network begin.
    network: [u32; NETWORKS],
    active: u64,
}

/// The people of one network in the order of its ring.
struct Ring {
    network: usize,
    /// Place of the first row.
    start: u32,
    members: Vec<u32>,
}

impl Occupation {
    /// Draws the networks for people of these ages.
    pub fn build(philox: &Philox, society: &Society, ages: &[u8]) -> Self {
        let rings = rings(philox, society, ages);
        let mut place = vec![0u32; ages.len()];
        let mut first = vec![0u32; ages.len() + 1];
        for ring in &rings {
            (ring.start..).zip(&ring.members).for_each(|(at, &who)| place[who as usize] = at);
            // Edges are a function of their place, so they are drawn twice rather than kept: once to count, once to place.
            ring.for_each_edge(philox, society, |a, b| {
                first[(ring.start + a) as usize] += 1;
                first[(ring.start + b) as usize] += 1;
            });
        }
        let mut total = 0;
        for slot in &mut first {
            total += *slot;
            *slot = total;
        }
        let mut neighbour = vec![0u32; total as usize];
        for ring in &rings {
            ring.for_each_edge(philox, society, |a, b| {
                for (from, to) in [(a, b), (b, a)] {
                    let slot = &mut first[(ring.start + from) as usize];
                    *slot -= 1;
                    neighbour[*slot as usize] = ring.members[to as usize];
                }
            });
        }
        let network = rings.map(|ring| ring.start);
        Self { place, first, neighbour, network, active: threshold(society.occupation_daily) }
    }

    /// All neighbours of `who`, met today or not.
    pub fn neighbours(&self, who: u32) -> &[u32] {
        let [from, to] = self.row(who);
        &self.neighbour[from as usize..to as usize]
    }

    /// The network of `who`, and so of all their edges.
    pub fn network(&self, who: u32) -> usize {
        let place = self.place[who as usize];
        self.network.iter().rposition(|&start| start <= place).unwrap_or(0)
    }

    fn row(&self, who: u32) -> [u32; 2] {
        let place = self.place[who as usize] as usize;
        [self.first[place], self.first[place + 1]]
    }

    /// Calls `met` for those of them whose edge is active under the day's key, or for a share of these, given as a
    /// threshold. They are gathered first, without a branch that no processor could predict.
    #[inline]
    pub fn active(&self, who: u32, key: u64, share: u64, mut met: impl FnMut(u32)) {
        let limit = ((u128::from(self.active) * u128::from(share)) >> 32) as u64;
        let mut gathered = [0; 64];
        for part in self.neighbours(who).chunks(gathered.len()) {
            let mut count = 0;
            for &other in part {
                gathered[count] = other;
                count += usize::from(u64::from(pair_hash(key, who, other)) < limit);
            }
            gathered[..count].iter().for_each(|&other| met(other));
        }
    }

    /// Asks memory for what [`Self::active`] will need of these people, one thing of all of them at a time, so that it
    /// answers many at once.
    pub fn approach(&self, people: impl Iterator<Item = u32> + Clone) {
        for who in people.clone() {
            black_box(self.place[who as usize]);
        }
        for who in people.clone() {
            black_box(self.row(who));
        }
        for who in people {
            black_box(self.row(who).map(|end| self.neighbour.get(end as usize).copied()));
        }
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        (self.place.capacity() + self.first.capacity() + self.neighbour.capacity()) * 4
    }
}

/// The networks, those without members too.
fn rings(philox: &Philox, society: &Society, ages: &[u8]) -> [Ring; NETWORKS] {
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
    let (mut network, mut start) = (0, 0);
    members.map(|list| {
        let members = shuffled(&list, philox.key(Stream::Occupation, network as u32 + 1, 1));
        let ring = Ring { network, start, members };
        network += 1;
        start += ring.members.len() as u32;
        ring
    })
}

fn shuffled(list: &[u32], key: u64) -> Vec<u32> {
    let permutation = Permutation::new(list.len() as u32, key);
    (0..permutation.domain()).filter_map(|i| list.get(permutation.forward(i) as usize).copied()).collect()
}

impl Ring {
    /// Every edge once, as places on the ring: neighbours, each end rewired with the given probability.
    fn for_each_edge(&self, philox: &Philox, society: &Society, mut edge: impl FnMut(u32, u32)) {
        let rewired = (society.occupation_rewired * 65_536.0).round() as u32;
        let n = self.members.len() as u32;
        let degree = (society.occupation_contacts[KIND[self.network]] / society.occupation_daily)
            .min(f64::from(n.saturating_sub(1)));
        let reach = degree / 2.0;
        let key = philox.key(Stream::Occupation, self.network as u32, 2);
        for (place, &who) in (0..n).zip(&self.members) {
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
                    edge(a, b);
                }
            }
        }
    }
}
