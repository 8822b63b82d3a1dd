//! Handing many cases to a unit in one go, and taking that back.

use crate::Store;
use crate::cases::{locked, put};
use crate::db::{for_update, transaction};
use crate::error::StoreError;
use crate::persons::next_sequence;
use crate::value::values;
use bluezone_domain::Timestamp;
use bluezone_domain::case::Case;
use bluezone_domain::id::{AssignmentId, CaseId, OfficerId};

/// Cases to hand to a unit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assignment {
    /// Names it, to take it back.
    pub id: AssignmentId,
    /// The cases.
    pub cases: Vec<CaseId>,
    /// Code of the unit; `None` takes them from whichever has them.
    pub unit: Option<String>,
    /// Who hands them over.
    pub by: OfficerId,
    /// When.
    pub at: Timestamp,
}

/// What taking an assignment back did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Undone {
    /// Cases that are where they were before.
    pub restored: u64,
    /// Cases that somebody has handed on since; they stay where they are.
    pub kept: u64,
}

impl Store {
    /// Hands the cases, and the persons they are of, to the unit. All or none.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if there is an assignment of that identifier: the form was sent twice;
    /// [`StoreError::NotFound`] if one of the cases does not exist.
    pub async fn assign_cases(&self, assignment: &Assignment) -> Result<(), StoreError> {
        // Always in one order, so that two that share cases do not wait for one another.
        let mut cases = assignment.cases.clone();
        cases.sort_unstable();
        cases.dedup();
        transaction!(self.db, tx => {
            let made = tx
                .execute(
                    "INSERT INTO case_assignments (id, unit, at, by_officer) VALUES ($1, $2, $3, $4) \
                     ON CONFLICT (id) DO NOTHING",
                    values![assignment.id, assignment.unit.as_deref(), assignment.at, assignment.by],
                )
                .await?;
            if made == 0 {
                return Err(StoreError::Conflict("the assignment"));
            }
            for case in &cases {
                let before = locked(&mut tx, *case).await?;
                let sql = for_update!("SELECT assigned FROM persons WHERE id = $1");
                let person = match before.person {
                    Some(person) => tx.fetch_optional(sql, values![person]).await?,
                    None => None,
                };
                let person_before = match &person {
                    Some(row) => row.opt_text("assigned")?,
                    None => None,
                };
                tx.execute(
                    "INSERT INTO case_assignment_rows (assignment_id, case_id, case_before, person_before) \
                     VALUES ($1, $2, $3, $4)",
                    values![assignment.id, *case, before.assigned.as_deref(), person_before],
                )
                .await?;
                let after = Case { assigned: assignment.unit.clone(), ..before.clone() };
                if before.assigned != after.assigned {
                    put(&mut tx, &before, after, assignment.by, assignment.at).await?;
                }
                if let Some(person) = before.person {
                    let sequence = next_sequence(&mut tx, 1).await?;
                    tx.execute(
                        "UPDATE persons SET assigned = $2, sequence = $3 WHERE id = $1",
                        values![person, assignment.unit.as_deref(), sequence],
                    )
                    .await?;
                }
            }
            Ok(())
        })
    }

    /// Who made an assignment; none if there is no such.
    pub async fn assignment_officer(&self, id: AssignmentId) -> Result<Option<OfficerId>, StoreError> {
        let sql = "SELECT by_officer FROM case_assignments WHERE id = $1";
        self.db.fetch_optional(sql, values![id]).await?.map(|row| row.parsed("by_officer")).transpose()
    }

    /// Takes an assignment back: every case that is still where it put it, and its person, goes back to where it was.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::NotAllowed`] if it was taken back already.
    pub async fn undo_assignment(
        &self,
        id: AssignmentId,
        by: OfficerId,
        at: Timestamp,
    ) -> Result<Undone, StoreError> {
        transaction!(self.db, tx => {
            let row = tx
                .fetch_optional(
                    for_update!("SELECT unit, undone_at FROM case_assignments WHERE id = $1"),
                    values![id],
                )
                .await?
                .ok_or(StoreError::NotFound("the assignment"))?;
            if row.opt_int("undone_at")?.is_some() {
                return Err(StoreError::NotAllowed("this was taken back already"));
            }
            let unit = row.opt_text("unit")?;
            tx.execute("UPDATE case_assignments SET undone_at = $2 WHERE id = $1", values![id, at]).await?;
            let sql = "SELECT case_id, case_before, person_before FROM case_assignment_rows \
                       WHERE assignment_id = $1 ORDER BY case_id";
            let rows = tx.fetch_all(sql, values![id]).await?;
            let mut undone = Undone { restored: 0, kept: 0 };
            for row in &rows {
                let before = locked(&mut tx, row.parsed("case_id")?).await?;
                if before.assigned != unit {
                    undone.kept += 1;
                    continue;
                }
                undone.restored += 1;
                let after = Case { assigned: row.opt_text("case_before")?, ..before.clone() };
                if before.assigned != after.assigned {
                    put(&mut tx, &before, after, by, at).await?;
                }
                if let Some(person) = before.person {
                    let sequence = next_sequence(&mut tx, 1).await?;
                    tx.execute(
                        "UPDATE persons SET assigned = $2, sequence = $3 WHERE id = $1",
                        values![person, row.opt_text("person_before")?, sequence],
                    )
                    .await?;
                }
            }
            Ok(undone)
        })
    }
}
