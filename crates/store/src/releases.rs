//! Requests for somebody's contact history: written by one officer, signed by two, then in the log; and the mailboxes that they
//! are sent to.

use crate::db::{for_update, transaction};
use crate::error::StoreError;
use crate::log_entries::{NewLogEntry, append, number_to, opt_number};
use crate::units::{unit_within, within};
use crate::value::{Row, values};
use crate::{Hash, Store};
use bluezone_domain::Timestamp;
use bluezone_domain::area::Territory;
use bluezone_domain::id::{CaseId, OfficerId};

/// Where requests reach a phone. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct MailboxInfo {
    /// X25519 key that they are sealed to.
    pub request_key: [u8; 32],
    /// The handle that the log's commitments are made of, sealed.
    pub handle_sealed: Vec<u8>,
    /// Code of the unit that may ask.
    pub unit: String,
    /// Whose it is, if a code said so.
    pub case: Option<CaseId>,
    /// Hash of the upload that it came with.
    pub upload: Option<Hash>,
}

/// A request. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct ReleaseRequest {
    /// SHA-256 of the statement.
    pub hash: Hash,
    /// The statement that is signed.
    pub statement: String,
    /// Code of the unit that asks.
    pub unit: String,
    /// The mailbox that it is sent to.
    pub mailbox: [u8; 32],
    /// What only the person who is asked is told, sealed.
    pub details_sealed: Vec<u8>,
    /// Who wrote it.
    pub made_by: OfficerId,
    /// When.
    pub made_at: Timestamp,
    /// When it is over.
    pub expires_at: Timestamp,
    /// Who signed it first.
    pub first_by: Option<OfficerId>,
    /// And second, which puts it into the log.
    pub second_by: Option<OfficerId>,
    /// Number of its log entry, once two have signed.
    pub entry: Option<u64>,
}

/// The entry could not be made of the two signatures.
pub(crate) const FIRST_GONE: &str = "the first signature does not count any more";

macro_rules! silent {
    ($($name:ident),*) => { $(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )* };
}
silent!(MailboxInfo, ReleaseRequest);

/// What became of a signature.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signed {
    /// It is the first; another officer's is awaited.
    First,
    /// It is the second: the entry has this number.
    Logged(u64),
    /// This officer has signed already.
    Twice,
}

macro_rules! mailboxes {
    () => {
        "SELECT request_key, handle_sealed, unit, case_id, upload FROM mailboxes "
    };
}
macro_rules! requests {
    () => {
        "SELECT hash, statement, unit, mailbox, details_sealed, made_by, made_at, expires_at, first_by, second_by, entry \
         FROM release_requests "
    };
}

impl Store {
    /// The mailboxes of a case, the newest first.
    pub async fn mailboxes_of_case(&self, case: CaseId) -> Result<Vec<MailboxInfo>, StoreError> {
        let sql = concat!(mailboxes!(), "WHERE case_id = $1 ORDER BY received_at DESC, request_key");
        self.db.fetch_all(sql, values![case]).await?.iter().map(mailbox_from).collect()
    }

    /// The mailbox that came with an upload.
    pub async fn mailbox_of_upload(&self, upload: Hash) -> Result<Option<MailboxInfo>, StoreError> {
        let sql = concat!(mailboxes!(), "WHERE upload = $1 ORDER BY received_at DESC, request_key LIMIT 1");
        self.db.fetch_optional(sql, values![upload]).await?.as_ref().map(mailbox_from).transpose()
    }

    /// A mailbox by its key; `None` if it was taken back.
    pub async fn mailbox(&self, request_key: [u8; 32]) -> Result<Option<MailboxInfo>, StoreError> {
        let sql = concat!(mailboxes!(), "WHERE request_key = $1");
        self.db.fetch_optional(sql, values![request_key]).await?.as_ref().map(mailbox_from).transpose()
    }

    /// Keeps a request that nobody signed yet.
    pub async fn create_request(&self, new: &ReleaseRequest) -> Result<(), StoreError> {
        let ReleaseRequest { hash, statement, unit, mailbox, details_sealed, .. } = new;
        transaction!(self.db, tx => {
            let sql = "INSERT INTO release_requests (hash, statement, unit, mailbox, details_sealed, made_by, made_at, \
                       expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
            let (made_by, made_at, expires_at) = (new.made_by, new.made_at, new.expires_at);
            let sealed = details_sealed.as_slice();
            let values = values![*hash, statement, unit, *mailbox, sealed, made_by, made_at, expires_at];
            tx.execute(sql, values).await.map(drop)
        })
    }

    /// Adds an officer's checked signature. With the second one, `entry` writes the log's entry from the first signature.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such request, or it was taken back with its mailbox.
    pub async fn sign_request(
        &self,
        hash: Hash,
        officer: OfficerId,
        signature: &str,
        entry: impl Fn(&str) -> Option<NewLogEntry>,
    ) -> Result<Signed, StoreError> {
        transaction!(self.db, tx => {
            let sql = for_update!("SELECT first_by, first_signature, entry FROM release_requests WHERE hash = $1");
            let row = tx.fetch_optional(sql, values![hash]).await?;
            let row = row.ok_or(StoreError::NotFound("the request"))?;
            if let Some(number) = opt_number(&row, "entry")? {
                return Ok(Signed::Logged(number));
            }
            let Some(first) = row.opt_text("first_signature")? else {
                let sql = "UPDATE release_requests SET first_by = $2, first_signature = $3 WHERE hash = $1";
                tx.execute(sql, values![hash, officer, signature]).await?;
                return Ok(Signed::First);
            };
            if row.opt_text("first_by")?.as_deref() == Some(officer.to_string().as_str()) {
                return Ok(Signed::Twice);
            }
            let entry = entry(&first).ok_or(StoreError::NotAllowed(FIRST_GONE))?;
            let number = append(&mut tx, &entry).await?;
            let sql = "UPDATE release_requests SET second_by = $2, entry = $3 WHERE hash = $1";
            tx.execute(sql, values![hash, officer, number_to(number)]).await?;
            Ok(Signed::Logged(number))
        })
    }

    /// The newest requests of a unit and of those whose territory lies within this one, at most `limit`.
    pub async fn requests_within(
        &self,
        unit: &str,
        territory: Territory,
        limit: u32,
    ) -> Result<Vec<ReleaseRequest>, StoreError> {
        let sql = concat!(requests!(), "WHERE ", unit_within!(), " ORDER BY made_at DESC, hash LIMIT $4");
        let (same, below) = within(territory);
        self.db.fetch_all(sql, values![unit, same, below, limit]).await?.iter().map(request_from).collect()
    }

    /// A request by the hash of its statement.
    pub async fn request(&self, hash: Hash) -> Result<Option<ReleaseRequest>, StoreError> {
        let sql = concat!(requests!(), "WHERE hash = $1");
        self.db.fetch_optional(sql, values![hash]).await?.as_ref().map(request_from).transpose()
    }

    /// The requests that stand in the log of so many entries and are not over.
    pub async fn requests_to_send(
        &self,
        log_size: u64,
        now: Timestamp,
    ) -> Result<Vec<ReleaseRequest>, StoreError> {
        let sql = concat!(requests!(), "WHERE entry < $1 AND expires_at > $2 ORDER BY entry");
        self.db.fetch_all(sql, values![number_to(log_size), now]).await?.iter().map(request_from).collect()
    }
}

pub(crate) fn mailbox_from(row: &Row) -> Result<MailboxInfo, StoreError> {
    let upload = row.opt_bytes("upload")?.map(<[u8; 32]>::try_from).transpose();
    Ok(MailboxInfo {
        request_key: row.array("request_key")?,
        handle_sealed: row.bytes("handle_sealed")?,
        unit: row.text("unit")?,
        case: row.opt_parsed("case_id")?,
        upload: upload.map_err(|_| StoreError::Corrupt("mailboxes.upload"))?,
    })
}

fn request_from(row: &Row) -> Result<ReleaseRequest, StoreError> {
    Ok(ReleaseRequest {
        hash: row.array("hash")?,
        statement: row.text("statement")?,
        unit: row.text("unit")?,
        mailbox: row.array("mailbox")?,
        details_sealed: row.bytes("details_sealed")?,
        made_by: row.parsed("made_by")?,
        made_at: row.time("made_at")?,
        expires_at: row.time("expires_at")?,
        first_by: row.opt_parsed("first_by")?,
        second_by: row.opt_parsed("second_by")?,
        entry: opt_number(row, "entry")?,
    })
}
