//! Declarations that come at the same time: one transaction.
//!
//! On SQLite, whose statements cost little, each is written as it is alone. On PostgreSQL all of them are one statement with all that
//! came with them, and those before which something is looked at one transaction: they tell of a profile, or of another day than that on
//! which they come. Whatever is out of the ordinary is left to a transaction of its own.

use super::{
    ANY_CONFLICT, Accepted, CONSENT_COLUMNS, FILE_COLUMNS, GIVE, GIVEN_BEFORE, INSERT, INSERT_COLUMNS,
    INSERT_FILES, Prepared, insert,
};
use crate::batch::Arrays;
use crate::db::{Db, Plans, Tx, Value, transaction};
use crate::error::StoreError;
use crate::group::{Member, or_one_by_one};
use crate::value::{Row, values};
use crate::{Store, handlings, profiles};
use bluezone_domain::Timestamp;
use bluezone_domain::visit::day_start;
use bluezone_protocol::time::DAY_S;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::Arc;

type Answers = Vec<Option<Result<Accepted, StoreError>>>;

const KNOWN: &str =
    "SELECT declaration_id AS id FROM declaration_handling WHERE declaration_id = ANY(CAST($1 AS TEXT[]))";
const KNOWN_IN: &str = "SELECT declaration_id AS id FROM declaration_handling WHERE declaration_id IN";
/// Sent again on another day, it is not in the way of those beside it. Looked up one by one: a plan from a young table would read all of it.
const ON_NO_DAY: &str =
    "(SELECT declaration_id FROM declaration_handling WHERE declaration_id = one.id) IS NULL";
/// Among what arrived in a span of time.
const SENT: &str = "SELECT d.profile_id AS profile_id, d.day AS day \
     FROM UNNEST(CAST($1 AS TEXT[]), CAST($2 AS TEXT[])) AS sent (profile_id, day) \
     JOIN declarations d ON d.profile_id = ANY(CAST($1 AS TEXT[])) AND d.profile_id = sent.profile_id AND d.day = sent.day AND d.daily = 1 \
     AND d.received_at >= $3 AND d.received_at < $4";

/// With the arrays of each.
#[cfg(test)]
pub(crate) const BATCHES: [(&str, &str, &[&str]); 2] =
    [("known declarations", KNOWN, &["TEXT[]"]), ("declared on days", SENT, &["TEXT[]", "TEXT[]", "", ""])];

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
        let (db, looks) = (self.db.clone(), new.profile.is_some() || !new.in_time);
        let group = match self.db {
            Db::Postgres(_) if looks => &self.groups.telling,
            _ => &self.groups.declarations,
        };
        let run = move |all: Vec<Arc<Prepared>>| {
            let db = db.clone();
            async move {
                let result = match db {
                    Db::Sqlite { .. } => return one_after_another(&db, &all).await,
                    Db::Postgres(_) if looks => {
                        transaction!(db, begin_batch(Plans::Kept), tx => { accept_telling(&mut tx, &all).await })
                    }
                    Db::Postgres(_) => accept_all(&db, &all).await,
                };
                or_one_by_one(all.len(), result)
            }
        };
        group.join(new.clone(), run).await
    }
}

/// Each declaration stands for itself: one that is refused leaves no trace.
async fn one_after_another(db: &Db, all: &[Arc<Prepared>]) -> Result<Answers, StoreError> {
    let mut tx = db.begin().await?;
    let mut results = Vec::with_capacity(all.len());
    for new in all {
        tx.execute("SAVEPOINT one", &[]).await?;
        let result = insert(&mut tx, new).await;
        if let Err(error) = &result {
            // As on a full disk: that is everybody's answer, and SQLite may have taken all of it back by itself.
            if error.is_unavailable() {
                return Err(error.again());
            }
            tx.execute("ROLLBACK TO one", &[]).await?;
        }
        tx.execute("RELEASE one", &[]).await?;
        results.push(Some(result));
    }
    tx.commit().await?;
    Ok(results)
}

/// Of those that are not written, some were before, and are found; others are too much for their day, or another node writes them just
/// now: each of these is taken in by itself, and answered then.
async fn accept_all(db: &Db, all: &[Arc<Prepared>]) -> Result<Answers, StoreError> {
    let of: Vec<&Prepared> = all.iter().map(|new| &**new).filter(|new| new.is_plain()).collect();
    if of.is_empty() {
        return Ok(all.iter().map(|_| None).collect());
    }
    let (sql, arrays) = writing(&of)?;
    let written = ids(&db.fetch_arrays(sql, arrays).await?)?;
    let left = all.iter().map(|new| &new.id).filter(|id| !written.contains(*id));
    let left: Vec<Value> = left.map(|id| id.as_str().into()).collect();
    let known = db.fetch_in(KNOWN_IN, &left).await;
    // What is written is, whatever is known of the rest, who then find out each by itself.
    let known = known.and_then(|rows| ids(&rows)).unwrap_or_else(|error| {
        tracing::debug!(%error, "declarations that were not written go one by one");
        HashSet::new()
    });
    let answer = |new: &Arc<Prepared>| match &new.id {
        id if written.contains(id) => Some(Ok(Accepted::New)),
        id if known.contains(id) => Some(Ok(Accepted::Again)),
        _ => None,
    };
    Ok(all.iter().map(answer).collect())
}

/// The same with what is looked at first: profiles, because whatever is refused must not change one; and other days, of which the index of the
/// day on which it comes does not tell.
async fn accept_telling(tx: &mut Tx, all: &[Arc<Prepared>]) -> Result<Answers, StoreError> {
    let known =
        tx.fetch_arrays(KNOWN, Arrays::default().texts(all.iter().map(|new| new.id.as_str()))).await?;
    let known = ids(&known)?;
    let plain = || all.iter().map(|new| &**new).filter(|new| new.is_plain());
    let days = |in_time| -> Vec<Vec<Value>> {
        plain().filter(|new| new.in_time == in_time).filter_map(|new| new.day.clone()).collect()
    };
    let arrive = || plain().map(|new| day_start(new.received_at));
    let (first, last) = (arrive().min().unwrap_or_default(), arrive().max().unwrap_or_default());
    let always = values![Timestamp(i64::MIN), Timestamp(i64::MAX)];
    let mut sent: HashSet<Vec<Value>> = HashSet::new();
    for (days, arrived) in [(days(true), values![first, last + DAY_S]), (days(false), always)] {
        for row in tx.fetch_batch(SENT, &days, arrived).await? {
            sent.insert(values![row.text("profile_id")?, row.text("day")?].to_vec());
        }
    }
    let refused = |new: &Prepared| match &new.day {
        _ if known.contains(&new.id) => Some(Accepted::Again),
        Some(day) if sent.contains(day) => Some(Accepted::DaySent),
        _ => None,
    };
    let fresh = plain().filter(|new| refused(new).is_none());
    let citizens: Vec<_> =
        all.iter().filter_map(|new| new.citizen.as_ref()).map(|id| values![id].to_vec()).collect();
    let put: Vec<_> = fresh.clone().filter_map(|new| new.profile.as_ref()).collect();
    let not_put = profiles::put_all(tx, &citizens, &put).await?;
    let left =
        |new: &Prepared| new.profile.as_ref().is_some_and(|(profile, _)| not_put.contains(&profile.id));
    let fresh: Vec<&Prepared> = fresh.filter(|new| !left(new)).collect();
    let mut written = HashSet::new();
    if !fresh.is_empty() {
        let (sql, arrays) = writing(&fresh)?;
        written = ids(&tx.fetch_arrays(sql, arrays).await?)?;
    }
    let answer = |new: &Arc<Prepared>| match refused(new) {
        Some(refused) => Some(Ok(refused)),
        None if written.contains(&new.id) => Some(Ok(Accepted::New)),
        None => None,
    };
    Ok(all.iter().map(answer).collect())
}

/// The statement that writes declarations that are new, with what came with them; it returns which. There are some.
fn writing<'a>(all: &[&'a Prepared]) -> Result<(String, Arrays<'a>), StoreError> {
    let mut arrays = Arrays::default();
    let rows = arrays.rows(all.iter().map(|new| new.declaration.as_slice()), INSERT_COLUMNS)?;
    let mut sql = format!(
        "WITH new AS ({INSERT} SELECT * FROM {rows} AS one (id) WHERE {ON_NO_DAY} {ANY_CONFLICT} RETURNING id)"
    );
    let mut with = |name, insert, rows, columns, rest| {
        let of_new = "WHERE declaration_id IN (SELECT id FROM new)";
        let _ = write!(sql, ", {name} AS ({insert} SELECT * FROM {rows} AS one ({columns}) {of_new} {rest})");
    };
    let rows = arrays.rows(all.iter().map(|new| new.handling.as_slice()), handlings::COLUMNS)?;
    with("arrived", handlings::INSERT, rows, "declaration_id", "");
    let consents = all.iter().flat_map(|new| &new.consents).map(Vec::as_slice);
    if consents.clone().next().is_some() {
        let rows = arrays.rows(consents, CONSENT_COLUMNS)?;
        with("given", GIVE, rows, "id, citizen_id, profile_id, declaration_id", GIVEN_BEFORE);
    }
    let files = all.iter().flat_map(|new| &new.files).map(Vec::as_slice);
    if files.clone().next().is_some() {
        let rows = arrays.rows(files, FILE_COLUMNS)?;
        with("attached", INSERT_FILES, rows, "id, declaration_id", "");
    }
    sql.push_str(" SELECT id FROM new");
    Ok((sql, arrays))
}

fn ids(rows: &[Row]) -> Result<HashSet<String>, StoreError> {
    rows.iter().map(|row| row.text("id")).collect()
}
