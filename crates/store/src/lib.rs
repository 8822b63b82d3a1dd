//! What the server remembers: the domain's records on SQLite (a file, the default) or PostgreSQL.
//!
//! One [`Store`], one set of methods; each method that writes is one transaction that either happened when it returns
//! `Ok`, durably, or did not. Both databases pass the same contract suite (`tests/it`).
//!
//! Nothing secret is stored in clear: codes, nonces, session tokens and peer addresses come in as keyed hashes, tokens,
//! private keys and TOTP secrets come in sealed; the store never sees the keys for either.

mod audit;
mod cases;
mod certificates;
mod codes;
mod db;
mod error;
mod exports;
mod guesses;
mod keys;
mod leases;
mod log_entries;
mod log_state;
mod master_key;
mod migrate;
mod officer_keys;
mod officers;
mod openings;
#[cfg(test)]
mod plans;
mod publish;
mod redeem;
mod releases;
mod retention;
mod sessions;
mod signing_keys;
#[cfg(feature = "testing")]
pub mod testing;
mod unit_keys;
mod uploads;
mod value;

pub use audit::AuditFilter;
pub use cases::{CaseCursor, CaseFilter, StatusChange};
pub use certificates::Bound;
pub use codes::{CodeState, IssuedCode, NewCode};
pub use error::{DatabaseError, StoreError};
pub use exports::{Batch, BatchId, Membership, PublishedFile};
pub use guesses::GuessLimits;
pub use log_entries::NewLogEntry;
pub use log_state::LogState;
pub use officer_keys::OfficerKeyRecord;
pub use openings::{OpeningState, UploadInfo};
pub use publish::{Publish, PublishRefusal, Published};
pub use redeem::{Redeem, Redeemed};
pub use releases::{MailboxInfo, ReleaseRequest, Signed};
pub use retention::{Purged, Retention};
pub use signing_keys::{Purpose, SigningKeyRecord};
pub use unit_keys::{NewUnitKey, UnitKey};
pub use uploads::{Consented, NewConsent, NewMailbox, NewUpload};

use db::Db;

/// A 32-byte keyed hash (HMAC-SHA256), made by the server.
pub type Hash = [u8; 32];

/// The server's memory. Cheap to clone: clones share the connections.
#[derive(Clone)]
pub struct Store {
    db: Db,
}

impl Store {
    /// Opens `sqlite:PATH` (made if it does not exist, readable by its owner only) or `postgres://…`, and brings it to
    /// the layout of this program.
    ///
    /// # Errors
    /// [`StoreError::Newer`] for a database of a newer program; [`StoreError::Address`] for an address of no known form
    /// (`sqlite::memory:` is one: readers and the writer have connections of their own, which would not share it).
    pub async fn open(url: &str) -> Result<Store, StoreError> {
        let store = Store::connect(url).await?;
        store.migrate().await?;
        Ok(store)
    }

    /// The first half of [`Store::open`]: nothing in the database is changed yet. Of the rest only
    /// [`Store::master_key_proof`] can be asked before [`Store::migrate`].
    pub async fn connect(url: &str) -> Result<Store, StoreError> {
        Ok(Store { db: Db::open(url).await? })
    }

    /// The second half of [`Store::open`].
    pub async fn migrate(&self) -> Result<(), StoreError> {
        migrate::run(&self.db).await
    }

    /// Waits for running requests and closes the connections.
    pub async fn close(&self) {
        self.db.close().await;
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.db {
            Db::Sqlite { .. } => "Store(sqlite)",
            Db::Postgres(_) => "Store(postgres)",
        })
    }
}
