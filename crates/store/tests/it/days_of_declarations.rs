//! On PostgreSQL a day of declarations is a table: what is there once is so over all days, and what goes takes all along.

use crate::declarations::{daily, declared};
use crate::support::*;
use crate::together::{self, at_once, writers};
use bluezone_domain::Timestamp;
use bluezone_domain::declaration::SentBy;
use bluezone_domain::id::{CitizenId, DeclarationId};
use bluezone_domain::visit::day_end;
use bluezone_protocol::time::DAY_S;
use bluezone_store::testing;
use bluezone_store::{Accepted, NewDeclaration, Retention, StoreError};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

fn arriving(of: &NewDeclaration, at: Timestamp) -> NewDeclaration {
    let mut new = of.clone();
    new.declaration.received_at = at;
    new
}

/// Another one of the same form and person, with a file of its own.
fn another(of: &NewDeclaration, id: u8, at: Timestamp) -> NewDeclaration {
    let mut new = arriving(of, at);
    new.declaration.id = DeclarationId::from_bytes([id; 16]);
    new.consents.clear();
    new.profile = None;
    new
}

async fn accept(world: &mut World, new: &NewDeclaration) -> Accepted {
    world.store.accept_declaration(new, &mut world.rng).await.unwrap()
}

fn citizen(of: &NewDeclaration) -> CitizenId {
    match of.declaration.by {
        SentBy::Citizen { citizen, .. } => citizen,
        SentBy::Officer(_) => panic!("by a citizen"),
    }
}

const IN_NO_DAY: &str =
    "SELECT (SELECT COUNT(*) FROM declarations_rest) + (SELECT COUNT(*) FROM declarations_before)";
const FILES: &str = "SELECT COUNT(*) FROM declaration_files";
const PLACES_IN_THE_INBOX: &str = "SELECT COUNT(*) FROM declaration_handling";

#[tokio::test]
async fn a_day_is_dropped_and_what_belongs_to_it_goes_too() {
    let mut world = World::new(testing::postgres().await).await;
    let first = declared(&mut world, "0900000001").await;
    assert_eq!(accept(&mut world, &first).await, Accepted::New);
    assert_eq!(world.database.number(IN_NO_DAY).await, 1, "nobody made its day yet");
    assert!(world.store.make_days(NOW).await.unwrap() > 5);
    assert_eq!(world.database.number(IN_NO_DAY).await, 0, "it went to its day");
    let id = first.declaration.id;
    assert_eq!(world.store.declaration_files(id).await.unwrap().len(), 1, "with all that it has");
    assert!(world.store.handling(id).await.unwrap().is_some());
    let stored_as_it_comes = "SELECT COUNT(*) FROM pg_attribute a JOIN pg_inherits i ON i.inhrelid = a.attrelid \
         WHERE i.inhparent = CAST('declarations' AS regclass) AND attname = 'content' AND attstorage = 'e'";
    assert_eq!(world.database.number(stored_as_it_comes).await, 10);

    let next = another(&first, 2, NOW + DAY_S);
    let far = another(&first, 3, NOW + 100 * DAY_S);
    for new in [&next, &far] {
        assert_eq!(accept(&mut world, new).await, Accepted::New);
    }
    assert_eq!(world.database.number(IN_NO_DAY).await, 1);
    let retention = Retention::default();
    let purge = async |at| world.store.purge(at, &retention).await.unwrap().declarations;
    let end = day_end(NOW) + 45 * DAY_S;
    assert_eq!(purge(end - 1).await, 0, "some of the day have time left");
    assert!(world.store.declaration(id).await.unwrap().is_some());
    let (here, there) = tokio::join!(purge(end), purge(end));
    assert_eq!(here + there, 1);
    assert_eq!(world.store.declaration(id).await.unwrap(), None);
    assert_eq!(world.database.number(FILES).await, 2);
    assert_eq!(world.database.number(PLACES_IN_THE_INBOX).await, 2);
    assert_eq!(world.store.declarations_of(citizen(&first), 9).await.unwrap().len(), 2);
    assert_eq!(world.store.consents_of_declaration(id).await.unwrap(), first.consents, "its evidence stays");
    assert_eq!(purge(NOW + 145 * DAY_S + 1).await, 2, "one of them in no day");
    assert_eq!(world.database.number(FILES).await, 0);
    assert_eq!(world.database.number(PLACES_IN_THE_INBOX).await, 0);
}

/// Somebody reads for long: the day stays, and whatever belongs to it.
#[tokio::test]
async fn a_day_that_is_in_use_keeps_what_belongs_to_it() {
    use sqlx::Connection as _;
    let mut world = World::new(testing::postgres().await).await;
    world.store.make_days(NOW).await.unwrap();
    let new = declared(&mut world, "0900000001").await;
    accept(&mut world, &new).await;
    let mut reader = sqlx::PgConnection::connect(&world.database.url).await.unwrap();
    for sql in ["BEGIN", "SELECT COUNT(*) FROM declarations"] {
        sqlx::query(sql).execute(&mut reader).await.unwrap();
    }
    let retention = Retention::default();
    let purge = async |at| world.store.purge(at, &retention).await.unwrap().declarations;
    let end = day_end(NOW) + 45 * DAY_S;
    assert_eq!(purge(end).await, 0);
    let check = async |at| world.store.check_days(at, &retention).await;
    let (later, overdue) = (end + 6 * HOUR, end + 6 * HOUR + 1);
    assert!(matches!(check(later).await, Err(StoreError::NoDay("visits"))), "its days end a week ahead");
    assert!(matches!(check(overdue).await, Err(StoreError::Overdue("declarations"))));
    assert_eq!(world.store.declaration(new.declaration.id).await.unwrap().as_ref(), Some(&new.declaration));
    assert_eq!(world.store.declaration_files(new.declaration.id).await.unwrap().len(), 1);
    sqlx::query("COMMIT").execute(&mut reader).await.unwrap();
    assert_eq!(purge(end + 299).await, 0, "it is not tried in each round");
    assert_eq!(purge(end + 300).await, 1);
    world.store.make_days(overdue).await.unwrap();
    check(overdue).await.unwrap();
    assert_eq!(world.database.number(FILES).await, 0);
}

#[tokio::test]
async fn a_declaration_is_there_once_whatever_the_day_on_which_it_comes() {
    let mut world = World::new(testing::postgres().await).await;
    world.store.make_days(NOW).await.unwrap();
    let first = declared(&mut world, "0900000001").await;
    let other = declared(&mut world, "0900000002").await;
    assert_eq!(accept(&mut world, &first).await, Accepted::New);
    // Sent again on the next day, beside those of others.
    let again = arriving(&first, NOW + DAY_S);
    let known = NewDeclaration { profile: None, ..again.clone() };
    let fresh = arriving(&other, NOW + DAY_S);
    let mut rng = StdRng::seed_from_u64(2);
    let (one, two) = (world.store.clone(), world.store.clone());
    let (one, two) = tokio::join!(
        one.accept_declaration(&again, &mut world.rng),
        two.accept_declaration(&fresh, &mut rng)
    );
    assert_eq!((one.unwrap(), two.unwrap()), (Accepted::Again, Accepted::New));
    assert_eq!(accept(&mut world, &known).await, Accepted::Again);
    assert_eq!(world.store.declarations_of(citizen(&first), 9).await.unwrap(), [first.declaration]);
    assert_eq!(world.database.number("SELECT COUNT(*) FROM declarations").await, 2);
}

#[tokio::test]
async fn a_day_is_declared_once_whatever_the_day_on_which_it_is() {
    let mut world = World::new(testing::postgres().await).await;
    world.store.make_days(NOW).await.unwrap();
    let person = declared(&mut world, "0900000001").await;
    accept(&mut world, &person).await;
    let (today, tomorrow) = ("2023-11-15", "2023-11-16");
    let on = |id, day, at| arriving(&daily(&person, id, day), at);
    assert_eq!(accept(&mut world, &on(11, today, NOW + 9)).await, Accepted::New);
    assert_eq!(accept(&mut world, &on(12, today, NOW + 10)).await, Accepted::DaySent, "at once");
    assert_eq!(accept(&mut world, &on(13, today, NOW + DAY_S)).await, Accepted::DaySent, "told a day later");
    assert_eq!(accept(&mut world, &on(14, tomorrow, NOW + DAY_S)).await, Accepted::New, "another day");
    assert_eq!(
        accept(&mut world, &on(15, "2023-11-14", NOW + DAY_S)).await,
        Accepted::New,
        "one that was missed"
    );
    assert_eq!(accept(&mut world, &on(16, "2023-11-14", NOW + 2 * DAY_S)).await, Accepted::DaySent);
    // The same told together with the profile.
    let telling = NewDeclaration { profile: person.profile.clone(), ..on(17, today, NOW + DAY_S) };
    assert_eq!(accept(&mut world, &telling).await, Accepted::DaySent);
    assert_eq!(world.database.number(PLACES_IN_THE_INBOX).await, 4);
}

#[tokio::test]
async fn what_a_citizen_deletes_takes_all_along_from_whichever_day() {
    let mut world = World::new(testing::postgres().await).await;
    world.store.make_days(NOW).await.unwrap();
    let first = declared(&mut world, "0900000001").await;
    let (next, far) = (another(&first, 2, NOW + DAY_S), another(&first, 3, NOW + 100 * DAY_S));
    for new in [&first, &next, &far] {
        assert_eq!(accept(&mut world, new).await, Accepted::New);
    }
    world.store.delete_declaration(citizen(&first), next.declaration.id).await.unwrap();
    assert_eq!(world.database.number(FILES).await, 2);
    assert_eq!(world.database.number(PLACES_IN_THE_INBOX).await, 2);
    world.store.delete_citizen(citizen(&first), NOW).await.unwrap();
    for rows in ["SELECT COUNT(*) FROM declarations", FILES, PLACES_IN_THE_INBOX] {
        assert_eq!(world.database.number(rows).await, 0, "{rows}");
    }
}

/// As after a night without a network: all come on the next day, half of them late, the others with a profile, one again.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn those_that_come_on_another_day_share_transactions() {
    let mut world = World::new(testing::postgres().await).await;
    world.store.make_days(NOW).await.unwrap();
    let (yesterday, today, tomorrow) = ("2023-11-15", "2023-11-16", NOW + DAY_S);
    let mut people = Vec::new();
    for number in 0..40 {
        people.push(declared(&mut world, &format!("09000007{number:02}")).await);
        accept(&mut world, &people[number]).await;
    }
    for sent in [daily(&people[9], 109, yesterday), arriving(&daily(&people[10], 110, today), tomorrow)] {
        assert_eq!(accept(&mut world, &sent).await, Accepted::New);
    }
    let news = people.iter().enumerate().map(|(at, person)| match at {
        7 => arriving(person, tomorrow),
        late if late % 2 == 1 => arriving(&daily(person, late as u8, yesterday), tomorrow),
        _ => {
            let new = arriving(&daily(person, at as u8, today), tomorrow);
            NewDeclaration { profile: person.profile.clone(), ..new }
        }
    });
    let before = writers(&world.database, "declarations").await;
    let store = &world.store;
    let sent = news.enumerate().map(|(at, one)| together::accept(store.clone(), one, at));
    let sent: Vec<_> = sent.collect();
    for (at, accepted) in at_once(sent).await.into_iter().enumerate() {
        let expected = match at {
            7 => Accepted::Again,
            9 | 10 => Accepted::DaySent,
            _ => Accepted::New,
        };
        assert_eq!(accepted.unwrap(), expected, "{at}");
    }
    let transactions = writers(&world.database, "declarations").await - before;
    assert!(transactions < 20, "{transactions} transactions for 40 declarations");
}

#[tokio::test]
async fn a_purge_that_ended_after_a_day_was_dropped_is_gone_on_with() {
    let mut world = World::new(testing::postgres().await).await;
    world.store.make_days(NOW).await.unwrap();
    let new = declared(&mut world, "0900000001").await;
    accept(&mut world, &new).await;
    world.database.execute("DROP TABLE declarations_day_19676").await;
    assert_eq!(world.database.number("SELECT COUNT(*) FROM declarations").await, 0);
    let purge = async |at| world.store.purge(at, &Retention::default()).await.unwrap();
    let end = day_end(NOW) + 45 * DAY_S;
    purge(end - 1).await;
    assert_eq!(world.database.number(FILES).await, 1, "the day is not over");
    purge(end).await;
    for rows in [FILES, PLACES_IN_THE_INBOX] {
        assert_eq!(world.database.number(rows).await, 0, "{rows}");
    }
}
