//! A copy of the database while it is in use.

use crate::Store;
use crate::db::Db;
use crate::error::StoreError;
use std::path::Path;

impl Store {
    /// Writes a consistent copy of this instant to a new file. Whoever reads or writes through other connections goes on.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`] on PostgreSQL, which has a tool of its own for this, and for a path that is no text.
    pub async fn copy_to(&self, path: &Path) -> Result<(), StoreError> {
        let Db::Sqlite { write, .. } = &self.db else {
            return Err(StoreError::NotAllowed("pg_dump copies a PostgreSQL database"));
        };
        let path = path.to_str().ok_or(StoreError::NotAllowed("the path of the copy is no text"))?;
        // Also compacts: what was deleted is not in the copy.
        sqlx::query("VACUUM INTO $1").bind(path).execute(write).await?;
        Ok(())
    }
}
