//! Signed-in officers. The token itself is only in the officer's browser.

use crate::db::transaction;
use crate::error::StoreError;
use crate::officers::{columns, officer_from, unit_is_valid};
use crate::value::{Row, values};
use crate::{Hash, Store};
use bluezone_domain::Timestamp;
use bluezone_domain::id::OfficerId;
use bluezone_domain::officer::{Officer, SignInMethod};

/// A session that is in use is written at most this often.
const WRITTEN_EVERY_S: i64 = 60;

pub(crate) const FIND: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM sessions JOIN officers ON officers.id = sessions.officer_id JOIN units ON units.code = officers.unit \
     WHERE token_hash = $1 AND expires_at > $2 AND disabled_at IS NULL AND ",
    unit_is_valid!("$2")
);

/// By the index of officers: nobody has many.
pub(crate) const OF_OFFICER: &str = "SELECT token_hash, officer_id, method, device, created_at, expires_at \
     FROM sessions WHERE officer_id = $1 AND expires_at > $2";

/// A session.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionRecord {
    /// Keyed hash of its token.
    pub token_hash: Hash,
    /// Whose it is.
    pub officer: OfficerId,
    /// How it began.
    pub method: SignInMethod,
    /// In what browser, in a few words for its owner.
    pub device: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends unless it is used.
    pub expires_at: Timestamp,
}

impl Store {
    /// Remembers a session.
    pub async fn create_session(&self, session: &SessionRecord) -> Result<(), StoreError> {
        let SessionRecord { token_hash, officer, method, device, created_at, expires_at } = session;
        transaction!(self.db, tx => {
            tx.execute(
                "INSERT INTO sessions (token_hash, officer_id, method, device, created_at, expires_at) \
                 VALUES ($1, $2, $3, $4, $5, $6)",
                values![*token_hash, *officer, method.as_str(), device, *created_at, *expires_at],
            )
            .await?;
            Ok(())
        })
    }

    /// An officer's sessions that have not ended, the newest first.
    pub async fn sessions_of(
        &self,
        officer: OfficerId,
        now: Timestamp,
    ) -> Result<Vec<SessionRecord>, StoreError> {
        let rows = self.db.fetch_all(OF_OFFICER, values![officer, now]).await?;
        let mut sessions = rows.into_iter().map(session_from).collect::<Result<Vec<_>, _>>()?;
        sessions.sort_by_key(|session| std::cmp::Reverse(session.created_at));
        Ok(sessions)
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

    /// Ends every session of an officer but one.
    pub async fn end_other_sessions(&self, officer: OfficerId, but: Hash) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let sql = "DELETE FROM sessions WHERE officer_id = $1 AND token_hash <> $2";
            tx.execute(sql, values![officer, but]).await?;
            Ok(())
        })
    }
}

fn session_from(row: Row) -> Result<SessionRecord, StoreError> {
    Ok(SessionRecord {
        token_hash: row.array("token_hash")?,
        officer: row.parsed("officer_id")?,
        method: row.parsed("method")?,
        device: row.text("device")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
    })
}
