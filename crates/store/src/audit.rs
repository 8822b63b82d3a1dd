//! The private, hash-chained record of who looked at what. Links are only ever added.

use crate::Store;
use crate::db::{Lock, Tx, transaction};
use crate::error::StoreError;
use crate::log_entries::{number_from, number_to};
use crate::value::{Row, values};
use bluezone_domain::audit::{Chain, Link, Look};
use bluezone_domain::id::OfficerId;

/// Which links an auditor wants to see.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct AuditFilter {
    /// Of this officer.
    pub officer: Option<OfficerId>,
    /// Of this unit.
    pub unit: Option<String>,
    /// Of a page whose address begins so: a record's.
    pub what: Option<String>,
}

const HEAD: &str = "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1";
const INSERT: &str = "INSERT INTO audit (number, at, officer_id, unit, action, what, hash) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// Where the chain stands; nobody adds to it until the caller's transaction ends.
pub(crate) async fn head(tx: &mut Tx) -> Result<Chain, StoreError> {
    tx.lock(Lock::Audit).await?;
    let Some(row) = tx.fetch_optional(HEAD, &[]).await? else { return Ok(Chain::default()) };
    Ok(Chain { count: number_from(row.int("number")?)?, head: row.array("hash")? })
}

/// Adds a look to the chain, in the transaction that writes down more of it.
pub(crate) async fn append(tx: &mut Tx, look: &Look) -> Result<(), StoreError> {
    let link = head(tx).await?.add(look.clone());
    let Look { at, officer, unit, action, what } = &link.look;
    let values = values![number_to(link.number), *at, *officer, unit, action, what, link.hash];
    tx.execute(INSERT, values).await.map(drop)
}

impl Store {
    /// Adds a look to the chain.
    pub async fn append_audit(&self, look: &Look) -> Result<(), StoreError> {
        transaction!(self.db, tx => { append(&mut tx, look).await })
    }

    /// At most `limit` links after this number, oldest first: to follow the whole chain.
    pub async fn audit_after(&self, number: u64, limit: u32) -> Result<Vec<Link>, StoreError> {
        let sql = "SELECT number, at, officer_id, unit, action, what, hash FROM audit WHERE number > $1 \
                   ORDER BY number LIMIT $2";
        let rows = self.db.fetch_all(sql, values![number_to(number), limit]).await?;
        rows.iter().map(link_from).collect()
    }

    /// At most `limit` links before this number that the filter lets through, newest first.
    pub async fn audit_before(
        &self,
        number: Option<u64>,
        filter: &AuditFilter,
        limit: u32,
    ) -> Result<Vec<Link>, StoreError> {
        let sql = "SELECT number, at, officer_id, unit, action, what, hash FROM audit WHERE number < $1 \
                   AND (CAST($2 AS TEXT) IS NULL OR officer_id = $2) AND (CAST($3 AS TEXT) IS NULL OR unit = $3) \
                   AND (CAST($4 AS TEXT) IS NULL OR SUBSTR(what, 1, LENGTH($4)) = $4) \
                   ORDER BY number DESC LIMIT $5";
        let AuditFilter { officer, unit, what } = filter.clone();
        let values = values![number.map_or(i64::MAX, number_to), officer, unit, what, limit];
        self.db.fetch_all(sql, values).await?.iter().map(link_from).collect()
    }
}

fn link_from(row: &Row) -> Result<Link, StoreError> {
    Ok(Link {
        number: number_from(row.int("number")?)?,
        look: Look {
            at: row.time("at")?,
            officer: row.parsed("officer_id")?,
            unit: row.text("unit")?,
            action: row.text("action")?,
            what: row.text("what")?,
        },
        hash: row.array("hash")?,
    })
}
