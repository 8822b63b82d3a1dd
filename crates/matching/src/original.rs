//! The original Bluezone scheme: published daily keys against stored 12-byte identifiers.
//!
//! Exactly the original's check, sighting by sighting: an identifier counts in its own slot, both ends included, with no
//! tolerance for clocks. A slot's key is the hash of the slot's before, so a day cannot be derived in parts; but days in
//! which nobody was heard cost one hash, and the other days of all published keys are derived together.

use crate::SightingIndex;
use crate::cpu::Sha;
use crate::hkdf::{BATCH, INITIAL, digest, last_block};
use crate::matcher::Work;
use bluezone_protocol::bluezone2020::{CheckWindow, SubKey, to_ms};

/// A sighting of a published daily key's owner.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DayHit {
    /// Position of the sighting in the index.
    pub sighting: usize,
    /// When the identifier's slot begins, in milliseconds since 1970.
    pub slot_ms: i64,
}

/// The sightings of the phones behind published daily keys: for each, ascending; empty when its owner was not heard.
/// Identifiers are counted as [`Work::derived`] and [`Work::skipped`].
pub fn match_published_days(windows: &[CheckWindow], index: &SightingIndex) -> (Vec<Vec<DayHit>>, Work) {
    let mut search = Search {
        index,
        sha: Sha::best(),
        days: Vec::new(),
        hits: vec![Vec::new(); windows.len()],
        work: Work { keys: windows.len() as u64, ..Work::default() },
    };
    for (at, window) in windows.iter().enumerate() {
        search.window(at, window);
    }
    search.derive();
    search.hits.iter_mut().for_each(|hits| hits.sort_unstable());
    (search.hits, search.work)
}

struct Search<'a> {
    index: &'a SightingIndex,
    sha: Sha,
    /// Days waiting to be derived together.
    days: Vec<Day>,
    hits: Vec<Vec<DayHit>>,
    work: Work,
}

/// A day's chain of sub keys, at one slot.
struct Day {
    window: usize,
    sub_key: [u8; 32],
    start_ms: i64,
    slot_ms: i64,
    /// Slots left, this one included.
    left: u32,
}

impl Search<'_> {
    fn window(&mut self, at: usize, window: &CheckWindow) {
        let (slots, slot_ms) = (window.slots.get(), window.slots.slot_ms());
        let last = window.last_start_ms();
        let mut daily_key = window.daily_key.clone();
        let mut start_ms = window.start_ms;
        let mut skipped = true;
        while start_ms <= last {
            // Slots that begin by `last`; at the clock's end times saturate, and the first slot of no length is the last.
            let slots_left = (last.saturating_sub(start_ms) / slot_ms).saturating_add(1);
            let left = u32::try_from(slots_left).unwrap_or(slots).min(slots);
            let end_ms = start_ms.saturating_add(i64::from(left) * slot_ms);
            if self.index.heard_original(start_ms, end_ms) {
                let sub_key = daily_key.sub_keys().next().expect("a day has slots");
                self.days.push(Day { window: at, sub_key: *sub_key.as_bytes(), start_ms, slot_ms, left });
                self.work.derived += u64::from(left);
                skipped = false;
                if self.days.len() == BATCH {
                    self.derive();
                }
            } else {
                self.work.skipped += u64::from(left);
            }
            match start_ms.checked_add(i64::from(slots) * slot_ms) {
                Some(next) => start_ms = next,
                None => break,
            }
            daily_key = daily_key.next();
        }
        self.work.keys_skipped += u64::from(skipped);
    }

    /// All waiting days, slot by slot.
    fn derive(&mut self) {
        let mut states = Vec::with_capacity(BATCH);
        let mut blocks = Vec::with_capacity(BATCH);
        while !self.days.is_empty() {
            for day in &mut self.days {
                look_up(self.index, day, &mut self.hits[day.window]);
            }
            self.days.retain_mut(Day::next_slot);
            states.clear();
            states.resize(self.days.len(), INITIAL);
            blocks.clear();
            blocks.extend(self.days.iter().map(|day| last_block(&day.sub_key, 0)));
            self.sha.compress(&mut states, &blocks);
            for (day, state) in self.days.iter_mut().zip(&states) {
                day.sub_key = digest(state);
            }
        }
    }
}

impl Day {
    fn end_ms(&self) -> i64 {
        self.start_ms.saturating_add(self.slot_ms)
    }

    /// Whether there is a next slot; its sub key is not yet derived.
    fn next_slot(&mut self) -> bool {
        let end = self.end_ms();
        self.left -= 1;
        let more = self.left > 0 && end > self.start_ms;
        self.start_ms = end;
        more
    }
}

fn look_up(index: &SightingIndex, day: &Day, hits: &mut Vec<DayHit>) {
    let identifier = SubKey::from_bytes(day.sub_key).identifier().0;
    let table = &index.original;
    let mut sightings = table.sightings(&identifier, table.range(&identifier));
    if !index.is_timeless() {
        let first = sightings.partition_point(|(time, _)| to_ms(*time) < day.start_ms);
        let count = sightings[first..].partition_point(|(time, _)| to_ms(*time) <= day.end_ms());
        sightings = &sightings[first..first + count];
    }
    hits.extend(sightings.iter().map(|(_, at)| DayHit { sighting: *at as usize, slot_ms: day.start_ms }));
}
