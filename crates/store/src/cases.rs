//! Cases and their history.

use crate::Store;
use crate::contacts::follow_case_status;
use crate::db::{Tx, Value, for_update, transaction};
use crate::error::StoreError;
use crate::value::{Row, values};
use crate::within::Within;
use bluezone_domain::Timestamp;
use bluezone_domain::area::Territory;
use bluezone_domain::case::{Case, CaseChange, CaseFacts, CaseStatus, FieldChange, folded};
use bluezone_domain::id::{CaseId, OfficerId, PersonId};
use std::fmt;

macro_rules! columns {
    () => {
        "id, reference, disease, status, symptom_onset, test_date, result_date, reported_at, person_id, province, \
         commune, assigned, unit, version, created_by, created_at, updated_at"
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

pub(crate) const BY_ID: &str = concat!("SELECT ", columns!(), " FROM cases WHERE id = $1");
/// For [`crate::db::Db::fetch_in`].
pub(crate) const BY_IDS: &str = concat!("SELECT ", columns!(), " FROM cases WHERE id IN");
/// Newest first, from a cursor on: a page costs the same wherever it is, and a case registered meanwhile shifts nothing.
pub(crate) const LIST: &str = list!("");
pub(crate) const LIST_OF_PROVINCE: &str = list!("province = $6 AND ");
pub(crate) const LIST_OF_COMMUNE: &str = list!("province = $6 AND commune = $7 AND ");
pub(crate) const LIST_OF_UNIT: &str = list!("assigned = $6 AND ");
pub(crate) const OF_PERSON: &str =
    concat!("SELECT ", columns!(), " FROM cases WHERE person_id = $1 ORDER BY created_at DESC, id DESC");
pub(crate) const INSERT: &str = "INSERT INTO cases (id, reference, disease, status, symptom_onset, test_date, \
     result_date, reported_at, person_id, province, commune, assigned, unit, version, created_by, created_at, \
     updated_at, reference_folded)";
pub(crate) const INSERT_COLUMNS: usize = 18;
pub(crate) const INSERT_CHANGE: &str =
    "INSERT INTO case_changes (case_id, number, at, by_officer, from_status, to_status, fields)";
pub(crate) const CHANGE_COLUMNS: usize = 7;

/// Which cases to list. `Debug` hides the reference.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct CaseFilter {
    /// Only those that whoever asks reaches. Nothing by default.
    pub within: Within,
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
        let row = insert_values(case);
        transaction!(self.db, tx => {
            if tx.fetch_optional("SELECT id FROM cases WHERE id = $1", values![case.id]).await?.is_some() {
                return Err(StoreError::Conflict("the case"));
            }
            tx.insert_rows(INSERT, INSERT_COLUMNS, std::slice::from_ref(&row)).await?;
            let change = first_change_values(case).to_vec();
            tx.insert_rows(INSERT_CHANGE, CHANGE_COLUMNS, &[change]).await
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
        let common = values![time, id, limit, status, &reference];
        let mut rows = match filter.within.territory {
            None | Some(Territory::Nowhere) => Vec::new(),
            Some(Territory::Nation) => self.db.fetch_all(LIST, common).await?,
            Some(Territory::Province(province)) => {
                let values = [common.as_slice(), values![province.as_str()]].concat();
                self.db.fetch_all(LIST_OF_PROVINCE, &values).await?
            }
            Some(Territory::Commune(province, commune)) => {
                let values = [common.as_slice(), values![province.as_str(), commune.as_str()]].concat();
                self.db.fetch_all(LIST_OF_COMMUNE, &values).await?
            }
        };
        if let Some(unit) = &filter.within.unit
            && filter.within.territory != Some(Territory::Nation)
        {
            let values = [common.as_slice(), values![unit]].concat();
            rows.extend(self.db.fetch_all(LIST_OF_UNIT, &values).await?);
        }
        // Two ways in, each in order: a case that both found stands once.
        let mut cases = rows.into_iter().map(case_from).collect::<Result<Vec<_>, _>>()?;
        cases.sort_by_key(|case| std::cmp::Reverse((case.created_at, case.id)));
        cases.dedup_by_key(|case| case.id);
        cases.truncate(limit as usize);
        Ok(cases)
    }

    /// The cases of one record of a person, newest first.
    pub async fn cases_of_person(&self, person: PersonId) -> Result<Vec<Case>, StoreError> {
        self.db.fetch_all(OF_PERSON, values![person]).await?.into_iter().map(case_from).collect()
    }

    /// Changes a case and adds to its history; returns the case as it now is.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`] if its status is not the expected one any more (another officer was faster), or may not
    /// become that;
    /// [`StoreError::NotFound`].
    pub async fn change_case_status(&self, change: &StatusChange) -> Result<Case, StoreError> {
        transaction!(self.db, tx => {
            let before = locked(&mut tx, change.case).await?;
            if before.facts.status != change.expected {
                return Err(StoreError::NotAllowed("the case has changed meanwhile: look at it again"));
            }
            let after = Case { facts: change.facts, ..before.clone() };
            put(&mut tx, &before, after, change.by, change.at).await
        })
    }

    /// A case's history, oldest first.
    pub async fn case_changes(&self, id: CaseId) -> Result<Vec<CaseChange>, StoreError> {
        let sql = "SELECT at, by_officer, from_status, to_status, fields FROM case_changes \
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

/// A case that nobody else changes until this transaction ends.
pub(crate) async fn locked(tx: &mut Tx, case: CaseId) -> Result<Case, StoreError> {
    let sql = for_update!(concat!("SELECT ", columns!(), " FROM cases WHERE id = $1"));
    let row = tx.fetch_optional(sql, values![case]).await?;
    case_from(row.ok_or(StoreError::NotFound("the case"))?)
}

/// Writes a case that is locked as it shall be, and adds to its history; returns it as it now is.
pub(crate) async fn put(
    tx: &mut Tx,
    before: &Case,
    after: Case,
    by: OfficerId,
    at: Timestamp,
) -> Result<Case, StoreError> {
    let (from, to) = (before.facts.status, after.facts.status);
    if from != to && !from.may_become(to) {
        return Err(StoreError::NotAllowed("a case of this status cannot become that: look at it again"));
    }
    let after = Case { version: before.version + 1, updated_at: at, ..after };
    tx.execute(
        "UPDATE cases SET reference = $2, reference_folded = $3, status = $4, symptom_onset = $5, test_date = $6, \
         result_date = $7, reported_at = $8, person_id = $9, province = $10, commune = $11, assigned = $12, \
         version = $13, updated_at = $14 WHERE id = $1",
        values![
            after.id,
            &after.reference,
            folded(&after.reference),
            to.as_str(),
            after.facts.symptom_onset,
            after.facts.test_date,
            after.result_date,
            after.reported_at,
            after.person,
            after.area.province.as_str(),
            after.area.commune.as_ref().map(|commune| commune.as_str()),
            after.assigned.as_deref(),
            after.version,
            after.updated_at,
        ],
    )
    .await?;
    add_change(tx, &after, by, at, from, &before.changes(&after)).await?;
    if to.is_ruled_out() && from != to {
        follow_case_status(tx, after.id, by, at).await?;
    }
    Ok(after)
}

/// The values of [`INSERT`].
pub(crate) fn insert_values(case: &Case) -> Vec<Value> {
    values![
        case.id,
        &case.reference,
        &case.disease,
        case.facts.status.as_str(),
        case.facts.symptom_onset,
        case.facts.test_date,
        case.result_date,
        case.reported_at,
        case.person,
        case.area.province.as_str(),
        case.area.commune.as_ref().map(|commune| commune.as_str()),
        case.assigned.as_deref(),
        &case.unit,
        case.version,
        case.created_by,
        case.created_at,
        case.updated_at,
        folded(&case.reference),
    ]
    .to_vec()
}

/// The values of [`INSERT_CHANGE`] for a case that is registered.
pub(crate) fn first_change_values(case: &Case) -> [Value; CHANGE_COLUMNS] {
    [
        case.id.into(),
        1_i64.into(),
        case.created_at.into(),
        case.created_by.into(),
        Value::Text(None),
        case.facts.status.as_str().into(),
        "[]".into(),
    ]
}

async fn add_change(
    tx: &mut Tx,
    case: &Case,
    by: OfficerId,
    at: Timestamp,
    from: CaseStatus,
    fields: &[FieldChange],
) -> Result<(), StoreError> {
    let fields = serde_json::to_string(fields).map_err(|_| StoreError::Corrupt("fields"))?;
    // The number is not raced for: whoever changes a case has locked it.
    tx.execute(
        "INSERT INTO case_changes (case_id, number, at, by_officer, from_status, to_status, fields) \
         SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6 FROM case_changes WHERE case_id = $1",
        values![case.id, at, by, from.as_str(), case.facts.status.as_str(), fields],
    )
    .await?;
    Ok(())
}

pub(crate) fn case_from(row: Row) -> Result<Case, StoreError> {
    Ok(Case {
        id: row.parsed("id")?,
        reference: row.text("reference")?,
        disease: row.text("disease")?,
        facts: facts_from(&row)?,
        result_date: row.opt_time("result_date")?,
        reported_at: row.opt_time("reported_at")?,
        person: row.opt_parsed("person_id")?,
        area: row.area()?,
        assigned: row.opt_text("assigned")?,
        unit: row.text("unit")?,
        version: row.small("version")?,
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
    Ok(CaseChange {
        at: row.time("at")?,
        by: row.parsed("by_officer")?,
        from: row.opt_parsed("from_status")?,
        to: row.parsed("to_status")?,
        fields: serde_json::from_str(&row.text("fields")?).map_err(|_| StoreError::Corrupt("fields"))?,
    })
}
