//! The witness (C2SP tlog-witness): remembers the latest checkpoint of each log and cosigns a newer one only with the proof
//! that it grew out of it. Two of them, run by bodies that do not collude, are what makes a second face of the log useless.

use crate::Timestamp;
use crate::checkpoint::Checkpoint;
use crate::journal::Journal;
use crate::merkle::{Hash, TreeHead};
use crate::note::{Note, SignatureKind, Signer, VerifierKey};
use crate::text::{FormatError, Reader, base64, from_base64};
use std::collections::BTreeMap;
use std::io;

/// Most hashes in a consistency proof.
const MAX_PROOF: usize = 63;

/// Why a witness does not cosign; each has its HTTP status in the specification.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// 400: the request cannot be read, or its old size is beyond its checkpoint.
    #[error("the request cannot be used: {0}")]
    BadRequest(FormatError),
    /// 404: not a log that this witness watches.
    #[error("this witness does not watch that log")]
    UnknownLog,
    /// 403: not signed by the log.
    #[error("the checkpoint is not signed by the log")]
    NotSigned,
    /// 409: the log believes that the witness has seen another size.
    #[error("the latest checkpoint that was cosigned has {0} entries, not what the request says")]
    Conflict(u64),
    /// 422: no proof that the log only grew.
    #[error("the proof does not show that the log only grew")]
    Inconsistent,
    /// 500: without a record of it nothing is cosigned.
    #[error("cannot record the checkpoint, so it is not cosigned: {0}")]
    Journal(io::Error),
}

/// Why a witness cannot start.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WitnessStartError {
    /// Its key is of another kind.
    #[error("the witness's key must be a cosigning key")]
    Kind,
    /// Something in its journal is not a record.
    #[error(
        "line {0} of the witness's journal is damaged: restore it, or take a new key; never go on without it"
    )]
    Journal(usize),
}

/// A request to cosign: `POST add-checkpoint`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AddCheckpoint {
    /// Size that the witness is believed to have cosigned last; 0 for a first time.
    pub old_size: u64,
    /// Proof that the checkpoint extends the tree of that size.
    pub consistency: Vec<Hash>,
    /// The checkpoint, signed by the log.
    pub note: Note,
}

impl AddCheckpoint {
    /// The body of the request.
    pub fn to_text(&self) -> String {
        let mut text = format!("old {}\n", self.old_size);
        for hash in &self.consistency {
            text.push_str(&format!("{hash}\n"));
        }
        text.push('\n');
        text.push_str(self.note.as_str());
        text
    }

    /// Reads the body of a request.
    pub fn parse(body: &[u8]) -> Result<Self, FormatError> {
        let mut reader = Reader::new("add-checkpoint request", body)?;
        let old_size = reader.number("old")?;
        let mut consistency = Vec::new();
        loop {
            let line = reader.line("proof")?;
            if line.is_empty() {
                break;
            }
            if consistency.len() == MAX_PROOF {
                return Err(reader.error("proof", "has more than 63 hashes"));
            }
            consistency.push(line.parse().map_err(|_| reader.error("proof", "a line is no hash"))?);
        }
        Ok(Self { old_size, consistency, note: Note::parse(reader.rest().as_bytes())? })
    }
}

/// The latest checkpoint of a log, as the witness keeps it.
#[derive(Clone, Debug)]
struct Latest {
    head: TreeHead,
    /// With the log's signature and the witness's own.
    note: String,
}

/// The witness's state. Reached again from its journal after a restart.
#[derive(Debug)]
pub struct Witness {
    signer: Signer,
    logs: Vec<VerifierKey>,
    latest: BTreeMap<String, Latest>,
}

impl Witness {
    /// A witness of these logs that remembers what its journal says.
    pub fn start<'a>(
        signer: Signer,
        logs: Vec<VerifierKey>,
        journal: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, WitnessStartError> {
        if signer.verifier().kind() != SignatureKind::Cosignature {
            return Err(WitnessStartError::Kind);
        }
        let mut latest = BTreeMap::new();
        for (i, line) in journal.into_iter().enumerate() {
            let (checkpoint, note) = read_record(line).ok_or(WitnessStartError::Journal(i + 1))?;
            latest.insert(checkpoint.origin, Latest { head: checkpoint.head, note });
        }
        Ok(Self { signer, logs, latest })
    }

    /// Its public key.
    pub fn verifier(&self) -> &VerifierKey {
        self.signer.verifier()
    }

    /// The latest tree of a log that it cosigned.
    pub fn latest(&self, origin: &str) -> Option<TreeHead> {
        self.latest.get(origin).map(|latest| latest.head)
    }

    /// The latest checkpoint of the log with this origin hash (SHA-256, lower-case hexadecimal), cosigned: what monitors ask
    /// for.
    pub fn monitored(&self, origin_hash: &str) -> Option<&str> {
        let of = |origin: &str| hex::encode(Hash::of(origin.as_bytes()).0);
        self.latest.iter().find(|(origin, _)| of(origin) == origin_hash).map(|(_, latest)| &*latest.note)
    }

    /// Cosigns a checkpoint: the signature line. The record is durable before anything is returned.
    pub fn add_checkpoint(
        &mut self,
        body: &[u8],
        now: Timestamp,
        journal: &mut impl Journal,
    ) -> Result<String, WitnessError> {
        let request = AddCheckpoint::parse(body).map_err(WitnessError::BadRequest)?;
        let checkpoint = Checkpoint::parse(request.note.text()).map_err(WitnessError::BadRequest)?;
        self.check_signed(&checkpoint, &request.note)?;
        if request.old_size > checkpoint.head.size {
            let problem = "is beyond the checkpoint's";
            let error = FormatError { what: "add-checkpoint request", field: "old size", problem };
            return Err(WitnessError::BadRequest(error));
        }
        let seen = self.latest(&checkpoint.origin).unwrap_or(TreeHead::empty());
        if request.old_size != seen.size {
            return Err(WitnessError::Conflict(seen.size));
        }
        if !checkpoint.head.extends(&seen, &request.consistency) {
            return Err(WitnessError::Inconsistent);
        }
        let line = self.signer.sign(request.note.text(), now);
        // Of what stands beneath the text only the log's own signatures are kept.
        let note = format!("{}\n{}{line}", request.note.text(), request.note.lines_by(&self.logs));
        journal.append(&write_record(&note)).map_err(WitnessError::Journal)?;
        self.latest.insert(checkpoint.origin, Latest { head: checkpoint.head, note });
        Ok(line)
    }

    fn check_signed(&self, checkpoint: &Checkpoint, note: &Note) -> Result<(), WitnessError> {
        let mut keys = self.logs.iter().filter(|key| key.name() == checkpoint.origin).peekable();
        if keys.peek().is_none() {
            return Err(WitnessError::UnknownLog);
        }
        let mut signed = false;
        for key in keys {
            signed |= note.verify(key).map_err(|_| WitnessError::NotSigned)?.is_some();
        }
        if signed { Ok(()) } else { Err(WitnessError::NotSigned) }
    }
}

/// A record is one line: the base64 of the cosigned note.
fn write_record(note: &str) -> String {
    base64(note)
}

fn read_record(line: &str) -> Option<(Checkpoint, String)> {
    let note = String::from_utf8(from_base64(line)?).ok()?;
    let checkpoint = Checkpoint::parse(Note::parse(note.as_bytes()).ok()?.text()).ok()?;
    Some((checkpoint, note))
}
