//! Carrying everything over from SQLite to PostgreSQL.

use crate::support::*;
use crate::visits::{markets, profile, visit};
use bluezone_domain::case::CaseStatus;
use bluezone_store::testing::{TestDatabase, empty_postgres, fill, postgres, sqlite, vault_secret};
use bluezone_store::{Carried, MoveError, Step, Store, StoreError, carry_over, give_up};
use rand::SeedableRng;
use rand::rngs::StdRng;
use sqlx::{Connection, PgConnection};
use tokio::sync::Notify;

const ROWS: i64 = 60;

/// A database with something in every table.
async fn full() -> TestDatabase {
    let database = sqlite().await;
    let store = database.open().await;
    fill(&store, ROWS).await;
    store.close().await;
    database
}

async fn carry(from: &TestDatabase, to: &TestDatabase, seed: u64) -> Result<Option<Carried>, MoveError> {
    carry_over(&from.url, &to.url, NOW, &mut StdRng::seed_from_u64(seed), &mut |_| ()).await
}

/// Is broken off when all of a table is there.
async fn until(from: &TestDatabase, to: &TestDatabase, table: &str) {
    let there = Notify::new();
    let mut report = |step: Step| {
        if step.table == table && step.rows == step.of {
            there.notify_one();
        }
    };
    let mut rng = StdRng::seed_from_u64(1);
    tokio::select! {
        biased;
        () = there.notified() => (),
        done = carry_over(&from.url, &to.url, NOW, &mut rng, &mut report) => panic!("{done:?}"),
    }
}

async fn execute(database: &TestDatabase, sql: &'static str) {
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
}

async fn number(database: &TestDatabase, sql: &'static str) -> i64 {
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
}

#[tokio::test]
async fn every_row_of_every_table_arrives_once() {
    let (from, to) = (full().await, empty_postgres().await);
    let mut steps: Vec<Step> = Vec::new();
    let mut rng = StdRng::seed_from_u64(1);
    let carried = carry_over(&from.url, &to.url, NOW, &mut rng, &mut |step| steps.push(step)).await;
    let carried = carried.unwrap().expect("for the first time");
    assert!(carried.tables > 80 && carried.rows > 70 * ROWS as u64, "{carried:?}");
    let copied: Vec<_> = steps.iter().filter(|step| !step.comparing && step.rows == step.of).collect();
    assert_eq!(copied.len(), carried.tables, "each table comes to its end");
    assert_eq!(number(&to, "SELECT COUNT(*) FROM persons WHERE merged_into IS NOT NULL").await, ROWS - 1);
    let chain = "SELECT COUNT(*) FROM persons a JOIN persons b ON a.merged_into = b.id AND b.id > a.id";
    assert_eq!(
        number(&to, chain).await,
        ROWS - 1,
        "whoever is referred to comes later in the order of the keys"
    );

    let gone = Store::open(&from.url).await.unwrap_err();
    assert!(matches!(gone, StoreError::CarriedAway), "{gone:?}");
    assert!(matches!(give_up(&from.url).await, Err(MoveError::Finished)));
    assert_eq!(carry(&from, &to, 2).await.unwrap(), None, "there is nothing left to do");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_broken_off_goes_on() {
    let (from, to) = (full().await, empty_postgres().await);
    let (mut broken_off, mut polls, mut begun) = (0, 20, false);
    let carried = loop {
        // Longer each time.
        match cut_off(carry(&from, &to, 1), polls).await {
            Some(carried) => break carried.unwrap().expect("it had not come to its end"),
            None => (broken_off, polls) = (broken_off + 1, polls * 3 / 2),
        }
        match Store::open(&from.url).await {
            Ok(store) => {
                assert!(!begun, "nobody uses the one side from its first moment on");
                store.close().await;
            }
            Err(StoreError::CarriedAway) => begun = true,
            Err(error) => panic!("{error:?}"),
        }
    };
    assert!(broken_off > 5, "{broken_off}");
    let counted = number(&to, "SELECT COUNT(*) FROM messages").await;
    assert_eq!((counted, carried.tables > 80), (ROWS, true));
}

#[tokio::test]
async fn what_was_there_is_what_is_served_and_goes_on() {
    let mut world = World::new(sqlite().await).await;
    let (lan, case) = (world.person("Nguyễn Thị Lan", *HERE).await, world.case(CaseStatus::Confirmed).await);
    let [market, _] = markets(&mut world).await;
    let visit = visit(&mut world, &market, profile(1), NOW);
    world.store.check_in(&visit, &market, &mut world.rng).await.unwrap();
    let layout = world.store.layout().await.unwrap();
    let to = empty_postgres().await;
    let served = carry(&world.database, &to, 1).await.unwrap_err();
    assert!(matches!(served, MoveError::Store(StoreError::InUse)), "{served:?}");
    world.store.close().await;
    carry(&world.database, &to, 1).await.unwrap();

    world.store = Store::open(&to.url).await.unwrap().with_vault(vault_secret());
    let person = world.store.person(lan).await.unwrap().unwrap();
    assert_eq!(person.identity.name, "Nguyễn Thị Lan", "what was sealed opens");
    assert!(world.store.case(case).await.unwrap().is_some());
    assert!(world.store.visit(visit.id).await.unwrap().is_some());
    let of_no_day = "SELECT (SELECT COUNT(*) FROM visits_rest) + (SELECT COUNT(*) FROM visits_before)";
    assert_eq!(number(&to, of_no_day).await, 0, "each visit lies in its day");
    let next = world.person("Trần Văn Bình", *HERE).await;
    assert_eq!(world.store.person(next).await.unwrap().unwrap().identity.name, "Trần Văn Bình");
    let numbers = "SELECT COUNT(DISTINCT sequence) FROM persons";
    assert_eq!(number(&to, numbers).await, 2, "numbers go on");
    assert_eq!(world.store.layout().await.unwrap(), layout);
}

#[tokio::test]
async fn other_data_is_neither_taken_nor_mixed() {
    let (from, other) = (full().await, full().await);
    let occupied = World::new(postgres().await).await;
    let refused = carry(&from, &occupied.database, 1).await.unwrap_err();
    assert!(matches!(refused, MoveError::Occupied(_)), "{refused:?}");
    assert!(matches!(give_up(&from.url).await, Err(MoveError::NotBegun)), "a wrong address changes nothing");
    Store::open(&from.url).await.unwrap().close().await;

    let to = postgres().await;
    until(&from, &to, "agencies").await;
    let filling = Store::open(&to.url).await.unwrap_err();
    assert!(matches!(filling, StoreError::Filling), "{filling:?}");
    let foreign = carry(&other, &to, 2).await.unwrap_err();
    assert!(matches!(foreign, MoveError::Foreign), "{foreign:?}");
    execute(&to, "UPDATE agencies SET created_at = created_at + 1 WHERE id = (SELECT MIN(id) FROM agencies)")
        .await;
    let different = carry(&from, &to, 1).await.unwrap_err();
    assert!(matches!(&different, MoveError::Different { table, .. } if table == "agencies"), "{different:?}");
    assert!(Store::open(&to.url).await.is_err());

    let (from, other, to) = (from.url.as_str(), other.url.as_str(), to.url.as_str());
    for (from, to) in [(to, from), (from, other), ("sqlite:", to)] {
        let refused =
            carry_over(from, to, NOW, &mut StdRng::seed_from_u64(1), &mut |_| ()).await.unwrap_err();
        assert!(matches!(refused, MoveError::Addresses), "{from} {to}: {refused:?}");
    }
    let none = carry_over("sqlite:/no/such.db", to, NOW, &mut StdRng::seed_from_u64(1), &mut |_| ()).await;
    assert!(matches!(none, Err(MoveError::Missing(_))), "{none:?}");
}
