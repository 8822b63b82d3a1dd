//! Reading a table page by page, and what it holds as one number.

use super::Step;
use crate::catalogue::{Kind, Table};
use crate::db::{Tx, Value};
use crate::error::StoreError;
use sha2::{Digest as _, Sha256};

/// Rows of the first page, and of the largest; and so many bytes are enough for one.
const FIRST: usize = 16;
const MOST: usize = 4096;
const BYTES: usize = 4 << 20;

/// The rows of a table in the order of its key.
pub(super) struct Pages<'t> {
    table: &'t Table,
    after: Option<Vec<Value>>,
    size: usize,
}

impl<'t> Pages<'t> {
    /// Those after the row with this key.
    pub fn after(table: &'t Table, after: Option<Vec<Value>>) -> Self {
        Pages { table, after, size: FIRST }
    }

    /// The next page; an empty one after the last.
    pub async fn next(&mut self, tx: &mut Tx) -> Result<Vec<Vec<Value>>, StoreError> {
        let Table { name, .. } = self.table;
        let (list, key, size) = (self.table.list(), self.table.key_list(), self.size);
        let bounds: Vec<String> = (1..=self.table.key.len()).map(|number| format!("${number}")).collect();
        let beyond = match self.after {
            Some(_) => format!("WHERE ({key}) > ({})", bounds.join(", ")),
            None => String::new(),
        };
        let sql = format!("SELECT {list} FROM \"{name}\" {beyond} ORDER BY {key} LIMIT {size}");
        let rows = tx.fetch_composed(sql, self.after.as_deref().unwrap_or_default()).await?;
        let page = rows.iter().map(|row| self.table.read(row)).collect::<Result<Vec<_>, _>>()?;
        if let Some(last) = page.last() {
            self.after = Some(self.table.key_of(last));
        }
        let bytes: usize = page.iter().flatten().map(Value::size).sum();
        self.size = if bytes > BYTES { size.div_ceil(2) } else { (size * 2).min(MOST) };
        Ok(page)
    }
}

/// The last key in the order in which SQLite has them: of texts, that of their bytes.
pub(super) async fn last_key(tx: &mut Tx, table: &Table) -> Result<Option<Vec<Value>>, StoreError> {
    let key: Vec<_> = table.key.iter().map(|at| &table.columns[*at]).collect();
    let ordered = key.iter().map(|column| match column.kind {
        Kind::Text => format!("\"{}\" COLLATE \"C\" DESC", column.name),
        Kind::Int | Kind::Bytes => format!("\"{}\" DESC", column.name),
    });
    let order = ordered.collect::<Vec<_>>().join(", ");
    let sql = format!("SELECT {} FROM \"{}\" ORDER BY {order} LIMIT 1", table.key_list(), table.name);
    let rows = tx.fetch_composed(sql, &[]).await?;
    let read =
        |row: &crate::value::Row| (0..).zip(&key).map(|(at, column)| row.value(at, column.kind)).collect();
    rows.first().map(read).transpose()
}

pub(super) async fn count(tx: &mut Tx, table: &Table) -> Result<u64, StoreError> {
    let rows = tx.fetch_composed(format!("SELECT COUNT(*) AS rows FROM \"{}\"", table.name), &[]).await?;
    rows.first().ok_or(StoreError::Corrupt("an aggregate"))?.small("rows")
}

/// What a table holds, in whatever order: how many rows, and the sum of their hashes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Digest {
    pub rows: u64,
    sum: [u64; 4],
}

impl Digest {
    pub async fn of(
        table: &Table,
        tx: &mut Tx,
        report: &mut (dyn FnMut(Step) + Send),
    ) -> Result<Digest, StoreError> {
        let of = count(tx, table).await?;
        // The two sides may have their columns in another order.
        let mut columns: Vec<usize> = (0..table.columns.len()).collect();
        columns.sort_by_key(|at| &table.columns[*at].name);
        let mut digest = Digest::default();
        let mut pages = Pages::after(table, None);
        loop {
            let page = pages.next(tx).await?;
            if page.is_empty() {
                return Ok(digest);
            }
            for row in &page {
                digest.add(columns.iter().map(|at| (table.columns[*at].name.as_str(), &row[*at])));
            }
            report(Step { table: table.name.clone(), comparing: true, rows: digest.rows, of });
        }
    }

    /// One row: each column by its name, its kind, its length and its bytes.
    fn add<'r>(&mut self, row: impl Iterator<Item = (&'r str, &'r Value)>) {
        let mut hash = Sha256::new();
        let mut put = |kind: u8, bytes: &[u8]| {
            hash.update([kind]);
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        for (name, value) in row {
            put(b'c', name.as_bytes());
            match value {
                Value::Int(Some(value)) => put(b'i', &value.to_be_bytes()),
                Value::Text(Some(value)) => put(b't', value.as_bytes()),
                Value::Bytes(Some(value)) => put(b'b', value),
                Value::Int(None) | Value::Text(None) | Value::Bytes(None) => put(b'n', &[]),
            }
        }
        let hash: [u8; 32] = hash.finalize().into();
        for (lane, bytes) in self.sum.iter_mut().zip(hash.as_chunks::<8>().0) {
            *lane = lane.wrapping_add(u64::from_be_bytes(*bytes));
        }
        self.rows += 1;
    }
}
