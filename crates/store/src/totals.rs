//! How much there is, and what of a list is there: for who holds a load test's journal against the database.

use crate::Store;
use crate::db::Value;
use crate::error::StoreError;

const TOTALS: &str = "SELECT (SELECT COUNT(*) FROM citizens) AS citizens, \
                      (SELECT COUNT(*) FROM declarations) AS declarations, (SELECT COUNT(*) FROM visits) AS visits, \
                      (SELECT COUNT(*) FROM published_keys) AS published_keys";

/// Rows of a kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Totals {
    /// Accounts of citizens.
    pub citizens: i64,
    /// Declarations.
    pub declarations: i64,
    /// Visits of places.
    pub visits: i64,
    /// Diagnosis keys of cases.
    pub published_keys: i64,
}

impl Store {
    /// Counts rows. It reads whole tables: for a load test, not for a page.
    pub async fn totals(&self) -> Result<Totals, StoreError> {
        let row = self.db.fetch_one(TOTALS, &[]).await?;
        Ok(Totals {
            citizens: row.int("citizens")?,
            declarations: row.int("declarations")?,
            visits: row.int("visits")?,
            published_keys: row.int("published_keys")?,
        })
    }

    /// How many of these diagnosis keys of cases are kept.
    pub async fn kept_keys(&self, keys: &[[u8; 16]]) -> Result<usize, StoreError> {
        let values: Vec<Value> = keys.iter().map(|key| Value::Bytes(Some(key.to_vec()))).collect();
        Ok(self.db.fetch_in("SELECT key FROM published_keys WHERE key IN", &values).await?.len())
    }
}
