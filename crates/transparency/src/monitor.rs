//! Reading the log entry by entry, as phones do: they look for entries about their owner, keep the officers' keys, and see
//! that the log only grows. Who reads every entry since the last checkpoint and arrives at the root of the new one needs no
//! consistency proof: the root itself is one.

use crate::checkpoint::{CosignedCheckpoint, FollowError};
use crate::entry::Entry;
use crate::merkle::{Frontier, Hash, TreeHead};
use crate::officers::OfficerRegister;
use crate::text::FormatError;
use crate::webauthn::RelyingParty;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Why entries do not lead to a checkpoint.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MonitorError {
    /// Went back, or became another one.
    #[error(transparent)]
    Follow(#[from] FollowError),
    /// Not as many entries as the checkpoint has beyond those that were read.
    #[error("the checkpoint has {expected} entries that were not read yet, and {given} were given")]
    Incomplete {
        /// How many it should be.
        expected: u64,
        /// How many it is.
        given: u64,
    },
}

/// What a reader of the log keeps. To be stored before anything that follows from a new checkpoint is done.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Monitor {
    frontier: Frontier,
    officers: OfficerRegister,
}

/// An entry that was read, and its index.
pub type ReadEntry = (u64, Result<Entry, FormatError>);

impl Monitor {
    /// The tree that was read.
    pub fn head(&self) -> TreeHead {
        self.frontier.head()
    }

    /// The officers' keys that count in it.
    pub fn officers(&self) -> &OfficerRegister {
        &self.officers
    }

    /// Begins to read what lies between the tree that was read and a newer checkpoint.
    pub fn reading(
        &self,
        checkpoint: &CosignedCheckpoint,
        site: &RelyingParty,
    ) -> Result<Reading, MonitorError> {
        let (seen, offered) = (self.head().size, checkpoint.head().size);
        if offered < seen {
            return Err(FollowError::RolledBack { seen, offered }.into());
        }
        Ok(Reading { next: self.clone(), seen, end: checkpoint.head(), site: site.clone() })
    }

    /// Reads the entries between the tree that was read and a newer checkpoint, in their order. Gives them back with their
    /// indices; one that cannot be read (a newer kind) is no error, since the tree holds it all the same. Unless all of it
    /// fits, nothing changes.
    pub fn read<'a>(
        &mut self,
        checkpoint: &CosignedCheckpoint,
        entries: impl IntoIterator<Item = &'a [u8]>,
        site: &RelyingParty,
    ) -> Result<Vec<ReadEntry>, MonitorError> {
        let mut reading = self.reading(checkpoint, site)?;
        let read = entries.into_iter().map(|bytes| reading.push(bytes)).collect();
        *self = reading.finish()?;
        Ok(read)
    }
}

/// Entries on their way to a checkpoint, one at a time: a reader need not hold them all. What it tells of them counts only
/// once [`Reading::finish`] says that they lead there.
#[derive(Clone, Debug)]
pub struct Reading {
    next: Monitor,
    seen: u64,
    end: TreeHead,
    site: RelyingParty,
}

impl Reading {
    /// The indices of the entries that are to be read.
    pub fn range(&self) -> Range<u64> {
        self.seen..self.end.size
    }

    /// Takes the next entry.
    pub fn push(&mut self, bytes: &[u8]) -> ReadEntry {
        let index = self.next.frontier.size();
        self.next.frontier.push(Hash::of_leaf(bytes));
        let entry = Entry::parse(bytes);
        if let Ok(entry) = &entry {
            // A key that too few let in does not count; auditors report it (`verify`).
            let _ = self.next.officers.read(entry, &self.site);
        }
        (index, entry)
    }

    /// What was read, if it leads to the checkpoint.
    pub fn finish(self) -> Result<Monitor, MonitorError> {
        let (given, offered) = (self.next.head().size - self.seen, self.end.size);
        let expected = offered - self.seen;
        if given != expected {
            return Err(MonitorError::Incomplete { expected, given });
        }
        if self.next.head() != self.end {
            return Err(FollowError::Forked { seen: self.seen, offered }.into());
        }
        Ok(self.next)
    }
}
