//! Officers' accounts at a province's own sign-on.

use crate::Store;
use crate::db::transaction;
use crate::error::StoreError;
use crate::officers::{columns, officer_from, unit_is_valid};
use crate::value::values;
use bluezone_domain::Timestamp;
use bluezone_domain::id::OfficerId;
use bluezone_domain::officer::Officer;

const LINKED: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM sign_on_links JOIN officers ON officers.id = sign_on_links.officer_id \
     JOIN units ON units.code = officers.unit WHERE issuer = $1 AND subject = $2 AND disabled_at IS NULL AND ",
    unit_is_valid!("$3")
);

impl Store {
    /// Remembers that this account elsewhere is this officer's. The same again is no error.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it is another officer's.
    pub async fn link_sign_on(
        &self,
        issuer: &str,
        subject: &str,
        officer: OfficerId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            tx.execute(
                "INSERT INTO sign_on_links (issuer, subject, officer_id, created_at) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT DO NOTHING",
                values![issuer, subject, officer, now],
            )
            .await?;
            let sql = "SELECT officer_id FROM sign_on_links WHERE issuer = $1 AND subject = $2";
            let owner: OfficerId = tx.fetch_one(sql, values![issuer, subject]).await?.parsed("officer_id")?;
            if owner == officer { Ok(()) } else { Err(StoreError::Conflict("the account elsewhere")) }
        })
    }

    /// Whose that account is: `None` if nobody's, or of an officer who cannot sign in.
    pub async fn linked_officer(
        &self,
        issuer: &str,
        subject: &str,
        now: Timestamp,
    ) -> Result<Option<Officer>, StoreError> {
        self.db.fetch_optional(LINKED, values![issuer, subject, now]).await?.map(officer_from).transpose()
    }

    /// Issuers at which an officer has a linked account.
    pub async fn linked_issuers(&self, officer: OfficerId) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT DISTINCT issuer FROM sign_on_links WHERE officer_id = $1 ORDER BY issuer";
        self.db.fetch_all(sql, values![officer]).await?.iter().map(|row| row.text("issuer")).collect()
    }

    /// Forgets the officer's accounts at an issuer. None there is no error.
    pub async fn unlink_sign_on(&self, issuer: &str, officer: OfficerId) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let sql = "DELETE FROM sign_on_links WHERE issuer = $1 AND officer_id = $2";
            tx.execute(sql, values![issuer, officer]).await?;
            Ok(())
        })
    }
}
