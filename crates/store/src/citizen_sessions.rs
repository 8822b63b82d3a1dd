//! Citizens who are signed in. The token itself is only in their browser.

use crate::db::transaction;
use crate::error::StoreError;
use crate::group::By;
use crate::value::values;
use crate::{Hash, Store};
use bluezone_domain::Timestamp;
use bluezone_domain::id::CitizenId;

pub(crate) const FIND: By = By {
    select: "SELECT token_hash, citizen_id, expires_at FROM citizen_sessions WHERE token_hash IN",
    column: "token_hash",
};

/// A citizen's session.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CitizenSession {
    /// Keyed hash of its token.
    pub token_hash: Hash,
    /// Whose it is.
    pub citizen: CitizenId,
    /// The browser, in a few words.
    pub device: String,
    /// When it began.
    pub created_at: Timestamp,
    /// The first moment at which it is over.
    pub expires_at: Timestamp,
}

impl Store {
    /// Begins a session.
    pub async fn create_citizen_session(&self, session: &CitizenSession) -> Result<(), StoreError> {
        let CitizenSession { token_hash, citizen, device, created_at, expires_at } = session;
        transaction!(self.db, tx => {
            tx.execute(
                "INSERT INTO citizen_sessions (token_hash, citizen_id, device, created_at, expires_at) \
                 VALUES ($1, $2, $3, $4, $5)",
                values![*token_hash, *citizen, device, *created_at, *expires_at],
            )
            .await?;
            Ok(())
        })
    }

    /// Who is signed in with that token, and until when; `None` for an unknown, ended or expired session.
    pub async fn citizen_session(
        &self,
        token_hash: Hash,
        now: Timestamp,
    ) -> Result<Option<(CitizenId, Timestamp)>, StoreError> {
        let rows = self.groups.sessions.rows(&self.db, token_hash.into()).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let until = row.time("expires_at")?;
        Ok(if until > now { Some((row.parsed("citizen_id")?, until)) } else { None })
    }

    /// Keeps a session until then, and notes that its citizen was here.
    pub async fn keep_citizen_session(
        &self,
        token_hash: Hash,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let sql = "UPDATE citizen_sessions SET expires_at = $2 WHERE token_hash = $1 AND expires_at < $2";
            tx.execute(sql, values![token_hash, until]).await?;
            let sql = "UPDATE citizens SET seen_at = $2 WHERE seen_at < $2 AND \
                       id = (SELECT citizen_id FROM citizen_sessions WHERE token_hash = $1)";
            tx.execute(sql, values![token_hash, now]).await?;
            Ok(())
        })
    }

    /// Signs out. An unknown session is no error.
    pub async fn end_citizen_session(&self, token_hash: Hash) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            tx.execute("DELETE FROM citizen_sessions WHERE token_hash = $1", values![token_hash]).await?;
            Ok(())
        })
    }

    /// Signs out everywhere, but in one session.
    pub async fn end_other_citizen_sessions(&self, citizen: CitizenId, but: Hash) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let sql = "DELETE FROM citizen_sessions WHERE citizen_id = $1 AND token_hash <> $2";
            tx.execute(sql, values![citizen, but]).await?;
            Ok(())
        })
    }
}
