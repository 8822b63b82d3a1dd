//! Deleting what a citizen declared, because they want it.

use crate::Store;
use crate::db::transaction;
use crate::error::StoreError;
use crate::value::values;
use bluezone_domain::id::{CitizenId, DeclarationId};

pub(crate) const DELETE: &str = concat!("DELETE FROM declarations WHERE ", by_id!(), " AND citizen_id = $2");

impl Store {
    /// Deletes a declaration that this citizen sent, with its files. The evidence of what was agreed to stays.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this citizen sent no such declaration.
    pub async fn delete_declaration(&self, citizen: CitizenId, id: DeclarationId) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            match tx.execute(DELETE, values![id, citizen]).await? {
                0 => Err(StoreError::NotFound("the declaration")),
                _ => Ok(()),
            }
        })
    }
}
