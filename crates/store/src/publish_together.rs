//! Publications that come at the same time, on PostgreSQL: one transaction, and one statement for each step of all of them.
//!
//! Keys that nobody published before, as nearly all are; whoever revises one does it in a transaction of its own.

use crate::batch::Arrays;
use crate::db::{Db, Plans, Tx, Value, transaction};
use crate::error::StoreError;
use crate::group::{Member, or_one_by_one};
use crate::publish::{Publish, PublishRefusal, Published, is_fresh};
use crate::value::{Row, values};
use crate::{Store, keys};
use bluezone_domain::publication::{StoredKey, Stream};
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::Arc;

/// The tokens, and those of the keys that were published before. A token that somebody else has is told as taken, without its record:
/// the statement sees the keys as they were when it began, and after a wait it would miss those that came meanwhile - as a contact's,
/// where they now come as a case's, which no insert would find out. One that somebody else publishes only now is not among them: it
/// is there once, so that the insert fails and each is tried by itself.
const KNOWN: &str = "WITH held AS MATERIALIZED (SELECT id, tekmac, expires_at, COALESCE(inserted, 0) AS inserted, \
     COALESCE(revised, 0) AS revised, response FROM tokens WHERE id = ANY(CAST($1 AS TEXT[])) FOR UPDATE SKIP LOCKED) \
     SELECT 'token' AS what, id, tekmac, expires_at, inserted, revised, response, CAST(NULL AS BYTEA) AS key FROM held \
     UNION ALL SELECT 'taken', id, NULL, NULL, NULL, NULL, NULL, NULL FROM tokens WHERE id = ANY(CAST($1 AS TEXT[])) \
     AND id NOT IN (SELECT id FROM held) \
     UNION ALL SELECT 'key', NULL, NULL, NULL, NULL, NULL, NULL, key FROM published_keys WHERE key = ANY(CAST($2 AS BYTEA[])) \
     UNION ALL SELECT 'key', NULL, NULL, NULL, NULL, NULL, NULL, key FROM contact_keys WHERE key = ANY(CAST($2 AS BYTEA[]))";
const CONSUME: &str = "UPDATE tokens SET inserted = published.inserted, revised = 0, response = published.response \
     FROM UNNEST(CAST($1 AS TEXT[]), CAST($2 AS BIGINT[]), CAST($3 AS BYTEA[])) AS published (id, inserted, response) \
     WHERE tokens.id = ANY(CAST($1 AS TEXT[])) AND tokens.id = published.id";
const CONSUMED_COLUMNS: usize = 3;

/// With the arrays of each.
#[cfg(test)]
pub(crate) const BATCHES: [(&str, &str, &[&str]); 2] = [
    ("tokens and known keys", KNOWN, &["TEXT[]", "BYTEA[]"]),
    ("consumed tokens", CONSUME, &["TEXT[]", "BIGINT[]", "BYTEA[]"]),
];

impl Member for Arc<Publish> {
    type Answer = Option<Published>;

    /// The token, then the keys: who publishes a key after another finds it.
    fn marks(&self) -> Vec<&[u8]> {
        let keys = self.keys.iter().map(|stored| &stored.key.key.as_bytes()[..]);
        std::iter::once(&self.token.as_bytes()[..]).chain(keys).collect()
    }
}

impl Store {
    /// Publishes together with those who publish now. None: it is to be done by itself.
    pub(crate) async fn publish_together(&self, publish: &Publish) -> Result<Option<Published>, StoreError> {
        if let Db::Sqlite { .. } = self.db {
            return Ok(None);
        }
        let db = self.db.clone();
        let run = move |all: Vec<Arc<Publish>>| {
            let db = db.clone();
            async move {
                let result =
                    transaction!(db, begin_batch(Plans::Kept), tx => { publish_all(&mut tx, &all).await });
                or_one_by_one(all.len(), result)
            }
        };
        self.groups.publications.join(Arc::new(publish.clone()), run).await
    }
}

async fn publish_all(tx: &mut Tx, all: &[Arc<Publish>]) -> Result<Vec<Option<Published>>, StoreError> {
    let ids: Vec<String> = all.iter().map(|one| one.token.to_string()).collect();
    let keys = all.iter().flat_map(|one| &one.keys).map(|stored| &stored.key.key.as_bytes()[..]);
    let arrays = Arrays::default().texts(ids.iter().map(String::as_str)).bytes(keys);
    let (mut tokens, mut taken, mut known) = (HashMap::new(), HashSet::new(), HashSet::new());
    for row in tx.fetch_arrays(KNOWN, arrays).await? {
        match row.text("what")?.as_str() {
            "token" => drop(tokens.insert(row.text("id")?, row)),
            "taken" => drop(taken.insert(row.text("id")?)),
            _ => drop(known.insert(row.bytes("key")?)),
        }
    }
    let (mut new, mut new_of_contacts, mut consumed) = (Vec::new(), Vec::new(), Vec::new());
    let mut published = Vec::with_capacity(all.len());
    for (one, id) in all.iter().zip(ids) {
        if taken.contains(&id) {
            published.push(None);
            continue;
        }
        if let Some(answer) = without_keys(one, tokens.get(&id))? {
            published.push(Some(answer));
            continue;
        }
        let unknown = one.keys.iter().all(|stored| !known.contains(&stored.key.key.as_bytes()[..]));
        if !unknown || !one.padding.is_empty() {
            published.push(None);
            continue;
        }
        let fresh: Vec<&StoredKey> = one.keys.iter().filter(|stored| is_fresh(&stored.key)).collect();
        let inserted = u32::try_from(fresh.len()).unwrap_or(u32::MAX);
        for stored in fresh {
            match Stream::of(stored.key.report_type) {
                Stream::Cases => new.push(stored.clone()),
                Stream::Contacts => new_of_contacts.push(stored.clone()),
            }
        }
        consumed.push(values![id, inserted, one.response.as_slice()].to_vec());
        published.push(Some(Published::Stored { inserted, revised: 0 }));
    }
    write(tx, &consumed, [(Stream::Cases, new), (Stream::Contacts, new_of_contacts)]).await?;
    Ok(published)
}

/// Consumes tokens and stores keys.
async fn write(
    tx: &mut Tx,
    consumed: &[Vec<Value>],
    keys: [(Stream, Vec<StoredKey>); 2],
) -> Result<(), StoreError> {
    if consumed.is_empty() {
        return Ok(());
    }
    let mut inserts = Vec::new();
    for (stream, mut keys) in keys.into_iter().filter(|(_, keys)| !keys.is_empty()) {
        // One order for all: two publications of the same keys wait for each other instead of deadlocking.
        keys.sort_by(|a, b| a.key.key.cmp(&b.key.key));
        inserts.push((stream, keys.iter().map(keys::row_of).collect::<Vec<_>>()));
    }
    let mut arrays = Arrays::default();
    arrays.rows(consumed.iter().map(Vec::as_slice), CONSUMED_COLUMNS)?;
    let mut sql = String::new();
    for (stream, rows) in &inserts {
        let rows = arrays.rows(rows.iter().map(Vec::as_slice), keys::COLUMNS)?;
        let (before, insert) = (if sql.is_empty() { "WITH" } else { "," }, keys::INSERT.of(*stream).postgres);
        let _ = write!(sql, "{before} of_{stream:?} AS ({insert} SELECT * FROM {rows})");
    }
    tx.fetch_arrays(format!("{sql} {CONSUME}"), arrays).await.map(drop)
}

/// What is answered without a look at the keys.
fn without_keys(one: &Publish, token: Option<&Row>) -> Result<Option<Published>, StoreError> {
    const REFUSED: Option<Published> = Some(Published::Refused(PublishRefusal::Certificate));
    let Some(token) = token else { return Ok(REFUSED) };
    if token.opt_bytes("tekmac")?.as_deref() != Some(&one.tekmac[..]) {
        return Ok(REFUSED);
    }
    if let Some(response) = token.opt_bytes("response")? {
        let (inserted, revised) = (token.small("inserted")?, token.small("revised")?);
        return Ok(Some(Published::Repeated { inserted, revised, response }));
    }
    Ok(if token.time("expires_at")? > one.now { None } else { REFUSED })
}
