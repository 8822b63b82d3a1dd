//! What the server remembers between the two halves of signing in with a passkey or elsewhere.

use crate::db::transaction;
use crate::error::StoreError;
use crate::value::values;
use crate::{Hash, Store};
use bluezone_domain::Timestamp;

impl Store {
    /// Remembers the state of a ceremony by the keyed hash of its ticket. `kind` says what it is for.
    pub async fn begin_ceremony(
        &self,
        ticket_hash: Hash,
        kind: &str,
        state: &str,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            tx.execute(
                "INSERT INTO ceremonies (ticket_hash, kind, state, expires_at) VALUES ($1, $2, $3, $4)",
                values![ticket_hash, kind, state, expires_at],
            )
            .await?;
            Ok(())
        })
    }

    /// The state of a ceremony that has not ended, once: a second time there is none, so that no answer counts twice.
    pub async fn take_ceremony(
        &self,
        ticket_hash: Hash,
        kind: &str,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        transaction!(self.db, tx => {
            let sql = "DELETE FROM ceremonies WHERE ticket_hash = $1 AND kind = $2 RETURNING state, expires_at";
            let Some(row) = tx.fetch_optional(sql, values![ticket_hash, kind]).await? else { return Ok(None) };
            if row.time("expires_at")? <= now { Ok(None) } else { row.text("state").map(Some) }
        })
    }
}
