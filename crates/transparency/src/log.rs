//! Writing the log: entries become bundles and tiles, then a head that the log has signed, then - once witnesses have
//! cosigned it - the published checkpoint.
//!
//! The order is what keeps it sound. `head` is what the log itself stands for and is written after everything beneath it;
//! `checkpoint` is what the public sees and is written last. A log that signed two trees of one size is broken for ever, so
//! whoever calls [`Log::append`] numbers the entries durably first: a rerun after a crash then writes the same bytes, and
//! files that cannot change ([`WriteFiles::create`]) refuse anything else.

use crate::Timestamp;
use crate::checkpoint::{Checkpoint, CheckpointError, CosignedCheckpoint, LogPolicy};
use crate::merkle::{Hash, TreeHead};
use crate::note::{Note, SignatureKind, Signer, VerifierKey};
use crate::storage::WriteFiles;
use crate::tiles::{MAX_ENTRY, TILE_WIDTH, TileError, Tiles, bundle_path, tile_path, write_bundle};
use std::io;

/// The published checkpoint: signed by the log and cosigned by witnesses.
pub const CHECKPOINT_PATH: &str = "checkpoint";
/// The newest head, signed by the log alone.
pub const HEAD_PATH: &str = "head";

/// Why the log cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Its files cannot be read.
    #[error(transparent)]
    Tiles(#[from] TileError),
    /// Its files cannot be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// The file.
        path: String,
        /// What the storage said.
        source: io::Error,
    },
    /// The head is not this log's.
    #[error("the log's own head cannot be used: {0}")]
    Head(CheckpointError),
    /// The tiles do not hash to the head that was signed.
    #[error(
        "the log's files do not hash to its signed head of {0} entries: restore them before anything is appended"
    )]
    Damaged(u64),
    /// An entry is empty or longer than its two length bytes can say.
    #[error("an entry must be 1 to {MAX_ENTRY} bytes long")]
    EntryLength,
    /// A checkpoint must never go back.
    #[error("the checkpoint of {offered} entries is older than the published one of {published}")]
    WouldRollBack {
        /// Entries that are published.
        published: u64,
        /// Entries of the checkpoint that was to be published.
        offered: u64,
    },
    /// Only what the log itself stands for is published.
    #[error("the checkpoint to be published is not of the log's head")]
    NotTheHead,
    /// The key of a log signs notes.
    #[error("the log's key must be an Ed25519 note key, not a witness's")]
    WrongKind,
}

/// A log and the right to append to it. One process at a time writes.
#[derive(Debug)]
pub struct Log<F> {
    files: F,
    signer: Signer,
    head: TreeHead,
}

impl<F: WriteFiles> Log<F> {
    /// Opens the log whose origin is the key's name; a log without a head is empty.
    pub fn open(files: F, signer: Signer) -> Result<Self, LogError> {
        if signer.verifier().kind() != SignatureKind::Ed25519 {
            return Err(LogError::WrongKind);
        }
        let head = match read(&files, HEAD_PATH)? {
            None => TreeHead::empty(),
            Some(note) => {
                let own = LogPolicy::own(signer.verifier().clone());
                own.check_log_signature(&note).map_err(LogError::Head)?.head
            }
        };
        Ok(Self { files, signer, head })
    }

    /// Size and root of what the log stands for.
    pub fn head(&self) -> TreeHead {
        self.head
    }

    /// The files, to read from.
    pub fn files(&self) -> &F {
        &self.files
    }

    /// The tree of the head.
    pub fn tiles(&self) -> Tiles<&F> {
        Tiles::new(&self.files, self.head.size)
    }

    /// The head as the log signed it: what witnesses are asked to cosign.
    pub fn signed_head(&self) -> String {
        let text = Checkpoint { origin: self.signer.verifier().name().to_owned(), head: self.head }.to_text();
        // The log's signature carries no time.
        let line = self.signer.sign(&text, Timestamp(0));
        format!("{text}\n{line}")
    }

    /// Appends entries and signs the new head. Entries get the indices from the present size on, in this order.
    pub fn append<E: AsRef<[u8]>>(&mut self, entries: &[E]) -> Result<TreeHead, LogError> {
        if entries.iter().any(|entry| !(1..=MAX_ENTRY).contains(&entry.as_ref().len())) {
            return Err(LogError::EntryLength);
        }
        let tiles = Tiles::new(&self.files, self.head.size);
        if tiles.root()? != self.head.root {
            return Err(LogError::Damaged(self.head.size));
        }
        write_bundles(&self.files, &tiles, self.head.size, entries)?;
        let leaves = entries.iter().map(|entry| Hash::of_leaf(entry.as_ref())).collect();
        write_tiles(&self.files, &tiles, self.head.size, leaves)?;
        let size = self.head.size + entries.len() as u64;
        let before = self.head;
        self.head = TreeHead { size, root: Tiles::new(&self.files, size).root()? };
        let signed = self.signed_head();
        self.files.replace(HEAD_PATH, signed.as_bytes()).map_err(|source| {
            self.head = before;
            LogError::Write { path: HEAD_PATH.to_owned(), source }
        })?;
        Ok(self.head)
    }

    /// Publishes a cosigned checkpoint of the head.
    pub fn publish(&self, checkpoint: &CosignedCheckpoint) -> Result<(), LogError> {
        if checkpoint.head() != self.head || checkpoint.origin() != self.signer.verifier().name() {
            return Err(LogError::NotTheHead);
        }
        if let Some(present) = read(&self.files, CHECKPOINT_PATH)? {
            let own = LogPolicy::own(self.signer.verifier().clone());
            let published = own.check_log_signature(&present).map_err(LogError::Head)?.head.size;
            if published > self.head.size {
                return Err(LogError::WouldRollBack { published, offered: self.head.size });
            }
        }
        write(&self.files, CHECKPOINT_PATH, checkpoint.note().as_bytes(), WriteFiles::replace)
    }
}

/// Adds what witnesses answered to a signed head: the note that [`LogPolicy::check`] takes. Of the answers only lines by these
/// witnesses that fit the head are taken, so that none of them can spoil the note.
pub fn with_cosignatures<'a>(
    signed_head: &str,
    witnesses: &[VerifierKey],
    answers: impl IntoIterator<Item = &'a str>,
) -> String {
    let mut note = signed_head.to_owned();
    let Ok(head) = Note::parse(signed_head.as_bytes()) else { return note };
    for answer in answers {
        let Ok(answered) = Note::parse(format!("{}\n{answer}", head.text()).as_bytes()) else { continue };
        for witness in witnesses {
            if matches!(answered.verify(witness), Ok(Some(_))) {
                note.push_str(&answered.lines_by(std::slice::from_ref(witness)));
            }
        }
    }
    note
}

/// Bundles from the one that holds the first new entry on.
fn write_bundles<F: WriteFiles, E: AsRef<[u8]>>(
    files: &F,
    tiles: &Tiles<&F>,
    size: u64,
    entries: &[E],
) -> Result<(), LogError> {
    let mut number = size / TILE_WIDTH;
    let present = if size.is_multiple_of(TILE_WIDTH) { Vec::new() } else { tiles.bundle(number)? };
    let mut open: Vec<&[u8]> = present.iter().map(Vec::as_slice).collect();
    for entry in entries {
        open.push(entry.as_ref());
        if open.len() as u64 == TILE_WIDTH {
            let path = bundle_path(number, TILE_WIDTH);
            write(files, &path, &write_bundle(open.drain(..)), WriteFiles::create)?;
            number += 1;
        }
    }
    if !open.is_empty() && !entries.is_empty() {
        let path = bundle_path(number, open.len() as u64);
        write(files, &path, &write_bundle(open), WriteFiles::create)?;
    }
    Ok(())
}

/// Tiles, level by level: the hashes of the tiles that were filled on one level are the new hashes of the next.
fn write_tiles<F: WriteFiles>(
    files: &F,
    tiles: &Tiles<&F>,
    mut size: u64,
    mut new: Vec<Hash>,
) -> Result<(), LogError> {
    for level in 0.. {
        if new.is_empty() {
            break;
        }
        let mut number = size / TILE_WIDTH;
        let mut open =
            if size.is_multiple_of(TILE_WIDTH) { Vec::new() } else { tiles.tile(level, number)? };
        let mut filled = Vec::new();
        for hash in new {
            open.push(hash);
            if open.len() as u64 == TILE_WIDTH {
                write_tile(files, level, number, &open)?;
                filled.push(whole_tile_hash(std::mem::take(&mut open)));
                number += 1;
            }
        }
        if !open.is_empty() {
            write_tile(files, level, number, &open)?;
        }
        (size, new) = (size / TILE_WIDTH, filled);
    }
    Ok(())
}

fn whole_tile_hash(mut row: Vec<Hash>) -> Hash {
    while row.len() > 1 {
        row = row.chunks(2).map(|pair| Hash::of_node(&pair[0], &pair[1])).collect();
    }
    row[0]
}

fn write_tile<F: WriteFiles>(files: &F, level: u8, number: u64, hashes: &[Hash]) -> Result<(), LogError> {
    let path = tile_path(level, number, hashes.len() as u64);
    let bytes: Vec<u8> = hashes.iter().flat_map(|hash| hash.0).collect();
    write(files, &path, &bytes, WriteFiles::create)
}

fn write<F: WriteFiles>(
    files: &F,
    path: &str,
    bytes: &[u8],
    how: impl FnOnce(&F, &str, &[u8]) -> io::Result<()>,
) -> Result<(), LogError> {
    how(files, path, bytes).map_err(|source| LogError::Write { path: path.to_owned(), source })
}

fn read<F: WriteFiles>(files: &F, path: &str) -> Result<Option<Note>, LogError> {
    let bytes = files.read(path).map_err(|source| TileError::Read { path: path.to_owned(), source })?;
    bytes.map(|bytes| Note::parse(&bytes)).transpose().map_err(|error| LogError::Head(error.into()))
}
