//! Officers' accounts.

use crate::Store;
use crate::db::transaction;
use crate::error::StoreError;
use crate::value::{Row, values};
use bluezone_domain::Timestamp;
use bluezone_domain::id::OfficerId;
use bluezone_domain::officer::Officer;

macro_rules! columns {
    () => {
        "officers.id, username, role, unit, units.territory, password_hash, totp_secret_sealed, officers.created_at, \
         disabled_at, locked_until"
    };
}
pub(crate) use columns;

/// An officer with what their unit answers for.
macro_rules! with_unit {
    () => {
        "officers JOIN units ON units.code = officers.unit"
    };
}

/// The unit exists at that time: whoever works at one that ended is out, whatever they know.
macro_rules! unit_is_valid {
    ($now:literal) => {
        concat!(
            "units.valid_from <= ",
            $now,
            " AND (units.valid_until IS NULL OR units.valid_until > ",
            $now,
            ")"
        )
    };
}
pub(crate) use unit_is_valid;

const INSERT: &str = "INSERT INTO officers (id, username, role, unit, password_hash, totp_secret_sealed, totp_last_step, \
     failures, created_at, disabled_at) VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7, $8) ON CONFLICT DO NOTHING";
const BY_USERNAME: &str = concat!("SELECT ", columns!(), " FROM ", with_unit!(), " WHERE username = $1");
const BY_ID: &str = concat!("SELECT ", columns!(), " FROM ", with_unit!(), " WHERE officers.id = $1");
const LIST: &str = concat!("SELECT ", columns!(), " FROM ", with_unit!(), " ORDER BY username");
const END_SESSIONS: &str = "DELETE FROM sessions WHERE officer_id = $1";
const FORGET_BROWSERS: &str = "DELETE FROM known_browsers WHERE officer_id = $1";

impl Store {
    /// Makes an account. Its territory is that of the unit, whatever stands in `officer`.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the username is taken, [`StoreError::NotFound`] if there is no such unit.
    pub async fn create_officer(&self, officer: &Officer) -> Result<(), StoreError> {
        let values = values![
            officer.id,
            &officer.username,
            officer.role.as_str(),
            &officer.unit,
            &officer.password_hash,
            officer.totp_secret_sealed.as_slice(),
            officer.created_at,
            officer.disabled_at,
        ];
        transaction!(self.db, tx => {
            let unit = "SELECT code FROM units WHERE code = $1";
            if tx.fetch_optional(unit, values![&officer.unit]).await?.is_none() {
                return Err(StoreError::NotFound("the unit"));
            }
            match tx.execute(INSERT, values).await? {
                0 => Err(StoreError::Conflict("an officer of that name")),
                _ => Ok(()),
            }
        })
    }

    /// The account of that username (in its one spelling), disabled or not.
    pub async fn officer_by_username(&self, username: &str) -> Result<Option<Officer>, StoreError> {
        self.db.fetch_optional(BY_USERNAME, values![username]).await?.map(officer_from).transpose()
    }

    /// The account, disabled or not.
    pub async fn officer(&self, id: OfficerId) -> Result<Option<Officer>, StoreError> {
        self.db.fetch_optional(BY_ID, values![id]).await?.map(officer_from).transpose()
    }

    /// Every account, by username.
    pub async fn list_officers(&self) -> Result<Vec<Officer>, StoreError> {
        self.db.fetch_all(LIST, &[]).await?.into_iter().map(officer_from).collect()
    }

    /// Sets password and TOTP secret, unlocks the account, ends its sessions and forgets the browsers that knew it.
    pub async fn set_password(
        &self,
        id: OfficerId,
        password_hash: &str,
        totp_secret_sealed: &[u8],
    ) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let changed = tx
                .execute(
                    "UPDATE officers SET password_hash = $2, totp_secret_sealed = $3, failures = 0, locked_until = NULL \
                     WHERE id = $1",
                    values![id, password_hash, totp_secret_sealed],
                )
                .await?;
            tx.execute(END_SESSIONS, values![id]).await?;
            tx.execute(FORGET_BROWSERS, values![id]).await?;
            found(changed)
        })
    }

    /// Disables the account for good and ends its sessions. A second time changes nothing.
    pub async fn disable_officer(&self, id: OfficerId, now: Timestamp) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let changed = tx
                .execute(
                    "UPDATE officers SET disabled_at = COALESCE(disabled_at, $2) WHERE id = $1",
                    values![id, now],
                )
                .await?;
            tx.execute(END_SESSIONS, values![id]).await?;
            found(changed)
        })
    }
}

fn found(changed: u64) -> Result<(), StoreError> {
    if changed == 0 { Err(StoreError::NotFound("the officer")) } else { Ok(()) }
}

pub(crate) fn officer_from(row: Row) -> Result<Officer, StoreError> {
    Ok(Officer {
        id: row.parsed("id")?,
        username: row.text("username")?,
        role: row.parsed("role")?,
        unit: row.text("unit")?,
        territory: row.parsed("territory")?,
        password_hash: row.text("password_hash")?,
        totp_secret_sealed: row.bytes("totp_secret_sealed")?,
        created_at: row.time("created_at")?,
        disabled_at: row.opt_time("disabled_at")?,
        locked_until: row.opt_time("locked_until")?,
    })
}
