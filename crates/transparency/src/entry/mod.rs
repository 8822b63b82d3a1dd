//! What stands in the log: canonical text, one spelling for each entry.
//!
//! ```text
//! bluezone/entry/v1
//! kind opening
//! time 1622505600
//! …
//! ```
//!
//! The first three lines are the same in every kind; what follows stands in `docs/transparency.md`. Numbers are decimal
//! without leading zeroes, times UTC epoch seconds, bytes standard base64.

mod officer_key;
mod terms;

pub use officer_key::{KeyChange, OfficerKeyChange, OfficerTag};
pub use terms::{DataKind, Scope, Terms};

use crate::Timestamp;
use crate::merkle::Hash;
use crate::release::SignedStatement;
use crate::subject::SubjectCommitment;
use crate::text::{FormatError, Line, Reader};
use std::fmt::Write as _;

/// The first line of an entry.
const HEADER: &str = "bluezone/entry/v1";
/// Most subjects in one entry; an export of more people is several entries.
pub const MAX_SUBJECTS: usize = 256;

/// An entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// When it was made, by the clock of the server.
    pub time: Timestamp,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// Someone is asked for their history.
    Request(SignedStatement),
    /// An upload is to be opened; the keeper opens against this entry only.
    Opening(Opening),
    /// Personal data leaves the register.
    Export(Export),
    /// A rule changed: a disease profile, a retention time, a form.
    Rule(RuleChange),
    /// The private audit of ordinary reads stands here.
    Audit(AuditHead),
    /// A key by which an officer signs requests begins or ends.
    OfficerKey(OfficerKeyChange),
}

/// An upload is opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opening {
    /// For which unit, why, what and until when.
    pub terms: Terms,
    /// Whose upload: as in the upload.
    pub subject: SubjectCommitment,
    /// Hash of the statement that it answers; none if it was sent unasked.
    pub request: Option<Hash>,
    /// Hash of the upload.
    pub upload: Hash,
    /// Who opens it.
    pub officer: OfficerTag,
}

/// Personal data leaves the register.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Export {
    /// For which unit, why, what and until when.
    pub terms: Terms,
    /// How many people's records.
    pub records: u64,
    /// Those of them who have a handle, at most [`MAX_SUBJECTS`].
    pub subjects: Vec<SubjectCommitment>,
    /// Who takes it.
    pub officer: OfficerTag,
}

/// A rule changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RuleChange {
    /// Unit that changed it.
    pub unit: Line,
    /// On what legal basis.
    pub basis: Line,
    /// Which rule.
    pub rule: Line,
    /// SHA-256 of its new text.
    pub version: Hash,
    /// What is different, in words.
    pub summary: Line,
    /// From when on.
    pub effective: Timestamp,
}

/// The newest link of the private, hash-chained audit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditHead {
    /// Links in the chain.
    pub count: u64,
    /// Hash of the newest.
    pub head: Hash,
}

impl Event {
    /// The name of its kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Event::Request(_) => "request",
            Event::Opening(_) => "opening",
            Event::Export(_) => "export",
            Event::Rule(_) => "rule",
            Event::Audit(_) => "audit",
            Event::OfficerKey(_) => "officer-key",
        }
    }
}

impl Entry {
    /// Its bytes in the log.
    pub fn to_text(&self) -> String {
        let mut text = format!("{HEADER}\nkind {}\ntime {}\n", self.event.kind(), self.time.0.max(0));
        self.event.write(&mut text).expect("writing to a string does not fail");
        text
    }

    /// Leaf hash in the log.
    pub fn leaf(&self) -> Hash {
        Hash::of_leaf(self.to_text().as_bytes())
    }

    /// Whose data it is about.
    pub fn subjects(&self) -> &[SubjectCommitment] {
        match &self.event {
            Event::Request(signed) => std::slice::from_ref(&signed.statement.subject),
            Event::Opening(opening) => std::slice::from_ref(&opening.subject),
            Event::Export(export) => &export.subjects,
            Event::Rule(_) | Event::Audit(_) | Event::OfficerKey(_) => &[],
        }
    }

    /// Reads an entry. Of each there is exactly one spelling: what is read and written again is the same.
    pub fn parse(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut reader = Reader::new("log entry", bytes)?;
        reader.exactly(HEADER)?;
        let kind = reader.field("kind")?;
        let time = reader.time("time")?;
        let event = match kind {
            "request" => Event::Request(SignedStatement::read(&mut reader)?),
            "opening" => Event::Opening(Opening::read(&mut reader)?),
            "export" => Event::Export(Export::read(&mut reader)?),
            "rule" => Event::Rule(RuleChange::read(&mut reader)?),
            "audit" => Event::Audit(AuditHead::read(&mut reader)?),
            "officer-key" => Event::OfficerKey(OfficerKeyChange::read(&mut reader)?),
            _ => return Err(reader.error("kind", "is not known")),
        };
        reader.end()?;
        Ok(Self { time, event })
    }
}

impl Event {
    fn write(&self, text: &mut String) -> std::fmt::Result {
        match self {
            Event::Request(signed) => text.write_str(&signed.to_text()),
            Event::Opening(opening) => {
                opening.terms.write(text)?;
                writeln!(text, "subject {}", opening.subject)?;
                writeln!(text, "request {}", or_none(opening.request.as_ref()))?;
                writeln!(text, "upload {}", opening.upload)?;
                writeln!(text, "officer {}", opening.officer)
            }
            Event::Export(export) => {
                export.terms.write(text)?;
                writeln!(text, "records {}", export.records)?;
                for subject in &export.subjects {
                    writeln!(text, "subject {subject}")?;
                }
                writeln!(text, "officer {}", export.officer)
            }
            Event::Rule(rule) => {
                writeln!(text, "unit {}\nbasis {}\nrule {}", rule.unit, rule.basis, rule.rule)?;
                let effective = rule.effective.0.max(0);
                writeln!(text, "version {}\nsummary {}\neffective {effective}", rule.version, rule.summary)
            }
            Event::Audit(audit) => writeln!(text, "count {}\nhead {}", audit.count, audit.head),
            Event::OfficerKey(change) => text.write_str(&change.to_text()),
        }
    }
}

impl Opening {
    fn read(reader: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self {
            terms: Terms::read(reader)?,
            subject: reader.parse("subject", "is no commitment")?,
            request: read_or_none(reader, "request")?,
            upload: Hash(reader.bytes("upload")?),
            officer: reader.parse("officer", "is no officer")?,
        })
    }
}

impl Export {
    fn read(reader: &mut Reader<'_>) -> Result<Self, FormatError> {
        let (terms, records) = (Terms::read(reader)?, reader.number("records")?);
        let mut subjects = Vec::new();
        while reader.is_next("subject") {
            if subjects.len() == MAX_SUBJECTS {
                return Err(reader.error("subject", "there are more than 256"));
            }
            subjects.push(reader.parse("subject", "is no commitment")?);
        }
        Ok(Self { terms, records, subjects, officer: reader.parse("officer", "is no officer")? })
    }
}

impl RuleChange {
    fn read(reader: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self {
            unit: reader.text("unit")?,
            basis: reader.text("basis")?,
            rule: reader.text("rule")?,
            version: Hash(reader.bytes("version")?),
            summary: reader.text("summary")?,
            effective: reader.time("effective")?,
        })
    }
}

impl AuditHead {
    fn read(reader: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self { count: reader.number("count")?, head: Hash(reader.bytes("head")?) })
    }
}

/// A hash that may be missing.
pub(crate) fn or_none(hash: Option<&Hash>) -> String {
    hash.map_or_else(|| "none".to_owned(), Hash::to_string)
}

pub(crate) fn read_or_none(
    reader: &mut Reader<'_>,
    field: &'static str,
) -> Result<Option<Hash>, FormatError> {
    match reader.field(field)? {
        "none" => Ok(None),
        hash => hash.parse().map(Some).map_err(|_| reader.error(field, "is no hash")),
    }
}
