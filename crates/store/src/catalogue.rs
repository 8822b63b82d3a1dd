//! Which tables the database has and what is in them, for what treats all alike: carrying everything over to another
//! database, and tests of changes of the layout.

use crate::db::{Sql, Tx, Value};
use crate::error::StoreError;
use crate::value::Row;

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Int,
    Text,
    Bytes,
}

impl Kind {
    /// No value of this kind.
    pub fn none(self) -> Value {
        match self {
            Kind::Int => Value::Int(None),
            Kind::Text => Value::Text(None),
            Kind::Bytes => Value::Bytes(None),
        }
    }
}

pub(crate) struct Column {
    pub name: String,
    pub kind: Kind,
    /// Whether there is always a value.
    #[cfg(feature = "testing")]
    pub required: bool,
    /// The table and column that its values are found in.
    pub refers: Option<(String, String)>,
}

pub(crate) struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    /// The places of the primary key's columns among `columns`, in the key's order.
    pub key: Vec<usize>,
}

/// Of what the layout itself needs there is nothing to carry.
const OWN: [&str; 2] = ["layout", "moves"];

/// A primary key of SQLite is always there, though its catalogue does not say so.
const COLUMNS: Sql = Sql {
    sqlite: "SELECT t.name AS table_name, c.name AS column_name, c.type AS kind, CAST(c.pk AS INTEGER) AS key, \
             CAST(c.\"notnull\" OR c.pk > 0 AS INTEGER) AS required, f.\"table\" AS to_table, f.\"to\" AS to_column \
             FROM sqlite_schema t JOIN pragma_table_info(t.name) c \
             LEFT JOIN pragma_foreign_key_list(t.name) f ON f.\"from\" = c.name \
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid",
    // The places in `indkey` are counted from 0. Where each day has a key for itself, `…_rest` has it, too.
    postgres: "SELECT CAST(t.relname AS TEXT) AS table_name, CAST(c.attname AS TEXT) AS column_name, \
               format_type(c.atttypid, NULL) AS kind, \
               CAST(COALESCE(array_position(CAST(k.indkey AS INT2[]), c.attnum) + 1, 0) AS BIGINT) AS key, \
               CAST(CAST(c.attnotnull AS INT) AS BIGINT) AS required, \
               CAST(other.relname AS TEXT) AS to_table, CAST(there.attname AS TEXT) AS to_column \
               FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped \
               LEFT JOIN pg_index k ON k.indexrelid = (SELECT indexrelid FROM pg_index WHERE indisprimary \
               AND indrelid IN (t.oid, to_regclass(quote_ident(t.relname || '_rest'))) ORDER BY indrelid = t.oid DESC LIMIT 1) \
               LEFT JOIN pg_constraint f ON f.conrelid = t.oid AND f.contype = 'f' AND f.conparentid = 0 \
               AND f.conkey[1] = c.attnum \
               LEFT JOIN pg_class other ON other.oid = f.confrelid \
               LEFT JOIN pg_attribute there ON there.attrelid = f.confrelid AND there.attnum = f.confkey[1] \
               WHERE t.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) \
               AND t.relkind IN ('r', 'p') AND NOT t.relispartition ORDER BY t.relname, c.attnum",
};

/// Every table, those that others refer to first.
pub(crate) async fn tables(tx: &mut Tx) -> Result<Vec<Table>, StoreError> {
    let mut all: Vec<Table> = Vec::new();
    let mut keys: Vec<(i64, usize)> = Vec::new();
    let rows = tx.fetch_all(COLUMNS, &[]).await?;
    for (at, row) in rows.iter().enumerate() {
        let name = row.text("table_name")?;
        if OWN.contains(&name.as_str()) {
            continue;
        }
        if all.last().is_none_or(|table| table.name != name) {
            all.push(Table { name: name.clone(), columns: Vec::new(), key: Vec::new() });
        }
        let Some(table) = all.last_mut() else { continue };
        if row.int("key")? > 0 {
            keys.push((row.int("key")?, table.columns.len()));
        }
        let (to_table, to_column) = (row.opt_text("to_table")?, row.opt_text("to_column")?);
        table.columns.push(Column {
            name: row.text("column_name")?,
            kind: kind_of(&row.text("kind")?)?,
            #[cfg(feature = "testing")]
            required: row.int("required")? == 1,
            refers: to_table.zip(to_column),
        });
        let last = rows.get(at + 1).is_none_or(|next| next.text("table_name").ok() != Some(name));
        if last {
            keys.sort_unstable();
            table.key = keys.drain(..).map(|(_, at)| at).collect();
        }
    }
    in_order(all)
}

fn kind_of(declared: &str) -> Result<Kind, StoreError> {
    match declared {
        "INTEGER" | "bigint" => Ok(Kind::Int),
        "TEXT" | "text" => Ok(Kind::Text),
        "BLOB" | "bytea" => Ok(Kind::Bytes),
        _ => Err(StoreError::Corrupt("the catalogue")),
    }
}

fn in_order(mut left: Vec<Table>) -> Result<Vec<Table>, StoreError> {
    let mut ordered: Vec<Table> = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let ready = |table: &Table| {
            let there = |name: &str| name == table.name || ordered.iter().any(|other| other.name == name);
            table.columns.iter().filter_map(|column| column.refers.as_ref()).all(|(name, _)| there(name))
        };
        let (now, later): (Vec<_>, Vec<_>) = left.into_iter().partition(ready);
        if now.is_empty() {
            return Err(StoreError::Corrupt("the catalogue"));
        }
        ordered.extend(now);
        left = later;
    }
    Ok(ordered)
}

impl Table {
    /// `"a", "b"`: all columns.
    pub fn list(&self) -> String {
        listed(self.columns.iter())
    }

    /// `"a", "b"`: the columns of the primary key.
    pub fn key_list(&self) -> String {
        listed(self.key.iter().map(|at| &self.columns[*at]))
    }

    /// Columns that refer to other rows of the same table.
    pub fn to_itself(&self) -> impl Iterator<Item = usize> {
        let own = move |column: &Column| column.refers.as_ref().is_some_and(|(table, _)| *table == self.name);
        (0..self.columns.len()).filter(move |at| own(&self.columns[*at]))
    }

    /// The values of a row that has all columns, in their order.
    pub fn read(&self, row: &Row) -> Result<Vec<Value>, StoreError> {
        (0..).zip(&self.columns).map(|(at, column)| row.value(at, column.kind)).collect()
    }

    /// The primary key of a row.
    pub fn key_of(&self, row: &[Value]) -> Vec<Value> {
        self.key.iter().map(|at| row[*at].clone()).collect()
    }
}

fn listed<'c>(columns: impl Iterator<Item = &'c Column>) -> String {
    columns.map(|column| format!("\"{}\"", column.name)).collect::<Vec<_>>().join(", ")
}
