//! Signed-in officers. The token itself is only in the officer's browser.

use crate::db::transaction;
use crate::error::StoreError;
use crate::officers::{columns, officer_from};
use crate::value::values;
use crate::{Hash, Store};
use bluezone_domain::Timestamp;
use bluezone_domain::id::OfficerId;
use bluezone_domain::officer::Officer;

const FIND: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM sessions JOIN officers ON officers.id = sessions.officer_id \
     WHERE token_hash = $1 AND expires_at > $2 AND disabled_at IS NULL"
);

impl Store {
    /// Remembers a session by the keyed hash of its token.
    pub async fn create_session(
        &self,
        token_hash: Hash,
        officer: OfficerId,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            tx.execute(
                "INSERT INTO sessions (token_hash, officer_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
                values![token_hash, officer, now, expires_at],
            )
            .await?;
            Ok(())
        })
    }

    /// Who is signed in with that token: `None` for an unknown, ended or expired session and for a disabled account.
    pub async fn session(&self, token_hash: Hash, now: Timestamp) -> Result<Option<Officer>, StoreError> {
        self.db.fetch_optional(FIND, values![token_hash, now]).await?.map(officer_from).transpose()
    }

    /// Signs out. An unknown session is no error.
    pub async fn end_session(&self, token_hash: Hash) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            tx.execute("DELETE FROM sessions WHERE token_hash = $1", values![token_hash]).await?;
            Ok(())
        })
    }
}
