//! Officers' passkeys.

use crate::Store;
use crate::db::transaction;
use crate::error::StoreError;
use crate::officers::unit_is_valid;
use crate::value::{Row, values};
use bluezone_domain::Timestamp;
use bluezone_domain::id::OfficerId;
use std::fmt;

pub(crate) const OF_OFFICER: &str = "SELECT credential_id, officer_id, name, public_key, state, created_at, used_at \
     FROM passkeys WHERE officer_id = $1 ORDER BY created_at, credential_id";
pub(crate) const BY_ID: &str = "SELECT credential_id, officer_id, name, public_key, state, created_at, used_at \
     FROM passkeys WHERE credential_id = $1";
const USE: &str = concat!(
    "UPDATE passkeys SET state = $2, used_at = $3 WHERE credential_id = $1 AND officer_id IN \
     (SELECT officers.id FROM officers JOIN units ON units.code = officers.unit WHERE disabled_at IS NULL AND ",
    unit_is_valid!("$3"),
    ")"
);

/// A passkey. `Debug` shows only whose it is.
#[derive(Clone, PartialEq, Eq)]
pub struct PasskeyRecord {
    /// What the passkey is called by the device that holds it.
    pub credential_id: Vec<u8>,
    /// Whose it is.
    pub officer: OfficerId,
    /// What the officer calls it.
    pub name: String,
    /// Its public key: a compressed P-256 point (SEC 1).
    pub public_key: [u8; 33],
    /// What its answers are checked against, as the server wrote it.
    pub state: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last used to sign in.
    pub used_at: Option<Timestamp>,
}

impl fmt::Debug for PasskeyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasskeyRecord").field("officer", &self.officer).finish_non_exhaustive()
    }
}

impl Store {
    /// Adds a passkey.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it is somebody's already.
    pub async fn add_passkey(&self, passkey: &PasskeyRecord) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let inserted = tx
                .execute(
                    "INSERT INTO passkeys (credential_id, officer_id, name, public_key, state, created_at, used_at) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
                    values![
                        passkey.credential_id.as_slice(),
                        passkey.officer,
                        &passkey.name,
                        passkey.public_key.as_slice(),
                        &passkey.state,
                        passkey.created_at,
                        passkey.used_at,
                    ],
                )
                .await?;
            if inserted == 0 { Err(StoreError::Conflict("the passkey")) } else { Ok(()) }
        })
    }

    /// An officer's passkeys, the oldest first.
    pub async fn passkeys_of(&self, officer: OfficerId) -> Result<Vec<PasskeyRecord>, StoreError> {
        self.db.fetch_all(OF_OFFICER, values![officer]).await?.into_iter().map(passkey_from).collect()
    }

    /// The passkey of that identifier.
    pub async fn passkey(&self, credential_id: &[u8]) -> Result<Option<PasskeyRecord>, StoreError> {
        self.db.fetch_optional(BY_ID, values![credential_id]).await?.map(passkey_from).transpose()
    }

    /// Notes that a passkey was used to sign in. `false`, and nothing is noted: the passkey is gone, the account is disabled
    /// or its unit has ended; the sign-in is refused.
    pub async fn use_passkey(
        &self,
        credential_id: &[u8],
        state: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        transaction!(self.db, tx => { Ok(tx.execute(USE, values![credential_id, state, now]).await? == 1) })
    }

    /// Removes a passkey of an officer. One that is not there is no error.
    pub async fn remove_passkey(&self, officer: OfficerId, credential_id: &[u8]) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let sql = "DELETE FROM passkeys WHERE credential_id = $1 AND officer_id = $2";
            tx.execute(sql, values![credential_id, officer]).await?;
            Ok(())
        })
    }
}

fn passkey_from(row: Row) -> Result<PasskeyRecord, StoreError> {
    Ok(PasskeyRecord {
        credential_id: row.bytes("credential_id")?,
        officer: row.parsed("officer_id")?,
        name: row.text("name")?,
        public_key: row.array("public_key")?,
        state: row.text("state")?,
        created_at: row.time("created_at")?,
        used_at: row.opt_time("used_at")?,
    })
}
