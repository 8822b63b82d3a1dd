//! The exact table behind the filter: identifiers in order, and the sightings of each in the order of their times.

use bluezone_protocol::time::Timestamp;
use std::ops::Range;

/// A sighting: when, and its position in the sequence that the index was built from.
pub type Heard = (Timestamp, u32);

/// Look-ups cost a cache miss or two; however identifiers are chosen, never more steps than the logarithm of their
/// number.
pub struct Table<const N: usize> {
    /// Ascending, each once.
    identifiers: Vec<[u8; N]>,
    /// Where the identifiers of a prefix begin: as many prefixes as identifiers, and the end.
    prefixes: Vec<u32>,
    /// Where the sightings of an identifier begin, and the end.
    groups: Vec<u32>,
    /// By identifier, then by time.
    sightings: Vec<Heard>,
}

impl<const N: usize> Table<N> {
    pub fn new(mut heard: Vec<([u8; N], Heard)>) -> Self {
        heard.sort_unstable();
        let mut table = Self {
            identifiers: Vec::new(),
            prefixes: Vec::new(),
            groups: Vec::new(),
            sightings: Vec::with_capacity(heard.len()),
        };
        for (identifier, sighting) in heard {
            if table.identifiers.last() != Some(&identifier) {
                table.identifiers.push(identifier);
                table.groups.push(table.sightings.len() as u32);
            }
            table.sightings.push(sighting);
        }
        table.groups.push(table.sightings.len() as u32);
        let count = table.identifiers.len();
        table.prefixes.reserve_exact(count + 1);
        for (at, identifier) in table.identifiers.iter().enumerate() {
            let prefix = prefix(identifier, count);
            while table.prefixes.len() <= prefix {
                table.prefixes.push(at as u32);
            }
        }
        table.prefixes.resize(count + 1, count as u32);
        table
    }

    pub fn identifiers(&self) -> &[[u8; N]] {
        &self.identifiers
    }

    /// Where `identifier` can stand.
    pub fn range(&self, identifier: &[u8; N]) -> Range<usize> {
        let prefix = prefix(identifier, self.identifiers.len());
        match self.prefixes[prefix..] {
            [start, end, ..] => start as usize..end as usize,
            _ => 0..0,
        }
    }

    /// The sightings of `identifier`, if it stands in its `range`, by time.
    pub fn sightings(&self, identifier: &[u8; N], range: Range<usize>) -> &[Heard] {
        let Ok(at) = self.identifiers[range.clone()].binary_search(identifier) else { return &[] };
        let at = range.start + at;
        &self.sightings[self.groups[at] as usize..self.groups[at + 1] as usize]
    }
}

/// The first four bytes, scaled to `count`: never larger for a smaller identifier.
fn prefix<const N: usize>(identifier: &[u8; N], count: usize) -> usize {
    let first = u32::from_be_bytes(*identifier.first_chunk().expect("an identifier has 12 or 16 bytes"));
    ((u64::from(first) * count as u64) >> 32) as usize
}
