//! Forms that an administrator added, and the switches that open and close forms.

use crate::Store;
use crate::db::{Tx, transaction};
use crate::error::StoreError;
use crate::group::By;
use crate::value::{Row, values};
use bluezone_domain::Timestamp;
use bluezone_domain::id::OfficerId;

pub(crate) const CHANGES: By =
    By { select: "SELECT only_row, last FROM form_changes WHERE only_row IN", column: "only_row" };
const FILES: &str = "SELECT number, canonical, json, by_officer, at FROM form_files ORDER BY number";
const SWITCHES: &str = "SELECT number, switch, by_officer, at FROM form_switches \
     WHERE taken_back_at IS NULL ORDER BY number";

/// A form's file. Its text is for everybody to see.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FormFile {
    /// The form's address, a bar, its version.
    pub canonical: String,
    /// The file.
    pub json: String,
    /// Who added it.
    pub by: OfficerId,
    /// When.
    pub at: Timestamp,
}

/// A switch that was not taken back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FormSwitch {
    /// Names it; later switches have greater numbers.
    pub number: i64,
    /// What is switched, as JSON.
    pub switch: String,
    /// Who did it.
    pub by: OfficerId,
    /// When.
    pub at: Timestamp,
}

impl Store {
    /// How many changes of forms there were: while it stays, so do files and switches.
    pub async fn form_changes(&self) -> Result<i64, StoreError> {
        let rows = self.groups.form_changes.rows(&self.db, 1_i64.into()).await?;
        rows.first().ok_or(StoreError::Corrupt("form_changes"))?.int("last")
    }

    /// The forms that were added, in the order in which they came.
    pub async fn form_files(&self) -> Result<Vec<FormFile>, StoreError> {
        self.db.fetch_all(FILES, &[]).await?.iter().map(file_from).collect()
    }

    /// The switches that stand, in the order in which they came.
    pub async fn form_switches(&self) -> Result<Vec<FormSwitch>, StoreError> {
        self.db.fetch_all(SWITCHES, &[]).await?.iter().map(switch_from).collect()
    }

    /// Adds a form.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if there is one of that address and version.
    pub async fn add_form_file(&self, file: &FormFile) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let known = "SELECT number FROM form_files WHERE canonical = $1";
            // The count's row is locked before the look: of two who add the same, one sees the other's.
            let number = next(&mut tx).await?;
            if tx.fetch_optional(known, values![&file.canonical]).await?.is_some() {
                return Err(StoreError::Conflict("this version of the form"));
            }
            let values = values![number, &file.canonical, &file.json, file.by, file.at];
            let insert = "INSERT INTO form_files (number, canonical, json, by_officer, at) VALUES ($1, $2, $3, $4, $5)";
            tx.execute(insert, values).await.map(drop)
        })
    }

    /// Adds a switch over those before it; returns its number.
    pub async fn add_form_switch(
        &self,
        switch: &str,
        by: OfficerId,
        at: Timestamp,
    ) -> Result<i64, StoreError> {
        transaction!(self.db, tx => {
            let number = next(&mut tx).await?;
            let insert = "INSERT INTO form_switches (number, switch, by_officer, at) VALUES ($1, $2, $3, $4)";
            tx.execute(insert, values![number, switch, by, at]).await?;
            Ok(number)
        })
    }

    /// Takes a switch back.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is none or it was taken back before.
    pub async fn take_back_form_switch(
        &self,
        number: i64,
        by: OfficerId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            next(&mut tx).await?;
            let update = "UPDATE form_switches SET taken_back_by = $2, taken_back_at = $3 \
                          WHERE number = $1 AND taken_back_at IS NULL";
            match tx.execute(update, values![number, by, at]).await? {
                0 => Err(StoreError::NotFound("the switch")),
                _ => Ok(()),
            }
        })
    }
}

/// Counts a change.
async fn next(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.fetch_one("UPDATE form_changes SET last = last + 1 RETURNING last", &[]).await?.int("last")
}

fn file_from(row: &Row) -> Result<FormFile, StoreError> {
    Ok(FormFile {
        canonical: row.text("canonical")?,
        json: row.text("json")?,
        by: row.parsed("by_officer")?,
        at: row.time("at")?,
    })
}

fn switch_from(row: &Row) -> Result<FormSwitch, StoreError> {
    Ok(FormSwitch {
        number: row.int("number")?,
        switch: row.text("switch")?,
        by: row.parsed("by_officer")?,
        at: row.time("at")?,
    })
}
