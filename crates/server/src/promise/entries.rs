//! Entries as their causes write them. Whoever changes or takes something that the log must know of makes the entry here and
//! hands it to the store's method that does it, which gives it its number in the same transaction
//! (`log_entries::append`); `Store::append_log_entry` where nothing else is written.

use bluezone_domain::audit::Chain;
use bluezone_domain::id::OfficerId;
use bluezone_protocol::time::Timestamp;
use bluezone_store::NewLogEntry;
use bluezone_transparency::entry::{
    AuditHead, Entry, Event, Export, MAX_SUBJECTS, OfficerTag, RuleChange, Terms,
};
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::subject::SubjectCommitment;
use bluezone_transparency::text::Line;

/// An officer in the log: the account's identifier, random and known to nobody outside the authority.
pub fn officer_tag(officer: OfficerId) -> OfficerTag {
    OfficerTag(*officer.as_bytes())
}

/// The entry of an event.
pub fn entry(event: Event, at: Timestamp) -> NewLogEntry {
    NewLogEntry { bytes: Entry { time: at, event }.to_text().into_bytes(), at }
}

/// People's records leave the register: an entry, or several where more people have a handle than one entry names.
pub fn export(
    terms: &Terms,
    records: u64,
    subjects: &[SubjectCommitment],
    officer: OfficerId,
    at: Timestamp,
) -> Vec<NewLogEntry> {
    let of = |records, subjects: &[SubjectCommitment]| {
        let (terms, officer) = (terms.clone(), officer_tag(officer));
        entry(Event::Export(Export { terms, records, subjects: subjects.to_vec(), officer }), at)
    };
    // The number of all of them stands in the first; those that follow count their own subjects only.
    let mut parts = subjects.chunks(MAX_SUBJECTS);
    let first = of(records, parts.next().unwrap_or_default());
    std::iter::once(first).chain(parts.map(|part| of(part.len() as u64, part))).collect()
}

/// What an officer or an operator says of a changed rule.
#[derive(Clone, Debug)]
pub struct NewRule<'a> {
    /// Unit that changed it.
    pub unit: Line,
    /// On what legal basis.
    pub basis: Line,
    /// Which rule: `retention`, `disease-profile covid-19`, …
    pub rule: Line,
    /// Its new text, of which the log holds the hash.
    pub text: &'a [u8],
    /// What is different, in words.
    pub summary: Line,
    /// From when on.
    pub effective: Timestamp,
}

/// A rule changed.
pub fn rule(new: &NewRule<'_>, at: Timestamp) -> NewLogEntry {
    let NewRule { unit, basis, rule, text, summary, effective } = new.clone();
    entry(Event::Rule(RuleChange { unit, basis, rule, version: Hash::of(text), summary, effective }), at)
}

/// The private audit stands here.
pub fn audit(chain: &Chain, at: Timestamp) -> NewLogEntry {
    entry(Event::Audit(AuditHead { count: chain.count, head: Hash(chain.head) }), at)
}
