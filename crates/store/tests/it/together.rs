//! Many at once: each is answered as if it were alone, and on PostgreSQL they share transactions.

use crate::declarations::declared;
use crate::places::{citizen, registered};
use crate::support::*;
use crate::visits::visit;
use bluezone_domain::Timestamp;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::id::{DeclarationId, ProfileId};
use bluezone_domain::place::{Place, PlaceCode};
use bluezone_domain::visit::{Ending, Visit, Visitor};
use bluezone_protocol::diagnosis::ReportType;
use bluezone_protocol::time::DAY_S;
use bluezone_store::testing::{self, TestDatabase};
use bluezone_store::{
    Accepted, CheckedIn, NewDeclaration, Publish, PublishRefusal, Published, Store, StoreError,
};
use rand::SeedableRng;
use rand::rngs::StdRng;
use sqlx::{Connection, PgConnection};

contract![
    check_ins_of_many_are_each_answered_as_if_alone,
    two_check_ins_of_one_person_are_arranged_whoever_is_first,
    who_comes_back_without_a_word_is_there_twice,
    declarations_of_many_are_each_answered_as_if_alone,
    publications_of_many_are_each_answered_as_if_alone,
    who_hangs_up_takes_nobody_along,
];

pub const MORNING: Timestamp = Timestamp(NOW.0 + HOUR);
const MANY: usize = 48;

fn person(number: u8) -> Visitor {
    Visitor::Profile(ProfileId::from_bytes([number; 16]))
}

/// Runs all at the same time.
pub async fn at_once<T: Send + 'static>(
    all: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let running: Vec<_> = all.into_iter().map(tokio::spawn).collect();
    let mut results = Vec::with_capacity(running.len());
    for task in running {
        results.push(task.await.unwrap());
    }
    results
}

pub async fn come(store: Store, visit: Visit, place: Place, seed: usize) -> Result<CheckedIn, StoreError> {
    store.check_in(&visit, &place, &mut StdRng::seed_from_u64(seed as u64)).await
}

pub async fn accept(store: Store, new: NewDeclaration, seed: usize) -> Result<Accepted, StoreError> {
    store.accept_declaration(&new, &mut StdRng::seed_from_u64(seed as u64)).await
}

async fn publish(store: Store, publish: Publish) -> Published {
    store.publish(&publish).await.unwrap()
}

async fn market(world: &mut World, name: &str) -> Place {
    let owner = citizen(world, "0912345678").await;
    registered(world, &owner, name).await
}

async fn check_ins_of_many_are_each_answered_as_if_alone(database: TestDatabase) {
    answer_many_check_ins(World::new(database).await).await;
}

#[tokio::test]
async fn on_a_busy_day_check_ins_of_many_are_answered_so_too() {
    let world = World::new(testing::postgres().await).await;
    testing::busy_day(&world.store, MORNING);
    answer_many_check_ins(world).await;
}

async fn answer_many_check_ins(mut world: World) {
    let (place, other) = (market(&mut world, "Chợ Thái").await, market(&mut world, "Chợ Đồng Quang").await);
    let first = visit(&mut world, &place, person(1), MORNING);
    world.store.check_in(&first, &place, &mut world.rng).await.unwrap();

    let inside = visit(&mut world, &place, person(1), MORNING + 60);
    let stolen = Visit { id: first.id, ..visit(&mut world, &place, person(2), MORNING) };
    let moved = Visit { place: other.code, ..first.clone() };
    let nowhere = Place { code: PlaceCode::generate(&mut world.rng), ..place.clone() };
    let lost = visit(&mut world, &nowhere, person(3), MORNING);
    let yesterday = Visit { recorded_at: MORNING, ..visit(&mut world, &place, person(4), MORNING - DAY_S) };
    let mut told =
        vec![(inside, &place), (stolen, &place), (moved, &other), (lost, &nowhere), (yesterday, &place)];
    for number in 0..MANY {
        let new = visit(&mut world, &place, person(100 + number as u8), MORNING + number as i64);
        // Told twice at the same time.
        told.extend([(new.clone(), &place), (new, &place)]);
    }
    let tasks = told.iter().enumerate();
    let tasks =
        tasks.map(|(at, (visit, place))| come(world.store.clone(), visit.clone(), (*place).clone(), at));
    let mut results = at_once(tasks).await;
    let rest = results.split_off(5);
    let [inside, stolen, moved, lost, yesterday] = results.try_into().unwrap();
    assert_eq!(inside.unwrap(), CheckedIn::Already(first.clone()));
    assert!(matches!(stolen, Err(StoreError::Conflict(_))), "{stolen:?}");
    assert!(matches!(moved, Err(StoreError::Conflict(_))), "{moved:?}");
    assert!(matches!(lost, Err(StoreError::Database(_))), "{lost:?}");
    assert_eq!(yesterday.unwrap(), CheckedIn::New(told[4].0.clone()));
    for (pair, told) in rest.chunks(2).zip(told[5..].chunks(2)) {
        let answers: Vec<_> = pair.iter().map(|answer| answer.as_ref().unwrap()).collect();
        assert!(answers.contains(&&CheckedIn::New(told[0].0.clone())), "{answers:?}");
        assert!(answers.contains(&&CheckedIn::Already(told[0].0.clone())), "{answers:?}");
    }
    let there = world.store.visits_overlapping(place.code, MORNING - HOUR, MORNING + HOUR, 0).await.unwrap();
    assert_eq!(there.len(), 1 + MANY, "each once, and nothing of who was refused");
}

async fn two_check_ins_of_one_person_are_arranged_whoever_is_first(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (place, other) = (market(&mut world, "Chợ Thái").await, market(&mut world, "Chợ Đồng Quang").await);
    let mut told = Vec::new();
    for number in 0..MANY as u8 {
        told.push((visit(&mut world, &place, person(number), MORNING), place.clone()));
        told.push((visit(&mut world, &other, person(number), MORNING + HOUR), other.clone()));
    }
    let tasks = told.iter().cloned().enumerate();
    let tasks = tasks.map(|(at, (visit, place))| come(world.store.clone(), visit, place, at));
    for answer in at_once(tasks).await {
        assert!(matches!(answer.unwrap(), CheckedIn::New(_)));
    }
    for pair in told.chunks(2) {
        let [first, second] = [&pair[0].0, &pair[1].0].map(|visit| world.store.visit(visit.id));
        let (first, second) = (first.await.unwrap().unwrap().stay, second.await.unwrap().unwrap().stay);
        assert_eq!((first.to, first.ending), (MORNING + HOUR, Ending::NextVisit));
        assert_eq!((second.from, second.ending), (MORNING + HOUR, Ending::Dwell));
    }
}

/// Also where what comes at the same time is written together.
async fn who_comes_back_without_a_word_is_there_twice(database: TestDatabase) {
    let mut world = World::new(database).await;
    let place = market(&mut world, "Chợ Thái").await;
    for (minutes, new) in [(0, true), (4, false), (100, true)] {
        let mut told = Vec::new();
        for number in 0..MANY as u8 {
            told.push(visit(&mut world, &place, person(number), MORNING + minutes * 60));
        }
        let tasks = told.into_iter().enumerate();
        let tasks = tasks.map(|(at, visit)| come(world.store.clone(), visit, place.clone(), at));
        for answer in at_once(tasks).await {
            assert_eq!(matches!(answer.unwrap(), CheckedIn::New(_)), new, "{minutes}");
        }
    }
    for number in 0..MANY as u8 {
        let Visitor::Profile(who) = person(number) else { unreachable!() };
        let visits = world.store.visits_of_profile(who, MORNING, MORNING + DAY_S).await.unwrap();
        let stays: Vec<_> = visits.iter().map(|v| (v.stay.to - MORNING, v.stay.ending)).collect();
        let second = 6000 + place.dwell_s();
        assert_eq!(stays, [(6000, Ending::NextVisit), (second, Ending::Dwell)]);
    }
}

async fn declarations_of_many_are_each_answered_as_if_alone(database: TestDatabase) {
    let mut world = World::new(database).await;
    let mut news = Vec::new();
    for number in 0..MANY {
        news.push(declared(&mut world, &format!("09000002{number:02}")).await);
    }
    // Of a citizen that nobody knows; of a profile that is not there.
    let mut strange = declared(&mut world, "0900000301").await;
    let gone = strange.profile.clone().unwrap().citizen;
    world.store.delete_citizen(gone, NOW).await.unwrap();
    strange.consents = Vec::new();
    let lacking = NewDeclaration { profile: None, ..declared(&mut world, "0900000302").await };
    let again = NewDeclaration {
        declaration: bluezone_domain::declaration::Declaration {
            id: DeclarationId::generate(&mut world.rng),
            ..news[0].declaration.clone()
        },
        profile: None,
        consents: Vec::new(),
        daily: true,
        ..news[0].clone()
    };
    let told: Vec<_> = news.iter().chain(&news).chain([&strange, &lacking]).cloned().collect();
    let tasks = told.into_iter().enumerate().map(|(at, new)| accept(world.store.clone(), new, at));
    let mut results = at_once(tasks).await;
    for refused in results.split_off(2 * MANY) {
        assert!(matches!(refused, Err(StoreError::NotFound(_))), "{refused:?}");
    }
    let results: Vec<_> = results.into_iter().map(Result::unwrap).collect();
    assert_eq!((count(&results, &Accepted::New), count(&results, &Accepted::Again)), (MANY, MANY));
    for new in &news {
        let id = new.declaration.id;
        assert_eq!(world.store.declaration(id).await.unwrap().as_ref(), Some(&new.declaration));
        assert_eq!(world.store.consents_of_declaration(id).await.unwrap(), new.consents);
        assert_eq!(world.store.declaration_files(id).await.unwrap().len(), 1);
        assert!(world.store.handling(id).await.unwrap().is_some());
    }
    // One of a day of each form, with different names.
    let days: Vec<_> = (0..4)
        .map(|number| NewDeclaration {
            declaration: bluezone_domain::declaration::Declaration {
                id: DeclarationId::from_bytes([number; 16]),
                ..again.declaration.clone()
            },
            ..again.clone()
        })
        .collect();
    let tasks = days.into_iter().enumerate().map(|(at, new)| accept(world.store.clone(), new, at));
    let results: Vec<_> = at_once(tasks).await.into_iter().map(Result::unwrap).collect();
    assert_eq!((count(&results, &Accepted::New), count(&results, &Accepted::DaySent)), (1, 3));
}

async fn publications_of_many_are_each_answered_as_if_alone(database: TestDatabase) {
    let mut world = World::new(database).await;
    let mut told = Vec::new();
    for _ in 0..MANY {
        let keys = world.keys(3, ReportType::ConfirmedTest);
        told.push(world.publication(CaseStatus::Confirmed, &keys, NOW).await);
    }
    let known: Vec<_> = told[0].keys.iter().map(|stored| stored.key.clone()).collect();
    let theft = world.publication(CaseStatus::Confirmed, &known, NOW).await;
    let wrong = Publish { tekmac: world.hash(), ..told[1].clone() };
    let first = publish(world.store.clone(), told[0].clone()).await;
    assert_eq!(first, Published::Stored { inserted: 3, revised: 0 });
    let all = told[1..].iter().chain(&told[1..]).chain([&theft, &wrong]).cloned();
    let mut results = at_once(all.map(|one| publish(world.store.clone(), one)).collect::<Vec<_>>()).await;
    let refused = |refusal| Published::Refused(refusal);
    assert_eq!(results.pop(), Some(refused(PublishRefusal::Certificate)));
    assert_eq!(results.pop(), Some(refused(PublishRefusal::MissingRevisionToken)));
    let stored = count(&results, &Published::Stored { inserted: 3, revised: 0 });
    let repeated =
        results.iter().filter(|one| matches!(one, Published::Repeated { inserted: 3, .. })).count();
    assert_eq!((stored, repeated), (MANY - 1, MANY - 1));
    assert_eq!(world.export(NOW + HOUR).await.0.len(), 3 * MANY);
}

async fn who_hangs_up_takes_nobody_along(database: TestDatabase) {
    let mut world = World::new(database).await;
    let place = market(&mut world, "Chợ Thái").await;
    let visits: Vec<_> =
        (0..MANY as u8).map(|number| visit(&mut world, &place, person(number), MORNING)).collect();
    let tasks = visits.iter().cloned().enumerate().map(|(at, visit)| {
        let coming = come(world.store.clone(), visit, place.clone(), at);
        async move { if at % 3 == 0 { cut_off(coming, 1 + at % 4).await } else { Some(coming.await) } }
    });
    let answers = at_once(tasks.collect::<Vec<_>>()).await;
    for (visit, answer) in visits.iter().zip(answers) {
        if let Some(answer) = answer {
            assert_eq!(answer.unwrap(), CheckedIn::New(visit.clone()));
            assert_eq!(world.store.visit(visit.id).await.unwrap().as_ref(), Some(visit));
        }
        world.store.check_in(visit, &place, &mut world.rng).await.unwrap();
    }
    assert_eq!(world.store.visits_overlapping(place.code, MORNING, MORNING, 0).await.unwrap().len(), MANY);
}

/// By how many transactions the rows of a table were written. (The server's own count is of all its databases.)
pub async fn writers(database: &TestDatabase, table: &str) -> i64 {
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    let sql = format!("SELECT COUNT(DISTINCT CAST(xmin AS TEXT)) FROM {table}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_share_transactions_on_postgres() {
    let mut world = World::new(testing::postgres().await).await;
    let place = market(&mut world, "Chợ Thái").await;
    let (mut visits, mut news, mut keys) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..MANY {
        visits.push(visit(&mut world, &place, person(number as u8), MORNING));
        news.push(declared(&mut world, &format!("09000004{number:02}")).await);
        let of = world.keys(2, ReportType::ConfirmedTest);
        keys.push(world.publication(CaseStatus::Confirmed, &of, NOW).await);
    }
    let store = &world.store;
    let coming = visits.into_iter().enumerate().map(|(at, one)| come(store.clone(), one, place.clone(), at));
    assert!(at_once(coming).await.iter().all(Result::is_ok));
    let sent = news.into_iter().enumerate().map(|(at, one)| accept(store.clone(), one, at));
    assert!(at_once(sent).await.iter().all(Result::is_ok));
    at_once(keys.into_iter().map(|one| publish(store.clone(), one))).await;
    for table in ["visits", "declarations", "published_keys"] {
        let count = writers(&world.database, table).await;
        assert!((1..MANY as i64 / 2).contains(&count), "{count} transactions for {MANY} {table}");
    }
}
