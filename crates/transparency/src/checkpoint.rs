//! Checkpoints (C2SP tlog-checkpoint): what a log says it is. Believed only with the log's own signature and those of enough
//! pinned witnesses, and never once it went back or sideways.

use crate::Timestamp;
use crate::merkle::{Hash, TreeHead};
use crate::note::{BadSignature, Note, SignatureKind, VerifierKey};
use crate::text::{FormatError, Reader};
use serde::{Deserialize, Serialize};

/// Witnesses that must have cosigned, at least, whatever a policy says.
pub const MIN_WITNESSES: usize = 2;

/// The text of a checkpoint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    /// Which log it is of.
    pub origin: String,
    /// The tree.
    pub head: TreeHead,
}

impl Checkpoint {
    /// Three lines: origin, size, root.
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.head.size, self.head.root)
    }

    /// Reads the text of a note. Extension lines, which our logs never write, are passed over.
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        let mut reader = Reader::new("checkpoint", text.as_bytes())?;
        let origin = reader.line("origin")?;
        if origin.is_empty() {
            return Err(reader.error("origin", "is empty"));
        }
        let size = crate::text::decimal(reader.line("size")?).ok_or(reader.error("size", "is no number"))?;
        let root: Hash = reader.line("root")?.parse().map_err(|_| reader.error("root", "is no hash"))?;
        while !reader.rest().is_empty() {
            if reader.line("extension")?.is_empty() {
                return Err(reader.error("extension", "is an empty line"));
            }
        }
        if size == 0 && root != Hash::of_empty_tree() {
            return Err(reader.error("root", "is not that of the empty tree"));
        }
        Ok(Self { origin: origin.to_owned(), head: TreeHead { size, root } })
    }
}

/// Why a checkpoint is not believed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CheckpointError {
    /// Not a note, or not of a checkpoint.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// A signature by a pinned key does not fit.
    #[error(transparent)]
    BadSignature(#[from] BadSignature),
    /// Of another log.
    #[error("the checkpoint is of the log {found}, not of {pinned}")]
    OtherLog {
        /// What the first line says.
        found: String,
        /// What it should say.
        pinned: String,
    },
    /// The log did not sign it.
    #[error("the checkpoint is not signed by the log {0}")]
    NotSigned(String),
    /// Too few witnesses say that everybody sees this tree.
    #[error("{found} of the pinned witnesses cosigned the checkpoint, {needed} must")]
    TooFewWitnesses {
        /// Witnesses that did.
        found: usize,
        /// Witnesses that must.
        needed: usize,
    },
    /// Nobody has said for long that this is still the newest tree.
    #[error(
        "the checkpoint was last cosigned {age_s} seconds ago, at most {max_age_s} are allowed: newer ones are withheld"
    )]
    Stale {
        /// Seconds since enough witnesses confirmed it.
        age_s: i64,
        /// Seconds that are allowed.
        max_age_s: i64,
    },
}

/// A policy that makes no sense.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PolicyError {
    /// Not enough witnesses.
    #[error("at least {MIN_WITNESSES} witnesses must be demanded, and as many be pinned")]
    Quorum,
    /// One witness twice would count twice.
    #[error("two pinned witnesses have the same name or key: {0}")]
    Twice(String),
    /// A log's key where a witness's should be, or the reverse.
    #[error("{0} is not a key of the right kind: logs sign notes, witnesses cosign")]
    Kind(String),
}

/// Whom a verifier believes: one log, its witnesses, how many of them, and how old their word may be. As JSON an object with
/// `log`, `witnesses`, `quorum` and `max_age_s`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "PolicyFields")]
pub struct LogPolicy {
    log: VerifierKey,
    witnesses: Vec<VerifierKey>,
    quorum: usize,
    max_age_s: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFields {
    log: VerifierKey,
    witnesses: Vec<VerifierKey>,
    quorum: usize,
    max_age_s: i64,
}

impl TryFrom<PolicyFields> for LogPolicy {
    type Error = PolicyError;
    fn try_from(fields: PolicyFields) -> Result<Self, PolicyError> {
        Self::new(fields.log, fields.witnesses, fields.quorum, fields.max_age_s)
    }
}

impl LogPolicy {
    /// Cosignatures must be at most this old unless told otherwise: a day, where logs have theirs renewed hourly.
    pub const DEFAULT_MAX_AGE_S: i64 = 86_400;

    /// The log's key (its name is the origin), the pinned witnesses, how many of them must have cosigned.
    pub fn new(
        log: VerifierKey,
        witnesses: Vec<VerifierKey>,
        quorum: usize,
        max_age_s: i64,
    ) -> Result<Self, PolicyError> {
        if log.kind() != SignatureKind::Ed25519 {
            return Err(PolicyError::Kind(log.name().to_owned()));
        }
        for (i, witness) in witnesses.iter().enumerate() {
            if witness.kind() != SignatureKind::Cosignature {
                return Err(PolicyError::Kind(witness.name().to_owned()));
            }
            let same = |other: &VerifierKey| {
                other.name() == witness.name() || other.key_bytes() == witness.key_bytes()
            };
            if witnesses[..i].iter().any(same) || log.key_bytes() == witness.key_bytes() {
                return Err(PolicyError::Twice(witness.name().to_owned()));
            }
        }
        if quorum < MIN_WITNESSES || witnesses.len() < quorum {
            return Err(PolicyError::Quorum);
        }
        Ok(Self { log, witnesses, quorum, max_age_s })
    }

    /// For the log's own eyes: its signature alone. Nothing that this policy says becomes a [`CosignedCheckpoint`].
    pub(crate) fn own(log: VerifierKey) -> Self {
        Self { log, witnesses: Vec::new(), quorum: usize::MAX, max_age_s: 0 }
    }

    /// The log's key.
    pub fn log(&self) -> &VerifierKey {
        &self.log
    }

    /// The pinned witnesses.
    pub fn witnesses(&self) -> &[VerifierKey] {
        &self.witnesses
    }

    /// Origin and log signature only: the step of [`Self::check`] that does not ask who else saw it.
    pub fn check_log_signature(&self, note: &Note) -> Result<Checkpoint, CheckpointError> {
        let checkpoint = Checkpoint::parse(note.text())?;
        let pinned = self.log.name();
        if checkpoint.origin != pinned {
            return Err(CheckpointError::OtherLog { found: checkpoint.origin, pinned: pinned.to_owned() });
        }
        note.verify(&self.log)?.ok_or_else(|| CheckpointError::NotSigned(pinned.to_owned()))?;
        Ok(checkpoint)
    }

    /// Everything that can be said of a checkpoint without having seen another one.
    pub fn check(&self, note: &[u8], now: Timestamp) -> Result<CosignedCheckpoint, CheckpointError> {
        let checked = self.check_undated(note)?;
        let age_s = now - checked.witnessed_at;
        if age_s > self.max_age_s {
            return Err(CheckpointError::Stale { age_s, max_age_s: self.max_age_s });
        }
        Ok(checked)
    }

    /// As [`Self::check`], of a checkpoint that may be old: for audits of the past.
    pub fn check_undated(&self, note: &[u8]) -> Result<CosignedCheckpoint, CheckpointError> {
        let note = Note::parse(note)?;
        let checkpoint = self.check_log_signature(&note)?;
        let mut times = Vec::new();
        for witness in &self.witnesses {
            times.extend(note.verify(witness)?.and_then(|verified| verified.time));
        }
        times.sort_unstable();
        if times.len() < self.quorum {
            return Err(CheckpointError::TooFewWitnesses { found: times.len(), needed: self.quorum });
        }
        // As many as must agree have said so at this time or later.
        let witnessed_at = times[times.len() - self.quorum];
        Ok(CosignedCheckpoint { checkpoint, witnessed_at, note: note.as_str().to_owned() })
    }
}

/// A checkpoint that the pinned log signed and enough pinned witnesses cosigned. Made by [`LogPolicy`] alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CosignedCheckpoint {
    checkpoint: Checkpoint,
    witnessed_at: Timestamp,
    note: String,
}

impl CosignedCheckpoint {
    /// Which log it is of.
    pub fn origin(&self) -> &str {
        &self.checkpoint.origin
    }

    /// The tree.
    pub fn head(&self) -> TreeHead {
        self.checkpoint.head
    }

    /// Enough witnesses said at this time or later that it was the newest tree.
    pub fn witnessed_at(&self) -> Timestamp {
        self.witnessed_at
    }

    /// The note itself.
    pub fn note(&self) -> &str {
        &self.note
    }
}

/// What a verifier that keeps its latest checkpoint refuses.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FollowError {
    /// The log went back.
    #[error("the log was seen with {seen} entries and is now shown with {offered}: it went back")]
    RolledBack {
        /// Entries that were seen.
        seen: u64,
        /// Entries that are shown.
        offered: u64,
    },
    /// The log is another one than was seen.
    #[error(
        "the log of {offered} entries did not grow out of the {seen} that were seen: it is forked, or its proof is wrong"
    )]
    Forked {
        /// Entries that were seen.
        seen: u64,
        /// Entries that are shown.
        offered: u64,
    },
}

/// Keeps the latest tree that was seen, and moves on only to trees that grew out of it. To be stored before anything that
/// follows from a new checkpoint is done.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Follower {
    latest: TreeHead,
}

impl Default for Follower {
    fn default() -> Self {
        Self { latest: TreeHead::empty() }
    }
}

impl Follower {
    /// One that has seen this tree already.
    pub fn from_latest(latest: TreeHead) -> Self {
        Self { latest }
    }

    /// The latest tree.
    pub fn latest(&self) -> TreeHead {
        self.latest
    }

    /// Moves on to a checkpoint, with the proof that it extends the latest.
    pub fn follow(
        &mut self,
        checkpoint: &CosignedCheckpoint,
        consistency: &[Hash],
    ) -> Result<(), FollowError> {
        let (seen, offered) = (self.latest.size, checkpoint.head().size);
        if offered < seen {
            return Err(FollowError::RolledBack { seen, offered });
        }
        if !checkpoint.head().extends(&self.latest, consistency) {
            return Err(FollowError::Forked { seen, offered });
        }
        self.latest = checkpoint.head();
        Ok(())
    }
}
