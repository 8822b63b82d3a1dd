use crate::support::*;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::id::PersonId;
use bluezone_domain::person::{Identity, Person};
use bluezone_store::testing::TestDatabase;
use bluezone_store::{CaseEdit, PersonEdit, PersonEvent, StoreError};

contract![
    a_person_is_registered_once_and_found,
    numbers_are_found_however_they_are_written,
    a_person_changes_and_keeps_their_history,
    changes_are_followed_in_their_order,
    changes_at_once_miss_nobody,
    a_merge_that_is_taken_back_leaves_no_trace_but_history,
    merges_make_no_circles,
];

fn identity() -> Identity {
    Identity {
        name: "Nguyễn Văn Ân".to_owned(),
        birth: "23/11/1985".parse().ok(),
        national_id: "019185001234".parse().ok(),
        passport: "B1234567".parse().ok(),
        phone: "0912345678".parse().ok(),
        address: "Tổ 3".to_owned(),
        ..Identity::default()
    }
}

async fn a_person_is_registered_once_and_found(database: TestDatabase) {
    let mut world = World::new(database).await;
    let person = Person {
        identity: identity(),
        assigned: Some("tyt".to_owned()),
        ..person(world.officer, "", *HERE, &mut world.rng)
    };
    world.store.create_person(&person, &mut world.rng).await.unwrap();
    let again = world.store.create_person(&person, &mut world.rng).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "the form was sent twice: {again:?}");
    assert_eq!(world.store.person(person.id).await.unwrap(), Some(person.clone()));
    assert_eq!(world.store.person(PersonId::from_bytes([9; 16])).await.unwrap(), None);
    let history = world.store.person_changes(person.id).await.unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!((history[0].event, history[0].by), (PersonEvent::Registered, world.officer));
    // Another server, which has not seen the vault's keys yet.
    let other = world.database.open().await;
    assert_eq!(other.person(person.id).await.unwrap(), Some(person));
}

async fn numbers_are_found_however_they_are_written(database: TestDatabase) {
    let mut world = World::new(database).await;
    let mut with = async |identity: Identity| {
        let person = Person { identity, ..person(world.officer, "", *HERE, &mut world.rng) };
        world.store.create_person(&person, &mut world.rng).await.unwrap();
        person.id
    };
    let whole = with(identity()).await;
    let phone = with(Identity { phone: "+84 912 345 678".parse().ok(), ..Identity::default() }).await;
    with(Identity { phone: "0912345679".parse().ok(), ..Identity::default() }).await;
    let find = async |identity: &Identity| {
        let mut found = world.store.persons_with_numbers_of(identity).await.unwrap();
        found.sort();
        found
    };
    let mut both = [whole, phone];
    both.sort();
    assert_eq!(find(&identity()).await, both);
    let card = Identity { national_id: "019 185 001 234".parse().ok(), ..Identity::default() };
    assert_eq!(find(&card).await, [whole]);
    assert_eq!(find(&Identity::default()).await, []);
}

async fn a_person_changes_and_keeps_their_history(database: TestDatabase) {
    let mut world = World::new(database).await;
    let id = world.person("Lan", *HERE).await;
    let edit = PersonEdit {
        id,
        expected: 1,
        identity: identity(),
        area: *ELSEWHERE,
        by: world.officer,
        at: NOW + 60,
    };
    let after = world.store.edit_person(&edit, &mut world.rng).await.unwrap();
    assert_eq!((after.version, after.area, &after.identity), (2, *ELSEWHERE, &identity()));
    assert_eq!(world.store.persons_with_numbers_of(&identity()).await.unwrap(), [id]);
    let stale = world.store.edit_person(&edit, &mut world.rng).await;
    assert!(matches!(stale, Err(StoreError::NotAllowed(_))), "{stale:?}");
    let history = world.store.person_changes(id).await.unwrap();
    assert_eq!(history.len(), 2);
    assert_eq!(history[1].event, PersonEvent::Changed);
    assert_eq!(history[1].before.as_ref().unwrap().name, "Lan");
}

async fn changes_are_followed_in_their_order(database: TestDatabase) {
    let mut world = World::new(database).await;
    let mut ids = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        ids.push(world.person(name, *HERE).await);
    }
    let all = world.store.persons_since(0, 3).await.unwrap();
    assert_eq!(all.iter().map(|(_, person)| person.id).collect::<Vec<_>>(), ids[..3]);
    let rest = world.store.persons_since(all[2].0, 10).await.unwrap();
    assert_eq!(rest.iter().map(|(_, person)| person.id).collect::<Vec<_>>(), ids[3..]);
    let last = rest[1].0;
    assert_eq!(world.store.last_person_sequence().await.unwrap(), last);
    world.store.merge_persons(ids[0], ids[1], world.officer, NOW).await.unwrap();
    let changed = world.store.persons_since(last, 10).await.unwrap();
    assert_eq!(changed.len(), 1);
    assert_eq!((changed[0].1.id, changed[0].1.merged_into), (ids[0], Some(ids[1])));
}

/// Who follows the numbers while others write sees everybody.
async fn changes_at_once_miss_nobody(database: TestDatabase) {
    let world = World::new(database).await;
    let (by, follower) = (world.officer, world.store.clone());
    let following = tokio::spawn(async move {
        let (mut seen, mut last) = (0, 0);
        while seen < TASKS * 10 {
            let next = follower.persons_since(last, 7).await.unwrap();
            seen += next.len();
            last = next.last().map_or(last, |(sequence, _)| *sequence);
            tokio::task::yield_now().await;
        }
        last
    });
    race(&world.database, |i, store| async move {
        use rand::SeedableRng;
        let mut rng = rand::rngs::StdRng::seed_from_u64(100 + i as u64);
        for _ in 0..10 {
            let person = person(by, "x", *HERE, &mut rng);
            store.create_person(&person, &mut rng).await.unwrap();
        }
    })
    .await;
    let patience = std::time::Duration::from_secs(30);
    let last = tokio::time::timeout(patience, following).await.expect("somebody was missed").unwrap();
    assert_eq!(last, world.store.last_person_sequence().await.unwrap());
}

async fn a_merge_that_is_taken_back_leaves_no_trace_but_history(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (from, into) = (world.person("Lan", *HERE).await, world.person("Lân", *ELSEWHERE).await);
    let under = world.person("L.", *HERE).await;
    world.store.merge_persons(under, from, world.officer, NOW).await.unwrap();
    let of = async |world: &mut World, person| {
        let id = world.case(CaseStatus::Suspected).await;
        let case = world.store.case(id).await.unwrap().unwrap();
        let edit = CaseEdit {
            case: bluezone_domain::case::Case { person: Some(person), ..case },
            by: world.officer,
            at: NOW,
        };
        world.store.edit_case(&edit).await.unwrap()
    };
    let case = of(&mut world, from).await;
    let before = [from, into, under].map(|id| (id, world.store.clone()));
    let mut was = Vec::new();
    for (id, store) in &before {
        was.push(store.person(*id).await.unwrap().unwrap());
    }

    world.store.merge_persons(from, into, world.officer, NOW + 10).await.unwrap();
    for id in [from, into, under] {
        assert_eq!(world.store.person_records(id).await.unwrap(), [into, from, under]);
    }
    let between = of(&mut world, into).await;
    let again = world.store.merge_persons(from, under, world.officer, NOW).await;
    assert!(matches!(again, Err(StoreError::NotAllowed(_))), "{again:?}");

    world.store.unmerge_person(from, world.officer, NOW + 20).await.unwrap();
    let mut is = Vec::new();
    for (id, store) in &before {
        is.push(store.person(*id).await.unwrap().unwrap());
    }
    assert_eq!(is, was, "every field as it was");
    assert_eq!(world.store.person_records(under).await.unwrap(), [from, under]);
    assert_eq!(world.store.cases_of_person(from).await.unwrap(), [case], "version and all");
    assert_eq!(world.store.cases_of_person(into).await.unwrap(), [between], "stays where it was added");
    let events: Vec<_> =
        world.store.person_changes(from).await.unwrap().into_iter().map(|change| change.event).collect();
    use PersonEvent::*;
    assert_eq!(events, [Registered, TookIn(under), MergedInto(into), PartedFrom(into)]);
    let again = world.store.unmerge_person(from, world.officer, NOW).await;
    assert!(matches!(again, Err(StoreError::NotAllowed(_))), "{again:?}");
}

async fn merges_make_no_circles(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (a, b, c) =
        (world.person("a", *HERE).await, world.person("b", *HERE).await, world.person("c", *HERE).await);
    let merge = async |from, into| world.store.merge_persons(from, into, world.officer, NOW).await;
    assert!(matches!(merge(a, a).await, Err(StoreError::NotAllowed(_))));
    merge(a, b).await.unwrap();
    merge(b, c).await.unwrap();
    assert!(matches!(merge(c, a).await, Err(StoreError::NotAllowed(_))));
    let nobody = PersonId::from_bytes([9; 16]);
    assert!(matches!(merge(c, nobody).await, Err(StoreError::NotFound(_))));
    assert!(matches!(merge(nobody, c).await, Err(StoreError::NotFound(_))));
    // Two officers at once, in both directions: one of them is too late.
    let (x, y) = (world.person("x", *HERE).await, world.person("y", *HERE).await);
    let by = world.officer;
    let results = race(&world.database, |i, store| async move {
        let (from, into) = if i % 2 == 0 { (x, y) } else { (y, x) };
        store.merge_persons(from, into, by, NOW).await.is_ok()
    })
    .await;
    assert_eq!(count(&results, &true), 1);
}
