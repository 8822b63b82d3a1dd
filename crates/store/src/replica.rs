//! A replica of the database, for what reads a lot and may be a little late.

use crate::db::Db;
use crate::error::StoreError;
use crate::{Store, migrate};
use std::time::Duration;

/// Who has not answered by then is away.
const PATIENCE: Duration = Duration::from_secs(2);
/// A replica that is further behind is of no use.
const LATEST_S: i64 = 900;

/// A standby that has played all that it received is as late as what it waits for - which is nothing while it is connected. The
/// time of the last change says nothing where nothing changes.
const BEHIND: &str = "SELECT CASE WHEN NOT pg_is_in_recovery() THEN CAST(0 AS BIGINT) \
     WHEN pg_last_wal_receive_lsn() <= pg_last_wal_replay_lsn() AND EXISTS (SELECT 1 FROM pg_stat_wal_receiver) \
     THEN CAST(0 AS BIGINT) \
     ELSE CAST(EXTRACT(EPOCH FROM clock_timestamp() - pg_last_xact_replay_timestamp()) AS BIGINT) END AS behind, \
     COALESCE((SELECT MAX(oldest) FROM layout), 0) AS oldest";

/// Where reports are read.
#[derive(Debug)]
pub struct Reports {
    /// What is asked.
    pub store: Store,
    /// How many seconds it is behind, if it is the replica.
    pub behind_s: Option<i64>,
}

impl Store {
    /// The same store with a replica, `postgres://…`, which only [`Store::for_reports`] asks. It need not answer yet.
    ///
    /// # Errors
    /// [`StoreError::Address`].
    pub fn with_replica(self, url: &str) -> Result<Store, StoreError> {
        Ok(Store { replica: Some(Db::open_standby(url, PATIENCE)?), ..self })
    }

    /// Where reports are read: the replica, or this database if there is none, if it does not answer, or if it is far behind. It
    /// takes nothing that is written.
    pub async fn for_reports(&self) -> Reports {
        if let Some(replica) = &self.replica {
            match tokio::time::timeout(PATIENCE, behind(replica)).await {
                Ok(Ok(Some(behind_s))) => {
                    let store = self.on(replica.clone());
                    return Reports { store, behind_s: Some(behind_s) };
                }
                Ok(Ok(None)) => {
                    tracing::warn!("the replica is far behind: reports are read from the primary")
                }
                Ok(Err(error)) => tracing::warn!(%error, "the replica does not answer"),
                Err(_) => tracing::warn!("the replica does not answer in time"),
            }
        }
        Reports { store: self.clone(), behind_s: None }
    }
}

/// How late it is, if it may be asked.
async fn behind(replica: &Db) -> Result<Option<i64>, StoreError> {
    let row = replica.fetch_one(BEHIND, &[]).await?;
    let behind = row.opt_int("behind")?.map(|behind| behind.max(0));
    Ok(behind
        .filter(|behind| *behind <= LATEST_S)
        .filter(|_| !row.int("oldest").is_ok_and(migrate::outgrown)))
}
