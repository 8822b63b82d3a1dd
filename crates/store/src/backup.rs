//! A copy of the database while it is in use.

use crate::Store;
use crate::db::Db;
use crate::error::StoreError;
use std::path::Path;

impl Store {
    /// That nobody has a SQLite file open at this moment, this process included.
    ///
    /// # Errors
    /// [`StoreError::InUse`]; or the database's, of a file that cannot be opened.
    pub async fn nobody_has(path: &Path) -> Result<(), StoreError> {
        Db::open_alone(path).await?.close().await;
        Ok(())
    }

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
