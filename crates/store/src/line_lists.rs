//! Line lists: many cases with their persons read at once, and written at once or not at all.

use crate::Store;
use crate::cases::{self, CaseCursor, CaseFilter, case_from, locked};
use crate::db::Tx;
use crate::db::transaction;
use crate::error::StoreError;
use crate::person_history;
use crate::persons::{self, PersonEdit, next_sequence, person_from};
use crate::releases::{MailboxInfo, mailbox_from};
use crate::value::values;
use crate::vault::{Place, Ring};
use crate::vault_keys::sealing;
use crate::within::Within;
use bluezone_domain::Timestamp;
use bluezone_domain::area::Territory;
use bluezone_domain::case::{Case, CaseStatus};
use bluezone_domain::id::{CaseId, OfficerId, PersonId};
use bluezone_domain::person::Person;
use rand::Rng;
use std::collections::HashMap;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The cases of a list, whichever way the officer reaches them.
macro_rules! of_list {
    ($select:literal, $from:literal) => {
        concat!(
            "SELECT ", $select, " FROM ", $from,
            " WHERE ($1 = 1 OR (c.province = $2 AND ($3 = '' OR c.commune = $3)) OR ($4 <> '' AND c.assigned = $4)) \
             AND ($5 = '' OR c.status = $5)"
        )
    };
}
const COUNT: &str = of_list!("COUNT(*) AS cases", "cases c");
const MAILBOXES: &str = of_list!(
    "m.request_key, m.handle_sealed, m.unit, m.case_id, m.upload",
    "cases c JOIN mailboxes m ON m.case_id = c.id"
);

/// A case with the person it is of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CaseLine {
    /// The case.
    pub case: Case,
    /// The person, by the record that the case names.
    pub person: Option<Person>,
}

/// A case that changes: as it was seen, and as it shall be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineChange {
    /// As it was seen.
    pub before: CaseLine,
    /// As it shall be. A person where there was none is registered.
    pub after: CaseLine,
}

impl Store {
    /// Cases with their persons, newest first: at most `limit`, after the cursor.
    pub async fn case_lines(
        &self,
        filter: &CaseFilter,
        after: Option<CaseCursor>,
        limit: u32,
    ) -> Result<Vec<CaseLine>, StoreError> {
        let cases = self.list_cases(filter, after, limit).await?;
        self.with_persons(cases).await
    }

    /// How many cases a filter lists, and the mailboxes that their phones left. Its reference is not looked at.
    pub async fn case_list_extent(&self, filter: &CaseFilter) -> Result<(u64, Vec<MailboxInfo>), StoreError> {
        let Within { territory, unit } = &filter.within;
        let (province, commune) = match territory {
            Some(Territory::Province(province)) => (province.as_str(), ""),
            Some(Territory::Commune(province, commune)) => (province.as_str(), commune.as_str()),
            _ => ("", ""),
        };
        let values = values![
            *territory == Some(Territory::Nation),
            province,
            commune,
            unit.as_deref().unwrap_or_default(),
            filter.status.map_or("", CaseStatus::as_str),
        ];
        let count = self.db.fetch_one(COUNT, values).await?.small("cases")?;
        let mailboxes = self.db.fetch_all(MAILBOXES, values).await?;
        Ok((count, mailboxes.iter().map(mailbox_from).collect::<Result<_, _>>()?))
    }

    /// These cases with their persons, in no order; those that do not exist are left out.
    pub async fn case_lines_of(&self, ids: &[CaseId]) -> Result<Vec<CaseLine>, StoreError> {
        let ids: Vec<_> = ids.iter().map(|id| id.to_string().into()).collect();
        let rows = self.db.fetch_in(cases::BY_IDS, &ids).await?;
        let cases = rows.into_iter().map(case_from).collect::<Result<_, _>>()?;
        self.with_persons(cases).await
    }

    async fn with_persons(&self, cases: Vec<Case>) -> Result<Vec<CaseLine>, StoreError> {
        let ids: Vec<_> =
            cases.iter().filter_map(|case| case.person).map(|id| id.to_string().into()).collect();
        let rows = self.db.fetch_in(persons::BY_IDS, &ids).await?;
        let ring = self.ring_for(&rows).await?;
        let mut persons: HashMap<PersonId, Person> = HashMap::with_capacity(rows.len());
        for row in &rows {
            let person = person_from(row, &ring)?;
            persons.insert(person.id, person);
        }
        let line =
            |case: Case| CaseLine { person: case.person.and_then(|id| persons.get(&id).cloned()), case };
        Ok(cases.into_iter().map(line).collect())
    }

    /// Begins an import: one transaction, in which nobody else writes on SQLite. Dropped without
    /// [`CaseImport::finish`], it leaves nothing.
    pub async fn begin_import(&self, by: OfficerId, at: Timestamp) -> Result<CaseImport, StoreError> {
        let ring = self.reload_ring().await?;
        Ok(CaseImport { tx: self.db.begin().await?, store: self.clone(), ring, by, at })
    }

    /// Keeps a file, sealed, for the officer who sent it.
    pub async fn keep_line_list(
        &self,
        id: &str,
        officer: OfficerId,
        content: &[u8],
        expires_at: Timestamp,
        rng: &mut (dyn Rng + Send),
    ) -> Result<(), StoreError> {
        sealing!(self, ring => {
            let sealed = ring.seal(upload_place(id), content, rng)?;
            transaction!(self.db, tx => {
                tx.execute(
                    "INSERT INTO line_list_uploads (id, officer_id, content, vault_key, expires_at) \
                     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING",
                    values![id, officer, sealed.bytes.as_slice(), sealed.key, expires_at],
                )
                .await?;
                Ok(())
            })
        })
    }

    /// A file that the officer sent, if it has not expired.
    pub async fn line_list(
        &self,
        id: &str,
        officer: OfficerId,
        now: Timestamp,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let sql = "SELECT content, vault_key FROM line_list_uploads \
                   WHERE id = $1 AND officer_id = $2 AND expires_at > $3";
        let rows: Vec<_> =
            self.db.fetch_optional(sql, values![id, officer, now]).await?.into_iter().collect();
        let ring = self.ring_for(&rows).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        ring.open(upload_place(id), row.int("vault_key")?, &row.bytes("content")?).map(Some)
    }

    /// Forgets a file.
    pub async fn forget_line_list(&self, id: &str, officer: OfficerId) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let sql = "DELETE FROM line_list_uploads WHERE id = $1 AND officer_id = $2";
            tx.execute(sql, values![id, officer]).await?;
            Ok(())
        })
    }
}

fn upload_place(id: &str) -> Place<'_> {
    Place { table: "line_list_uploads", column: "content", row: id }
}

/// An import that is running.
pub struct CaseImport {
    tx: Tx,
    store: Store,
    ring: Arc<Ring>,
    by: OfficerId,
    at: Timestamp,
}

impl CaseImport {
    /// Adds new cases, with their persons if they have one.
    pub async fn add(&mut self, lines: &[CaseLine], rng: &mut (dyn Rng + Send)) -> Result<(), StoreError> {
        let new: Vec<&Person> = lines.iter().filter_map(|line| line.person.as_ref()).collect();
        self.add_persons(&new, rng).await?;
        let rows: Vec<_> = lines.iter().map(|line| cases::insert_values(&line.case)).collect();
        self.tx.insert_rows(cases::INSERT, cases::INSERT_COLUMNS, &rows).await?;
        let first = |line: &CaseLine| cases::first_change_values(&line.case).to_vec();
        let changes: Vec<_> = lines.iter().map(first).collect();
        self.tx.insert_rows(cases::INSERT_CHANGE, cases::CHANGE_COLUMNS, &changes).await
    }

    async fn add_persons(&mut self, new: &[&Person], rng: &mut (dyn Rng + Send)) -> Result<(), StoreError> {
        if new.is_empty() {
            return Ok(());
        }
        let count = i64::try_from(new.len()).unwrap_or(i64::MAX);
        let first = next_sequence(&mut self.tx, count).await? - count + 1;
        let (mut rows, mut changes) = (Vec::with_capacity(new.len()), Vec::with_capacity(new.len()));
        for (person, sequence) in new.iter().zip(first..) {
            let sealed = persons::seal(&self.ring, person.id, &person.identity, rng)?;
            let lookups = self.store.vault()?.lookups(&person.identity);
            rows.push(persons::insert_values(person, &sealed, lookups, sequence));
            changes.push(person_history::first_change_values(person));
        }
        self.tx.insert_rows(persons::INSERT, persons::INSERT_COLUMNS, &rows).await?;
        self.tx.insert_rows(person_history::INSERT_CHANGE, person_history::CHANGE_COLUMNS, &changes).await
    }

    /// Changes a case and its person.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`] if either has changed since it was seen: nothing of the import is kept.
    pub async fn change(
        &mut self,
        change: &LineChange,
        rng: &mut (dyn Rng + Send),
    ) -> Result<(), StoreError> {
        let (before, after) = (&change.before, &change.after);
        match (&before.person, &after.person) {
            (None, Some(person)) => self.add_persons(&[person], rng).await?,
            (Some(old), Some(new)) if old.identity != new.identity || old.area != new.area => {
                let edit = PersonEdit {
                    id: old.id,
                    expected: old.version,
                    identity: new.identity.clone(),
                    area: new.area,
                    by: self.by,
                    at: self.at,
                };
                let vault = self.store.vault()?;
                persons::put(&mut self.tx, vault, &self.ring, &old.identity, &edit, rng).await?;
            }
            _ => {}
        }
        let now = locked(&mut self.tx, before.case.id).await?;
        if now.version != before.case.version {
            return Err(StoreError::NotAllowed("a case has changed meanwhile: look at the list again"));
        }
        if now.facts.status != after.case.facts.status || !now.changes(&after.case).is_empty() {
            cases::put(&mut self.tx, &now, after.case.clone(), self.by, self.at).await?;
        }
        Ok(())
    }

    /// Makes it so, all of it.
    pub async fn finish(self) -> Result<(), StoreError> {
        self.tx.commit().await
    }
}
