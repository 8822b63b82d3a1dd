use crate::support::*;
use bluezone_store::testing::TestDatabase;
use bluezone_store::{FormFile, StoreError};

contract![
    a_version_of_a_form_is_added_once,
    switches_stand_in_their_order_until_taken_back,
    changes_are_counted
];

fn file(world: &World, version: &str) -> FormFile {
    let canonical = format!("https://bluezone.example/fhir/Questionnaire/school|{version}");
    FormFile { canonical, json: "{}".to_owned(), by: world.officer, at: NOW }
}

async fn a_version_of_a_form_is_added_once(database: TestDatabase) {
    let world = World::new(database).await;
    let (first, second) = (file(&world, "1.0.0"), file(&world, "1.1.0"));
    let added = race(&world.database, |_, store| {
        let first = first.clone();
        async move { store.add_form_file(&first).await.is_ok() }
    })
    .await;
    assert_eq!(count(&added, &true), 1);
    world.store.add_form_file(&second).await.unwrap();
    let again = world.store.add_form_file(&first).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    assert_eq!(world.store.form_files().await.unwrap(), [first, second]);
}

async fn switches_stand_in_their_order_until_taken_back(database: TestDatabase) {
    let world = World::new(database).await;
    let add = async |switch| world.store.add_form_switch(switch, world.officer, NOW).await.unwrap();
    let (first, second) = (add("one").await, add("two").await);
    assert!(first < second);
    let texts = async || {
        let switches = world.store.form_switches().await.unwrap();
        switches.into_iter().map(|switch| switch.switch).collect::<Vec<_>>()
    };
    assert_eq!(texts().await, ["one", "two"]);
    world.store.take_back_form_switch(first, world.officer, NOW).await.unwrap();
    assert_eq!(texts().await, ["two"]);
    let again = world.store.take_back_form_switch(first, world.officer, NOW).await;
    assert!(matches!(again, Err(StoreError::NotFound(_))), "{again:?}");
}

async fn changes_are_counted(database: TestDatabase) {
    let world = World::new(database).await;
    let changes = async || world.store.form_changes().await.unwrap();
    assert_eq!(changes().await, 0);
    let switch = world.store.add_form_switch("one", world.officer, NOW).await.unwrap();
    assert_eq!(changes().await, 1);
    world.store.take_back_form_switch(switch, world.officer, NOW).await.unwrap();
    world.store.add_form_file(&file(&world, "1.0.0")).await.unwrap();
    assert_eq!(changes().await, 3);
    // What was refused counts nothing.
    assert!(world.store.take_back_form_switch(switch, world.officer, NOW).await.is_err());
    assert_eq!(changes().await, 3);
}
