use crate::support::*;
use bluezone_domain::id::SigningKeyId;
use bluezone_store::testing::TestDatabase;
use bluezone_store::{Purpose, SigningKeyRecord, StoreError};

contract![
    a_lease_has_one_holder,
    an_expired_lease_is_free,
    a_lease_from_before_the_clock_was_set_back_is_free,
    signing_keys_are_listed_by_purpose_newest_first,
    a_key_has_its_name_once,
    a_rotation_happens_whole_or_not_at_all,
];

async fn a_lease_has_one_holder(database: TestDatabase) {
    let world = World::new(database).await;
    let acquire =
        async |name: &str, holder: &str| world.store.acquire_lease(name, holder, 600).await.unwrap();
    let taken = race(&world.database, |i, store| async move {
        store.acquire_lease("export", &format!("server {i}"), 600).await.unwrap()
    })
    .await;
    assert_eq!(count(&taken, &true), 1);
    let winner = format!("server {}", taken.iter().position(|taken| *taken).unwrap());
    assert!(acquire("export", &winner).await, "its holder renews it");
    assert!(!acquire("export", "another").await);
    assert!(acquire("purge", "another").await, "leases do not touch each other");
    world.store.release_lease("export", "another").await.unwrap();
    assert!(!acquire("export", "another").await, "nobody releases what is not theirs");
    world.store.release_lease("export", &winner).await.unwrap();
    assert!(acquire("export", "another").await);
}

async fn an_expired_lease_is_free(database: TestDatabase) {
    let world = World::new(database).await;
    // The database's clock decides; nothing needs to wait for a lease that ends as it begins.
    assert!(world.store.acquire_lease("export", "a", 0).await.unwrap());
    let taken = race(&world.database, |i, store| async move {
        store.acquire_lease("export", &format!("server {i}"), 600).await.unwrap()
    })
    .await;
    assert_eq!(count(&taken, &true), 1);
    assert!(!world.store.acquire_lease("export", "a", 600).await.unwrap());
}

async fn a_lease_from_before_the_clock_was_set_back_is_free(database: TestDatabase) {
    let world = World::new(database).await;
    // As the database's clock sees it afterwards: it ends in a day, and none lasts longer than two minutes.
    assert!(world.store.acquire_lease("export", "killed", 86_400).await.unwrap());
    assert!(world.store.acquire_lease("export", "a", 120).await.unwrap());
    assert!(!world.store.acquire_lease("export", "b", 120).await.unwrap());
}

fn signing_key(world: &mut World, purpose: Purpose, version: &str, from: i64) -> SigningKeyRecord {
    SigningKeyRecord {
        id: SigningKeyId::generate(&mut world.rng),
        purpose,
        key_id: "452".to_owned(),
        version: version.to_owned(),
        not_before: NOW + from,
        retire_at: None,
        private_sealed: vec![1, 2, 3],
        public_pem: "-----BEGIN PUBLIC KEY-----".to_owned(),
        created_at: NOW,
    }
}

async fn signing_keys_are_listed_by_purpose_newest_first(database: TestDatabase) {
    let mut world = World::new(database).await;
    let old = signing_key(&mut world, Purpose::Export, "v1", 0);
    let new = signing_key(&mut world, Purpose::Export, "v2", 100);
    let token = signing_key(&mut world, Purpose::Token, "v1", 50);
    for key in [&old, &token] {
        world.store.insert_signing_key(key).await.unwrap();
    }
    world.store.rotate_signing_keys(&[(new.clone(), NOW + 200)]).await.unwrap();
    let old = SigningKeyRecord { retire_at: Some(NOW + 200), ..old };
    assert_eq!(world.store.signing_keys(Purpose::Export).await.unwrap(), [new, old]);
    assert_eq!(world.store.signing_keys(Purpose::Token).await.unwrap(), [token]);
    assert_eq!(world.store.signing_keys(Purpose::Certificate).await.unwrap(), []);
}

async fn a_rotation_happens_whole_or_not_at_all(database: TestDatabase) {
    let mut world = World::new(database).await;
    let purposes = [Purpose::Export, Purpose::Token];
    let old = purposes.map(|purpose| signing_key(&mut world, purpose, "v1", 0));
    for key in &old {
        world.store.insert_signing_key(key).await.unwrap();
    }
    // The second one's name is taken: the first is not stored either, and nothing retires.
    let new = signing_key(&mut world, Purpose::Export, "v2", 100);
    let taken = signing_key(&mut world, Purpose::Token, "v1", 100);
    let failed = world.store.rotate_signing_keys(&[(new.clone(), NOW), (taken, NOW)]).await;
    assert!(matches!(failed, Err(StoreError::Conflict(_))), "{failed:?}");
    for (purpose, key) in purposes.into_iter().zip(old) {
        assert_eq!(world.store.signing_keys(purpose).await.unwrap(), [key]);
    }
    // A key that retires sooner goes on retiring then.
    world.store.rotate_signing_keys(&[(new, NOW + 10)]).await.unwrap();
    let newest = signing_key(&mut world, Purpose::Export, "v3", 200);
    world.store.rotate_signing_keys(&[(newest, NOW + 500)]).await.unwrap();
    let keys = world.store.signing_keys(Purpose::Export).await.unwrap();
    let retire: Vec<_> = keys.iter().map(|key| key.retire_at).collect();
    assert_eq!(retire, [None, Some(NOW + 500), Some(NOW + 10)]);
}

async fn a_key_has_its_name_once(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys: Vec<_> = (0..TASKS).map(|_| signing_key(&mut world, Purpose::Export, "v1", 0)).collect();
    let results = race(&world.database, |i, store| {
        let key = keys[i].clone();
        async move { store.insert_signing_key(&key).await }
    })
    .await;
    assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1, "{results:?}");
    assert_eq!(world.store.signing_keys(Purpose::Export).await.unwrap().len(), 1);
}
