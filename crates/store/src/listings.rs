//! One-time links by which a contact (F1) names the people whom they met (F2).

use crate::db::transaction;
use crate::error::StoreError;
use crate::guesses::{count_source, note_source};
use crate::value::{Row, values};
use crate::{Hash, Store};
use bluezone_domain::Timestamp;
use bluezone_domain::id::{ContactId, OfficerId};
use std::fmt;

const FIND: &str = "SELECT contact_id, created_by, created_at, expires_at, used_at, notes FROM listing_links \
     WHERE secret_hash = $1 AND used_at IS NULL AND expires_at > $2";

/// A link to be made. `Debug` hides the hash.
#[derive(Clone, PartialEq, Eq)]
pub struct NewListingLink {
    /// Keyed hash of its secret.
    pub secret_hash: Hash,
    /// Who may name others.
    pub contact: ContactId,
    /// Who made it.
    pub created_by: OfficerId,
    /// When.
    pub created_at: Timestamp,
    /// The first second in which it no longer works.
    pub expires_at: Timestamp,
}

impl fmt::Debug for NewListingLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewListingLink(..)")
    }
}

/// A link on record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListingLink {
    /// Who may name others.
    pub contact: ContactId,
    /// Who made it.
    pub created_by: OfficerId,
    /// When.
    pub created_at: Timestamp,
    /// The first second in which it no longer works.
    pub expires_at: Timestamp,
    /// When the list was sent.
    pub used_at: Option<Timestamp>,
    /// What was said of where they met, sealed by the server.
    pub notes: Option<Vec<u8>>,
}

/// What a secret opens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Listing {
    /// A link that waits to be used.
    Open(ListingLink),
    /// Unknown, used or expired; which of them is not said.
    Refused,
    /// Too many wrong ones from this source within the hour.
    SourceLimited,
}

impl Store {
    /// Makes a link. The same again changes nothing: a form that was sent twice.
    pub async fn create_listing_link(&self, link: &NewListingLink) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let sql = "INSERT INTO listing_links (secret_hash, contact_id, created_by, created_at, expires_at) \
                       VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
            let values = values![
                link.secret_hash,
                link.contact,
                link.created_by,
                link.created_at,
                link.expires_at,
            ];
            tx.execute(sql, values).await?;
            Ok(())
        })
    }

    /// Looks a link up, and counts a wrong secret against its source, at most `limit` within an hour.
    pub async fn open_listing(
        &self,
        secret_hash: Hash,
        source: Hash,
        limit: u32,
        now: Timestamp,
    ) -> Result<Listing, StoreError> {
        transaction!(self.db, tx => {
            if count_source(&mut tx, source, now).await? >= i64::from(limit) {
                return Ok(Listing::SourceLimited);
            }
            match tx.fetch_optional(FIND, values![secret_hash, now]).await? {
                Some(row) => Ok(Listing::Open(link_from(&row)?)),
                None => {
                    note_source(&mut tx, source, now).await?;
                    Ok(Listing::Refused)
                }
            }
        })
    }

    /// Ends a link; `false` if it does not wait to be used (any more). The contacts are stored before: whoever sends the same
    /// again finds them there.
    pub async fn close_listing(
        &self,
        secret_hash: Hash,
        notes_sealed: &[u8],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        transaction!(self.db, tx => {
            let sql = "UPDATE listing_links SET used_at = $2, notes = $3 \
                       WHERE secret_hash = $1 AND used_at IS NULL AND expires_at > $2";
            Ok(tx.execute(sql, values![secret_hash, now, notes_sealed]).await? == 1)
        })
    }

    /// The links of a contact, newest first.
    pub async fn listings_of(&self, contact: ContactId) -> Result<Vec<ListingLink>, StoreError> {
        let sql = "SELECT contact_id, created_by, created_at, expires_at, used_at, notes FROM listing_links \
                   WHERE contact_id = $1 ORDER BY created_at DESC";
        self.db.fetch_all(sql, values![contact]).await?.iter().map(link_from).collect()
    }
}

fn link_from(row: &Row) -> Result<ListingLink, StoreError> {
    Ok(ListingLink {
        contact: row.parsed("contact_id")?,
        created_by: row.parsed("created_by")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
        used_at: row.opt_time("used_at")?,
        notes: row.opt_bytes("notes")?,
    })
}
