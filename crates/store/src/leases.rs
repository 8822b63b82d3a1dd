//! Named leases: which of several servers does a job now.
//!
//! Time is the database's own, the one clock that all servers share. When that is set back, a lease ends no sooner than it
//! was to; one that ends later than any that is taken now can was given before, and counts for nothing.

use crate::Store;
use crate::db::{Sql, transaction};
use crate::error::StoreError;
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

impl Store {
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
