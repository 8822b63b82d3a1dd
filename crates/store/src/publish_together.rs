//! Publications that come at the same time, on PostgreSQL: one transaction, and one statement for each step of all of them.
//!
//! Keys that nobody published before, as nearly all are; whoever revises one does it in a transaction of its own.

use crate::Store;
use crate::db::{Db, Tx, Value, transaction};
use crate::error::StoreError;
use crate::group::{Member, or_one_by_one};
use crate::keys::insert_keys;
use crate::publish::{Publish, PublishRefusal, Published, is_fresh};
use crate::streams::{PerStream, per_stream};
use crate::value::{Row, values};
use bluezone_domain::publication::{StoredKey, Stream};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

const TOKENS: &str = "SELECT id, tekmac, expires_at, COALESCE(inserted, 0) AS inserted, COALESCE(revised, 0) AS revised, \
     response FROM tokens WHERE id = ANY(CAST($1 AS TEXT[])) ORDER BY id FOR UPDATE";
const KNOWN: PerStream = per_stream!("SELECT key FROM " keys " WHERE key = ANY(CAST($1 AS BYTEA[]))");
const CONSUME: &str = "UPDATE tokens SET inserted = published.inserted, revised = 0, response = published.response \
     FROM UNNEST(CAST($1 AS TEXT[]), CAST($2 AS BIGINT[]), CAST($3 AS BYTEA[])) AS published (id, inserted, response) \
     WHERE tokens.id = published.id";

/// With the arrays of each.
#[cfg(test)]
pub(crate) const BATCHES: [(&str, &str, &[&str]); 4] = [
    ("tokens", TOKENS, &["TEXT[]"]),
    ("known keys", KNOWN.cases.postgres, &["BYTEA[]"]),
    ("known keys of contacts", KNOWN.contacts.postgres, &["BYTEA[]"]),
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
                let result = transaction!(db, begin_batch, tx => { publish_all(&mut tx, &all).await });
                or_one_by_one(all.len(), result)
            }
        };
        self.groups.publications.join(Arc::new(publish.clone()), run).await
    }
}

async fn publish_all(tx: &mut Tx, all: &[Arc<Publish>]) -> Result<Vec<Option<Published>>, StoreError> {
    let ids: Vec<_> = all.iter().map(|one| values![one.token].to_vec()).collect();
    let mut tokens = HashMap::new();
    for row in tx.fetch_batch(TOKENS, &ids, &[]).await? {
        tokens.insert(row.text("id")?, row);
    }
    let known = known(tx, all).await?;
    let (mut new, mut new_of_contacts, mut consumed) = (Vec::new(), Vec::new(), Vec::new());
    let mut published = Vec::with_capacity(all.len());
    for one in all {
        let id = one.token.to_string();
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
    for (stream, mut keys) in [(Stream::Cases, new), (Stream::Contacts, new_of_contacts)] {
        keys.sort_by(|a, b| a.key.key.cmp(&b.key.key));
        insert_keys(tx, stream, &keys).await?;
    }
    tx.execute_batch(CONSUME, &consumed, &[]).await?;
    Ok(published)
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

/// Those of the keys that were published before.
async fn known(tx: &mut Tx, all: &[Arc<Publish>]) -> Result<HashSet<Vec<u8>>, StoreError> {
    let keys = all.iter().flat_map(|one| &one.keys);
    let keys: Vec<Vec<Value>> = keys.map(|stored| values![*stored.key.key.as_bytes()].to_vec()).collect();
    let mut known = HashSet::new();
    for stream in Stream::ALL {
        for row in tx.fetch_batch(KNOWN.of(stream).postgres, &keys, &[]).await? {
            known.insert(row.bytes("key")?);
        }
    }
    Ok(known)
}
