//! Look-ups by one value that nearly every request asks: on PostgreSQL those that come at the same time share a statement.

use super::{Group, Member};
use crate::db::{Db, Value};
use crate::error::StoreError;
use crate::value::Row;
use std::collections::HashMap;
use std::sync::Arc;

/// Statements of one look-up that are under way at once, and keys of one statement.
const TURNS: usize = 2;
const MOST: usize = 200;

/// A statement for [`Db::fetch_in`], with the column by which it looks up.
#[derive(Clone, Copy)]
pub(crate) struct By {
    pub select: &'static str,
    pub column: &'static str,
}

/// The key of one look-up. The same key may be asked for by many.
pub(crate) struct Key(Value);

impl Member for Key {
    type Answer = Vec<Arc<Row>>;

    fn marks(&self) -> Vec<&[u8]> {
        Vec::new()
    }
}

/// Those that look up by one statement.
pub(crate) struct LookUp {
    by: By,
    group: Arc<Group<Key>>,
}

impl LookUp {
    pub fn new(by: By) -> Self {
        LookUp { by, group: Group::new(TURNS, MOST) }
    }

    /// The rows of a key, in no order. What was committed before they are asked for is in them, as in those of a statement of
    /// one's own.
    pub async fn rows(&self, db: &Db, key: Value) -> Result<Vec<Arc<Row>>, StoreError> {
        let by = self.by;
        match db {
            Db::Sqlite { .. } => {
                Ok(db.fetch_in(by.select, &[key]).await?.into_iter().map(Arc::new).collect())
            }
            Db::Postgres(_) => {
                let db = db.clone();
                let run = move |keys: Vec<Key>| {
                    let db = db.clone();
                    async move { together(&db, by, keys).await }
                };
                self.group.join(Key(key), run).await
            }
        }
    }
}

async fn together(db: &Db, by: By, keys: Vec<Key>) -> Result<Vec<Vec<Arc<Row>>>, StoreError> {
    let mut of: HashMap<Value, Vec<Arc<Row>>> = keys.iter().map(|key| (key.0.clone(), Vec::new())).collect();
    let asked: Vec<Value> = of.keys().cloned().collect();
    for row in db.fetch_in(by.select, &asked).await? {
        let key = match keys.first() {
            Some(Key(Value::Int(_))) => row.int(by.column)?.into(),
            Some(Key(Value::Text(_))) => row.text(by.column)?.into(),
            _ => row.bytes(by.column)?.into(),
        };
        of.entry(key).or_default().push(Arc::new(row));
    }
    Ok(keys.iter().map(|key| of.get(&key.0).cloned().unwrap_or_default()).collect())
}
