//! Browsers that know an account, and those that do not.

use crate::support::*;
use bluezone_domain::officer::FREE_SIGN_IN_FAILURES;
use bluezone_store::testing::TestDatabase;
use bluezone_store::{KNOWN_BROWSER_S, Retention};

contract![
    strangers_lock_out_strangers_only,
    a_known_browser_has_its_own_count,
    a_browser_is_known_for_one_account_until_its_password_changes_or_a_year_passes,
];

async fn strangers_lock_out_strangers_only(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (store, id, known, other) = (world.store.clone(), world.officer, world.hash(), world.hash());
    store.remember_browser(id, known, NOW).await.unwrap();
    for _ in 0..=FREE_SIGN_IN_FAILURES {
        store.record_sign_in_failure(id, Some(other), NOW).await.unwrap();
    }
    let locked = async |browser| store.locked_until(id, browser).await.unwrap();
    assert_eq!((locked(None).await, locked(Some(other)).await), (Some(NOW + 60), Some(NOW + 60)));
    assert_eq!(locked(Some(known)).await, None);
    assert!(!store.use_totp_step(id, None, 1, NOW).await.unwrap());
    assert!(!store.use_totp_step(id, Some(other), 1, NOW).await.unwrap());
    assert!(store.use_totp_step(id, Some(known), 1, NOW).await.unwrap());
    assert_eq!(locked(None).await, Some(NOW + 60), "that helps no stranger");
}

async fn a_known_browser_has_its_own_count(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (store, id, known) = (world.store.clone(), world.officer, world.hash());
    store.remember_browser(id, known, NOW).await.unwrap();
    for _ in 0..FREE_SIGN_IN_FAILURES {
        assert_eq!(store.begin_attempt(id, Some(known), NOW).await.unwrap(), Some(false));
    }
    let until = store.record_sign_in_failure(id, Some(known), NOW).await.unwrap();
    assert_eq!(until, Some(NOW + 60));
    assert_eq!(store.begin_attempt(id, Some(known), NOW + 59).await.unwrap(), None);
    assert_eq!(store.locked_until(id, None).await.unwrap(), None, "a stolen cookie locks nobody else out");
    assert!(!store.use_totp_step(id, Some(known), 1, NOW + 59).await.unwrap());
    assert!(store.use_totp_step(id, Some(known), 1, NOW + 60).await.unwrap());
    store.remember_browser(id, known, NOW + 60).await.unwrap();
    assert_eq!(store.record_sign_in_failure(id, Some(known), NOW + 60).await.unwrap(), None, "begun anew");
}

async fn a_browser_is_known_for_one_account_until_its_password_changes_or_a_year_passes(
    database: TestDatabase,
) {
    let mut world = World::new(database).await;
    let binh = officer("binh", &mut world.rng);
    world.store.create_officer(&binh).await.unwrap();
    let (store, id, browser) = (world.store.clone(), world.officer, world.hash());
    let is_known = async |id| {
        // The account's count is locked: who is not is known.
        for _ in 0..10 {
            store.record_sign_in_failure(id, None, NOW).await.unwrap();
        }
        store.locked_until(id, Some(browser)).await.unwrap().is_none()
    };
    store.remember_browser(id, browser, NOW).await.unwrap();
    assert!(is_known(id).await && !is_known(binh.id).await);
    store.set_password(id, "new", &[1]).await.unwrap();
    assert!(!is_known(id).await);
    store.remember_browser(id, browser, NOW).await.unwrap();
    let purge = async |at| store.purge(NOW + at, &Retention::default()).await.unwrap().browsers;
    assert_eq!(purge(KNOWN_BROWSER_S).await, 0);
    assert_eq!(purge(KNOWN_BROWSER_S + 1).await, 1);
    assert!(!is_known(id).await);
}
