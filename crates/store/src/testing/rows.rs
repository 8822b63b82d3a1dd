//! Rows in every table, made from the catalogue alone: whatever layout the database has.

use crate::Store;
use crate::catalogue::{self, Kind, Table};
use crate::db::{Tx, Value, transaction};
use crate::error::StoreError;
use crate::value::values;

/// Puts so many rows into every table: where one is allowed, one. They mean nothing, but refer to each other as they must, also to
/// rows that come later in the order of the keys; and what may be left out sometimes is.
///
/// # Panics
/// If the database does not take them.
pub async fn fill(store: &Store, rows: i64) {
    fill_tables(store, rows).await.expect("every table takes made-up rows");
}

async fn fill_tables(store: &Store, rows: i64) -> Result<(), StoreError> {
    transaction!(store.db, tx => {
        let tables = catalogue::tables(&mut tx).await?;
        for table in &tables {
            fill_table(&mut tx, &tables, table, rows).await?;
        }
        Ok(())
    })
}

async fn fill_table(tx: &mut Tx, tables: &[Table], table: &Table, rows: i64) -> Result<(), StoreError> {
    let single = table.columns.iter().any(|column| column.name == "only_row");
    if single {
        tx.fetch_composed(format!("DELETE FROM \"{}\"", table.name), &[]).await?;
    }
    let numbers = if single { 1..=1 } else { 1..=rows };
    let made: Vec<Vec<Value>> = numbers
        .map(|row| (0..table.columns.len()).map(|at| value(tables, table, at, row)).collect())
        .collect();
    let insert = format!("INSERT INTO \"{}\" ({})", table.name, table.list());
    // One after the other: a row may refer to the one before.
    for row in made {
        tx.insert_rows(&insert, table.columns.len(), &[row]).await?;
    }
    Ok(())
}

fn value(tables: &[Table], table: &Table, at: usize, row: i64) -> Value {
    let column = &table.columns[at];
    let left_out = !column.required && row % 3 == 0;
    match &column.refers {
        // The first row has none before it.
        Some((to, _)) if *to == table.name && row == 1 => column.kind.none(),
        Some((to, name)) if *to == table.name => own(name, column.kind, row - 1),
        _ if left_out => column.kind.none(),
        Some((to, name)) => {
            let other = tables.iter().find(|table| table.name == *to).expect("what is referred to is there");
            let at = other.columns.iter().position(|column| column.name == *name).expect("so is its column");
            value(tables, other, at, row)
        }
        None => own(&column.name, column.kind, row),
    }
}

/// Later rows have smaller texts, so that the order of the keys is not that of the references.
fn own(name: &str, kind: Kind, row: i64) -> Value {
    match kind {
        Kind::Int => Value::from(row),
        Kind::Text => Value::from(format!("{name} thứ {:05}", 99_999 - row)),
        Kind::Bytes => Value::from(format!("{name} \0 {row}").into_bytes()),
    }
}

/// Puts rows of keys in as a publication does, in one transaction: for measuring.
pub async fn insert_keys(store: &Store, keys: &[[u8; 16]]) -> Result<(), StoreError> {
    let row = |key: &[u8; 16]| values![*key, 1_i64, 144_i64, 4_i64, 1_i64, 7_i64].to_vec();
    let rows: Vec<Vec<Value>> = keys.iter().map(row).collect();
    let insert = "INSERT INTO published_keys (key, rolling_start, rolling_period, transmission_risk, report_type, released_at)";
    transaction!(store.db, tx => { tx.insert_rows(insert, 6, &rows).await })
}
