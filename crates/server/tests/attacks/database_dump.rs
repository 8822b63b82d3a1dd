//! Somebody has a copy of the database, without and with the master key.

use crate::console::town::UNIT;
use crate::promise::passkey::founders;
use crate::promise::phone::Phone;
use crate::promise::release::{order, write_request};
use crate::promise::world::*;
use bluezone_server::promise::{opening, units};

/// Everything that a person told, opened and sealed, and what they were asked.
#[tokio::test(flavor = "multi_thread")]
async fn a_dump_tells_that_and_when_and_not_what_or_who() {
    let world = World::in_files().await;
    let (mut opened, mut sealed) = (Phone::new(1), Phone::new(2));
    let (read, kept) = (opened.tells(&world, UNIT, "").await, sealed.tells(&world, UNIT, "").await);
    let (mut lan, mut minh) = founders(&world, UNIT).await;
    order(&mut lan.browser, &read).await;
    let page = write_request(&mut minh.browser, &read).await;
    for officer in [&mut lan, &mut minh] {
        officer.signs(&world, &page, &format!("{page}/sign")).await;
    }
    world.hour().await;
    world.town.database.execute("PRAGMA wal_checkpoint(TRUNCATE)").await;
    let mut dump = Vec::new();
    for file in std::fs::read_dir(world.town.directory()).unwrap() {
        let path = file.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("bluezone.db") {
            dump.extend(std::fs::read(path).unwrap());
        }
    }
    let has = |bytes: &[u8]| dump.windows(bytes.len()).any(|part| part == bytes);
    let secret: [(&str, &[u8]); 8] = [
        ("a name", "Trần Thị Bích Canary".as_bytes()),
        ("a telephone number", b"0912000111"),
        ("an identifier", &[8; 16]),
        ("an identifier key", &[9; 16]),
        ("a handle", opened.handle.as_bytes()),
        ("a secret of withdrawal", &opened.secret),
        ("what only the person who is asked reads", "Hỏi chị Lan".as_bytes()),
        (
            "the unit's private key",
            &*units::private_keys(&world.town.state, UNIT).await.unwrap()[0].to_bytes(),
        ),
    ];
    for (what, bytes) in secret {
        assert!(!has(bytes), "{what} lies open in the database");
    }
    // The residual, stated in SECURITY.md: which unit received how much and when, which upload belongs to which case, the keys
    // that requests are sealed to, what officers wrote for the public log, and who looked at which record.
    for (what, bytes) in [
        ("the unit", UNIT.as_bytes()),
        ("a purpose", "Truy vết tại chợ".as_bytes()),
        ("a mailbox's key", opened.key.public().as_bytes()),
        ("the sealed upload", &kept.to_bytes()[..200]),
    ] {
        assert!(has(bytes), "{what} was expected to be seen");
    }
    // With the master key what was opened can be read, and what is sealed cannot: that takes the keeper.
    assert!(opening::opened(&world.town.state, read.hash().0).await.unwrap().is_some());
    assert!(opening::opened(&world.town.state, kept.hash().0).await.unwrap().is_none());
    let unit = units::private_keys(&world.town.state, UNIT).await.unwrap();
    let bytes = world.town.state.store.upload_bytes(kept.hash().0).await.unwrap().unwrap();
    assert!(unit.iter().all(|key| kept.open_stripped(&bytes, key).is_err()));
}
