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

    /// Reads the entries between the tree that was read and a newer checkpoint, in their order. Gives them back with their
    /// indices; one that cannot be read (a newer kind) is no error, since the tree holds it all the same. Unless all of it
    /// fits, nothing changes.
    pub fn read<'a>(
        &mut self,
        checkpoint: &CosignedCheckpoint,
        entries: impl IntoIterator<Item = &'a [u8]>,
        site: &RelyingParty,
    ) -> Result<Vec<ReadEntry>, MonitorError> {
        let (seen, offered) = (self.head().size, checkpoint.head().size);
        if offered < seen {
            return Err(FollowError::RolledBack { seen, offered }.into());
        }
        let mut next = self.clone();
        let mut read = Vec::new();
        for bytes in entries {
            let index = next.frontier.size();
            next.frontier.push(Hash::of_leaf(bytes));
            let entry = Entry::parse(bytes);
            if let Ok(entry) = &entry {
                // A key that too few let in does not count; auditors report it (`verify`).
                let _ = next.officers.read(entry, site);
            }
            read.push((index, entry));
        }
        let given = read.len() as u64;
        if given != offered - seen {
            return Err(MonitorError::Incomplete { expected: offered - seen, given });
        }
        if next.head() != checkpoint.head() {
            return Err(FollowError::Forked { seen, offered }.into());
        }
        *self = next;
        Ok(read)
    }
}
