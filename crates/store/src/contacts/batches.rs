//! Handing many contacts to a unit at once, and taking changes back.

use super::cascade::{add_batch, undo_cascade, undo_from};
use super::{Line, add_change, columns, contact_from};
use crate::Store;
use crate::db::{for_update, transaction};
use crate::error::StoreError;
use crate::value::values;
use bluezone_domain::Timestamp;
use bluezone_domain::contact::{Contact, What};
use bluezone_domain::id::{ContactBatchId, ContactId, OfficerId};

/// Contacts to hand to a unit. Whether the officer may is for the caller to ask, of each.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ContactAssignment {
    /// Names the change, so that it can be taken back.
    pub batch: ContactBatchId,
    /// Which.
    pub contacts: Vec<ContactId>,
    /// Code of the unit; `None`: to nobody.
    pub unit: Option<String>,
    /// Who.
    pub by: OfficerId,
    /// When.
    pub at: Timestamp,
}

impl Store {
    /// Hands contacts to a unit, all or none; returns how many changed hands.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if one of them is gone; [`StoreError::Conflict`] if the same form was sent before.
    pub async fn assign_contacts(&self, assignment: &ContactAssignment) -> Result<usize, StoreError> {
        let ContactAssignment { batch, by, at, .. } = *assignment;
        let unit = assignment.unit.as_deref();
        // In one order, so that two officers who hand over the same contacts do not wait for each other.
        let mut contacts = assignment.contacts.clone();
        contacts.sort_unstable();
        contacts.dedup();
        transaction!(self.db, tx => {
            add_batch(&mut tx, batch, by, at, None).await?;
            let mut changed = 0;
            for contact in &contacts {
                let sql = for_update!("SELECT assigned FROM contacts WHERE id = $1");
                let row = tx.fetch_optional(sql, values![*contact]).await?;
                let before = row.ok_or(StoreError::NotFound("a contact"))?.opt_text("assigned")?;
                if before.as_deref() == unit {
                    continue;
                }
                let sql = "UPDATE contacts SET assigned = $2, version = version + 1, updated_at = $3 WHERE id = $1";
                tx.execute(sql, values![*contact, unit, at]).await?;
                let (from, to) = (before.unwrap_or_default(), unit.unwrap_or_default());
                let line = Line::new(What::Assigned, by, at).from(&from).to(to).of(batch);
                add_change(&mut tx, *contact, line).await?;
                changed += 1;
            }
            Ok(changed)
        })
    }

    /// The contacts that a change of many changed.
    pub async fn contacts_of_batch(&self, batch: ContactBatchId) -> Result<Vec<Contact>, StoreError> {
        let sql = concat!(
            "SELECT ",
            columns!(),
            " FROM contacts WHERE id IN (SELECT contact_id FROM contact_changes WHERE batch_id = $1) ORDER BY id"
        );
        self.db.fetch_all(sql, values![batch]).await?.into_iter().map(contact_from).collect()
    }

    /// Who made a change of many.
    pub async fn batch_officer(&self, batch: ContactBatchId) -> Result<Option<OfficerId>, StoreError> {
        let sql = "SELECT by_officer FROM contact_batches WHERE id = $1";
        let row = self.db.fetch_optional(sql, values![batch]).await?;
        row.map(|row| row.parsed("by_officer")).transpose()
    }

    /// Takes a change back that was made as one: a hand-over, a conclusion, a contact that became a case. All of it or nothing.
    /// Returns the contacts that changed.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`] if it was taken back already, or if a later change stands on it.
    pub async fn undo_contacts(
        &self,
        batch: ContactBatchId,
        by: OfficerId,
        at: Timestamp,
    ) -> Result<Vec<ContactId>, StoreError> {
        transaction!(self.db, tx => {
            let sql = for_update!("SELECT undo, undone_at FROM contact_batches WHERE id = $1");
            let row = tx.fetch_optional(sql, values![batch]).await?.ok_or(StoreError::NotFound("the change"))?;
            if row.opt_time("undone_at")?.is_some() {
                return Err(StoreError::NotAllowed("this change was taken back already"));
            }
            let undo = undo_from(&row)?;
            let sql = "SELECT contact_id, what, before, after FROM contact_changes WHERE batch_id = $1 \
                       ORDER BY contact_id, number";
            let rows = tx.fetch_all(sql, values![batch]).await?;
            let mut changed: Vec<ContactId> = Vec::with_capacity(rows.len());
            for row in &rows {
                changed.push(row.parsed("contact_id")?);
            }
            match undo {
                Some(undo) => undo_cascade(&mut tx, &undo, batch, by, at).await?,
                None => {
                    for (row, contact) in rows.iter().zip(&changed) {
                        let (from, to) = (row.text("after")?, row.text("before")?);
                        let none = |unit: &str| (!unit.is_empty()).then(|| unit.to_owned());
                        let sql = "UPDATE contacts SET assigned = $3, version = version + 1, updated_at = $4 \
                                   WHERE id = $1 AND COALESCE(assigned, '') = $2";
                        if tx.execute(sql, values![*contact, &from, none(&to), at]).await? == 0 {
                            return Err(StoreError::NotAllowed(
                                "a contact was handed on since: take that back first",
                            ));
                        }
                        let line = Line::new(What::Undone, by, at).from(&from).to(&to);
                        add_change(&mut tx, *contact, line).await?;
                    }
                }
            }
            let sql = "UPDATE contact_batches SET undone_at = $2 WHERE id = $1";
            tx.execute(sql, values![batch, at]).await?;
            changed.dedup();
            Ok(changed)
        })
    }
}
