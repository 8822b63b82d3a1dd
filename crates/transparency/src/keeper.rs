//! The keeper: holds the outer key of every upload and takes that layer off only for an opening that stands in the public
//! log. It is run by a body other than the authority; what it answers it has written down first.

use crate::Timestamp;
use crate::checkpoint::{CheckpointError, CosignedCheckpoint, FollowError, Follower, LogPolicy};
use crate::entry::{Entry, Event, Opening};
use crate::journal::Journal;
use crate::merkle::{Hash, TreeHead};
use crate::proof::LogProof;
use crate::release::Statement;
use crate::seal::{PrivateKey, PublicKey, Upload, UploadContext};
use crate::text::{FormatError, decimal};
use std::fmt;
use std::io;
use std::str::FromStr;

/// What the keeper is asked: everything that it needs to see for itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenRequest {
    /// Bytes of the upload.
    pub upload: Vec<u8>,
    /// Bytes of the opening, as it stands in the log.
    pub entry: Vec<u8>,
    /// Bytes of the statement that the upload answers; none if it was sent unasked.
    pub statement: Option<Vec<u8>>,
    /// A `tlog-proof` of the opening.
    pub proof: Vec<u8>,
    /// Proof that its checkpoint extends the one that the keeper saw last.
    pub consistency: Vec<Hash>,
}

/// Why the keeper does not open.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Upload, entry, statement or proof cannot be read.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// The checkpoint is not believed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The log went back or sideways.
    #[error(transparent)]
    Follow(#[from] FollowError),
    /// The entry is of another kind.
    #[error("the entry is no opening")]
    NotAnOpening,
    /// The log does not hold it.
    #[error("the opening does not stand in the log")]
    NotInLog,
    /// The opening is of something else.
    #[error("the opening in the log is not of this upload: {0} differs")]
    OtherUpload(&'static str),
    /// The statement is missing, not wanted, or not the one that the phone answered.
    #[error("the statement is not the one that the upload answers")]
    OtherStatement,
    /// The opening claims another purpose, scope or time than the phone's owner agreed to.
    #[error("the opening states other terms than those that the upload was sent for")]
    OtherTerms,
    /// Too late.
    #[error("the terms of the upload have expired")]
    Expired,
    /// Sealed to another key, or bound to something else than it says.
    #[error("the upload does not open with this keeper's key")]
    DoesNotOpen,
    /// What cannot be written down does not happen.
    #[error("cannot record the opening, so nothing is opened: {0}")]
    Journal(io::Error),
}

/// A line of the keeper's journal: one opening.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct OpeningRecord {
    /// When.
    pub time: Timestamp,
    /// Hash of the upload.
    pub upload: Hash,
    /// Where the opening stands in the log.
    pub index: u64,
    /// The log as the keeper saw it.
    pub head: TreeHead,
}

impl fmt::Display for OpeningRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { time, upload, index, head } = self;
        write!(f, "opened {} {upload} {index} {} {}", time.0.max(0), head.size, head.root)
    }
}

/// Not a line of a keeper's journal.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a record of an opening")]
pub struct InvalidRecord;

impl FromStr for OpeningRecord {
    type Err = InvalidRecord;
    fn from_str(line: &str) -> Result<Self, InvalidRecord> {
        let parse = || {
            let parts: Vec<_> = line.split(' ').collect();
            let ["opened", time, upload, index, size, root] = parts[..] else { return None };
            let time = Timestamp(i64::try_from(decimal(time)?).ok()?);
            let head = TreeHead { size: decimal(size)?, root: root.parse().ok()? };
            Some(Self { time, upload: upload.parse().ok()?, index: decimal(index)?, head })
        };
        parse().ok_or(InvalidRecord)
    }
}

/// A damaged line in the keeper's journal.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "line {0} of the keeper's journal is damaged: restore it; without it the keeper would forget what it saw"
)]
pub struct DamagedJournal(pub usize);

/// The keeper's state. Reached again from its journal after a restart.
#[derive(Debug)]
pub struct Keeper {
    key: PrivateKey,
    policy: LogPolicy,
    follower: Follower,
    openings: Vec<OpeningRecord>,
}

impl Keeper {
    /// A keeper that remembers what its journal says.
    pub fn start<'a>(
        key: PrivateKey,
        policy: LogPolicy,
        journal: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, DamagedJournal> {
        let mut keeper = Self { key, policy, follower: Follower::default(), openings: Vec::new() };
        for (i, line) in journal.into_iter().enumerate() {
            let record: OpeningRecord = line.parse().map_err(|_| DamagedJournal(i + 1))?;
            keeper.follower = Follower::from_latest(record.head);
            keeper.openings.push(record);
        }
        Ok(keeper)
    }

    /// The key that phones seal to.
    pub fn public(&self) -> PublicKey {
        self.key.public()
    }

    /// The log as it was seen last: what the next consistency proof starts from.
    pub fn latest(&self) -> TreeHead {
        self.follower.latest()
    }

    /// Everything it has opened, oldest first.
    pub fn openings(&self) -> &[OpeningRecord] {
        &self.openings
    }

    /// Takes the keeper's layer off: what only the unit can open. The record is durable before anything is returned.
    pub fn open(
        &mut self,
        request: &OpenRequest,
        now: Timestamp,
        journal: &mut impl Journal,
    ) -> Result<Vec<u8>, Refusal> {
        let proof = LogProof::parse(&request.proof)?;
        let checkpoint = self.policy.check(proof.checkpoint.as_bytes(), now)?;
        let mut follower = self.follower;
        follower.follow(&checkpoint, &request.consistency)?;
        let opening = logged_opening(&request.entry, &proof, &checkpoint)?;
        let upload = Upload::parse(&request.upload)?;
        check_upload(&opening, upload.context(), upload.hash())?;
        check_terms(&opening, request.statement.as_deref(), now)?;
        let stripped = upload.strip(&self.key).map_err(|_| Refusal::DoesNotOpen)?;
        let (index, head) = (proof.index, checkpoint.head());
        let record = OpeningRecord { time: now, upload: opening.upload, index, head };
        journal.append(&record.to_string()).map_err(Refusal::Journal)?;
        self.follower = follower;
        self.openings.push(record);
        Ok(stripped)
    }
}

fn logged_opening(
    bytes: &[u8],
    proof: &LogProof,
    checkpoint: &CosignedCheckpoint,
) -> Result<Opening, Refusal> {
    let Event::Opening(opening) = Entry::parse(bytes)?.event else { return Err(Refusal::NotAnOpening) };
    if !checkpoint.head().includes(proof.index, Hash::of_leaf(bytes), &proof.inclusion) {
        return Err(Refusal::NotInLog);
    }
    Ok(opening)
}

fn check_upload(opening: &Opening, context: &UploadContext, hash: Hash) -> Result<(), Refusal> {
    let differs = [
        (opening.upload != hash, "the upload"),
        (opening.subject != context.subject, "the subject"),
        (opening.terms.unit != context.unit, "the unit"),
        (opening.request != context.request, "the request"),
    ];
    match differs.into_iter().find(|(differs, _)| *differs) {
        Some((_, what)) => Err(Refusal::OtherUpload(what)),
        None => Ok(()),
    }
}

/// The opening states the terms that were agreed to. What was sent unasked has no statement: the opening's own terms stand.
fn check_terms(opening: &Opening, statement: Option<&[u8]>, now: Timestamp) -> Result<(), Refusal> {
    match (opening.request, statement) {
        (None, None) => {}
        (Some(request), Some(statement)) => {
            if Hash::of(statement) != request {
                return Err(Refusal::OtherStatement);
            }
            if Statement::parse(statement)?.terms != opening.terms {
                return Err(Refusal::OtherTerms);
            }
        }
        _ => return Err(Refusal::OtherStatement),
    }
    if opening.terms.expires <= now { Err(Refusal::Expired) } else { Ok(()) }
}
