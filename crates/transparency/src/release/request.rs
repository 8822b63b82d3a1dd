//! What a phone checks before its owner sees a request.

use super::file::{Envelope, RequestsFile};
use super::{Details, Statement};
use crate::Timestamp;
use crate::checkpoint::{CosignedCheckpoint, FollowError};
use crate::entry::{Entry, Event, OfficerTag};
use crate::merkle::Hash;
use crate::monitor::Monitor;
use crate::officers::OfficersError;
use crate::release::SignedStatement;
use crate::seal::PrivateKey;
use crate::subject::SubjectHandle;
use crate::text::FormatError;
use crate::webauthn::RelyingParty;
use std::collections::HashSet;

/// A request may be open this long at most: 14 days.
pub const MAX_VALIDITY_S: i64 = 14 * 86_400;
/// It may look back this far at most: 21 days before it was made.
pub const MAX_LOOK_BACK_S: i64 = 21 * 86_400;
/// How far the authority's clock may be ahead of the phone's.
pub const CLOCK_TOLERANCE_S: i64 = 3_600;

/// Why a request is not shown to the phone's owner.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RequestError {
    /// The phone has not read the log up to the file's checkpoint.
    #[error("the log was read up to {read} entries, and the requests file speaks of {of}")]
    LogNotRead {
        /// Entries that were read.
        read: u64,
        /// Entries of the file's checkpoint.
        of: u64,
    },
    /// The file's checkpoint is older than, or not the same log as, what the phone has seen.
    #[error(transparent)]
    Follow(#[from] FollowError),
    /// The envelope, or the entry in it, cannot be read.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// The entry is of another kind.
    #[error("the entry is no request")]
    NotARequest,
    /// About someone else.
    #[error("the request is about someone else")]
    NotForThisPhone,
    /// The log does not hold it.
    #[error("the request does not stand in the log")]
    NotInLog,
    /// Two officers have not signed exactly this.
    #[error(transparent)]
    Officers(#[from] OfficersError),
    /// The text beside it is not the one that was signed for.
    #[error("the words that come with the request are not those that were signed")]
    OtherDetails,
    /// Made in the future.
    #[error("the request says that it was made in the future")]
    NotYet,
    /// Its time is over.
    #[error("the request has expired")]
    Expired,
    /// Open for too long.
    #[error("the request would be open for more than 14 days")]
    OpenTooLong,
    /// Asks for more time than a request may.
    #[error("the request asks for days that it may not: at most 21 days back, and none to come")]
    ScopeTooWide,
    /// Answered, refused or seen before.
    #[error("the request was answered before")]
    Replayed,
}

/// Everything about a phone that the checks need.
#[derive(Clone, Copy, Debug)]
pub struct Phone<'a> {
    /// Keys that it made, to which requests are sealed.
    pub keys: &'a [PrivateKey],
    /// Handles that it made, by which entries are about it.
    pub handles: &'a [SubjectHandle],
    /// The log as far as it has read it.
    pub monitor: &'a Monitor,
    /// The officers' site, pinned.
    pub site: &'a RelyingParty,
    /// Hashes of the statements that its owner has answered.
    pub answered: &'a HashSet<Hash>,
}

/// A request that passed every check: the only kind that can be shown or answered. Nothing else makes one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifiedRequest {
    statement: Statement,
    hash: Hash,
    index: u64,
    officers: [OfficerTag; 2],
    details: Details,
}

impl VerifiedRequest {
    /// What is asked.
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// Its hash: to be kept once it is answered.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// Where it stands in the log.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Who signed it.
    pub fn officers(&self) -> [OfficerTag; 2] {
        self.officers
    }

    /// What the authority tells this person alone.
    pub fn details(&self) -> &Details {
        &self.details
    }
}

impl Phone<'_> {
    /// The requests of a file that are for this phone: each verified, or why not. Of two copies of one, the second counts as
    /// replayed. The log must have been read ([`Monitor::read`]) up to the file's checkpoint.
    pub fn requests(
        &self,
        file: &RequestsFile,
        now: Timestamp,
    ) -> Result<Vec<Result<VerifiedRequest, RequestError>>, RequestError> {
        self.check_log(file.checkpoint())?;
        let mut seen = self.answered.clone();
        let check = |text: Vec<u8>| {
            let request = self.check(&text, file.checkpoint(), now)?;
            if seen.insert(request.hash) { Ok(request) } else { Err(RequestError::Replayed) }
        };
        Ok(file.opened(self.keys).map(check).collect())
    }

    fn check_log(&self, checkpoint: &CosignedCheckpoint) -> Result<(), RequestError> {
        let (read, of) = (self.monitor.head(), checkpoint.head());
        if of.size < read.size {
            return Err(FollowError::RolledBack { seen: read.size, offered: of.size }.into());
        }
        if of.size > read.size {
            return Err(RequestError::LogNotRead { read: read.size, of: of.size });
        }
        if of != read {
            return Err(FollowError::Forked { seen: read.size, offered: of.size }.into());
        }
        Ok(())
    }

    fn check(
        &self,
        envelope: &[u8],
        checkpoint: &CosignedCheckpoint,
        now: Timestamp,
    ) -> Result<VerifiedRequest, RequestError> {
        let Envelope { index, inclusion, details, entry } = Envelope::parse(envelope)?;
        let leaf = Hash::of_leaf(&entry);
        let entry = Entry::parse(&entry)?;
        let Event::Request(SignedStatement { statement, signatures }) = entry.event else {
            return Err(RequestError::NotARequest);
        };
        if !self.handles.iter().any(|handle| handle.recognises(&statement.subject)) {
            return Err(RequestError::NotForThisPhone);
        }
        if !checkpoint.head().includes(index, leaf, &inclusion) {
            return Err(RequestError::NotInLog);
        }
        let hash = statement.hash();
        let unit = Some(&statement.terms.unit);
        let officers = self.monitor.officers();
        let officers = officers.check_two(&signatures, &hash, unit, statement.issued, self.site)?;
        if details.commitment() != statement.details {
            return Err(RequestError::OtherDetails);
        }
        check_times(&statement, now)?;
        Ok(VerifiedRequest { statement, hash, index, officers, details })
    }
}

fn check_times(statement: &Statement, now: Timestamp) -> Result<(), RequestError> {
    let Statement { issued, terms, .. } = statement;
    if *issued > now + CLOCK_TOLERANCE_S {
        return Err(RequestError::NotYet);
    }
    if terms.expires <= now {
        return Err(RequestError::Expired);
    }
    if terms.expires - *issued > MAX_VALIDITY_S {
        return Err(RequestError::OpenTooLong);
    }
    if terms.scope.from < *issued - MAX_LOOK_BACK_S || terms.scope.until > *issued {
        return Err(RequestError::ScopeTooWide);
    }
    Ok(())
}
