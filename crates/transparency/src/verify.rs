//! Checking a whole log, as an auditor does: that its files are the tree that was signed and cosigned, and that what stands
//! in it keeps the rules. Needs nothing from the authority but the files.

use crate::checkpoint::{CheckpointError, CosignedCheckpoint, LogPolicy};
use crate::entry::{Entry, Event, OfficerTag, Opening, Terms};
use crate::log::CHECKPOINT_PATH;
use crate::merkle::{Frontier, Hash, TreeHead};
use crate::officers::{OfficerRegister, OfficersError};
use crate::storage::ReadFiles;
use crate::subject::SubjectCommitment;
use crate::text::FormatError;
use crate::tiles::{TILE_WIDTH, TileError, Tiles};
use crate::webauthn::RelyingParty;
use std::collections::{BTreeMap, HashMap};

/// Why a log is not what it was signed to be.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// Its files cannot be read, or are missing.
    #[error(transparent)]
    Tiles(#[from] TileError),
    /// Its checkpoint is not believed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// There is no checkpoint.
    #[error("there is no checkpoint: nothing was published here")]
    NoCheckpoint,
    /// Its entries are not those that were signed.
    #[error("the entries do not hash to the root of the checkpoint of {0} entries")]
    OtherRoot(u64),
    /// Its tiles are not those of its entries: proofs made from them would not verify.
    #[error("tile {number} on level {level} does not fit the entries beneath it")]
    OtherTile {
        /// Level, 0 above the leaves.
        level: u8,
        /// Number on it.
        number: u64,
    },
    /// The older checkpoint is not of the same history.
    #[error("the log of {new} entries did not grow out of the checkpoint of {old}: it is forked")]
    Forked {
        /// Entries of the older checkpoint.
        old: u64,
        /// Entries of the log.
        new: u64,
    },
}

/// An entry that breaks a rule. The tree is in order all the same.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Finding {
    /// Of a kind that is not known, or not canonical.
    #[error("cannot be read: {0}")]
    Unreadable(FormatError),
    /// A request or a new key without the officers who must have signed it.
    #[error("is not signed as it must be: {0}")]
    Officers(OfficersError),
    /// Opens what nobody was asked for.
    #[error("opens the answer to a request that does not stand before it in the log")]
    NoSuchRequest,
    /// Opens for another purpose, scope, unit or time than was asked, or someone else's.
    #[error("opens on other terms, or about someone else, than the request that it names")]
    OtherTerms,
    /// Opens too late.
    #[error("opens after the request has expired")]
    Late,
    /// The private audit became shorter, or changed without growing.
    #[error("anchors an audit that went back")]
    AuditWentBack,
}

/// What a whole log is found to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Audit {
    /// Its tree.
    pub head: TreeHead,
    /// How many entries of each kind.
    pub kinds: BTreeMap<&'static str, u64>,
    /// Entries that break a rule, by index.
    pub findings: Vec<(u64, Finding)>,
}

/// The published checkpoint of a log, checked; with `now`, for freshness too.
pub fn published_checkpoint(
    files: &impl ReadFiles,
    policy: &LogPolicy,
    now: Option<crate::Timestamp>,
) -> Result<CosignedCheckpoint, VerifyError> {
    let read = files.read(CHECKPOINT_PATH);
    let note = read.map_err(|source| TileError::Read { path: CHECKPOINT_PATH.to_owned(), source })?;
    let note = note.ok_or(VerifyError::NoCheckpoint)?;
    Ok(match now {
        Some(now) => policy.check(&note, now)?,
        None => policy.check_undated(&note)?,
    })
}

/// Reads every entry and every tile up to a checkpoint, and judges what stands in them.
pub fn verify_log(
    files: &impl ReadFiles,
    checkpoint: &CosignedCheckpoint,
    site: &RelyingParty,
) -> Result<Audit, VerifyError> {
    let size = checkpoint.head().size;
    let tiles = Tiles::new(files, size);
    let mut frontier = Frontier::default();
    let mut tree = TreeCheck { tiles: &tiles, rows: Vec::new() };
    let mut rules = Rules::new(site);
    tiles.for_each_entry(0..size, |index, bytes| {
        let leaf = Hash::of_leaf(&bytes);
        frontier.push(leaf);
        tree.push(0, leaf)?;
        rules.read(index, &bytes);
        Ok::<_, VerifyError>(())
    })?;
    if frontier.head() != checkpoint.head() {
        return Err(VerifyError::OtherRoot(size));
    }
    tree.finish()?;
    Ok(Audit { head: checkpoint.head(), kinds: rules.kinds, findings: rules.findings })
}

/// That the log of a checkpoint grew out of an older tree; its files prove it.
pub fn verify_consistency(
    files: &impl ReadFiles,
    old: TreeHead,
    new: &CosignedCheckpoint,
) -> Result<(), VerifyError> {
    let new = new.head();
    let forked = VerifyError::Forked { old: old.size, new: new.size };
    if old.size > new.size {
        return Err(forked);
    }
    let proof = Tiles::new(files, new.size).consistency_proof(old.size)?;
    if new.extends(&old, &proof) { Ok(()) } else { Err(forked) }
}

/// Builds the tiles again and compares.
struct TreeCheck<'a, F> {
    tiles: &'a Tiles<F>,
    /// The open tile of each level, and its number.
    rows: Vec<(u64, Vec<Hash>)>,
}

impl<F: ReadFiles> TreeCheck<'_, F> {
    fn push(&mut self, level: usize, hash: Hash) -> Result<(), VerifyError> {
        if self.rows.len() == level {
            self.rows.push((0, Vec::new()));
        }
        let (number, row) = &mut self.rows[level];
        row.push(hash);
        if row.len() as u64 == TILE_WIDTH {
            let (full, row) = (*number, std::mem::take(row));
            *number += 1;
            self.compare(level, full, &row)?;
            let mut whole = Frontier::default();
            row.into_iter().for_each(|hash| whole.push(hash));
            self.push(level + 1, whole.head().root)?;
        }
        Ok(())
    }

    fn finish(&self) -> Result<(), VerifyError> {
        for (level, (number, row)) in self.rows.iter().enumerate() {
            if !row.is_empty() {
                self.compare(level, *number, row)?;
            }
        }
        Ok(())
    }

    fn compare(&self, level: usize, number: u64, row: &[Hash]) -> Result<(), VerifyError> {
        let level = u8::try_from(level).expect("a tree of 64-bit size has eight levels of tiles");
        if self.tiles.tile(level, number)? == row {
            Ok(())
        } else {
            Err(VerifyError::OtherTile { level, number })
        }
    }
}

/// The rules between entries.
struct Rules<'a> {
    site: &'a RelyingParty,
    officers: OfficerRegister,
    requests: HashMap<Hash, (Terms, SubjectCommitment)>,
    audit: Option<(u64, Hash)>,
    kinds: BTreeMap<&'static str, u64>,
    findings: Vec<(u64, Finding)>,
}

impl<'a> Rules<'a> {
    fn new(site: &'a RelyingParty) -> Self {
        Self {
            site,
            officers: OfficerRegister::default(),
            requests: HashMap::new(),
            audit: None,
            kinds: BTreeMap::new(),
            findings: Vec::new(),
        }
    }

    fn read(&mut self, index: u64, bytes: &[u8]) {
        let (kind, result) = match Entry::parse(bytes) {
            Ok(entry) => (entry.event.kind(), self.judge(&entry)),
            Err(error) => ("unreadable", Err(Finding::Unreadable(error))),
        };
        *self.kinds.entry(kind).or_default() += 1;
        self.findings.extend(result.err().map(|finding| (index, finding)));
    }

    fn judge(&mut self, entry: &Entry) -> Result<(), Finding> {
        self.officers.read(entry, self.site).map_err(Finding::Officers)?;
        match &entry.event {
            Event::Request(signed) => {
                let statement = &signed.statement;
                let known = (statement.terms.clone(), statement.subject);
                self.requests.insert(statement.hash(), known);
                let unit = Some(&statement.terms.unit);
                let signed_by: Result<[OfficerTag; 2], _> = self.officers.check_two(
                    &signed.signatures,
                    &statement.hash(),
                    unit,
                    statement.issued,
                    self.site,
                );
                signed_by.map(|_| ()).map_err(Finding::Officers)
            }
            Event::Opening(opening) => self.judge_opening(opening, entry),
            Event::Audit(audit) => {
                let went_back = self.audit.is_some_and(|(count, head)| {
                    audit.count < count || (audit.count == count && audit.head != head)
                });
                self.audit = Some((audit.count, audit.head));
                if went_back { Err(Finding::AuditWentBack) } else { Ok(()) }
            }
            Event::Export(_) | Event::Rule(_) | Event::OfficerKey(_) => Ok(()),
        }
    }

    fn judge_opening(&self, opening: &Opening, entry: &Entry) -> Result<(), Finding> {
        if let Some(request) = &opening.request {
            let (terms, subject) = self.requests.get(request).ok_or(Finding::NoSuchRequest)?;
            if *terms != opening.terms || *subject != opening.subject {
                return Err(Finding::OtherTerms);
            }
        }
        if entry.time >= opening.terms.expires { Err(Finding::Late) } else { Ok(()) }
    }
}
