//! Connections of its own for what must not wait behind everything else.

use crate::Store;
use crate::db::Db;

impl Store {
    /// The same store with so many connections that nobody else uses, opened when they are needed. On SQLite it is the store itself:
    /// there is one writer, whoever it is for, and a turn takes milliseconds.
    pub fn ahead(&self, connections: u32) -> Store {
        let db = match &self.db {
            Db::Sqlite { .. } => self.db.clone(),
            Db::Postgres(pool) => {
                let own = pool.options().clone().min_connections(0).max_connections(connections);
                Db::Postgres(own.connect_lazy_with((*pool.connect_options()).clone()))
            }
        };
        self.on(db)
    }
}
