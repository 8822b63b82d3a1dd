//! Many rows in one statement.
//!
//! On PostgreSQL each statement is a round trip, and each text is planned anew. So there every column goes over as one array,
//! under one text however many rows there are. To SQLite rows go as they are, some at a time.

use crate::db::{Db, PostgresQuery, Tx, Value, bind_sqlite, patient};
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
                    let sql = AssertSqlSafe(any_of(select, &column.placeholder(1)));
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

impl Db {
    /// Runs a statement of PostgreSQL that is a transaction of its own, and reads what it returns.
    pub async fn fetch_arrays(&self, sql: String, arrays: Arrays<'_>) -> Result<Vec<Row>, StoreError> {
        let Db::Postgres(pool) = self else { return Ok(Vec::new()) };
        let query = arrays.bind(sqlx::query(AssertSqlSafe(sql)));
        let mut lent = Lent::of(pool).await?;
        let rows = patient(query.fetch_all(&mut *lent)).await;
        Ok(lent.back(rows)?.into_iter().map(Row::Postgres).collect())
    }
}

impl Tx {
    /// Runs a statement of PostgreSQL that takes arrays, and reads what it returns. Only placeholders are put together in it, never
    /// a value.
    pub async fn fetch_arrays(
        &mut self,
        sql: impl Into<String>,
        arrays: Arrays<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        let Tx::Postgres(tx) = self else { return Ok(Vec::new()) };
        let query = arrays.bind(sqlx::query(AssertSqlSafe(sql.into())));
        let found = patient(query.fetch_all(&mut **tx)).await;
        Ok(tx.heard(found)?.into_iter().map(Row::Postgres).collect())
    }

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
                let rows: Vec<&[Value]> = rows.iter().map(AsRef::as_ref).collect();
                for chunk in rows.chunks(POSTGRES_ROWS) {
                    let mut arrays = Arrays::default();
                    let rows = arrays.rows(chunk.iter().copied(), columns)?;
                    let sql = AssertSqlSafe(format!("{insert} SELECT * FROM {rows} {conflict}"));
                    let query = arrays.bind(sqlx::query(sql));
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
        let Some(first) = rows.first() else { return Ok(Vec::new()) };
        let mut arrays = Arrays::default();
        arrays.rows(rows.iter().map(Vec::as_slice), first.len())?;
        self.fetch_arrays(sql, arrays.values(values)).await
    }
}

/// What a statement of PostgreSQL takes, in the order of its placeholders: arrays, each as long as it likes, and single values.
#[derive(Default)]
pub(crate) struct Arrays<'q>(Vec<Bound<'q>>);

enum Bound<'q> {
    Column(Column<'q>),
    One(Value),
}

impl<'q> Arrays<'q> {
    /// Rows of so many values each; returns how the statement names them: `UNNEST(CAST($1 AS TEXT[]), …)`. There are some.
    pub fn rows(
        &mut self,
        rows: impl Iterator<Item = &'q [Value]> + Clone,
        columns: usize,
    ) -> Result<String, StoreError> {
        let first = self.0.len() + 1;
        let columns = all_columns(rows, columns)?;
        let named: Vec<_> = (first..).zip(&columns).map(|(n, column)| column.placeholder(n)).collect();
        self.0.extend(columns.into_iter().map(Bound::Column));
        Ok(format!("UNNEST({})", named.join(", ")))
    }

    pub fn ints(mut self, all: impl IntoIterator<Item = i64>) -> Self {
        self.0.push(Bound::Column(Column::Int(all.into_iter().map(Some).collect())));
        self
    }

    pub fn texts(mut self, all: impl IntoIterator<Item = &'q str>) -> Self {
        self.0.push(Bound::Column(Column::Text(all.into_iter().map(Some).collect())));
        self
    }

    pub fn bytes(mut self, all: impl IntoIterator<Item = &'q [u8]>) -> Self {
        self.0.push(Bound::Column(Column::Bytes(all.into_iter().map(Some).collect())));
        self
    }

    /// Single values.
    pub fn values(mut self, values: &[Value]) -> Self {
        self.0.extend(values.iter().cloned().map(Bound::One));
        self
    }

    fn bind(self, query: PostgresQuery<'q>) -> PostgresQuery<'q> {
        self.0.into_iter().fold(query, |query, bound| match bound {
            Bound::Column(column) => column.bind(query),
            Bound::One(Value::Int(value)) => query.bind(value),
            Bound::One(Value::Text(value)) => query.bind(value),
            Bound::One(Value::Bytes(value)) => query.bind(value),
        })
    }
}

/// The columns of rows that have so many values each.
fn all_columns<'q>(
    rows: impl Iterator<Item = &'q [Value]> + Clone,
    columns: usize,
) -> Result<Vec<Column<'q>>, StoreError> {
    (0..columns).map(|at| Column::of(rows.clone().map(|row| &row[at]))).collect()
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

/// What [`Db::fetch_in`] asks PostgreSQL for: of an array that it does not see it keeps its plan, instead of weighing each of the values
/// anew. A plan from when a table was small is kept until that is analysed.
pub(crate) fn any_of(select: &str, array: &str) -> String {
    format!("{}= ANY(ARRAY(SELECT UNNEST({array})))", select.trim_end_matches("IN"))
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
