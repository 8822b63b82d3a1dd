use crate::support::*;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::code::CodeKind;
use bluezone_store::testing::{TestDatabase, postgres, sqlite};
use bluezone_store::{Store, StoreError};
use sqlx::{Connection, PgConnection, Row, SqliteConnection};
use std::collections::BTreeSet;

contract![
    a_database_is_opened_by_many_at_once_and_again,
    a_newer_layout_lets_this_program_in_unless_it_says_otherwise,
    errors_and_debug_show_no_values,
];

async fn a_database_is_opened_by_many_at_once_and_again(database: TestDatabase) {
    let url = database.url.clone();
    let opening: Vec<_> = (0..TASKS)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { Store::open(&url).await.map(drop) })
        })
        .collect();
    for opened in opening {
        opened.await.unwrap().unwrap();
    }
    let world = World::new(database).await;
    world.store.close().await;
    assert_eq!(world.database.open().await.list_officers().await.unwrap().len(), 1, "what was there stays");
}

/// Runs SQL past the store; returns the first two columns.
async fn raw(url: &str, sql: &'static str) -> BTreeSet<(String, String)> {
    if url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    } else {
        let mut connection = PgConnection::connect(url).await.unwrap();
        let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }
}

async fn a_newer_layout_lets_this_program_in_unless_it_says_otherwise(database: TestDatabase) {
    let known = database.open().await.layout().await.unwrap().known;
    raw(&database.url, "INSERT INTO layout (version) VALUES (999)").await;
    let store = database.open().await;
    let layout = store.layout().await.unwrap();
    assert_eq!((layout.found, layout.known, layout.is_newer()), (999, known, true));
    assert!(layout.to_string().contains("layout 999, of a newer program"), "{layout}");
    store.create_unit(&unit(UNIT)).await.unwrap();
    assert!(!store.health().await.unwrap().outgrown);

    raw(&database.url, "UPDATE layout SET oldest = 998 WHERE version = 999").await;
    assert!(store.health().await.unwrap().outgrown, "who is up learns of it");
    let refused = Store::open(&database.url).await.unwrap_err();
    assert!(matches!(refused, StoreError::Newer { found: 999, oldest: 998, .. }), "{refused:?}");
    let words = refused.to_string();
    assert!(
        words.contains("layout 998 or a later one") && words.contains(&format!("up to {known}")),
        "{words}"
    );

    raw(&database.url, "UPDATE layout SET oldest = (SELECT COUNT(*) - 1 FROM layout)").await;
    assert_eq!(database.open().await.list_units().await.unwrap().len(), 1, "this one is new enough");
}

async fn errors_and_debug_show_no_values(database: TestDatabase) {
    let mut world = World::new(database).await;
    // A session token that is taken: the database's own error would quote it.
    let token = [0x41; 32];
    world.store.create_session(&session(token, world.officer, NOW, NOW + 1)).await.unwrap();
    let error = world.store.create_session(&session(token, world.officer, NOW, NOW + 1)).await.unwrap_err();
    let case = world.case(CaseStatus::Confirmed).await;
    let code = world.new_code(case, CodeKind::Short, NOW);
    let redeem = world.redeem(token, CodeKind::Short, NOW);
    let shown = format!("{error} {error:?} {code:?} {redeem:?} {:?}", world.store).to_lowercase();
    for value in ["aaaa", "4141", "65, 65", &world.officer.to_string()] {
        assert!(!shown.contains(value), "{value} in {shown}");
    }
    assert!(shown.contains("unique"), "it still says what went wrong: {shown}");
}

#[tokio::test]
async fn both_databases_have_the_same_columns() {
    let (lite, pg) = (sqlite().await, postgres().await);
    lite.open().await.close().await;
    pg.open().await.close().await;
    let of_lite = raw(
        &lite.url,
        "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'",
    )
    .await;
    let of_pg = raw(
        &pg.url,
        "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns \
         JOIN pg_class ON relname = table_name AND NOT relispartition WHERE table_schema = 'public'",
    )
    .await;
    assert!(of_lite.len() > 60, "{of_lite:?}");
    assert_eq!(of_lite, of_pg);
}

#[tokio::test]
async fn other_addresses_are_refused_without_repeating_them() {
    for address in ["", "sqlite:", "sqlite::memory:", "mysql://u:canary@h/d", "postgres://u:canary@h:port/d"]
    {
        let error = Store::open(address).await.unwrap_err();
        assert!(matches!(error, StoreError::Address), "{address}: {error}");
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
    let error = Store::open("sqlite:/no/such/directory/x.db").await.unwrap_err();
    assert!(error.to_string().contains("/no/such/directory/x.db"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let database = sqlite().await;
    let world = World::new(database).await;
    let path = world.database.url.strip_prefix("sqlite:").unwrap().to_owned();
    for file in [path.clone(), format!("{path}-wal"), format!("{path}-shm")] {
        let mode = std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{file}");
    }
}
