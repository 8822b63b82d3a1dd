//! The tree as static files, by C2SP tlog-tiles: tiles of 256 hashes and bundles of 256 entries, whose names say exactly what
//! is in them. Reading here; [`crate::log`] writes.

use crate::merkle::{self, Hash};
use crate::storage::ReadFiles;
use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::ops::Range;

/// Hashes in a whole tile, entries in a whole bundle.
pub const TILE_WIDTH: u64 = 256;
/// Levels of the tree in one tile.
const TILE_HEIGHT: u8 = 8;
/// Longest entry in bytes: its length stands in two bytes.
pub const MAX_ENTRY: usize = u16::MAX as usize;

/// Why the files of a log cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TileError {
    /// The storage failed.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: String,
        /// What the storage said.
        source: io::Error,
    },
    /// A file that the tree's size promises is not there.
    #[error("{0} is missing: the log promises more than it shows")]
    Missing(String),
    /// A file is not as long as its name says, or cannot be taken apart.
    #[error("{0} is damaged: its length does not fit its name")]
    Damaged(String),
    /// An index or size beyond the tree.
    #[error("entry {index} is beyond the log's {size} entries")]
    Beyond {
        /// What was asked for.
        index: u64,
        /// How many there are.
        size: u64,
    },
}

/// Path of a tile of hashes, `width` of them wide (256: whole).
pub fn tile_path(level: u8, number: u64, width: u64) -> String {
    format!("tile/{level}/{}", number_path(number, width))
}

/// Path of a bundle of entries, `width` of them wide (256: whole).
pub fn bundle_path(number: u64, width: u64) -> String {
    format!("tile/entries/{}", number_path(number, width))
}

fn number_path(number: u64, width: u64) -> String {
    let mut path = format!("{:03}", number % 1000);
    let mut rest = number / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    if width < TILE_WIDTH {
        path.push_str(&format!(".p/{width}"));
    }
    path
}

/// Joins entries to a bundle. Each is at most [`MAX_ENTRY`] bytes.
pub(crate) fn write_bundle<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut bundle = Vec::new();
    for entry in entries {
        let length = u16::try_from(entry.len()).expect("entries are checked before they get here");
        bundle.extend(length.to_be_bytes());
        bundle.extend(entry);
    }
    bundle
}

/// Takes a bundle apart: entries with their length in two bytes, big-endian, before each. `None` if it ends within one.
pub fn read_bundle(mut bundle: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut entries = Vec::new();
    while let Some((length, rest)) = bundle.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, rest) = rest.split_at_checked(length)?;
        entries.push(entry.to_vec());
        bundle = rest;
    }
    bundle.is_empty().then_some(entries)
}

/// Reads the tree of a given size. Nothing it reads is trusted: what it tells is to be verified against a checkpoint.
pub struct Tiles<F> {
    files: F,
    size: u64,
    cache: RefCell<HashMap<(u8, u64), Vec<Hash>>>,
}

impl<F: ReadFiles> Tiles<F> {
    /// The tree of `size` entries in these files.
    pub fn new(files: F, size: u64) -> Self {
        Self { files, size, cache: RefCell::default() }
    }

    /// Root of the tree.
    pub fn root(&self) -> Result<Hash, TileError> {
        merkle::range_hash(0, self.size, &mut |level, index| self.node(level, index))
    }

    /// Proof that the entry at `index` is in it.
    pub fn inclusion_proof(&self, index: u64) -> Result<Vec<Hash>, TileError> {
        if index >= self.size {
            return Err(TileError::Beyond { index, size: self.size });
        }
        merkle::inclusion_proof(index, self.size, &mut |level, index| self.node(level, index))
    }

    /// Proof that it extends the tree of `old` entries.
    pub fn consistency_proof(&self, old: u64) -> Result<Vec<Hash>, TileError> {
        if old > self.size {
            return Err(TileError::Beyond { index: old, size: self.size });
        }
        merkle::consistency_proof(old, self.size, &mut |level, index| self.node(level, index))
    }

    /// The entries of a range, a bundle at a time: `each(index, entry)`.
    pub fn for_each_entry<E: From<TileError>>(
        &self,
        range: Range<u64>,
        mut each: impl FnMut(u64, Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        if range.end > self.size {
            return Err(TileError::Beyond { index: range.end, size: self.size }.into());
        }
        let mut next = range.start;
        while next < range.end {
            let number = next / TILE_WIDTH;
            let first = number * TILE_WIDTH;
            for (offset, entry) in (0..).zip(self.bundle(number)?) {
                if range.contains(&(first + offset)) {
                    each(first + offset, entry)?;
                }
            }
            next = first + TILE_WIDTH;
        }
        Ok(())
    }

    /// The entries of a range.
    pub fn entries(&self, range: Range<u64>) -> Result<Vec<Vec<u8>>, TileError> {
        let mut entries = Vec::new();
        self.for_each_entry(range, |_, entry| {
            entries.push(entry);
            Ok::<_, TileError>(())
        })?;
        Ok(entries)
    }

    /// Hash of the whole subtree of `2^level` leaves that is the `index`-th of its kind.
    fn node(&self, level: u8, index: u64) -> Result<Hash, TileError> {
        let (tile_level, within) = (level / TILE_HEIGHT, level % TILE_HEIGHT);
        let first = index << within;
        let hashes = self.tile(tile_level, first / TILE_WIDTH)?;
        let offset = (first % TILE_WIDTH) as usize;
        let mut row = hashes[offset..offset + (1 << within)].to_vec();
        while row.len() > 1 {
            row = row.chunks(2).map(|pair| Hash::of_node(&pair[0], &pair[1])).collect();
        }
        Ok(row[0])
    }

    /// How wide a tile is in the tree of this size.
    fn width(&self, level: u8, number: u64) -> u64 {
        let hashes = self.size.checked_shr(u32::from(TILE_HEIGHT) * u32::from(level)).unwrap_or(0);
        hashes.saturating_sub(number * TILE_WIDTH).min(TILE_WIDTH)
    }

    /// The hashes of a tile, all that the tree's size promises.
    pub(crate) fn tile(&self, level: u8, number: u64) -> Result<Vec<Hash>, TileError> {
        if let Some(hashes) = self.cache.borrow().get(&(level, number)) {
            return Ok(hashes.clone());
        }
        let width = self.width(level, number);
        let bytes = self.read(|width| tile_path(level, number, width), width)?;
        let (hashes, rest) = bytes.as_chunks::<32>();
        if !rest.is_empty() || (hashes.len() as u64) < width {
            return Err(TileError::Damaged(tile_path(level, number, width)));
        }
        let hashes: Vec<_> = hashes.iter().take(width as usize).map(|bytes| Hash(*bytes)).collect();
        self.cache.borrow_mut().insert((level, number), hashes.clone());
        Ok(hashes)
    }

    /// The entries of a bundle, all that the tree's size promises.
    pub(crate) fn bundle(&self, number: u64) -> Result<Vec<Vec<u8>>, TileError> {
        let width = self.width(0, number);
        let bytes = self.read(|width| bundle_path(number, width), width)?;
        let damaged = || TileError::Damaged(bundle_path(number, width));
        let mut entries = read_bundle(&bytes).ok_or_else(damaged)?;
        if (entries.len() as u64) < width {
            return Err(damaged());
        }
        entries.truncate(width as usize);
        Ok(entries)
    }

    /// The file of this width, or the whole one: a log may delete the partial file once the whole one is there.
    fn read(&self, path: impl Fn(u64) -> String, width: u64) -> Result<Vec<u8>, TileError> {
        for width in [width, TILE_WIDTH] {
            let path = path(width);
            match self.files.read(&path) {
                Ok(Some(bytes)) => return Ok(bytes),
                Ok(None) => {}
                Err(source) => return Err(TileError::Read { path, source }),
            }
        }
        Err(TileError::Missing(path(width)))
    }
}
