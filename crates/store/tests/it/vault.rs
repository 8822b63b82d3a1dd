use crate::declarations::declared;
use crate::support::*;
use crate::visits::{markets, profile, visit};
use bluezone_domain::case::CaseStatus;
use bluezone_domain::epi_point::{EpiDetails, EpiPoint, Setting};
use bluezone_domain::id::EpiPointId;
use bluezone_domain::person::Identity;
use bluezone_store::testing::{TestDatabase, vault_secret};
use bluezone_store::vault::VaultSecret;
use bluezone_store::{PersonEdit, Store, StoreError};

contract![
    a_store_without_its_secret_opens_nothing,
    the_first_key_is_made_once,
    a_key_is_replaced_in_steps_and_every_row_still_opens,
    who_writes_while_the_key_is_replaced_loses_nothing,
    epi_points_are_put_listed_and_deleted,
];

async fn a_store_without_its_secret_opens_nothing(database: TestDatabase) {
    let mut world = World::new(database).await;
    let id = world.person("Lan", *HERE).await;
    let locked = Store::open(&world.database.url).await.unwrap();
    assert!(matches!(locked.person(id).await, Err(StoreError::Locked)));
    let person = person(world.officer, "x", *HERE, &mut world.rng);
    assert!(matches!(locked.create_person(&person, &mut world.rng).await, Err(StoreError::Locked)));
    let stranger = VaultSecret { wrapping: zeroize::Zeroizing::new([1; 32]), ..vault_secret() };
    let stranger = Store::open(&world.database.url).await.unwrap().with_vault(stranger);
    assert!(matches!(stranger.person(id).await, Err(StoreError::DoesNotOpen(_))));
}

async fn the_first_key_is_made_once(database: TestDatabase) {
    let world = World::new(database).await;
    race(&world.database, |i, store| async move {
        use rand::SeedableRng;
        let mut rng = rand::rngs::StdRng::seed_from_u64(i as u64);
        store.ensure_vault_key(NOW, &mut rng).await.unwrap();
        let person = person(world.officer, "x", *HERE, &mut rng);
        store.create_person(&person, &mut rng).await.unwrap();
    })
    .await;
    assert_eq!(world.store.persons_since(0, 100).await.unwrap().len(), TASKS);
}

async fn a_key_is_replaced_in_steps_and_every_row_still_opens(database: TestDatabase) {
    let mut world = World::new(database).await;
    for i in 0..700 {
        world.person(&format!("person {i}"), *HERE).await;
    }
    let case = world.case(CaseStatus::Suspected).await;
    let point = point(&mut world, case);
    world.store.put_epi_point(&point, &mut world.rng).await.unwrap();
    let first = world.store.persons_since(0, 1).await.unwrap()[0].1.clone();
    let identity = Identity { name: "changed".to_owned(), ..first.identity };
    let edit =
        PersonEdit { id: first.id, expected: 1, identity, area: first.area, by: world.officer, at: NOW };
    world.store.edit_person(&edit, &mut world.rng).await.unwrap();
    world.store.make_days(NOW).await.unwrap();
    let new = declared(&mut world, "0900000001").await;
    world.store.accept_declaration(&new, &mut world.rng).await.unwrap();
    let [market, _] = markets(&mut world).await;
    let came = visit(&mut world, &market, profile(1), NOW);
    world.store.check_in(&came, &market, &mut world.rng).await.unwrap();

    assert_eq!(world.store.begin_vault_rotation(NOW, &mut world.rng).await.unwrap(), 2);
    world.store.reseal_step(&mut world.rng).await.unwrap();
    // Killed here, and begun again: it goes on with the same key.
    assert_eq!(world.store.begin_vault_rotation(NOW, &mut world.rng).await.unwrap(), 2);
    let mut rows = 0;
    loop {
        let step = world.store.reseal_step(&mut world.rng).await.unwrap();
        rows += step.rows;
        if step.done {
            break;
        }
    }
    let of_citizens = "two citizens, a profile, two places, a visit, a declaration and its file";
    assert_eq!(rows, 210, "what the first step left, a change, an epi point, {of_citizens}");
    // A server that knew only the old key.
    let names = world.store.persons_since(0, 1000).await.unwrap();
    assert_eq!(names.len(), 700);
    assert!(names.iter().any(|(_, person)| person.identity.name == "person 699"));
    assert_eq!(world.store.epi_points_of_case(case).await.unwrap(), [point]);
    assert_eq!(world.store.declaration(new.declaration.id).await.unwrap(), Some(new.declaration));
    assert_eq!(world.store.visit(came.id).await.unwrap().unwrap().details, came.details);
    let history = world.store.person_changes(first.id).await.unwrap();
    assert_eq!(history[1].before.as_ref().unwrap().name, "person 0");
    assert_eq!(world.store.begin_vault_rotation(NOW, &mut world.rng).await.unwrap(), 3, "another one");
}

/// A server that sealed with a key that is gone seals again with the new one.
async fn who_writes_while_the_key_is_replaced_loses_nothing(database: TestDatabase) {
    let mut world = World::new(database).await;
    let slow = world.store.clone();
    let fast = world.database.open().await;
    slow.person(world.person("a", *HERE).await).await.unwrap();
    fast.begin_vault_rotation(NOW, &mut world.rng).await.unwrap();
    while !fast.reseal_step(&mut world.rng).await.unwrap().done {}
    // `slow` still holds only the first key.
    let late = person(world.officer, "late", *HERE, &mut world.rng);
    slow.create_person(&late, &mut world.rng).await.unwrap();
    assert_eq!(fast.person(late.id).await.unwrap(), Some(late));
}

fn point(world: &mut World, case: bluezone_domain::id::CaseId) -> EpiPoint {
    EpiPoint {
        id: EpiPointId::generate(&mut world.rng),
        case,
        from: NOW,
        to: NOW + HOUR,
        area: *HERE,
        details: EpiDetails {
            setting: Setting::Place {
                name: "Chợ Thái".to_owned(),
                address: String::new(),
                contact: String::new(),
            },
            informant: "chị gái".to_owned(),
            note: String::new(),
        },
        created_by: world.officer,
        created_at: NOW,
        updated_at: NOW,
    }
}

async fn epi_points_are_put_listed_and_deleted(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (case, other) = (world.case(CaseStatus::Suspected).await, world.case(CaseStatus::Suspected).await);
    let late = EpiPoint { from: NOW + 9, ..point(&mut world, case) };
    let mut early = point(&mut world, case);
    for point in [&late, &early] {
        world.store.put_epi_point(point, &mut world.rng).await.unwrap();
    }
    early.details.note = "đi cùng ba người".to_owned();
    early.updated_at = NOW + 1;
    world.store.put_epi_point(&early, &mut world.rng).await.unwrap();
    assert_eq!(world.store.epi_points_of_case(case).await.unwrap(), [early.clone(), late.clone()]);
    assert_eq!(world.store.epi_point(late.id).await.unwrap(), Some(late.clone()));
    let stolen = EpiPoint { case: other, ..early.clone() };
    let refused = world.store.put_epi_point(&stolen, &mut world.rng).await;
    assert!(matches!(refused, Err(StoreError::NotFound(_))), "{refused:?}");
    world.store.delete_epi_point(early.id).await.unwrap();
    assert!(matches!(world.store.delete_epi_point(early.id).await, Err(StoreError::NotFound(_))));
    assert_eq!(world.store.epi_points_of_case(case).await.unwrap(), [late]);
}
