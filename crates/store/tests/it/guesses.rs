use crate::support::*;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::code::CodeKind;
use bluezone_domain::guess;
use bluezone_protocol::time::DAY_S;
use bluezone_store::testing::TestDatabase;
use bluezone_store::{GuessLimits, Redeem, Redeemed};

contract![
    a_distributed_guesser_is_stopped_at_the_budget_for_a_day,
    guessers_at_once_cannot_overspend,
    one_source_is_stopped_alone_and_for_an_hour,
    who_asks_about_what_does_not_exist_is_soon_told_nothing,
];

const LIVE: i64 = 20;

/// With [`LIVE`] codes alive, a budget for exactly `failures` wrong guesses.
async fn guesser(world: &mut World, failures: i64) -> GuessLimits {
    for _ in 0..LIVE {
        let case = world.case(CaseStatus::Confirmed).await;
        let mut code = world.new_code(case, CodeKind::Short, NOW);
        code.expires_at = NOW + 10 * DAY_S;
        world.store.issue_code(&code).await.unwrap();
    }
    let budget_units = failures * guess::failure_cost(LIVE);
    GuessLimits { budget_units, source_hash: world.hash(), source_failures: 1000 }
}

/// A wrong code from a source of its own.
fn wrong(world: &mut World, limits: GuessLimits, now: bluezone_domain::Timestamp) -> Redeem {
    let limits = GuessLimits { source_hash: world.hash(), ..limits };
    let code = world.hash();
    Redeem { limits, ..world.redeem(code, CodeKind::Short, now) }
}

async fn a_distributed_guesser_is_stopped_at_the_budget_for_a_day(database: TestDatabase) {
    let mut world = World::new(database).await;
    let limits = guesser(&mut world, 7).await;
    for i in 0..10 {
        let expected = if i < 7 { Redeemed::Refused } else { Redeemed::Paused };
        let guess = wrong(&mut world, limits, NOW + i);
        assert_eq!(world.store.redeem_code(&guess).await.unwrap(), expected, "guess {i}");
    }
    let spent = world.store.guess_spent(NOW + 10).await.unwrap();
    assert!((spent - guess::hits(limits.budget_units)).abs() < 1e-12, "{spent}");
    // A restart forgives nothing; a day later it is forgiven, never sooner.
    world.store.close().await;
    world.store = world.database.open().await;
    let guess = wrong(&mut world, limits, NOW + DAY_S);
    assert_eq!(world.store.redeem_code(&guess).await.unwrap(), Redeemed::Paused);
    let guess = wrong(&mut world, limits, NOW + DAY_S + 600);
    assert_eq!(world.store.redeem_code(&guess).await.unwrap(), Redeemed::Refused);
}

async fn guessers_at_once_cannot_overspend(database: TestDatabase) {
    let mut world = World::new(database).await;
    let limits = guesser(&mut world, 11).await;
    let guesses: Vec<Vec<Redeem>> =
        (0..TASKS).map(|_| (0..5).map(|_| wrong(&mut world, limits, NOW)).collect()).collect();
    let results = race(&world.database, |i, store| {
        let guesses = guesses[i].clone();
        async move {
            let mut results = Vec::new();
            for guess in guesses {
                results.push(store.redeem_code(&guess).await.unwrap());
            }
            results
        }
    })
    .await
    .concat();
    assert_eq!(count(&results, &Redeemed::Refused), 11);
    assert_eq!(count(&results, &Redeemed::Paused), 5 * TASKS - 11);
    assert!(world.store.guess_spent(NOW).await.unwrap() <= guess::hits(limits.budget_units));
}

async fn one_source_is_stopped_alone_and_for_an_hour(database: TestDatabase) {
    let mut world = World::new(database).await;
    let limits = GuessLimits { source_failures: 3, ..guesser(&mut world, 1000).await };
    let from = |redeem: Redeem| Redeem { limits, ..redeem };
    for i in 0..5 {
        let guess = from(wrong(&mut world, limits, NOW));
        let expected = if i < 3 { Redeemed::Refused } else { Redeemed::SourceLimited };
        assert_eq!(world.store.redeem_code(&guess).await.unwrap(), expected, "guess {i}");
    }
    let other = wrong(&mut world, limits, NOW);
    assert_eq!(world.store.redeem_code(&other).await.unwrap(), Redeemed::Refused);
    let guess = from(wrong(&mut world, limits, NOW + HOUR));
    assert_eq!(world.store.redeem_code(&guess).await.unwrap(), Redeemed::SourceLimited);
    let guess = from(wrong(&mut world, limits, NOW + HOUR + 600));
    assert_eq!(world.store.redeem_code(&guess).await.unwrap(), Redeemed::Refused);
}

async fn who_asks_about_what_does_not_exist_is_soon_told_nothing(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (asker, other) = (world.hash(), world.hash());
    let admitted =
        async |world: &World, of, missed, now| world.store.admit_lookup(of, 3, missed, now).await.unwrap();
    for _ in 0..5 {
        assert!(admitted(&world, asker, false, NOW).await, "what exists costs nothing");
    }
    for _ in 0..3 {
        assert!(admitted(&world, asker, true, NOW).await);
    }
    assert!(!admitted(&world, asker, true, NOW).await && !admitted(&world, asker, false, NOW + 3599).await);
    assert!(admitted(&world, other, true, NOW).await, "another source");
    assert!(admitted(&world, asker, false, NOW + 3600 + 600).await, "an hour later");
}
