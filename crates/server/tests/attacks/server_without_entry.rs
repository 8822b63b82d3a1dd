//! The server has everything but the keeper's key - database, master key, the log's key, the unit's key, every upload - and
//! wants to read an upload without an opening in the public log.

use crate::console::town::UNIT;
use crate::promise::others::keeper_key;
use crate::promise::phone::Phone;
use crate::promise::release::{order, path_of};
use crate::promise::world::*;
use bluezone_server::promise::{opening, units};
use bluezone_transparency::seal::{Upload, open};

#[tokio::test(flavor = "multi_thread")]
async fn no_key_of_the_servers_opens_an_upload() {
    let world = World::new().await;
    let sent = Phone::new(1).tells(&world, UNIT, "").await;
    let bytes = world.town.state.store.upload_bytes(sent.hash().0).await.unwrap().unwrap();
    let split = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap();
    let (context, sealed) = (&bytes[..=split], &bytes[split + 2..]);
    for key in units::private_keys(&world.town.state, UNIT).await.unwrap() {
        for info in [&b"bluezone/upload/keeper/v1"[..], b"bluezone/upload/unit/v1"] {
            assert!(open(&key, info, context, sealed).is_err());
        }
        assert!(Upload::parse(&bytes).unwrap().open_stripped(sealed, &key).is_err());
        // The residual: with the keeper's key in the same hand it opens, and no log knows.
        let stripped = open(&keeper_key(), b"bluezone/upload/keeper/v1", context, sealed).unwrap();
        assert!(sent.open_stripped(&stripped, &key).is_ok());
    }
}

/// Whoever writes the database points the upload at an entry that is no opening of it.
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_claims_an_entry_it_does_not_have_stays_sealed() {
    let world = World::new().await;
    let (mut one, mut other) = (Phone::new(1), Phone::new(2));
    let (wanted, logged) = (one.tells(&world, UNIT, "").await, other.tells(&world, UNIT, "").await);
    let mut officer = world.town.health_officer().await;
    order(&mut officer, &logged).await;
    world.hour().await;
    assert_eq!(world.others.openings(), 1);
    let index = world.checkpoint().await.head().size - 1;
    for entry in [0, index] {
        let database = &world.town.database;
        let hash = database.bytes(&hex::encode(wanted.hash().0));
        database
            .execute(&format!("UPDATE uploads SET opening = {entry}, problem = NULL WHERE hash = {hash}"))
            .await;
        bluezone_server::jobs::run_once(&world.town.state).await.unwrap();
        assert!(opening::opened(&world.town.state, wanted.hash().0).await.unwrap().is_none());
        assert_eq!(world.others.openings(), 1, "the keeper refused");
        assert!(officer.get(&path_of(&wanted)).await.body.contains("It could not be opened"));
    }
    // Without the keeper's demand for the entry it would have been opened: the layer itself comes off.
    let bytes = wanted.to_bytes();
    let split = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap();
    let careless =
        open(&keeper_key(), b"bluezone/upload/keeper/v1", &bytes[..=split], &bytes[split + 2..]).unwrap();
    let keys = units::private_keys(&world.town.state, UNIT).await.unwrap();
    assert!(wanted.open_stripped(&careless, &keys[0]).is_ok());
}
