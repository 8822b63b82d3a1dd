//! Named leases: which of several servers does a job now.
//!
//! Time is the database's own, the one clock that all servers share. When that is set back, a lease ends no sooner than it
//! was to; one that ends later than any that is taken now can was given before, and counts for nothing.

use crate::Store;
use crate::db::{Sql, transaction};
use crate::error::StoreError;
use crate::group::Member;
use crate::value::values;

/// Takes the lease if it is free, expired or the holder's own; `RETURNING` tells whether it was taken.
const ACQUIRE: Sql = Sql {
    sqlite: "INSERT INTO leases (name, holder, expires_at) VALUES ($1, $2, unixepoch() + $3) \
             ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at \
             WHERE leases.holder = excluded.holder OR leases.expires_at <= unixepoch() \
             OR leases.expires_at > unixepoch() + $3 + 60 RETURNING holder",
    postgres: "INSERT INTO leases (name, holder, expires_at) \
               VALUES ($1, $2, CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS BIGINT) + $3) \
               ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at \
               WHERE leases.holder = excluded.holder \
               OR leases.expires_at <= CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS BIGINT) \
               OR leases.expires_at > CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS BIGINT) + $3 + 60 RETURNING holder",
};

const HELD: Sql = Sql {
    sqlite: "SELECT 1 AS held FROM leases WHERE name = $1 AND expires_at > unixepoch()",
    postgres: "SELECT CAST(1 AS BIGINT) AS held FROM leases WHERE name = $1 \
               AND expires_at > CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS BIGINT)",
};

/// Leases that nobody wants. With one for all, those who write it at one time would wait for each other.
const NOBODYS: u32 = 1_024;

/// Who commits something for nobody.
pub(crate) struct Nobody {
    chance: u32,
}

impl Member for Nobody {
    type Answer = ();

    fn marks(&self) -> Vec<&[u8]> {
        Vec::new()
    }
}

impl Store {
    /// Commits what means nothing, as a request does that means something; those that do so at the same time share one commit, of
    /// one row: how many rows there are hardly changes its time. So many commits may be under way that nobody waits noticeably for a
    /// turn while commits take what they usually do. When they are slow, some wait for the commit before theirs, up to twice as long
    /// as a report that has a connection: then how long an answer takes may tell a dummy, if not for certain.
    pub async fn commit_for_nobody(&self, chance: u32) -> Result<(), StoreError> {
        let store = self.clone();
        let run = move |all: Vec<Nobody>| {
            let store = store.clone();
            async move {
                let number = all.first().map_or(0, |one| one.chance % NOBODYS);
                store.acquire_lease(&format!("dummy requests {number}"), "nobody", 0).await?;
                Ok(vec![(); all.len()])
            }
        };
        self.groups.nobodys.join(Nobody { chance }, run).await
    }

    /// Whether anybody has the lease.
    pub async fn lease_is_held(&self, name: &str) -> Result<bool, StoreError> {
        Ok(self.db.fetch_optional(HELD, values![name]).await?.is_some())
    }

    /// Takes or renews a lease for `ttl_s` seconds of the database's time. `false`: somebody else has it.
    pub async fn acquire_lease(&self, name: &str, holder: &str, ttl_s: i64) -> Result<bool, StoreError> {
        transaction!(self.db, tx => {
            Ok(tx.fetch_optional(ACQUIRE, values![name, holder, ttl_s]).await?.is_some())
        })
    }

    /// Gives a lease back early. Somebody else's lease is left alone.
    pub async fn release_lease(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            tx.execute("DELETE FROM leases WHERE name = $1 AND holder = $2", values![name, holder]).await?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{postgres, sqlite};

    #[tokio::test]
    async fn what_is_committed_for_nobody_at_one_time_is_one_commit() {
        for database in [sqlite().await, postgres().await] {
            let store = database.open().await;
            let tasks: Vec<_> = (0..50)
                .map(|chance| {
                    let store = store.clone();
                    tokio::spawn(async move { store.commit_for_nobody(chance).await })
                })
                .collect();
            for task in tasks {
                task.await.unwrap().unwrap();
            }
            let (batches, members) = store.groups.nobodys.shared();
            assert_eq!(members, 50);
            assert!(batches < 25, "{batches} commits");
            let leases = "SELECT COUNT(*) FROM leases WHERE name LIKE 'dummy requests %'";
            assert!(database.number(leases).await <= batches as i64, "{batches}");
        }
    }
}
