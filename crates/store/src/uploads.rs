//! What phones send because their owners said yes: sealed uploads, and mailboxes where requests reach a phone. Sent again it is
//! stored once; taken back it is gone, with what was opened of it, and does not come in again.

use crate::db::{Tx, for_update, transaction};
use crate::error::StoreError;
use crate::guesses::{count_source, note_source};
use crate::value::values;
use crate::{Hash, Store};
use bluezone_domain::Timestamp;
use bluezone_domain::id::TokenId;

/// One request to `/v1/consent`. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct NewConsent {
    /// What was sent.
    pub upload: Option<NewUpload>,
    /// Where requests reach the phone.
    pub mailbox: Option<NewMailbox>,
    /// The token of the code that says whose case it is.
    pub token: Option<TokenId>,
    /// SHA-256 of the secret by which it can be taken back.
    pub withdrawal: Option<Hash>,
    /// Keyed hash of where it came from, and how many uploads without a code may come from there in an hour.
    pub source: (Hash, u32),
    /// When.
    pub now: Timestamp,
}

/// A sealed upload.
#[derive(Clone)]
pub struct NewUpload {
    /// SHA-256 of its bytes.
    pub hash: Hash,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Code of the unit it is for.
    pub unit: String,
    /// Hash of the statement that it answers.
    pub request: Option<Hash>,
}

/// Where requests reach a phone.
#[derive(Clone)]
pub struct NewMailbox {
    /// X25519 key that they are sealed to.
    pub request_key: [u8; 32],
    /// The handle that the log's commitments are made of, sealed.
    pub handle_sealed: Vec<u8>,
}

impl std::fmt::Debug for NewConsent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewConsent(..)")
    }
}

/// What became of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Consented {
    /// It is stored: now, or before by the same request.
    Stored,
    /// The token is unknown, or its time is over.
    TokenRefused,
    /// It answers no request that is open to this unit.
    NoSuchRequest,
    /// Too many came from this source within the hour.
    SourceLimited,
}

/// Whose it is: a case, and the unit that has it.
struct Whose {
    case: Option<String>,
    unit: Option<String>,
}

const CASE: &str = "SELECT cases.id, cases.unit FROM tokens JOIN codes ON codes.id = tokens.code_id \
     JOIN cases ON cases.id = codes.case_id WHERE tokens.id = $1 AND tokens.expires_at > $2 \
     AND codes.contact_id IS NULL";
const IS_OPEN: &str = "SELECT 1 AS one FROM release_requests WHERE hash = $1 AND unit = $2 AND entry IS NOT NULL AND expires_at > $3";

impl Store {
    /// Stores an upload and a mailbox, durably and once.
    pub async fn consent(&self, new: &NewConsent) -> Result<Consented, StoreError> {
        transaction!(self.db, tx => {
            if is_repeated(&mut tx, new).await? {
                return Ok(Consented::Stored);
            }
            let whose = match new.token {
                None => Whose { case: None, unit: None },
                Some(token) => match tx.fetch_optional(CASE, values![token, new.now]).await? {
                    None => return Ok(Consented::TokenRefused),
                    Some(row) => Whose { case: Some(row.text("id")?), unit: Some(row.text("unit")?) },
                },
            };
            if let Some(NewUpload { unit, request: Some(request), .. }) = &new.upload
                && tx.fetch_optional(IS_OPEN, values![*request, unit, new.now]).await?.is_none()
            {
                return Ok(Consented::NoSuchRequest);
            }
            if new.token.is_none() && !admit_source(&mut tx, new).await? {
                return Ok(Consented::SourceLimited);
            }
            insert(&mut tx, new, whose).await?;
            Ok(Consented::Stored)
        })
    }

    /// Deletes what was sent with this withdrawal hash, what was opened of it and what it was compared to. Whether there was anything is not said.
    pub async fn withdraw(&self, withdrawal: Hash, now: Timestamp) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            // A copy of the upload that is still on its way does not come in any more; one that comes in right now is waited
            // for, and deleted by the statements that follow.
            let sql = "INSERT INTO withdrawals (hash, at, taken_back) VALUES ($1, $2, 1) \
                       ON CONFLICT (hash) DO UPDATE SET taken_back = 1";
            tx.execute(sql, values![withdrawal, now]).await?;
            let sql = "DELETE FROM release_requests WHERE mailbox IN \
                       (SELECT request_key FROM mailboxes WHERE withdrawal = $1)";
            tx.execute(sql, values![withdrawal]).await?;
            tx.execute("DELETE FROM mailboxes WHERE withdrawal = $1", values![withdrawal]).await?;
            // Locked before what was made of them: whoever makes more of them has either finished or finds them gone.
            let sql = for_update!("SELECT hash FROM uploads WHERE withdrawal = $1");
            for row in tx.fetch_all(sql, values![withdrawal]).await? {
                let hash: Hash = row.array("hash")?;
                let sql = "DELETE FROM contact_evidence WHERE id IN \
                           (SELECT evidence_id FROM contact_evidence_uploads WHERE upload = $1)";
                tx.execute(sql, values![hash]).await?;
                tx.execute("DELETE FROM uploads WHERE hash = $1", values![hash]).await?;
            }
            Ok(())
        })
    }
}

/// Whether all of it is here already, or was taken back.
async fn is_repeated(tx: &mut Tx, new: &NewConsent) -> Result<bool, StoreError> {
    if let Some(withdrawal) = new.withdrawal {
        // The row is there from the first telling on, so that whoever takes it back meanwhile waits.
        let sql = "INSERT INTO withdrawals (hash, at, taken_back) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING";
        tx.execute(sql, values![withdrawal, new.now]).await?;
        let sql = for_update!("SELECT taken_back FROM withdrawals WHERE hash = $1");
        if tx.fetch_one(sql, values![withdrawal]).await?.int("taken_back")? == 1 {
            return Ok(true);
        }
    }
    let upload = match &new.upload {
        None => true,
        Some(upload) => {
            let sql = "SELECT 1 AS one FROM uploads WHERE hash = $1";
            tx.fetch_optional(sql, values![upload.hash]).await?.is_some()
        }
    };
    let mailbox = match &new.mailbox {
        None => true,
        Some(mailbox) => {
            let sql = "SELECT 1 AS one FROM mailboxes WHERE request_key = $1";
            tx.fetch_optional(sql, values![mailbox.request_key]).await?.is_some()
        }
    };
    Ok(upload && mailbox)
}

/// Counts an upload without a code; `false` if there were too many.
async fn admit_source(tx: &mut Tx, new: &NewConsent) -> Result<bool, StoreError> {
    let (source, most) = new.source;
    if count_source(tx, source, new.now).await? >= i64::from(most) {
        return Ok(false);
    }
    note_source(tx, source, new.now).await.map(|()| true)
}

async fn insert(tx: &mut Tx, new: &NewConsent, whose: Whose) -> Result<(), StoreError> {
    let Whose { case, unit } = whose;
    if let Some(NewUpload { hash, bytes, unit, request }) = &new.upload {
        tx.execute(
            "INSERT INTO uploads (hash, bytes, unit, request, case_id, withdrawal, received_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
            values![*hash, bytes.as_slice(), unit, *request, case.clone(), new.withdrawal, new.now],
        )
        .await?;
    }
    if let Some(NewMailbox { request_key, handle_sealed }) = &new.mailbox {
        let unit = unit.or_else(|| new.upload.as_ref().map(|upload| upload.unit.clone()));
        let unit = unit.ok_or(StoreError::NotAllowed("a mailbox alone must come with a token"))?;
        let upload = new.upload.as_ref().map(|upload| upload.hash);
        tx.execute(
            "INSERT INTO mailboxes (request_key, handle_sealed, unit, case_id, upload, withdrawal, received_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
            values![*request_key, handle_sealed.as_slice(), unit, case, upload, new.withdrawal, new.now],
        )
        .await?;
    }
    Ok(())
}
