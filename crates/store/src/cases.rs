//! Cases and their history.

use crate::Store;
use crate::db::{Tx, for_update, transaction};
use crate::error::StoreError;
use crate::value::{Row, values};
use bluezone_domain::Timestamp;
use bluezone_domain::case::{Case, CaseChange, CaseFacts, CaseStatus, folded};
use bluezone_domain::id::{CaseId, OfficerId};
use std::fmt;

macro_rules! columns {
    () => {
        "id, reference, disease, status, symptom_onset, test_date, unit, created_by, created_at, updated_at"
    };
}

/// An empty text filters nothing.
macro_rules! list {
    ($where:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM cases WHERE ",
            $where,
            "(created_at, id) < ($1, $2) AND ($4 = '' OR status = $4) \
             AND ($5 = '' OR reference_folded LIKE $5 ESCAPE '!') ORDER BY created_at DESC, id DESC LIMIT $3"
        )
    };
}

const BY_ID: &str = concat!("SELECT ", columns!(), " FROM cases WHERE id = $1");
/// Newest first, from a cursor on: a page costs the same wherever it is, and a case registered meanwhile shifts nothing.
pub(crate) const LIST: &str = list!("");
pub(crate) const LIST_OF_UNIT: &str = list!("unit = $6 AND ");

/// Which cases to list. `Debug` hides the reference.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct CaseFilter {
    /// Only cases that this unit registered; those of all units if `None`.
    pub unit: Option<String>,
    /// Only cases whose reference contains this, small and capital letters alike. Without control characters.
    pub reference: Option<String>,
    /// Only this status; all if `None`.
    pub status: Option<CaseStatus>,
}

impl fmt::Debug for CaseFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CaseFilter").field("status", &self.status).finish_non_exhaustive()
    }
}

/// Where a page of cases ended: list on after this one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CaseCursor {
    /// When the last case of the page was registered.
    pub created_at: Timestamp,
    /// The last case of the page.
    pub id: CaseId,
}

impl From<&Case> for CaseCursor {
    fn from(case: &Case) -> Self {
        CaseCursor { created_at: case.created_at, id: case.id }
    }
}

/// What an officer changes in a case. `Debug` hides the dates.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct StatusChange {
    /// The case.
    pub case: CaseId,
    /// The status that whoever changes it saw.
    pub expected: CaseStatus,
    /// What it becomes: the status (the same one, if only dates change) and both dates as they shall be.
    pub facts: CaseFacts,
    /// Who changes it.
    pub by: OfficerId,
    /// When.
    pub at: Timestamp,
}

impl fmt::Debug for StatusChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatusChange")
            .field("case", &self.case)
            .field("facts", &self.facts)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Registers a case and begins its history.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if there is a case of that identifier: the form was sent twice.
    pub async fn create_case(&self, case: &Case) -> Result<(), StoreError> {
        let insert = values![
            case.id,
            &case.reference,
            &case.disease,
            case.facts.status.as_str(),
            case.facts.symptom_onset,
            case.facts.test_date,
            &case.unit,
            case.created_by,
            case.created_at,
            case.updated_at,
            folded(&case.reference),
        ];
        transaction!(self.db, tx => {
            let inserted = tx
                .execute(
                    "INSERT INTO cases (id, reference, disease, status, symptom_onset, test_date, unit, created_by, \
                     created_at, updated_at, reference_folded) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
                    insert,
                )
                .await?;
            if inserted == 0 {
                return Err(StoreError::Conflict("the case"));
            }
            add_change(&mut tx, case.id, case.created_by, case.created_at, None, case.facts.status).await
        })
    }

    /// A case.
    pub async fn case(&self, id: CaseId) -> Result<Option<Case>, StoreError> {
        self.db.fetch_optional(BY_ID, values![id]).await?.map(case_from).transpose()
    }

    /// Cases, newest first: at most `limit`, after the cursor.
    pub async fn list_cases(
        &self,
        filter: &CaseFilter,
        after: Option<CaseCursor>,
        limit: u32,
    ) -> Result<Vec<Case>, StoreError> {
        let (time, id) = match after {
            Some(cursor) => (cursor.created_at, cursor.id),
            None => (Timestamp(i64::MAX), CaseId::from_bytes([0xff; 16])),
        };
        let status = filter.status.map_or("", CaseStatus::as_str);
        let reference = filter.reference.as_deref().map(containing).unwrap_or_default();
        let rows = match filter.unit.as_deref() {
            None => self.db.fetch_all(LIST, values![time, id, limit, status, &reference]).await?,
            Some(unit) => {
                self.db.fetch_all(LIST_OF_UNIT, values![time, id, limit, status, &reference, unit]).await?
            }
        };
        rows.into_iter().map(case_from).collect()
    }

    /// Changes a case and adds to its history; returns the case as it now is.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`] if its status is not the expected one any more (another officer was faster), or may not
    /// become that;
    /// [`StoreError::NotFound`].
    pub async fn change_case_status(&self, change: &StatusChange) -> Result<Case, StoreError> {
        let to = change.facts;
        transaction!(self.db, tx => {
            let row = tx
                .fetch_optional(for_update!("SELECT status FROM cases WHERE id = $1"), values![change.case])
                .await?
                .ok_or(StoreError::NotFound("the case"))?;
            let from: CaseStatus = row.parsed("status")?;
            if from != change.expected {
                return Err(StoreError::NotAllowed("the case has changed meanwhile: look at it again"));
            }
            if from != to.status && !from.may_become(to.status) {
                return Err(StoreError::NotAllowed("a case of this status cannot become that: look at it again"));
            }
            tx.execute(
                "UPDATE cases SET status = $2, symptom_onset = $3, test_date = $4, updated_at = $5 WHERE id = $1",
                values![change.case, to.status.as_str(), to.symptom_onset, to.test_date, change.at],
            )
            .await?;
            add_change(&mut tx, change.case, change.by, change.at, Some(from), to.status).await?;
            let row = tx.fetch_one(BY_ID, values![change.case]).await?;
            case_from(row)
        })
    }

    /// A case's history, oldest first.
    pub async fn case_changes(&self, id: CaseId) -> Result<Vec<CaseChange>, StoreError> {
        let sql = "SELECT at, by_officer, COALESCE(from_status, '') AS from_status, to_status FROM case_changes \
                   WHERE case_id = $1 ORDER BY number";
        self.db.fetch_all(sql, values![id]).await?.into_iter().map(change_from).collect()
    }
}

/// The `LIKE` pattern of folded texts that contain this one, word for word.
fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in folded(text).chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

async fn add_change(
    tx: &mut Tx,
    case: CaseId,
    by: OfficerId,
    at: Timestamp,
    from: Option<CaseStatus>,
    to: CaseStatus,
) -> Result<(), StoreError> {
    // The number is not raced for: whoever changes a case has locked it.
    tx.execute(
        "INSERT INTO case_changes (case_id, number, at, by_officer, from_status, to_status) \
         SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5 FROM case_changes WHERE case_id = $1",
        values![case, at, by, from.map(CaseStatus::as_str), to.as_str()],
    )
    .await?;
    Ok(())
}

fn case_from(row: Row) -> Result<Case, StoreError> {
    Ok(Case {
        id: row.parsed("id")?,
        reference: row.text("reference")?,
        disease: row.text("disease")?,
        facts: facts_from(&row)?,
        unit: row.text("unit")?,
        created_by: row.parsed("created_by")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

/// From the columns `status`, `symptom_onset`, `test_date`.
pub(crate) fn facts_from(row: &Row) -> Result<CaseFacts, StoreError> {
    Ok(CaseFacts {
        status: row.parsed("status")?,
        symptom_onset: row.opt_time("symptom_onset")?,
        test_date: row.opt_time("test_date")?,
    })
}

fn change_from(row: Row) -> Result<CaseChange, StoreError> {
    let from = match row.text("from_status")?.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| StoreError::Corrupt("from_status"))?),
    };
    Ok(CaseChange { at: row.time("at")?, by: row.parsed("by_officer")?, from, to: row.parsed("to_status")? })
}
