//! Keys that the server signs with. Private halves come in sealed.

use crate::Store;
use crate::db::{Tx, transaction};
use crate::error::StoreError;
use crate::group::By;
use crate::value::{Row, values};
use bluezone_domain::Timestamp;
use bluezone_domain::id::SigningKeyId;
use std::cmp::Reverse;
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

const INSERT: &str = "INSERT INTO signing_keys (id, purpose, key_id, version, not_before, retire_at, private_sealed, \
     public_pem, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
/// The records stay: files that they signed are still verified with them.
const RETIRE_OTHERS: &str = "UPDATE signing_keys SET retire_at = $3 \
     WHERE purpose = $1 AND id <> $2 AND (retire_at IS NULL OR retire_at > $3)";

pub(crate) const OF_PURPOSE: By = By {
    select: "SELECT id, purpose, key_id, version, not_before, retire_at, private_sealed, public_pem, created_at \
             FROM signing_keys WHERE purpose IN",
    column: "purpose",
};

impl Store {
    /// Stores a key.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the purpose has a key of that id and version.
    pub async fn insert_signing_key(&self, key: &SigningKeyRecord) -> Result<(), StoreError> {
        transaction!(self.db, tx => { insert(&mut tx, key).await })
    }

    /// Stores keys that replace those of their purposes, which go on signing until the given time at most.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if somebody else stores keys of the same version: none of these is stored then.
    pub async fn rotate_signing_keys(
        &self,
        keys: &[(SigningKeyRecord, Timestamp)],
    ) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            for (key, until) in keys {
                insert(&mut tx, key).await?;
                tx.execute(RETIRE_OTHERS, values![key.purpose.as_str(), key.id, *until]).await?;
            }
            Ok(())
        })
    }

    /// The keys of a purpose, retired ones too; the newest (by `not_before`) first.
    pub async fn signing_keys(&self, purpose: Purpose) -> Result<Vec<SigningKeyRecord>, StoreError> {
        let rows = self.groups.signing_keys.rows(&self.db, purpose.as_str().into()).await?;
        let mut keys = rows.iter().map(|row| key_from(row)).collect::<Result<Vec<_>, _>>()?;
        keys.sort_by_key(|key| (Reverse((key.not_before, key.created_at)), key.id));
        Ok(keys)
    }
}

async fn insert(tx: &mut Tx, key: &SigningKeyRecord) -> Result<(), StoreError> {
    let values = values![
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
    match tx.execute(INSERT, values).await? {
        0 => Err(StoreError::Conflict("a signing key of that id and version")),
        _ => Ok(()),
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
