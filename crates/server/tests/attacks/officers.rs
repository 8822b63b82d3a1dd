//! An officer outside the territory, and whoever has stolen an officer's session.

use crate::console::town::{OTHER_UNIT, UNIT};
use crate::promise::passkey::*;
use crate::promise::phone::Phone;
use crate::promise::release::{order, write_request};
use crate::promise::world::*;
use axum::http::StatusCode;
use bluezone_domain::officer::Role;
use bluezone_server::admin::log;
use bluezone_server::promise::{officers, requests, site};
use bluezone_transparency::entry::Event;
use bluezone_transparency::merkle::Hash;
use p256::ecdsa::SigningKey;

/// Her key stands in the log; she works elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn an_officer_of_another_unit_signs_and_opens_nothing() {
    let world = World::new().await;
    log::add_unit(&world.town.state, OTHER_UNIT, "CDC Bắc Kạn").await.unwrap();
    let report = Phone::new(1).tells(&world, UNIT, "").await;
    let mut lan = Signatory::new(&world, "lan.nguyen", UNIT, 11).await;
    let mut hoa = Signatory::new(&world, "hoa.pham", OTHER_UNIT, 13).await;
    lan.asks_in().await;
    hoa.asks_in().await;
    let page = write_request(&mut lan.browser, &report).await;
    let action = format!("{page}/sign");
    let seen = lan.browser.get(&page).await;
    let challenge = challenge(&seen, &action);
    // Not through the page …
    assert_eq!(hoa.browser.get(&page).await.status, StatusCode::NOT_FOUND);
    let path = format!("/console/uploads/{}", hex::encode(report.hash().0));
    assert_eq!(hoa.browser.get(&path).await.status, StatusCode::NOT_FOUND);
    let keys = hoa.browser.get(KEYS).await;
    let csrf = keys.form(KEYS).into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    let fields = [("csrf", csrf.as_str()), ("basis", "Luật"), ("purpose", "Xem")];
    assert_eq!(hoa.browser.post(&format!("{path}/open"), &fields).await.status, StatusCode::NOT_FOUND);
    // … and not past it: her signature does not count for that unit.
    let assertion = hoa.assertion(&world, &challenge);
    let store = &world.town.state.store;
    let request = store.requests_of_unit(UNIT, 1).await.unwrap().remove(0);
    let officer = store.officer_by_username("hoa.pham").await.unwrap().unwrap();
    let refused = requests::sign(&world.town.state, &officer, &request, &assertion).await.unwrap_err();
    assert!(refused.to_string().contains("another unit"), "{refused}");
    // Without the check of the unit it would: the key stands, the signature is good.
    let register = officers::register(&world.town.state).await.unwrap();
    let (now, site) = (world.town.clock_now(), site(&world.town.state));
    assert!(register.check_one(&assertion, &Hash(request.hash), None, now, &site).is_ok());
}

/// The cookie of an officer who is signed in, without the officer's passkey.
#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_session_signs_nothing_and_what_it_opens_is_seen() {
    let world = World::new().await;
    let mut phone = Phone::new(1);
    let report = phone.tells(&world, UNIT, "").await;
    let (lan, mut minh) = founders(&world, UNIT).await;
    // The thief has the cookie and a key of their own, and calls it Lan's.
    let mut thief = Signatory { key: SigningKey::from_slice(&[99; 32]).unwrap(), ..lan };
    let page = write_request(&mut thief.browser, &report).await;
    let action = format!("{page}/sign");
    let seen = thief.signs(&world, &page, &action).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.body.contains("signature does not fit"), "{}", seen.body);
    // A key of the thief's own waits for two officers.
    let mut second = Signatory::new(&world, "other.account", UNIT, 98).await;
    second.browser = thief.browser.clone();
    second.asks_in().await;
    world.hour().await;
    assert_eq!(world.verified().await.kinds["officer-key"], 2);
    assert!(minh.browser.get(KEYS).await.body.contains("Waits for two signatures"));
    // Without the check that the signature is of that key, the form would have been taken: it says the right challenge.
    assert!(phone.asks(&world).await.is_empty());

    // The residual: with a session alone an upload is opened. Its owner sees that in the log, and an auditor who it was.
    order(&mut thief.browser, &report).await;
    world.hour().await;
    let entries = world.entries().await;
    let opening = entries.iter().find(|entry| matches!(entry.event, Event::Opening(_))).unwrap();
    assert!(phone.handle.recognises(&opening.subjects()[0]));
    let mut auditor = world.town.signed_in("auditor", Role::Auditor, UNIT).await.1;
    let seen = auditor.get("/console/audit?officer=lan.nguyen").await;
    assert!(
        seen.body.contains(&format!("/console/uploads/{}/open", hex::encode(report.hash().0))),
        "{}",
        seen.body
    );
    // And the session ends by itself.
    world.town.wait(31 * 60);
    assert!(thief.browser.get("/console/uploads").await.to().starts_with("/console/sign-in"));
}
