//! Who waits for whom on PostgreSQL: what one person, one place or one node holds up stays theirs.

use crate::alike::Statements;
use crate::declarations::declared;
use crate::support::*;
use crate::together::{MORNING, accept, at_once, come, writers};
use crate::visits::{markets, profile, visit};
use bluezone_domain::case::CaseStatus;
use bluezone_domain::declaration::{Declaration, SentBy};
use bluezone_domain::id::{DeclarationId, ProfileId};
use bluezone_domain::place::Place;
use bluezone_domain::visit::{Ending, Visit, Visitor};
use bluezone_protocol::diagnosis::ReportType;
use bluezone_protocol::time::DAY_S;
use bluezone_store::testing::{self, TestDatabase};
use bluezone_store::{Accepted, CheckedIn, NewDeclaration, PublishRefusal, Published, Store, StoreError};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Longer than anything takes that waits for nobody, and shorter than a lock is waited for.
const SOON: Duration = Duration::from_secs(10);

/// Somebody else, who has begun a transaction with these statements. They name whom they are about: the log does not tell them.
async fn holding(database: &TestDatabase, script: &str) -> PgConnection {
    let options: PgConnectOptions = database.url.parse().unwrap();
    let mut other = options.disable_statement_logging().connect().await.unwrap();
    let script = format!("BEGIN; {script}");
    sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut other).await.unwrap();
    other
}

async fn run(other: &mut PgConnection, script: &str) {
    sqlx::raw_sql(AssertSqlSafe(script.to_owned())).execute(other).await.unwrap();
}

/// Until so many wait for a lock.
async fn waiting(database: &TestDatabase, count: i64) {
    let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let many = async {
        while database.number(sql).await < count {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(SOON, many).await.expect("so many wait");
}

fn person(number: u8) -> Visitor {
    Visitor::Profile(ProfileId::from_bytes([number; 16]))
}

/// Who has waited for somebody's lock for long is told to come again, and then is kept.
async fn come_again(store: Store, visit: Visit, place: Place, seed: usize) -> Result<CheckedIn, StoreError> {
    loop {
        match come(store.clone(), visit.clone(), place.clone(), seed).await {
            Err(error) if error.is_unavailable() => {}
            came => return came,
        }
    }
}

/// Another declaration of the same person, who is known.
fn later(of: &NewDeclaration, id: DeclarationId) -> NewDeclaration {
    let declaration = Declaration { id, ..of.declaration.clone() };
    NewDeclaration { declaration, profile: None, consents: Vec::new(), files: Vec::new(), ..of.clone() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_has_a_place_stops_its_own_visitors_only() {
    let mut world = World::new(testing::postgres().await).await;
    let [market, other] = markets(&mut world).await;
    let lock = format!("SELECT id FROM places WHERE id = '{}' FOR UPDATE", market.code);
    let mut approval = holding(&world.database, &lock).await;
    // More of them than there are connections.
    let mut held = Vec::new();
    for number in 0..40 {
        let visit = visit(&mut world, &market, person(number), MORNING);
        held.push(tokio::spawn(come_again(world.store.clone(), visit, market.clone(), number.into())));
    }
    waiting(&world.database, 2).await;
    all_come(&mut world, &other).await;
    assert!(held.iter().all(|task| !task.is_finished()));
    run(&mut approval, "COMMIT").await;
    for task in held {
        assert!(matches!(task.await.unwrap().unwrap(), CheckedIn::New(_)));
    }
}

/// Many others, each answered at once.
async fn all_come(world: &mut World, place: &Place) {
    let mut others = Vec::new();
    for number in 100..140 {
        let visit = visit(world, place, person(number), MORNING);
        others.push(come(world.store.clone(), visit, place.clone(), number.into()));
    }
    for came in timeout(SOON, at_once(others)).await.expect("nobody has the other place") {
        assert!(matches!(came.unwrap(), CheckedIn::New(_)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_waits_for_a_place_and_comes_again_stops_nobody() {
    let mut world = World::new(testing::postgres().await).await;
    let [market, other] = markets(&mut world).await;
    let lock = format!("SELECT id FROM places WHERE id = '{}' FOR UPDATE", market.code);
    let mut approval = holding(&world.database, &lock).await;
    // One person, as often as batches may be under way and more.
    let of_one = visit(&mut world, &market, person(1), MORNING);
    let mut held = Vec::new();
    for number in 0..4 {
        held.push(tokio::spawn(come_again(world.store.clone(), of_one.clone(), market.clone(), number)));
        waiting(&world.database, (1 + number as i64).min(3)).await;
    }
    all_come(&mut world, &other).await;
    assert!(held.iter().all(|task| !task.is_finished()));
    run(&mut approval, "COMMIT").await;
    for task in held {
        assert_eq!(task.await.unwrap().unwrap().visit(), &of_one);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_key_of_a_certificate_that_somebody_has_comes_into_one_stream() {
    let mut world = World::new(testing::postgres().await).await;
    let keys = world.keys(1, ReportType::ConfirmedTest);
    let publication = world.publication(CaseStatus::Confirmed, &keys, NOW).await;
    // Another node has the certificate, and publishes as a contact's what is to come as a case's.
    let key: String = keys[0].key.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let script = format!(
        "SELECT id FROM tokens WHERE id = '{}' FOR UPDATE; \
         INSERT INTO contact_keys (key, rolling_start, rolling_period, transmission_risk, report_type, days_since_onset, \
         released_at) VALUES ('\\x{key}', {}, 144, 1, 1, 0, 0)",
        publication.token, keys[0].rolling_start.0
    );
    let mut node = holding(&world.database, &script).await;
    let store = world.store.clone();
    let publishing = tokio::spawn(async move { store.publish(&publication).await });
    waiting(&world.database, 1).await;
    run(&mut node, "COMMIT").await;
    let refused = Published::Refused(PublishRefusal::MissingRevisionToken);
    assert_eq!(publishing.await.unwrap().unwrap(), refused);
    assert_eq!(world.database.number("SELECT COUNT(*) FROM published_keys").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_declaration_that_another_node_writes_breaks_nobody_elses_off() {
    let mut world = World::new(testing::postgres().await).await;
    for knows in [false, true] {
        let (mut news, mut again) = (Vec::new(), None);
        for number in 0..40 {
            let new = declared(&mut world, &format!("090000{}5{number:02}", u8::from(knows))).await;
            if !knows {
                news.push(new);
                continue;
            }
            world.store.accept_declaration(&new, &mut world.rng).await.unwrap();
            news.push(later(&new, DeclarationId::generate(&mut world.rng)));
        }
        let before = writers(&world.database, "declarations").await;
        let id = news[20].declaration.id;
        let insert = format!(
            "WITH one AS (INSERT INTO declarations (id, form, day, daily, authored_at, received_at, late, urgency, content, vault_key) \
             VALUES ('{id}', 'f', '2023-11-15', 0, 0, {0}, 0, 'watch', '', 1) RETURNING id) INSERT INTO declaration_handling \
             (declaration_id, province, form, score, rule, received_at, updated_at, version) SELECT id, '01', 'f', 0, 1, {0}, 0, 1 FROM one",
            news[20].declaration.received_at.0
        );
        let mut node = holding(&world.database, &insert).await;
        let sent: Vec<_> =
            news.iter().cloned().enumerate().map(|(at, new)| accept(world.store.clone(), new, at)).collect();
        let sent = tokio::spawn(at_once(sent));
        waiting(&world.database, 1).await;
        sleep(Duration::from_millis(100)).await;
        run(&mut node, "COMMIT").await;
        for (new, accepted) in news.iter().zip(timeout(SOON, sent).await.unwrap().unwrap()) {
            let accepted = accepted.unwrap();
            match accepted {
                Accepted::Again => again = Some(new.declaration.id),
                _ => assert_eq!(accepted, Accepted::New),
            }
        }
        assert_eq!(again, Some(id));
        let transactions = writers(&world.database, "declarations").await - before;
        assert!(transactions < 20, "{transactions} transactions for 40 declarations");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_said_of_an_end_stands_whoever_comes_in_elsewhere_meanwhile() {
    let mut world = World::new(testing::postgres().await).await;
    let [market, other] = markets(&mut world).await;
    // Told days later, it does not go together with others. Who said a later end than that was believed, too.
    let cases = [(1, 0, 600), (2, 3 * DAY_S, 600), (3, 0, HOUR + 600), (4, 3 * DAY_S, HOUR + 600)];
    for (number, told, stayed) in cases {
        let first = visit(&mut world, &market, profile(number), MORNING);
        world.store.check_in(&first, &market, &mut world.rng).await.unwrap();
        let lock = format!("SELECT id FROM visits WHERE id = '{}' FOR UPDATE", first.id);
        let mut leaving = holding(&world.database, &lock).await;
        let at = MORNING + HOUR;
        let next = Visit { recorded_at: at + told, ..visit(&mut world, &other, profile(number), at) };
        let coming = tokio::spawn(come(world.store.clone(), next, other.clone(), 1));
        waiting(&world.database, 1).await;
        let left = MORNING.0 + stayed;
        let said = format!(
            "UPDATE visits SET ends_at = {left}, ending = 'button' WHERE id = '{}'; COMMIT",
            first.id
        );
        run(&mut leaving, &said).await;
        assert!(matches!(coming.await.unwrap().unwrap(), CheckedIn::New(_)));
        let stay = world.store.visit(first.id).await.unwrap().unwrap().stay;
        assert_eq!((stay.to.0, stay.ending), (left, Ending::Button), "{number}");
    }
}

/// As when the job was down for a week: who came before lies in no day, and who comes just then finds them all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_a_day_is_made_nobody_is_lost_sight_of() {
    for plans_are_kept in [false, true] {
        make_a_day_meanwhile(plans_are_kept).await;
    }
}

async fn make_a_day_meanwhile(plans_are_kept: bool) {
    let mut world = World::new(testing::postgres().await).await;
    let [market, other] = markets(&mut world).await;
    if plans_are_kept {
        testing::busy_day(&world.store, MORNING);
    }
    let first = visit(&mut world, &market, profile(1), MORNING);
    world.store.check_in(&first, &market, &mut world.rng).await.unwrap();
    let mut reader = holding(&world.database, "SELECT id FROM visits").await;
    let store = world.store.clone();
    let making = tokio::spawn(async move { store.make_days(MORNING).await });
    waiting(&world.database, 1).await;
    let next = visit(&mut world, &other, profile(1), MORNING + HOUR);
    let coming = tokio::spawn(come(world.store.clone(), next, other.clone(), 1));
    waiting(&world.database, 2).await;
    run(&mut reader, "COMMIT").await;
    assert!(matches!(coming.await.unwrap().unwrap(), CheckedIn::New(_)));
    assert!(making.await.unwrap().unwrap() > 5);
    let in_its_day = "SELECT COUNT(*) FROM visits v JOIN pg_class c ON c.oid = v.tableoid WHERE c.relname LIKE 'visits_day%'";
    assert_eq!(world.database.number(in_its_day).await, 2);
    let stay = world.store.visit(first.id).await.unwrap().unwrap().stay;
    assert_eq!(stay.to, MORNING + HOUR, "it ended when they came in elsewhere");
}

/// The same for declarations, of which one tells of a profile, which its day refers to.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_declares_while_a_day_is_made_is_taken_in() {
    let mut world = World::new(testing::postgres().await).await;
    let first = declared(&mut world, "0900000001").await;
    world.store.accept_declaration(&first, &mut world.rng).await.unwrap();
    let other = declared(&mut world, "0900000002").await;
    let mut reader = holding(&world.database, "SELECT id FROM declarations").await;
    let store = world.store.clone();
    let making = tokio::spawn(async move { store.make_days(NOW).await });
    waiting(&world.database, 1).await;
    let knows = later(&first, DeclarationId::generate(&mut world.rng));
    let sent = [other, knows].into_iter().enumerate();
    let sent: Vec<_> = sent.map(|(at, new)| accept(world.store.clone(), new, at)).collect();
    let sent = tokio::spawn(at_once(sent));
    waiting(&world.database, 3).await;
    let teller =
        "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND relation = CAST('profiles' AS regclass)";
    assert_eq!(
        world.database.number(teller).await,
        1,
        "who tells of one has nothing yet that the other waits for"
    );
    run(&mut reader, "COMMIT").await;
    for accepted in timeout(SOON, sent).await.unwrap().unwrap() {
        assert_eq!(accepted.unwrap(), Accepted::New);
    }
    making.await.unwrap().unwrap();
    let in_its_day = "SELECT COUNT(*) FROM declarations d JOIN pg_class c ON c.oid = d.tableoid WHERE c.relname LIKE '%_day_19676'";
    assert_eq!(world.database.number(in_its_day).await, 3);
}

/// On the other side of midnight, as another node's clock has it: in another table, of which the day's own knows nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_declaration_that_another_node_has_on_another_day_is_there_once() {
    let mut world = World::new(testing::postgres().await).await;
    world.store.make_days(NOW).await.unwrap();
    let mut new = declared(&mut world, "0900000001").await;
    // Out of the ordinary, so that it goes by itself.
    new.consents[0].declaration = None;
    let (id, tomorrow) = (new.declaration.id, NOW.0 + DAY_S);
    let insert = format!(
        "WITH one AS (INSERT INTO declarations (id, form, day, daily, authored_at, received_at, late, urgency, content, vault_key) \
         VALUES ('{id}', 'f', '2023-11-15', 0, 0, {tomorrow}, 0, 'watch', '', 1) RETURNING id) INSERT INTO declaration_handling \
         (declaration_id, province, form, score, rule, received_at, updated_at, version) SELECT id, '01', 'f', 0, 1, {tomorrow}, 0, 1 FROM one"
    );
    let mut node = holding(&world.database, &insert).await;
    let sent = tokio::spawn(accept(world.store.clone(), new, 1));
    waiting(&world.database, 1).await;
    run(&mut node, "COMMIT").await;
    assert_eq!(timeout(SOON, sent).await.unwrap().unwrap().unwrap(), Accepted::Again);
    assert_eq!(world.database.number("SELECT COUNT(*) FROM declarations").await, 1);
}

/// While the day is quiet: plans that are kept lock all days, though they look at few.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_visit_that_is_told_days_later_has_nobody_look_at_its_day() {
    let mut world = World::new(testing::postgres().await).await;
    let [market, _] = markets(&mut world).await;
    world.store.make_days(MORNING).await.unwrap();
    let today = MORNING + 2 * DAY_S;
    let late = Visit { recorded_at: today, ..visit(&mut world, &market, profile(1), MORNING - 9 * DAY_S) };
    let mut all: Vec<_> =
        (0..40).map(|number| visit(&mut world, &market, person(100 + number), today)).collect();
    all.insert(20, late);
    let mut somebody = holding(&world.database, "LOCK TABLE visits_rest IN ACCESS EXCLUSIVE MODE").await;
    let start = |(at, one)| tokio::spawn(come_again(world.store.clone(), one, market.clone(), at));
    let mut tasks: Vec<_> = all.into_iter().enumerate().map(start).collect();
    let late = tasks.remove(20);
    for task in tasks {
        let came = timeout(SOON, task).await.expect("their days are free").unwrap();
        assert!(matches!(came.unwrap(), CheckedIn::New(_)));
    }
    assert!(!late.is_finished());
    run(&mut somebody, "COMMIT").await;
    assert!(matches!(late.await.unwrap().unwrap(), CheckedIn::New(_)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_writes_what_refers_to_a_citizen_does_not_hold_up_their_profiles() {
    let mut world = World::new(testing::postgres().await).await;
    let new = declared(&mut world, "0900000701").await;
    let SentBy::Citizen { citizen, .. } = new.declaration.by else { panic!("by a citizen") };
    let lock = format!("SELECT id FROM citizens WHERE id = '{citizen}' FOR KEY SHARE");
    let _other = holding(&world.database, &lock).await;
    let put = world.store.put_profile(new.profile.as_ref().unwrap(), &mut world.rng);
    timeout(SOON, put).await.expect("no lock is waited for").unwrap();
    let accepted = accept(world.store.clone(), new, 1);
    assert_eq!(timeout(SOON, accepted).await.expect("nor here").unwrap(), Accepted::New);
}

/// Each is a round trip, shared by those that go together. (`BEGIN` and `COMMIT` are two of them.)
#[tokio::test(flavor = "current_thread")]
async fn what_phones_and_people_send_takes_few_statements() {
    let mut world = World::new(testing::postgres().await).await;
    let [market, other] = markets(&mut world).await;
    let new = declared(&mut world, "0900000702").await;
    world.store.accept_declaration(&new, &mut world.rng).await.unwrap();
    let again = later(&new, DeclarationId::generate(&mut world.rng));
    let first = visit(&mut world, &market, profile(1), MORNING);
    let next = visit(&mut world, &other, profile(1), MORNING + HOUR);
    let keys = world.keys(14, ReportType::ConfirmedTest);
    let publication = world.publication(CaseStatus::Confirmed, &keys, NOW).await;

    let statements = Statements::default();
    let guard = tracing::subscriber::set_default(statements.clone());
    let mut counts = Vec::new();
    world.store.check_in(&first, &market, &mut world.rng).await.unwrap();
    counts.push(statements.taken());
    world.store.check_in(&next, &other, &mut world.rng).await.unwrap();
    counts.push(statements.taken());
    world.store.accept_declaration(&again, &mut world.rng).await.unwrap();
    counts.push(statements.taken());
    let published = world.store.publish(&publication).await.unwrap();
    counts.push(statements.taken());
    drop(guard);
    assert_eq!(published, Published::Stored { inserted: 14, revised: 0 });
    let most = [5, 5, 1, 4];
    for (taken, most) in counts.iter().zip(most) {
        assert!((1..=most).contains(&taken.len()), "{taken:#?}");
    }
}
