//! Deleting what a citizen declared, because they want it.

use crate::Store;
use crate::db::transaction;
use crate::error::StoreError;
use crate::value::values;
use bluezone_domain::id::{CitizenId, DeclarationId};

impl Store {
    /// Deletes a declaration that this citizen sent, with its files. The evidence of what was agreed to stays.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this citizen sent no such declaration.
    pub async fn delete_declaration(&self, citizen: CitizenId, id: DeclarationId) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let sql = "DELETE FROM declarations WHERE id = $1 AND citizen_id = $2";
            match tx.execute(sql, values![id, citizen]).await? {
                0 => Err(StoreError::NotFound("the declaration")),
                _ => Ok(()),
            }
        })
    }
}
