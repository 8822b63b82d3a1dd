//! Many rows in one statement.
//!
//! On PostgreSQL each statement is a round trip, and each text is planned anew. So there every column goes over as one array,
//! under one text however many rows there are. To SQLite rows go as they are, some at a time.

use crate::db::{Db, PostgresQuery, Tx, Value, bind_postgres, bind_sqlite, patient};
use crate::error::StoreError;
use crate::lent::Lent;
use crate::value::Row;
use sqlx::AssertSqlSafe;

/// Rows that one statement takes: SQLite has room for so many values, and PostgreSQL's answer should not be long in coming.
const SQLITE_ROWS: usize = 100;
const POSTGRES_ROWS: usize = 10_000;

impl Db {
    /// Reads the rows that a list of values of one kind names, in no order. `select` ends in `… IN`.
    pub async fn fetch_in(&self, select: &'static str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut found = Vec::with_capacity(values.len());
        // Only placeholders are put together here, never a value.
        match self {
            Db::Sqlite { read, .. } => {
                for chunk in values.chunks(SQLITE_ROWS) {
                    let sql = AssertSqlSafe(format!("{select} {}", placeholders(0, chunk.len())));
                    let query = chunk.iter().fold(sqlx::query(sql), bind_sqlite);
                    found.extend(query.fetch_all(read).await?.into_iter().map(Row::Sqlite));
                }
            }
            Db::Postgres(pool) => {
                for chunk in values.chunks(POSTGRES_ROWS) {
                    let column = Column::of(chunk.iter())?;
                    let named = select.trim_end_matches("IN");
                    let sql = AssertSqlSafe(format!("{named}= ANY({})", column.placeholder(1)));
                    let query = column.bind(sqlx::query(sql));
                    let mut lent = Lent::of(pool).await?;
                    let rows = patient(query.fetch_all(&mut *lent)).await;
                    found.extend(lent.back(rows)?.into_iter().map(Row::Postgres));
                }
            }
        }
        Ok(found)
    }
}

impl Tx {
    /// Inserts many rows with few statements. `insert` is everything before `VALUES`; every row has `columns` values, and a
    /// column has values of one kind.
    pub async fn insert_rows(
        &mut self,
        insert: &str,
        columns: usize,
        rows: &[impl AsRef<[Value]>],
    ) -> Result<(), StoreError> {
        self.insert_rows_or(insert, "", columns, rows).await.map(drop)
    }

    /// The same with what stands after the rows, such as `ON CONFLICT DO NOTHING`. Returns how many were written.
    pub async fn insert_rows_or(
        &mut self,
        insert: &str,
        conflict: &str,
        columns: usize,
        rows: &[impl AsRef<[Value]>],
    ) -> Result<u64, StoreError> {
        let mut written = 0;
        match self {
            Tx::Sqlite(tx) => {
                for chunk in rows.chunks(SQLITE_ROWS) {
                    let sql =
                        AssertSqlSafe(format!("{} {conflict}", values_clause(insert, columns, chunk.len())));
                    let query = chunk.iter().flat_map(AsRef::as_ref).fold(sqlx::query(sql), bind_sqlite);
                    written += query.execute(&mut **tx).await?.rows_affected();
                }
            }
            Tx::Postgres(tx) => {
                for chunk in rows.chunks(POSTGRES_ROWS) {
                    let columns = all_columns(chunk, columns)?;
                    let arrays: Vec<_> =
                        (1..).zip(&columns).map(|(n, column)| column.placeholder(n)).collect();
                    let arrays = arrays.join(", ");
                    let sql = AssertSqlSafe(format!("{insert} SELECT * FROM UNNEST({arrays}) {conflict}"));
                    let query =
                        columns.into_iter().fold(sqlx::query(sql), |query, column| column.bind(query));
                    let done = patient(query.execute(&mut **tx)).await;
                    written += tx.heard(done)?.rows_affected();
                }
            }
        }
        Ok(written)
    }

    /// Reads with a statement of PostgreSQL: of some rows each column comes first, as one array, then single values. Nothing is
    /// asked for no rows.
    pub async fn fetch_batch(
        &mut self,
        sql: &'static str,
        rows: &[Vec<Value>],
        values: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        let (Tx::Postgres(tx), Some(first)) = (self, rows.first()) else { return Ok(Vec::new()) };
        let query = batch(sql, all_columns(rows, first.len())?, values);
        let found = patient(query.fetch_all(&mut **tx)).await;
        Ok(tx.heard(found)?.into_iter().map(Row::Postgres).collect())
    }

    /// The same for a statement that writes; returns how many rows it changed.
    pub async fn execute_batch(
        &mut self,
        sql: &'static str,
        rows: &[Vec<Value>],
        values: &[Value],
    ) -> Result<u64, StoreError> {
        let (Tx::Postgres(tx), Some(first)) = (self, rows.first()) else { return Ok(0) };
        let query = batch(sql, all_columns(rows, first.len())?, values);
        let done = patient(query.execute(&mut **tx)).await;
        Ok(tx.heard(done)?.rows_affected())
    }
}

fn batch<'q>(sql: &'static str, columns: Vec<Column<'q>>, values: &'q [Value]) -> PostgresQuery<'q> {
    let query = columns.into_iter().fold(sqlx::query(sql), |query, column| column.bind(query));
    values.iter().fold(query, bind_postgres)
}

/// The columns of rows that have so many values each.
fn all_columns(rows: &[impl AsRef<[Value]>], columns: usize) -> Result<Vec<Column<'_>>, StoreError> {
    (0..columns).map(|at| Column::of(rows.iter().map(|row| &row.as_ref()[at]))).collect()
}

/// A column of many rows.
enum Column<'q> {
    Int(Vec<Option<i64>>),
    Text(Vec<Option<&'q str>>),
    Bytes(Vec<Option<&'q [u8]>>),
}

impl<'q> Column<'q> {
    fn of(values: impl Iterator<Item = &'q Value>) -> Result<Column<'q>, StoreError> {
        let mut values = values.peekable();
        let mut column = match values.peek() {
            Some(Value::Text(_)) => Column::Text(Vec::new()),
            Some(Value::Bytes(_)) => Column::Bytes(Vec::new()),
            Some(Value::Int(_)) | None => Column::Int(Vec::new()),
        };
        for value in values {
            match (&mut column, value) {
                (Column::Int(all), Value::Int(value)) => all.push(*value),
                (Column::Text(all), Value::Text(value)) => all.push(value.as_deref()),
                (Column::Bytes(all), Value::Bytes(value)) => all.push(value.as_deref()),
                _ => return Err(StoreError::NotAllowed("a column with values of two kinds")),
            }
        }
        Ok(column)
    }

    fn array(&self) -> &'static str {
        match self {
            Column::Int(_) => "BIGINT[]",
            Column::Text(_) => "TEXT[]",
            Column::Bytes(_) => "BYTEA[]",
        }
    }

    fn placeholder(&self, number: usize) -> String {
        format!("CAST(${number} AS {})", self.array())
    }

    fn bind(self, query: PostgresQuery<'q>) -> PostgresQuery<'q> {
        match self {
            Column::Int(all) => query.bind(all),
            Column::Text(all) => query.bind(all),
            Column::Bytes(all) => query.bind(all),
        }
    }
}

/// `($3,$4)` for two values after the first two.
fn placeholders(before: usize, count: usize) -> String {
    let numbers: Vec<String> = (1..=count).map(|number| format!("${}", before + number)).collect();
    format!("({})", numbers.join(","))
}

fn values_clause(insert: &str, columns: usize, rows: usize) -> String {
    let rows: Vec<String> = (0..rows).map(|row| placeholders(row * columns, columns)).collect();
    format!("{insert} VALUES {}", rows.join(","))
}
