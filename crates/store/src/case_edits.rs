//! Changing anything of a case besides its status: reference, dates, person, place, unit.

use crate::Store;
use crate::cases::{locked, put};
use crate::db::transaction;
use crate::error::StoreError;
use bluezone_domain::Timestamp;
use bluezone_domain::case::Case;
use bluezone_domain::id::OfficerId;

/// A case as it shall be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CaseEdit {
    /// The case; its `version` is the one that whoever changes it saw. What never changes (disease, who registered it and
    /// when) is kept as it is.
    pub case: Case,
    /// Who changes it.
    pub by: OfficerId,
    /// When.
    pub at: Timestamp,
}

impl Store {
    /// Changes a case, status included, and adds to its history; returns the case as it now is. If nothing differs, nothing
    /// is written.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`] if the case has changed since, or its status may not become that;
    /// [`StoreError::NotFound`].
    pub async fn edit_case(&self, edit: &CaseEdit) -> Result<Case, StoreError> {
        transaction!(self.db, tx => {
            let before = locked(&mut tx, edit.case.id).await?;
            if before.version != edit.case.version {
                return Err(StoreError::NotAllowed("the case has changed meanwhile: look at it again"));
            }
            if before.facts.status == edit.case.facts.status && before.changes(&edit.case).is_empty() {
                return Ok(before);
            }
            put(&mut tx, &before, edit.case.clone(), edit.by, edit.at).await
        })
    }
}
