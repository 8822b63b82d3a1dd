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
const FARES: &str = "SELECT CASE WHEN pg_is_in_recovery() THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS standby, \
     CASE WHEN NOT pg_is_in_recovery() THEN CAST(0 AS BIGINT) \
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

/// How a replica fares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReplicaFares {
    /// It is of this database, by the master key's proof.
    pub ours: bool,
    /// It follows a primary; else it is one itself, or was made one and stands still.
    pub standby: bool,
    /// How many seconds it is behind, if it can say.
    pub behind_s: Option<i64>,
    /// Reports are read from it.
    pub of_use: bool,
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
            match tokio::time::timeout(PATIENCE, fares(replica)).await {
                Ok(Ok(found)) => match found.of_use() {
                    Some(behind_s) => {
                        let store = self.on(replica.clone());
                        return Reports { store, behind_s: Some(behind_s) };
                    }
                    None => tracing::warn!("the replica is far behind: reports are read from the primary"),
                },
                Ok(Err(error)) => tracing::warn!(%error, "the replica does not answer"),
                Err(_) => tracing::warn!("the replica does not answer in time"),
            }
        }
        Reports { store: self.clone(), behind_s: None }
    }

    /// How the replica fares; none if there is none.
    ///
    /// # Errors
    /// If it cannot be reached or asked.
    pub async fn replica_fares(&self) -> Result<Option<ReplicaFares>, StoreError> {
        let Some(replica) = &self.replica else { return Ok(None) };
        let found = fares(replica).await?;
        let proof = self.on(replica.clone()).master_key_proof().await?;
        Ok(Some(ReplicaFares {
            ours: proof == self.master_key_proof().await?,
            standby: found.standby,
            behind_s: found.behind_s,
            of_use: found.of_use().is_some(),
        }))
    }
}

/// What a replica says of itself.
struct Fares {
    standby: bool,
    behind_s: Option<i64>,
    outgrown: bool,
}

impl Fares {
    /// How many seconds it is behind, if it may be asked.
    fn of_use(&self) -> Option<i64> {
        self.behind_s.filter(|behind_s| *behind_s <= LATEST_S && !self.outgrown)
    }
}

async fn fares(replica: &Db) -> Result<Fares, StoreError> {
    let row = replica.fetch_one(FARES, &[]).await?;
    Ok(Fares {
        standby: row.int("standby")? != 0,
        behind_s: row.opt_int("behind")?.map(|behind| behind.max(0)),
        outgrown: migrate::outgrown(row.int("oldest")?),
    })
}
