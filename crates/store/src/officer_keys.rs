//! Passkeys by which officers sign requests. A key counts once its entry stands in the log: what counts is said there
//! (`transparency::officers`), not here.

use crate::db::{Lock, for_update, transaction};
use crate::error::StoreError;
use crate::log_entries::{NewLogEntry, append, number_to, opt_number};
use crate::officers::unit_is_valid;
use crate::releases::{FIRST_GONE, Signed};
use crate::value::{Row, values};
use crate::{Hash, Store};
use bluezone_domain::Timestamp;
use bluezone_domain::id::OfficerId;

/// An officer's signing key, or one that asks to be let in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OfficerKeyRecord {
    /// SHA-256 of the public key.
    pub id: Hash,
    /// Whose it is.
    pub officer: OfficerId,
    /// Names it to the browser that holds it.
    pub credential: Vec<u8>,
    /// The change that lets it in, as officers sign it.
    pub change: String,
    /// When it asked.
    pub asked_at: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// Who let it in first.
    pub first_by: Option<OfficerId>,
    /// Number of the log entry that let it in.
    pub entry: Option<u64>,
    /// Number of the log entry that revoked it.
    pub revoked: Option<u64>,
}

macro_rules! columns {
    () => {
        "SELECT id, officer_id, credential, change, asked_at, until_at, first_by, entry, revoked FROM officer_keys "
    };
}

impl Store {
    /// Keeps a key. `founding` writes the entry at once where none stands yet: it is given the entries about keys so far, and
    /// answers `None` where two officers must let the key in. Returns the entry's number.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the key is known.
    pub async fn add_officer_key(
        &self,
        new: &OfficerKeyRecord,
        founding: impl Fn(&[Vec<u8>]) -> Option<NewLogEntry>,
    ) -> Result<Option<u64>, StoreError> {
        let OfficerKeyRecord { id, officer, credential, change, asked_at, until, .. } = new;
        transaction!(self.db, tx => {
            // Two at once must not both be the second of the founders.
            tx.lock(Lock::Log).await?;
            let sql = "INSERT INTO officer_keys (id, officer_id, credential, change, asked_at, until_at) \
                       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
            let values = values![*id, *officer, credential.as_slice(), change, *asked_at, *until];
            if tx.execute(sql, values).await? == 0 {
                return Err(StoreError::Conflict("the key"));
            }
            let so_far = tx.fetch_all(ENTRIES, &[]).await?;
            let so_far = so_far.iter().map(|row| row.bytes("bytes")).collect::<Result<Vec<_>, _>>()?;
            let Some(entry) = founding(&so_far) else { return Ok(None) };
            let number = append(&mut tx, &entry).await?;
            let sql = "UPDATE officer_keys SET entry = $2 WHERE id = $1";
            tx.execute(sql, values![*id, number_to(number)]).await?;
            Ok(Some(number))
        })
    }

    /// Adds a standing officer's checked signature that lets a key in. With the second one, `entry` writes the log's entry.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such key.
    pub async fn sign_officer_key(
        &self,
        id: Hash,
        officer: OfficerId,
        signature: &str,
        entry: impl Fn(&str) -> Option<NewLogEntry>,
    ) -> Result<Signed, StoreError> {
        transaction!(self.db, tx => {
            let sql = for_update!("SELECT first_by, first_signature, entry FROM officer_keys WHERE id = $1");
            let row = tx.fetch_optional(sql, values![id]).await?.ok_or(StoreError::NotFound("the key"))?;
            if let Some(number) = opt_number(&row, "entry")? {
                return Ok(Signed::Logged(number));
            }
            let Some(first) = row.opt_text("first_signature")? else {
                let sql = "UPDATE officer_keys SET first_by = $2, first_signature = $3 WHERE id = $1";
                tx.execute(sql, values![id, officer, signature]).await?;
                return Ok(Signed::First);
            };
            if row.opt_text("first_by")?.as_deref() == Some(officer.to_string().as_str()) {
                return Ok(Signed::Twice);
            }
            let entry = entry(&first).ok_or(StoreError::NotAllowed(FIRST_GONE))?;
            let number = append(&mut tx, &entry).await?;
            let sql = "UPDATE officer_keys SET second_by = $2, entry = $3 WHERE id = $1";
            tx.execute(sql, values![id, officer, number_to(number)]).await?;
            Ok(Signed::Logged(number))
        })
    }

    /// Revokes a key that stands. Once is enough: the number of the first such entry.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if no such key stands in the log.
    pub async fn revoke_officer_key(&self, id: Hash, entry: &NewLogEntry) -> Result<u64, StoreError> {
        transaction!(self.db, tx => {
            let sql = for_update!("SELECT revoked FROM officer_keys WHERE id = $1 AND entry IS NOT NULL");
            let row = tx.fetch_optional(sql, values![id]).await?.ok_or(StoreError::NotFound("the key"))?;
            if let Some(number) = opt_number(&row, "revoked")? {
                return Ok(number);
            }
            let number = append(&mut tx, entry).await?;
            let sql = "UPDATE officer_keys SET revoked = $2 WHERE id = $1";
            tx.execute(sql, values![id, number_to(number)]).await?;
            Ok(number)
        })
    }

    /// Keys that are not revoked, of officers whose account is disabled or whose unit has ended.
    pub async fn ended_officer_keys(&self, now: Timestamp) -> Result<Vec<OfficerKeyRecord>, StoreError> {
        let sql = concat!(
            columns!(),
            "WHERE revoked IS NULL AND officer_id NOT IN \
             (SELECT officers.id FROM officers JOIN units ON units.code = officers.unit \
             WHERE disabled_at IS NULL AND ",
            unit_is_valid!("$1"),
            ") ORDER BY asked_at, id"
        );
        self.db.fetch_all(sql, values![now]).await?.iter().map(key_from).collect()
    }

    /// Takes back a key that nobody let in yet.
    pub async fn drop_officer_key(&self, id: Hash) -> Result<(), StoreError> {
        let sql = "DELETE FROM officer_keys WHERE id = $1 AND entry IS NULL";
        transaction!(self.db, tx => { tx.execute(sql, values![id]).await.map(drop) })
    }

    /// Every key, those that ask too, in the order in which they asked.
    pub async fn officer_keys(&self) -> Result<Vec<OfficerKeyRecord>, StoreError> {
        let sql = concat!(columns!(), "ORDER BY asked_at, id");
        self.db.fetch_all(sql, &[]).await?.iter().map(key_from).collect()
    }

    /// The bytes of the log's entries about officers' keys, in their order: what tells which keys count.
    pub async fn officer_key_entries(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        self.db.fetch_all(ENTRIES, &[]).await?.iter().map(|row| row.bytes("bytes")).collect()
    }
}

const ENTRIES: &str = "SELECT bytes FROM log_entries WHERE number IN (SELECT entry FROM officer_keys) \
     OR number IN (SELECT revoked FROM officer_keys) ORDER BY number";

fn key_from(row: &Row) -> Result<OfficerKeyRecord, StoreError> {
    Ok(OfficerKeyRecord {
        id: row.array("id")?,
        officer: row.parsed("officer_id")?,
        credential: row.bytes("credential")?,
        change: row.text("change")?,
        asked_at: row.time("asked_at")?,
        until: row.time("until_at")?,
        first_by: row.opt_parsed("first_by")?,
        entry: opt_number(row, "entry")?,
        revoked: opt_number(row, "revoked")?,
    })
}
