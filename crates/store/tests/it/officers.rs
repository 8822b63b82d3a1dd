use crate::support::*;
use bluezone_domain::officer::FREE_SIGN_IN_FAILURES;
use bluezone_store::StoreError;
use bluezone_store::testing::TestDatabase;

contract![
    accounts_are_found_as_they_were_made,
    a_username_is_taken_once,
    failures_lock_the_account_and_a_restart_forgives_nothing,
    failures_at_once_all_count,
    a_totp_step_works_once,
    a_session_ends_by_time_sign_out_password_or_disabling,
    a_session_in_use_is_kept_up_to_a_limit,
];

async fn accounts_are_found_as_they_were_made(database: TestDatabase) {
    let mut world = World::new(database).await;
    let binh = officer("binh", &mut world.rng);
    world.store.create_officer(&binh).await.unwrap();
    assert_eq!(world.store.officer_by_username("binh").await.unwrap().as_ref(), Some(&binh));
    assert_eq!(world.store.officer(binh.id).await.unwrap().as_ref(), Some(&binh));
    assert_eq!(world.store.officer_by_username("nobody").await.unwrap(), None);
    let names: Vec<_> = world.store.list_officers().await.unwrap().into_iter().map(|o| o.username).collect();
    assert_eq!(names, ["binh", "lan"]);
}

async fn a_username_is_taken_once(database: TestDatabase) {
    let mut world = World::new(database).await;
    let officers: Vec<_> = (0..TASKS).map(|_| officer("chi", &mut world.rng)).collect();
    let results = race(&world.database, |i, store| {
        let officer = officers[i].clone();
        async move { store.create_officer(&officer).await }
    })
    .await;
    assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1);
    assert!(results.iter().all(|r| matches!(r, Ok(()) | Err(StoreError::Conflict(_)))), "{results:?}");
}

async fn failures_lock_the_account_and_a_restart_forgives_nothing(database: TestDatabase) {
    let world = World::new(database).await;
    for _ in 0..FREE_SIGN_IN_FAILURES {
        assert_eq!(world.store.record_sign_in_failure(world.officer, None, NOW).await.unwrap(), None);
    }
    world.store.close().await;
    let store = world.database.open().await;
    let until = store.record_sign_in_failure(world.officer, None, NOW).await.unwrap();
    assert_eq!(until, Some(NOW + 60));
    assert_eq!(store.officer(world.officer).await.unwrap().unwrap().locked_until, until);
    assert_eq!(
        store.record_sign_in_failure(world.officer, None, NOW + 61).await.unwrap(),
        Some(NOW + 61 + 120)
    );
    assert!(
        !store.use_totp_step(world.officer, None, 5, NOW + 180).await.unwrap(),
        "a right code while it is locked"
    );
    // A right sign-in begins the count anew.
    assert!(store.use_totp_step(world.officer, None, 5, NOW + 181).await.unwrap());
    assert_eq!(store.locked_until(world.officer, None).await.unwrap(), None);
    assert_eq!(store.record_sign_in_failure(world.officer, None, NOW + 500).await.unwrap(), None);
}

async fn failures_at_once_all_count(database: TestDatabase) {
    let world = World::new(database).await;
    let id = world.officer;
    let mut locks: Vec<_> = race(&world.database, |_, store| async move {
        store.record_sign_in_failure(id, None, NOW).await.unwrap().map(|until| until - NOW)
    })
    .await;
    locks.sort();
    assert_eq!(locks, [None, None, None, None, Some(60), Some(120), Some(240), Some(480)]);
}

async fn a_totp_step_works_once(database: TestDatabase) {
    let world = World::new(database).await;
    let id = world.officer;
    let used =
        race(
            &world.database,
            |_, store| async move { store.use_totp_step(id, None, 1000, NOW).await.unwrap() },
        )
        .await;
    assert_eq!(count(&used, &true), 1);
    assert!(!world.store.use_totp_step(id, None, 999, NOW).await.unwrap(), "an older code");
    assert!(world.store.use_totp_step(id, None, 1001, NOW).await.unwrap());
}

async fn a_session_ends_by_time_sign_out_password_or_disabling(database: TestDatabase) {
    let mut world = World::new(database).await;
    let id = world.officer;
    let (a, b) = (world.hash(), world.hash());
    let store = world.store.clone();
    let signed_in = async |token| store.session(token, NOW + 10).await.unwrap().map(|officer| officer.id);
    store.create_session(&session(a, id, NOW, NOW + 100)).await.unwrap();
    assert_eq!(signed_in(a).await, Some(id));
    assert_eq!(signed_in(b).await, None, "an unknown token");
    assert!(store.session(a, NOW + 99).await.unwrap().is_some());
    assert!(store.session(a, NOW + 100).await.unwrap().is_none(), "the first second after it ends");

    store.end_session(a).await.unwrap();
    store.end_session(a).await.unwrap();
    assert_eq!(signed_in(a).await, None);

    store.create_session(&session(b, id, NOW, NOW + 100)).await.unwrap();
    store.set_password(id, "new", &[9]).await.unwrap();
    assert_eq!(signed_in(b).await, None);
    let officer = store.officer(id).await.unwrap().unwrap();
    assert_eq!((officer.password_hash.as_str(), officer.totp_secret_sealed.as_slice()), ("new", &[9][..]));

    store.create_session(&session(a, id, NOW, NOW + 100)).await.unwrap();
    store.disable_officer(id, NOW + 5).await.unwrap();
    store.disable_officer(id, NOW + 6).await.unwrap();
    assert_eq!(signed_in(a).await, None);
    assert_eq!(store.officer(id).await.unwrap().unwrap().disabled_at, Some(NOW + 5));
    // A session that was being made while the account was disabled is none.
    store.create_session(&session(b, id, NOW, NOW + 100)).await.unwrap();
    assert_eq!(signed_in(b).await, None);

    assert!(!store.use_totp_step(id, None, 1, NOW + 10).await.unwrap(), "a disabled account");

    let nobody = crate::support::officer("nobody", &mut world.rng).id;
    assert!(matches!(store.disable_officer(nobody, NOW).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.record_sign_in_failure(nobody, None, NOW).await, Err(StoreError::NotFound(_))));
}

async fn a_session_in_use_is_kept_up_to_a_limit(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (store, token, other) = (world.store.clone(), world.hash(), world.hash());
    store.create_session(&session(token, world.officer, NOW, NOW + 1000)).await.unwrap();
    let keep = async |at| store.keep_session(token, NOW + at, 1000, 3000).await.unwrap();
    let alive = async |at| store.session(token, NOW + at).await.unwrap().is_some();
    keep(900).await;
    assert!(alive(1899).await && !alive(1900).await);
    keep(800).await;
    assert!(alive(1899).await, "a slower request does not shorten it");
    keep(1800).await;
    keep(2700).await;
    assert!(alive(2999).await && !alive(3000).await, "no longer than the limit");
    store.keep_session(other, NOW, 1000, 3000).await.unwrap();
    assert!(store.session(other, NOW).await.unwrap().is_none(), "what was not there is not made");
}
