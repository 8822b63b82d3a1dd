//! The keys against the index: plan, derive, filter, look up, a batch at a time.

use crate::cpu::{Aes, LANES, Sha};
use crate::hkdf::{BATCH, Deriver};
use crate::index::SightingIndex;
use crate::plan::Plans;
use bluezone_protocol::diagnosis::DiagnosisKey;
use bluezone_protocol::time::IntervalNumber;
use std::ops::{AddAssign, Range};

/// A sighting of a key's owner.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Hit {
    /// Position of the sighting in the index.
    pub sighting: usize,
    /// The interval that the identifier belongs to.
    pub interval: IntervalNumber,
}

/// How much work it was.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Work {
    /// Keys looked at.
    pub keys: u64,
    /// Keys of which nothing was derived, for nobody was heard when they were in use.
    pub keys_skipped: u64,
    /// Identifiers derived and looked up.
    pub derived: u64,
    /// Identifiers within rolling periods that did not need to be derived.
    pub skipped: u64,
}

impl AddAssign for Work {
    fn add_assign(&mut self, other: Self) {
        self.keys += other.keys;
        self.keys_skipped += other.keys_skipped;
        self.derived += other.derived;
        self.skipped += other.skipped;
    }
}

/// Matches keys on one thread. Holds buffers: make one and give it many keys.
pub struct Matcher<'a> {
    index: &'a SightingIndex,
    aes: Aes,
    deriver: Deriver,
    plans: Plans,
    batch: Batch,
    candidates: Vec<Candidate>,
    hits: Vec<Hit>,
}

/// Keys waiting to be derived together.
#[derive(Default)]
struct Batch {
    /// Which of the keys given.
    positions: Vec<usize>,
    /// The keys, then their identifier keys.
    keys: Vec<[u8; 16]>,
    plans: Vec<u16>,
}

/// An identifier that the filter let through.
struct Candidate {
    /// In the batch.
    key: usize,
    /// In the key's plan.
    at: usize,
    identifier: [u8; 16],
    /// Where in the exact table it can stand.
    range: Range<usize>,
}

/// Apart from the loop that calls it, which must stay short.
#[cold]
#[inline(never)]
fn remember(candidates: &mut Vec<Candidate>, key: usize, at: usize, identifier: &[u8; 16]) {
    candidates.push(Candidate { key, at, identifier: *identifier, range: 0..0 });
}

impl<'a> Matcher<'a> {
    /// With the best instructions this processor has.
    pub fn new(index: &'a SightingIndex) -> Self {
        Self::with(index, Sha::best(), Aes::best())
    }

    /// With chosen instructions, for tests and benches. They must be among the available ones.
    #[doc(hidden)]
    pub fn with(index: &'a SightingIndex, sha: Sha, aes: Aes) -> Self {
        Self {
            index,
            aes,
            deriver: Deriver::new(sha),
            plans: Plans::new(),
            batch: Batch::default(),
            candidates: Vec::new(),
            hits: Vec::new(),
        }
    }

    /// Calls `found(position of the key, its hits by sighting)` for every key whose owner was heard, in the order given.
    pub fn run<'k>(
        &mut self,
        keys: impl IntoIterator<Item = &'k DiagnosisKey>,
        mut found: impl FnMut(usize, &[Hit]),
    ) -> Work {
        let mut work = Work::default();
        for (position, key) in keys.into_iter().enumerate() {
            if self.batch.keys.is_empty() {
                self.plans.begin_batch();
            }
            let number = self.plans.find(&self.index.heard, key.rolling_start, key.rolling_period);
            let plan = self.plans.get(number);
            work.keys += 1;
            work.derived += plan.length as u64;
            work.skipped += plan.skipped as u64;
            if plan.length == 0 {
                work.keys_skipped += 1;
                continue;
            }
            self.batch.positions.push(position);
            self.batch.keys.push(*key.key.as_bytes());
            self.batch.plans.push(number);
            if self.batch.keys.len() == BATCH {
                self.finish_batch(&mut found);
            }
        }
        self.finish_batch(&mut found);
        work
    }

    fn finish_batch(&mut self, found: &mut impl FnMut(usize, &[Hit])) {
        let Batch { keys, plans, .. } = &mut self.batch;
        self.deriver.identifier_keys(keys);
        let (filter, candidates) = (&self.index.filter, &mut self.candidates);
        let mut intervals: [&[[u32; LANES]]; BATCH] = [&[]; BATCH];
        for (intervals, plan) in intervals.iter_mut().zip(&*plans) {
            *intervals = &self.plans.get(*plan).intervals;
        }
        self.aes.identifiers(keys, &intervals[..keys.len()], filter, |key, at, identifier| {
            remember(candidates, key, at, identifier);
        });
        self.look_up(found);
        self.batch.positions.clear();
        self.batch.keys.clear();
        self.batch.plans.clear();
    }

    /// Each step for all candidates before the next, so that the processor waits for many cache misses at once.
    fn look_up(&mut self, found: &mut impl FnMut(usize, &[Hit])) {
        let table = &self.index.gaen;
        for candidate in &mut self.candidates {
            candidate.range = table.range(&candidate.identifier);
        }
        let mut current = None;
        for candidate in self.candidates.drain(..) {
            let sightings = table.sightings(&candidate.identifier, candidate.range);
            let plan = self.plans.get(self.batch.plans[candidate.key]);
            // Behind the plan's end its last chunk is filled up.
            if sightings.is_empty() || candidate.at >= plan.length {
                continue;
            }
            if current.is_some_and(|key| key != candidate.key) {
                report(&mut self.hits, &self.batch.positions, current, found);
            }
            current = Some(candidate.key);
            let interval = IntervalNumber(plan.intervals.as_flattened()[candidate.at]);
            let fitting = self.index.fitting(sightings, interval);
            self.hits.extend(fitting.iter().map(|(_, at)| Hit { sighting: *at as usize, interval }));
        }
        report(&mut self.hits, &self.batch.positions, current, found);
    }
}

fn report(
    hits: &mut Vec<Hit>,
    positions: &[usize],
    key: Option<usize>,
    found: &mut impl FnMut(usize, &[Hit]),
) {
    if let (Some(key), false) = (key, hits.is_empty()) {
        hits.sort_unstable();
        found(positions[key], hits);
        hits.clear();
    }
}
