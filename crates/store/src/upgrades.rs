//! From every layout that ever was, with something in every table, to the newest.

use crate::Store;
use crate::catalogue::{self, Table};
use crate::db::{Db, Value, transaction};
use crate::error::StoreError;
use crate::migrate::{KNOWN, run, run_to};
use crate::testing::{TestDatabase, empty_postgres, fill, sqlite};
use std::collections::BTreeMap;

/// What a change dropped on purpose: codes in text messages, which live for minutes.
const DROPPED: [&str; 1] = ["phone_codes"];
/// What a change set to nothing on purpose: what was agreed to without evidence, or by an account that ended.
const CLEARED: [(&str, &str); 2] = [("agency_staff", "see_declared"), ("agency_staff", "see_app")];
const ROWS: i64 = 4;
/// The layout in which accounts that end leave agencies' lists: what is written into it is as the program writes it.
const ACCOUNTS_END: i64 = 34;

/// By table and column, the values in the order of the rows' keys.
type Content = BTreeMap<(String, String), Vec<String>>;

async fn content(store: &Store) -> Result<Content, StoreError> {
    transaction!(store.db, tx => {
        let mut content = Content::new();
        for table in catalogue::tables(&mut tx).await? {
            let Table { name, columns, .. } = &table;
            let sql = format!("SELECT {} FROM \"{name}\" ORDER BY {}", table.list(), table.key_list());
            for row in tx.fetch_composed(sql, &[]).await? {
                for (column, value) in columns.iter().zip(table.read(&row)?) {
                    content.entry((name.clone(), column.name.clone())).or_default().push(shown(&value));
                }
            }
        }
        Ok(content)
    })
}

fn shown(value: &Value) -> String {
    match value {
        Value::Int(value) => format!("{value:?}"),
        Value::Text(value) => format!("{value:?}"),
        Value::Bytes(value) => format!("{value:?}"),
    }
}

/// Everything that the database knows about its tables, indexes and constraints.
async fn schema(store: &Store) -> Vec<String> {
    let sql = match store.db {
        Db::Sqlite { .. } => "SELECT name || ' ' || COALESCE(sql, '') AS line FROM sqlite_schema ORDER BY 1",
        Db::Postgres(_) => {
            "SELECT indexdef AS line FROM pg_indexes WHERE schemaname = current_schema() \
             UNION ALL SELECT CONCAT_WS(' ', CAST(conrelid AS regclass), conname, pg_get_constraintdef(oid)) \
             FROM pg_constraint WHERE connamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) \
             UNION ALL SELECT CONCAT_WS(' ', table_name, ordinal_position, column_name, data_type, is_nullable, column_default) \
             FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY 1"
        }
    };
    store.db.fetch_all(sql, &[]).await.unwrap().iter().map(|row| row.text("line").unwrap()).collect()
}

async fn check(empty: impl AsyncFn() -> TestDatabase) {
    let connect = async || {
        let database = empty().await;
        let store = Store::connect(&database.url).await.unwrap();
        (database, store)
    };
    let (_new, new) = connect().await;
    run(&new.db).await.unwrap();
    let newest = schema(&new).await;
    assert!(newest.len() > 150, "{newest:?}");
    for layout in 1..KNOWN {
        let (_database, store) = connect().await;
        run_to(&store.db, layout).await.unwrap();
        fill(&store, ROWS).await;
        let before = content(&store).await.unwrap();
        run(&store.db).await.unwrap();
        let after = content(&store).await.unwrap();
        for ((table, column), values) in &before {
            let Some(now) = after.get(&(table.clone(), column.clone())) else {
                let known =
                    newest.iter().any(|line| line.contains(column.as_str()) && line.contains(table.as_str()));
                assert!(
                    !known || DROPPED.contains(&table.as_str()),
                    "layout {layout}: {table}.{column} is empty"
                );
                continue;
            };
            if CLEARED.contains(&(table.as_str(), column.as_str())) {
                continue;
            }
            let kept = values.iter().filter(|value| now.contains(value)).count();
            assert_eq!(kept, values.len(), "layout {layout}: {table}.{column} was {values:?} and is {now:?}");
        }
        assert!(before.len() > 60, "layout {layout}: {}", before.len());
        assert_eq!(schema(&store).await, newest, "layout {layout}");
        if layout < ACCOUNTS_END {
            let ended = "SELECT COUNT(*) AS there FROM agency_staff WHERE citizen_id IS NULL AND (see_declared <> 0 OR see_app <> 0)";
            let seen = store.db.fetch_one(ended, &[]).await.unwrap().int("there").unwrap();
            assert_eq!(seen, 0, "layout {layout}: agencies see something of accounts that ended");
        }
        // And it is a database that works.
        store.migrate().await.unwrap();
        store.close().await;
    }
}

#[tokio::test]
async fn every_layout_comes_to_the_newest_on_sqlite() {
    check(sqlite).await;
}

#[tokio::test]
async fn every_layout_comes_to_the_newest_on_postgres() {
    check(empty_postgres).await;
}
