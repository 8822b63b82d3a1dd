//! Signed-in officers. The token itself is only in the officer's browser.

use crate::db::transaction;
use crate::error::StoreError;
use crate::officers::{columns, officer_from, unit_is_valid};
use crate::value::values;
use crate::{Hash, Store};
use bluezone_domain::Timestamp;
use bluezone_domain::id::OfficerId;
use bluezone_domain::officer::Officer;

/// A session that is in use is written at most this often.
const WRITTEN_EVERY_S: i64 = 60;

pub(crate) const FIND: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM sessions JOIN officers ON officers.id = sessions.officer_id JOIN units ON units.code = officers.unit \
     WHERE token_hash = $1 AND expires_at > $2 AND disabled_at IS NULL AND ",
    unit_is_valid!("$2")
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

    /// Who is signed in with that token: `None` for an unknown, ended or expired session, for a disabled account
    /// and for an officer whose unit has ended.
    pub async fn session(&self, token_hash: Hash, now: Timestamp) -> Result<Option<Officer>, StoreError> {
        self.db.fetch_optional(FIND, values![token_hash, now]).await?.map(officer_from).transpose()
    }

    /// Keeps a session that is in use: it ends `idle_s` from now, but no later than `longest_s` after it began. Looking at
    /// many pages writes once a minute.
    pub async fn keep_session(
        &self,
        token_hash: Hash,
        now: Timestamp,
        idle_s: i64,
        longest_s: i64,
    ) -> Result<(), StoreError> {
        let find = "SELECT created_at, expires_at FROM sessions WHERE token_hash = $1";
        let Some(row) = self.db.fetch_optional(find, values![token_hash]).await? else { return Ok(()) };
        let until = (now + idle_s).min(row.time("created_at")? + longest_s);
        if until - row.time("expires_at")? < WRITTEN_EVERY_S {
            return Ok(());
        }
        transaction!(self.db, tx => {
            tx.execute(
                "UPDATE sessions SET expires_at = $2 WHERE token_hash = $1 AND expires_at < $2",
                values![token_hash, until],
            )
            .await?;
            Ok(())
        })
    }

    /// Signs out. An unknown session is no error.
    pub async fn end_session(&self, token_hash: Hash) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            tx.execute("DELETE FROM sessions WHERE token_hash = $1", values![token_hash]).await?;
            Ok(())
        })
    }
}
