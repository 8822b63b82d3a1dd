//! Declarations that come at the same time: one transaction.
//!
//! On SQLite, whose statements cost little, each is written as it is alone. On PostgreSQL there is one statement for each step of all
//! of them; whatever is out of the ordinary is left to a transaction of its own.

use super::{
    ANY_CONFLICT, Accepted, FILE_COLUMNS, INSERT, INSERT_COLUMNS, INSERT_FILES, Prepared, give, insert,
};
use crate::db::{Db, Tx, Value, transaction};
use crate::error::StoreError;
use crate::group::{Member, or_one_by_one};
use crate::value::values;
use crate::{Store, handlings, profiles};
use std::collections::HashSet;
use std::sync::Arc;

const KNOWN: &str = "SELECT id FROM declarations WHERE id = ANY(CAST($1 AS TEXT[]))";
const SENT: &str = "SELECT d.profile_id AS profile_id, d.day AS day \
     FROM UNNEST(CAST($1 AS TEXT[]), CAST($2 AS TEXT[])) AS sent (profile_id, day) \
     JOIN declarations d ON d.profile_id = sent.profile_id AND d.day = sent.day AND d.daily = 1";

/// With the arrays of each.
#[cfg(test)]
pub(crate) const BATCHES: [(&str, &str, &[&str]); 2] =
    [("known declarations", KNOWN, &["TEXT[]"]), ("declared on days", SENT, &["TEXT[]", "TEXT[]"])];

impl Member for Arc<Prepared> {
    /// On SQLite an error is the declaration's own; on PostgreSQL it is tried by itself, and answers then.
    type Answer = Option<Result<Accepted, StoreError>>;

    /// The citizen, then the declaration: how many profiles somebody has is counted before they get another.
    fn marks(&self) -> Vec<&[u8]> {
        let citizen = self.citizen.iter().map(String::as_bytes);
        citizen.chain([self.id.as_bytes()]).collect()
    }
}

impl Store {
    /// Takes a declaration in together with those that come now. None: it is to be taken in by itself.
    pub(super) async fn accept_together(
        &self,
        new: &Arc<Prepared>,
    ) -> Result<Option<Result<Accepted, StoreError>>, StoreError> {
        let db = self.db.clone();
        let run = move |all: Vec<Arc<Prepared>>| {
            let db = db.clone();
            async move {
                match db {
                    Db::Sqlite { .. } => one_after_another(&db, &all).await,
                    Db::Postgres(_) => {
                        let result = transaction!(db, begin_batch, tx => { accept_all(&mut tx, &all).await });
                        or_one_by_one(all.len(), result)
                    }
                }
            }
        };
        self.groups.declarations.join(new.clone(), run).await
    }
}

/// Each declaration stands for itself: one that is refused leaves no trace.
async fn one_after_another(
    db: &Db,
    all: &[Arc<Prepared>],
) -> Result<Vec<Option<Result<Accepted, StoreError>>>, StoreError> {
    let mut tx = db.begin().await?;
    let mut results = Vec::with_capacity(all.len());
    for new in all {
        tx.execute("SAVEPOINT one", &[]).await?;
        let result = insert(&mut tx, new).await;
        if result.is_err() {
            tx.execute("ROLLBACK TO one", &[]).await?;
        }
        tx.execute("RELEASE one", &[]).await?;
        results.push(Some(result));
    }
    tx.commit().await?;
    Ok(results)
}

async fn accept_all(
    tx: &mut Tx,
    all: &[Arc<Prepared>],
) -> Result<Vec<Option<Result<Accepted, StoreError>>>, StoreError> {
    let ids: Vec<_> = all.iter().map(|new| values![&new.id].to_vec()).collect();
    let mut known = HashSet::new();
    for row in tx.fetch_batch(KNOWN, &ids, &[]).await? {
        known.insert(row.text("id")?);
    }
    let days: Vec<Vec<Value>> = all.iter().filter_map(|new| new.day.clone()).collect();
    let mut sent: HashSet<Vec<Value>> = HashSet::new();
    for row in tx.fetch_batch(SENT, &days, &[]).await? {
        sent.insert(values![row.text("profile_id")?, row.text("day")?].to_vec());
    }
    let refused = |new: &Prepared| match &new.day {
        _ if known.contains(&new.id) => Some(Accepted::Again),
        Some(day) if sent.contains(day) => Some(Accepted::DaySent),
        _ => None,
    };
    let fresh: Vec<&Prepared> = all.iter().map(|new| &**new).filter(|new| refused(new).is_none()).collect();
    let citizens: Vec<_> =
        all.iter().filter_map(|new| new.citizen.as_ref()).map(|id| values![id].to_vec()).collect();
    let put: Vec<_> = fresh.iter().filter_map(|new| new.profile.as_ref()).collect();
    let not_put = profiles::put_all(tx, &citizens, &put).await?;
    let left =
        |new: &Prepared| new.profile.as_ref().is_some_and(|(profile, _)| not_put.contains(&profile.id));
    let fresh: Vec<&Prepared> = fresh.into_iter().filter(|new| !left(new)).collect();
    let rows: Vec<_> = fresh.iter().map(|new| &new.declaration).collect();
    if tx.insert_rows_or(INSERT, ANY_CONFLICT, INSERT_COLUMNS, &rows).await? < rows.len() as u64 {
        // Somebody else was faster with one of them.
        return Err(StoreError::Conflict("a declaration"));
    }
    handlings::arrive(tx, &fresh.iter().map(|new| &new.handling).collect::<Vec<_>>()).await?;
    give(tx, &fresh.iter().flat_map(|new| &new.consents).collect::<Vec<_>>()).await?;
    let files: Vec<_> = fresh.iter().flat_map(|new| &new.files).collect();
    tx.insert_rows(INSERT_FILES, FILE_COLUMNS, &files).await?;
    let answer = |new: &Arc<Prepared>| match refused(new) {
        Some(refused) => Some(Ok(refused)),
        None if left(new) => None,
        None => Some(Ok(Accepted::New)),
    };
    Ok(all.iter().map(answer).collect())
}
