//! Chains of contacts: loading one, letting a change run through it, taking that back.

use super::{Line, Reason, add_change, columns, contact_from, lock_case};
use crate::Store;
use crate::db::{Tx, transaction};
use crate::error::StoreError;
use crate::value::{Row, values};
use crate::vault_keys::sealing;
use bluezone_domain::Timestamp;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::contact::cascade::{CascadeError, Chain, ClassChange, Event, Link, Undo};
use bluezone_domain::contact::{Closeness, Contact, What};
use bluezone_domain::id::{CaseId, ContactBatchId, ContactId, OfficerId};
use rand::Rng;
use std::collections::{BTreeMap, BTreeSet};

/// Most cases whose contacts are loaded as one chain: those that can be reached from one over contacts that became cases.
const MOST_CASES: usize = 200;

const OF_CASE: &str = concat!("SELECT ", columns!(), " FROM contacts WHERE case_id = $1 ORDER BY number");
const BECAME: &str = "SELECT case_id FROM contacts WHERE became_case = $1";
const CASE: &str = "SELECT status FROM cases WHERE id = $1";

/// Which state of a chain an officer looked at. A change of any of its contacts gives another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChainVersion(pub i64);

/// The chain around a case.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct LoadedChain {
    /// The cases in it, with their status.
    pub cases: BTreeMap<CaseId, CaseStatus>,
    /// The contacts, by case and number.
    pub contacts: Vec<Contact>,
    /// Whether there is more than was loaded.
    pub cut_off: bool,
}

impl LoadedChain {
    /// Its state.
    pub fn version(&self) -> ChainVersion {
        // Versions only grow, and so does the count.
        ChainVersion(self.contacts.iter().map(|contact| i64::from(contact.version)).sum())
    }

    /// As the domain looks at it.
    pub fn chain(&self) -> Chain {
        let stands = |status: &CaseStatus| !status.is_ruled_out();
        let link = |contact: &Contact| Link {
            origin: contact.origin,
            closeness: contact.closeness,
            became: contact.became,
            class: contact.class,
        };
        Chain {
            cases: self.cases.iter().map(|(id, status)| (*id, stands(status))).collect(),
            contacts: self.contacts.iter().map(|contact| (contact.id, link(contact))).collect(),
        }
    }

    pub(super) fn apply(&mut self, event: Event) -> Result<Undo, StoreError> {
        self.chain().apply(event).map_err(refused)
    }
}

/// An officer's conclusion about a contact. It has no `Debug`: the reason may name somebody.
#[derive(Clone, PartialEq, Eq)]
pub struct Conclusion {
    /// Names the change, so that it can be taken back.
    pub batch: ContactBatchId,
    /// Whose.
    pub contact: ContactId,
    /// How near it was.
    pub closeness: Closeness,
    /// Why, in the officer's words.
    pub reason: Option<String>,
    /// The chain that the officer saw.
    pub seen: ChainVersion,
    /// Who.
    pub by: OfficerId,
    /// When.
    pub at: Timestamp,
}

impl Store {
    /// The chain around a case: its contacts, the cases that some of them became, the contacts of those, and upwards the cases
    /// that this one came from.
    pub async fn chain(&self, case: CaseId) -> Result<LoadedChain, StoreError> {
        // Reading in one transaction, so that it is one state.
        transaction!(self.db, tx => { load(&mut tx, case).await })
    }

    /// Stores an officer's conclusion and lets it run through the chain; returns the classes that changed.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`] if the chain is not the one that the officer saw; [`StoreError::NotFound`];
    /// [`StoreError::Conflict`] if the same form was sent before.
    pub async fn conclude_contact(
        &self,
        conclusion: &Conclusion,
        rng: &mut (dyn Rng + Send),
    ) -> Result<Vec<ClassChange>, StoreError> {
        let Conclusion { batch, contact, closeness, seen, by, at, .. } = *conclusion;
        sealing!(self, ring => {
            transaction!(self.db, tx => {
                let (case, before) = contact_case(&mut tx, contact).await?;
                let undo = run(&mut tx, case, Event::Concluded(contact, closeness), seen).await?;
                add_batch(&mut tx, batch, by, at, Some(&undo)).await?;
                tx.execute(
                    "UPDATE contacts SET closeness = $2, concluded = 1, version = version + 1, updated_at = $3 \
                     WHERE id = $1",
                    values![contact, closeness.as_str(), at],
                )
                .await?;
                let reason = conclusion.reason.as_deref();
                let line = Line {
                    reason: reason.map(|words| Reason { words, ring: &ring, rng: &mut *rng }),
                    ..Line::new(What::Concluded, by, at).from(&before).to(closeness.as_str()).of(batch)
                };
                add_change(&mut tx, contact, line).await?;
                write_classes(&mut tx, undo.changes(), by, at, Some(batch)).await?;
                Ok(undo.changes().to_vec())
            })
        })
    }

    /// Notes that a contact became a case, and lets it run through the chain; returns the classes that changed.
    ///
    /// # Errors
    /// As [`Store::conclude_contact`].
    pub async fn contact_became_case(
        &self,
        batch: ContactBatchId,
        contact: ContactId,
        case: CaseId,
        seen: ChainVersion,
        by: OfficerId,
        at: Timestamp,
    ) -> Result<Vec<ClassChange>, StoreError> {
        transaction!(self.db, tx => {
            let (root, _) = contact_case(&mut tx, contact).await?;
            let status: CaseStatus = case_status(&mut tx, case).await?.ok_or(StoreError::NotFound("the case"))?;
            if status.is_ruled_out() || root == case {
                return Err(StoreError::NotAllowed("a contact can only become another case that stands"));
            }
            let undo = run(&mut tx, root, Event::BecameCase(contact, case), seen).await?;
            add_batch(&mut tx, batch, by, at, Some(&undo)).await?;
            let sql = "UPDATE contacts SET became_case = $2, version = version + 1, updated_at = $3 WHERE id = $1";
            tx.execute(sql, values![contact, case, at]).await?;
            let line = Line::new(What::BecameCase, by, at).of(batch);
            add_change(&mut tx, contact, line).await?;
            write_classes(&mut tx, undo.changes(), by, at, Some(batch)).await?;
            Ok(undo.changes().to_vec())
        })
    }
}

/// Brings the classes around a case into line with its status, after that changed in the same transaction: a case that was ruled
/// out lets its contacts go.
pub(crate) async fn follow_case_status(
    tx: &mut Tx,
    case: CaseId,
    by: OfficerId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let mut loaded = load(tx, case).await?;
    let stands = loaded.cases.get(&case).is_some_and(|status| !status.is_ruled_out());
    let undo = loaded.apply(Event::CaseStands(case, stands))?;
    write_classes(tx, undo.changes(), by, at, None).await
}

/// Takes a conclusion or a new case back; the batch is marked by the caller.
pub(super) async fn undo_cascade(
    tx: &mut Tx,
    undo: &Undo,
    batch: ContactBatchId,
    by: OfficerId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let contact = match undo.event() {
        Event::BecameCase(contact, _) | Event::Concluded(contact, _) => contact,
        Event::CaseStands(..) => return Err(StoreError::Corrupt("contact_batches")),
    };
    let (case, _) = contact_case(tx, contact).await?;
    lock_case(tx, case).await?;
    let loaded = load(tx, case).await?;
    let mut chain = loaded.chain();
    chain.undo(undo).map_err(refused)?;
    let link = chain.contacts.get(&contact).ok_or(StoreError::NotFound("the contact"))?;
    // Whether somebody had concluded before is what the history says.
    let sql = "SELECT COUNT(*) AS count FROM contact_changes WHERE contact_id = $1 AND what = 'concluded' \
               AND batch_id IN (SELECT id FROM contact_batches WHERE undone_at IS NULL AND id <> $2)";
    let concluded = tx.fetch_one(sql, values![contact, batch]).await?.int("count")? > 0;
    tx.execute(
        "UPDATE contacts SET closeness = $2, concluded = $3, became_case = $4, version = version + 1, \
         updated_at = $5 WHERE id = $1",
        values![contact, link.closeness.as_str(), concluded, link.became, at],
    )
    .await?;
    add_change(tx, contact, Line::new(What::Undone, by, at).of(batch)).await?;
    let back: Vec<_> = undo
        .changes()
        .iter()
        .map(|change| ClassChange { from: change.to, to: change.from, ..*change })
        .collect();
    write_classes(tx, &back, by, at, None).await
}

/// Loads the chain that is changed and lets the event run through it, if it is the one that the officer saw.
async fn run(tx: &mut Tx, case: CaseId, event: Event, seen: ChainVersion) -> Result<Undo, StoreError> {
    lock_case(tx, case).await?;
    let mut loaded = load(tx, case).await?;
    if loaded.version() != seen {
        return Err(StoreError::NotAllowed("the contacts have changed meanwhile: look at them again"));
    }
    loaded.apply(event)
}

/// The case of a contact, and how near it was.
async fn contact_case(tx: &mut Tx, contact: ContactId) -> Result<(CaseId, String), StoreError> {
    let sql = "SELECT case_id, closeness FROM contacts WHERE id = $1";
    let row = tx.fetch_optional(sql, values![contact]).await?.ok_or(StoreError::NotFound("the contact"))?;
    Ok((row.parsed("case_id")?, row.text("closeness")?))
}

async fn case_status(tx: &mut Tx, case: CaseId) -> Result<Option<CaseStatus>, StoreError> {
    tx.fetch_optional(CASE, values![case]).await?.map(|row| row.parsed("status")).transpose()
}

/// Case after case, as they are found.
pub(super) async fn load(tx: &mut Tx, case: CaseId) -> Result<LoadedChain, StoreError> {
    let mut loaded = LoadedChain::default();
    let mut open = BTreeSet::from([case]);
    let mut seen = BTreeSet::new();
    while let Some(case) = open.pop_first() {
        if seen.len() == MOST_CASES {
            loaded.cut_off = true;
            break;
        }
        seen.insert(case);
        let Some(status) = case_status(tx, case).await? else { continue };
        loaded.cases.insert(case, status);
        let contacts = tx.fetch_all(OF_CASE, values![case]).await?;
        let contacts = contacts.into_iter().map(contact_from).collect::<Result<Vec<_>, _>>()?;
        let above = tx.fetch_all(BECAME, values![case]).await?;
        let above = above.iter().map(|row| row.parsed("case_id")).collect::<Result<Vec<CaseId>, _>>()?;
        let found = contacts.iter().filter_map(|contact| contact.became).chain(above);
        open.extend(found.filter(|case| !seen.contains(case)));
        loaded.contacts.extend(contacts);
    }
    Ok(loaded)
}

/// Writes the classes of a cascade, and a line into each history.
pub(super) async fn write_classes(
    tx: &mut Tx,
    changes: &[ClassChange],
    by: OfficerId,
    at: Timestamp,
    batch: Option<ContactBatchId>,
) -> Result<(), StoreError> {
    for change in changes {
        let sql = "UPDATE contacts SET class = $2, version = version + 1, updated_at = $3 WHERE id = $1";
        tx.execute(sql, values![change.contact, change.to.as_str(), at]).await?;
        let line = Line::new(What::Class, by, at).from(change.from.as_str()).to(change.to.as_str());
        add_change(tx, change.contact, Line { batch, ..line }).await?;
    }
    Ok(())
}

pub(super) async fn add_batch(
    tx: &mut Tx,
    batch: ContactBatchId,
    by: OfficerId,
    at: Timestamp,
    undo: Option<&Undo>,
) -> Result<(), StoreError> {
    let undo = undo.map(serde_json::to_string).transpose();
    let undo = undo.map_err(|_| StoreError::Corrupt("contact_batches"))?;
    let sql = "INSERT INTO contact_batches (id, at, by_officer, undo) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    match tx.execute(sql, values![batch, at, by, undo]).await? {
        0 => Err(StoreError::Conflict("the change")),
        _ => Ok(()),
    }
}

pub(super) fn undo_from(row: &Row) -> Result<Option<Undo>, StoreError> {
    let read = |text: String| serde_json::from_str(&text).map_err(|_| StoreError::Corrupt("contact_batches"));
    row.opt_text("undo")?.map(read).transpose()
}

fn refused(error: CascadeError) -> StoreError {
    match error {
        CascadeError::Unknown => StoreError::NotFound("the contact"),
        CascadeError::Changed => {
            StoreError::NotAllowed("a later change stands on this one: take that back first")
        }
    }
}
