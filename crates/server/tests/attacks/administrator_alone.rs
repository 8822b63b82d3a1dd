//! The administrator makes accounts, and holds the server. Alone they ask nobody and read nothing.

use crate::console::town::UNIT;
use crate::promise::passkey::*;
use crate::promise::phone::Phone;
use crate::promise::release::write_request;
use crate::promise::world::*;
use axum::http::StatusCode;
use bluezone_domain::officer::Role;
use bluezone_server::promise::site;
use bluezone_transparency::entry::Entry;
use bluezone_transparency::officers::OfficerRegister;

#[tokio::test(flavor = "multi_thread")]
async fn an_administrators_account_opens_and_asks_nothing() {
    let world = World::new().await;
    let report = Phone::new(1).tells(&world, UNIT, "").await;
    let mut administrator = world.town.signed_in("admin", Role::Administrator, UNIT).await.1;
    let upload = format!("/console/uploads/{}", hex::encode(report.hash().0));
    for path in ["/console/uploads", &upload, "/console/requests", KEYS, "/console/audit", "/console"] {
        assert_eq!(administrator.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    // With the one check taken out, that the role may: the same session, the same unit, and all of it but the audit is shown.
    world.town.database.execute("UPDATE officers SET role = 'provincial_cdc' WHERE username = 'admin'").await;
    for path in ["/console/uploads", &upload, "/console/requests", KEYS, "/console"] {
        assert_eq!(administrator.get(path).await.status, StatusCode::OK, "{path}");
    }
}

/// Two officers who do not exist, made on the command line once the log has its founders.
#[tokio::test(flavor = "multi_thread")]
async fn invented_colleagues_do_not_count() {
    let world = World::new().await;
    let mut phone = Phone::new(1);
    let report = phone.tells(&world, UNIT, "").await;
    founders(&world, UNIT).await;
    world.hour().await;
    let mut one = Signatory::new(&world, "invented.one", UNIT, 21).await;
    let mut two = Signatory::new(&world, "invented.two", UNIT, 22).await;
    one.asks_in().await;
    two.asks_in().await;
    let page = write_request(&mut one.browser, &report).await;
    assert!(one.browser.get(&page).await.body.contains("You have no signing key that counts"));
    // Straight into the database: the log then holds keys that nobody let in, and everybody who reads it sees that.
    let keys = world.town.state.store.officer_keys().await.unwrap();
    let mut forged = Vec::new();
    for key in keys.iter().filter(|key| key.entry.is_none()) {
        let change = bluezone_transparency::entry::KeyChange::parse(key.change.as_bytes()).unwrap();
        let change = bluezone_transparency::entry::OfficerKeyChange { change, signatures: Vec::new() };
        let event = bluezone_transparency::entry::Event::OfficerKey(change);
        let entry = Entry { time: world.town.clock_now(), event };
        let new = bluezone_server::promise::entries::entry(entry.event.clone(), entry.time);
        let number = world.town.state.store.append_log_entry(&new).await.unwrap();
        let database = &world.town.database;
        let id = database.bytes(&hex::encode(key.id));
        database.execute(&format!("UPDATE officer_keys SET entry = {number} WHERE id = {id}")).await;
        forged.push(entry);
    }
    let action = format!("{page}/sign");
    let refused = one.signs(&world, &page, &action).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("This key did not count"), "{}", refused.body);
    world.hour().await;
    assert_eq!(world.verified().await.findings.len(), 2);
    assert!(phone.asks(&world).await.is_empty());
    // Without the demand for two standing officers, as before the founding, both would count. Who sets a log up names its
    // first two officers: the residual, for everybody to see as the log's first entries.
    let mut careless = OfficerRegister::default();
    for entry in &forged {
        careless.read(entry, &site(&world.town.state)).unwrap();
    }
    assert!(careless.is_founded());
}
