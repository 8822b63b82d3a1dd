//! Two records of one person: merged by a pointer, so that the merge can be taken back.
//!
//! Nothing is copied and no case is moved: the record that was merged points at the one that speaks for it, and whoever
//! asks for a person asks for all records under it. Taking the merge back removes the pointer. What was added meanwhile
//! stays with the record that it was added to.

use crate::Store;
use crate::db::{Lock, Tx, for_update, transaction};
use crate::error::StoreError;
use crate::person_history::{PersonEvent, add_change};
use crate::persons::next_sequence;
use crate::value::values;
use bluezone_domain::Timestamp;
use bluezone_domain::id::{OfficerId, PersonId};

/// Records that may stand under one another at most; more is a mistake.
const DEEPEST: usize = 16;

const PARENT: &str = "SELECT merged_into FROM persons WHERE id = $1";
pub(crate) const CHILDREN: &str = "SELECT id FROM persons WHERE merged_into = $1 ORDER BY id";

impl Store {
    /// Lets `into` speak for `from`.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`] if `from` was merged already, or `into` stands under `from`; [`StoreError::NotFound`].
    pub async fn merge_persons(
        &self,
        from: PersonId,
        into: PersonId,
        by: OfficerId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            // One merge at a time: two that cross would make a circle.
            tx.lock(Lock::Merges).await?;
            if locked_parent(&mut tx, from).await?.is_some() {
                return Err(StoreError::NotAllowed("this record is merged already: part it first"));
            }
            let mut above = Some(into);
            for _ in 0..DEEPEST {
                let Some(next) = above else { break };
                if next == from {
                    return Err(StoreError::NotAllowed("a record cannot speak for itself"));
                }
                above = locked_parent(&mut tx, next).await?;
            }
            if above.is_some() {
                return Err(StoreError::NotAllowed("too many records stand under one another: part some first"));
            }
            point(&mut tx, from, Some(into)).await?;
            add_change(&mut tx, from, by, at, PersonEvent::MergedInto(into), None).await?;
            add_change(&mut tx, into, by, at, PersonEvent::TookIn(from), None).await
        })
    }

    /// Takes a merge back: `from` stands for itself again.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`] if it is not merged; [`StoreError::NotFound`].
    pub async fn unmerge_person(
        &self,
        from: PersonId,
        by: OfficerId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            tx.lock(Lock::Merges).await?;
            let into = locked_parent(&mut tx, from).await?;
            let into = into.ok_or(StoreError::NotAllowed("this record is not merged"))?;
            point(&mut tx, from, None).await?;
            add_change(&mut tx, from, by, at, PersonEvent::PartedFrom(into), None).await?;
            add_change(&mut tx, into, by, at, PersonEvent::LetGo(from), None).await
        })
    }

    /// The records of the person that a record is of: first the one that speaks for them, then those under it. Empty if
    /// there is no such record.
    pub async fn person_records(&self, id: PersonId) -> Result<Vec<PersonId>, StoreError> {
        let mut root = id;
        for _ in 0..DEEPEST {
            let Some(row) = self.db.fetch_optional(PARENT, values![root]).await? else {
                return Ok(Vec::new());
            };
            match row.opt_parsed("merged_into")? {
                Some(above) => root = above,
                None => break,
            }
        }
        let mut all = vec![root];
        let mut next = 0;
        while let Some(of) = all.get(next).copied() {
            for row in self.db.fetch_all(CHILDREN, values![of]).await? {
                all.push(row.parsed("id")?);
            }
            next += 1;
        }
        Ok(all)
    }
}

async fn locked_parent(tx: &mut Tx, id: PersonId) -> Result<Option<PersonId>, StoreError> {
    tx.fetch_optional(for_update!("SELECT merged_into FROM persons WHERE id = $1"), values![id])
        .await?
        .ok_or(StoreError::NotFound("the person"))?
        .opt_parsed("merged_into")
}

async fn point(tx: &mut Tx, from: PersonId, into: Option<PersonId>) -> Result<(), StoreError> {
    let sequence = next_sequence(tx, 1).await?;
    let sql = "UPDATE persons SET merged_into = $2, sequence = $3 WHERE id = $1";
    tx.execute(sql, values![from, into, sequence]).await?;
    Ok(())
}
