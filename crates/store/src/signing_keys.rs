//! Keys that the server signs with. Private halves come in sealed.

use crate::Store;
use crate::db::transaction;
use crate::error::StoreError;
use crate::value::{Row, values};
use bluezone_domain::Timestamp;
use bluezone_domain::id::SigningKeyId;
use std::fmt;
use std::str::FromStr;

/// What a key signs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Purpose {
    /// Export files.
    Export,
    /// Verification certificates.
    Certificate,
    /// Verification tokens.
    Token,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Purpose; 3] = [Purpose::Export, Purpose::Certificate, Purpose::Token];

    /// Its name in the database and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Purpose::Export => "export",
            Purpose::Certificate => "certificate",
            Purpose::Token => "token",
        }
    }
}

impl FromStr for Purpose {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let purpose = Purpose::ALL.into_iter().find(|purpose| purpose.as_str() == text);
        purpose.ok_or("not a purpose of a key: expected export, certificate or token")
    }
}

/// A signing key. `Debug` hides the private half.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKeyRecord {
    /// Names the record.
    pub id: SigningKeyId,
    /// What it signs.
    pub purpose: Purpose,
    /// `verification_key_id` of export files, `kid` of tokens and certificates.
    pub key_id: String,
    /// `verification_key_version` of export files.
    pub version: String,
    /// It signs from then on.
    pub not_before: Timestamp,
    /// It signs until then, if it was retired.
    pub retire_at: Option<Timestamp>,
    /// The private key, sealed.
    pub private_sealed: Vec<u8>,
    /// The public key.
    pub public_pem: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl fmt::Debug for SigningKeyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKeyRecord")
            .field("purpose", &self.purpose)
            .field("key_id", &self.key_id)
            .field("version", &self.version)
            .field("not_before", &self.not_before)
            .field("retire_at", &self.retire_at)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Stores a key.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the purpose has a key of that id and version.
    pub async fn insert_signing_key(&self, key: &SigningKeyRecord) -> Result<(), StoreError> {
        let insert = values![
            key.id,
            key.purpose.as_str(),
            &key.key_id,
            &key.version,
            key.not_before,
            key.retire_at,
            key.private_sealed.as_slice(),
            &key.public_pem,
            key.created_at,
        ];
        transaction!(self.db, tx => {
            let inserted = tx
                .execute(
                    "INSERT INTO signing_keys (id, purpose, key_id, version, not_before, retire_at, private_sealed, \
                     public_pem, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
                    insert,
                )
                .await?;
            if inserted == 0 { Err(StoreError::Conflict("a signing key of that id and version")) } else { Ok(()) }
        })
    }

    /// The keys of a purpose, retired ones too; the newest (by `not_before`) first.
    pub async fn signing_keys(&self, purpose: Purpose) -> Result<Vec<SigningKeyRecord>, StoreError> {
        let sql = "SELECT id, purpose, key_id, version, not_before, retire_at, private_sealed, public_pem, created_at \
                   FROM signing_keys WHERE purpose = $1 ORDER BY not_before DESC, created_at DESC, id";
        self.db.fetch_all(sql, values![purpose.as_str()]).await?.iter().map(key_from).collect()
    }

    /// Says until when a key signs. The record stays: files that it signed are still verified with it.
    pub async fn retire_signing_key(&self, id: SigningKeyId, at: Timestamp) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            match tx.execute("UPDATE signing_keys SET retire_at = $2 WHERE id = $1", values![id, at]).await? {
                0 => Err(StoreError::NotFound("the signing key")),
                _ => Ok(()),
            }
        })
    }
}

fn key_from(row: &Row) -> Result<SigningKeyRecord, StoreError> {
    Ok(SigningKeyRecord {
        id: row.parsed("id")?,
        purpose: row.parsed("purpose")?,
        key_id: row.text("key_id")?,
        version: row.text("version")?,
        not_before: row.time("not_before")?,
        retire_at: row.opt_time("retire_at")?,
        private_sealed: row.bytes("private_sealed")?,
        public_pem: row.text("public_pem")?,
        created_at: row.time("created_at")?,
    })
}
