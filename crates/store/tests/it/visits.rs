use crate::places::{citizen, registered};
use crate::support::*;
use bluezone_domain::Timestamp;
use bluezone_domain::id::{ProfileId, VisitId};
use bluezone_domain::person::Identity;
use bluezone_domain::place::Place;
use bluezone_domain::visit::{
    Ending, Entry, Glimpse, Guest, SAME_VISIT_S, Stay, Suspicion, Suspicions, Visit, VisitDetails, Visitor,
    day_end,
};
use bluezone_protocol::time::DAY_S;
use bluezone_store::testing::{self, TestDatabase};
use bluezone_store::{CheckedIn, Retention, StoreError};
use sqlx::{Connection, Row, SqliteConnection};
use std::collections::BTreeSet;
use std::time::Duration;

contract![
    a_visit_is_kept_once_however_often_it_is_told,
    the_next_check_in_ends_the_visit_before_it_in_whatever_order_they_come,
    who_comes_back_without_a_word_stays_as_long_as_the_second_visit,
    who_leaves_is_believed_once,
    many_at_once_leave_one_visit_open,
    who_was_there_is_found_by_place_and_time,
    a_persons_visits_are_found_and_deleted,
    visits_end_with_their_time,
];

/// Eight o'clock in the morning in Vietnam.
const MORNING: Timestamp = Timestamp(NOW.0 + HOUR);

pub fn profile(number: u8) -> Visitor {
    Visitor::Profile(ProfileId::from_bytes([number; 16]))
}

pub fn visit(world: &mut World, place: &Place, visitor: Visitor, at: Timestamp) -> Visit {
    Visit {
        id: VisitId::generate(&mut world.rng),
        place: place.code,
        stay: Stay::begin(at, place.dwell_s()),
        entry: Entry::Poster,
        suspicions: Suspicions::NONE,
        details: VisitDetails {
            visitor,
            glimpse: Glimpse { name: "T. T. Bình".to_owned(), gender: None, birth_year: Some(1985) },
            trip: String::new(),
            seat: "12A".to_owned(),
            controller: None,
        },
        recorded_at: at,
    }
}

pub async fn markets(world: &mut World) -> [Place; 2] {
    let owner = citizen(world, "0912345678").await;
    [registered(world, &owner, "Chợ Thái").await, registered(world, &owner, "Chợ Đồng Quang").await]
}

async fn came(world: &mut World, visit: &Visit, place: &Place) -> CheckedIn {
    world.store.check_in(visit, place, &mut world.rng).await.unwrap()
}

async fn all(world: &World, place: &Place) -> Vec<Visit> {
    world.store.visits_overlapping(place.code, NOW, NOW + DAY_S, 0).await.unwrap()
}

async fn a_visit_is_kept_once_however_often_it_is_told(database: TestDatabase) {
    let mut world = World::new(database).await;
    let [market, other] = markets(&mut world).await;
    let first = visit(&mut world, &market, profile(1), MORNING);
    assert_eq!(came(&mut world, &first, &market).await, CheckedIn::New(first.clone()));
    for _ in 0..5 {
        assert_eq!(came(&mut world, &first, &market).await, CheckedIn::Already(first.clone()));
    }
    // Scanned twice at the door, with another identifier.
    let inside = visit(&mut world, &market, profile(1), MORNING + SAME_VISIT_S - 1);
    assert_eq!(came(&mut world, &inside, &market).await, CheckedIn::Already(first.clone()));
    assert_eq!(all(&world, &market).await, std::slice::from_ref(&first));
    assert_eq!(world.store.visit(first.id).await.unwrap(), Some(first.clone()));

    let stolen = Visit { id: first.id, ..visit(&mut world, &market, profile(2), MORNING) };
    let refused = world.store.check_in(&stolen, &market, &mut world.rng).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    let moved = Visit { place: other.code, ..first.clone() };
    let refused = world.store.check_in(&moved, &other, &mut world.rng).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    let mistaken = world.store.check_in(&first, &other, &mut world.rng).await;
    assert!(matches!(mistaken, Err(StoreError::NotAllowed(_))), "{mistaken:?}");

    // Guests without a number are each their own.
    let guest = Visitor::Guest(Guest { identity: Identity::default(), number: String::new() });
    for _ in 0..2 {
        let guest = visit(&mut world, &other, guest.clone(), MORNING);
        assert_eq!(came(&mut world, &guest, &other).await, CheckedIn::New(guest));
    }
}

async fn the_next_check_in_ends_the_visit_before_it_in_whatever_order_they_come(database: TestDatabase) {
    let mut world = World::new(database).await;
    let [market, other] = markets(&mut world).await;
    for late in [false, true] {
        let who = profile(10 + u8::from(late));
        let mut visits = [
            (visit(&mut world, &market, who.clone(), MORNING), &market),
            (visit(&mut world, &other, who.clone(), MORNING + HOUR), &other),
            (visit(&mut world, &market, who.clone(), MORNING + HOUR + 1800), &market),
        ];
        let ids = [visits[0].0.id, visits[1].0.id, visits[2].0.id];
        if late {
            visits.reverse();
        }
        for (visit, place) in &visits {
            assert!(matches!(came(&mut world, visit, place).await, CheckedIn::New(_)));
        }
        let mut stays = Vec::new();
        for id in ids {
            let stay = world.store.visit(id).await.unwrap().unwrap().stay;
            stays.push((stay.from - MORNING, stay.to - MORNING, stay.ending));
        }
        let expected = [
            (0, HOUR, Ending::NextVisit),
            (HOUR, HOUR + 1800, Ending::NextVisit),
            (HOUR + 1800, 3 * HOUR + 1800, Ending::Dwell),
        ];
        assert_eq!(stays, expected, "late: {late}");
    }
}

async fn who_comes_back_without_a_word_stays_as_long_as_the_second_visit(database: TestDatabase) {
    let mut world = World::new(database).await;
    let [market, _] = markets(&mut world).await;
    let first = visit(&mut world, &market, profile(1), MORNING);
    let twice = visit(&mut world, &market, profile(1), MORNING + 60);
    let back = visit(&mut world, &market, profile(1), MORNING + market.dwell_s() - 600);
    let twice_back = visit(&mut world, &market, profile(1), back.stay.from + 60);
    // The whole batch again and again, as a controller's page sends it until it hears the answer.
    for round in 0..3 {
        for (told, kept) in [(&first, &first), (&twice, &first), (&back, &back), (&twice_back, &back)] {
            let came = came(&mut world, told, &market).await;
            assert_eq!(came.visit().id, kept.id, "round {round}");
            assert_eq!(matches!(came, CheckedIn::New(_)), round == 0 && told.id == kept.id, "round {round}");
        }
    }
    let out = back.stay.from + HOUR;
    for _ in 0..2 {
        let left = world.store.check_out(&profile(1), market.code, out, Ending::Scan).await.unwrap().unwrap();
        assert_eq!(left.id, back.id);
    }
    assert!(
        matches!(came(&mut world, &twice_back, &market).await, CheckedIn::Already(_)),
        "after they left, too"
    );
    let stays: Vec<_> =
        all(&world, &market).await.iter().map(|v| (v.stay.from, v.stay.to, v.stay.ending)).collect();
    let from = back.stay.from;
    assert_eq!(stays, [(MORNING, from, Ending::NextVisit), (from, out, Ending::Scan)]);
}

async fn who_leaves_is_believed_once(database: TestDatabase) {
    let mut world = World::new(database).await;
    let [market, other] = markets(&mut world).await;
    let first = visit(&mut world, &market, profile(1), MORNING);
    came(&mut world, &first, &market).await;
    let store = world.store.clone();
    let leave =
        async |place: &Place, at| store.check_out(&profile(1), place.code, at, Ending::Button).await.unwrap();
    assert_eq!(leave(&other, MORNING + 60).await, None, "not there");
    assert_eq!(leave(&market, MORNING - 60).await, None, "not yet");
    let left = leave(&market, MORNING + HOUR).await.unwrap();
    assert_eq!((left.id, left.stay.to, left.stay.ending), (first.id, MORNING + HOUR, Ending::Button));
    for _ in 0..5 {
        assert_eq!(leave(&market, MORNING + HOUR).await, Some(left.clone()), "told again");
    }
    assert_eq!(leave(&market, MORNING + 1800).await, None, "something else");
    assert_eq!(leave(&market, MORNING + 2 * HOUR).await, None);

    // They come again; by its name only the place's own visit ends.
    let second = visit(&mut world, &market, profile(1), MORNING + 2 * HOUR);
    came(&mut world, &second, &market).await;
    let end = async |place: &Place| {
        store.end_visit(second.id, place.code, MORNING + 3 * HOUR, Ending::Scan).await.unwrap()
    };
    assert_eq!(end(&other).await, None);
    assert_eq!(end(&market).await.unwrap().stay.ending, Ending::Scan);
    assert_eq!(end(&market).await.unwrap().stay.ending, Ending::Scan, "told again");
    // In two places at once: kept, and said.
    let lie = visit(&mut world, &other, profile(1), MORNING + 2 * HOUR + 1800);
    let kept = came(&mut world, &lie, &other).await;
    assert_eq!(kept.visit().suspicions, Suspicions::NONE.with(Suspicion::TwoPlaces));
    let there = world.store.visit(lie.id).await.unwrap().unwrap();
    assert_eq!(&there, kept.visit());
    assert_eq!(world.store.visit(second.id).await.unwrap().unwrap().stay.to, MORNING + 3 * HOUR);
}

async fn many_at_once_leave_one_visit_open(database: TestDatabase) {
    let mut world = World::new(database).await;
    let [market, other] = markets(&mut world).await;
    let mut visits = Vec::new();
    for i in 0..TASKS {
        let place = if i % 2 == 0 { &market } else { &other };
        visits.push((visit(&mut world, place, profile(1), MORNING + i as i64), place.clone()));
    }
    let told = visits.clone();
    race(&world.database, |i, store| {
        let (visit, place) = told[i].clone();
        async move {
            use rand::SeedableRng;
            let mut rng = rand::rngs::StdRng::seed_from_u64(i as u64);
            store.check_in(&visit, &place, &mut rng).await.unwrap();
        }
    })
    .await;
    let mut open = 0;
    for (visit, _) in &visits {
        // Some were inside already, as it looked when they came.
        let Some(kept) = world.store.visit(visit.id).await.unwrap() else { continue };
        open += usize::from(kept.stay.is_open(MORNING + TASKS as i64));
    }
    assert_eq!(open, 1);
}

async fn who_was_there_is_found_by_place_and_time(database: TestDatabase) {
    let mut world = World::new(database).await;
    let [market, other] = markets(&mut world).await;
    // The case: from 10 to 11 o'clock.
    let (from, to) = (MORNING + 2 * HOUR, MORNING + 3 * HOUR);
    for (number, minutes) in [(1, 59), (2, 60), (3, 61)] {
        let after = visit(&mut world, &market, profile(number), to + minutes * 60);
        came(&mut world, &after, &market).await;
        let left = from - minutes * 60;
        let before = visit(&mut world, &market, profile(10 + number), left - 600);
        came(&mut world, &before, &market).await;
        let who = profile(10 + number);
        world.store.check_out(&who, market.code, left, Ending::Button).await.unwrap().unwrap();
    }
    let elsewhere = visit(&mut world, &other, profile(4), from);
    came(&mut world, &elsewhere, &other).await;
    let found = world.store.visits_overlapping(market.code, from, to, HOUR).await.unwrap();
    let who: Vec<_> = found.iter().map(|visit| &visit.details.visitor).collect();
    for (number, warned) in
        [(1, true), (2, true), (3, false), (11, true), (12, true), (13, false), (4, false)]
    {
        assert_eq!(who.contains(&&profile(number)), warned, "{number}");
    }
    assert!(found.is_sorted_by_key(|visit| visit.stay.from));
    let stays = world.store.stays_at(market.code, NOW, day_end(NOW)).await.unwrap();
    assert_eq!(stays.len(), 6);
    let none =
        world.store.visits_overlapping(market.code, NOW + 2 * DAY_S, NOW + 3 * DAY_S, 0).await.unwrap();
    assert_eq!(none, []);
}

async fn a_persons_visits_are_found_and_deleted(database: TestDatabase) {
    let mut world = World::new(database).await;
    let [market, other] = markets(&mut world).await;
    for day in 0..25 {
        let visit = visit(&mut world, &market, profile(1), MORNING - day * DAY_S);
        came(&mut world, &visit, &market).await;
    }
    let stranger = visit(&mut world, &other, profile(2), MORNING);
    came(&mut world, &stranger, &other).await;
    let Visitor::Profile(who) = profile(1) else { unreachable!() };
    let found = world.store.visits_of_profile(who, MORNING - 21 * DAY_S, MORNING).await.unwrap();
    assert_eq!(found.len(), 22);
    assert!(found.is_sorted_by_key(|visit| visit.stay.from));
    let part = world.store.visits_of_profile(who, MORNING - DAY_S + 1, MORNING - 1).await.unwrap();
    assert_eq!(part, [], "to the second");
    let (own, Visitor::Profile(other_one)) = (found[0].id, profile(2)) else { unreachable!() };
    assert!(!world.store.delete_visit(own, other_one).await.unwrap(), "not theirs");
    assert!(world.store.delete_visit(own, who).await.unwrap());
    assert!(!world.store.delete_visit(own, who).await.unwrap(), "once");
    assert_eq!(world.store.visit(own).await.unwrap(), None);
    assert_eq!(world.store.delete_visits_of_profile(who, MORNING - DAY_S, MORNING).await.unwrap(), 2);
    let left = world.store.visits_of_profile(who, MORNING - 30 * DAY_S, MORNING).await.unwrap();
    assert_eq!(left.len(), 22);
    assert_eq!(all(&world, &other).await, [stranger]);
}

/// A copy of the database does not tell that it was the same person.
#[tokio::test]
async fn days_of_one_person_are_not_linked() {
    let mut world = World::new(testing::sqlite().await).await;
    let [market, _] = markets(&mut world).await;
    for day in [0, 0, 1, 2] {
        let visit = visit(&mut world, &market, profile(1), MORNING - day * DAY_S);
        came(&mut world, &visit, &market).await;
        world
            .store
            .check_out(&profile(1), market.code, visit.stay.from, Ending::Scan)
            .await
            .unwrap()
            .unwrap();
    }
    let mut reader = SqliteConnection::connect(&world.database.url).await.unwrap();
    let rows = sqlx::query("SELECT visitor_hash FROM visits").fetch_all(&mut reader).await.unwrap();
    let hashes: BTreeSet<Vec<u8>> = rows.iter().map(|row| row.get("visitor_hash")).collect();
    assert_eq!((rows.len(), hashes.len()), (4, 3));
}

async fn visits_end_with_their_time(database: TestDatabase) {
    let mut world = World::new(database).await;
    let [market, _] = markets(&mut world).await;
    let visit = visit(&mut world, &market, profile(1), MORNING);
    came(&mut world, &visit, &market).await;
    world.store.close_place(market.code, Some(MORNING)).await.unwrap();
    let retention = Retention::default();
    let purge = async |at| {
        let purged = world.store.purge(at, &retention).await.unwrap();
        (purged.visits, purged.places)
    };
    assert_eq!(purge(MORNING + 21 * DAY_S).await, (0, 0));
    assert_eq!(purge(MORNING + 21 * DAY_S + 1).await, (1, 1), "and with the last visit the closed place");
    assert_eq!(world.store.visit(visit.id).await.unwrap(), None);
    assert_eq!(all(&world, &market).await, []);
}

/// On PostgreSQL a day goes as a table.
#[tokio::test]
async fn a_day_of_visits_is_a_table_that_is_dropped() {
    let mut world = World::new(testing::postgres().await).await;
    let [market, _] = markets(&mut world).await;
    let mut pool = sqlx::PgConnection::connect(&world.database.url).await.unwrap();
    let mut tables = async || -> BTreeSet<String> {
        let sql = "SELECT DISTINCT CAST(CAST(tableoid AS regclass) AS TEXT) FROM visits";
        sqlx::query_scalar(sql).fetch_all(&mut pool).await.unwrap().into_iter().collect()
    };
    let early = visit(&mut world, &market, profile(1), MORNING + DAY_S);
    came(&mut world, &early, &market).await;
    assert_eq!(tables().await, BTreeSet::from(["visits_rest".to_owned()]), "nobody made its day yet");
    // Two nodes at once.
    let (made, other) = tokio::join!(world.store.make_days(MORNING), world.store.make_days(MORNING));
    let made = made.unwrap() + other.unwrap();
    assert!(made > 5, "{made}");
    let day = |of: Timestamp| format!("visits_day_{}", (of.0 + 7 * HOUR) / DAY_S);
    assert_eq!(tables().await, BTreeSet::from([day(MORNING + DAY_S)]), "it went to its day");
    // With room for ends, and without the index that finds what is to be deleted.
    let like_others = "SELECT 2 * COUNT(*) FROM pg_class c WHERE relname LIKE 'visits\\_day\\_%' AND relkind = 'r' \
        AND reloptions = ARRAY['fillfactor=85'] AND NOT EXISTS (SELECT 1 FROM pg_indexes i \
        WHERE i.tablename = c.relname AND i.indexdef LIKE '%(entered_at)')";
    assert_eq!(world.database.number(like_others).await, i64::from(made), "and as many of declarations");
    assert!(matches!(came(&mut world, &early, &market).await, CheckedIn::Already(_)));
    for at in [MORNING, MORNING + 1, MORNING + 30 * DAY_S] {
        let visit = visit(&mut world, &market, profile(2), at);
        came(&mut world, &visit, &market).await;
    }
    let rest = "visits_rest".to_owned();
    assert_eq!(tables().await, BTreeSet::from([day(MORNING), day(MORNING + DAY_S), rest.clone()]));

    let retention = Retention::default();
    let purge = async |at| world.store.purge(at, &retention).await.unwrap().visits;
    let end = day_end(MORNING);
    assert_eq!(purge(end + 21 * DAY_S - 1).await, 0, "some of the day have time left");
    let (here, there) = tokio::join!(purge(end + 21 * DAY_S), purge(end + 21 * DAY_S));
    assert_eq!(here + there, 1);
    assert_eq!(tables().await, BTreeSet::from([day(MORNING + DAY_S), rest]));
    // A day that is too large to be counted is told by the estimate.
    let ten_megabytes = "UPDATE visits SET details = \
        (SELECT string_agg(sha256(int4send(n)), '') FROM generate_series(1, 320000) AS n) WHERE place_id IS NOT NULL";
    world.database.execute(ten_megabytes).await;
    world.database.execute("ANALYZE visits").await;
    assert_eq!(purge(end + 22 * DAY_S).await, 1);
    assert_eq!(world.store.visit(early.id).await.unwrap(), None);
    assert_eq!(purge(MORNING + 51 * DAY_S + 1).await, 1, "what lay in no day");
    assert_eq!(world.database.number(like_others).await, 0, "all have been dropped");
    world.store.make_days(MORNING).await.unwrap();
    assert_eq!(world.database.number(like_others).await, i64::from(made));
}

/// Whoever reads for long has visits in use: those who check in meanwhile do not wait again and again for a day to be dropped.
#[tokio::test]
async fn a_day_that_is_in_use_is_left_alone_for_minutes() {
    let mut world = World::new(testing::postgres().await).await;
    let [market, _] = markets(&mut world).await;
    world.store.make_days(MORNING).await.unwrap();
    let old = visit(&mut world, &market, profile(1), MORNING);
    came(&mut world, &old, &market).await;
    let mut reader = sqlx::PgConnection::connect(&world.database.url).await.unwrap();
    for sql in ["BEGIN", "SELECT COUNT(*) FROM visits"] {
        sqlx::query(sql).execute(&mut reader).await.unwrap();
    }
    let retention = Retention::default();
    let purge = async |at| world.store.purge(at, &retention).await.unwrap().visits;
    let end = day_end(MORNING) + 21 * DAY_S;
    // The fastest of some: this machine has other things to do, too.
    let mut fastest = Duration::MAX;
    for round in 0..3 {
        let began = tokio::time::Instant::now();
        assert_eq!(purge(end + 300 * round).await, 0);
        fastest = fastest.min(began.elapsed());
    }
    assert!(fastest < Duration::from_millis(1_900), "everybody waited {fastest:?}");
    sqlx::query("COMMIT").execute(&mut reader).await.unwrap();
    assert_eq!(purge(end + 899).await, 0, "it is not tried in each round");
    assert_eq!(purge(end + 900).await, 1);
}
